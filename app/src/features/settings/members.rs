//! `/{org}/settings/members`: who is in, what they may do, and who is shut out.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    member::{MemberList, MemberState, MemberView},
    org::{Framed, Person, Role},
};

use super::{Pager, SettingsShell, Tab};
use crate::{
    api::{DisableMember, EnableMember, SetRole, list_members},
    features::{asked, param},
    ui::{
        After, ApiForm, Avatar, Choice, FlashOf, Hidden, Skeleton, Submit, Time, endpoint, flash_id, framed,
        options, page_data, settled, use_form,
    },
};

/// See the module.
#[component]
pub fn MembersPage() -> impl IntoView {
    let org = param("org");
    let filter = Memo::new(|_| ["q", "role", "after"].map(asked));
    let page = page_data(
        move || (org(), filter.get(), flash_id()),
        |(org, [q, role, after], flash)| list_members(org, q, role, after, flash, None),
    );
    let show = move |answer| {
        framed(answer, |framed| view! { <Members framed filter=filter.get_untracked()/> }.into_any())
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Members(framed: Framed<MemberList>, filter: [String; 3]) -> impl IntoView {
    let Framed { frame, view } = framed;
    let (org, me) = (frame.org.clone(), frame.viewer.id);
    let [q, role, _] = filter;
    let narrowed = !q.is_empty() || !role.is_empty();
    let path = format!("/{org}/settings/members");
    let none = view.members.is_empty();
    let rows: Vec<_> = view
        .members
        .into_iter()
        .map(|member| view! { <MemberRow org=org.clone() own={member.id == me} member/> })
        .collect();
    let pages = [view.previous, view.next].map(|cursor| cursor.map(|cursor| cursor.to_string()));
    view! {
        <Title text=format!("Members \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Members>
            <section>
                <p class="dim">
                    "Nobody is removed, for issues and comments name their people: whoever shall not come in any more is shut out. "
                    "A new role holds at once."
                </p>
                <Filter path=path.clone() q=q.clone() role=role.clone() narrowed/>
                <table class="plain members" hidden=none>
                    <caption class="vh">"Members"</caption>
                    <thead>
                        <tr><th scope="col">"Name"</th><th scope="col">"Role"</th><th scope="col">"Joined"</th><th scope="col">"Access"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {none.then(|| view! { <p>"No member is like that."</p> })}
                <Pager path query=vec![("q", q), ("role", role)] pages/>
            </section>
        </SettingsShell>
    }
    .into_any()
}

fn roles() -> Vec<Choice> {
    Role::ALL.iter().map(|role| Choice::new(role.word(), role.label())).collect()
}

/// A plain form: its answer is a page with a URL.
#[component]
fn Filter(path: String, q: String, role: String, narrowed: bool) -> impl IntoView {
    let mut choices = vec![Choice::new("", "Any role")];
    choices.extend(roles());
    let all = path.clone();
    view! {
        <form class="narrow" method="get" action=path role="search">
            <input class="input" type="search" name="q" value=q aria-label="Name or address" placeholder="Name or address" maxlength="200"/>
            <select class="input" name="role" aria-label="Only this role">{options(choices, &role)}</select>
            <button class="btn" type="submit">"Search"</button>
            {narrowed.then(|| view! { <a class="btn ghost" href=all>"Show all"</a> })}
        </form>
    }
    .into_any()
}

#[component]
fn MemberRow(org: String, member: MemberView, own: bool) -> impl IntoView {
    let state = RwSignal::new(member.state);
    let person = Person { id: member.id, name: member.name.clone() };
    let id = member.id.to_string();
    let access = {
        let (org, id, name, was) = (org.clone(), id.clone(), member.name.clone(), member.state);
        move || {
            let now = state.get();
            // Let in again, they are as they were; the server knows whether they ever came.
            let back = if was == MemberState::Disabled { MemberState::Active } else { was };
            view! { <Access org=org.clone() id=id.clone() name=name.clone() state back now/> }
        }
    };
    view! {
        <tr>
            <th scope="row">
                <span class="who"><Avatar person silent=true/> <span>{member.name.clone()}</span></span>
                <span class="dim">{member.address}</span>
            </th>
            <td>
                <FlashOf field="member" value=id.clone()>
                    <ApiForm to={endpoint::<SetRole>()} after=After::Stay class="one" auto=true>
                        <Hidden name="org" value=org/>
                        <Hidden name="member" value=id.clone()/>
                        <RoleSelect name=member.name.clone() role=member.role/>
                        <Submit label="Set" what="role" class="btn small no-js"/>
                    </ApiForm>
                </FlashOf>
            </td>
            <td><Time at=member.joined_at/></td>
            <td class="access">
                <span class="dim">{move || state.get().label()}</span>
                {if own { None } else { Some(access) }}
            </td>
        </tr>
    }
    .into_any()
}

/// After a refusal without JavaScript it has what was chosen, not what the member is.
#[component]
fn RoleSelect(name: String, role: Role) -> impl IntoView {
    let form = use_form();
    let chosen = form.typed("role", role.word().to_owned());
    let wrong = move || form.about("role").map(|_| "true");
    view! {
        <select class="input" name="role" aria-label=format!("Role of {name}") aria-invalid=wrong>
            {options(roles(), &chosen)}
        </select>
    }
}

/// Shuts a member out, or lets them in again.
#[component]
fn Access(
    org: String,
    id: String,
    name: String,
    state: RwSignal<MemberState>,
    back: MemberState,
    now: MemberState,
) -> impl IntoView {
    let shut = now == MemberState::Disabled;
    let (to, label) =
        if shut { (endpoint::<EnableMember>(), "Let in") } else { (endpoint::<DisableMember>(), "Shut out") };
    let done = Callback::new(move |()| state.set(if shut { back } else { MemberState::Disabled }));
    view! {
        <FlashOf field="member" value=id.clone()>
            <ApiForm to after=After::Stay class="one" done>
                <Hidden name="org" value=org/>
                <Hidden name="member" value=id/>
                <button class="btn small" type="submit">{label} <span class="vh">" " {name}</span></button>
            </ApiForm>
        </FlashOf>
    }
    .into_any()
}
