//! Everything with a socket, a clock, a file or SQL: it implements the ports of `app` and is the program `tracker`.
//!
//! A request goes `http` → server function in `app` → port → `services` → `storage`; a commit rings `live`, whose
//! tailer reads the log and tells the browsers; `worker` keeps what is derived from the log.

pub mod access;
pub mod cli;
pub mod config;
pub mod demo;
mod device;
pub mod doctor;
pub mod draw;
pub mod export;
pub mod factors;
pub mod fault;
pub mod files;
pub mod health;
pub mod http;
pub mod import;
pub mod insights;
pub mod limits;
pub mod live;
pub mod logging;
pub mod mail;
pub mod markdown;
pub mod metrics;
pub mod openapi;
pub mod passwords;
pub mod policy;
pub mod providers;
mod seal;
pub mod services;
pub mod session;
mod state;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tokens;
pub mod worker;

pub use state::{App, Settings, SystemClock};
