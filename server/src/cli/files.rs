//! `tracker admin files`: moves attached files from one store to another.

use clap::Subcommand;
use tracker_domain::id::{AttachmentId, OrgId};

use super::{Failure, admin::connect, admin::refused, term};
use crate::{
    config::{Config, FilesConfig},
    files::{Store, StoreError},
    services::files::small,
    storage::kept_files::{self, Kept},
};

/// What is done to attached files.
#[derive(Debug, Subcommand)]
pub(super) enum FilesCommand {
    /// Copy every file to another store, and compare each with its hash. What is there already is left out.
    ///
    /// While the tracker runs: copy, set TRACKER_FILES_STORE to the new place and restart, and copy once more with --from the
    /// old place for what came in between. Nothing is removed from the old place.
    Move {
        /// `file:FOLDER`, or `s3:BUCKET` with the TRACKER_S3_… settings.
        to: String,
        /// The place to copy from, if it is not the one of the settings.
        #[arg(long)]
        from: Option<String>,
    },
}

impl FilesCommand {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let Self::Move { to, from } = self;
        let from = from.map_or(Ok(config.files.clone()), |from| elsewhere(config, &from))?;
        let (from, to) = (open(&from)?, open(&elsewhere(config, &to)?)?);
        let mut connection = connect(config).await?;
        let (mut last, mut copied, mut there) = ((OrgId(0), AttachmentId(0)), 0, 0);
        loop {
            let files = kept_files::after(&mut connection, last.0, last.1).await.map_err(refused)?;
            let Some(end) = files.last() else { break };
            last = (end.org, end.id);
            for file in &files {
                let new = copy(&from, &to, file).await.map_err(Failure::new)?;
                copied += u64::from(new);
                there += u64::from(!new);
            }
        }
        term::say(&format!(
            "{copied} files were copied, {there} were there already. Set TRACKER_FILES_STORE to the new place."
        ));
        Ok(())
    }
}

fn elsewhere(config: &Config, place: &str) -> Result<FilesConfig, Failure> {
    let known = config.files.at(place);
    known.ok_or_else(|| {
        Failure::new(format!(
            "{place} must be file:FOLDER or s3:BUCKET, with TRACKER_S3_KEY_ID and TRACKER_S3_SECRET"
        ))
    })
}

fn open(config: &FilesConfig) -> Result<Store, Failure> {
    Store::open(&config.place).map_err(Failure::new)
}

/// Whether it had to be copied.
async fn copy(from: &Store, to: &Store, file: &Kept) -> Result<bool, StoreError> {
    let same = |hash: Option<[u8; 32]>| hash.is_some_and(|hash| hash[..] == file.sha256[..]);
    if same(to.hash(&file.object).await?) {
        return Ok(false);
    }
    from.copy(&file.object, to).await?;
    if file.thumbnail {
        from.copy(&small(&file.object), to).await?;
    }
    if same(to.hash(&file.object).await?) { Ok(true) } else { Err(StoreError::Damaged(file.object.clone())) }
}
