//! `/{org}/settings/audit`: who did what to accounts, members and settings, from where.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    audit::{AuditAction, AuditEntry, AuditList},
    org::Framed,
};

use super::{Pager, SettingsShell, Tab};
use crate::{
    api::view_audit,
    features::{asked, param},
    ui::{Choice, Skeleton, Time, flash_id, framed, href, options, page_data, settled},
};

/// What the filter is made of, as its URL has it.
const FIELDS: [&str; 4] = ["action", "person", "from", "to"];

/// See the module.
#[component]
pub fn AuditPage() -> impl IntoView {
    let org = param("org");
    let filter = Memo::new(|_| FIELDS.map(asked));
    let after = Memo::new(|_| asked("after"));
    let page = page_data(
        move || (org(), filter.get(), after.get(), flash_id()),
        |(org, [action, person, from, to], after, flash)| {
            view_audit(org, action, person, from, to, after, flash, None)
        },
    );
    let show = move |answer| {
        framed(answer, |framed| view! { <Trail framed filter=filter.get_untracked()/> }.into_any())
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Trail(framed: Framed<AuditList>, filter: [String; 4]) -> impl IntoView {
    let Framed { frame, view } = framed;
    let path = format!("/{}/settings/audit", frame.org);
    let pairs: Vec<_> = FIELDS.iter().copied().zip(filter.iter().map(String::as_str)).collect();
    let table = href(&format!("{path}.csv"), &pairs);
    let query = FIELDS.into_iter().zip(filter.clone()).collect();
    let none = view.entries.is_empty();
    let rows: Vec<_> = view.entries.into_iter().map(row).collect();
    let pages = [view.previous, view.next].map(|cursor| cursor.map(|cursor| cursor.to_string()));
    view! {
        <Title text=format!("Audit \u{b7} {}", frame.org_name)/>
        <SettingsShell frame tab=Tab::Audit>
            <section>
                <Filter path=path.clone() filter/>
                <table class="plain" hidden=none>
                    <caption class="vh">"Audit trail"</caption>
                    <thead>
                        <tr><th scope="col">"When"</th><th scope="col">"Who"</th><th scope="col">"What"</th><th scope="col">"From"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {none.then(|| view! { <p>"Nothing of that kind has happened."</p> })}
                <div class="actions">
                    <a class="btn" href=table rel="external" download="">"Export CSV"</a>
                    <Pager path query pages/>
                </div>
            </section>
        </SettingsShell>
    }
    .into_any()
}

fn row(entry: AuditEntry) -> AnyView {
    view! {
        <tr>
            <td><Time at=entry.at/></td>
            <td>{entry.who} <span class="dim">{entry.who_address}</span></td>
            <td>{entry.what} " " <strong>{entry.target}</strong> <span class="dim">{entry.note}</span></td>
            <td>{entry.address} <span class="dim">{entry.agent}</span></td>
        </tr>
    }
    .into_any()
}

/// A plain form: its answer is a page with a URL.
#[component]
fn Filter(path: String, filter: [String; 4]) -> impl IntoView {
    let narrowed = filter.iter().any(|value| !value.is_empty());
    let [action, person, from, to] = filter;
    let all = path.clone();
    let mut choices = vec![Choice::new("", "Anything")];
    choices.extend(AuditAction::ALL.iter().map(|action| Choice::new(action.word(), action.label())));
    view! {
        <form class="narrow" method="get" action=path role="search">
            <select class="input" name="action" aria-label="What">{options(choices, &action)}</select>
            <input class="input" name="person" value=person aria-label="Person" placeholder="Address or name" maxlength="254"/>
            <input class="input" type="date" name="from" value=from aria-label="From day"/>
            <input class="input" type="date" name="to" value=to aria-label="To day"/>
            <button class="btn" type="submit">"Filter"</button>
            {narrowed.then(|| view! { <a class="btn ghost" href=all>"Show all"</a> })}
        </form>
    }
    .into_any()
}
