//! What came of a form that was sent without JavaScript: the page that it leads to says so.

use leptos::prelude::*;
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
        ("accounts", "sign_out") => "Signed out",
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
