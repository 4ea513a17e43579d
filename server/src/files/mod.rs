//! Files that people attach: taken in, looked at, cleaned, kept, and given out again.
//!
//! ```text
//! request ── spool (a nameless file, counted) ── kind (by content) ── strip and picture ── store ── row, event
//! ```
//!
//! Nothing of it is ever whole in memory. What comes in waits in a file without a name, which the system removes by itself
//! when the request ends, whatever happened; only what was found good goes to the store, and only then a row says that it
//! is there. An object without a row is what is left when the program is killed between the two; a job removes it.
//!
//! To allow another kind of file, add it to `kind`; if it is a picture, teach `strip` and `picture` about it first.

mod again;
mod kind;
mod picture;
mod prepare;
mod scanner;
mod spool;
mod store;
mod strip;

pub use kind::Kind;
pub use prepare::Prepared;
pub use scanner::{Scanner, Verdict};
pub use spool::{Spool, Spooled};
use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
pub use store::{Store, StoreError};
use tokio::{sync::Semaphore, time::timeout};
use tracker_domain::error::AppError;

use crate::{config::FilesConfig, fault::fault};

/// Pictures that are decoded at the same time.
const DECODERS: usize = 2;

/// How long one file may be looked at.
const PATIENCE: Duration = Duration::from_secs(30);

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    /// Where they are kept.
    pub store: Store,
    /// Most bytes of one.
    pub max_bytes: u64,
    /// Most bytes of an organization.
    pub quota_bytes: Option<u64>,
    /// Who looks at each before anybody gets it.
    pub scanner: Option<Scanner>,
    incoming: Arc<PathBuf>,
    decoders: Arc<Semaphore>,
}

impl Files {
    /// Opens the store; nothing is written yet.
    pub fn open(config: &FilesConfig) -> Result<Self, StoreError> {
        Ok(Self {
            store: Store::open(&config.place)?,
            max_bytes: config.max_bytes,
            quota_bytes: config.quota_bytes,
            scanner: config.scanner.as_ref().map(Scanner::new),
            incoming: Arc::new(config.incoming.clone()),
            decoders: Arc::new(Semaphore::new(DECODERS)),
        })
    }

    /// A place for a file that comes in.
    pub async fn spool(&self) -> Result<Spool, AppError> {
        Spool::begin(self.incoming.clone(), self.max_bytes).await
    }

    /// Looks at what came in: what it is, and for a picture without its metadata and with a small one beside it.
    pub async fn prepare(&self, spooled: Spooled) -> Result<Prepared, AppError> {
        // What is cleaned needs room as well; the permit goes along, so that a decoder that was given up still counts.
        let permit = self.decoders.clone().acquire_owned().await.map_err(|error| fault(&error))?;
        let incoming = self.incoming.clone();
        let work = tokio::task::spawn_blocking(move || {
            let prepared = prepare::prepare(spooled, &incoming);
            drop(permit);
            prepared
        });
        match timeout(PATIENCE, work).await {
            Ok(Ok(prepared)) => prepared,
            // A decoder that meets what it does not expect, or never ends: what it reads is no picture.
            Ok(Err(error)) => {
                tracing::warn!(%error, "a file could not be looked at");
                Err(picture::unreadable())
            }
            Err(_) => Err(picture::unreadable()),
        }
    }
}

impl Files {
    /// A file without a name, beside those that come in.
    pub fn nameless(&self) -> io::Result<std::fs::File> {
        nameless(&self.incoming)
    }

    /// Looks at a file that was taken in before and comes back with an export: it, and a small one of a picture. `None`: it
    /// is not what it is said to be, or nothing that is kept.
    pub async fn again(
        &self,
        file: std::fs::File,
        media_type: String,
    ) -> io::Result<Option<(std::fs::File, Option<Vec<u8>>)>> {
        let looked = tokio::task::spawn_blocking(move || again::again(file, &media_type)).await;
        looked.map_err(io::Error::other)?
    }
}

/// A folder that nobody else on this machine looks into.
fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The folder may be missing at the first file, or after somebody has cleaned up.
fn nameless(folder: &Path) -> io::Result<std::fs::File> {
    private(folder)?;
    tempfile::tempfile_in(folder)
}
