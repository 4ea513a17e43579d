//! The browser's WebSocket, and leaving the page for good.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// One connection; closed when dropped.
pub(super) struct Wire {
    socket: WebSocket,
    // The browser calls these as long as the socket has them.
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Wire {
    /// Begins to connect; `None` when the browser refuses even that.
    pub(super) fn open() -> Option<Self> {
        let location = window().location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let socket = WebSocket::new(&format!("{scheme}://{}/live", location.host().ok()?)).ok()?;
        let on_open = Closure::new(super::opened);
        let on_message = Closure::new(|event: MessageEvent| {
            event.data().as_string().into_iter().for_each(|text| super::received(&text));
        });
        let on_close = Closure::new(|event: CloseEvent| super::closed(event.code()));
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close })
    }

    /// Sends a text; one that cannot be sent is said again after reconnecting.
    pub(super) fn send(&self, text: &str) {
        let _ = self.socket.send_with_str(text);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

const RELOADED_AT: &str = "live-reloaded-at";
/// A reload that did not help is not tried again sooner.
const RELOAD_AGAIN_MS: f64 = 30_000.0;

/// Loads the page anew, unless that was done just now. Says whether it did.
pub(super) fn reload() -> bool {
    let Some(storage) = window().session_storage().ok().flatten() else {
        return false;
    };
    let last = storage.get_item(RELOADED_AT).ok().flatten().and_then(|at| at.parse::<f64>().ok());
    let now = js_sys::Date::now();
    if last.is_some_and(|last| now - last < RELOAD_AGAIN_MS) {
        return false;
    }
    let _ = storage.set_item(RELOADED_AT, &now.to_string());
    window().location().reload().is_ok()
}
