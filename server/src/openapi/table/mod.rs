//! One row a server function: what no type can say of it. A new function is one row of its noun's file.
//!
//! The example must work: `server/tests/it/openapi.rs` sends each to an installation with Ana (ADMIN, 1), Ben (REPORTER,
//! 2), Max (MAINTAINER, 3), an issue `CORE-1` of Ben's, a team `web` and one invitation, as Ana.

mod accounts;
mod factors;
mod issues;
mod settings;

use leptos::server_fn::ServerFn;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use super::{
    PREFIX,
    arguments::{self, Argument, Unread},
    who::Who,
};

/// A server function.
pub struct Row {
    /// Its path.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Who may call it.
    pub who: Who,
    /// Whether it changes something.
    pub writes: bool,
    /// What it takes.
    pub arguments: fn() -> Result<Vec<Argument>, Unread>,
    /// What it answers.
    pub answer: fn(&mut SchemaGenerator) -> Schema,
    /// A body, as JSON.
    pub example: &'static str,
}

impl Row {
    /// Its path after the prefix, as `<noun>/<verb>`.
    pub fn endpoint(&self) -> &'static str {
        self.path.strip_prefix(PREFIX).unwrap_or(self.path)
    }

    /// The first part of that.
    pub fn noun(&self) -> &'static str {
        self.endpoint().split_once('/').map_or("", |(noun, _)| noun)
    }
}

const fn row<F>(summary: &'static str, who: Who, writes: bool, example: &'static str) -> Row
where
    F: ServerFn<Output: JsonSchema> + DeserializeOwned,
{
    let answer = SchemaGenerator::subschema_for::<F::Output>;
    Row { path: F::PATH, summary, who, writes, arguments: arguments::of::<F>, answer, example }
}

const fn reads<F>(summary: &'static str, who: Who, example: &'static str) -> Row
where
    F: ServerFn<Output: JsonSchema> + DeserializeOwned,
{
    row::<F>(summary, who, false, example)
}

const fn writes<F>(summary: &'static str, who: Who, example: &'static str) -> Row
where
    F: ServerFn<Output: JsonSchema> + DeserializeOwned,
{
    row::<F>(summary, who, true, example)
}

/// All of them.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [issues::ROWS, settings::ROWS, accounts::ROWS, factors::ROWS].into_iter().flatten()
}
