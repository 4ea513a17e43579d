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
    codec::{FromRes, IntoReq, IntoRes, Json},
    error::{FromServerFnError, IntoAppError, ServerFnErrorErr},
    request::Req,
    response::{ClientRes, TryRes},
    server::Server,
};
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

use super::Landing;

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
        serde_json::from_slice(&bytes)
    }
}

/// See the module.
pub struct Api;

/// How deep a form's fields may nest; ours do not.
const FORM_DEPTH: usize = 2;

impl<Input, Output, C, S, E> Protocol<Input, Output, C, S, E> for Api
where
    Input: Serialize + DeserializeOwned + IntoReq<Json, C::Request, E> + Send,
    Output: Landing + IntoRes<Json, S::Response, E> + FromRes<Json, C::Response, E> + Send,
    E: FromServerFnError,
    C: Client<E>,
    S: Server<E>,
    S::Response: TryRes<E>,
{
    const METHOD: Method = Method::POST;

    async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, E>
    where
        F: Fn(Input) -> Fut + Send,
        Fut: Future<Output = Result<Output, E>> + Send,
    {
        let json = request.to_content_type().is_some_and(|kind| kind.starts_with("application/json"));
        let body = request.try_into_bytes().await?;
        let input = if json {
            serde_json::from_slice(&body).map_err(|e| ServerFnErrorErr::Args(e.to_string()).into_app_error())
        } else {
            serde_qs::Config::new(FORM_DEPTH, false)
                .deserialize_bytes(&body)
                .map_err(|e| ServerFnErrorErr::Args(e.to_string()).into_app_error())
        }?;
        let output = server_fn(input).await?;
        let landing = output.landing();
        let mut response = output.into_res().await?;
        if let Some(landing) = landing {
            leptos::server_fn::response::Res::redirect(&mut response, &landing);
        }
        Ok(response)
    }

    async fn run_client(path: &str, input: Input) -> Result<Output, E>
    where
        C: Client<E>,
    {
        let request = <Input as IntoReq<Json, C::Request, E>>::into_req(input, path, Json::CONTENT_TYPE)?;
        let response = C::send(request).await?;
        if (400..=599).contains(&response.status()) {
            return Err(E::de(response.try_into_bytes().await?));
        }
        Output::from_res(response).await
    }
}
