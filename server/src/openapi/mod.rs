//! The description of the API, OpenAPI 3.1, at `/api/openapi.json`: generated from the server functions and their types.
//!
//! What a function takes is read off its arguments ([`arguments`]), what it answers off its answer's type, what a token
//! needs off the scopes, who may call it off the policy. Only what no type can say is written down: one row a function
//! in [`table`], one line an argument in [`fields`]. A test fails for a function without a row, and shows every change.

pub mod arguments;
mod describe;
mod errors;
mod fields;
mod guide;
mod others;
mod table;
mod who;

pub use describe::description;
pub use guide::{GUIDE, page};
pub use others::FORMS_ONLY;
pub use table::{Row, rows};
pub use who::{Power, Who};

/// What the paths of all functions begin with.
pub const PREFIX: &str = "/api/v1/";
