//! `tracker export`: everything of an organization as JSON Lines.

use clap::Args;
use flate2::{Compression, write::GzEncoder};
use std::{
    fs::File,
    io::{BufWriter, IntoInnerError, stdout},
    path::{Path, PathBuf},
};
use tracker_domain::{text::OrgSlug, time::Clock};

use super::{Failure, term};
use crate::{
    config::Config,
    export::{self, ExportError, OpenStore},
    files::Store,
    state::SystemClock,
    storage::export as storage,
};

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file to write, packed when its name ends in .gz; "-" for standard output.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Which organization; TRACKER_ORG if it is not said.
    #[arg(long)]
    org: Option<String>,
}

impl Export {
    pub(super) async fn run(self, config: Config) -> Result<(), Failure> {
        let org = self.org.map_or(Ok(config.accounts.org.clone()), |org| OrgSlug::parse(&org))?;
        let connected = storage::connect(&config.database.url).await;
        let mut connection = connected.map_err(|error| Failure::database(&config, &error))?;
        storage::record(&mut connection, &org, SystemClock.now()).await.map_err(super::admin::refused)?;
        let store = || Store::open(&config.files.place);
        if self.file == Path::new("-") {
            let mut out = BufWriter::new(stdout());
            export::write(&mut connection, &org, &store, &mut out).await.map_err(failed)?;
            return Ok(());
        }
        let unfinished = unfinished(&self.file);
        let (head, counts) = write_file(&mut connection, &org, &store, &unfinished).await.map_err(failed)?;
        std::fs::rename(&unfinished, &self.file).map_err(|error| at(&self.file, &error))?;
        term::say(&format!(
            "{org} at position {}: {} people, {} teams, {} projects, {} tags, {} issues, {} comments, {} files and {} events are in {}.",
            head.position,
            counts.people,
            counts.teams,
            counts.projects,
            counts.tags,
            counts.issues,
            counts.comments,
            counts.attachments,
            counts.events,
            self.file.display()
        ));
        Ok(())
    }
}

/// The name that the file has until it is whole.
fn unfinished(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

async fn write_file(
    connection: &mut sqlx::PgConnection,
    org: &OrgSlug,
    store: OpenStore<'_>,
    path: &Path,
) -> Result<(export::line::Head, export::line::Counts), ExportError> {
    let file = File::create(path)?;
    let packed = path.with_extension("").extension().is_some_and(|extension| extension == "gz");
    if packed {
        let mut out = BufWriter::new(GzEncoder::new(file, Compression::default()));
        let done = export::write(connection, org, store, &mut out).await?;
        let packer = out.into_inner().map_err(IntoInnerError::into_error)?;
        packer.finish()?.sync_all()?;
        return Ok(done);
    }
    let mut out = BufWriter::new(file);
    let done = export::write(connection, org, store, &mut out).await?;
    out.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
    Ok(done)
}

fn at(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

fn failed(error: ExportError) -> Failure {
    match error {
        ExportError::Database(error) => super::admin::refused(error),
        error => Failure::new(error),
    }
}
