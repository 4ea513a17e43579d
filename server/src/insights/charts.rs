//! The charts as options of ECharts, made with charming: one definition for the browser, the page without scripts and mails.
//!
//! Colours are design tokens (`--bar-high`), which whoever draws puts values in for; so an option knows no theme. Formatters are named
//! (`format:duration`), for an option is data and carries no code. The bundle of `scripts/charts` understands both. The numbers of a
//! series and its points are what the table of the page names as `data-point="series:point"`.

use charming::{
    Chart as Option_,
    component::{Axis, Grid},
    datatype::{CompositeValue, DataPoint, DataPointItem},
    element::{
        AreaStyle, AxisLabel, AxisLine, AxisPointer, AxisTick, AxisType, ItemStyle, Label, LabelPosition,
        LineStyle, LineStyleType, MarkLine, MarkLineData, MarkLineVariant, SplitLine, Step as StepAt, Symbol,
        Tooltip, Trigger,
    },
    series::{Bar, Line, Scatter},
};
use tracker_domain::{
    insight::{Chart, Dot, Percentiles, Point, Report, Totals},
    issue::Severity,
    workflow::Status,
};

const DURATION: &str = "format:duration";
const COUNT: &str = "format:count";
const PERCENT: &str = "format:percent";

/// Every chart's option as JSON, in the order of [`Chart::ALL`].
pub fn options(report: &Report) -> Vec<String> {
    // What the database never saw: numbers and fixed words always are JSON.
    Chart::ALL
        .iter()
        .map(|chart| serde_json::to_string(&option(*chart, report)).unwrap_or_default())
        .collect()
}

/// One chart's option.
pub fn option(chart: Chart, report: &Report) -> Option_ {
    match chart {
        Chart::Severity => severities(report),
        Chart::Status => statuses(report),
        Chart::Flow => flow(report),
        Chart::OpenOverTime => open_over_time(report),
        Chart::Cumulative => cumulative(report),
        Chart::Lead => {
            let before: [Earlier; 2] = [
                ("p50 before", "--accent", |point| point.lead.p50),
                ("p85 before", "--bar-medium", |point| point.lead.p85),
            ];
            with_before(percentiles(report, |point| point.lead), report, &before)
        }
        Chart::Cycle => {
            let before: [Earlier; 2] = [
                ("p50 before", "--accent", |point| point.cycle.p50),
                ("p85 before", "--bar-medium", |point| point.cycle.p85),
            ];
            with_before(percentiles(report, |point| point.cycle), report, &before)
        }
        Chart::Finished => finished(report),
        Chart::Stays => stays(report),
        Chart::Ageing => ageing(report),
        Chart::Survival => survival(report),
    }
}

fn severity_colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "--bar-low",
        Severity::Medium => "--bar-medium",
        Severity::High => "--bar-high",
        Severity::Critical => "--bar-critical",
    }
}

fn status_colour(status: Status) -> &'static str {
    match status {
        Status::Open => "--open",
        Status::Triaged => "--triaged",
        Status::InProgress => "--progress",
        Status::Done => "--done",
    }
}

fn quiet(axis: Axis) -> Axis {
    axis.axis_line(AxisLine::new().show(false)).axis_tick(AxisTick::new().show(false))
}

fn numbers(kind: AxisType, format: &'static str) -> Axis {
    let label = AxisLabel::new().color("--text-3").formatter(format);
    let grid = SplitLine::new().line_style(LineStyle::new().color("--line"));
    quiet(Axis::new().type_(kind).axis_label(label).split_line(grid).split_number(4))
}

fn words(data: Vec<String>) -> Axis {
    Axis::new().type_(AxisType::Category).data(data).axis_tick(AxisTick::new().show(false))
}

fn chart(trigger: Trigger, format: &'static str) -> Option_ {
    let tooltip = Tooltip::new().trigger(trigger).value_formatter(format);
    Option_::new().tooltip(tooltip)
}

/// A chart over the spans of the report.
fn over_time(report: &Report, trigger: Trigger, format: &'static str) -> Option_ {
    let spans = report.points.iter().map(|point| point.label(report.by)).collect();
    let pointer = AxisPointer::new().label(Label::new().formatter("format:date"));
    chart(trigger, format)
        .x_axis(words(spans).axis_label(AxisLabel::new().formatter("format:day")).axis_pointer(pointer))
}

fn data<T: Into<CompositeValue>>(values: impl Iterator<Item = T>) -> Vec<DataPoint> {
    values.map(DataPoint::from).collect()
}

/// A bar that lies: its name, its colour, how many there are, and how many there were when the range before ended.
type Lying = (&'static str, &'static str, i64, Option<i64>);

fn lying(bars: Vec<Lying>) -> Option_ {
    let names = bars.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let bar = |count: i64, colour: &'static str| {
        DataPoint::Item(DataPointItem::new(count).item_style(ItemStyle::new().color(colour).border_radius(4)))
    };
    let label = |colour: &'static str| {
        Label::new().show(true).position(LabelPosition::Right).color(colour).formatter("format:count")
    };
    let before: Vec<_> = bars.iter().filter_map(|(.., before)| Some(bar((*before)?, "--line-3"))).collect();
    let width = if before.is_empty() { 20 } else { 14 };
    let now = bars.iter().map(|(_, colour, count, _)| bar(*count, colour)).collect::<Vec<_>>();
    let series = Bar::new().name("Issues").bar_width(width).label(label("--text")).data(now);
    let axis = quiet(words(names)).inverse(true).axis_label(AxisLabel::new().color("--text"));
    let chart = chart(Trigger::Item, COUNT)
        .grid(Grid::new().left(8).right(48).top(4).bottom(4).contain_label(true))
        .x_axis(numbers(AxisType::Value, COUNT).show(false))
        .y_axis(axis)
        .series(series);
    if before.is_empty() {
        return chart;
    }
    chart.series(Bar::new().name("Before").bar_width(width).label(label("--text-3")).data(before))
}

/// A value when the range ends, and when the range before did.
fn ends(report: &Report, of: impl Fn(&Point) -> i64) -> (i64, Option<i64>) {
    let before = report.before.as_ref().and_then(|before| before.points.last());
    (report.points.last().map_or(0, &of), before.map(of))
}

fn severities(report: &Report) -> Option_ {
    let bar = |&severity: &Severity| {
        let (now, before) = ends(report, |point| point.by_severity[severity as usize]);
        (severity.label(), severity_colour(severity), now, before)
    };
    lying(Severity::ALL.iter().rev().map(bar).collect())
}

fn statuses(report: &Report) -> Option_ {
    let bar = |&status: &Status| {
        let (now, before) = ends(report, |point| point.by_status[status as usize]);
        (status.label(), status_colour(status), now, before)
    };
    lying(Status::ALL.iter().map(bar).collect())
}

/// A line of the range before: its name, its colour, and its value.
type Earlier = (&'static str, &'static str, fn(&Point) -> Option<f64>);

/// The range before, span by span, on the spans of the report.
fn with_before(chart: Option_, report: &Report, lines: &[Earlier]) -> Option_ {
    let Some(before) = &report.before else { return chart };
    lines.iter().fold(chart, |chart, (name, colour, value)| {
        let values = before.points.iter().take(report.points.len()).map(value);
        let line = LineStyle::new().color(*colour).type_(LineStyleType::Dotted).width(1.5);
        let style = ItemStyle::new().color(*colour);
        chart.series(
            Line::new()
                .name(*name)
                .symbol(Symbol::None)
                .line_style(line)
                .item_style(style)
                .data(data(values)),
        )
    })
}

fn flow(report: &Report) -> Option_ {
    let bar = |name: &str, colour: &str, of: fn(&Point) -> i64| {
        let style = ItemStyle::new().color(colour).border_radius(2);
        Bar::new().name(name).item_style(style).bar_gap("8%").data(data(report.points.iter().map(of)))
    };
    let balance = Line::new()
        .name("Balance")
        .symbol(Symbol::None)
        .line_style(LineStyle::new().color("--text-2").type_(LineStyleType::Dashed).width(1.5))
        .item_style(ItemStyle::new().color("--text-2"))
        .data(data(report.points.iter().map(Point::balance)));
    let chart = over_time(report, Trigger::Axis, COUNT)
        .y_axis(numbers(AxisType::Value, COUNT).min_interval(1))
        .series(bar("Opened", "--bar-opened", |point| point.opened))
        .series(bar("Closed", "--bar-closed", |point| point.closed))
        .series(bar("Reopened", "--bar-reopened", |point| point.reopened))
        .series(balance);
    let before: [Earlier; 2] = [
        ("Opened before", "--bar-opened", |point| Some(point.opened as f64)),
        ("Closed before", "--bar-closed", |point| Some(point.closed as f64)),
    ];
    with_before(chart, report, &before)
}

fn area(name: &str, colour: &str, values: impl Iterator<Item = i64>) -> Line {
    Line::new()
        .name(name)
        .stack("all")
        .symbol(Symbol::None)
        .line_style(LineStyle::new().color("--surface").width(1))
        .area_style(AreaStyle::new().color(colour).opacity(0.9))
        .item_style(ItemStyle::new().color(colour))
        .data(data(values))
}

fn open_over_time(report: &Report) -> Option_ {
    let axis = numbers(AxisType::Value, COUNT).min_interval(1);
    let chart = Severity::ALL.iter().rev().fold(
        over_time(report, Trigger::Axis, COUNT).y_axis(axis),
        |chart, &severity| {
            let values = report.points.iter().map(|point| point.by_severity[severity as usize]);
            chart.series(area(severity.label(), severity_colour(severity), values))
        },
    );
    let open: Earlier = ("Open before", "--text-2", |point| Some(point.open() as f64));
    with_before(chart, report, &[open])
}

fn cumulative(report: &Report) -> Option_ {
    // What was done before the range would leave no room for what waits.
    let done =
        report.points.iter().map(|point| point.by_status[Status::Done as usize]).min().unwrap_or_default();
    let axis = numbers(AxisType::Value, COUNT).min_interval(1).min(done);
    Status::ALL.iter().rev().fold(over_time(report, Trigger::Axis, COUNT).y_axis(axis), |chart, &status| {
        let values = report.points.iter().map(|point| point.by_status[status as usize]);
        chart.series(area(status.label(), status_colour(status), values))
    })
}

/// A percentile that is drawn: its name, its colour, and its value.
type Drawn = (&'static str, &'static str, fn(&Percentiles) -> Option<f64>);

/// Those that are.
const PERCENTILES: [Drawn; 3] = [
    ("p50", "--accent", |of| of.p50),
    ("p85", "--bar-medium", |of| of.p85),
    ("p95", "--bar-high", |of| of.p95),
];

/// Single durations are long or short by orders of magnitude.
fn durations() -> Axis {
    numbers(AxisType::Log, DURATION).log_base(10)
}

fn percentiles(report: &Report, of: fn(&Point) -> Percentiles) -> Option_ {
    PERCENTILES.iter().fold(
        over_time(report, Trigger::Axis, DURATION).y_axis(numbers(AxisType::Value, DURATION)),
        |chart, (name, colour, value)| {
            let values = report.points.iter().map(|point| value(&of(point)));
            let line = Line::new()
                .name(*name)
                .symbol(Symbol::Circle)
                .symbol_size(5)
                .connect_nulls(false)
                .line_style(LineStyle::new().color(*colour).width(2))
                .item_style(ItemStyle::new().color(*colour))
                .data(data(values));
            chart.series(line)
        },
    )
}

/// Dots as one series a size: a dot's series and place in it are what [`Dot::series`] counts.
fn dots(chart: Option_, dots: &[Dot], colour: &'static str, marks: Option<MarkLine>) -> Option_ {
    Dot::SIZES.iter().enumerate().fold(chart, |chart, (size, (name, pixels))| {
        let these = dots.iter().filter(|dot| dot.series() == size);
        let point = |dot: &Dot| {
            let value = CompositeValue::Array(vec![(dot.place as i64).into(), dot.seconds.into()]);
            DataPoint::Item(DataPointItem::new(value).name(dot.says()))
        };
        let series = Scatter::new()
            .name(*name)
            .symbol_size(f64::from(*pixels))
            .item_style(ItemStyle::new().color(colour).opacity(0.62))
            .data(these.map(point).collect::<Vec<_>>());
        chart.series(match (&marks, size) {
            (Some(marks), 0) => series.mark_line(marks.clone()),
            _ => series,
        })
    })
}

fn finished(report: &Report) -> Option_ {
    let lead = &report.totals.lead;
    let line = |(name, _, value): &Drawn| {
        let label = Label::new()
            .show(true)
            .position(LabelPosition::InsideStartTop)
            .color("--text-2")
            .formatter("{b}");
        Some(MarkLineVariant::Simple(MarkLineData::new().name(*name).y_axis(value(lead)?).label(label)))
    };
    let marks = MarkLine::new()
        .symbol(vec![Symbol::None, Symbol::None])
        .line_style(LineStyle::new().color("--text-3").type_(LineStyleType::Dashed))
        .data(PERCENTILES.iter().filter_map(line).collect::<Vec<_>>());
    let chart = over_time(report, Trigger::Item, DURATION).y_axis(durations());
    dots(chart, &report.finished, "--triaged", Some(marks))
}

fn stays(report: &Report) -> Option_ {
    fn rows(of: &Totals) -> impl Iterator<Item = &Percentiles> {
        of.stays.iter().take(Status::ALL.len() - 1).chain([&of.triage])
    }
    let names = Status::ALL.iter().filter(|status| status.is_open()).map(|status| status.label().to_owned());
    let names = names.chain(["To triage".to_owned()]).collect();
    let chart =
        chart(Trigger::Axis, DURATION).x_axis(words(names)).y_axis(numbers(AxisType::Value, DURATION));
    let chart = PERCENTILES.iter().fold(chart, |chart, (name, colour, value)| {
        let style = ItemStyle::new().color(*colour);
        chart.series(
            Scatter::new()
                .name(*name)
                .symbol_size(12)
                .item_style(style)
                .data(data(rows(&report.totals).map(value))),
        )
    });
    let Some(before) = &report.before else { return chart };
    let style = ItemStyle::new().color("--text-3");
    let late = rows(&before.totals).map(|of| of.p85);
    chart.series(
        Scatter::new()
            .name("p85 before")
            .symbol(Symbol::Diamond)
            .symbol_size(12)
            .item_style(style)
            .data(data(late)),
    )
}

fn ageing(report: &Report) -> Option_ {
    let open = || Status::ALL.iter().filter(|status| status.is_open());
    let names = open().map(|status| status.label().to_owned()).collect();
    let chart = chart(Trigger::Item, DURATION).x_axis(words(names)).y_axis(durations());
    let lines = data(open().map(|status| report.totals.stays[*status as usize].p85));
    let mark = Scatter::new()
        .name("85 % had left after")
        .symbol(Symbol::Diamond)
        .symbol_size(16.0)
        .item_style(ItemStyle::new().color("--bar-critical"))
        .data(lines);
    dots(chart, &report.ageing.dots, "--progress", None).series(mark)
}

fn survival(report: &Report) -> Option_ {
    let steps = report
        .ageing
        .survival
        .iter()
        .map(|step| DataPoint::from(CompositeValue::Array(vec![step.seconds.into(), step.open.into()])));
    let line = Line::new()
        .name("Still open")
        .step(StepAt::End)
        .symbol(Symbol::None)
        .line_style(LineStyle::new().color("--accent").width(2))
        .item_style(ItemStyle::new().color("--accent"))
        .data(steps.collect::<Vec<_>>());
    chart(Trigger::Axis, PERCENT)
        .x_axis(numbers(AxisType::Log, DURATION).log_base(10))
        .y_axis(numbers(AxisType::Value, PERCENT).min(0).max(1))
        .series(line)
}
