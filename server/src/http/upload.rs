//! Files coming in: `multipart/form-data`, from a form without JavaScript, a script or a program.
//!
//! `POST /api/v1/files/upload` takes files: with `key` they are attached to that issue, without it they wait for the issue
//! or the comment that names them in `files`. The other two routes are for forms without JavaScript that have texts and
//! files: they take the files and hand the rest to the function that the form is for.
//!
//! What must be known before a byte of a file is taken (`org`, `key`) has to come before the files; browsers send the
//! fields of a form in their order.

use app::ports::Caller;
use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, State, multipart::Field},
    response::Response,
};
use http::{HeaderValue, Uri, header};
use std::time::Duration;
use tokio::time::timeout;
use tracker_domain::{
    attachment::{FILES_AT_ONCE, FileName},
    error::AppError,
};

use super::{
    Http, MAX_BODY_BYTES, api,
    caller::program,
    gate::{self, Asked},
    plain, received,
};
use crate::{
    fault::fault,
    services::{
        once::Sender,
        upload::{Named, Upload},
    },
};

/// Who sends nothing for so long has gone away.
const IDLE: Duration = Duration::from_secs(30);

/// How long the rest of something refused is read.
const REST: Duration = Duration::from_secs(10);

/// Takes files.
pub(super) async fn files(State(http): State<Http>, request: Request) -> Response {
    let caller = program(&http.app.settings, &request);
    let plain = plain::Plain::of(&request, &caller);
    let mut form = Form::default();
    let outcome = take(&http, &caller, request, &mut form, true).await;
    let added = match outcome {
        Ok(()) => form.keep(&http, &caller, true).await,
        Err(error) => Err(error),
    };
    let page =
        added.as_ref().ok().and_then(|added| Some(format!("/{}/issues/{}", added.org, added.key.as_ref()?)));
    let body = added.and_then(|added| serde_json::to_vec(&added).map_err(|error| fault(&error)));
    plain::answer(&http, &caller, ("/api/v1/files/upload", plain), (form.fields, page), body).await
}

/// A new issue with files.
pub(super) async fn issue(State(http): State<Http>, request: Request) -> Response {
    hand_on(http, request, "/api/v1/issues/create").await
}

/// A comment with files.
pub(super) async fn comment(State(http): State<Http>, request: Request) -> Response {
    hand_on(http, request, "/api/v1/comments/add").await
}

/// Takes the files of a form, and hands the rest to its function, with the ids of the files.
async fn hand_on(http: Http, request: Request, function: &'static str) -> Response {
    let caller = program(&http.app.settings, &request);
    let plain = plain::Plain::of(&request, &caller);
    let (parts, body) = request.into_parts();
    let mut rest = Request::from_parts(parts.clone(), Body::empty());
    let mut form = Form::default();
    let taken = take(&http, &caller, Request::from_parts(parts, body), &mut form, false).await;
    let kept = match taken {
        Ok(()) if form.files.is_empty() => Ok(Vec::new()),
        Ok(()) => form.keep(&http, &caller, false).await.map(|added| added.files),
        Err(error) => Err(error),
    };
    match kept {
        Ok(files) => {
            form.name(&files.iter().map(|file| file.id.to_string()).collect::<Vec<_>>());
            *rest.uri_mut() = Uri::from_static(function);
            *rest.body_mut() = Body::from(plain::written(&form.fields));
            let urlencoded = HeaderValue::from_static("application/x-www-form-urlencoded");
            rest.headers_mut().insert(header::CONTENT_TYPE, urlencoded);
            rest.headers_mut().remove(header::CONTENT_LENGTH);
            api::call(State(http), rest).await
        }
        Err(error) => plain::answer(&http, &caller, (function, plain), (form.fields, None), Err(error)).await,
    }
}

/// What came in so far.
#[derive(Default)]
struct Form {
    sender: Sender,
    fields: Vec<(String, String)>,
    files: Vec<Named>,
    letters: usize,
}

impl Form {
    fn field(&self, name: &str) -> String {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    }

    /// Where the files go: to the issue that is named, or nowhere yet.
    fn upload(&self, here: bool) -> Upload {
        let key = self.field("idempotency_key");
        // The function that the rest goes to has the name for itself.
        let key = if here || key.is_empty() { key } else { format!("{key}-files") };
        Upload {
            org: self.field("org"),
            key: if here { self.field("key") } else { String::new() },
            idempotency_key: Some(key).filter(|key| !key.is_empty()),
        }
    }

    async fn keep(
        &mut self,
        http: &Http,
        caller: &Caller,
        here: bool,
    ) -> Result<tracker_domain::attachment::FilesAdded, AppError> {
        let files = std::mem::take(&mut self.files);
        if files.is_empty() {
            return Err(AppError::invalid("files", "Choose a file first."));
        }
        self.upload(here).keep(&http.app, caller, (files, self.sender)).await
    }

    /// Adds files to those that the form names already.
    fn name(&mut self, ids: &[String]) {
        let before = self.field("files");
        self.fields.retain(|(name, _)| name != "files");
        let named = before.split(',').map(str::to_owned).chain(ids.iter().cloned());
        let named: Vec<_> = named.filter(|id| !id.is_empty()).collect();
        self.fields.push(("files".to_owned(), named.join(",")));
    }
}

/// Reads the form. Whether the sender may add files there is asked at the first one.
async fn take(
    http: &Http,
    caller: &Caller,
    request: Request,
    form: &mut Form,
    here: bool,
) -> Result<(), AppError> {
    let asked =
        Asked { uri: &Uri::from_static("/api/v1/files/upload"), headers: request.headers(), body: b"" };
    gate::pass(http, caller, &asked, &mut Vec::new()).await?;
    form.sender = received::sender(request.headers());
    let named = request
        .headers()
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok().map(|key| key.trim_matches('"')));
    form.fields.extend(named.map(|key| ("idempotency_key".to_owned(), key.to_owned())));
    let multipart = Multipart::from_request(request, &()).await;
    let mut multipart =
        multipart.map_err(|error| AppError::invalid("body", format!("Send multipart/form-data. {error}")))?;
    let done = read(http, caller, &mut multipart, form, here).await;
    if done.is_err() {
        // A browser that still sends does not look at the answer.
        let _ = timeout(REST, rest(&mut multipart)).await;
    }
    done
}

async fn rest(multipart: &mut Multipart) {
    while let Ok(Some(mut field)) = timed(multipart.next_field()).await {
        while let Ok(Some(_)) = timed(field.chunk()).await {}
    }
}

async fn read(
    http: &Http,
    caller: &Caller,
    multipart: &mut Multipart,
    form: &mut Form,
    here: bool,
) -> Result<(), AppError> {
    let mut admitted = false;
    while let Some(field) = timed(multipart.next_field()).await? {
        let Some(called) = field.file_name().map(str::to_owned) else {
            let (name, text) = text(field, &mut form.letters).await?;
            form.fields.push((name, text));
            continue;
        };
        let mut field = field;
        let first = timed(field.chunk()).await?.unwrap_or_default();
        // A field in which nothing was chosen.
        if called.is_empty() && first.is_empty() {
            continue;
        }
        if !std::mem::replace(&mut admitted, true) {
            form.upload(here).admit(&http.app, caller).await?;
        }
        if form.files.len() == FILES_AT_ONCE {
            return Err(AppError::invalid(
                "files",
                format!("At most {FILES_AT_ONCE} files can come at once."),
            ));
        }
        form.files.push(file(http, FileName::clean(&called), &first, field).await?);
    }
    Ok(())
}

/// One file, of which the first bytes have been read.
async fn file(http: &Http, name: FileName, first: &[u8], mut field: Field<'_>) -> Result<Named, AppError> {
    let called = |error| about(&name, error);
    let mut spool = http.app.files.spool().await?;
    spool.write(first).await.map_err(called)?;
    while let Some(bytes) = timed(field.chunk()).await? {
        spool.write(&bytes).await.map_err(called)?;
    }
    let prepared = http.app.files.prepare(spool.finish().await.map_err(called)?).await.map_err(called)?;
    Ok((name, prepared))
}

/// What is wrong, and with which of the files.
fn about(name: &FileName, error: AppError) -> AppError {
    match error.about("files") {
        Some(message) => AppError::invalid("files", format!("{name}: {message}")),
        None => error,
    }
}

async fn text(mut field: Field<'_>, letters: &mut usize) -> Result<(String, String), AppError> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut text = Vec::new();
    while let Some(bytes) = timed(field.chunk()).await? {
        *letters += bytes.len();
        if *letters > MAX_BODY_BYTES {
            let most = MAX_BODY_BYTES / 1024;
            return Err(AppError::invalid(
                "body",
                format!("The texts of the form are larger than {most} KiB."),
            ));
        }
        text.extend_from_slice(&bytes);
    }
    Ok((name, String::from_utf8_lossy(&text).into_owned()))
}

/// What comes next, if it comes soon enough.
async fn timed<T>(
    next: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
) -> Result<T, AppError> {
    let broken = || AppError::invalid("body", "The upload broke off. Try again.");
    timeout(IDLE, next).await.map_err(|_| broken())?.map_err(|_| broken())
}
