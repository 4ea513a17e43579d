//! Two of the rulers of `bench/run`, in one program:
//!
//! - `/bytes/NAME` answers with a page that was recorded, from memory: what axum and the loopback take.
//! - Every page of the tracker, rendered by the real router with all that stands around it, on ports that answer from
//!   recorded data: what the page takes without its database. The visitor cookie is the name of the recording.
//!
//! `ruler ADDRESS SITE FOLDER`: the folder has `NAME.html` and `NAME.list.json`, `NAME.issue.json` or
//! `NAME.insights.json` (what the server function of the page answers).

mod ports;
mod recordings;

use axum::{Router, extract::Path, http::header, response::IntoResponse, routing::get};
use recordings::Recordings;
use server::{
    App, Settings, SystemClock,
    access::Keys,
    config::{FilesConfig, FilesPlace, Limits, Log, LogFormat, S3},
    files::Files,
    http::{Site, routes_on, surround},
    live::Bell,
    logging,
    mail::NoMailer,
    passwords::Passwords,
    session::HashKey,
    storage::Db,
};
use sqlx::postgres::PgPoolOptions;
use std::{error::Error, sync::Arc};
use tracker_domain::text::{OrgSlug, Secret};

type Whatever<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Whatever<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, site, folder] = arguments.as_slice() else {
        return Err("usage: ruler ADDRESS SITE FOLDER".into());
    };
    // As the program logs, so that a request costs the same.
    logging::start(&Log { filter: "info".to_owned(), format: LogFormat::Json });
    let recordings = Arc::new(Recordings::read(folder.as_ref())?);
    let app = without_database(address)?;
    let pages = routes_on(&app, ports::ports(&app, &recordings), &Site::new(site.into()));
    let router = surround(pages.into_router(), &app).merge(bytes(&recordings));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// Pages as bytes; `/bytes` alone says that the program is ready.
fn bytes(recordings: &Arc<Recordings>) -> Router {
    let pages = recordings.pages.clone();
    let page = move |Path(name): Path<String>| async move {
        let page = pages.get(&name).cloned().ok_or(axum::http::StatusCode::NOT_FOUND)?;
        Ok::<_, axum::http::StatusCode>(
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response(),
        )
    };
    Router::new().route("/bytes", get(|| async { "ready" })).route("/bytes/{name}", get(page))
}

/// What the services of the tracker would share, with pools that never connect.
fn without_database(address: &str) -> Whatever<App> {
    let nowhere = PgPoolOptions::new().connect_lazy("postgres://nobody@localhost/nowhere")?;
    let settings = Settings {
        org: OrgSlug::parse("main")?,
        signup_open: true,
        key_days: 1,
        public_url: format!("http://{address}"),
        limits: Limits::default(),
        verify: false,
    };
    Ok(App {
        db: Db { app: nowhere.clone(), system: nowhere },
        clock: Arc::new(SystemClock),
        key: HashKey::new(Secret::new("the rulers keep no secrets")),
        keys: Keys::default(),
        passwords: Passwords::new()?,
        mailer: Arc::new(NoMailer),
        files: Files::open(&FilesConfig {
            place: FilesPlace::Folder(std::env::temp_dir()),
            s3: S3::default(),
            incoming: std::env::temp_dir(),
            max_bytes: 1,
            quota_bytes: None,
            scanner: None,
        })?,
        bell: Bell::silent(),
        providers: Default::default(),
        settings: Arc::new(settings),
    })
}
