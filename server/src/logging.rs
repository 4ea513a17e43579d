//! The program's own log: for people on a terminal, one JSON object a line otherwise.
//!
//! What never gets into it: passwords, tokens, cookies and query strings. Secrets are newtypes that redact themselves;
//! requests are logged by path and status only, with their id.

use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Starts logging to standard error. A second start in one process, as in tests, changes nothing.
pub fn start(log: &Log) {
    begin(log, EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info")));
}

/// The same for a command that reads or writes everything: that its statements take long is no news.
pub fn start_patient(log: &Log) {
    let patient = format!("{},sqlx::query=error", log.filter);
    begin(log, EnvFilter::try_new(patient).unwrap_or_else(|_| EnvFilter::new("info")));
}

fn begin(log: &Log, filter: EnvFilter) {
    let builder = fmt().with_env_filter(filter).with_writer(stderr);
    let started = if is_human(log) {
        builder.with_target(false).with_ansi(stderr().is_terminal()).try_init()
    } else {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    };
    if started.is_err() {
        tracing::debug!("the log was started already");
    }
}

/// Whether lines are for people.
fn is_human(log: &Log) -> bool {
    match log.format {
        LogFormat::Auto => stderr().is_terminal(),
        LogFormat::Human => true,
        LogFormat::Json => false,
    }
}
