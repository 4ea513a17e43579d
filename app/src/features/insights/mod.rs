//! The numbers.

mod chart;
mod page;
mod twin;

pub use page::InsightsPage;
