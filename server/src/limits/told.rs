//! What programs are told of the limits, so that they need not run into them: `RateLimit-Policy` and `RateLimit`, as the
//! IETF's draft-ietf-httpapi-ratelimit-headers-10 has them.

use http::{HeaderName, HeaderValue, Response};
use std::{fmt, time::Duration};
use tracker_domain::error::AppError;

/// How many may be asked in which time.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How much of that is left.
pub const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// How much of one limit is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    name: &'static str,
    quota: u32,
    window: u32,
    remaining: u32,
    /// Seconds until all of it is there again; when there is nothing left, until something is.
    reset: u32,
}

/// What a limit says of one request.
#[derive(Debug)]
pub struct Counted {
    /// How much is left; `None` when there is no limit.
    pub left: Option<Left>,
    /// Whether the request may go on.
    pub outcome: Result<(), AppError>,
}

impl Counted {
    /// There is no limit.
    pub(super) const fn free() -> Self {
        Self { left: None, outcome: Ok(()) }
    }
}

impl Left {
    pub(super) fn full(name: &'static str, quota: u32, within: Duration) -> Self {
        let window = u32::try_from(within.as_secs()).unwrap_or(u32::MAX);
        Self { name, quota, window, remaining: quota, reset: 0 }
    }

    pub(super) fn after(&self, remaining: u32) -> Self {
        let used = u64::from(self.quota.saturating_sub(remaining)) * u64::from(self.window);
        let reset = u32::try_from(used.div_ceil(u64::from(self.quota.max(1)))).unwrap_or(u32::MAX);
        Self { remaining, reset, ..self.clone() }
    }

    pub(super) fn until(&self, retry_after: u32) -> Self {
        Self { remaining: 0, reset: retry_after, ..self.clone() }
    }

    /// The limit itself.
    pub fn policy(&self) -> String {
        format!("\"{}\";q={};w={}", self.name, self.quota, self.window)
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\";r={};t={}", self.name, self.remaining, self.reset)
    }
}

/// Writes what is left of each limit that was asked onto an answer.
pub fn tell<B>(response: &mut Response<B>, limits: &[Left]) {
    if limits.is_empty() {
        return;
    }
    let list = |each: &dyn Fn(&Left) -> String| limits.iter().map(each).collect::<Vec<_>>().join(", ");
    for (name, text) in [(POLICY, list(&Left::policy)), (STATE, list(&Left::to_string))] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(name, value);
        }
    }
}
