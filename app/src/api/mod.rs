//! The server functions: what the browser, a plain form and a program call, at `/api/v1/<noun>/<verb>`.
//!
//! Each is three lines: take the request's context, call one port, return. To add one, give it an explicit endpoint,
//! the protocol [`Api`], a [`Landing`] for its output, and look at the difference of the snapshot in `server`.

#![expect(
    missing_docs,
    reason = "the macro makes a struct of each function's arguments, which the function documents"
)]

mod accounts;
mod comments;
mod error;
mod factors;
mod insights;
mod issues;
mod landing;
mod protocol;
mod texts;
mod wire;

pub use accounts::*;
pub use comments::*;
pub use error::ApiError;
pub use factors::*;
pub use insights::*;
pub use issues::*;
pub use landing::Landing;
pub use protocol::{Api, ProblemJson};
pub use texts::*;
pub(crate) use wire::post;
