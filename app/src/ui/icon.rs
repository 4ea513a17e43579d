//! Icons of the Lucide set. Only those that are named somewhere reach the browser: each is a constant of its own.

use icondata_core::IconData;
use leptos::prelude::*;

/// An icon beside a word; it says nothing by itself, so it is hidden from screen readers.
pub fn icon(data: &'static IconData) -> impl IntoView {
    view! {
        <svg
            class="i"
            viewBox=data.view_box.unwrap_or("0 0 24 24")
            fill="none"
            stroke="currentColor"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=data.data
        ></svg>
    }
}
