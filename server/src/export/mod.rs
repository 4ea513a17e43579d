//! Taking everything of an organization out, and in again: `tracker export` and `tracker import dump`.
//!
//! An export is of one position of the log and canonical: what is restored from it is at the same position and gives the
//! same bytes again. [`line`] is the format.

pub mod line;
pub(crate) mod names;
mod restore;
mod write;

pub use restore::{Dump, Restored, restore};
pub use write::write;

/// Why an export or a restoration cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed or went away.
    #[error("the database did not do it: {0}")]
    Database(#[from] sqlx::Error),
    /// A file cannot be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// What was found does not fit; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
}
