//! The jobs around attached files: having a scanner look at one, and removing what nobody needs any more.

use futures::TryStreamExt;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use time::Duration;
use tracker_domain::{
    attachment::FileState,
    error::AppError,
    id::{AttachmentId, OrgId},
    time::Timestamp,
};

use crate::{
    fault::{fault, unavailable},
    files::Verdict,
    services::files::{away, small},
    state::App,
    storage::kept_files,
};

/// Objects that are held against the table in one go.
const AT_ONCE: usize = 1_000;

/// What is younger may still be on its way into the table.
const SETTLED: Duration = Duration::days(1);

/// Has a scanner look at a file that came in.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CheckFile {
    org: i64,
    file: i64,
}

impl TaskHandler for CheckFile {
    const IDENTIFIER: &'static str = "check_file";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(app) = context.get_ext::<App>() else {
            return Err("the job has no application".to_owned());
        };
        self.check(app).await.map_err(|error| error.to_string())
    }
}

impl CheckFile {
    async fn check(self, app: &App) -> Result<(), AppError> {
        let (org, file) = (OrgId(self.org), AttachmentId(self.file));
        let pool = &app.db.system;
        let Some(object) = kept_files::to_check(pool, org, file).await.map_err(|error| fault(&error))? else {
            return Ok(());
        };
        let (state, finding) = match look(app, &object).await? {
            Verdict::Clean => (FileState::Clean, String::new()),
            Verdict::Infected(name) => {
                tracing::warn!(
                    org = self.org,
                    file = self.file,
                    found = name,
                    "an attached file is infected"
                );
                (FileState::Infected, name)
            }
        };
        let now = app.clock.now();
        let checked = kept_files::checked(pool, (org, file), (state, &finding), now).await;
        if checked.map_err(|error| fault(&error))? {
            app.bell.ring(org);
        }
        Ok(())
    }
}

/// Without a scanner there is nobody to wait for.
async fn look(app: &App, object: &str) -> Result<Verdict, AppError> {
    let Some(scanner) = &app.files.scanner else { return Ok(Verdict::Clean) };
    let file = app.files.store.get(object, None).await.map_err(away)?;
    let file = file.ok_or_else(|| fault(&format!("the store does not have {object}")))?;
    scanner.scan(file).await.map_err(|error| unavailable(&format!("the scanner did not answer: {error}")))
}

/// Removes what was taken away or never attached, and what the table does not know.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SweepFiles {}

impl TaskHandler for SweepFiles {
    const IDENTIFIER: &'static str = "sweep_files";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(app) = context.get_ext::<App>() else {
            return Err("the job has no application".to_owned());
        };
        let now = app.clock.now();
        let swept = async {
            remove_unneeded(app, now).await?;
            compare(app, now).await
        };
        swept.await.map_err(|error: AppError| error.to_string())
    }
}

/// The bytes first, then the row: what is broken off in between is done again.
async fn remove_unneeded(app: &App, now: Timestamp) -> Result<(), AppError> {
    let (pool, store) = (&app.db.system, &app.files.store);
    loop {
        let files = kept_files::unneeded(pool, now).await.map_err(|error| fault(&error))?;
        for file in &files {
            if kept_files::give_up(pool, file, now).await.map_err(|error| fault(&error))? {
                store.delete(&file.object).await.map_err(away)?;
                store.delete(&small(&file.object)).await.map_err(away)?;
                kept_files::forget(pool, file).await.map_err(|error| fault(&error))?;
            }
        }
        if (files.len() as i64) < kept_files::AT_ONCE {
            return Ok(());
        }
    }
}

/// Removes objects that the table does not know, and says when it knows more than there is.
async fn compare(app: &App, now: Timestamp) -> Result<(), AppError> {
    let before = Timestamp(now.0 - SETTLED);
    let settled = before.0.unix_timestamp();
    let expected = kept_files::count(&app.db.system, before).await.map_err(|error| fault(&error))?;
    let listed = app.files.store.list().try_filter(|object| {
        let old = object.last_modified.timestamp() < settled;
        std::future::ready(old)
    });
    let mut chunks = std::pin::pin!(listed.map_ok(|object| object.location.to_string()).try_chunks(AT_ONCE));
    let (mut there, mut removed) = (0_i64, 0_u64);
    while let Some(objects) = chunks.try_next().await.map_err(|error| unavailable(&error))? {
        let whole: Vec<String> =
            objects.iter().map(|name| name.trim_end_matches(".small").to_owned()).collect();
        let known = kept_files::known(&app.db.system, &whole).await.map_err(|error| fault(&error))?;
        for (object, whole) in objects.iter().zip(&whole) {
            if known.contains(whole) {
                there += i64::from(object == whole);
            } else {
                app.files.store.delete(object).await.map_err(away)?;
                removed += 1;
            }
        }
    }
    if removed > 0 {
        tracing::warn!(removed, "the store had files that the database does not know; they were removed");
    }
    if there < expected {
        let missing = expected - there;
        tracing::error!(missing, "files are missing in the store; `tracker doctor --files` names them");
    }
    Ok(())
}
