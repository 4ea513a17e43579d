//! Somebody who uses the tracker: keeps cookies, opens pages, calls server functions, sends plain forms.

use axum::{Router, body::Body};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};
use tower::ServiceExt;
use tracker_domain::error::{AppError, Problem};

/// See the module.
pub struct Actor {
    router: Router,
    cookies: Mutex<BTreeMap<String, String>>,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Actor {
    pub(super) fn new(router: Router) -> Self {
        Self { router, cookies: Mutex::default(), token: None }
    }

    /// A program that shows this token with every request.
    pub fn showing(mut self, token: &str) -> Self {
        self.token = Some(format!("Bearer {token}"));
        self
    }

    /// The same browser at another router.
    pub(super) fn at(&self, router: Router) -> Self {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { router, cookies: Mutex::new(cookies), token: self.token.clone() }
    }

    /// The `Cookie` header that this actor sends.
    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// One of this actor's cookies.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Puts a cookie into this actor's browser.
    pub fn put_cookie(&self, name: &str, value: &str) {
        self.keep(&format!("{name}={value}"));
    }

    /// Somebody with the same cookies: another tab before it has heard of new ones, or a thief.
    pub fn copy(&self) -> Self {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { router: self.router.clone(), cookies: Mutex::new(cookies), token: self.token.clone() }
    }

    /// Sends any request, with this actor's cookies unless it has some, and their token.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.entry(header::COOKIE).or_insert(self.cookie_header().parse().unwrap());
        if let Some(token) = &self.token {
            headers.insert(header::AUTHORIZATION, token.parse().unwrap());
        }
        self.send_as_is(request).await
    }

    /// Sends any request, with the cookies that it has.
    pub async fn send_as_is(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().entry(header::HOST).or_insert("tracker.test".parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn keep(&self, cookie: &str) {
        let (name, rest) = cookie.split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() || rest.contains("Max-Age=0") {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Calls a server function as a program does.
    pub async fn call(&self, function: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1/{function}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Sends a form as a browser without JavaScript does, from the page `from`.
    pub async fn form(&self, from: &str, function: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_qs::to_string(&fields.iter().copied().collect::<BTreeMap<_, _>>()).unwrap();
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1/{function}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::ORIGIN, "http://tracker.test")
            .header(header::REFERER, format!("http://tracker.test{from}"));
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends a form with files as a program does: texts, then each file with its name.
    pub async fn upload(&self, to: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        self.send(multipart(to).body(Body::from(multipart_body(fields, files))).unwrap()).await
    }

    /// The same as a browser without JavaScript does, from the page `from`.
    pub async fn upload_form(
        &self,
        from: &str,
        to: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let request = multipart(to)
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header(header::ORIGIN, "http://tracker.test")
            .header(header::REFERER, format!("http://tracker.test{from}"));
        self.send(request.body(Body::from(multipart_body(fields, files))).unwrap()).await
    }

    /// Fetches bytes; `headers` go along.
    pub async fn fetch(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (StatusCode, http::HeaderMap, Vec<u8>) {
        let mut request = Request::get(path)
            .header(header::COOKIE, self.cookie_header())
            .header(header::HOST, "tracker.test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, token);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }

    /// Attaches a file to an issue of `main`; gives its id.
    pub async fn attach(&self, key: &str, name: &str, bytes: &[u8]) -> i64 {
        let added = self.upload("files/upload", &[("org", "main"), ("key", key)], &[(name, bytes)]).await;
        added.json::<Value>()["files"][0]["id"].as_i64().unwrap()
    }

    /// Reports an issue in `main`; gives its key.
    pub async fn create_issue(&self, title: &str) -> String {
        let body = json!({ "org": "main", "project": "CORE", "title": title, "severity": "MEDIUM" });
        self.call("issues/create", body).await.json::<Value>()["key"].as_str().unwrap().to_owned()
    }

    /// Comments on an issue of `main`.
    pub async fn comment(&self, key: &str, body: &str) -> Answer {
        self.call("comments/add", json!({ "org": "main", "key": key, "body": body })).await
    }

    /// Moves an issue of `main`.
    pub async fn set_status(&self, key: &str, status: &str) -> Answer {
        self.call("issues/set_status", json!({ "org": "main", "key": key, "status": status })).await
    }
}

const BOUNDARY: &str = "----what-stands-between";

fn multipart(to: &str) -> http::request::Builder {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    Request::post(format!("/api/v1/{to}")).header(header::CONTENT_TYPE, kind)
}

fn multipart_body(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    for (name, bytes) in files {
        let name = name.replace('"', "%22");
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

impl Answer {
    /// Holds that it went well.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self
    }

    /// Holds that the body has a text.
    #[track_caller]
    pub fn contains(self, text: &str) -> Self {
        assert!(self.body.contains(text), "no “{text}” in {}", self.body);
        self
    }

    /// Holds that the body does not have a text.
    #[track_caller]
    pub fn lacks(self, text: &str) -> Self {
        assert!(!self.body.contains(text), "“{text}” is in {}", self.body);
        self
    }

    /// The body of an answer that went well, which is asked about more.
    #[track_caller]
    pub fn json_ref(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The body of an answer that went well.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The error of one that did not.
    #[track_caller]
    pub fn error(self) -> AppError {
        let problem: Problem =
            serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.body));
        assert_eq!(self.status.as_u16(), problem.status);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        problem.error
    }

    /// Where a redirect leads.
    #[track_caller]
    pub fn location(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.headers[header::LOCATION].to_str().unwrap().to_owned()
    }
}
