//! What the pages of tokens and of services share.

use leptos::prelude::*;
use tracker_domain::{
    text::Secret,
    token::{TokenView, USUAL_DAYS},
};

use crate::{
    api::RevokeToken,
    ui::{
        After, ApiForm, Check, Checks, Choice, Field, Hidden, Select, Time, dom, endpoint, icon, use_toasts,
    },
};

/// For how many days a token can be made on a page.
const DAYS: &[i64] = &[7, 30, USUAL_DAYS, 180, 366];

/// The token that was just made, this once.
#[component]
pub(super) fn MadeToken(
    /// The token.
    token: Secret,
) -> impl IntoView {
    let toasts = use_toasts();
    let copy = move |_| {
        let copied = dom::copy_from("f-token");
        toasts.say(if copied { "Copied" } else { "Marked: copy it with the keyboard" });
    };
    view! {
        <section class="made" role="status">
            <h2>"Your new token"</h2>
            <p>"Copy it now: it is not shown again. Keep it like a password."</p>
            <div class="actions">
                <input class="input" id="f-token" type="text" readonly aria-label="Token" value=token.reveal().to_owned()/>
                <button class="btn js" type="button" data-replay on:click=copy>
                    {icon(icondata_lu::LuCopy)} "Copy"
                </button>
            </div>
        </section>
    }
    .into_any()
}

/// The fields of a form that makes a token.
#[component]
pub(super) fn TokenFields(
    /// Whether it can run the organization.
    admin: bool,
) -> impl IntoView {
    let mut boxes = vec![
        Check { name: "read", label: "Read", hint: "See issues, comments and numbers.", on: true },
        Check {
            name: "write",
            label: "Write",
            hint: "Report, comment, edit and triage. Includes Read.",
            on: false,
        },
    ];
    if admin {
        let hint = "Run the organization. Includes Write.";
        boxes.push(Check { name: "admin", label: "Admin", hint, on: false });
    }
    let days = DAYS.iter().map(|days| Choice::new(days.to_string(), format!("In {days} days"))).collect();
    view! {
        <Field label="Name" name="name" hint="What it is for." autocomplete="off"/>
        <Checks label="Scopes" name="scopes" boxes/>
        <Field
            label="Projects" name="projects" autocomplete="off"
            hint="Keys with commas between them; nothing else exists for it then. Leave it empty for all."
        />
        <Select label="Expires" name="days" choices=days chosen=USUAL_DAYS.to_string()/>
    }
    .into_any()
}

/// A list of tokens, each with its end.
#[component]
pub(super) fn TokenRows(
    /// In this organization.
    org: String,
    /// The tokens.
    tokens: Vec<TokenView>,
    /// Called when one was ended.
    changed: Callback<()>,
) -> impl IntoView {
    if tokens.is_empty() {
        return view! { <p class="dim">"No tokens yet."</p> }.into_any();
    }
    let rows = tokens.into_iter().map(|token| row(org.clone(), token, changed)).collect_view();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn row(org: String, token: TokenView, changed: Callback<()>) -> AnyView {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.label()).collect();
    let projects: Vec<_> = token.projects.iter().map(|key| key.as_str()).collect();
    let limits =
        if projects.is_empty() { String::new() } else { format!(" \u{b7} {} only", projects.join(", ")) };
    let ends = if token.expired { "Expired " } else { "Expires " };
    let used = token.last_used_at.map_or_else(
        || view! { "never used" }.into_any(),
        |at| view! { "used " <Time at long=true/> }.into_any(),
    );
    let name = token.name.clone();
    view! {
        <li>
            <div>
                <p><b>{token.name}</b> " " <code>{token.shape}</code></p>
                <p class="dim">
                    {scopes.join(", ")} {limits} " \u{b7} " {ends}
                    <time datetime=token.expires_at.rfc3339()>{token.expires_at.day().to_string()}</time>
                    " \u{b7} " {used}
                </p>
            </div>
            <ApiForm to={endpoint::<RevokeToken>()} after=After::Stay done=changed>
                <Hidden name="org" value=org/>
                <Hidden name="id" value=token.id.to_string()/>
                <button class="btn" type="submit">"Revoke" <span class="vh">" " {name}</span></button>
            </ApiForm>
        </li>
    }
    .into_any()
}
