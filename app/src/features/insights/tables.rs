//! What each chart shows, as a table. The places of the points are those of the options in `server/src/insights/charts.rs`;
//! `server/tests/it/insights/rows.rs` holds both together.

use tracker_domain::{
    insight::{AskRows, Chart, Count, Dot, Percentiles, Point, Report, Survival, Totals},
    issue::Severity,
    workflow::Status,
};

use super::{
    links::Links,
    twin::{Cell, Table, TwinRow},
};
use crate::ui::{duration, thousands};

/// The table of a chart.
pub(super) fn table(chart: Chart, report: &Report, links: &Links) -> Table {
    let (mut columns, rows) = match chart {
        Chart::Severity => (vec!["Severity", "Open"], severities(report, links)),
        Chart::Status => (vec!["Status", "Issues"], statuses(report, links)),
        Chart::Flow => (vec!["From", "Opened", "Closed", "Reopened"], flow(report, links)),
        Chart::OpenOverTime => {
            (vec!["From", "Critical", "High", "Medium", "Low"], open_over_time(report, links))
        }
        Chart::Cumulative => {
            (vec!["From", "Done", "In progress", "Triaged", "Open"], cumulative(report, links))
        }
        Chart::Lead => {
            (PERCENTILE_COLUMNS.into(), percentiles(report, links, (Count::Finished, |point| point.lead)))
        }
        Chart::Cycle => {
            (PERCENTILE_COLUMNS.into(), percentiles(report, links, (Count::Begun, |point| point.cycle)))
        }
        Chart::Finished => (vec!["From", "About", "Issues"], finished(report, links)),
        Chart::Stays => (vec!["Status", "n", "p50", "p85", "p95"], stays(report, links)),
        Chart::Ageing => (vec!["Status", "For", "Issues"], ageing(report, links)),
        Chart::Survival => {
            (vec!["After", "Still open", "Finished by then", "Open for longer"], survival(report, links))
        }
    };
    if report.before.is_some() {
        columns.extend(columns_before(chart));
    }
    Table { columns, rows }
}

/// What the range before has beside it.
fn columns_before(chart: Chart) -> &'static [&'static str] {
    match chart {
        Chart::Severity | Chart::Status => &["Before"],
        Chart::Flow => &["Opened before", "Closed before"],
        Chart::OpenOverTime => &["Open before"],
        Chart::Lead | Chart::Cycle => &["p50 before", "p85 before"],
        Chart::Stays => &["p85 before"],
        Chart::Cumulative | Chart::Finished | Chart::Ageing | Chart::Survival => &[],
    }
}

/// Cells of the span that stands at the same place in the range before.
fn beside(report: &Report, place: usize, chart: Chart, cells: impl Fn(&Point) -> Vec<Cell>) -> Vec<Cell> {
    let Some(before) = &report.before else { return vec![] };
    let none = || columns_before(chart).iter().map(|_| Cell::plain("\u{2013}")).collect();
    before.points.get(place).map_or_else(none, cells)
}

/// A cell of what stood when the range before ended.
fn ended(report: &Report, place: usize, cell: impl Fn(&Point) -> Cell) -> Option<Cell> {
    report.before.as_ref()?.points.last().map(|point| cell(point).point(1, place))
}

const PERCENTILE_COLUMNS: [&str; 5] = ["From", "n", "p50", "p85", "p95"];

fn row(word: impl Into<String>, cells: Vec<Cell>) -> TwinRow {
    TwinRow { word: word.into(), cells }
}

fn count(number: i64, rows: AskRows, links: &Links) -> Cell {
    Cell::linked(thousands(number), links.rows(&rows))
}

/// What stands at the end of a span.
fn standing(point: &Point) -> AskRows {
    AskRows::of(Count::Standing, point.from, point.to)
}

fn severities(report: &Report, links: &Links) -> Vec<TwinRow> {
    let Some(last) = report.points.last() else { return vec![] };
    let each = Severity::ALL.iter().rev().enumerate().map(|(place, &severity)| {
        let cell =
            |of: &Point| count(of.by_severity[severity as usize], standing(of).severity(severity), links);
        let cells = [cell(last).point(0, place)].into_iter().chain(ended(report, place, cell));
        row(severity.word(), cells.collect())
    });
    each.collect()
}

fn statuses(report: &Report, links: &Links) -> Vec<TwinRow> {
    let Some(last) = report.points.last() else { return vec![] };
    let each = Status::ALL.iter().enumerate().map(|(place, &status)| {
        let cell = |of: &Point| count(of.by_status[status as usize], standing(of).status(status), links);
        let cells = [cell(last).point(0, place)].into_iter().chain(ended(report, place, cell));
        row(status.word(), cells.collect())
    });
    each.collect()
}

/// A row for each span, the last first.
fn over_time(report: &Report, cells: impl Fn(usize, &Point) -> Vec<Cell>) -> Vec<TwinRow> {
    let each = report.points.iter().enumerate().rev();
    each.map(|(place, point)| row(point.label(report.by), cells(place, point))).collect()
}

fn flow(report: &Report, links: &Links) -> Vec<TwinRow> {
    over_time(report, |place, point| {
        let counted =
            [(Count::Opened, point.opened), (Count::Closed, point.closed), (Count::Reopened, point.reopened)];
        let cells = counted.into_iter().enumerate().map(|(series, (what, number))| {
            count(number, AskRows::of(what, point.from, point.to), links).point(series, place)
        });
        let before = beside(report, place, Chart::Flow, |point| {
            let cell = |what, number| count(number, AskRows::of(what, point.from, point.to), links);
            // The balance is the series between.
            vec![
                cell(Count::Opened, point.opened).point(4, place),
                cell(Count::Closed, point.closed).point(5, place),
            ]
        });
        cells.chain(before).collect()
    })
}

fn open_over_time(report: &Report, links: &Links) -> Vec<TwinRow> {
    over_time(report, |place, point| {
        let each = Severity::ALL.iter().rev().enumerate();
        let cell = |(series, &severity): (usize, &Severity)| {
            count(point.by_severity[severity as usize], standing(point).severity(severity), links)
                .point(series, place)
        };
        let before = beside(report, place, Chart::OpenOverTime, |point| {
            vec![count(point.open(), standing(point), links).point(Severity::ALL.len(), place)]
        });
        each.map(cell).chain(before).collect()
    })
}

fn cumulative(report: &Report, links: &Links) -> Vec<TwinRow> {
    over_time(report, |place, point| {
        let each = Status::ALL.iter().rev().enumerate();
        let cell = |(series, &status): (usize, &Status)| {
            count(point.by_status[status as usize], standing(point).status(status), links)
                .point(series, place)
        };
        each.map(cell).collect()
    })
}

/// A percentile, if there is one, as a point.
fn percentile(value: Option<f64>, to: &str, series: usize, place: usize) -> Cell {
    match value {
        Some(seconds) => Cell::linked(duration(seconds), to.to_owned()).point(series, place),
        None => Cell::plain("\u{2013}"),
    }
}

/// How many, and the percentiles if there are enough.
fn spread(of: &Percentiles, rows: AskRows, place: usize, links: &Links) -> Vec<Cell> {
    let to = links.rows(&rows);
    let n = Cell::linked(thousands(of.n), to.clone());
    let values = [of.p50, of.p85, of.p95].into_iter().enumerate();
    [n].into_iter().chain(values.map(|(series, value)| percentile(value, &to, series, place))).collect()
}

fn percentiles(
    report: &Report,
    links: &Links,
    (what, of): (Count, fn(&Point) -> Percentiles),
) -> Vec<TwinRow> {
    over_time(report, |place, point| {
        let mut cells = spread(&of(point), AskRows::of(what, point.from, point.to), place, links);
        cells.extend(beside(report, place, Chart::Lead, |point| {
            let (of, to) = (of(point), links.rows(&AskRows::of(what, point.from, point.to)));
            vec![percentile(of.p50, &to, 3, place), percentile(of.p85, &to, 4, place)]
        }));
        cells
    })
}

/// Dots in the order of the table, each with its series and its place in it.
fn placed(dots: &[Dot]) -> Vec<(&Dot, usize, usize)> {
    let mut seen = [0; Dot::SIZES.len()];
    let place = |dot| {
        let series = Dot::series(dot);
        seen[series] += 1;
        (dot, series, seen[series] - 1)
    };
    dots.iter().map(place).collect()
}

fn finished(report: &Report, links: &Links) -> Vec<TwinRow> {
    let each = placed(&report.finished).into_iter().rev().filter_map(|(dot, series, place)| {
        let point = report.points.get(dot.place)?;
        let rows = AskRows::of(Count::Finished, point.from, point.to).bins(dot.bins.0, dot.bins.1);
        let cells =
            vec![Cell::plain(duration(dot.seconds)), count(dot.count, rows, links).point(series, place)];
        Some(row(point.label(report.by), cells))
    });
    each.collect()
}

/// What the chart of stays has at a place, of a range: its word, how long it took, and the rows of that.
fn stay(totals: &Totals, points: &[Point], place: usize) -> Option<(&'static str, Percentiles, AskRows)> {
    let whole = |what| Some(AskRows::of(what, points.first()?.from, points.last()?.to));
    Some(match Status::ALL.iter().filter(|status| status.is_open()).nth(place) {
        Some(&status) => (status.word(), totals.stays[status as usize], whole(Count::Left)?.status(status)),
        None => ("To triage", totals.triage, whole(Count::Triaged)?),
    })
}

fn stays(report: &Report, links: &Links) -> Vec<TwinRow> {
    let each = (0..Status::ALL.len()).filter_map(|place| {
        let (word, of, rows) = stay(&report.totals, &report.points, place)?;
        let mut cells = spread(&of, rows, place, links);
        let before = report.before.as_ref().and_then(|before| stay(&before.totals, &before.points, place));
        cells.extend(before.map(|(_, of, rows)| percentile(of.p85, &links.rows(&rows), 3, place)));
        Some(row(word, cells))
    });
    each.collect()
}

fn ageing(report: &Report, links: &Links) -> Vec<TwinRow> {
    let Some(last) = report.points.last() else { return vec![] };
    let waiting =
        |status, from, to| AskRows::of(Count::Waiting, last.from, last.to).status(status).bins(from, to);
    let late =
        Status::ALL.iter().filter(|status| status.is_open()).enumerate().filter_map(|(place, &status)| {
            let line = report.totals.stays[status as usize].p85?;
            let (first, number) = report.ageing.late[status as usize].unwrap_or((u16::MAX, 0));
            let cell = count(number, waiting(status, first, u16::MAX), links);
            let said = Cell::plain(format!("more than {}, the 85th percentile", duration(line)));
            Some(row(status.word(), vec![said, cell.point(Dot::SIZES.len(), place)]))
        });
    let each = placed(&report.ageing.dots).into_iter().filter_map(|(dot, series, place)| {
        let status = *Status::ALL.get(dot.place)?;
        let cell = count(dot.count, waiting(status, dot.bins.0, dot.bins.1), links);
        let said = Cell::plain(format!("about {}", duration(dot.seconds)));
        Some(row(status.word(), vec![said, cell.point(series, place)]))
    });
    late.chain(each).collect()
}

/// The estimate cannot be counted in rows; what it is made of can.
fn survival(report: &Report, links: &Links) -> Vec<TwinRow> {
    let (Some(first), Some(last)) = (report.points.first(), report.points.last()) else { return vec![] };
    let step = |(place, step): (usize, &Survival)| {
        let finished = AskRows::of(Count::Finished, first.from, last.to).bins(0, step.bin + 1);
        let older = AskRows::of(Count::Standing, last.from, last.to).bins(step.bin, u16::MAX);
        let cells = vec![
            Cell::plain(format!("{:.1} %", step.open * 100.0)),
            count(step.finished, finished, links).point(0, place),
            count(step.older, older, links),
        ];
        row(duration(step.seconds), cells)
    };
    report.ageing.survival.iter().enumerate().map(step).collect()
}
