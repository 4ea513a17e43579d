//! No other site may change anything in somebody's name (CSRF): whatever is not a read must come from our own pages,
//! or from a program, which sends no `Origin` and no `Sec-Fetch-Site`. A token is nothing that a browser sends by itself,
//! so a request that has one may come from anywhere; its cookies do not count.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, Method, header};
use tracker_domain::error::AppError;

use super::{api, caller::bearer};
use crate::{App, Settings};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request that a browser marked comes from our own pages. Also asked before a WebSocket opens.
///
/// What a browser says has to be right in every header that it sends: one that cannot be read is not.
pub fn same_origin(settings: &Settings, headers: &HeaderMap) -> bool {
    let every = |name, right: &dyn Fn(&str) -> bool| {
        headers.get_all::<HeaderName>(name).iter().all(|value| value.to_str().is_ok_and(right))
    };
    every(FETCH_SITE, &|site| matches!(site, "same-origin" | "none"))
        && every(header::ORIGIN, &|origin| {
            origin == settings.public_url || same_host(settings, origin, headers)
        })
}

/// Whether a page is of the host that it sends to, under whatever name people reach it. Of two ports, neither is the
/// other's; and over TLS a page that came without it is anybody's who sits on the way.
fn same_host(settings: &Settings, origin: &str, headers: &HeaderMap) -> bool {
    let Some((scheme, from)) = origin.split_once("://") else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    Some(from) == host && (scheme == "https" || !settings.secure())
}

/// Refuses every change that another site sends.
pub(super) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && bearer(request.headers()).is_none() && !same_origin(&app.settings, request.headers()) {
        tracing::warn!(origin = ?request.headers().get(header::ORIGIN), "a change was sent by another site; if it is yours, set TRACKER_PUBLIC_URL");
        return api::problem(AppError::forbidden(
            "This was sent from another site. Open the tracker and try again there.",
        ));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;
    use http::HeaderValue;
    use tracker_domain::text::OrgSlug;

    /// A header as it was sent.
    type Sent = (&'static str, &'static [u8]);

    fn allowed(public_url: &str, sent: &[Sent]) -> bool {
        let org = OrgSlug::parse("main").unwrap();
        let settings = Settings {
            org,
            signup_open: true,
            verify: false,
            key_days: 30,
            public_url: public_url.to_owned(),
            limits: Limits::default(),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        same_origin(&settings, &headers)
    }

    const HOST: Sent = ("host", b"tracker.test");
    const TLS: &str = "https://tracker.test";
    const PLAIN: &str = "http://tracker.test";

    #[test]
    fn our_own_pages_and_programs_may_change_things() {
        assert!(allowed(TLS, &[]), "a program says nothing");
        assert!(allowed(TLS, &[HOST]));
        assert!(allowed(TLS, &[HOST, ("origin", b"https://tracker.test")]));
        assert!(allowed(
            TLS,
            &[HOST, ("origin", b"https://tracker.test"), ("sec-fetch-site", b"same-origin")]
        ));
        assert!(allowed(TLS, &[HOST, ("sec-fetch-site", b"none")]), "the address bar");
        assert!(
            allowed(TLS, &[("host", b"inner:8080"), ("origin", b"https://tracker.test")]),
            "behind a proxy"
        );
        assert!(
            allowed(TLS, &[("host", b"other.test"), ("origin", b"https://other.test")]),
            "another name of ours"
        );
        assert!(allowed(PLAIN, &[("host", b"[::1]:8080"), ("origin", b"http://[::1]:8080")]));
        assert!(
            allowed(PLAIN, &[HOST, ("origin", b"https://tracker.test")]),
            "a proxy that nobody told us of"
        );
    }

    #[test]
    fn nobody_else_may() {
        let evil: &[(&str, &[Sent])] = &[
            (TLS, &[HOST, ("origin", b"https://evil.example")]),
            (TLS, &[HOST, ("origin", b"null")]),
            (TLS, &[HOST, ("origin", b"")]),
            (TLS, &[HOST, ("origin", b"://tracker.test")]),
            (TLS, &[HOST, ("origin", b"https://tracker.test.evil.example")]),
            (TLS, &[HOST, ("origin", b"https://evil.example/https://tracker.test")]),
            (TLS, &[HOST, ("origin", b"https://TRACKER.test\xff")]),
            // Another scheme, port or sibling is another origin, though of the same site.
            (TLS, &[HOST, ("origin", b"http://tracker.test")]),
            (TLS, &[HOST, ("origin", b"https://tracker.test:8443")]),
            (TLS, &[HOST, ("origin", b"https://blog.tracker.test")]),
            (PLAIN, &[("host", b"[::1]:8080"), ("origin", b"http://[::1]:8081")]),
            (PLAIN, &[("host", b"[::1]:8080"), ("origin", b"http://[::2]:8080")]),
            (PLAIN, &[("host", b"localhost:8080"), ("origin", b"http://127.0.0.1:8080")]),
            // Each header is asked, and each time that it is there.
            (TLS, &[HOST, ("sec-fetch-site", b"cross-site")]),
            (TLS, &[HOST, ("sec-fetch-site", b"same-site")]),
            (TLS, &[HOST, ("sec-fetch-site", b"\xff")]),
            (TLS, &[HOST, ("origin", b"https://tracker.test"), ("sec-fetch-site", b"same-site")]),
            (TLS, &[HOST, ("origin", b"https://tracker.test"), ("origin", b"https://evil.example")]),
        ];
        for (public_url, sent) in evil {
            let said: Vec<_> =
                sent.iter().map(|(name, value)| (name, String::from_utf8_lossy(value))).collect();
            assert!(!allowed(public_url, sent), "{public_url}: {said:?}");
        }
    }
}
