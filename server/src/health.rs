//! Whether the program is well, for machines that watch it.
//!
//! - `/health/live`: the process answers; a failure means "start it again".
//! - `/health/ready`: it can serve people; a failure means "send them elsewhere".
//! - `/health`: each part by name with its state; 503 when one fails.
//!
//! No answer holds a driver's words, addresses or names of people. To add a part, add a function and name it in
//! [`parts`].

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Map, Value, json};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    http::Routes,
    metrics::waiting_now,
    state::App,
    storage::{MIGRATOR, health},
    worker::INSIGHTS,
    worker::Tasks,
};

/// A part that does not answer by then has failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// A reader of the log that is further behind has failed.
const MOST_LAG_SECONDS: f64 = 30.0;

/// A task that has said nothing for so long hangs.
const MOST_QUIET_SECONDS: u64 = 120;

/// See the module.
#[derive(Clone, Debug)]
pub struct Health {
    app: App,
    tasks: Tasks,
    stop: CancellationToken,
}

/// What a part says of itself.
struct Part {
    name: &'static str,
    well: bool,
    facts: Value,
}

impl Health {
    /// Of this program: `tasks` are those of its worker, and after `stop` it is not ready for anybody new.
    pub fn new(app: &App, tasks: &Tasks, stop: &CancellationToken) -> Self {
        Self { app: app.clone(), tasks: tasks.clone(), stop: stop.clone() }
    }
}

/// The three routes.
pub fn routes(health: Health) -> Routes {
    Routes::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/health", get(all))
        .with_state(health)
}

async fn live() -> Response {
    answer(true, json!({ "state": "ok" }))
}

async fn ready(State(health): State<Health>) -> Response {
    let (database, migrations) = tokio::join!(database(&health), migrations(&health));
    let well = database.well && migrations.well && !health.stop.is_cancelled();
    answer(well, json!({ "state": word(well) }))
}

async fn all(State(health): State<Health>) -> Response {
    let parts = parts(&health).await;
    let well = parts.iter().all(|part| part.well);
    let told: Map<String, Value> = parts.into_iter().map(Part::told).collect();
    answer(well, json!({ "state": word(well), "version": env!("CARGO_PKG_VERSION"), "parts": told }))
}

async fn parts(health: &Health) -> Vec<Part> {
    let (database, migrations, worker) = tokio::join!(database(health), migrations(health), worker(health));
    vec![database, pool(health), migrations, worker]
}

async fn database(health: &Health) -> Part {
    let start = Instant::now();
    let answered = in_time(health::answers(&health.app.db.app)).await;
    let facts = json!({ "milliseconds": start.elapsed().as_millis() as u64 });
    Part { name: "database", well: answered.is_some(), facts }
}

/// Waiting is no failure by itself; when it takes too long, `database` fails.
fn pool(health: &Health) -> Part {
    let pool = &health.app.db.app;
    let idle = pool.num_idle();
    let in_use = (pool.size() as usize).saturating_sub(idle);
    let most = pool.options().get_max_connections();
    let facts = json!({ "in_use": in_use, "idle": idle, "waiting": waiting_now(), "most": most });
    Part { name: "pool", well: !pool.is_closed(), facts }
}

/// A database that is ahead is well: the next version may run beside this one.
async fn migrations(health: &Health) -> Part {
    let applied = in_time(health::migrations(&health.app.db.system)).await.unwrap_or_default();
    let mut embedded = MIGRATOR.iter().map(|migration| migration.version);
    let well = embedded.all(|version| applied.contains(&version));
    Part {
        name: "migrations",
        well,
        facts: json!({ "applied": applied.len(), "embedded": MIGRATOR.iter().count() }),
    }
}

/// How far the readers of the log are, wherever they run, and how the tasks of this process go.
async fn worker(health: &Health) -> Part {
    let lag = in_time(health::lag(&health.app.db.system, INSIGHTS)).await;
    let tasks = health.tasks.report();
    // The queue's own loop reports only that it began.
    let hangs = |name: &str, quiet| name != "jobs" && quiet > MOST_QUIET_SECONDS;
    let going = tasks.iter().all(|task| task.failures == 0 && !hangs(task.name, task.quiet));
    let kept_up = lag.is_some_and(|lag| lag.seconds <= MOST_LAG_SECONDS);
    let told: Map<String, Value> =
        tasks.iter().map(|task| (task.name.to_owned(), json!({ "failures": task.failures }))).collect();
    let facts = json!({
        "behind_events": lag.map(|lag| lag.events),
        "behind_seconds": lag.map(|lag| (lag.seconds * 1000.0).round() / 1000.0),
        "tasks": told,
    });
    Part { name: "worker", well: going && kept_up, facts }
}

/// The answer, unless it fails or takes too long; why stands in the log.
async fn in_time<T>(question: impl Future<Output = Result<T, sqlx::Error>>) -> Option<T> {
    match timeout(PATIENCE, question).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a part of the program is not well");
            None
        }
        Err(_) => {
            tracing::warn!("a part of the program does not answer in time");
            None
        }
    }
}

impl Part {
    fn told(self) -> (String, Value) {
        let mut facts = self.facts;
        facts["state"] = word(self.well).into();
        (self.name.to_owned(), facts)
    }
}

fn word(well: bool) -> &'static str {
    if well { "ok" } else { "failed" }
}

fn answer(well: bool, body: Value) -> Response {
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
