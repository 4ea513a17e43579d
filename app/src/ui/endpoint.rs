//! A server function as a form sees it: a URL to post to, and a way to send the form's fields from the browser.
//!
//! The type of the function ends here, so that the form itself is compiled once and not once for every function.

use leptos::{
    form::FromFormData,
    server_fn::{ServerFn, client::Client},
};
use serde::de::DeserializeOwned;
use std::{future::Future, pin::Pin};
use tracker_domain::error::AppError;

use crate::api::{ApiError, Landing};

/// A write under way: where to go when it was done, or why it was refused.
pub(super) type Sending = Pin<Box<dyn Future<Output = Result<Option<String>, AppError>>>>;

/// See the module.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// The path to post to.
    pub url: &'static str,
    pub(super) send: fn(&web_sys::Event) -> Sending,
}

/// The endpoint of the server function `F`.
pub fn endpoint<F>() -> Endpoint
where
    F: ServerFn<Error = ApiError> + DeserializeOwned + 'static,
    F::Client: Client<ApiError>,
    F::Output: Landing,
{
    Endpoint { url: F::url(), send: send::<F> }
}

fn send<F>(event: &web_sys::Event) -> Sending
where
    F: ServerFn<Error = ApiError> + DeserializeOwned + 'static,
    F::Client: Client<ApiError>,
    F::Output: Landing,
{
    match F::from_event(event) {
        Ok(input) => Box::pin(async move {
            input.run_on_client().await.map(|output| output.landing()).map_err(|error| error.0)
        }),
        Err(_) => Box::pin(async { Err(AppError::Internal { reference: "form".to_owned() }) }),
    }
}
