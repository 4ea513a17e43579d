//! The insights: what the numbers mean, and how they are counted.
//!
//! [`Course::next`] says what an event means, [`deltas`] what a step of an issue's course counts, and [`Tallies`] add that up for the
//! spans of a chart: the same for what is kept as sums ([`pack`]), and for what is counted issue by issue. A [`Report`] is what a page
//! shows of it. To count something new, add it to [`Counted`] and [`Tally`], and let [`deltas`] tell it; the property test in
//! `reference` counts everything in another way.

mod ageing;
mod ask;
mod cell;
mod chart;
mod course;
mod delta;
mod dot;
mod question;
#[cfg(test)]
mod reference;
mod report;
mod rows;
mod survival;
mod tally;

pub use ageing::{Ageing, Ages, Oldest};
pub use ask::{AskInsights, AskRows, Count, PRESETS, preset};
pub use cell::{Bin, CellKey, Cells, Layer, RELATIVE_ERROR, pack, unpack};
pub use chart::Chart;
pub use course::{Beginning, Course, Finish, Place, Spell, is_counted};
pub use delta::{Counted, Delta, Slice, deltas};
pub use dot::{Dot, finished};
pub use question::{Calendar, MOST_SPANS, Range, Step, Utc, quarter_after, quarter_of};
pub use report::{Before, InsightsView, Percentiles, Point, Report, Totals, points};
pub use rows::{NUMBER_ROWS, NumberRow, NumberRows};
pub use survival::{Survival, finished_by, survival};
pub use tally::{Durations, FEWEST_SAMPLES, Spans, Tallies, Tally};
