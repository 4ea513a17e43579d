//! Bringing the history of a team along: `tracker import`.
//!
//! A [`record::Source`] reads issues one by one and says them in the tracker's own words; from there on it does not
//! matter where they came from. [`run()`] takes them in batches: read and converted on a thread of their own, rendered on
//! others, and written in one transaction a batch, with marks that say what was taken ([`crate::storage::import`]). So
//! an import uses the memory of a few batches, may be interrupted at any point, and goes on when it is started again.
//!
//! To add a source, implement [`record::Source`] and give it a name in `server/src/cli/import.rs`.

mod batch;
mod events;
pub mod jira_markup;
pub mod map;
mod people;
mod progress;
pub mod record;
mod report;
mod run;
pub mod source;

pub use people::RoleOf;
pub use progress::{Progress, Quiet, Watch};
pub use report::Report;
pub use run::{Import, run};

/// Why an import cannot go on. What it has committed stays; the next run goes on after it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The database failed or went away.
    #[error("the database did not do it: {0}")]
    Database(#[from] sqlx::Error),
    /// A file cannot be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// A fault of the program.
    #[error("the import lost {0}")]
    Lost(&'static str),
}
