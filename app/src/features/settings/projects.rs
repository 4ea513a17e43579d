//! `/{org}/settings/projects`: projects and the teams that own them. `?edit=` shows one of them to be changed.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    org::Framed,
    project::{OwnedProject, ProjectList, TeamName},
};

use super::{SettingsShell, Tab};
use crate::{
    api::{CreateProject, EditProject, view_projects},
    features::{asked, param},
    ui::{
        After, ApiForm, Choice, Field, Hidden, Select, Skeleton, Submit, endpoint, flash_id, framed, href,
        page_data, plural, settled,
    },
};

/// See the module.
#[component]
pub fn ProjectsPage() -> impl IntoView {
    let org = param("org");
    let edit = Memo::new(|_| asked("edit"));
    let page =
        page_data(move || (org(), edit.get(), flash_id()), |(org, _, flash)| view_projects(org, flash));
    let again = Callback::new(move |()| page.refetch());
    let show = move |answer| {
        framed(answer, move |framed| view! { <Projects framed edit=edit.get_untracked() again/> }.into_any())
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Projects(framed: Framed<ProjectList>, edit: String, again: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let org = frame.org.clone();
    let chosen = view.projects.iter().find(|project| project.key.as_str() == edit).cloned();
    let form = match chosen {
        Some(project) => view! { <Edit org=org.clone() project teams=view.teams.clone()/> }.into_any(),
        None => view! { <New org=org.clone() teams=view.teams.clone() again/> }.into_any(),
    };
    let lines: Vec<_> = view.projects.into_iter().map(|project| line(&org, project, &view.teams)).collect();
    view! {
        <Title text=format!("Projects \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Projects>
            <section><ul class="rows" aria-label="Projects">{lines}</ul></section>
            <section>{form}</section>
        </SettingsShell>
    }
    .into_any()
}

fn line(org: &str, project: OwnedProject, teams: &[TeamName]) -> AnyView {
    let team = project.team.and_then(|slug| teams.iter().find(|team| team.slug == slug));
    let owner = team.map_or_else(|| "no team".to_owned(), |team| team.name.clone());
    let issues = plural(project.issues, "issue", "issues");
    let link = href(&format!("/{org}/settings/projects"), &[("edit", project.key.as_str())]);
    view! {
        <li>
            <span>{project.key.to_string()} " \u{b7} " {project.name} " " <span class="dim">{owner} ", " {issues}</span></span>
            <a class="btn small" href=link>"Edit" <span class="vh">" " {project.key.to_string()}</span></a>
        </li>
    }
    .into_any()
}

#[component]
fn OwnerSelect(teams: Vec<TeamName>, #[prop(optional, into)] chosen: String) -> impl IntoView {
    let mut choices = vec![Choice::new("", "No team")];
    choices.extend(teams.into_iter().map(|team| Choice::new(team.slug, team.name)));
    view! { <Select label="Team" name="team" choices chosen/> }
}

#[component]
fn New(org: String, teams: Vec<TeamName>, again: Callback<()>) -> impl IntoView {
    view! {
        <h2>"New project"</h2>
        <ApiForm to={endpoint::<CreateProject>()} after=After::Stay done=again>
            <Hidden name="org" value=org/>
            <Field label="Key" name="key" autocomplete="off" hint="2 to 10 of A-Z and 0-9; it begins the names of its issues, and stays."/>
            <Field label="Name" name="name" autocomplete="off"/>
            <OwnerSelect teams/>
            <Submit label="Create project"/>
        </ApiForm>
    }
    .into_any()
}

#[component]
fn Edit(org: String, project: OwnedProject, teams: Vec<TeamName>) -> impl IntoView {
    let back = format!("/{org}/settings/projects");
    view! {
        <h2>"Project " {project.key.to_string()}</h2>
        <ApiForm to={endpoint::<EditProject>()} after=After::Visit>
            <Hidden name="org" value=org/>
            <Hidden name="key" value=project.key.to_string()/>
            <Hidden name="version" value=project.version.to_string()/>
            <Field label="Name" name="name" value=project.name autocomplete="off"/>
            <OwnerSelect teams chosen=project.team.unwrap_or_default()/>
            <div class="actions">
                <Submit label="Save changes"/>
                <a class="btn ghost" href=back>"Cancel"</a>
            </div>
        </ApiForm>
    }
    .into_any()
}
