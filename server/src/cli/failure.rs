//! Why a command cannot go on, in words of the person who started it: what is wrong and what to do about it.

use sqlx::{migrate::MigrateError, postgres::PgConnectOptions};
use std::{fmt::Display, io, net::SocketAddr, str::FromStr};

use crate::{
    config::{Config, Problems},
    storage::ConnectError,
};

/// One line for each reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(Vec<String>);

impl Failure {
    /// For one reason.
    pub fn new(reason: impl Display) -> Self {
        Self(vec![reason.to_string()])
    }

    /// The reasons.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// It cannot listen.
    pub(super) fn listen(address: SocketAddr, error: &io::Error) -> Self {
        Self::new(match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!(
                    "{address} is in use by another program; stop that one, or listen elsewhere with TRACKER_LISTEN"
                )
            }
            io::ErrorKind::PermissionDenied => {
                format!("not allowed to listen on {address}; choose a port above 1023 with TRACKER_LISTEN")
            }
            io::ErrorKind::AddrNotAvailable => {
                format!(
                    "this machine does not have the address {}; set another with TRACKER_LISTEN",
                    address.ip()
                )
            }
            _ => format!("cannot listen on {address} ({error}); set another address with TRACKER_LISTEN"),
        })
    }

    /// The database cannot be used.
    pub(super) fn database(config: &Config, error: &ConnectError) -> Self {
        tracing::debug!(%error, "the database cannot be used");
        let place = place(config);
        Self::new(match error {
            ConnectError::Url(_) => {
                "DATABASE_URL is not an address like postgres://user:password@host/name".to_owned()
            }
            ConnectError::Unreachable(error) => unreachable_words(&place, error),
            ConnectError::Migrate(MigrateError::VersionMissing(_)) => {
                format!(
                    "the database at {place} belongs to a newer version of the tracker; start that version"
                )
            }
            ConnectError::Migrate(MigrateError::VersionMismatch(version)) => {
                format!(
                    "migration {version} in the database at {place} is not the one of this version; was the program altered?"
                )
            }
            ConnectError::Migrate(error) => {
                format!("the database at {place} could not be brought up to date: {}", migration_words(error))
            }
            ConnectError::TooPowerful(role) => {
                format!(
                    "the database role {role} is a superuser or bypasses row-level security; take both from it"
                )
            }
        })
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self(problems.0)
    }
}

impl From<tracker_domain::error::AppError> for Failure {
    fn from(error: tracker_domain::error::AppError) -> Self {
        Self::new(error)
    }
}

/// Where the database is, without user and password.
fn place(config: &Config) -> String {
    let Ok(options) = PgConnectOptions::from_str(config.database.url.reveal()) else {
        return "?".to_owned();
    };
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

fn unreachable_words(place: &str, error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
    match (code.as_str(), error) {
        ("28P01" | "28000", _) => {
            format!("the database at {place} refuses the user or the password of DATABASE_URL")
        }
        ("3D000", _) => format!(
            "the database server at {place} has no database of the name in DATABASE_URL; create it first"
        ),
        ("22023" | "42704" | "42501" | "42P01", _) => {
            format!("the database at {place} is not set up; run `tracker migrate` as its owner")
        }
        ("53300", _) => format!(
            "the database at {place} has no connection left; lower TRACKER_POOL_SIZE or raise its limit"
        ),
        ("57P03", _) => format!("the database at {place} is starting or stopping; try again in a moment"),
        (_, sqlx::Error::Tls(_)) => {
            format!("the database at {place} does not offer the TLS that DATABASE_URL asks for")
        }
        _ => format!(
            "no database answers at {place}; is PostgreSQL running there? DATABASE_URL says where it is"
        ),
    }
}

fn migration_words(error: &MigrateError) -> &'static str {
    let cause = match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error,
        _ => return "see the log with TRACKER_LOG=debug",
    };
    match cause.as_database_error().and_then(|error| error.code()).as_deref() {
        Some("42501") => "its user may not change it; DATABASE_URL must name the owner, who may create roles",
        Some("53100") => "its disk is full",
        _ => "see the log with TRACKER_LOG=debug",
    }
}
