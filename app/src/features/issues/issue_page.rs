//! `/{org}/issues/{KEY}`: one issue.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use std::time::Duration;
use tracker_domain::{
    id::Seq,
    issue::{IssueHead, IssueView, TimelineEntry},
    live::{LiveItem, Topic, TopicPage},
    org::Framed,
};

use super::{
    edit::EditForm,
    files::{Files, FilesShown},
    links::Links,
    properties::Properties,
    timeline::Timeline,
};
use crate::{
    api::{AddComment, view_issue},
    features::param,
    live::use_live,
    ui::{
        After, ApiForm, Attach, Avatar, Editor, Here, Hidden, Shell, Skeleton, Submit, Tag, Time, endpoint,
        flash_id, framed, icon, page_data, settled,
    },
};

/// How long a change may take to come back by itself before the page asks for it.
const EXPECTED: Duration = Duration::from_millis(1_200);

/// See the module.
#[component]
pub fn IssuePage() -> impl IntoView {
    let (org, key) = (param("org"), param("key"));
    let page = page_data(move || (org(), key(), flash_id()), |(org, key, flash)| view_issue(org, key, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, move |framed| view! { <Issue framed reload/> }.into_any());
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

/// What an open issue page knows; live changes arrive here.
#[derive(Clone, Copy)]
pub(super) struct IssueState {
    /// The organization's slug.
    pub(super) org: StoredValue<String>,
    /// The issue's key as text.
    pub(super) key: StoredValue<String>,
    /// What can change.
    pub(super) head: RwSignal<IssueHead>,
    /// What happened.
    pub(super) timeline: RwSignal<Vec<TimelineEntry>>,
    /// The last position that was taken in.
    seq: RwSignal<Seq>,
    reload: Callback<()>,
}

impl IssueState {
    fn take(self, item: LiveItem) {
        let LiveItem::Entry { seq, entry, head } = item else {
            return;
        };
        self.head.set(*head);
        if self.timeline.with_untracked(|timeline| timeline.iter().all(|known| known.seq != entry.seq)) {
            self.timeline.update(|timeline| timeline.push(*entry));
        }
        self.seq.set(seq);
    }

    /// After a form was done: the change comes by itself; if it does not, the page is loaded anew.
    pub(super) fn expect_change(self) {
        let before = self.seq.get_untracked();
        let late = move || {
            if self.seq.try_get_untracked() == Some(before) {
                self.reload.run(());
            }
        };
        set_timeout(late, EXPECTED);
    }

    /// Whose form it is, as hidden fields say it.
    pub(super) fn identity(self) -> impl IntoView {
        view! {
            <Hidden name="org" value=self.org.get_value()/>
            <Hidden name="key" value=self.key.get_value()/>
        }
    }

    /// The path of this page.
    pub(super) fn path(self) -> String {
        format!("/{}/issues/{}", self.org.get_value(), self.key.get_value())
    }
}

#[component]
fn Issue(framed: Framed<IssueView>, reload: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let IssueView { head, timeline, links, people, known_tags } = view;
    let key = head.row.key.clone();
    let head = ArcRwSignal::new(head);
    // The server asks for the title when the page is rendered. What is Copy would then be looked up among the signals
    // of whatever request this thread rendered last.
    let titled = head.clone();
    let title = move || titled.with(|head| format!("{} {}", head.row.key, head.row.title));
    let state = IssueState {
        org: StoredValue::new(frame.org.clone()),
        key: StoredValue::new(key.to_string()),
        head: head.into(),
        timeline: RwSignal::new(timeline),
        seq: RwSignal::new(frame.seq),
        reload,
    };
    let shown = FilesShown::of(state);
    let topic = Topic { org: frame.org.clone(), page: TopicPage::Issue(key.clone()) };
    use_live(
        Signal::stored(Some(topic)),
        Signal::stored(frame.seq),
        move |item| state.take(item),
        move || reload.run(()),
    );
    let query = use_query_map();
    let may_edit = Memo::new(move |_| state.head.with(|head| head.viewer_can.edit));
    let editing = Memo::new(move |_| may_edit.get() && query.with(|query| query.get("edit").is_some()));
    let project = frame.projects.iter().find(|project| project.key == key.project);
    let project = project.map_or_else(
        || key.project.to_string(),
        |project| format!("{} \u{b7} {}", project.key, project.name),
    );
    let list = format!("/{}/issues", frame.org);
    let org = frame.org.clone();
    let bar = view! {
        <nav class="crumb" aria-label="Breadcrumb"><a href=list>"Issues"</a><span aria-hidden="true">"/"</span><span class="num">{key.to_string()}</span></nav>
        <span class="grow"></span>
        {move || (may_edit.get() && !editing.get()).then(|| view! { <EditButton state/> })}
    }
    .into_any();
    view! {
        <Title text=title/>
        <Shell frame here=Here::Issues bar>
            <div class=move || if editing.get() { "issue editing" } else { "issue" }>
                <article>
                    {move || if editing.get() {
                        view! { <div class="text"><EditForm state/></div> }.into_any()
                    } else {
                        view! { <Words state/> }.into_any()
                    }}
                    <Links org links/>
                    <Files state shown/>
                    <section class="story" aria-label="Comments and history">
                        <Timeline entries=state.timeline shown/>
                        <CommentForm state/>
                    </section>
                </article>
                <Properties state people known_tags project/>
            </div>
        </Shell>
    }
}

/// Title, who reported it, and the description.
#[component]
fn Words(state: IssueState) -> impl IntoView {
    let title = move || state.head.with(|head| head.row.title.clone());
    let html = Memo::new(move |_| state.head.with(|head| head.description_html.clone()));
    let reporter = state.head.with_untracked(|head| head.row.reporter.clone());
    let created = state.head.with_untracked(|head| head.row.created_at);
    let tags = move || {
        state.head.with(|head| head.row.tags.iter().cloned().map(|name| view! { <Tag name/> }).collect_view())
    };
    view! {
        <div class="head">
            <h1>{title}</h1>
            <p class="by">
                <Avatar person=reporter.clone() silent=true/>
                <span>{reporter.name} " reported this " <Time at=created long=true/></span>
                {tags}
            </p>
        </div>
        <div class="text">
            {move || if html.with(|html| html.trim().is_empty()) {
                view! { <p class="nothing">"No description."</p> }.into_any()
            } else {
                view! { <div class="md body" inner_html=html.get()></div> }.into_any()
            }}
        </div>
    }
}

/// Opens the edit form, which has a URL of its own.
#[component]
fn EditButton(state: IssueState) -> impl IntoView {
    let navigate = use_navigate();
    let path = state.path();
    let edit = {
        let path = path.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            navigate(&format!("{path}?edit=1"), NavigateOptions::default());
        }
    };
    view! {
        <form method="get" action=path on:submit=edit>
            <button class="btn" type="submit" name="edit" value="1">{icon(icondata_lu::LuPencil)} "Edit"</button>
        </form>
    }
}

#[component]
fn CommentForm(state: IssueState) -> impl IntoView {
    let may = Memo::new(move |_| state.head.with(|head| head.viewer_can.comment));
    let done = Callback::new(move |()| state.expect_change());
    move || {
        may.get().then(|| {
            view! {
                <div class="say">
                    <ApiForm to={endpoint::<AddComment>()} after=After::Clear plain="/api/v1/files/comment" done>
                        {state.identity()}
                        <Editor label="Comment" name="body" quiet=true placeholder="Write a comment. Markdown.">
                            <span class="grow"></span>
                            <Submit label="Add comment"/>
                        </Editor>
                        <Attach org=state.org.get_value() label="Files that go along"/>
                    </ApiForm>
                </div>
            }
        })
    }
}
