//! Integration tests: the real router on a real PostgreSQL. One file a noun or rule; the harness is `server::testing`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod accounts;
mod admin;
mod audit;
mod comments;
mod demo;
mod doctor;
mod explain;
mod export;
mod factors;
mod forms;
mod health;
mod import;
mod invitations;
mod issues;
mod limits;
mod list;
mod live;
mod mail;
mod members;
mod pages;
mod passwords;
mod projects;
mod providers;
mod query;
mod refusals;
mod search;
mod search_box;
mod sessions;
mod several_orgs;
mod stats;
mod structure;
mod teams;
mod tokens;
mod transactions;
mod walls;
