//! `/api/openapi.json`, the guide at `/docs`, and the viewer at `/docs/try`. The guide is plain HTML in our look; the viewer
//! is Swagger UI, which only its own page loads.

use axum::{
    Extension,
    extract::State,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::header;
use leptos::{prelude::*, reactive::owner::Owner};
use leptos_meta::HashedStylesheet;
use std::sync::LazyLock;

use super::{Http, Routes, headers::ScriptNonce};
use crate::openapi;

/// Puts the chosen theme on before the first paint.
const THEME: &str = include_str!("docs/theme.js");

static JSON: LazyLock<String> = LazyLock::new(|| openapi::description().to_string());

/// The routes of this part.
pub(super) fn routes() -> Routes<Http> {
    Routes::new()
        .route("/api/openapi.json", get(description))
        .route("/docs", get(guide))
        .route("/docs/try", get(viewer))
}

async fn description() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], JSON.as_str()).into_response()
}

async fn guide(State(http): State<Http>, Extension(nonce): Extension<ScriptNonce>) -> Html<String> {
    let head = format!("{}<script nonce=\"{}\">{THEME}</script>", stylesheet(&http), nonce.0);
    Html(document("The API", &head, &format!("<main id=\"main\" class=\"md\">{}</main>", openapi::page())))
}

async fn viewer(State(http): State<Http>, Extension(nonce): Extension<ScriptNonce>) -> Html<String> {
    let head = format!(
        "{}<link rel=\"stylesheet\" href=\"/docs/swagger-ui.css\"><script nonce=\"{}\">{THEME}</script>\
         <script src=\"/docs/swagger-ui-bundle.js\" defer></script><script src=\"/docs/viewer.js\" defer></script>",
        stylesheet(&http),
        nonce.0
    );
    Html(document("Try the API", &head, include_str!("docs/viewer.html")))
}

/// The link to the stylesheet of the pages, whose name has the hash of its content.
fn stylesheet(http: &Http) -> String {
    let options = http.site.options.clone();
    Owner::new().with(|| view! { <HashedStylesheet options/> }.to_html())
}

fn document(title: &str, head: &str, content: &str) -> String {
    include_str!("docs/document.html")
        .replace("{title}", title)
        .replace("{head}", head)
        .replace("{content}", content)
}
