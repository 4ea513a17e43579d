//! `/{org}/issues/new`

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{issue::Severity, org::Framed};

use crate::{
    api::{CreateIssue, blank_issue},
    features::param,
    ui::{
        After, ApiForm, Attach, Choice, Editor, Field, Here, Hidden, Select, Shell, Skeleton, Submit,
        endpoint, flash_id, framed, page_data, settled,
    },
};

/// See the module.
#[component]
pub fn NewIssuePage() -> impl IntoView {
    let org = param("org");
    let page = page_data(move || (org(), flash_id()), |(org, flash)| blank_issue(org, flash));
    let show = |answer| framed(answer, |framed| view! { <NewIssue framed/> }.into_any());
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn NewIssue(framed: Framed<()>) -> impl IntoView {
    let frame = framed.frame;
    let org = frame.org.clone();
    let projects: Vec<Choice> = frame
        .projects
        .iter()
        .map(|project| Choice::new(project.key.as_str(), format!("{} \u{b7} {}", project.key, project.name)))
        .collect();
    let first = projects.first().map(|project| project.value.clone()).unwrap_or_default();
    let severities =
        Severity::ALL.iter().rev().map(|severity| Choice::new(severity.word(), severity.label())).collect();
    let back = format!("/{org}/issues");
    view! {
        <Title text=format!("New issue \u{b7} {}", frame.org_name)/>
        <Shell frame here=Here::Issues bar=view! { <h1>"New issue"</h1> }.into_any()>
            <div class="sheet">
                <ApiForm to={endpoint::<CreateIssue>()} after=After::Visit plain="/api/v1/files/issue">
                    <Hidden name="org" value=org.clone()/>
                    <Field label="Title" name="title" hint="What goes wrong, in one sentence." autocomplete="off" autofocus=true/>
                    <Editor label="Description" name="description" placeholder="What you did, what happened, what should have happened. Markdown."/>
                    <div class="row">
                        <Select label="Severity" name="severity" choices=severities chosen=Severity::Medium.word()/>
                        <Select label="Project" name="project" choices=projects chosen=first/>
                    </div>
                    <Attach org/>
                    <div class="actions">
                        <Submit label="Create issue"/>
                        <a class="btn ghost" href=back>"Cancel"</a>
                    </div>
                </ApiForm>
            </div>
        </Shell>
    }
}
