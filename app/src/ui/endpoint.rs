//! A server function as a form sees it: a URL to post to, and a way to send the form's fields from the browser, in the
//! same form as the browser itself would without JavaScript. The answer says where to go.

use leptos::{
    form::form_data_from_event,
    server_fn::{ServerFn, client::Client},
};
use serde::de::DeserializeOwned;
use std::{future::Future, pin::Pin};
use tracker_domain::error::AppError;
use wasm_bindgen::JsCast;
use web_sys::UrlSearchParams;

use crate::api::{ApiError, Landing, post};

const FORM: &str = "application/x-www-form-urlencoded";

/// A write under way: where to go when it was done, or why it was refused.
pub(super) type Sending = Pin<Box<dyn Future<Output = Result<Option<String>, AppError>>>>;

/// See the module.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// The path to post to.
    pub url: &'static str,
}

/// The endpoint of the server function `F`.
pub fn endpoint<F>() -> Endpoint
where
    F: ServerFn<Error = ApiError> + DeserializeOwned + 'static,
    F::Client: Client<ApiError>,
    F::Output: Landing,
{
    Endpoint { url: F::url() }
}

impl Endpoint {
    /// Sends the fields of the form that was submitted.
    pub(super) fn send(self, event: &web_sys::Event) -> Sending {
        let form = form_data_from_event(event.unchecked_ref()).ok();
        // Files have gone by themselves; what is left of them here is no text. A button without a name is no field.
        form.iter().for_each(|form| ["upload", ""].iter().for_each(|name| form.delete(name)));
        let fields = form.and_then(|form| UrlSearchParams::new_with_str_sequence_sequence(&form).ok());
        Box::pin(async move {
            let unreadable = || AppError::Internal { reference: "form".to_owned() };
            let body = fields.ok_or_else(unreadable)?.to_string().into();
            Ok(post(self.url, FORM, body).await?.landing)
        })
    }
}
