//! Nothing here yet, and: it is coming.

use icondata_core::IconData;
use leptos::prelude::*;

use super::icon;

/// Says what belongs here and offers the first step.
#[component]
pub fn Empty(
    /// Its drawing.
    sign: &'static IconData,
    /// What is so.
    title: &'static str,
    /// What one could do about it.
    #[prop(into)]
    text: String,
    /// The first step.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="state">
            {icon(sign)}
            <h2>{title}</h2>
            <p>{text}</p>
            <div class="actions">{children()}</div>
        </div>
    }
}

/// The size of what comes.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="shell" aria-hidden="true">
            <div class="side"></div>
            <div class="sk-page">{(0..9).map(|_| view! { <span class="sk"></span> }).collect_view()}</div>
        </div>
    }
}
