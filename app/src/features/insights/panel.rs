//! A chart on the page: what it is called and means, the drawing, its table, and what it stands for.

use leptos::prelude::*;
use tracker_domain::{
    insight::{AskInsights, AskRows, Chart, Count, InsightsView},
    issue::Severity,
    workflow::Status,
};

use super::{page::Shown, stats::whole, tables::table, twin::Twin};
use crate::ui::{href, thousands};

/// How high a chart is: a class of `style/charts.css`.
const fn height(chart: Chart) -> &'static str {
    match chart.height() {
        ..200 => "low",
        200..300 => "usual",
        300.. => "high",
    }
}

/// See the module.
#[component]
pub(super) fn Panel(
    /// Which.
    chart: Chart,
    /// What the page knows.
    shown: Shown,
    /// Whether its table is open at first.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    let id = chart.word();
    let twin = format!("{id}-table");
    let place = chart as usize;
    let option = move || shown.view.with(|view| view.charts.get(place).cloned());
    let rows = Signal::derive(move || shown.view.with(|view| table(chart, &view.report, &shown.links())));
    let n = move || {
        let pieces = shown.view.with(|view| counted(chart, view));
        let links = shown.links();
        let piece = |(text, rows): Piece| match rows {
            Some(rows) => view! { <a href=links.rows(&rows)>{text}</a> }.into_any(),
            None => text.into_any(),
        };
        pieces.into_iter().map(piece).collect_view()
    };
    let files = move |kind: &str| {
        let ask = shown.pinned();
        href(&format!("/{}/insights/{id}.{kind}", ask.org), &ask.pairs())
    };
    let compared = shown.view.with_untracked(|view| view.report.before.is_some());
    let drawing = noscript(&shown.pinned(), chart);
    view! {
        <section class="panel" class:w12=chart.is_wide() aria-labelledby=id>
            <h2 id=id>{chart.label()}</h2>
            <p>{chart.definition()}</p>
            {legend(chart, compared)}
            <div class=format!("drawing {}", height(chart))>
                <tracker-chart
                    tabindex="0" role="application" aria-roledescription="chart" aria-label=format!("{}. The arrow keys go from point to point, the table below has the same numbers.", chart.label())
                    twin=twin.clone() option=option
                ></tracker-chart>
                <noscript inner_html=drawing></noscript>
            </div>
            <Twin caption=chart.label() id=twin table=rows open/>
            <footer>
                <span class="num">{n}</span>
                {move || shown.position()}
                <span class="files">
                    <a href=move || files("csv") rel="external" download="">"CSV"</a>
                    <a href=move || files("svg") rel="external" download="">"SVG"</a>
                </span>
            </footer>
        </section>
    }
    .into_any()
}

/// What the page has without scripts: the same option, drawn by the server, in both themes.
fn noscript(ask: &AskInsights, chart: Chart) -> String {
    let url =
        href(&format!("/{}/insights/{}.svg", ask.org, chart.word()), &ask.pairs()).replace('&', "&amp;");
    let picture = |theme: &str| {
        format!(
            "<picture class=\"{theme}\"><source media=\"(max-width: 480px)\" srcset=\"{url}&amp;theme={theme}&amp;width=narrow\">\
             <source media=\"(max-width: 1100px)\" srcset=\"{url}&amp;theme={theme}&amp;width=medium\">\
             <img src=\"{url}&amp;theme={theme}\" alt=\"{}\" loading=\"lazy\"></picture>",
            chart.label()
        )
    };
    format!("{}{}", picture("light"), picture("dark"))
}

/// A piece of a sentence; one that is a number has its rows.
type Piece = (String, Option<AskRows>);

/// Of how many a chart is.
fn counted(chart: Chart, view: &InsightsView) -> Vec<Piece> {
    let (totals, ageing) = (&view.report.totals, &view.report.ageing);
    let says = |text: &str| (text.to_owned(), None);
    let of = |number: i64, count| (thousands(number), Some(whole(view, count)));
    match chart {
        Chart::Severity | Chart::OpenOverTime | Chart::Ageing => {
            vec![says("n = "), of(totals.open, Count::Standing)]
        }
        Chart::Status | Chart::Cumulative => {
            let all = view.report.points.last().map_or(0, |point| point.by_status.iter().sum());
            vec![says(&format!("n = {}", thousands(all)))]
        }
        Chart::Flow => vec![
            of(totals.opened, Count::Opened),
            says(" opened, "),
            of(totals.closed, Count::Closed),
            says(" closed, "),
            of(totals.reopened, Count::Reopened),
            says(&format!(
                " reopened: a balance of {}",
                thousands(totals.opened - totals.closed + totals.reopened)
            )),
        ],
        Chart::Lead | Chart::Finished => vec![says("n = "), of(totals.lead.n, Count::Finished)],
        Chart::Cycle => vec![
            says("n = "),
            of(totals.cycle.n, Count::Begun),
            says(", and "),
            of(totals.no_start, Count::NoStart),
            says(" without a start"),
        ],
        Chart::Stays => vec![says("n = "), of(totals.stays.iter().map(|of| of.n).sum(), Count::Left)],
        Chart::Survival => vec![
            of(ageing.n.0, Count::Finished),
            says(" finished, "),
            of(ageing.n.1, Count::Standing),
            says(" still open"),
        ],
    }
}

/// The names of the colours; each also stands in the table.
fn legend(chart: Chart, compared: bool) -> AnyView {
    let fixed =
        |keys: &[(&str, &'static str)]| keys.iter().map(|(key, label)| ((*key).to_owned(), *label)).collect();
    let mut keys: Vec<(String, &'static str)> = match chart {
        Chart::Flow => fixed(&[
            ("opened", "Opened"),
            ("closed", "Closed"),
            ("reopened", "Reopened"),
            ("balance", "Balance"),
        ]),
        Chart::OpenOverTime => {
            Severity::ALL.iter().rev().map(|of| (of.word().to_lowercase(), of.label())).collect()
        }
        Chart::Cumulative => Status::ALL.iter().map(|of| (of.word().to_lowercase(), of.label())).collect(),
        Chart::Lead | Chart::Cycle | Chart::Stays => fixed(&[("p50", "p50"), ("p85", "p85"), ("p95", "p95")]),
        Chart::Ageing => fixed(&[("in_progress", "Open issues"), ("late", "85 % had left after")]),
        Chart::Severity | Chart::Status if compared => vec![],
        _ => return ().into_any(),
    };
    let before = match chart {
        Chart::Cumulative | Chart::Ageing => None,
        Chart::Severity | Chart::Status => Some("ended"),
        _ => Some("before"),
    };
    if let Some(class) = before.filter(|_| compared) {
        keys.push((class.to_owned(), "The range before"));
    }
    let keys: Vec<_> = keys
        .into_iter()
        .map(|(class, label)| view! { <span class=format!("key-{class}")>{label}</span> })
        .collect();
    view! { <div class="legend" aria-hidden="true">{keys}</div> }.into_any()
}
