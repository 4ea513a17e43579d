//! `/{org}/insights`: how many issues there are, how they come and go, and how long they take.
//!
//! An open page asks again a moment after something happened that it counts, and puts the new numbers into the charts and tables that
//! are there. A page of one moment and one position (`at`, `seq`) never changes.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::{Script, Title};
use std::time::Duration;
use tracker_domain::{
    id::Seq,
    insight::{AskInsights, Chart, InsightsView},
    live::{LiveItem, Topic, TopicPage},
    org::Framed,
};

use super::{
    ask::{Asked, from_url, link},
    links::Links,
    panel::Panel,
    stats::Stats,
};
use crate::{
    api::{ApiError, blank_issue, view_insights},
    features::param,
    live::use_live,
    ui::{Here, Shell, Skeleton, Time, duration, flash_id, framed, icon, page_data, settled, thousands},
};

/// How long changes are collected before the numbers are asked for again.
const COLLECT: Duration = Duration::from_millis(150);
/// How long the reader of the log is given when it has not come as far as the change.
const AGAIN: Duration = Duration::from_millis(150);
/// How often it is asked again.
const MOST_TRIES: u8 = 20;

type Answer = Result<Framed<Result<InsightsView, ApiError>>, ApiError>;

/// See the module.
#[component]
pub fn InsightsPage() -> impl IntoView {
    let org = param("org");
    let ask = Memo::new(move |_| from_url(org()));
    let page = page_data(move || (ask.get(), flash_id()), |(ask, flash)| fetch(ask, flash));
    let reload = Callback::new(move |()| page.refetch());
    let show = move |answer| {
        framed(answer, move |framed: Framed<Result<InsightsView, ApiError>>| {
            let ask = ask.get_untracked();
            let Framed { frame, view } = framed;
            match view {
                Ok(view) => view! { <Numbers framed=Framed { frame, view } ask reload/> }.into_any(),
                Err(error) => view! {
                    <Title text=format!("Insights \u{b7} {}", frame.org_name)/>
                    <Shell frame here=Here::Insights paper=true bar=view! { <h1>"Insights"</h1> }.into_any()>
                        <Asked ask wrong=Some(error.0)/>
                    </Shell>
                }
                .into_any(),
            }
        })
    };
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move { show(settled(page).await) })}
        </Transition>
    }
}

/// Asks for the numbers; when the question cannot be read, for what stands around it.
async fn fetch(ask: AskInsights, flash: String) -> Answer {
    let org = ask.org.clone();
    match numbers(ask, flash.clone()).await {
        Ok(Framed { frame, view }) => Ok(Framed { frame, view: Ok(view) }),
        Err(error) if matches!(error.0, tracker_domain::error::AppError::Invalid { .. }) => {
            let blank = blank_issue(org, flash).await?;
            Ok(Framed { frame: blank.frame, view: Err(error) })
        }
        Err(error) => Err(error),
    }
}

async fn numbers(ask: AskInsights, flash: String) -> Result<Framed<InsightsView>, ApiError> {
    let AskInsights { org, range, from, to, by, q, compare, zone, at, seq } = ask;
    view_insights(org, range, from, to, by, q, compare, zone, at, seq, flash).await
}

/// What the page shows.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// The numbers.
    pub(super) view: RwSignal<InsightsView>,
    ask: StoredValue<AskInsights>,
    /// The latest change that was heard of.
    heard: StoredValue<Seq>,
    /// Whether the numbers are being asked for.
    asking: StoredValue<bool>,
}

impl Shown {
    /// The question for ever.
    pub(super) fn pinned(self) -> AskInsights {
        let ask = self.ask.get_value();
        self.view.with(|view| {
            let report = &view.report;
            ask.pinned(report.range, &report.zone, report.at, report.seq)
        })
    }

    /// Makes the links to the rows behind the numbers.
    pub(super) fn links(self) -> Links {
        self.ask.with_value(|ask| self.view.with_untracked(|view| Links::of(ask, &view.report)))
    }

    /// The position that the numbers stand for, and when that was.
    pub(super) fn position(self) -> impl IntoView {
        let (at, seq) = self.view.with(|view| (view.report.at, view.report.seq));
        view! { <span class="num">{format!("as of event {}, ", thousands(seq.0))}<Time at/></span> }
    }

    fn take(self, item: LiveItem) {
        if let LiveItem::Counted { seq } = item {
            self.heard.update_value(|heard| *heard = (*heard).max(seq));
            self.ask_again(COLLECT, 0);
        }
    }

    /// Asks for the numbers once more, unless that is going on already.
    fn ask_again(self, after: Duration, tries: u8) {
        if tries == 0 && self.asking.try_update_value(|asking| std::mem::replace(asking, true)) != Some(false)
        {
            return;
        }
        set_timeout(move || spawn_local(self.refresh(tries)), after);
    }

    async fn refresh(self, tries: u8) {
        let Some(ask) = self.ask.try_get_value() else { return };
        let answer = numbers(ask, String::new()).await;
        let Some(heard) = self.heard.try_get_value() else { return };
        let behind = match answer {
            Ok(Framed { view, .. }) => {
                let behind = view.report.seq < heard;
                self.view.try_set(view);
                behind
            }
            Err(_) => true,
        };
        if behind && tries < MOST_TRIES {
            self.ask_again(AGAIN, tries + 1);
        } else {
            self.asking.try_update_value(|asking| *asking = false);
        }
    }
}

#[component]
fn Numbers(framed: Framed<InsightsView>, ask: AskInsights, reload: Callback<()>) -> impl IntoView {
    let Framed { frame, view } = framed;
    let fixed = !(ask.at.is_empty() && ask.seq.is_empty());
    let range = view.report.range;
    let slow = view.counted;
    let topic = (!fixed).then(|| Topic { org: frame.org.clone(), page: TopicPage::Insights });
    let shown = Shown {
        view: RwSignal::new(view),
        ask: StoredValue::new(ask.clone()),
        heard: StoredValue::new(frame.seq),
        asking: StoredValue::new(false),
    };
    use_live(
        Signal::stored(topic),
        Signal::stored(frame.seq),
        move |item| shown.take(item),
        move || reload.run(()),
    );
    let bar = view! {
        <h1>"Insights"</h1>
        <span class="dim num days">{days(shown)}</span>
        <span class="grow"></span>
        <a class="btn" href=move || link(&shown.pinned())>{icon(icondata_lu::LuLink)} "Link to these numbers"</a>
    }
    .into_any();
    let now = AskInsights { at: String::new(), seq: String::new(), ..ask.clone() };
    let panel = move |chart| view! { <Panel chart shown/> };
    view! {
        <Title text=format!("Insights \u{b7} {}", frame.org_name)/>
        <Script type_="module" src="/charts/charts.js"/>
        <Shell frame here=Here::Insights paper=true bar>
            <Asked ask range=Some(range)/>
            {fixed.then(|| view! { <p class="note" role="note">"These are the numbers of one moment; they do not change. " <a href=link(&now)>"Show the present ones"</a></p> })}
            {slow.then(|| view! { <p class="note" role="note">"No sums are kept of this combination: it was counted issue by issue, which takes longer."</p> })}
            <div class="panels">
                <Stats shown/>
                <Panel chart=Chart::Flow shown open=true/>
                <Panel chart=Chart::Severity shown open=true/>
                <Panel chart=Chart::Status shown open=true/>
                {panel(Chart::OpenOverTime)}
                {panel(Chart::Cumulative)}
                {panel(Chart::Lead)}
                {panel(Chart::Cycle)}
                {panel(Chart::Finished)}
                {panel(Chart::Stays)}
                {panel(Chart::Ageing)}
                <Oldest shown/>
                {panel(Chart::Survival)}
            </div>
        </Shell>
    }
}

fn days(shown: Shown) -> impl Fn() -> String {
    move || {
        shown.view.with(|view| {
            let report = &view.report;
            format!("{} to {}, days of {}", report.range.from, report.range.to, report.zone)
        })
    }
}

/// The oldest open issues by name, and what the estimate says of them.
#[component]
fn Oldest(shown: Shown) -> impl IntoView {
    let rows = move || {
        shown.view.with(|view| {
            let at = view.report.at;
            let each = view.report.ageing.oldest.iter().zip(&view.titles);
            each.map(|(oldest, title)| {
                let path = format!("/{}/issues/{}", shown.ask.with_value(|ask| ask.org.clone()), oldest.key);
                let age = (at.micros() - oldest.created_at.micros()) as f64 / 1e6;
                view! {
                    <tr>
                        <th scope="row"><a href=path>{oldest.key.to_string()} " " {title.clone()}</a></th>
                        <td>{oldest.status.label()}</td>
                        <td>{duration(age)}</td>
                    </tr>
                }
            })
            .collect_view()
        })
    };
    let estimate = move || {
        shown.view.with(|view| {
            let ageing = &view.report.ageing;
            let say = |percent: u8, value: Option<f64>| match value {
                Some(seconds) => format!("{percent} % are done within {}", duration(seconds)),
                None => format!("when {percent} % are done cannot be said"),
            };
            format!("Open work counted too: {}, {}.", say(50, ageing.median), say(85, ageing.p85))
        })
    };
    view! {
        <section class="panel" aria-labelledby="oldest">
            <h2 id="oldest">"Oldest open issues"</h2>
            <p>{estimate}</p>
            <div class="twin">
                <table>
                    <caption class="vh">"Oldest open issues"</caption>
                    <thead><tr><th scope="col">"Issue"</th><th scope="col">"Status"</th><th scope="col">"Age"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <footer>{move || shown.position()}</footer>
        </section>
    }
    .into_any()
}
