//! What the browser is asked for by hand. Each function is called from event handlers and effects only, which do not
//! run on the server.

use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

/// Leaves for another page with a full load, so that cookies and everything around the page are fresh.
pub fn go(url: &str) {
    let _ = window().location().set_href(url);
}

/// Fetches a script of our own, once for as long as the page lives. One that stood in the page itself would not run when
/// the page is gone to by a link.
pub fn load_script(path: &str) {
    let selector = format!("script[src=\"{path}\"]");
    let (head, script) = (document().query_selector("head"), document().create_element("script"));
    if let (false, Ok(Some(head)), Ok(script)) = (exists(&selector), head, script) {
        let _ = script.set_attribute("src", path);
        let _ = head.append_child(&script);
    }
}

/// How far the page is scrolled down.
pub fn scrolled() -> f64 {
    window().scroll_y().unwrap_or_default()
}

/// Back to the top.
pub fn scroll_to_top() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Whether the document has an element like that just now.
pub fn exists(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some()
}

/// Moves the focus to the first element like that.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Whether the element with this id has the focus.
pub fn has_focus(id: &str) -> bool {
    document().active_element().is_some_and(|element| element.id() == id)
}

/// Marks the text of the field with this id and, where the browser lets a page do that, copies it; says whether it did.
pub fn copy_from(id: &str) -> bool {
    let input = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else {
        return false;
    };
    input.select();
    let navigator = window().navigator();
    // Without TLS there is none.
    let able = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| it.is_object());
    if able {
        let _ = navigator.clipboard().write_text(&input.value());
    }
    able
}

/// What stands in the control with this id.
pub fn value_of(id: &str) -> Option<String> {
    let element = document().get_element_by_id(id)?;
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        return Some(area.value());
    }
    if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
        return Some(select.value());
    }
    element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value)
}

/// Puts text into the control with this id, unless it is there already.
pub fn set_value(id: &str, value: &str) {
    if value_of(id).is_none_or(|present| present == value) {
        return;
    }
    let Some(element) = document().get_element_by_id(id) else {
        return;
    };
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(value);
    } else if let Some(select) = element.dyn_ref::<HtmlSelectElement>() {
        select.set_value(value);
    } else if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.set_value(value);
    }
}

/// What stands in the text field with this id, and before which UTF-16 unit the cursor stands.
pub fn text_and_cursor(id: &str) -> Option<(String, usize)> {
    let input = document().get_element_by_id(id)?.dyn_into::<HtmlInputElement>().ok()?;
    let text = input.value();
    let cursor = input.selection_end().ok().flatten().map_or(text.len(), |at| at as usize);
    Some((text, cursor))
}

/// Puts text into the text field with this id, with the cursor before that UTF-16 unit.
pub fn put_text(id: &str, text: &str, cursor: usize) {
    let input = document().get_element_by_id(id).and_then(|e| e.dyn_into::<HtmlInputElement>().ok());
    if let Some(input) = input {
        input.set_value(text);
        let cursor = u32::try_from(cursor).unwrap_or(u32::MAX);
        let _ = input.set_selection_range(cursor, cursor);
    }
}

/// Scrolls the element with this id into sight, no further than needed.
pub fn reveal(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The path in the address bar.
pub fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The path and query in the address bar.
pub fn address() -> String {
    path() + &window().location().search().unwrap_or_default()
}

/// Puts another address into the address bar, as a new step of the history or in the place of the present one, without
/// going anywhere.
pub fn set_address(url: &str, replace: bool) {
    let Ok(history) = window().history() else {
        return;
    };
    let state = history.state().unwrap_or_default();
    let _ = if replace {
        history.replace_state_with_url(&state, "", Some(url))
    } else {
        history.push_state_with_url(&state, "", Some(url))
    };
}

/// A new name for a write. `None` when there is no randomness to be had: then the write goes without.
pub fn random_key() -> Option<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Milliseconds since 1970, by the reader's clock: for "3 min ago" only.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// The chosen theme; empty as long as the system decides.
pub fn theme() -> String {
    document().document_element().and_then(|root| root.get_attribute("data-theme")).unwrap_or_default()
}

/// Puts a theme on and keeps it for the next page.
pub fn set_theme(word: &str) {
    let Some(root) = document().document_element() else {
        return;
    };
    let storage = window().local_storage().ok().flatten();
    if word.is_empty() {
        let _ = root.remove_attribute("data-theme");
        let _ = storage.map(|storage| storage.remove_item("theme"));
    } else {
        let _ = root.set_attribute("data-theme", word);
        let _ = storage.map(|storage| storage.set_item("theme", word));
    }
}

/// Says that the page is alive now: tests, styles and what was clicked before wait for it.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}

/// Puts the focus where a full load of this URL would: on what the fragment names, else at the top of the page.
pub fn arrive() {
    let hash = window().location().hash().unwrap_or_default();
    let named = document().get_element_by_id(hash.trim_start_matches('#'));
    match named.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        Some(element) => drop(element.focus()),
        None if !exists("main :focus, dialog[open]") => focus("#main"),
        None => {}
    }
}

/// A flash is shown once: takes its id out of the URL, so that a copied link or a reload is clean.
pub fn forget_flash() {
    let location = window().location();
    let search = location.search().unwrap_or_default();
    if !search.contains("flash=") {
        return;
    }
    let rest: Vec<&str> =
        search.trim_start_matches('?').split('&').filter(|pair| !pair.starts_with("flash=")).collect();
    let query = if rest.is_empty() { String::new() } else { format!("?{}", rest.join("&")) };
    let url =
        format!("{}{query}{}", location.pathname().unwrap_or_default(), location.hash().unwrap_or_default());
    if let Ok(history) = window().history() {
        let state = history.state().unwrap_or_default();
        let _ = history.replace_state_with_url(&state, "", Some(&url));
    }
}
