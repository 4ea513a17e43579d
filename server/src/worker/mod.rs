//! Work in the background: readers of the log, and jobs.
//!
//! A reader keeps something that is derived from the log, for instance what the insights are counted from; see [`Reader`] to add one. A
//! job is something to be done now and then or later; see [`jobs`]. Any number of processes may run all of it at once.

mod files;
mod insights;
pub mod jobs;
mod mail;
mod reader;
mod tasks;

pub use insights::{InsightsReader, READER as INSIGHTS, Recount, add_step, without_zeros};
pub use reader::{Reader, catch_up, rebuild, step};
use std::sync::Arc;
pub use tasks::{Beat, TaskReport, Tasks};
use tokio_util::sync::CancellationToken;

use crate::state::App;

/// The readers of the log, by name.
pub fn readers() -> Vec<Arc<dyn Reader>> {
    vec![Arc::new(InsightsReader)]
}

/// Starts everything; `tasks` says how it goes and when all of it has stopped.
pub fn start(app: &App, tasks: &Tasks, stop: &CancellationToken) {
    for reader in readers() {
        let (app, token) = (app.clone(), stop.clone());
        tasks.supervise(reader.name(), stop, move |beat| {
            reader::follow(reader.clone(), app.clone(), token.clone(), beat)
        });
    }
    let (app, token) = (app.clone(), stop.clone());
    tasks.supervise("jobs", stop, move |beat| jobs::run(app.clone(), token.clone(), beat));
}
