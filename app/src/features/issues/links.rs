//! The issues that an issue is tied to. What the viewer may not see, or what is not here, is a key without a link.

use leptos::prelude::*;
use tracker_domain::link::IssueLink;

use crate::ui::StatusBadge;

/// See the module; nothing when there are none.
#[component]
pub(super) fn Links(org: String, links: Vec<IssueLink>) -> impl IntoView {
    if links.is_empty() {
        return ().into_any();
    }
    let lines = links.into_iter().map(|link| line(&org, link)).collect_view();
    view! {
        <section class="ties" aria-labelledby="ties">
            <h2 id="ties">"Links"</h2>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
}

fn line(org: &str, link: IssueLink) -> AnyView {
    let relation = view! { <span class="rel">{link.relation.label()}</span> };
    match link.issue {
        Some(issue) => {
            let href = format!("/{org}/issues/{}", issue.key);
            view! {
                <li>
                    {relation}
                    <a href=href><span class="num">{issue.key.to_string()}</span> " " {issue.title}</a>
                    <StatusBadge status=issue.status/>
                </li>
            }
            .into_any()
        }
        None => view! { <li>{relation}<span class="num dim">{link.target}</span></li> }.into_any(),
    }
}
