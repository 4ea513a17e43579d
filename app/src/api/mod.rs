//! The server functions: what the browser, a plain form and a program call, at `/api/v1/<noun>/<verb>`.
//!
//! Each is three lines: take the request's context, call one port, return. To add one, give it an explicit endpoint,
//! the protocol [`Api`], a [`Landing`] for its output, and look at the difference of the snapshot in `server`.

#![expect(
    missing_docs,
    reason = "the macro makes a struct of each function's arguments, which the function documents"
)]

mod accounts;
mod audit;
mod comments;
mod error;
mod factors;
mod files;
mod input;
mod insights;
mod invitations;
mod issues;
mod landing;
mod links;
mod members;
mod profile;
mod projects;
mod protocol;
mod providers;
mod sessions;
mod teams;
mod texts;
mod tokens;
mod wire;

pub use accounts::*;
pub use audit::*;
pub use comments::*;
pub use error::ApiError;
pub use factors::*;
pub use files::*;
pub use input::{fields, from_form};
pub use insights::*;
pub use invitations::*;
pub use issues::*;
pub use landing::Landing;
pub use links::*;
pub use members::*;
pub use profile::*;
pub use projects::*;
pub use protocol::{Api, ProblemJson};
pub use providers::*;
pub use sessions::*;
pub use teams::*;
pub use texts::*;
pub use tokens::*;
pub(crate) use wire::post;
