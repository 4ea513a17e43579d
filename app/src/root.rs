//! The document and the routes.
use leptos::prelude::*;
/// The document.
pub fn shell(options: LeptosOptions) -> impl IntoView { let _ = options; view! { <html><body><App/></body></html> } }
/// The routes.
#[component]
pub fn App() -> impl IntoView { view! { <p>"hello"</p> } }
