//! Short words after something was done. One region for the whole program, there from the start: screen readers only
//! announce what changes inside a region that they know.

use leptos::prelude::*;
use std::time::Duration;

use super::icon;

/// How long a toast stays.
const STAYS: Duration = Duration::from_secs(6);

/// The toasts that are shown.
#[derive(Clone, Copy)]
pub struct ToastList(RwSignal<Vec<(u32, String)>>);

impl ToastList {
    /// Announces that something was done.
    pub fn say(self, text: impl Into<String>) {
        let id = self.0.with_untracked(|list| list.last().map_or(0, |last| last.0 + 1));
        self.0.update(|list| list.push((id, text.into())));
        set_timeout(move || self.0.update(|list| list.retain(|toast| toast.0 != id)), STAYS);
    }
}

/// Makes the list; called once.
pub fn provide_toasts() {
    provide_context(ToastList(RwSignal::new(Vec::new())));
}

/// The list, for whoever has something to announce.
pub fn use_toasts() -> ToastList {
    use_context().unwrap_or_else(|| ToastList(RwSignal::new(Vec::new())))
}

/// The region; stands once beside the pages.
#[component]
pub fn Toasts() -> impl IntoView {
    let list = use_toasts().0;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || list.get() key=|toast| toast.0 let:toast>
                <p class="toast">{icon(icondata_lu::LuCheck)} {toast.1}</p>
            </For>
        </div>
    }
}
