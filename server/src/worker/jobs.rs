//! Jobs: what is to be done now and then, or later. `graphile_worker` keeps the queue in PostgreSQL, gives each job to
//! one process only, and tries one that failed again.
//!
//! A job's payload holds ids only, and doing it twice does no harm. To add one, write a [`TaskHandler`] here, name it
//! in [`run`], and enqueue it in the transaction that causes it, or give it one of [`schedules`].

use graphile_worker::{
    CronBuilder, Crontab, CrontabFill, CrontabTimer, CrontabTimerError, IntoTaskHandlerResult, Job,
    JobComplete, JobFail, JobPermanentlyFail, TaskHandler, Worker, WorkerContext, WorkerOptions,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use super::{
    Beat,
    files::{CheckFile, SweepFiles},
    mail::SendMail,
};
use crate::{
    access,
    insights::reconcile,
    state::App,
    storage::jobs::{self, SCHEMA},
};

/// How often the queue is looked at; nothing that is queued so far is urgent.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long a job may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(5);

/// Removes sessions and links that have ended, sign-ins by a provider that nobody came back from, what forms left behind an
/// hour ago, and idempotency keys of yesterday; and sees to the keys that sign access tokens.
#[derive(Debug, Serialize, Deserialize)]
struct CleanUp {}

impl TaskHandler for CleanUp {
    const IDENTIFIER: &'static str = "clean_up";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(app) = context.get_ext::<App>() else {
            return Err("the job has no application".to_owned());
        };
        let removed = jobs::clean_up(&app.db.system, app.clock.now()).await;
        access::keys::turn(app).await.map_err(|error| error.to_string())?;
        removed.map(|rows| tracing::debug!(rows, "cleaned up")).map_err(|error| error.to_string())
    }
}

/// Counts a sample of the insights again; a difference is an alarm.
#[derive(Debug, Serialize, Deserialize)]
struct Reconcile {}

impl TaskHandler for Reconcile {
    const IDENTIFIER: &'static str = "reconcile_insights";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(app) = context.get_ext::<App>() else {
            return Err("the job has no application".to_owned());
        };
        let wrong = reconcile::in_one_moment(&app.db.system).await.map_err(|error| error.to_string())?;
        metrics::gauge!("tracker_insights_differences").set(wrong.len() as f64);
        if wrong.is_empty() {
            return Ok(());
        }
        let wrong = wrong.join("; ");
        tracing::error!(
            wrong,
            "the insights are not what the log says; `tracker admin rebuild insights` counts them anew"
        );
        Err(format!("not what the log says: {wrong}"))
    }
}

/// What is done again and again. After a night in which the machine slept it is done once, when it wakes.
fn schedules() -> Result<Vec<Crontab>, ScheduleError> {
    let often = CronBuilder::new(CrontabTimer::every_n_minutes(10)?);
    let hourly = CronBuilder::new(CrontabTimer::hourly_at(17)?);
    Ok(vec![
        often.payload(CleanUp {})?.fill(CrontabFill::minutes(20)).build(),
        CronBuilder::new(CrontabTimer::every_n_minutes(30)?)
            .payload(Reconcile {})?
            .fill(CrontabFill::hours(1))
            .build(),
        hourly.payload(SweepFiles {})?.fill(CrontabFill::hours(2)).build(),
    ])
}

#[derive(Debug, thiserror::Error)]
#[error("a schedule is wrong: {0}")]
enum ScheduleError {
    Timer(#[from] CrontabTimerError),
    Payload(#[from] serde_json::Error),
}

/// Counts a job by how it ended.
fn count(job: &Job, outcome: &'static str) {
    metrics::counter!("tracker_jobs_total", "job" => job.task_identifier().clone(), "outcome" => outcome)
        .increment(1);
}

/// Works on the queue until `stop`.
pub(super) async fn run(app: App, stop: CancellationToken, beat: Beat) -> Result<(), String> {
    let worker = worker(app, stop, 2).await?;
    beat.well();
    worker.run().await.map_err(|error| error.to_string())
}

/// Does what is queued and due, once; for tests, which do not wait.
pub async fn run_once(app: App) -> Result<(), String> {
    let worker = worker(app, CancellationToken::new(), 1).await?;
    worker.run_once().await.map_err(|error| error.to_string())
}

async fn worker(app: App, stop: CancellationToken, at_once: usize) -> Result<Worker, String> {
    let schedules = schedules().map_err(|error| error.to_string())?;
    let pool = app.db.system.clone();
    WorkerOptions::default()
        .schema(SCHEMA)
        .pg_pool(pool)
        .concurrency(at_once)
        .poll_interval(LOOK_EVERY)
        .use_notification_delivery(false)
        .add_extension(app)
        .define_job::<CleanUp>()
        .define_job::<SendMail>()
        .define_job::<CheckFile>()
        .define_job::<SweepFiles>()
        .define_job::<Reconcile>()
        .with_crons(schedules)
        .on(JobComplete, |done| async move { count(&done.job, "done") })
        .on(JobFail, |failed| async move { count(&failed.job, "failed") })
        .on(JobPermanentlyFail, |failed| async move { give_up(&failed.job, &failed.error) })
        .listen_os_shutdown_signals(false)
        .shutdown_signal(async move { stop.cancelled().await })
        .shutdown_grace_period(GRACE)
        .init()
        .await
        .map_err(|error| error.to_string())
}

/// A job that failed too often stays in the queue's tables; its last error names what is in the log.
fn give_up(job: &Job, error: &str) {
    count(job, "given_up");
    tracing::error!(job = job.task_identifier(), id = job.id(), error, "a job was given up");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_schedule_gives_its_job_a_payload_that_it_reads() {
        let mut jobs = Vec::new();
        for schedule in schedules().unwrap() {
            let payload = schedule.payload.unwrap();
            match schedule.task_identifier.as_str() {
                CleanUp::IDENTIFIER => {
                    serde_json::from_value::<CleanUp>(payload).unwrap();
                }
                _ => {
                    serde_json::from_value::<SweepFiles>(payload).unwrap();
                }
            }
            jobs.push(schedule.task_identifier);
        }
        assert_eq!(jobs, [CleanUp::IDENTIFIER, Reconcile::IDENTIFIER, SweepFiles::IDENTIFIER]);
    }
}
