//! `/{org}/insights/rows`: the issues, or what happened to them, that a number counts. It has exactly so many rows.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    insight::{AskInsights, NumberRow, NumberRows},
    org::Framed,
};

use super::ask::link;
use crate::{
    api::view_number,
    features::{asked, param, settings::Pager},
    ui::{
        Here, Shell, Skeleton, Time, duration, flash_id, framed, page_data, plural, settled, severity_html,
        status_html,
    },
};

/// What the URL says, in the order of [`view_number`].
const FIELDS: [&str; 10] =
    ["count", "since", "until", "status", "severity", "bins", "q", "at", "seq", "after"];

/// See the module.
#[component]
pub fn NumberPage() -> impl IntoView {
    let org = param("org");
    let fields = Memo::new(|_| FIELDS.map(asked));
    let page = page_data(
        move || (org(), fields.get(), flash_id()),
        |(org, [count, since, until, status, severity, bins, q, at, seq, after], flash)| {
            view_number(org, count, since, until, status, severity, bins, q, at, seq, after, flash)
        },
    );
    let show = move |answer| {
        framed(answer, |framed| view! { <Rows framed fields=fields.get_untracked()/> }.into_any())
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

#[component]
fn Rows(framed: Framed<NumberRows>, fields: [String; 10]) -> impl IntoView {
    let Framed { frame, view } = framed;
    let org = frame.org.clone();
    let path = format!("/{org}/insights/rows");
    let back = link(&AskInsights { org: org.clone(), q: fields[6].clone(), ..AskInsights::default() });
    let query = FIELDS.into_iter().zip(fields).filter(|(name, _)| *name != "after").collect();
    let none = view.rows.is_empty();
    let timed = view.rows.iter().any(|row| row.seconds.is_some());
    let rows: Vec<_> = view.rows.into_iter().map(|row| line(&org, row)).collect();
    let bar = view! {
        <h1>"Behind the number"</h1>
        <span class="dim num">{plural(view.total, "row", "rows")}</span>
        <span class="grow"></span>
        <a class="btn" href=back>"Insights"</a>
    }
    .into_any();
    view! {
        <Title text=format!("{} \u{b7} {}", view.says, frame.org_name)/>
        <Shell frame here=Here::Insights bar>
            <p class="says">{view.says} <span class="dim num">{format!(" as of event {}", view.seq)}</span></p>
            <table class="plain numbers" hidden=none>
                <caption class="vh">"Rows behind the number"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Issue"</th><th scope="col">"Severity"</th><th scope="col">"Status"</th><th scope="col">"When"</th>
                        {timed.then(|| view! { <th scope="col">"How long"</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {none.then(|| view! { <p class="says">"None."</p> })}
            <Pager path query pages=[None, view.next]/>
        </Shell>
    }
    .into_any()
}

fn line(org: &str, row: NumberRow) -> AnyView {
    let path = format!("/{org}/issues/{}", row.key);
    view! {
        <tr>
            <td><a href=path>{row.key.to_string()} " " {row.title}</a></td>
            <td inner_html=severity_html(row.severity)></td>
            <td inner_html=status_html(row.status)></td>
            <td><Time at=row.at/></td>
            {row.seconds.map(|seconds| view! { <td class="num">{duration(seconds)}</td> })}
        </tr>
    }
    .into_any()
}
