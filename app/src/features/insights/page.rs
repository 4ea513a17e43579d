//! `/{org}/insights`: how many issues there are, and how many come and go. Live changes are applied by the very
//! function that keeps the statistics, so an open page and a fresh one cannot disagree.

use leptos::prelude::*;
use leptos_meta::Title;
use tracker_domain::{
    id::Seq,
    insight::Insights,
    issue::Severity,
    live::{LiveItem, Topic, TopicPage},
    org::Framed,
    workflow::Status,
};

use super::{
    chart::{Bar, bars, days},
    twin::{Twin, TwinRow},
};
use crate::{
    api::view_insights,
    features::param,
    live::use_live,
    ui::{Here, Shell, Skeleton, flash_id, framed, href, settled, thousands},
};

/// See the module.
#[component]
pub fn InsightsPage() -> impl IntoView {
    let org = param("org");
    let page = Resource::new_blocking(move || (org(), flash_id()), |(org, flash)| view_insights(org, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| framed(answer, move |framed| view! { <Numbers framed reload/> }.into_any());
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

/// What the page knows.
#[derive(Clone, Copy)]
struct State {
    org: StoredValue<String>,
    numbers: RwSignal<Insights>,
    seq: RwSignal<Seq>,
}

impl State {
    fn take(self, item: LiveItem) {
        if let LiveItem::Stats { seq, day, effects } = item {
            self.numbers.update(|numbers| numbers.apply(day, &effects));
            self.seq.set(seq);
        }
    }

    fn list(self, query: &str) -> String {
        self.org.with_value(|org| href(&format!("/{org}/issues"), &[("q", query)]))
    }

    fn position(self) -> impl IntoView {
        view! { <span class="num">{move || format!("as of event {}", thousands(self.seq.get().0))}</span> }
    }

    fn severities(self) -> Vec<(Severity, i64, String)> {
        let count = |severity: Severity| self.numbers.with(|numbers| numbers.open_by_severity(severity));
        Severity::ALL
            .iter()
            .rev()
            .map(|&s| (s, count(s), self.list(&format!("is:open severity:{s}"))))
            .collect()
    }

    fn statuses(self) -> Vec<(Status, i64, String)> {
        let count = |status: Status| self.numbers.with(|numbers| numbers.by_status(status));
        Status::ALL.iter().map(|&s| (s, count(s), self.list(&format!("status:{s}")))).collect()
    }

    fn totals(self) -> (i64, i64, i64) {
        self.numbers.with(|numbers| {
            let days = || numbers.days.iter();
            (days().map(|d| d.opened).sum(), days().map(|d| d.closed).sum(), days().map(|d| d.reopened).sum())
        })
    }
}

#[component]
fn Numbers(framed: Framed<Insights>, reload: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let state = State {
        org: StoredValue::new(frame.org.clone()),
        numbers: RwSignal::new(view),
        seq: RwSignal::new(frame.seq),
    };
    let topic = Topic { org: frame.org.clone(), page: TopicPage::Insights };
    use_live(
        Signal::stored(Some(topic)),
        Signal::stored(frame.seq),
        move |item| state.take(item),
        move || reload.run(()),
    );
    view! {
        <Title text=format!("Insights \u{b7} {}", frame.org_name)/>
        <Shell frame here=Here::Insights paper=true bar=view! { <h1>"Insights"</h1> }.into_any()>
            <div class="panels">
                <Stats state/>
                <Flow state/>
                <BySeverity state/>
                <ByStatus state/>
            </div>
        </Shell>
    }
}

/// The numbers that one wants at a glance.
#[component]
fn Stats(state: State) -> impl IntoView {
    let open = move || thousands(state.numbers.with(Insights::open));
    let stat = move |title: &'static str, text: &'static str, number: fn((i64, i64, i64)) -> i64| {
        view! {
            <section class="panel w3 stat-panel">
                <h2>{title}</h2>
                <span class="stat">{move || thousands(number(state.totals()))}</span>
                <p>{text}</p>
            </section>
        }
    };
    view! {
        <section class="panel w3 stat-panel">
            <h2>"Open now"</h2>
            <div><a class="stat" href=state.list("is:open")>{open}</a></div>
            <p>"Not done yet"</p>
        </section>
        {stat("Opened", "Reported in the last 30 days", |totals| totals.0)}
        {stat("Closed", "Entries into Done in the last 30 days", |totals| totals.1)}
        {stat("Reopened", "Exits from Done in the last 30 days", |totals| totals.2)}
    }
    .into_any()
}

#[component]
fn BySeverity(state: State) -> impl IntoView {
    let chart = move || {
        let class = |severity| match severity {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        };
        let bar = |(severity, count, link): (Severity, i64, String)| Bar {
            label: severity.label(),
            class: class(severity),
            count,
            link,
        };
        bars("Open issues by severity", &state.severities().into_iter().map(bar).collect::<Vec<_>>())
    };
    let rows = Signal::derive(move || {
        let row = |(severity, count, link): (Severity, i64, String)| TwinRow {
            word: severity.word().to_owned(),
            cells: vec![thousands(count)],
            link: Some(link),
        };
        state.severities().into_iter().map(row).collect()
    });
    let total = move || thousands(state.numbers.with(Insights::open));
    view! {
        <section class="panel" aria-labelledby="by-severity">
            <h2 id="by-severity">"Open issues by severity"</h2>
            <p>"Issues that are not done, now. Each bar is a link to its issues."</p>
            {chart}
            <Twin caption="Open issues by severity, table" columns=&["Severity", "Open"] rows/>
            <footer><span>{total} " open"</span> {state.position()}</footer>
        </section>
    }
    .into_any()
}

#[component]
fn ByStatus(state: State) -> impl IntoView {
    let chart = move || {
        let class = |status| match status {
            Status::Open => "bar-open",
            Status::Triaged => "bar-triaged",
            Status::InProgress => "bar-in_progress",
            Status::Done => "bar-done",
        };
        let bar = |(status, count, link): (Status, i64, String)| Bar {
            label: status.label(),
            class: class(status),
            count,
            link,
        };
        bars("Issues by status", &state.statuses().into_iter().map(bar).collect::<Vec<_>>())
    };
    let rows = Signal::derive(move || {
        let row = |(status, count, link): (Status, i64, String)| TwinRow {
            word: status.word().to_owned(),
            cells: vec![thousands(count)],
            link: Some(link),
        };
        state.statuses().into_iter().map(row).collect()
    });
    let total = move || thousands(state.statuses().iter().map(|status| status.1).sum());
    view! {
        <section class="panel" aria-labelledby="by-status">
            <h2 id="by-status">"Issues by status"</h2>
            <p>"All issues, now, by where they stand."</p>
            {chart}
            <Twin caption="Issues by status, table" columns=&["Status", "Issues"] rows/>
            <footer><span>{total} " in all"</span> {state.position()}</footer>
        </section>
    }
    .into_any()
}

#[component]
fn Flow(state: State) -> impl IntoView {
    let words = move || {
        let (opened, closed, reopened) = state.totals();
        format!(
            "{} opened, {} closed, {} reopened",
            thousands(opened),
            thousands(closed),
            thousands(reopened)
        )
    };
    let chart = move || {
        let label =
            format!("Opened and closed per day, the last 30 days: {}. The table has every day.", words());
        state.numbers.with(|numbers| days(label, &numbers.days))
    };
    let rows = Signal::derive(move || {
        state.numbers.with(|numbers| {
            let row = |day: &tracker_domain::insight::DayCounts| TwinRow {
                word: day.day.iso(),
                cells: [day.opened, day.closed, day.reopened].map(thousands).into(),
                link: None,
            };
            numbers.days.iter().rev().map(row).collect()
        })
    });
    view! {
        <section class="panel w12" aria-labelledby="flow">
            <h2 id="flow">"Opened and closed per day"</h2>
            <p>"Counts of events on the day (UTC). A reopened issue is counted as reopened, not as opened again."</p>
            <div class="legend" aria-hidden="true"><span class="opened">"Opened"</span><span class="closed">"Closed"</span></div>
            <div class="beside">
                {chart}
                <Twin caption="Opened and closed per day, table" columns=&["Day", "Opened", "Closed", "Reopened"] rows/>
            </div>
            <footer><span>{words}</span> {state.position()}</footer>
        </section>
    }
    .into_any()
}
