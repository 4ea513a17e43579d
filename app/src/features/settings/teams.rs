//! `/{org}/settings/teams`: teams, who is in them and what is theirs. `?team=` shows one of them to be changed.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    org::Framed,
    team::{TeamPerson, TeamView},
};

use super::{SettingsShell, Tab};
use crate::{
    api::{AddToTeam, CreateTeam, DeleteTeam, EditTeam, RemoveFromTeam, view_teams},
    features::{asked, param},
    ui::{
        After, ApiForm, Field, FlashOf, Hidden, Skeleton, Submit, endpoint, flash_id, framed, href,
        page_data, plural, settled,
    },
};

/// See the module.
#[component]
pub fn TeamsPage() -> impl IntoView {
    let org = param("org");
    let team = Memo::new(|_| asked("team"));
    let page = page_data(move || (org(), team.get(), flash_id()), |(org, _, flash)| view_teams(org, flash));
    let again = Callback::new(move |()| page.refetch());
    let show = move |answer| {
        framed(answer, move |framed| view! { <Teams framed team=team.get_untracked() again/> }.into_any())
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Teams(framed: Framed<Vec<TeamView>>, team: String, again: Callback<()>) -> impl IntoView {
    let Framed { frame, view: mut teams } = framed;
    let org = frame.org.clone();
    let chosen = teams.iter().position(|one| one.slug == team).map(|place| teams.swap_remove(place));
    let page = match chosen {
        Some(team) => view! { <OneTeam org team again/> }.into_any(),
        None => view! { <AllTeams org teams again/> }.into_any(),
    };
    view! {
        <Title text=format!("Teams \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Teams>{page}</SettingsShell>
    }
    .into_any()
}

#[component]
fn AllTeams(org: String, teams: Vec<TeamView>, again: Callback<()>) -> impl IntoView {
    let path = format!("/{org}/settings/teams");
    let none = teams.is_empty();
    let line = move |team: TeamView| {
        let link = href(&path, &[("team", &team.slug)]);
        let people = plural(team.people.len() as i64, "person", "people");
        let projects = plural(team.projects.len() as i64, "project", "projects");
        view! {
            <li>
                <span><a class="link" href=link>{team.name}</a> " " <span class="dim">"team:" {team.slug}</span></span>
                <span class="dim">{people} ", " {projects}</span>
            </li>
        }
    };
    let lines: Vec<_> = teams.into_iter().map(line).collect();
    view! {
        <section>
            <p class="dim">"A team is people, and the projects that are theirs: " <code>"team:platform"</code> " in a search finds the issues of those."</p>
            {none.then(|| view! { <p class="dim">"There is no team yet."</p> })}
            <ul class="rows" aria-label="Teams">{lines}</ul>
        </section>
        <section>
            <h2>"New team"</h2>
            <ApiForm to={endpoint::<CreateTeam>()} after=After::Visit done=again>
                <Hidden name="org" value=org/>
                <Field label="Name" name="name" autocomplete="off"/>
                <Field label="Short name" name="slug" autocomplete="off" hint="For searches, like platform. Made of the name if it is empty."/>
                <Submit label="Create team"/>
            </ApiForm>
        </section>
    }
    .into_any()
}

#[component]
fn OneTeam(org: String, team: TeamView, again: Callback<()>) -> impl IntoView {
    let TeamView { slug, name, version, people, projects } = team;
    let all = format!("/{org}/settings/teams");
    let title = name.clone();
    let (none, owns) = (people.is_empty(), !projects.is_empty());
    let lines: Vec<_> = people
        .into_iter()
        .map(|person| view! { <InTeam org=org.clone() team=slug.clone() person again/> })
        .collect();
    let keys = projects.iter().map(|project| project.key.to_string()).collect::<Vec<_>>().join(", ");
    let found = href(&format!("/{org}/issues"), &[("q", &format!("team:{slug}"))]);
    let [edited, joined, deleted] = std::array::from_fn(|_| which(&org, &slug));
    view! {
        <section>
            <p><a class="link" href=all>"All teams"</a></p>
            <h2>{title}</h2>
            <ApiForm to={endpoint::<EditTeam>()} after=After::Visit done=again>
                {edited}
                <Hidden name="version" value=version.to_string()/>
                <Field label="Name" name="name" value=name autocomplete="off"/>
                <Field label="Short name" name="slug" value=slug autocomplete="off" hint="Searches that name it have to be changed with it."/>
                <Submit label="Save changes"/>
            </ApiForm>
        </section>
        <section>
            <h2>"People"</h2>
            {none.then(|| view! { <p class="dim">"Nobody is in this team yet."</p> })}
            <ul class="rows" aria-label="People">{lines}</ul>
            <ApiForm to={endpoint::<AddToTeam>()} after=After::Stay done=again>
                {joined}
                <Field label="Address" name="person" kind="email" autocomplete="off"/>
                <Submit label="Add person" class="btn"/>
            </ApiForm>
        </section>
        <section>
            <h2>"Projects"</h2>
            {owns.then(|| view! { <p>{keys} " \u{b7} " <a class="link" href=found>"Their issues"</a></p> })}
            <p class="dim">"Who owns a project is set on the page of the projects."</p>
        </section>
        <section>
            <h2>"Delete this team"</h2>
            <p class="dim">"Its people stay members, its projects belong to no team then."</p>
            <ApiForm to={endpoint::<DeleteTeam>()} after=After::Visit done=again>
                {deleted}
                <Submit label="Delete team" class="btn"/>
            </ApiForm>
        </section>
    }
    .into_any()
}

/// What every form about a team sends.
fn which(org: &str, team: &str) -> AnyView {
    let (org, team) = (org.to_owned(), team.to_owned());
    view! { <Hidden name="org" value=org/> <Hidden name="team" value=team/> }.into_any()
}

#[component]
fn InTeam(org: String, team: String, person: TeamPerson, again: Callback<()>) -> impl IntoView {
    let id = person.id.to_string();
    view! {
        <li>
            <span>{person.name.clone()} " " <span class="dim">{person.address}</span></span>
            <FlashOf field="person" value=id.clone()>
                <ApiForm to={endpoint::<RemoveFromTeam>()} after=After::Stay class="one" done=again>
                    {which(&org, &team)}
                    <Hidden name="person" value=id/>
                    <button class="btn small" type="submit">"Remove" <span class="vh">" " {person.name}</span></button>
                </ApiForm>
            </FlashOf>
        </li>
    }
    .into_any()
}
