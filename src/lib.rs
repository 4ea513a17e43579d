//! What the tracker is: the words and rules of issues, people and numbers.
//!
//! Pure on purpose: no I/O, no clock, no framework, no SQL, so that the same rule runs in the server, in the browser
//! and in a property test. One module a noun; `workflow`, `policy`, `event` and `live` are the rules between them.
//!
//! To add a noun, write its validated newtypes, its commands (what a person asks for) and its views (what they get
//! back) here first, then follow the same name through `app` and `server`.

pub mod account;
pub mod attachment;
pub mod audit;
pub mod comment;
pub mod error;
pub mod event;
pub mod factor;
pub mod follow;
pub mod id;
pub mod insight;
pub mod invitation;
pub mod issue;
pub mod link;
pub mod live;
pub mod member;
pub mod org;
pub mod page;
pub mod policy;
pub mod profile;
pub mod project;
pub mod provider;
pub mod query;
#[cfg(feature = "schema")]
pub mod schema;
pub mod search;
pub mod session;
pub mod tag;
pub mod team;
pub mod text;
pub mod time;
pub mod token;
pub mod words;
pub mod workflow;
