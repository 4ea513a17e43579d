//! Jobs: what is to be done now and then, or later. `graphile_worker` keeps the queue in PostgreSQL, gives each job to
//! one process only, and tries one that failed again.
//!
//! A job's payload holds ids only, and doing it twice does no harm. To add one, write a [`TaskHandler`] here, name it
//! in [`run`], and enqueue it in the transaction that causes it, or give it a schedule.

use graphile_worker::{
    Cron, CrontabFill, IntoTaskHandlerResult, TaskHandler, Worker, WorkerBuildError, WorkerContext,
    WorkerOptions,
};
use serde::{Deserialize, Serialize};
use std::{fmt::Display, time::Duration};
use tokio_util::sync::CancellationToken;

use super::Beat;
use crate::{
    state::App,
    storage::jobs::{self, SCHEMA},
};

/// How often the queue is looked at; nothing that is queued so far is urgent.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long a job may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Removes sessions that have ended, what forms left behind an hour ago, and idempotency keys of yesterday.
#[derive(Debug, Serialize, Deserialize)]
struct CleanUp {}

impl TaskHandler for CleanUp {
    const IDENTIFIER: &'static str = "clean_up";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(app) = context.get_ext::<App>() else {
            return Err("the job has no application".to_owned());
        };
        let removed = jobs::clean_up(&app.db.system, app.clock.now()).await;
        counted(Self::IDENTIFIER, removed).map(|rows| tracing::debug!(rows, "cleaned up"))
    }
}

/// Counts a job by how it ended.
fn counted<T, E: Display>(job: &'static str, result: Result<T, E>) -> Result<T, String> {
    let outcome = if result.is_ok() { "done" } else { "failed" };
    metrics::counter!("tracker_jobs_total", "job" => job, "outcome" => outcome).increment(1);
    result.map_err(|error| error.to_string())
}

/// Works on the queue until `stop`.
pub(super) async fn run(app: App, stop: CancellationToken, beat: Beat) -> Result<(), String> {
    let worker = worker(app, stop).await.map_err(|error| error.to_string())?;
    beat.well();
    worker.run().await.map_err(|error| error.to_string())
}

async fn worker(app: App, stop: CancellationToken) -> Result<Worker, WorkerBuildError> {
    let pool = app.db.system.clone();
    let mut options = WorkerOptions::default()
        .schema(SCHEMA)
        .pg_pool(pool)
        .concurrency(2)
        .poll_interval(LOOK_EVERY)
        .use_notification_delivery(false)
        .add_extension(app)
        .define_job::<CleanUp>()
        .listen_os_shutdown_signals(false)
        .shutdown_signal(async move { stop.cancelled().await })
        .shutdown_grace_period(GRACE);
    // A machine that slept through it does it when it wakes.
    if let Ok(schedule) = Cron::every_n_minutes::<CleanUp>(10) {
        options = options.with_cron(schedule.fill(CrontabFill::minutes(20)));
    }
    options.init().await
}
