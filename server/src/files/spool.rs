//! A file while it comes in: in a file without a name, so that nothing is left of it when the request ends.

use std::{io::Seek, path::PathBuf, sync::Arc};
use tokio::{fs::File, io::AsyncWriteExt};
use tracker_domain::error::AppError;

use super::nameless;
use crate::fault::fault;

/// See the module.
#[derive(Debug)]
pub struct Spool {
    file: File,
    size: u64,
    max_bytes: u64,
}

/// A file that came in whole, and is at its beginning.
#[derive(Debug)]
pub struct Spooled {
    /// It.
    pub file: std::fs::File,
    /// How many bytes it has; at least one.
    pub size: u64,
}

impl Spool {
    pub(super) async fn begin(folder: Arc<PathBuf>, max_bytes: u64) -> Result<Self, AppError> {
        let made = tokio::task::spawn_blocking(move || nameless(&folder)).await;
        let file = made.map_err(|error| fault(&error))?.map_err(|error| fault(&error))?;
        Ok(Self { file: File::from_std(file), size: 0, max_bytes })
    }

    /// Takes the next bytes; what is too much is refused before it is written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.size += bytes.len() as u64;
        if self.size > self.max_bytes {
            let max = self.max_bytes / 1_000_000;
            return Err(AppError::invalid(
                "files",
                format!("A file can have at most {max} MB. This one is larger."),
            ));
        }
        self.file.write_all(bytes).await.map_err(|error| fault(&error))
    }

    /// All of it is there.
    pub async fn finish(mut self) -> Result<Spooled, AppError> {
        if self.size == 0 {
            return Err(AppError::invalid("files", "This file is empty."));
        }
        self.file.flush().await.map_err(|error| fault(&error))?;
        let mut file = self.file.into_std().await;
        file.rewind().map_err(|error| fault(&error))?;
        Ok(Spooled { file, size: self.size })
    }
}
