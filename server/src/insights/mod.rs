//! The insights: what is asked, how it is counted, and how it is drawn.
//!
//! A question ([`Question`]) is read from an address, [`report()`] counts it, and [`charts`] makes ECharts options and tables of the
//! numbers. What the numbers mean is in `tracker_domain::insight`. To add a chart: a word in `tracker_domain::insight::Chart`, an
//! option in [`charts`], and its table in the page.

pub mod charts;
mod count;
pub mod palette;
mod question;
pub mod reconcile;
mod zone;

pub use count::{Counted, report};
pub use question::Question;
pub use zone::Zone;
