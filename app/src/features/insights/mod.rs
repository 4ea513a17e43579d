//! The insights, and the rows behind their numbers.

mod ask;
mod links;
mod page;
mod panel;
mod rows;
mod stats;
mod tables;
mod twin;

pub use page::InsightsPage;
pub use rows::NumberPage;
