//! What `serve`, `worker` and `migrate` begin with.

use std::sync::Arc;
use tokio::time::{Duration, Instant, sleep};

use super::Failure;
use crate::{
    access::Keys,
    config::{Config, SignUps},
    files::Files,
    live::Bell,
    mail,
    passwords::Passwords,
    providers::Providers,
    session::HashKey,
    state::{App, Settings, SystemClock},
    storage::{self, ConnectError, Db, jobs},
};

/// How often a database that does not answer yet is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Brings the database up to date.
pub(super) async fn migrate(config: &Config) -> Result<(), Failure> {
    let url = &config.database.url;
    let start = Instant::now();
    loop {
        match storage::migrate(url).await {
            Ok(()) => break,
            Err(ConnectError::Unreachable(_)) if start.elapsed() < config.database.wait => {
                sleep(ASK_AGAIN).await
            }
            Err(error) => return Err(Failure::database(config, &error)),
        }
    }
    jobs::migrate(url).await.map_err(|error| Failure::database(config, &error))?;
    tracing::info!("the database is up to date");
    Ok(())
}

/// Connects to the database, up to date if that is wanted.
pub(super) async fn database(config: &Config) -> Result<Db, Failure> {
    if config.database.migrate {
        migrate(config).await?;
    }
    let connected = Db::connect(&config.database.url, config.database.pool_size).await;
    connected.map_err(|error| Failure::database(config, &error))
}

/// Puts together what every part shares.
pub(super) fn app(config: &Config, db: Db, bell: Bell) -> Result<App, Failure> {
    let key = config.secret_key().map_err(Failure::new)?;
    Ok(App {
        db,
        clock: Arc::new(SystemClock),
        key: HashKey::new(key),
        keys: Keys::default(),
        passwords: Passwords::new()?,
        mailer: mail::mailer(&config.mail).map_err(Failure::new)?,
        files: Files::open(&config.files).map_err(Failure::new)?,
        bell,
        providers: Providers::new(&config.providers, &config.web.public_url).map_err(Failure::new)?,
        settings: Arc::new(Settings {
            org: config.accounts.org.clone(),
            signup_open: config.accounts.signup == SignUps::Open,
            key_days: config.accounts.key_days,
            verify: config.mail.verify,
            public_url: config.web.public_url.clone(),
            limits: config.limits.clone(),
        }),
    })
}

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn signal() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::new)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::new)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
