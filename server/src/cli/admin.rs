//! `tracker admin`: what the operator does on the server, without a browser.

use clap::{Subcommand, ValueEnum};
use sqlx::PgConnection;
use std::io::{IsTerminal, stdin};
use tracker_domain::{
    account::check_password,
    org::Role,
    text::{DisplayName, Email, OrgSlug, Secret},
    time::Clock,
};

use super::{Failure, files::FilesCommand, invite, ping, start, term};
use crate::{
    access,
    config::Config,
    insights::Zone,
    passwords::Passwords,
    services::accounts::FIRST_PROJECT,
    state::SystemClock,
    storage::{
        Db,
        admin::{self, Founded, RoleChange},
        factors, keys,
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
    /// Shut a member out. Their open pages are closed at once; what they wrote stays.
    Disable {
        /// The member's mail address.
        email: String,
        /// Of which organization; TRACKER_ORG if it is not said.
        #[arg(long)]
        org: Option<String>,
    },
    /// Let a member in again.
    Enable {
        /// The member's mail address.
        email: String,
        /// Into which organization; TRACKER_ORG if it is not said.
        #[arg(long)]
        org: Option<String>,
    },
    /// Make another organization; one installation can have many, each apart from the others.
    Org {
        #[command(subcommand)]
        what: OrgCommand,
    },
    /// Set somebody's password, read from standard input, and sign them out everywhere.
    ///
    /// For instance: echo 'correct horse battery' | tracker admin password ana@example.org
    Password {
        /// Their mail address.
        email: String,
    },
    /// Look after the keys that sign access tokens.
    #[command(subcommand)]
    Keys(Keys),
    /// Invite somebody and print the link, for instance where no mail goes out. An older invitation is replaced.
    Invite {
        /// Their mail address.
        email: String,
        /// REPORTER, MAINTAINER or ADMIN.
        #[arg(long, default_value = "REPORTER")]
        role: String,
        /// To which organization; TRACKER_ORG if it is not said.
        #[arg(long)]
        org: Option<String>,
        /// The address of a member who came with an import; the invited person takes over their history.
        #[arg(long)]
        claim: Option<String>,
    },
    /// Second factors of an account.
    Factors {
        /// What to do with them.
        #[command(subcommand)]
        what: Factors,
    },
    /// Attached files.
    Files {
        /// What to do with them.
        #[command(subcommand)]
        what: FilesCommand,
    },
    /// Build something that is derived from the log anew, while the tracker runs.
    Rebuild {
        /// What.
        what: Derived,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Let another key sign from now on. Nobody is signed out.
    ///
    /// It is done every TRACKER_KEY_DAYS anyway. Those before stay good until what they have signed is over.
    Rotate {
        /// Forget those before at once, for when somebody else may know them. Still nobody is signed out: each browser gets
        /// another token with its next request. Every process knows it within half a minute.
        #[arg(long)]
        forget: bool,
    },
}

/// What is done to organizations.
#[derive(Debug, Subcommand)]
pub(super) enum OrgCommand {
    /// Make an organization with its first ADMIN and a first project, CORE.
    ///
    /// New accounts go on joining TRACKER_ORG; into this one people are invited.
    Create {
        /// Its name in URLs: 2 to 40 of a-z, 0-9 and -.
        slug: String,
        /// What it is called.
        #[arg(long)]
        name: String,
        /// The mail address of its first ADMIN, who has an account already.
        #[arg(long)]
        admin: String,
    },
    /// Say whose days its charts are of, for those who have not chosen a time zone themselves.
    Zone {
        /// An IANA time zone, for instance Europe/Lisbon or UTC.
        zone: String,
        /// Which organization; TRACKER_ORG if it is not said.
        #[arg(long)]
        org: Option<String>,
    },
}

/// What is done to second factors.
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
    /// What the insights are counted from.
    Insights,
}

impl Admin {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        match self {
            Self::Ping => ping::run(&config).await,
            Self::Members { org } => members(&config, org).await,
            Self::Role { email, role, org } => set_role(&config, &email, &role, org).await,
            Self::Disable { email, org } => set_access(&config, &email, org, true).await,
            Self::Enable { email, org } => set_access(&config, &email, org, false).await,
            Self::Org { what: OrgCommand::Create { slug, name, admin } } => {
                create_org(&config, &slug, &name, &admin).await
            }
            Self::Org { what: OrgCommand::Zone { zone, org } } => set_zone(&config, &zone, org).await,
            Self::Password { email } => set_password(&config, &email).await,
            Self::Keys(Keys::Rotate { forget }) => rotate_keys(&config, forget).await,
            Self::Invite { email, role, org, claim } => {
                invite::run(&config, (&email, &role), org, claim).await
            }
            Self::Factors { what: Factors::Remove { email } } => remove_factors(&config, &email).await,
            Self::Files { what } => what.run(&config).await,
            Self::Rebuild { what } => rebuild_derived(&config, what).await,
        }
    }
}

pub(super) async fn connect(config: &Config) -> Result<PgConnection, Failure> {
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

async fn set_zone(config: &Config, zone: &str, org: Option<String>) -> Result<(), Failure> {
    let zone = Zone::parse(zone)?;
    let org = org.map_or(Ok(config.accounts.org.clone()), |org| OrgSlug::parse(&org))?;
    let mut connection = connect(config).await?;
    if !admin::set_zone(&mut connection, &org, zone.name()).await.map_err(refused)? {
        return Err(Failure::new(format!("there is no organization {org}")));
    }
    term::say(&format!("The charts of {org} have the days of {} now.", zone.name()));
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
        refused => return Err(not_changed(refused, &email, &org)),
    }
    Ok(())
}

fn not_changed(change: RoleChange, email: &Email, org: &OrgSlug) -> Failure {
    Failure::new(match change {
        RoleChange::LastAdmin => {
            format!("{email} is the last ADMIN of {org}; make somebody else ADMIN first")
        }
        _ => format!("{email} is no member of {org}; `tracker admin members` lists them"),
    })
}

async fn set_access(config: &Config, email: &str, org: Option<String>, shut: bool) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let org = org.map_or(Ok(config.accounts.org.clone()), |org| OrgSlug::parse(&org))?;
    let mut connection = connect(config).await?;
    let change =
        admin::set_access(&mut connection, (&org, &email), shut, SystemClock.now()).await.map_err(refused)?;
    let state = if shut { "shut out of" } else { "let in to" };
    match change {
        RoleChange::Done(_) => term::say(&format!("{email} is {state} {org} now.")),
        RoleChange::Same => term::say(&format!("{email} is {state} {org} already.")),
        refused => return Err(not_changed(refused, &email, &org)),
    }
    Ok(())
}

async fn create_org(config: &Config, slug: &str, name: &str, email: &str) -> Result<(), Failure> {
    let (slug, name, email) = (OrgSlug::parse(slug)?, DisplayName::parse(name)?, Email::parse(email)?);
    let (key, project) = FIRST_PROJECT;
    let key = key.parse()?;
    let mut connection = connect(config).await?;
    let now = SystemClock.now();
    let founded = admin::create_org(&mut connection, (&slug, &name), &email, (&key, project), now);
    match founded.await.map_err(refused)? {
        Founded::Done => term::say(&format!("{name} is at /{slug}; {email} is its ADMIN.")),
        Founded::Exists => return Err(Failure::new(format!("there is an organization {slug} already"))),
        Founded::NoAccount => {
            return Err(Failure::new(format!("nobody has an account with {email}; they sign up first")));
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
    let passwords = Passwords::new()?;
    passwords.refuse_guessable(&password, &[&name, email.as_str()]).await?;
    let hash = passwords.hash(password).await?;
    let ended =
        admin::set_password(&mut connection, user, &hash, SystemClock.now()).await.map_err(refused)?;
    term::say(&format!("{email} has the new password; {ended} sessions were ended."));
    Ok(())
}

async fn rotate_keys(config: &Config, forget: bool) -> Result<(), Failure> {
    let mut connection = connect(config).await?;
    let key = access::keys::fresh(SystemClock.now());
    keys::add(&mut connection, &key).await.map_err(refused)?;
    let gone = if forget { keys::drop_others(&mut connection, &key).await.map_err(refused)? } else { 0 };
    term::say(&format!("The key {} signs from now on; {gone} others were forgotten.", key.kid));
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
        Derived::Insights => crate::worker::INSIGHTS,
    };
    let db: Db = start::database(config).await?;
    for reader in readers().iter().filter(|reader| reader.name() == name) {
        let events = rebuild(&**reader, &db.system).await.map_err(refused)?;
        term::say(&format!("Built {name} anew from {events} events."));
    }
    db.close().await;
    Ok(())
}
