//! The protocol of every server function: POST; a form or JSON in, by `Content-Type`; JSON out, or a problem document.
//!
//! An encoding of our own cannot be written (the orphan rule), and `ActionForm` insists on `PostUrl`; hence a protocol.
//! What a browser without JavaScript gets (a redirect) and the status of an error are the business of a layer in
//! `server`, which sees the whole answer.

use bytes::Bytes;
use http::Method;
use leptos::server_fn::{
    ContentType, Decodes, Encodes, Format, FormatType, Protocol,
    client::Client,
    codec::{IntoRes, Json},
    error::{IntoAppError, ServerFnErrorErr},
    request::Req,
    response::TryRes,
    server::Server,
};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

use super::{
    ApiError, Landing,
    input::{from_form, from_json},
    wire::post,
};

/// `application/problem+json` (RFC 9457).
pub struct ProblemJson;

impl ContentType for ProblemJson {
    const CONTENT_TYPE: &'static str = "application/problem+json";
}

impl FormatType for ProblemJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for ProblemJson {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for ProblemJson {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        // Read as text, like everything else that the browser decodes: a second kind of reader would double its code.
        serde_json::from_str(&String::from_utf8_lossy(&bytes))
    }
}

/// See the module.
pub struct Api;

impl<Input, Output, C, S> Protocol<Input, Output, C, S, ApiError> for Api
where
    Input: Serialize + DeserializeOwned + Send,
    Output: Landing + DeserializeOwned + IntoRes<Json, S::Response, ApiError> + Send,
    C: Client<ApiError>,
    S: Server<ApiError>,
    S::Response: TryRes<ApiError>,
{
    const METHOD: Method = Method::POST;

    async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, ApiError>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, ApiError>> + Send,
    {
        let json = request.to_content_type().is_some_and(|kind| kind.starts_with("application/json"));
        let body = request.try_into_bytes().await?;
        let input = if json { from_json(&body) } else { from_form(&body) };
        let input = input.map_err(ApiError)?;
        let output = server_fn(input).await?;
        let landing = output.landing();
        let mut response = output.into_res().await?;
        if let Some(landing) = landing {
            leptos::server_fn::response::Res::redirect(&mut response, &landing);
        }
        Ok(response)
    }

    async fn run_client(path: &str, input: Input) -> Result<Output, ApiError> {
        let unreadable = |e: serde_json::Error| -> ApiError {
            ServerFnErrorErr::Deserialization(e.to_string()).into_app_error()
        };
        let body = serde_json::to_string(&input).map_err(unreadable)?;
        let answered = post(path, Json::CONTENT_TYPE, body).await?;
        serde_json::from_str(&answered.body).map_err(unreadable)
    }
}
