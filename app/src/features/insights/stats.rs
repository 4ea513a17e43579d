//! The numbers that one wants at a glance, beside those of the range before.

use leptos::prelude::*;
use tracker_domain::insight::{AskRows, Count, InsightsView, Totals};

use super::page::Shown;
use crate::ui::{duration, plural, thousands};

/// A number: what it is called, what it counts, and how it is read.
struct Stat {
    title: &'static str,
    rows: Count,
    text: fn(&Totals) -> Option<String>,
    n: fn(&Totals) -> Option<i64>,
}

const STATS: [Stat; 8] = [
    Stat { title: "Open", rows: Count::Standing, text: |of| Some(thousands(of.open)), n: |_| None },
    Stat { title: "Opened", rows: Count::Opened, text: |of| Some(thousands(of.opened)), n: |_| None },
    Stat { title: "Closed", rows: Count::Closed, text: |of| Some(thousands(of.closed)), n: |_| None },
    Stat { title: "Reopened", rows: Count::Reopened, text: |of| Some(thousands(of.reopened)), n: |_| None },
    Stat {
        title: "Lead time, median",
        rows: Count::Finished,
        text: |of| of.lead.p50.map(duration),
        n: |of| Some(of.lead.n),
    },
    Stat {
        title: "Lead time, 85 %",
        rows: Count::Finished,
        text: |of| of.lead.p85.map(duration),
        n: |of| Some(of.lead.n),
    },
    Stat {
        title: "Cycle time, median",
        rows: Count::Begun,
        text: |of| of.cycle.p50.map(duration),
        n: |of| Some(of.cycle.n),
    },
    Stat {
        title: "Time to triage, median",
        rows: Count::Triaged,
        text: |of| of.triage.p50.map(duration),
        n: |of| Some(of.triage.n),
    },
];

/// See the module.
#[component]
pub(super) fn Stats(shown: Shown) -> impl IntoView {
    STATS.iter().map(|stat| view! { <One stat shown/> }).collect_view().into_any()
}

#[component]
fn One(stat: &'static Stat, shown: Shown) -> impl IntoView {
    let text = move || {
        shown.view.with(|view| (stat.text)(&view.report.totals).unwrap_or_else(|| "\u{2013}".to_owned()))
    };
    let link = move || shown.view.with(|view| shown.links().rows(&whole(view, stat.rows)));
    let below = move || shown.view.with(|view| below(stat, view));
    view! {
        <section class="panel w3 stat-panel">
            <h2>{stat.title}</h2>
            <div><a class="stat" href=link>{text}</a></div>
            <p>{below}</p>
        </section>
    }
    .into_any()
}

/// The rows of the whole range.
pub(super) fn whole(view: &InsightsView, count: Count) -> AskRows {
    let points = &view.report.points;
    let from = points.first().map_or(view.report.at, |point| point.from);
    AskRows::of(count, from, points.last().map_or(view.report.at, |point| point.to))
}

/// Of how many it is, or why there is none, and what it was before.
fn below(stat: &Stat, view: &InsightsView) -> String {
    let n = match (stat.n)(&view.report.totals) {
        Some(n) if n < tracker_domain::insight::FEWEST_SAMPLES => {
            format!("{}: too few to say", plural(n, "issue", "issues"))
        }
        Some(n) => format!("of {}", plural(n, "issue", "issues")),
        None => String::new(),
    };
    let before = view.report.before.as_ref().map(|before| {
        let text = (stat.text)(&before.totals).unwrap_or_else(|| "too few to say".to_owned());
        format!("before: {text}")
    });
    [Some(n).filter(|n| !n.is_empty()), before].into_iter().flatten().collect::<Vec<_>>().join(" \u{b7} ")
}
