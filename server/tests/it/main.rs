//! Integration tests: the real router on a real PostgreSQL. One file a noun or rule; the harness is `server::testing`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod accounts;
mod admin;
mod comments;
mod demo;
mod doctor;
mod explain;
mod export;
mod forms;
mod headers;
mod health;
mod import;
mod issues;
mod leaks;
mod list;
mod live;
mod pages;
mod query;
mod refusals;
mod search;
mod search_box;
mod secrets;
mod stats;
mod structure;
mod transactions;
mod walls;
