//! The pages, by noun. A page is one resource that calls one server function, and a view of what it answers.
//!
//! To add a page, put it into its noun's folder, give it a route in `root`, a link in the sidebar or on a page, and an
//! end-to-end test.

pub mod accounts;
pub mod insights;
pub mod issues;
pub mod settings;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_url};

use crate::ui::query_part;

/// A part of the page's path.
pub(crate) fn param(name: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    let params = use_params_map();
    move || params.with(|params| params.get(name)).unwrap_or_default()
}

/// What the URL of the page says about `name`.
pub(crate) fn asked(name: &'static str) -> String {
    use_url().with(|url| query_part(url.search(), name)).unwrap_or_default()
}
