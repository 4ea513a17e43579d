//! How the browser calls a server function: one POST, and what came back as text.
//!
//! Nothing here depends on the function, so that it is compiled once: what a function's own types add is the writing
//! of its input and the reading of its output.

use gloo_net::http::{Request, Response};
use send_wrapper::SendWrapper;
use std::{future::Future, pin::Pin};
use tracker_domain::error::{AppError, Problem};
use web_sys::AbortController;

/// What a server function answered.
pub(crate) struct Answered {
    /// JSON.
    pub(crate) body: String,
    /// The page to go to.
    pub(crate) landing: Option<String>,
}

/// An answer under way; dropping it gives the request up. The browser has one thread.
pub(crate) type Posting = SendWrapper<Pin<Box<dyn Future<Output = Result<Answered, AppError>>>>>;

/// Sends a body and reads the answer.
pub(crate) fn post(path: &str, content_type: &'static str, body: String) -> Posting {
    let path = path.to_owned();
    SendWrapper::new(Box::pin(async move {
        let waiting = Waiting(AbortController::new().ok());
        let signal = waiting.0.as_ref().map(AbortController::signal);
        let request = Request::post(&path)
            .header("Content-Type", content_type)
            .header("Accept", "application/json")
            .abort_signal(signal.as_ref())
            .body(body);
        let response = match request {
            Ok(request) => request.send().await,
            Err(error) => Err(error),
        };
        let answered = read(response.map_err(|_| no_connection())?).await;
        waiting.over();
        answered
    }))
}

async fn read(response: Response) -> Result<Answered, AppError> {
    let body = response.text().await.map_err(|_| no_connection())?;
    if response.ok() {
        return Ok(Answered { body, landing: response.headers().get("location") });
    }
    let problem = serde_json::from_str::<Problem>(&body);
    Err(problem.map_or_else(|_| AppError::Internal { reference: response.status().to_string() }, |p| p.error))
}

fn no_connection() -> AppError {
    AppError::Unavailable { reference: "no-connection".to_owned() }
}

/// Breaks the request off when nobody waits for it any more.
struct Waiting(Option<AbortController>);

impl Waiting {
    fn over(mut self) {
        self.0.take();
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(controller) = self.0.take() {
            controller.abort();
        }
    }
}
