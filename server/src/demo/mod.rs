//! A demonstration: a team that never was, with a history of issues that read like real ones.
//!
//! `history` walks through the lives of all issues in the order of time. Each life is drawn from the seed: `issue` says
//! what it begins with, `course` what happens, `texts` what is said, `calendar` when people work, `team` who they are.
//! `lines` makes rows of it, and `fill` writes them. The same seed, number and end give the same history; only the
//! passwords come from chance that nobody can repeat.

mod calendar;
mod chance;
mod course;
mod fill;
mod history;
mod issue;
mod lines;
mod scene;
mod slot;
mod team;
mod template;
mod texts;
mod words;

pub use fill::{FillError, Filled, Login, Order, Progress, fill};
pub use team::Colleague;
use tracker_domain::time::Timestamp;

/// How large a history is to be, and which one of all that are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// How many issues.
    pub issues: u64,
    /// The same seed gives the same history.
    pub seed: u64,
    /// How many years long.
    pub years: u16,
    /// When it ends.
    pub end: Timestamp,
}

/// From so many issues on a history is five years long instead of one.
pub const MANY: u64 = 20_000;

/// The word that about every second issue has, and the one that ten of them have: for measuring a search.
pub const SEARCH_WORDS: (&str, &str) = (words::COMMON_WORD, words::RARE_WORD);
