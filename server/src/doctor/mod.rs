//! Whether an installation is well: its settings, folders and database, and whether what it keeps is what its log says.
//!
//! It only reads (and tries whether a file can be made in the data folder). Each finding says what is wrong, where, and
//! what to do about it. A problem is something that is or will go wrong; a risk is something that an operator should
//! have decided. To add a question, ask it in `settings`, `folders`, `providers` or `database` (its SQL goes into
//! `storage/doctor.rs`), name it by [`Report::look`], and break it in `server/tests/it/doctor.rs`.

mod database;
mod files;
mod folders;
mod mail;
mod providers;
mod settings;

pub use files::look as look_at_files;
use serde::Serialize;
use tracker_domain::time::Clock;

use crate::{
    config::{Config, Problems},
    storage::{ConnectError, doctor::Examination},
};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Something is wrong.
    Problem,
    /// Something should have been decided.
    Risk,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// By which question.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// What is wrong.
    pub what: String,
    /// How many times.
    pub count: i64,
    /// Where: the first five places.
    pub examples: Vec<String>,
    /// What to do about it.
    pub advice: String,
}

/// All that was asked and found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The questions that were asked.
    pub checks: Vec<&'static str>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether there is no problem; risks may be there.
    pub fn is_well(&self) -> bool {
        self.findings.iter().all(|finding| finding.level == Level::Risk)
    }

    /// Names the question that is asked now.
    fn look(&mut self, check: &'static str) {
        self.checks.push(check);
    }

    /// Adds a finding of the present question.
    fn find(&mut self, level: Level, what: impl Into<String>, advice: impl Into<String>) {
        self.find_many(level, what, (1, Vec::new()), advice);
    }

    /// The same for something that is wrong in several places.
    fn find_many(
        &mut self,
        level: Level,
        what: impl Into<String>,
        (count, examples): (i64, Vec<String>),
        advice: impl Into<String>,
    ) {
        let check = self.checks.last().copied().unwrap_or("doctor");
        self.findings.push(Finding {
            check,
            level,
            what: what.into(),
            count,
            examples,
            advice: advice.into(),
        });
    }
}

/// The report on settings that cannot be read at all.
pub fn unreadable(problems: &Problems) -> Report {
    let mut report = Report::default();
    report.look("settings");
    for problem in &problems.0 {
        report.find(
            Level::Problem,
            problem.clone(),
            "correct the setting; docs/configuration.md has them all",
        );
    }
    report
}

/// Asks everything; `words` says why a database cannot be used.
pub async fn examine(config: &Config, clock: &dyn Clock, words: impl Fn(&ConnectError) -> String) -> Report {
    let mut report = Report::default();
    settings::look(config, &mut report);
    folders::look(config, &mut report);
    mail::look(config, &mut report).await;
    providers::look(config, clock, &mut report).await;
    report.look("database");
    match Examination::begin(&config.database.url).await {
        Ok(mut examination) => {
            if let Err(error) = database::look(&mut examination, clock, &mut report).await {
                tracing::debug!(%error, "the database did not answer a question of the doctor");
                let check = report.checks.last().copied().unwrap_or("database");
                report.find(
                    Level::Problem,
                    format!("the database did not answer what was asked about “{check}”"),
                    "DATABASE_URL must name the owner of the database; TRACKER_LOG=debug says what it answered",
                );
            }
        }
        Err(error) => {
            let advice = "start the database or correct DATABASE_URL, then ask again";
            report.find(Level::Problem, words(&error), advice);
        }
    }
    report
}
