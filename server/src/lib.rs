//! Everything with a socket, a clock, a file or SQL: it implements the ports of `app` and is the program `tracker`.
//!
//! A request goes `http` → server function in `app` → port → `services` → `storage`; a commit rings `live`, whose
//! tailer reads the log and tells the browsers; `worker` keeps what is derived from the log.

pub mod cli;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod fault;
pub mod health;
pub mod http;
pub mod import;
pub mod live;
pub mod logging;
pub mod markdown;
pub mod metrics;
pub mod passwords;
pub mod policy;
pub mod services;
pub mod session;
mod state;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;
pub mod worker;

pub use state::{App, Settings, SystemClock};
