//! `tracker admin`: what the operator does on the server, without a browser.

use clap::{Subcommand, ValueEnum};
use sqlx::PgConnection;
use std::io::{IsTerminal, stdin};
use tracker_domain::{
    account::check_password,
    org::Role,
    text::{Email, OrgSlug, Secret},
    time::Clock,
};

use super::{Failure, ping, start, term};
use crate::{
    config::Config,
    passwords::Passwords,
    state::SystemClock,
    storage::{
        Db,
        admin::{self, RoleChange},
        factors,
    },
    worker::{readers, rebuild},
};

#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Ask whether the server of these settings is ready; ends with 0 when it is. For health checks.
    Ping,
    /// List members with their roles.
    Members {
        /// Only those of this organization, as its URLs name it.
        #[arg(long)]
        org: Option<String>,
    },
    /// Give a member another role. It holds from their very next request on.
    ///
    /// An organization always has an ADMIN: the last one keeps the role until there is another.
    Role {
        /// The member's mail address.
        email: String,
        /// REPORTER, MAINTAINER or ADMIN.
        role: String,
        /// In which organization; TRACKER_ORG if it is not said.
        #[arg(long)]
        org: Option<String>,
    },
    /// Set somebody's password, read from standard input, and sign them out everywhere.
    ///
    /// For instance: echo 'correct horse battery' | tracker admin password ana@example.org
    Password {
        /// Their mail address.
        email: String,
    },
    /// Second factors of an account.
    Factors {
        /// What to do with them.
        #[command(subcommand)]
        what: Factors,
    },
    /// Build something that is derived from the log anew, while the tracker runs.
    Rebuild {
        /// What.
        what: Derived,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Factors {
    /// Remove them all, for somebody who has lost their device and their recovery codes.
    ///
    /// Make sure first that it is them. The password is what lets them in afterwards, and an organization that requires a
    /// second factor asks them for a new one.
    Remove {
        /// Their mail address.
        email: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Derived {
    /// The daily statistics behind the insights page.
    Stats,
}

impl Admin {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        match self {
            Self::Ping => ping::run(&config).await,
            Self::Members { org } => members(&config, org).await,
            Self::Role { email, role, org } => set_role(&config, &email, &role, org).await,
            Self::Password { email } => set_password(&config, &email).await,
            Self::Factors { what: Factors::Remove { email } } => remove_factors(&config, &email).await,
            Self::Rebuild { what } => rebuild_derived(&config, what).await,
        }
    }
}

async fn connect(config: &Config) -> Result<PgConnection, Failure> {
    admin::connect(&config.database.url).await.map_err(|error| Failure::database(config, &error))
}

/// What the database answered, when it did not do what it was asked.
pub(super) fn refused(error: sqlx::Error) -> Failure {
    tracing::debug!(%error, "the database refused");
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
    Failure::new(match code.as_str() {
        "42P01" => "the database is not set up; run `tracker migrate` first",
        "42501" => "the user of DATABASE_URL may not do this; it must be the owner of the database",
        _ => "the database did not do it; see the log with TRACKER_LOG=debug",
    })
}

async fn members(config: &Config, org: Option<String>) -> Result<(), Failure> {
    let org = org.map(|org| OrgSlug::parse(&org)).transpose()?;
    let rows = admin::members(&mut connect(config).await?, org.as_ref()).await.map_err(refused)?;
    if rows.is_empty() {
        term::say("No members yet: the first one signs up in the browser and becomes ADMIN.");
    }
    for row in rows {
        let disabled = if row.disabled { "  (disabled)" } else { "" };
        term::say(&format!("{:<12} {:<10} {:<32} {}{disabled}", row.org, row.role, row.email, row.name));
    }
    Ok(())
}

async fn set_role(config: &Config, email: &str, role: &str, org: Option<String>) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let role: Role = role.to_ascii_uppercase().parse()?;
    let org = org.map_or(Ok(config.accounts.org.clone()), |org| OrgSlug::parse(&org))?;
    let mut connection = connect(config).await?;
    let change =
        admin::set_role(&mut connection, (&org, &email), role, SystemClock.now()).await.map_err(refused)?;
    match change {
        RoleChange::Done(before) => term::say(&format!("{email} is {role} of {org} now; before: {before}.")),
        RoleChange::Same => term::say(&format!("{email} is {role} of {org} already.")),
        RoleChange::NoMember => {
            return Err(Failure::new(format!(
                "{email} is no member of {org}; `tracker admin members` lists them"
            )));
        }
        RoleChange::LastAdmin => {
            return Err(Failure::new(format!(
                "{email} is the last ADMIN of {org}; make somebody else ADMIN first"
            )));
        }
    }
    Ok(())
}

async fn set_password(config: &Config, email: &str) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let mut connection = connect(config).await?;
    let found = admin::account(&mut connection, &email).await.map_err(refused)?;
    let (user, name) = found.ok_or_else(|| Failure::new(format!("nobody has an account with {email}")))?;
    let password = read_password()?;
    check_password(&password, &name, email.as_str())?;
    let hash = Passwords::new()?.hash(password).await?;
    let ended =
        admin::set_password(&mut connection, user, &hash, SystemClock.now()).await.map_err(refused)?;
    term::say(&format!("{email} has the new password; {ended} sessions were ended."));
    Ok(())
}

async fn remove_factors(config: &Config, email: &str) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let mut connection = connect(config).await?;
    let found = admin::account(&mut connection, &email).await.map_err(refused)?;
    let (user, _) = found.ok_or_else(|| Failure::new(format!("nobody has an account with {email}")))?;
    let now = SystemClock.now();
    let removed = factors::remove_all(&mut connection, (user, &email), now).await.map_err(refused)?;
    term::say(&match removed {
        0 => format!("{email} has no second factor."),
        count => format!("{email} has no second factor any more; {count} were removed."),
    });
    Ok(())
}

fn read_password() -> Result<Secret, Failure> {
    if stdin().is_terminal() {
        term::say("New password (it can be seen while you type):");
    }
    let mut line = String::new();
    stdin().read_line(&mut line).map_err(Failure::new)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}

async fn rebuild_derived(config: &Config, what: Derived) -> Result<(), Failure> {
    let name = match what {
        Derived::Stats => crate::storage::stats::READER,
    };
    let db: Db = start::database(config).await?;
    for reader in readers().iter().filter(|reader| reader.name() == name) {
        let events = rebuild(&**reader, &db.system).await.map_err(refused)?;
        term::say(&format!("Built {name} anew from {events} events."));
    }
    db.close().await;
    Ok(())
}
