//! What an issue is: status, severity, assignee, tags. Each is a small form of its own that sends itself when changed;
//! without JavaScript it has a button. Who may not change them sees them as words.

use leptos::prelude::*;
use tracker_domain::{issue::Severity, org::Person, workflow::Status};

use super::issue_page::IssueState;
use crate::{
    api::{SetAssignee, SetSeverity, SetStatus, SetTags},
    ui::{
        After, ApiForm, Avatar, Choice, Endpoint, Nobody, SeverityBadge, StatusBadge, Submit, Tag, Time, dom,
        endpoint, severity_class, severity_shape, status_class, status_shape, use_form,
    },
};

/// See the module.
#[component]
pub(super) fn Properties(
    state: IssueState,
    people: Vec<Person>,
    known_tags: Vec<String>,
    project: String,
) -> impl IntoView {
    let may = Memo::new(move |_| state.head.with(|head| head.viewer_can.triage));
    let people = StoredValue::new(people);
    let known = StoredValue::new(known_tags);
    let reporter = state.head.with_untracked(|head| head.row.reporter.clone());
    let created = state.head.with_untracked(|head| head.row.created_at);
    let updated = move || view! { <Time at=state.head.with(|head| head.row.updated_at) long=true/> };
    view! {
        <aside class="props" aria-label="Properties">
            {move || if may.get() {
                view! { <Controls state people known/> }.into_any()
            } else {
                view! { <Facts state/> }.into_any()
            }}
            <hr/>
            <Line label="Project" class="prop more"><span>{project}</span></Line>
            <Line label="Reporter" class="prop more"><Avatar person=reporter.clone() silent=true/><span>{reporter.name}</span></Line>
            <Line label="Created" class="prop more"><Time at=created long=true/></Line>
            <Line label="Updated" class="prop more">{updated}</Line>
        </aside>
    }
    .into_any()
}

#[component]
fn Line(
    label: &'static str,
    #[prop(default = "prop")] class: &'static str,
    children: Children,
) -> impl IntoView {
    view! { <div class=class><span class="label">{label}</span><div class="value">{children()}</div></div> }
}

/// The properties as words.
#[component]
fn Facts(state: IssueState) -> impl IntoView {
    let status = move || view! { <StatusBadge status=state.head.with(|head| head.row.status)/> };
    let severity = move || view! { <SeverityBadge severity=state.head.with(|head| head.row.severity)/> };
    let assignee = move || match state.head.with(|head| head.row.assignee.clone()) {
        Some(person) => {
            view! { <Avatar person=person.clone() silent=true/> <span>{person.name}</span> }.into_any()
        }
        None => view! { <span class="dim">"Nobody"</span> }.into_any(),
    };
    let tags = move || match state.head.with(|head| head.row.tags.clone()) {
        tags if tags.is_empty() => view! { <span class="dim">"None"</span> }.into_any(),
        tags => tags.into_iter().map(|name| view! { <Tag name/> }).collect_view().into_any(),
    };
    view! {
        <Line label="Status">{status}</Line>
        <Line label="Severity">{severity}</Line>
        <Line label="Assignee">{assignee}</Line>
        <Line label="Tags">{tags}</Line>
    }
}

/// The properties as forms.
#[component]
fn Controls(
    state: IssueState,
    people: StoredValue<Vec<Person>>,
    known: StoredValue<Vec<String>>,
) -> impl IntoView {
    let status = Memo::new(move |_| state.head.with(|head| head.row.status));
    let severity = Memo::new(move |_| state.head.with(|head| head.row.severity));
    let assignee = Memo::new(move |_| state.head.with(|head| head.row.assignee.clone()));
    let statuses = Status::ALL.iter().map(|status| Choice::new(status.word(), status.label())).collect();
    let severities =
        Severity::ALL.iter().rev().map(|severity| Choice::new(severity.word(), severity.label())).collect();
    let word = |id: Option<Person>| id.map(|person| person.id.to_string()).unwrap_or_default();
    let status_sign = move || sign(status_class(status.get()), "0 0 14 14", status_shape(status.get()));
    let severity_sign =
        move || sign(severity_class(severity.get()), "0 0 14 12", severity_shape(severity.get()));
    let assignee_sign = move || match assignee.get() {
        Some(person) => view! { <Avatar person silent=true/> }.into_any(),
        None => view! { <Nobody/> }.into_any(),
    };
    view! {
        <Property
            state to={endpoint::<SetStatus>()} label="Status" name="status" choices=statuses
            value=Signal::derive(move || status.get().word().to_owned()) sign=ViewFn::from(status_sign)
        />
        <Property
            state to={endpoint::<SetSeverity>()} label="Severity" name="severity" choices=severities
            value=Signal::derive(move || severity.get().word().to_owned()) sign=ViewFn::from(severity_sign)
        />
        <Property
            state to={endpoint::<SetAssignee>()} label="Assignee" name="assignee"
            choices=assignable(people, assignee)
            value=Signal::derive(move || word(assignee.get())) sign=ViewFn::from(assignee_sign)
        />
        <Tags state known/>
    }
}

/// The shape of a value, which stands beside its word in the select.
fn sign(class: &'static str, size: &'static str, shape: &'static str) -> AnyView {
    view! { <span class=class><svg viewBox=size aria-hidden="true" inner_html=shape></svg></span> }.into_any()
}

/// Who it can be given to; whoever has it already is among them, member or not.
fn assignable(people: StoredValue<Vec<Person>>, assignee: Memo<Option<Person>>) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "Nobody")];
    let mut people = people.get_value();
    people.extend(assignee.get_untracked().filter(|person| !people.contains(person)));
    choices.extend(people.into_iter().map(|person| Choice::new(person.id.to_string(), person.name)));
    choices
}

/// A property that is one of a few.
#[component]
fn Property(
    state: IssueState,
    to: Endpoint,
    label: &'static str,
    name: &'static str,
    choices: Vec<Choice>,
    value: Signal<String>,
    sign: ViewFn,
) -> impl IntoView {
    let id = format!("f-{name}");
    follow(id.clone(), value);
    let done = Callback::new(move |()| state.expect_change());
    view! {
        <ApiForm to after=After::Stay class="prop" auto=true done>
            {state.identity()}
            <label for=id.clone()>{label}</label>
            <div class="value one">
                <div class="pick">
                    <span class="now">{move || sign.run()}</span>
                    <PropertySelect id name choices value=value.get_untracked()/>
                </div>
                <Submit label="Set" what=name class="btn small no-js"/>
            </div>
            <PropertyError name/>
        </ApiForm>
    }
    .into_any()
}

/// The choice itself: after a refusal without JavaScript what was chosen, not what the issue has.
#[component]
fn PropertySelect(id: String, name: &'static str, choices: Vec<Choice>, value: String) -> impl IntoView {
    let form = use_form();
    let options = crate::ui::options(choices, &form.typed(name, value));
    let wrong = move || form.about(name).is_some();
    view! {
        <select
            class="input iconic" id=id name=name
            aria-invalid=move || wrong().then_some("true")
            aria-describedby=move || wrong().then(|| format!("e-{name}"))
        >
            {options}
        </select>
    }
}

/// All tags of the issue, as text.
#[component]
fn Tags(state: IssueState, known: StoredValue<Vec<String>>) -> impl IntoView {
    let tags = Signal::derive(move || state.head.with(|head| head.row.tags.join(", ")));
    follow("f-tags".to_owned(), tags);
    let done = Callback::new(move |()| state.expect_change());
    let options =
        known.get_value().into_iter().map(|name| view! { <option value=name></option> }).collect_view();
    view! {
        <ApiForm to={endpoint::<SetTags>()} after=After::Stay class="prop" auto=true done>
            {state.identity()}
            <label for="f-tags">"Tags"</label>
            <div class="value one">
                <TagsInput tags/>
                <Submit label="Set" what="tags" class="btn small no-js"/>
            </div>
            <datalist id="known-tags">{options}</datalist>
            <PropertyError name="tags"/>
        </ApiForm>
    }
    .into_any()
}

/// The text itself: after a refusal without JavaScript what was typed, not what the issue has.
#[component]
fn TagsInput(tags: Signal<String>) -> impl IntoView {
    let form = use_form();
    let value = form.typed("tags", tags.get_untracked());
    let wrong = move || form.about("tags").is_some();
    view! {
        <input
            class="input" id="f-tags" name="tags" value=value list="known-tags" autocomplete="off"
            placeholder="ui, export"
            aria-invalid=move || wrong().then_some("true")
            aria-describedby=move || wrong().then_some("e-tags")
        />
    }
}

#[component]
fn PropertyError(name: &'static str) -> impl IntoView {
    let form = use_form();
    form.register(name);
    move || {
        form.about(name)
            .map(|message| view! { <p class="err" role="alert" id=format!("e-{name}")>{message}</p> })
    }
}

/// Brings a control in line when somebody else changed the property. What is there at first is the server's, or what
/// the reader chose before the page was hydrated.
fn follow(id: String, value: Signal<String>) {
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) && !(id == "f-tags" && dom::has_focus(&id)) {
            dom::set_value(&id, &now);
        }
        now
    });
}
