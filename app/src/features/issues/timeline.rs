//! Comments and history as one list: the log of the issue, read by a person.

use leptos::prelude::*;
use tracker_domain::{
    attachment::FileState,
    event::Change,
    id::CommentId,
    issue::TimelineEntry,
    org::Person,
    workflow::{Move, Status},
};

use super::files::FilesShown;
use crate::ui::{Avatar, SeverityBadge, StatusBadge, Tag, Time, icon};

/// See the module.
#[component]
pub(super) fn Timeline(entries: RwSignal<Vec<TimelineEntry>>, shown: FilesShown) -> impl IntoView {
    view! {
        <ol class="tl">
            <For each=move || entries.get() key=|entry| entry.seq.0 let:entry>{line(entry, shown)}</For>
        </ol>
    }
}

fn line(entry: TimelineEntry, shown: FilesShown) -> AnyView {
    let TimelineEntry { at, actor, change, comment_html, .. } = entry;
    if let (Change::CommentAdded { comment }, Some(html)) = (&change, comment_html) {
        return said(
            *comment,
            actor,
            (html, shown.of_comment(*comment)),
            view! { <Time at long=true/> }.into_any(),
        );
    }
    let Some((sign, words)) = told(&change, &actor, shown) else {
        return ().into_any();
    };
    view! {
        <li>
            <span class="dot">{icon(sign)}</span>
            <b>{actor.name}</b>
            " "
            {words}
            " · "
            <Time at long=true/>
        </li>
    }
    .into_any()
}

fn said(comment: CommentId, actor: Person, (html, files): (String, AnyView), time: AnyView) -> AnyView {
    view! {
        <li>
            <Avatar person=actor.clone() large=true silent=true/>
            <div class="card" id=format!("comment-{comment}")>
                <header><b>{actor.name}</b> {time}</header>
                <div class="md" inner_html=html></div>
                {files}
            </div>
        </li>
    }
    .into_any()
}

/// A change in words, after the name of who did it; events that are not about the issue have none.
fn told(
    change: &Change,
    actor: &Person,
    shown: FilesShown,
) -> Option<(&'static icondata_core::IconData, AnyView)> {
    let words = match change {
        Change::IssueCreated { .. } => (icondata_lu::LuCircleDot, "reported this".into_any()),
        Change::TitleChanged { from, to } => {
            let words = view! { "changed the title from " <span class="was">{from.clone()}</span> " to " <b>{to.clone()}</b> };
            (icondata_lu::LuPencil, words.into_any())
        }
        Change::DescriptionChanged {} => (icondata_lu::LuPencil, "edited the description".into_any()),
        Change::StatusMoved { from, to } => (icondata_lu::LuArrowRight, moved(*from, *to)),
        Change::SeveritySet { from, to } => {
            let words = view! { "set the severity from " <SeverityBadge severity=*from/> " to " <SeverityBadge severity=*to/> };
            (icondata_lu::LuSignal, words.into_any())
        }
        Change::AssigneeSet { from, to } => {
            (icondata_lu::LuUserRound, assigned(from.as_ref(), to.as_ref(), actor))
        }
        Change::TagsChanged { added, removed } => (icondata_lu::LuTag, tagged(added, removed)),
        // A comment whose text is gone.
        Change::CommentAdded { .. } => (icondata_lu::LuMessageSquare, "commented".into_any()),
        Change::AttachmentAdded { attachment } if shown.is_told(*attachment) => return None,
        Change::AttachmentAdded { attachment } => {
            (icondata_lu::LuPaperclip, view! { "attached " {shown.link(*attachment)} }.into_any())
        }
        Change::AttachmentRemoved { .. } => (icondata_lu::LuPaperclip, "removed a file".into_any()),
        Change::AttachmentHidden { .. } => (icondata_lu::LuEyeOff, "hid a file".into_any()),
        Change::AttachmentChecked { state: FileState::Infected, attachment } => (
            icondata_lu::LuShieldAlert,
            view! { "added an infected file: " {shown.link(*attachment)} }.into_any(),
        ),
        Change::AttachmentChecked { .. }
        | Change::MemberJoined { .. }
        | Change::RoleChanged { .. }
        | Change::MemberDisabled { .. }
        | Change::MemberEnabled { .. }
        | Change::ProjectCreated { .. } => {
            return None;
        }
    };
    Some(words)
}

fn moved(from: Status, to: Status) -> AnyView {
    let verb = match from.step(to) {
        Move::Reopen => "reopened it: ",
        _ if to == Status::Done => "finished it: ",
        _ if to == Status::InProgress => "started it: ",
        _ => "moved it from ",
    };
    view! { {verb} <StatusBadge status=from/> " to " <StatusBadge status=to/> }.into_any()
}

fn assigned(from: Option<&Person>, to: Option<&Person>, actor: &Person) -> AnyView {
    match (from, to) {
        (_, Some(to)) if to.id == actor.id => "took it on".into_any(),
        (_, Some(to)) => view! { "assigned it to " <b>{to.name.clone()}</b> }.into_any(),
        (Some(from), None) if from.id == actor.id => "gave it back".into_any(),
        (Some(from), None) => view! { "took it from " <b>{from.name.clone()}</b> }.into_any(),
        (None, None) => "left it with nobody".into_any(),
    }
}

fn tagged(added: &[String], removed: &[String]) -> AnyView {
    let tags = |names: &[String]| names.iter().cloned().map(|name| view! { <Tag name/> " " }).collect_view();
    let some =
        |verb: &'static str, names: &[String]| (!names.is_empty()).then(|| view! { {verb} {tags(names)} });
    let and = (!added.is_empty() && !removed.is_empty()).then_some("and ");
    view! { {some("added ", added)} {and} {some("removed ", removed)} }.into_any()
}
