//! Charts as plain SVG. Widths are percent and text is pixels, so that one drawing fits every screen without scripts:
//! a phone shows fewer ticks, not smaller ones.

use leptos::prelude::*;
use tracker_domain::insight::DayCounts;

use crate::ui::thousands;

/// Height of the plot with days, and of its drawing area.
const HEIGHT: f64 = 220.0;
const BASE: f64 = 190.0;
const TOP: f64 = 12.0;

/// One bar of a chart of kinds.
pub(super) struct Bar {
    /// What it counts, as people read it.
    pub(super) label: &'static str,
    /// Its class, which has its colour.
    pub(super) class: &'static str,
    /// How many.
    pub(super) count: i64,
    /// The list of exactly these.
    pub(super) link: String,
}

/// The smallest of 1, 2, 4, 5, 10, 20 … that is not less than `most`, and at least 4, so that grid lines are whole.
fn ceiling(most: i64) -> i64 {
    let mut power = 1;
    loop {
        for step in [4, 8, 12, 20] {
            if step * power >= most {
                return step * power;
            }
        }
        power *= 10;
    }
}

/// Lying bars, each a link to the list that it counts.
pub(super) fn bars(label: &'static str, bars: &[Bar]) -> impl IntoView + use<> {
    let most = ceiling(bars.iter().map(|bar| bar.count).max().unwrap_or_default()) as f64;
    let row = 44;
    let words = bars
        .iter()
        .enumerate()
        .map(|(line, bar)| view! { <text x="74" y=line * row + 26 text-anchor="end">{bar.label}</text> })
        .collect_view();
    let marks = bars
        .iter()
        .enumerate()
        .map(|(line, bar)| {
            let width = 86.0 * bar.count as f64 / most;
            let name = format!("{}: {}", bar.label, thousands(bar.count));
            view! {
                <g>
                    <a href=bar.link.clone() aria-label=name>
                        <rect class="hit" x="0" y=line * row width="100%" height=row></rect>
                        <rect class=bar.class x="0" y=line * row + 12 width=format!("{width:.2}%") height="20" rx="4"></rect>
                        <text x=format!("{width:.2}%") dx="8" y=line * row + 26>{thousands(bar.count)}</text>
                    </a>
                </g>
            }
        })
        .collect_view();
    view! {
        <div class="chart" role="group" aria-label=label>
            <svg class="axis words" aria-hidden="true">{words}</svg>
            <svg class="plot bars">{marks}</svg>
        </div>
    }
}

/// Pairs of standing bars: opened and closed, day by day.
pub(super) fn days(label: String, days: &[DayCounts]) -> impl IntoView + use<> {
    let most = days.iter().map(|day| day.opened.max(day.closed)).max().unwrap_or_default();
    let top = ceiling(most);
    let y = move |count: i64| BASE - (BASE - TOP) * count as f64 / top as f64;
    let lines: Vec<i64> = (0..=4).map(|line| top * line / 4).collect();
    let grid = lines
        .iter()
        .map(|&value| {
            let class = if value == 0 { "base" } else { "grid" };
            view! { <line class=class x1="0" x2="100%" y1=y(value) y2=y(value)></line> }
        })
        .collect_view();
    let numbers = lines
        .iter()
        .map(|&value| view! { <text x="26" y=y(value) + 4.0 text-anchor="end">{thousands(value)}</text> })
        .collect_view();
    let slot = 100.0 / days.len().max(1) as f64;
    let marks = days.iter().enumerate().map(|(at, day)| pair(day, slot * at as f64, slot, y)).collect_view();
    let ticks = days
        .iter()
        .enumerate()
        .rev()
        .step_by(7)
        .enumerate()
        .map(|(nth, (at, day))| {
            let text = day.day.to_string();
            let text = text.rsplit_once(' ').map_or(text.clone(), |(day, _year)| day.to_owned());
            // The last one ends with the plot, the others stand under their day.
            let (x, anchor) = if nth == 0 { (100.0, "end") } else { (slot * (at as f64 + 0.5), "middle") };
            let class = if nth % 2 == 1 { "minor" } else { "" };
            view! { <text class=class x=format!("{x:.2}%") y=HEIGHT - 12.0 text-anchor=anchor>{text}</text> }
        })
        .collect_view();
    view! {
        <div class="chart" role="img" aria-label=label>
            <svg class="axis">{numbers}</svg>
            <svg class="plot">{grid} {marks} {ticks}</svg>
        </div>
    }
}

fn pair<F: Fn(i64) -> f64>(day: &DayCounts, x: f64, slot: f64, y: F) -> impl IntoView + use<F> {
    let bar = |class: &'static str, count: i64, shift: f64| {
        let top = y(count);
        let x = format!("{:.2}%", x + slot * shift);
        view! { <rect class=class x=x y=top width=format!("{:.2}%", slot * 0.34) height=BASE - top rx="1.5"></rect> }
    };
    let text =
        format!("{}: {} opened, {} closed, {} reopened", day.day, day.opened, day.closed, day.reopened);
    let (opened, closed) = (bar("opened", day.opened, 0.14), bar("closed", day.closed, 0.52));
    view! { <g>{opened} {closed} <title>{text}</title></g> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_number_whose_quarters_are_whole() {
        assert_eq!([0, 3, 4, 5, 9, 13, 21, 100, 201].map(ceiling), [4, 4, 4, 8, 12, 20, 40, 120, 400]);
    }
}
