//! What can be set from outside: defaults, then a TOML file, then the environment; the later one wins.
//!
//! One file a section, each with its struct, the table of its settings and how they are read and checked. All problems
//! are reported at once, one line each. To add a setting, add it to the table and the struct of its section, and write
//! its row into `docs/configuration.md`; a test holds that both list the same names.

mod accounts;
mod data;
mod database;
mod files;
mod limits;
mod log;
mod mail;
mod metrics;
mod providers;
mod reader;
mod web;
mod worker;

use std::{fmt, path::Path};

pub use accounts::{Accounts, SignUps};
pub use data::Data;
pub use database::Database;
pub use files::{Clamd, FilesConfig, FilesPlace, S3};
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use mail::{Mail, MailWay};
pub use metrics::Metrics;
pub use providers::{Protocol, Provider};
use reader::Reader;
pub use reader::{Setting, Source};
pub use web::Web;
pub(crate) use web::reachable;
pub use worker::Worker;

/// What the tracker runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// On somebody's own machine: what is missing is made up.
    Development,
    /// For others: what is missing is a problem.
    Production,
}

/// All the settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// What the tracker runs for.
    pub environment: Environment,
    /// The web server.
    pub web: Web,
    /// The database.
    pub database: Database,
    /// Accounts and sessions.
    pub accounts: Accounts,
    /// How much may be asked.
    pub limits: Limits,
    /// Providers that people sign in by.
    pub providers: Vec<Provider>,
    /// The folder of what is kept outside the database.
    pub data: Data,
    /// Files that people attach.
    pub files: FilesConfig,
    /// Mail.
    pub mail: Mail,
    /// Work in the background.
    pub worker: Worker,
    /// The log.
    pub log: Log,
    /// Numbers for Prometheus.
    pub metrics: Metrics,
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Problems {}

const ENVIRONMENT: Setting = Setting::new(
    "TRACKER_ENV",
    "development",
    "`development` makes up what is missing; `production` demands it.",
);
const FILE: Setting = Setting::new(
    "TRACKER_CONFIG",
    "`tracker.toml`, if there is one",
    "A TOML file with the same settings: `TRACKER_LISTEN` is `listen` there, `DATABASE_URL` is `database_url`.",
);

/// Every setting, section by section.
pub fn settings() -> Vec<Setting> {
    let sections = [
        &[ENVIRONMENT, FILE][..],
        database::SETTINGS,
        accounts::SETTINGS,
        limits::SETTINGS,
        web::SETTINGS,
        worker::SETTINGS,
        data::SETTINGS,
        files::SETTINGS,
        mail::SETTINGS,
        log::SETTINGS,
        metrics::SETTINGS,
    ];
    sections.concat()
}

impl Config {
    /// The settings of this process.
    pub fn load() -> Result<Self, Problems> {
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        });
        Self::read(Source::new(environment, Path::new("tracker.toml")))
    }

    /// The settings of any source, checked; nothing is written and nothing but files of settings is read.
    pub fn read(source: Source) -> Result<Self, Problems> {
        let mut reader = Reader::new(source, &FILE);
        let environment = reader.choice(
            &ENVIRONMENT,
            Environment::Development,
            &[("development", Environment::Development), ("production", Environment::Production)],
        );
        let accounts = Accounts::read(&mut reader, environment);
        let web = Web::read(&mut reader);
        let data = Data::read(&mut reader);
        let config = Self {
            environment,
            database: Database::read(&mut reader),
            limits: Limits::read(&mut reader),
            files: FilesConfig::read(&mut reader, &data),
            mail: Mail::read(&mut reader, environment, &data, &web),
            web,
            providers: providers::read(&mut reader, environment, accounts.signup),
            accounts,
            data,
            worker: Worker::read(&mut reader),
            log: Log::read(&mut reader),
            metrics: Metrics::read(&mut reader, environment),
        };
        reader.finish().map(|()| config)
    }

    /// The key that signs sessions: the one that was set, else the one that is kept in the data folder.
    pub fn secret_key(&self) -> Result<tracker_domain::text::Secret, String> {
        match &self.accounts.secret_key {
            Some(key) => Ok(key.clone()),
            None => self.data.kept_key(),
        }
    }
}

#[cfg(test)]
mod tests;
