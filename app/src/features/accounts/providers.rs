//! The providers on the pages before sign-in, and the page of somebody who came back from one and is not in.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use tracker_domain::provider::{ProviderName, ProviderTrouble};

use crate::ui::Door;

/// A way in by each provider; nothing when there is none.
#[component]
pub fn ContinueWith(
    /// The providers.
    providers: Vec<ProviderName>,
) -> impl IntoView {
    // From the server: it leads to another site.
    let link = |provider: ProviderName| {
        view! {
            <a class="btn wide" href=format!("/login/{}", provider.name) rel="external">{format!("Continue with {}", provider.label)}</a>
        }
    };
    let links: Vec<_> = providers.into_iter().map(link).collect();
    (!links.is_empty()).then(|| view! { <div class="ways"><p class="or">"or"</p> {links}</div> })
}

/// `/login/failed`: its words are ours, whatever the address says.
#[component]
pub fn FailedPage() -> impl IntoView {
    let query = use_query_map();
    let part = move |name: &str| query.with(|query| query.get(name)).unwrap_or_default();
    let trouble = move || part("why").parse().unwrap_or(ProviderTrouble::Expired);
    let reference = move || Some(part("reference")).filter(|text| is_reference(text));
    view! {
        <Title text="Not signed in"/>
        {move || view! {
            <Door title=trouble().label() text=trouble().advice()>
                {reference().map(|reference| view! { <p class="dim">"Reference: " <span class="ref">{reference}</span></p> })}
                <a class="btn primary wide" href="/login" rel="external">"Back to sign-in"</a>
            </Door>
        }}
    }
}

fn is_reference(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_not_a_message() {
        assert!(is_reference("aZ3-_x9Q"));
        for bad in ["", "call 555", "<b>", "call-me-now-at-5551234"] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
