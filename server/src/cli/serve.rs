//! `tracker serve`: everything in the order in which it needs each other, and back again at the end.
//!
//! At the signal: no new connections, requests that are under way finish (not for ever), the live connections are told
//! to come back, the background work ends its step, the database connections close.

use axum::Router;
use std::time::Duration;
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Failure, start, term};
use crate::{
    config::{Config, Metrics},
    health::{self, Health},
    http::{self, Patience, Routes, Site},
    live::{Door, Live},
    metrics,
    state::{App, SystemClock},
    worker::{self, Tasks},
};

/// How long the background work may take to end the step that it is at.
const LAST_STEP: Duration = Duration::from_secs(10);

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    config.secret_key().map_err(Failure::new)?;
    let site = site(&config)?;
    let address = config.web.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| Failure::listen(address, &error))?;
    let db = start::database(&config).await?;
    let (leave, end, tasks) = (CancellationToken::new(), CancellationToken::new(), Tasks::default());
    let live = Live::start(db.clone(), std::sync::Arc::new(SystemClock), leave.clone());
    let app = start::app(&config, db, live.bell.clone())?;
    if config.worker.in_process {
        worker::start(&app, &tasks, &end);
    }
    let health = Health::new(&app, &tasks, &leave);
    let router = router(routes(&app, &site, &live, health, &config.metrics), &app);
    announce(&config);
    let served = serve(listener, router, &leave, config.web.shutdown).await;
    live.ended().await;
    end.cancel();
    if timeout(LAST_STEP, tasks.stopped()).await.is_err() {
        tracing::warn!("the background work was broken off; it goes on at the next start");
    }
    app.db.close().await;
    tracing::info!("stopped");
    served
}

/// All that the server answers: pages, server functions, files, `/live`, `/health` and `/metrics`.
pub fn routes(app: &App, site: &Site, live: &Live, health: Health, settings: &Metrics) -> Routes {
    http::routes(app, site)
        .merge(live.routes(Door::new(app)))
        .merge(health::routes(health))
        .merge(metrics::routes(settings, &app.db))
}

/// The same, ready to be served.
pub fn router(routes: Routes, app: &App) -> Router {
    http::surround(routes.layer(metrics::layer()).into_router(), app)
}

fn site(config: &Config) -> Result<Site, Failure> {
    let root = &config.web.site_root;
    if root.is_dir() {
        return Ok(Site::new(root.clone()));
    }
    let place = root.display();
    Err(Failure::new(format!(
        "there is no built browser side at {place}; build it (./run does), or set TRACKER_SITE_ROOT"
    )))
}

fn announce(config: &Config) {
    let url = config.web.local_url();
    tracing::info!(url, public_url = config.web.public_url, worker = config.worker.in_process, "listening");
    // The log goes to the other stream, so that this is readable whatever its format.
    term::say(&format!("\n  The tracker is running at {url}\n  Ctrl-C stops it.\n"));
}

/// Serves until a signal, then for as long as requests need, but no longer than `patience`.
async fn serve(
    listener: TcpListener,
    router: Router,
    leave: &CancellationToken,
    patience: Duration,
) -> Result<(), Failure> {
    let mut serving = tokio::spawn(http::serve(listener, router, leave.clone(), Patience::default()));
    tokio::select! {
        signal = start::signal() => signal?,
        ended = &mut serving => return ended.map_err(Failure::new),
    }
    tracing::info!("stopping; a second signal breaks off requests that are under way");
    leave.cancel();
    let finished = tokio::select! {
        ended = timeout(patience, &mut serving) => ended.is_ok(),
        _ = start::signal() => false,
    };
    if !finished {
        tracing::warn!("requests that were still under way were broken off");
        serving.abort();
    }
    Ok(())
}
