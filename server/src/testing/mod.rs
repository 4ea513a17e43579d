//! The harness of the integration tests: the real router on a real database of its own, a clock that is moved by hand,
//! and actors with the few verbs that a person or a program has.
//!
//! ```ignore
//! let app = TestApp::start().await;
//! let ana = app.sign_up("Ana").await;           // the first account: ADMIN
//! let key = ana.create_issue("It breaks").await;
//! ana.get(&format!("/main/issues/{key}")).await.ok().contains("It breaks");
//! ```
//!
//! A test that needs a socket asks for [`TestApp::serve`]. Compiled for tests only.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod actor;
mod database;
mod mail;
mod wall;

pub use actor::{Actor, Answer};
use argon2::Params;
use axum::Router;
pub use mail::CapturedMail;
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use time::{OffsetDateTime, macros::datetime};
use tokio_util::sync::CancellationToken;
use tracker_domain::{
    org::Role,
    session::Session,
    text::Secret,
    time::{Clock, Timestamp},
};
pub use wall::FirstWallDown;
pub(crate) use wall::first_wall_is_down;

use crate::{
    App, Settings,
    access::{self, Keys},
    cli,
    config::{FilesConfig, FilesPlace, Limits, Metrics, S3},
    files::Files,
    health::Health,
    http::{Routes, Site},
    live::Live,
    mail::{Letter, Mailer},
    passwords::Passwords,
    providers::Providers,
    session::HashKey,
    storage::Db,
    worker::{Tasks, jobs},
};

/// Every actor's password.
pub const PASSWORD: &str = "correct horse battery";

/// What `/metrics` is asked with.
pub const METRICS_TOKEN: &str = "a token for the tests";

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct TestClock(Mutex<OffsetDateTime>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TestClock {
    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

/// One running tracker.
pub struct TestApp {
    /// What its services share.
    pub app: App,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// What was mailed.
    pub mailed: CapturedMail,
    /// Its live path.
    pub live: Live,
    /// Its database, as the owner.
    pub database_url: Secret,
    /// Where files are kept, and wait while they come in.
    pub folder: tempfile::TempDir,
    router: Router,
    stop: CancellationToken,
}

impl TestApp {
    /// Starts on an empty database.
    pub async fn start() -> Self {
        Self::on(database::create().await).await
    }

    /// Starts on a database that exists already: another process of the same installation, or the next start.
    pub async fn on(database_url: Secret) -> Self {
        let db = Db::connect(&database_url, 10).await.unwrap();
        let clock = Arc::new(TestClock(Mutex::new(datetime!(2026-11-21 12:00 UTC))));
        let stop = CancellationToken::new();
        let live = Live::start(db.clone(), clock.clone(), stop.clone());
        let settings = Settings {
            org: tracker_domain::text::OrgSlug::parse("main").unwrap(),
            signup_open: true,
            key_days: 30,
            verify: false,
            public_url: "http://tracker.test".to_owned(),
            limits: Limits::default(),
        };
        let mailed = CapturedMail::default();
        let folder = tempfile::tempdir().unwrap();
        let app = App {
            db,
            clock: clock.clone(),
            key: HashKey::new(Secret::new("a key for tests only")),
            keys: Keys::default(),
            passwords: Passwords::with_params(Params::new(64, 1, 1, None).unwrap()).unwrap(),
            mailer: Arc::new(mailed.clone()),
            files: Files::open(&files_in(folder.path())).unwrap(),
            bell: live.bell.clone(),
            providers: Providers::default(),
            settings: Arc::new(settings),
        };
        let router = cli::router(routes(&app, &live, &stop), &app);
        Self { app, clock, mailed, live, database_url, folder, router, stop }
    }

    /// The same installation with other settings.
    pub fn with_settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = (*self.app.settings).clone();
        change(&mut settings);
        self.app.settings = Arc::new(settings);
        self.router = cli::router(routes(&self.app, &self.live, &self.stop), &self.app);
        self
    }

    /// The same installation, with its files kept in another way.
    pub fn with_files(mut self, change: impl FnOnce(&mut FilesConfig)) -> Self {
        let mut config = files_in(self.folder.path());
        change(&mut config);
        self.app.files = Files::open(&config).unwrap();
        self.router = cli::router(routes(&self.app, &self.live, &self.stop), &self.app);
        self
    }

    /// The same installation with providers.
    pub fn with_providers(mut self, providers: &[crate::config::Provider]) -> Self {
        self.app.providers = Providers::new(providers, &self.app.settings.public_url).unwrap();
        self.router = cli::router(routes(&self.app, &self.live, &self.stop), &self.app);
        self
    }

    /// The paths that it answers at, in axum's notation.
    pub fn routes(&self) -> BTreeSet<String> {
        routes(&self.app, &self.live, &self.stop).paths().clone()
    }

    /// Somebody without a session.
    pub fn anon(&self) -> Actor {
        Actor::new(self.router.clone())
    }

    /// Somebody's browser with the same cookies, for instance after the settings were changed.
    pub fn same_browser(&self, actor: &Actor) -> Actor {
        actor.at(self.router.clone())
    }

    /// Somebody with a new account; the first one is ADMIN, the next ones are REPORTER.
    pub async fn sign_up(&self, name: &str) -> Actor {
        let actor = self.anon();
        let email = format!("{}@example.org", name.to_lowercase());
        let body = serde_json::json!({ "name": name, "email": email, "password": PASSWORD });
        actor.call("accounts/sign_up", body).await.ok();
        actor
    }

    /// Somebody with a new account and a role; the installation needs its ADMIN first.
    pub async fn member(&self, name: &str, role: Role) -> Actor {
        let actor = self.sign_up(name).await;
        self.owner_sql(&format!(
            "UPDATE memberships SET role = '{role}' WHERE user_id = (SELECT id FROM users WHERE name = '{name}')"
        ))
        .await;
        actor
    }

    /// The session that an actor's access token names.
    pub async fn session(&self, actor: &Actor) -> Session {
        let token = Secret::new(actor.cookie("access").unwrap());
        access::verify(&self.app, &token).await.unwrap().unwrap()
    }

    /// Runs statements as the owner of the database, around both walls.
    pub async fn owner_sql(&self, sql: &str) {
        let pool = sqlx::PgPool::connect(self.database_url.reveal()).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// One number, read as the owner of the database.
    pub async fn owner_count(&self, sql: &str) -> i64 {
        let pool = sqlx::PgPool::connect(self.database_url.reveal()).await.unwrap();
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&pool).await.unwrap();
        pool.close().await;
        count
    }

    /// Sends the mails that wait, and gives those to an address, the oldest first.
    pub async fn mail(&self, address: &str) -> Vec<Letter> {
        self.work().await;
        self.mailed.to(address)
    }

    /// The link of the last mail to an address.
    #[track_caller]
    pub fn last_link(&self, address: &str) -> impl Future<Output = String> {
        let place = std::panic::Location::caller();
        async move {
            let letters = self.mail(address).await;
            letters.last().unwrap_or_else(|| panic!("{place}: no mail to {address}")).link()
        }
    }

    /// Lets the readers of the log come to its end.
    pub async fn count_all(&self) {
        let pool = &self.app.db.system;
        for reader in crate::worker::readers() {
            for org in crate::storage::readers::behind(pool, reader.name()).await.unwrap() {
                while crate::worker::step(&*reader, pool, org).await.unwrap() > 0 {}
            }
        }
    }

    /// Does the jobs that are queued.
    pub async fn work(&self) {
        jobs::run_once(self.app.clone()).await.unwrap();
    }

    /// The same installation with another way out for mail.
    pub fn with_mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.app.mailer = mailer;
        self.router = cli::router(routes(&self.app, &self.live, &self.stop), &self.app);
        self
    }

    /// Every column of a table of ours that can hold a text, with its table.
    pub async fn text_columns(&self) -> Vec<(String, String)> {
        let sql = "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
                     AND a.atttypid = ANY ('{text,varchar,json,jsonb,text[]}'::regtype[])
                     AND c.relname NOT LIKE '\\_%' ORDER BY 1, 2";
        let pool = sqlx::PgPool::connect(self.database_url.reveal()).await.unwrap();
        let columns = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&pool).await.unwrap();
        pool.close().await;
        columns
    }

    /// Serves on a free port of the loopback address, for tests that need a socket.
    pub async fn serve(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (router, stop) = (self.router.clone(), self.stop.clone());
        tokio::spawn(async move {
            crate::http::serve(listener, router, stop, crate::http::Patience::default()).await;
        });
        address
    }

    /// Ends the tasks and the connections, as a clean stop does.
    pub async fn stop(self) -> Secret {
        self.stop.cancel();
        self.live.ended().await;
        self.app.db.close().await;
        self.database_url.clone()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn files_in(folder: &std::path::Path) -> FilesConfig {
    FilesConfig {
        place: FilesPlace::Folder(folder.join("files")),
        s3: S3::default(),
        incoming: folder.join("incoming"),
        max_bytes: 25_000_000,
        quota_bytes: None,
        scanner: None,
    }
}

fn routes(app: &App, live: &Live, stop: &CancellationToken) -> Routes {
    let site = Site::new(std::env::temp_dir().join("tracker-no-site"));
    let health = Health::new(app, &Tasks::default(), stop);
    let metrics = Metrics { enabled: true, token: Some(Secret::new(METRICS_TOKEN)) };
    cli::routes(app, &site, live, health, &metrics)
}
