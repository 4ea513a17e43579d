//! The search box of the list and the menus beside it. A plain GET form: without JavaScript it sends itself, and the
//! server makes one query of it (`list_query`). With it, the box is a combobox that offers what can be written, and the
//! rows follow while one types (`search`).

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    form::FromFormData,
    prelude::*,
};
use tracker_domain::query::{Query, QueryError};
use wasm_bindgen::JsCast;

use super::{
    list_query::{ListForm, ListQuery},
    menus::{Menu, menus},
    search::{INPUT, Search},
};
use crate::ui::{dom, icon};

/// See the module.
#[component]
pub(super) fn FilterForm(org: String, query: ListQuery, search: Search) -> impl IntoView {
    let action = format!("/{org}/issues");
    let read = Query::parse(&query.q);
    if let Err(error) = &read {
        search.wrong.set(Some((query.q.clone(), error.clone())));
    }
    let read = read.unwrap_or_default();
    follow(&query, &read, search);
    let from = read.to_string();
    let on_submit = move |event: SubmitEvent| {
        if let Ok(form) = ListForm::from_event(&event) {
            event.prevent_default();
            search.submitted(&form);
        }
    };
    let on_change = |event: leptos::ev::Event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(form) = target.and_then(|select| select.form()) {
            let _ = form.request_submit();
        }
    };
    view! {
        <form class="query" role="search" method="get" action=action data-autosubmit on:submit=on_submit on:change=on_change>
            <SearchBox text=query.q search/>
            {menus(&read)}
            <input type="hidden" name="from" value=from/>
            <button class="btn no-js" type="submit">"Apply"</button>
            <Wrong search/>
        </form>
    }
    .into_any()
}

/// Brings the controls in line with the URL. What is there at first is the server's, or already the reader's own; and
/// the box stays as it is when the URL came from it, or is what it was.
fn follow(query: &ListQuery, read: &Query, search: Search) {
    let Some(before) = search.made(query) else {
        return;
    };
    let text = (before != *query && search.came_from_elsewhere(query)).then(|| query.q.clone());
    let mut values = Menu::ALL.map(|menu| (menu.id(), menu.chosen(read))).to_vec();
    values.extend(text.map(|text| (INPUT.to_owned(), text)));
    Effect::new(move |_| {
        let values = values.clone();
        // After the form itself: until then an option may not be there yet.
        request_animation_frame(move || values.iter().for_each(|(id, value)| dom::set_value(id, value)));
    });
}

/// The id of an offer.
fn offer_id(index: usize) -> String {
    format!("q-offer-{index}")
}

/// A combobox with a list of what can be written (WAI-ARIA Authoring Practices, "Editable Combobox With List
/// Autocomplete": nothing is selected by itself).
#[component]
fn SearchBox(text: String, search: Search) -> impl IntoView {
    let offers = search.offers;
    let open = move || offers.with(|offers| !offers.list.is_empty());
    let active = move || offers.with(|offers| offers.active.map(offer_id));
    let wrong = move || search.wrong.with(Option::is_some);
    let list = move || {
        offers.with(|offers| {
            let offer = |(index, offer): (usize, &super::offers::Offer)| {
                let selected = (offers.active == Some(index)).to_string();
                // Not on `mousedown`: the input keeps the focus.
                view! {
                    <li
                        role="option" id=offer_id(index) aria-selected=selected
                        on:mousedown=|event| event.prevent_default()
                        on:click=move |_| search.take(index)
                    >
                        <b>{offer.insert.clone()}</b>
                        <span>{offer.hint.clone()}</span>
                    </li>
                }
            };
            offers.list.iter().enumerate().map(offer).collect::<Vec<_>>()
        })
    };
    view! {
        <div class="box">
            {icon(icondata_lu::LuSearch)}
            <input
                type="text" id=INPUT name="q" value=text role="combobox" aria-label="Search issues"
                placeholder="Search issues" autocomplete="off" autocapitalize="none" spellcheck="false" enterkeyhint="search"
                aria-autocomplete="list" aria-controls="q-offers" aria-expanded=move || open().to_string()
                aria-activedescendant=active
                aria-invalid=move || wrong().then_some("true")
                aria-describedby=move || wrong().then_some("e-q")
                on:input=move |_| search.typed()
                on:keydown=move |event| key(search, &event)
                on:click=move |_| if dom::value_of(INPUT).is_none_or(|text| text.is_empty()) { search.offer(true) }
                on:blur=move |_| search.close()
            />
            <button class="btn ghost small" type="button" popovertarget="syntax" aria-label="How to search">"?"</button>
            <ul class="menu offers" id="q-offers" role="listbox" aria-label="What can be written here" hidden=move || !open()>
                {list}
            </ul>
        </div>
    }
    .into_any()
}

fn key(search: Search, event: &KeyboardEvent) {
    // What is put together from several keys is not written yet.
    if event.is_composing() {
        return;
    }
    let (open, active) = search.offers.with_untracked(|offers| (!offers.list.is_empty(), offers.active));
    match (event.key().as_str(), active) {
        ("ArrowDown" | "ArrowUp", _) => {
            event.prevent_default();
            if !open {
                search.offer(true);
            }
            search.offers.update(|offers| offers.step(event.key() == "ArrowDown"));
            if let Some(index) = search.offers.with_untracked(|offers| offers.active) {
                request_animation_frame(move || dom::reveal(&offer_id(index)));
            }
        }
        ("Enter" | "Tab", Some(index)) if !event.shift_key() => {
            event.prevent_default();
            search.take(index);
        }
        ("Escape", _) if open => {
            event.prevent_default();
            search.close();
        }
        // The cursor is about to stand somewhere else.
        ("ArrowLeft" | "ArrowRight" | "Home" | "End", _) => search.close(),
        _ => {}
    }
}

/// What is wrong with the text: where, why, and what could stand there. The button is one of the form, so that it works
/// without JavaScript too.
#[component]
fn Wrong(search: Search) -> impl IntoView {
    move || {
        let (text, error) = search.wrong.get()?;
        let (before, part, after) = parts(&text, &error);
        let instead = error.nearest.map(|nearest| {
            let whole = format!("{before}{nearest}{after}");
            view! {
                <button class="btn small" type="submit" name="instead" value=whole>
                    {format!("Use \u{201c}{nearest}\u{201d} instead")}
                </button>
            }
        });
        Some(view! {
            <div class="err" role="alert" id="e-q">
                {icon(icondata_lu::LuCircleAlert)}
                <p>{error.message} " " <code>{before.clone()}<mark>{part}</mark>{after.clone()}</code></p>
                {instead}
            </div>
        })
    }
}

/// What stands before, at and after the place that cannot be read.
fn parts(text: &str, error: &QueryError) -> (String, String, String) {
    let (start, end) = (error.at.start, error.at.end.max(error.at.start));
    let some = |from: usize, to: usize| text.chars().skip(from).take(to - from).collect::<String>();
    (some(0, start), some(start, end), text.chars().skip(end).collect())
}

/// How a query is written, for those who ask: a native popover, which needs no script.
#[component]
pub(super) fn Syntax() -> impl IntoView {
    view! { <section class="syntax" id="syntax" popover tabindex="0" aria-label="How to search" inner_html=SYNTAX></section> }
}

const SYNTAX: &str = concat!(
    "<h2>How to search</h2><p>Words are looked for in key, title, description and comments. Conditions narrow it down; all of them have to hold.</p><dl>",
    "<dt><code>\"exact phrase\"</code></dt><dd>these words in this order</dd>",
    "<dt><code>is:open</code></dt><dd>not done; <code>is:closed</code> is done</dd>",
    "<dt><code>status:OPEN,TRIAGED</code></dt><dd>one of these</dd>",
    "<dt><code>severity:&gt;=HIGH</code></dt><dd>high and above</dd>",
    "<dt><code>assignee:@me</code></dt><dd>mine; <code>assignee:none</code> is nobody’s</dd>",
    "<dt><code>reporter:ana@example.org</code></dt><dd>reported by this person</dd>",
    "<dt><code>tag:ui -tag:wontfix</code></dt><dd>this tag and not that one</dd>",
    "<dt><code>project:CORE</code></dt><dd>of this project</dd>",
    "<dt><code>team:platform</code></dt><dd>of this team’s projects</dd>",
    "<dt><code>created:&gt;=2026-01-01</code></dt><dd>reported since then</dd>",
    "<dt><code>updated:&lt;7d</code></dt><dd>changed in the last seven days</dd>",
    "<dt><code>closed:2026-Q3</code></dt><dd>finished in that quarter</dd>",
    "<dt><code>key:CORE-12</code></dt><dd>this one</dd>",
    "<dt><code>tag:ui or tag:api</code></dt><dd>one or the other; <code>( )</code> hold together</dd>",
    "<dt><code>sort:-created</code></dt><dd>newest first</dd></dl>",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_cannot_be_read_is_shown() {
        let error = QueryError { at: 2..8, message: String::new(), nearest: None };
        assert_eq!(parts("ä stauts:x", &error), ("ä ".into(), "stauts".into(), ":x".into()));
        assert_eq!(parts("ä", &error), ("ä".into(), String::new(), String::new()));
    }

    #[test]
    fn every_example_of_the_help_can_be_read() {
        let examples = SYNTAX.split("<dt><code>").skip(1).filter_map(|rest| rest.split("</code>").next());
        for example in examples {
            let text = example.replace("&lt;", "<").replace("&gt;", ">");
            assert!(Query::parse(&text).is_ok(), "{text}");
        }
    }
}
