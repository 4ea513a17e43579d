//! `tracker demo`: fills an organization with a team that never was.

use clap::Args;
use std::time::Instant;
use time::{Date, Time, format_description::well_known::Iso8601};
use tracker_domain::{
    account::check_password,
    text::{OrgSlug, Secret},
    time::{Clock, Timestamp},
};

use super::{Failure, start, term};
use crate::{
    config::Config,
    demo::{self, FillError, Filled, MANY, Order, Progress, SEARCH_WORDS, Wish},
    passwords::Passwords,
    state::SystemClock,
};

/// When the last day of a history is over.
const EVENING: u8 = 17;

/// How often progress is said.
const SAY_EVERY_SECONDS: u64 = 5;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// How many issues; up to millions.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    issues: u64,
    /// The same seed gives the same people and the same history.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many years of history; 1, or 5 from 20,000 issues on, if it is not said.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=20))]
    years: Option<u16>,
    /// The last day of the history, like 2026-03-31; it ends now if it is not said.
    #[arg(long)]
    until: Option<String>,
    /// Into which organization, which must not have issues yet; TRACKER_ORG if it is not said.
    #[arg(long)]
    org: Option<String>,
    /// Everybody's password, for tests and measuring. Without it each gets one of their own, by chance.
    #[arg(long)]
    password: Option<String>,
    /// Do nothing, and end well, when the organization has issues already.
    #[arg(long)]
    if_empty: bool,
}

impl Demo {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        let order = self.order(&config)?;
        start::migrate(&config).await?;
        let mut said = Teller::new();
        let passwords = Passwords::new()?;
        let filled =
            demo::fill(&config.database.url, &order, &passwords, |progress| said.tell(progress)).await;
        match filled {
            Ok(filled) => {
                report(&filled, &order, said.started);
                Ok(())
            }
            Err(FillError::Occupied) if self.if_empty => {
                term::say(&format!("The organization {} has issues already: nothing was added.", order.org));
                Ok(())
            }
            Err(error) => Err(refused(&config, &order.org, error)),
        }
    }

    fn order(&self, config: &Config) -> Result<Order, Failure> {
        let org = self.org.as_deref().map_or(Ok(config.accounts.org.clone()), OrgSlug::parse)?;
        let password = self.password.as_deref().map(Secret::new);
        if let Some(password) = &password {
            check_password(password, "", "")?;
        }
        let years = self.years.unwrap_or(if self.issues < MANY { 1 } else { 5 });
        let wish = Wish { issues: self.issues, seed: self.seed, years, end: self.end(SystemClock.now())? };
        Ok(Order { wish, org, password, bulk: true })
    }

    fn end(&self, now: Timestamp) -> Result<Timestamp, Failure> {
        let Some(until) = &self.until else { return Ok(now) };
        let date = Date::parse(until, &Iso8601::DATE)
            .map_err(|_| Failure::new(format!("--until must be a day like 2026-03-31, not “{until}”")))?;
        let evening = Time::from_hms(EVENING, 0, 0).map_err(Failure::new)?;
        let end = Timestamp(date.with_time(evening).assume_utc());
        if date > now.0.date() || date.year() < 1990 {
            return Err(Failure::new(format!("--until must be a day from 1990 to today, not {until}")));
        }
        Ok(end.min(now))
    }
}

fn refused(config: &Config, org: &OrgSlug, error: FillError) -> Failure {
    match error {
        FillError::Occupied => Failure::new(format!(
            "the organization {org} has issues already; a demonstration goes into one without (--org names another)"
        )),
        FillError::Connect(error) => Failure::database(config, &error),
        FillError::Fault(error) => error.into(),
        error => {
            tracing::debug!(%error, "the demonstration was not written");
            let code = match &error {
                FillError::Database(error) => {
                    error.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned()
                }
                _ => String::new(),
            };
            Failure::new(match code.as_str() {
                "42501" => "the user of DATABASE_URL may not do this; it must be the owner of the database",
                "53100" => "the disk of the database is full; nothing was written",
                "23505" => {
                    "people of a demonstration have accounts already; was it made in another organization of this name?"
                }
                _ => "the demonstration was not written; see the log with TRACKER_LOG=debug",
            })
        }
    }
}

/// Says how it goes, not too often.
struct Teller {
    started: Instant,
    said: Instant,
    phase: Instant,
    last: Option<Progress>,
}

impl Teller {
    fn new() -> Self {
        let now = Instant::now();
        Self { started: now, said: now, phase: now, last: None }
    }

    fn tell(&mut self, progress: Progress) {
        let same_phase =
            self.last.is_some_and(|last| std::mem::discriminant(&last) == std::mem::discriminant(&progress));
        if !same_phase {
            self.phase = Instant::now();
        }
        self.last = Some(progress);
        let quiet = self.said.elapsed().as_secs() < SAY_EVERY_SECONDS;
        let words = match progress {
            Progress::Issues(done, of) if !quiet => self.rate("issues", done, of),
            Progress::Events(done, of) if !quiet => self.rate("events", done, of),
            Progress::Numbers(done, of) if !quiet => self.rate("events counted", done, of),
            Progress::Indexes if self.started.elapsed().as_secs() > SAY_EVERY_SECONDS => {
                "making indexes".to_owned()
            }
            Progress::Look if self.started.elapsed().as_secs() > SAY_EVERY_SECONDS => {
                "letting the database look at it".to_owned()
            }
            _ => return,
        };
        self.said = Instant::now();
        term::say(&words);
    }

    fn rate(&self, what: &str, done: u64, of: u64) -> String {
        let rate = done as f64 / self.phase.elapsed().as_secs_f64().max(0.001);
        let left = of.saturating_sub(done) as f64 / rate.max(1.0);
        format!("{done} of {of} {what}, {rate:.0} a second, {left:.0} seconds left")
    }
}

fn report(filled: &Filled, order: &Order, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let Filled { people, projects, issues, comments, events, .. } = filled;
    term::say(&format!(
        "Filled the organization {} with {projects} projects, {people} people, {issues} issues, {comments} comments and {events} events in {seconds:.1} seconds ({:.0} issues a second).",
        order.org,
        *issues as f64 / seconds.max(0.001)
    ));
    let (common, rare) = SEARCH_WORDS;
    term::say(&format!("About every second issue has the word “{common}”, ten have “{rare}”.\n"));
    let own = order.password.is_none();
    for login in &filled.logins {
        let password = if own { login.password.reveal() } else { "(as was said)" };
        term::say(&format!("  {:<10}  {:<34}  {:<18}  {password}", login.role, login.email, login.name));
    }
    if *people > filled.logins.len() {
        term::say(&format!("\nThe other {} people cannot sign in.", people - filled.logins.len()));
    }
    if own {
        term::say("\nThe passwords are said here only; `tracker admin password` sets another one.");
    }
}
