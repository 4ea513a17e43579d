//! The files of an issue: what they are, and how one gets them. The list lives with the page; where a file is told of in
//! the timeline it is a link as well.

use leptos::prelude::*;
use tracker_domain::{
    attachment::{FileState, FileView, size_label},
    id::{AttachmentId, CommentId},
};

use super::issue_page::IssueState;
use crate::{
    api::{HideFile, RemoveFile},
    ui::{After, ApiForm, Attach, Endpoint, FlashOf, Hidden, Submit, UPLOAD, endpoint, icon},
};

/// The files that a page shows, as they change.
#[derive(Clone, Copy)]
pub(super) struct FilesShown {
    org: StoredValue<String>,
    files: Memo<Vec<FileView>>,
}

impl FilesShown {
    /// Of an open issue.
    pub(super) fn of(state: IssueState) -> Self {
        Self { org: state.org, files: Memo::new(move |_| state.head.with(|head| head.files.clone())) }
    }

    /// A link to one of them; what is not there any more is a word.
    pub(super) fn link(self, id: AttachmentId) -> AnyView {
        let shown = move || {
            let file = self.files.with(|files| files.iter().find(|file| file.row.id == id).cloned());
            file.map_or_else(|| "a file that is not there any more".into_any(), |file| self.name(&file))
        };
        shown.into_any()
    }

    /// Whether one of them came with a comment, which shows it itself.
    pub(super) fn is_told(self, id: AttachmentId) -> bool {
        self.files
            .with_untracked(|files| files.iter().any(|file| file.row.id == id && file.row.comment.is_some()))
    }

    /// Those that came with a comment.
    pub(super) fn of_comment(self, comment: CommentId) -> AnyView {
        let shown = move || {
            let came = |file: &&FileView| file.row.comment == Some(comment);
            let files: Vec<_> = self.files.with(|files| files.iter().filter(came).cloned().collect());
            (!files.is_empty()).then(|| {
                let names = files.iter().map(|file| view! { <li>{self.name(file)}</li> }).collect_view();
                view! { <ul class="with" aria-label="Its files">{names}</ul> }
            })
        };
        shown.into_any()
    }

    fn path(self, file: &FileView) -> String {
        format!("/{}/files/{}", self.org.get_value(), file.row.id)
    }

    fn name(self, file: &FileView) -> AnyView {
        let name = file.row.name.to_string();
        if file.row.state != FileState::Clean {
            return view! { <span>{name} " (" {file.row.state.label()} ")"</span> }.into_any();
        }
        view! { <a class="link" href=self.path(file) rel="external" target="_blank">{name}</a> }.into_any()
    }
}

/// See the module.
#[component]
pub(super) fn Files(state: IssueState, shown: FilesShown) -> impl IntoView {
    let done = Callback::new(move |()| state.expect_change());
    let may = Memo::new(move |_| state.head.with(|head| head.viewer_can.comment));
    let any = Memo::new(move |_| shown.files.with(|files| !files.is_empty()));
    let items = move || shown.files.get().into_iter().map(|file| item(shown, file, done)).collect_view();
    move || {
        (any.get() || may.get()).then(|| {
            view! {
                <section class="files" aria-label="Files">
                    <h2>"Files"</h2>
                    <ul>{items}</ul>
                    {may.get().then(|| view! { <AttachForm state/> })}
                </section>
            }
        })
    }
}

/// Attaches to the issue itself. With scripts a file goes as soon as it is chosen; the button is for when there are none.
#[component]
fn AttachForm(state: IssueState) -> impl IntoView {
    view! {
        <ApiForm to={Endpoint { url: UPLOAD }} after=After::Stay plain=UPLOAD native=true>
            {state.identity()}
            <Attach org=state.org.get_value() key=state.key.get_value()/>
            <div class="no-js"><Submit label="Upload" class="btn"/></div>
        </ApiForm>
    }
    .into_any()
}

fn item(shown: FilesShown, file: FileView, done: Callback<()>) -> AnyView {
    let row = &file.row;
    let small =
        (row.thumbnail && row.state == FileState::Clean).then(|| format!("{}/small", shown.path(&file)));
    let picture = match small {
        Some(small) => view! { <img src=small alt="" loading="lazy" width="96" height="64"/> }.into_any(),
        None => view! { <span class="sheet-icon">{icon(icondata_lu::LuFile)}</span> }.into_any(),
    };
    let size = size_label(row.size);
    let hidden =
        row.hidden.then(|| view! { <span class="mark">{icon(icondata_lu::LuEyeOff)} "hidden"</span> });
    let name = row.name.to_string();
    let forms = view! {
        {file.can_remove.then(|| change(shown, &file, "Remove", endpoint::<RemoveFile>(), name.clone(), done))}
        {file.can_hide.then(|| change(shown, &file, "Hide", endpoint::<HideFile>(), name.clone(), done))}
    };
    view! {
        <li>
            {picture}
            <span class="what">{shown.name(&file)} <span class="dim">{size} " " {hidden}</span></span>
            {forms}
        </li>
    }
    .into_any()
}

fn change(
    shown: FilesShown,
    file: &FileView,
    label: &'static str,
    to: Endpoint,
    name: String,
    done: Callback<()>,
) -> AnyView {
    let (org, id) = (shown.org.get_value(), file.row.id.to_string());
    let key = id.clone();
    view! {
        <FlashOf field="file" value=key>
            <ApiForm to after=After::Stay class="inline" done>
                <Hidden name="org" value=org/>
                <Hidden name="file" value=id/>
                <Submit label class="btn ghost small" what=name/>
            </ApiForm>
        </FlashOf>
    }
    .into_any()
}
