//! Files: whether each is where the database says, and has the bytes that came in. It reads all of them, so it is asked
//! for apart.

use tracker_domain::id::{AttachmentId, OrgId};

use super::{Level, Report};
use crate::{
    config::Config,
    files::{Store, StoreError},
    storage::{ConnectError, admin, doctor::EXAMPLES, kept_files},
};

/// What was found.
#[derive(Debug, Default)]
struct Compared {
    missing: (i64, Vec<String>),
    damaged: (i64, Vec<String>),
}

/// Why they could not be compared.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("the database did not answer: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the store did not answer: {0}")]
    Store(#[from] StoreError),
}

/// Compares every file with its hash.
pub async fn look(config: &Config, report: &mut Report) {
    report.look("files");
    match compared(config).await {
        Ok(Compared { missing, damaged }) => {
            for (what, found) in
                [("a file is missing in the store", missing), ("a file is not as it came in", damaged)]
            {
                if found.0 > 0 {
                    report.find_many(
                        Level::Problem,
                        what,
                        found,
                        "bring it back from a backup; docs/backup.md says how",
                    );
                }
            }
        }
        Err(error) => {
            let advice = "correct TRACKER_FILES_STORE and what belongs to it; docs/files.md says how";
            report.find(Level::Problem, format!("the files cannot be looked at: {error}"), advice);
        }
    }
}

async fn compared(config: &Config) -> Result<Compared, Trouble> {
    let store = Store::open(&config.files.place)?;
    let mut connection = admin::connect(&config.database.url).await?;
    let (mut compared, mut last) = (Compared::default(), (OrgId(0), AttachmentId(0)));
    loop {
        let files = kept_files::after(&mut connection, last.0, last.1).await?;
        let Some(end) = files.last() else { return Ok(compared) };
        last = (end.org, end.id);
        for file in &files {
            match store.hash(&file.object).await? {
                Some(hash) if hash[..] == file.sha256[..] => {}
                Some(_) => note(&mut compared.damaged, &file.object),
                None => note(&mut compared.missing, &file.object),
            }
        }
    }
}

fn note((count, examples): &mut (i64, Vec<String>), object: &str) {
    *count += 1;
    if examples.len() < EXAMPLES {
        examples.push(object.to_owned());
    }
}
