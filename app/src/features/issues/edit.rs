//! The edit form of an issue. It sends the version that the editor saw; when somebody else was faster, both texts stand
//! side by side, nothing is lost, and saving again overwrites knowingly.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use tracker_domain::error::AppError;

use super::issue_page::IssueState;
use crate::{
    api::EditIssue,
    ui::{After, ApiForm, Editor, Field, Hidden, Submit, dom, endpoint, use_flash, use_form},
};

/// See the module.
#[component]
pub(super) fn EditForm(state: IssueState) -> impl IntoView {
    let (title, description, version) = state
        .head
        .with_untracked(|head| (head.row.title.clone(), head.description.clone(), head.row.version));
    let navigate = use_navigate();
    let path = state.path();
    let cancel = {
        let path = path.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            navigate(&path, NavigateOptions::default());
        }
    };
    let done = Callback::new(move |()| state.expect_change());
    view! {
        <h1 class="vh">{format!("Edit {}", state.key.get_value())}</h1>
        <ApiForm to={endpoint::<EditIssue>()} after=After::Visit done>
            {state.identity()}
            <Conflict/>
            <Version seen=version/>
            <Field label="Title" name="title" value=title autocomplete="off"/>
            <Editor label="Description" name="description" value=description/>
            <div class="actions">
                <Submit label="Save changes"/>
                <button class="btn ghost" type="submit" form="cancel-edit">"Cancel"</button>
            </div>
        </ApiForm>
        // A form of its own: a plain button inside the other one would send what was typed.
        <form id="cancel-edit" method="get" action=path on:submit=cancel></form>
    }
}

/// The version that is overwritten: the one that the editor saw, after a conflict the one that was shown.
#[component]
fn Version(seen: i64) -> impl IntoView {
    let form = use_form();
    let version = move || match form.error.get() {
        Some(AppError::Conflict { version, .. }) => version,
        _ => seen,
    };
    // Once shown, a version stays seen, whatever the next answer is.
    let version = Memo::new(move |before: Option<&i64>| version().max(before.copied().unwrap_or_default()));
    view! { <Hidden name="version" value=Signal::derive(move || version.get().to_string())/> }
}

/// Both texts, side by side.
#[component]
fn Conflict() -> impl IntoView {
    let form = use_form();
    let typed = move |field: &'static str, id: &str| {
        let before = use_flash(|flash| flash.typed(form.action, field).map(str::to_owned));
        before.or_else(|| dom_value(id)).unwrap_or_default()
    };
    move || {
        let Some(AppError::Conflict { current, .. }) = form.error.get() else {
            return None;
        };
        let theirs = |field: &str| {
            current.iter().find(|(name, _)| name == field).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        Some(view! {
            <section class="notice" aria-label="Two versions">
                <p>"Take over what you need from the other version, then save: your text replaces it."</p>
                <div class="both">
                    <Text title="Theirs, saved" heading=theirs("title") body=theirs("description")/>
                    <Text title="Yours, not saved yet" heading=typed("title", "f-title") body=typed("description", "f-description")/>
                </div>
            </section>
        })
    }
}

#[component]
fn Text(title: &'static str, heading: String, body: String) -> impl IntoView {
    view! {
        <div>
            <h2>{title}</h2>
            <div class="text" tabindex="0" role="group" aria-label=title><strong>{heading}</strong>{body}</div>
        </div>
    }
}

/// What stands in a control; nothing on the server, where the flash has it.
fn dom_value(id: &str) -> Option<String> {
    is_browser().then(|| dom::value_of(id)).flatten()
}
