//! The log.

use tracing_subscriber::EnvFilter;

use super::reader::{Reader, Setting};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// The section.
#[derive(Debug, Clone)]
pub struct Log {
    /// What is written, by level and module.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
}

const FILTER: Setting = Setting::new(
    "TRACKER_LOG",
    "info,sqlx=warn,graphile_worker=warn",
    "What is written: a level (`error`, `warn`, `info`, `debug`, `trace`), also by module: `info,server::live=debug`.",
);
const FORMAT: Setting = Setting::new(
    "TRACKER_LOG_FORMAT",
    "auto",
    "`human`, `json`, or `auto`: for people on a terminal, JSON otherwise.",
);
pub(super) const SETTINGS: &[Setting] = &[FILTER, FORMAT];

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let formats = [("auto", LogFormat::Auto), ("human", LogFormat::Human), ("json", LogFormat::Json)];
        Self {
            filter: reader.parse(
                &FILTER,
                FILTER.default.to_owned(),
                "levels like info,server=debug",
                |text| EnvFilter::try_new(text).ok().map(|_| text.to_owned()),
            ),
            format: reader.choice(&FORMAT, LogFormat::Auto, &formats),
        }
    }
}
