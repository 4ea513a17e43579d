//! The filter of the list. A plain GET form: its URL is the list, with and without JavaScript.

use leptos::{ev::SubmitEvent, form::FromFormData, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use serde::Deserialize;
use tracker_domain::{issue::Severity, page::Sort, workflow::Status};
use wasm_bindgen::JsCast;

use crate::ui::{Choice, dom, href, icon};

/// What the URL of a list says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(super) struct ListQuery {
    /// Free text.
    #[serde(default)]
    pub(super) q: String,
    /// Comma list.
    #[serde(default)]
    pub(super) status: String,
    /// Comma list.
    #[serde(default)]
    pub(super) severity: String,
    /// The order.
    #[serde(default)]
    pub(super) sort: String,
    /// The page.
    #[serde(default)]
    pub(super) after: String,
}

impl ListQuery {
    /// The query of the present URL.
    pub(super) fn current() -> Self {
        use_query_map().with(|query| {
            let part = |name| query.get(name).unwrap_or_default();
            Self {
                q: part("q"),
                status: part("status"),
                severity: part("severity"),
                sort: part("sort"),
                after: part("after"),
            }
        })
    }

    /// The link to this list.
    pub(super) fn link(&self, org: &str) -> String {
        let pairs = [
            ("q", self.q.as_str()),
            ("status", &self.status),
            ("severity", &self.severity),
            ("sort", if self.sort == Sort::default().to_string() { "" } else { &self.sort }),
            ("after", &self.after),
        ];
        href(&format!("/{org}/issues"), &pairs)
    }

    /// The first page in another order.
    pub(super) fn sorted(&self, sort: Sort) -> Self {
        Self { sort: sort.to_string(), after: String::new(), ..self.clone() }
    }

    /// Another page of the same list.
    pub(super) fn page(&self, after: String) -> Self {
        Self { after, ..self.clone() }
    }
}

const NOT_DONE: &str = "OPEN,TRIAGED,IN_PROGRESS";

fn status_choices(chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "Any status"), Choice::new(NOT_DONE, "Not done")];
    choices.extend(Status::ALL.iter().map(|status| Choice::new(status.word(), status.label())));
    with_chosen(choices, chosen)
}

fn severity_choices(chosen: &str) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "Any severity"), Choice::new("HIGH,CRITICAL", "High and above")];
    choices.extend(Severity::ALL.iter().rev().map(|severity| Choice::new(severity.word(), severity.label())));
    with_chosen(choices, chosen)
}

fn sort_choices(chosen: &str) -> Vec<Choice> {
    let orders = [
        ("-updated", "Last changed"),
        ("-created", "Newest"),
        ("created", "Oldest"),
        ("-severity", "Most severe"),
        ("status", "By status"),
        ("key", "By key"),
        ("title", "By title"),
    ];
    with_chosen(orders.map(|(value, label)| Choice::new(value, label)).into(), chosen)
}

/// A URL may say what the lists do not offer.
fn with_chosen(mut choices: Vec<Choice>, chosen: &str) -> Vec<Choice> {
    if !choices.iter().any(|choice| choice.value == chosen) {
        choices.push(Choice::new(chosen, chosen.replace(',', ", ").replace('_', " ").to_lowercase()));
    }
    choices
}

/// The search box and what stands beside it.
#[component]
pub(super) fn FilterForm(org: String, query: ListQuery) -> impl IntoView {
    let navigate = use_navigate();
    let action = format!("/{org}/issues");
    let on_submit = move |event: SubmitEvent| {
        if let Ok(query) = ListQuery::from_event(&event) {
            event.prevent_default();
            navigate(&query.link(&org), NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    let on_change = |event: leptos::ev::Event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(form) = target.and_then(|select| select.form()) {
            let _ = form.request_submit();
        }
    };
    let sort = if query.sort.is_empty() { Sort::default().to_string() } else { query.sort };
    view! {
        <form class="query" role="search" method="get" action=action data-autosubmit on:submit=on_submit on:change=on_change>
            <div class="box">
                {icon(icondata_lu::LuSearch)}
                <input type="search" id="f-q" name="q" value=query.q aria-label="Search issues" placeholder="Search issues" autocomplete="off" enterkeyhint="search"/>
            </div>
            <Pick name="status" label="Status" choices=status_choices(&query.status) chosen=query.status/>
            <Pick name="severity" label="Severity" choices=severity_choices(&query.severity) chosen=query.severity/>
            <Pick name="sort" label="Sort" choices=sort_choices(&sort) chosen=sort/>
            <button class="btn no-js" type="submit">"Apply"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Pick(name: &'static str, label: &'static str, choices: Vec<Choice>, chosen: String) -> impl IntoView {
    view! {
        <select class="input" id=format!("f-{name}") name=name aria-label=label>
            {crate::ui::options(choices, &chosen)}
        </select>
    }
}

/// Brings the controls in line with the URL when the reader went to another list by a link; what is there at first is
/// the server's, or already the reader's own.
pub(super) fn follow_the_url(query: Memo<ListQuery>) {
    Effect::new(move |before: Option<ListQuery>| {
        let now = query.get();
        if before.is_some_and(|before| before != now) {
            let sort = if now.sort.is_empty() { Sort::default().to_string() } else { now.sort.clone() };
            // After the list itself: until then an option may not be there yet.
            request_animation_frame({
                let now = now.clone();
                move || {
                    for (id, value) in [
                        ("f-q", &now.q),
                        ("f-status", &now.status),
                        ("f-severity", &now.severity),
                        ("f-sort", &sort),
                    ] {
                        dom::set_value(id, value);
                    }
                }
            });
        }
        now
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_one_url() {
        let query = ListQuery {
            q: "a b".into(),
            sort: "-updated".into(),
            after: "n~1~x".into(),
            ..ListQuery::default()
        };
        assert_eq!(query.link("main"), "/main/issues?q=a%20b&after=n~1~x");
        let sorted = query.sorted("key".parse().unwrap());
        assert_eq!(sorted.link("main"), "/main/issues?q=a%20b&sort=key");
    }

    #[test]
    fn a_choice_that_only_the_url_knows_is_offered_too() {
        assert_eq!(status_choices("OPEN,DONE").last().unwrap().label, "open, done");
        assert_eq!(status_choices(NOT_DONE).len(), status_choices("").len());
    }
}
