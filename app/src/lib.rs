//! The pages of the tracker: components, the signatures of the server functions, and the ports that those call.
//!
//! Nothing here knows axum or SQL. The same code renders on the server (`ssr`) and runs in the browser (`hydrate`);
//! the ports are the only module that exists on one side alone.

// A page is one nested type; the compiler's usual depth does not reach its leaves.
#![recursion_limit = "256"]

pub mod api;
pub mod features;
pub mod live;
#[cfg(feature = "ssr")]
pub mod ports;
pub mod root;
pub mod ui;

pub use root::{App, shell};
