//! `tracker worker`: the background work alone.

use tokio_util::sync::CancellationToken;

use super::{Failure, start};
use crate::{
    config::Config,
    live::Bell,
    storage::live::LiveStore,
    worker::{self, Tasks},
};

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    // Asked for early, so that a missing key is said before anything is touched.
    config.secret_key().map_err(Failure::new)?;
    let db = start::database(&config).await?;
    let (stop, tasks) = (CancellationToken::new(), Tasks::default());
    let bell = Bell::start(LiveStore::new(db.clone()), stop.clone());
    let app = start::app(&config, db, bell)?;
    worker::start(&app, &tasks, &stop);
    tracing::info!("the worker is working");
    start::signal().await?;
    tracing::info!("stopping");
    stop.cancel();
    tasks.stopped().await;
    app.db.close().await;
    Ok(())
}
