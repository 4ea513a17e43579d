//! What came of a form that was sent without JavaScript: the page that it leads to says so.

use leptos::{context::Provider, prelude::*};
use leptos_router::hooks::use_query_map;
use tracker_domain::account::Flash;

use super::icon;

/// The flash of this page.
#[derive(Clone, Copy)]
struct PageFlash(StoredValue<Option<Flash>>);

/// The id in the URL (`?flash=`), as the server functions take it.
pub fn flash_id() -> String {
    use_query_map().with(|query| query.get("flash")).unwrap_or_default()
}

/// Lets the forms of the page know what was typed into them.
pub fn provide_flash(flash: Option<Flash>) {
    provide_context(PageFlash(StoredValue::new(flash)));
}

/// Asks the flash of the page something.
pub fn use_flash<T>(read: impl FnOnce(&Flash) -> Option<T>) -> Option<T> {
    use_context::<PageFlash>()?.0.with_value(|flash| flash.as_ref().and_then(read))
}

/// Many forms of one kind on a page, each with something of its own in `field`: what the flash says about one is shown by
/// that one alone.
#[component]
pub fn FlashOf(
    /// The field that tells the forms apart.
    field: &'static str,
    /// What this one has there.
    value: String,
    /// The form.
    children: Children,
) -> impl IntoView {
    let whole = use_flash(|flash| Some(flash.clone()));
    let mine =
        whole.filter(|flash| flash.values.iter().any(|(name, typed)| name == field && *typed == value));
    view! { <Provider value=PageFlash(StoredValue::new(mine))>{children()}</Provider> }
}

/// What is said after a form was done; `action` is the path of its server function.
pub fn done_message(action: &str) -> &'static str {
    let mut parts = action.rsplit('/');
    let (verb, noun) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match (noun, verb) {
        ("issues", "create") => "Issue created",
        ("issues", "edit") => "Changes saved",
        ("issues", "set_status") => "Status set",
        ("issues", "set_severity") => "Severity set",
        ("issues", "set_assignee") => "Assignee set",
        ("issues", "set_tags") => "Tags set",
        ("comments", "add") => "Comment added",
        ("files", "upload") => "Files attached",
        ("files", "remove") => "File removed",
        ("files", "hide") => "File hidden",
        ("members", "set_role") => "Role set",
        ("members", "disable") => "Shut out",
        ("members", "enable") => "Let in again",
        ("teams", "create") => "Team created",
        ("teams", "edit") | ("projects", "edit") => "Changes saved",
        ("teams", "add_person") => "Added to the team",
        ("teams", "remove_person") => "Removed from the team",
        ("teams", "delete") => "Team deleted",
        ("projects", "create") => "Project created",
        ("tokens", "create") | ("services", "create_token") => "Token created",
        ("tokens", "revoke") => "Token revoked",
        ("services", "create") => "Service created",
        ("services", "remove") => "Service removed",
        ("accounts", "set_name") => "Name saved",
        ("accounts", "change_password") => "Password changed",
        ("accounts", "change_address") => "Mail sent",
        ("accounts", "send_verification") => "Mail sent",
        ("members", "invite") => "Invitation sent",
        ("members", "resend_invitation") => "Invitation sent again",
        ("members", "revoke_invitation") => "Invitation revoked",
        ("providers", "unlink") => "Provider unlinked",
        ("factors", "begin_totp") => "Give the first code now",
        ("factors", "confirm_totp") => "Authenticator turned on",
        ("factors", "end_totp") => "Authenticator turned off",
        ("factors", "renew_codes") => "New recovery codes made",
        ("factors", "keep_codes") => "Recovery codes kept",
        ("factors", "add_passkey") => "Passkey added",
        ("factors", "rename_passkey") => "Passkey renamed",
        ("factors", "remove_passkey") => "Passkey removed",
        ("factors", "require") => "Sign-in rules saved",
        ("accounts", "sign_up") => "Account created",
        ("accounts", "sign_in") => "Signed in",
        ("accounts", "sign_out" | "sign_out_everywhere") => "Signed out",
        ("sessions", "end") => "Session ended",
        ("sessions", "end_others") => "Sessions ended",
        _ => "Done",
    }
}

/// The announcement of success; it goes by itself, without any script.
#[component]
pub fn FlashDone() -> impl IntoView {
    let text = use_flash(|flash| flash.error.is_none().then(|| done_message(&flash.action)));
    text.map(|text| {
        view! {
            <div class="toasts passing" role="status">
                <p class="toast">{icon(icondata_lu::LuCheck)} {text}</p>
            </div>
        }
    })
}
