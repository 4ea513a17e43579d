//! Taking everything of an organization out, and in again: `tracker export` and `tracker import dump`.
//!
//! An export is of one position of the log and canonical: what is restored from it is at the same position and gives the
//! same bytes again. [`line`] is the format.

mod attachment;
pub mod line;
pub(crate) mod names;
mod receive;
mod restore;
mod write;

pub use restore::{Dump, Restored, restore};
pub use write::write;

use crate::files::{Files, Store, StoreError};

/// Opens the store that files are taken from, when there is one to take.
pub type OpenStore<'a> = &'a (dyn Fn() -> Result<Store, StoreError> + Send + Sync);

/// Opens what files are put into, when there is one to put.
pub type OpenFiles = Box<dyn Fn() -> Result<Files, StoreError> + Send + Sync>;

/// Why an export or a restoration cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed or went away.
    #[error("the database did not do it: {0}")]
    Database(#[from] sqlx::Error),
    /// A file cannot be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// The store of files failed or went away.
    #[error("the store of files did not do it: {0}")]
    Store(#[from] StoreError),
    /// What was found does not fit; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
}
