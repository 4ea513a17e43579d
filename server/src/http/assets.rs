//! The files of the site: compressed when it was built, and kept for ever when their names carry a hash.

use http::{HeaderValue, header};
use leptos::config::LeptosOptions;
use std::path::PathBuf;
use tower::ServiceBuilder;
use tower_http::{
    services::{ServeDir, ServeFile},
    set_header::SetResponseHeaderLayer,
};

use super::Routes;
use crate::draw::Draw;

/// Where the built site is, and what the page must know of it.
#[derive(Debug, Clone)]
pub struct Site {
    /// The folder that cargo-leptos wrote.
    pub root: PathBuf,
    /// For the scripts and styles of the page.
    pub options: LeptosOptions,
    /// Draws charts for those who have no scripts.
    pub draw: Draw,
}

impl Site {
    /// A site in a folder.
    pub fn new(root: PathBuf) -> Self {
        let hashed = root.join("pkg").is_dir();
        let options = LeptosOptions::builder()
            .output_name("tracker")
            .site_root(root.to_string_lossy().into_owned())
            .site_pkg_dir("pkg")
            .hash_files(hashed)
            .build();
        let draw = Draw::new(root.join("charts/engine.js"));
        Self { root, options, draw }
    }
}

fn folder(site: &Site, name: &str, caching: &'static str) -> Routes {
    let files = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static(caching)))
        .service(ServeDir::new(site.root.join(name)).precompressed_br().precompressed_gzip());
    Routes::new().folder(&format!("/{name}"), files)
}

/// What `/docs/try` is made of; its names are the same in every version.
fn viewer(site: &Site) -> Routes {
    let file =
        |name| ServeFile::new(site.root.join("docs").join(name)).precompressed_br().precompressed_gzip();
    let asked_again =
        SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Routes::new()
        .file("/docs/swagger-ui-bundle.js", file("swagger-ui-bundle.js"))
        .file("/docs/swagger-ui.css", file("swagger-ui.css"))
        .file("/docs/viewer.js", file("viewer.js"))
        .folder(
            "/docs/images",
            ServeDir::new(site.root.join("docs/images")).precompressed_br().precompressed_gzip(),
        )
        .layer(asked_again)
}

/// What draws charts in the browser; its name is the same in every version. The server's own engine lies beside it
/// and is not served.
fn charts(site: &Site) -> Routes {
    let script = ServeFile::new(site.root.join("charts/charts.js")).precompressed_br().precompressed_gzip();
    let asked_again =
        SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Routes::new().file("/charts/charts.js", script).layer(asked_again)
}

/// The files' routes.
pub(super) fn routes(site: &Site) -> Routes {
    let icon = ServeFile::new(site.root.join("favicon.svg"));
    let script = |name| ServeFile::new(site.root.join(name)).precompressed_br().precompressed_gzip();
    folder(site, "pkg", "public, max-age=31536000, immutable")
        .merge(folder(site, "fonts", "public, max-age=31536000, immutable"))
        .file("/favicon.svg", icon)
        .file("/files.js", script("files.js"))
        .file("/passkeys.js", script("passkeys.js"))
        .merge(viewer(site))
        .merge(charts(site))
}
