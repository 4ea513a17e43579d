//! `tracker import`: issues from elsewhere, or everything from an export.

use clap::{Args, Subcommand};
use flate2::bufread::MultiGzDecoder;
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tracker_domain::{id::ProjectKey, text::OrgSlug, time::Clock};

use super::{Failure, term};
use crate::{
    config::Config,
    export::{self, Dump, ExportError},
    files::Files,
    import::{
        self, ImportError, Progress, Report,
        map::Map,
        source::{self, Kind},
    },
    state::SystemClock,
    storage::{admin, import as storage},
};

/// Between two lines that say how far reading an export is.
const SAY_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug, Subcommand)]
pub(super) enum Import {
    /// The tracker's own interchange format: JSON Lines, plain or gzip. docs/interchange.md says what is in it.
    History(From),
    /// What GitHub's REST interface answered: a file of issues, or a folder of files.
    Github(From),
    /// What Jira's search answered, as JSON.
    Jira(From),
    /// A table with a line of column names; the map file says which column is what.
    Csv(From),
    /// What `tracker export` wrote, into an empty organization.
    Dump(FromDump),
}

#[derive(Debug, Args)]
pub(super) struct From {
    /// The file, or the folder.
    file: PathBuf,
    /// What the words of the source are here: statuses, priorities, projects, people, tags, columns.
    #[arg(long)]
    map: Option<PathBuf>,
    /// Put all issues into this project. They keep their numbers where these are free.
    #[arg(long)]
    project: Option<String>,
    /// Into which organization; TRACKER_ORG if it is not said. It is made if there is none.
    #[arg(long)]
    org: Option<String>,
    /// What the issues' keys belong to; the kind of the source if it is not said. Two imports with the same name are
    /// one history: what the first one took, the second leaves as it is.
    #[arg(long)]
    source: Option<String>,
    /// Write all that was changed or refused, line by line, to this file.
    #[arg(long)]
    report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct FromDump {
    /// The file, plain or gzip.
    file: PathBuf,
    /// Into which organization; the one that was exported if it is not said. It is made if there is none.
    #[arg(long)]
    org: Option<String>,
}

impl Import {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        match self {
            Self::History(from) => from.run(config, Kind::History, "history").await,
            Self::Github(from) => from.run(config, Kind::Github, "github").await,
            Self::Jira(from) => from.run(config, Kind::Jira, "jira").await,
            Self::Csv(from) => from.run(config, Kind::Csv, "csv").await,
            Self::Dump(from) => from.run(config).await,
        }
    }
}

impl From {
    async fn run(self, config: Config, kind: Kind, name: &str) -> Result<(), Failure> {
        let org = self.org.map_or(Ok(config.accounts.org.clone()), |org| OrgSlug::parse(&org))?;
        let map = self.map.as_deref().map_or(Ok(Map::default()), Map::read).map_err(Failure::new)?;
        let map = match self.project {
            Some(project) => map.into_one_project(project.parse::<ProjectKey>()?),
            None => map,
        };
        let roles = map.clone();
        let import = import::Import {
            source: source::open(kind, &self.file, map).map_err(Failure::new)?,
            name: self.source.unwrap_or_else(|| name.to_owned()),
            org: org.clone(),
            role_of: Box::new(move |person| roles.role(person)),
            now: SystemClock.now(),
        };
        if !(1..=100).contains(&import.name.chars().count()) {
            return Err(Failure::new("the name of a source has 1 to 100 characters"));
        }
        let mut report = match &self.report {
            Some(path) => {
                Report::to_file(BufWriter::new(File::create(path).map_err(|error| at(path, error))?))
            }
            None => Report::default(),
        };
        let mut connection = connect(&config).await?;
        let done = import::run(&mut connection, import, &mut report, &mut Progress::start()).await;
        tell(&mut report, self.report.as_deref())?;
        done.map_err(failed)?;
        tell_admin(&mut connection, &org).await
    }
}

async fn connect(config: &Config) -> Result<sqlx::PgConnection, Failure> {
    admin::connect(&config.database.url).await.map_err(|error| Failure::database(config, &error))
}

/// Also after a failure: what was committed stays.
fn tell(report: &mut Report, path: Option<&Path>) -> Result<(), Failure> {
    report.finish().map_err(Failure::new)?;
    report.shown.iter().for_each(|line| term::say(line));
    if report.more > 0 {
        let whole =
            path.map_or("--report FILE writes them all".to_owned(), |path| path.display().to_string());
        term::say(&format!("… and {} lines more ({whole})", report.more));
    }
    report.summary().iter().for_each(|line| term::say(line));
    Ok(())
}

/// Whoever signs up in an organization that has members is a REPORTER.
async fn tell_admin(connection: &mut sqlx::PgConnection, org: &OrgSlug) -> Result<(), Failure> {
    let found = storage::find_org(connection, org).await.map_err(super::admin::refused)?;
    let Some(id) = found else { return Ok(()) };
    if !storage::has_admin(connection, id).await.map_err(super::admin::refused)? {
        term::say(&format!(
            "Nobody runs {org} yet: sign up in the browser, then `tracker admin role ADDRESS ADMIN --org {org}`."
        ));
    }
    Ok(())
}

impl FromDump {
    async fn run(self, config: Config) -> Result<(), Failure> {
        let org = self.org.as_deref().map(OrgSlug::parse).transpose()?;
        let lines = open(&self.file).map_err(|error| at(&self.file, error))?;
        let mut connection = connect(&config).await?;
        let files = Box::new(move || Files::open(&config.files));
        let dump = Dump { lines, org, now: SystemClock.now(), files };
        let (begin, mut said) = (Instant::now(), Duration::ZERO);
        let mut watch = |lines: u64| {
            if begin.elapsed() >= said + SAY_EVERY {
                said = begin.elapsed();
                term::note(&format!("{lines} lines in {} s", said.as_secs()));
            }
        };
        let restored = export::restore(&mut connection, dump, &mut watch).await.map_err(failed_dump)?;
        let export::Restored { org, head, counts, written } = restored;
        if written == 0 {
            term::say(&format!("Nothing was changed: {org} has all {} events already.", counts.events));
            return Ok(());
        }
        term::say(&format!(
            "{org} is at position {}: {} people, {} projects, {} tags, {} issues, {} comments, {} files, {} events.",
            head.position,
            counts.people,
            counts.projects,
            counts.tags,
            counts.issues,
            counts.comments,
            counts.attachments,
            counts.events
        ));
        term::say("An export has no passwords: `tracker admin password ADDRESS` lets somebody in again.");
        Ok(())
    }
}

/// The lines of a file, unpacked if it is packed.
fn open(path: &Path) -> std::io::Result<Box<dyn BufRead + Send>> {
    let mut file = BufReader::new(File::open(path)?);
    match file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        true => Ok(Box::new(BufReader::new(MultiGzDecoder::new(file)))),
        false => Ok(Box::new(file)),
    }
}

fn at(path: &Path, error: std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

fn failed(error: ImportError) -> Failure {
    match error {
        ImportError::Database(error) => super::admin::refused(error),
        error => Failure::new(error),
    }
}

fn failed_dump(error: ExportError) -> Failure {
    match error {
        ExportError::Database(error) => super::admin::refused(error),
        error => Failure::new(error),
    }
}
