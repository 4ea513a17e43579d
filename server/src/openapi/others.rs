//! What programs ask and is no server function: files on their way in and out. A route under `/api/` that is missing here
//! fails a test.

use schemars::SchemaGenerator;
use serde_json::{Value, json};
use tracker_domain::{
    attachment::FilesAdded,
    follow::{FollowLog, LogPage},
    id::IssueKey,
    text::OrgSlug,
};

use super::{arguments, describe::answers, errors, fields, who::Who};

/// The endpoint of the events, as the table of scopes and the lines of the fields have it.
pub(super) const EVENTS: &str = "events";

/// Routes under `/api/` that are for forms without JavaScript alone: a program uploads first and names the files then.
pub const FORMS_ONLY: &[&str] = &["/api/v1/files/comment", "/api/v1/files/issue"];

/// Path, method and operation of each.
pub(super) fn all(generator: &mut SchemaGenerator) -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("/api/v1/events", "get", events(generator)),
        ("/api/v1/files/upload", "post", upload(generator)),
        ("/{org}/files/{file}", "get", fetch("files_fetch", "A file", generator)),
        ("/{org}/files/{file}/small", "get", fetch("files_small", "A small picture of a file", generator)),
    ]
}

fn events(generator: &mut SchemaGenerator) -> Value {
    let page = generator.subschema_for::<LogPage>();
    json!({
        "operationId": "events_follow",
        "summary": "What happened after a position of the log",
        "description": format!(
            "{} A token needs the scope READ. With `Accept: text/event-stream` the answer goes on for as long as somebody \
             listens; the id of each event is its position.",
            Who::Member.sentence()
        ),
        "tags": ["events"],
        "security": [{ "bearer": [] }, { "cookie": [] }],
        "parameters": asked(generator),
        "responses": answers(true, false, json!({
            "description": "What happened, in order.",
            "content": {
                "application/json": { "schema": page },
                "text/event-stream": { "schema": { "type": "string" } },
            },
        })),
        "x-writes": false,
        "x-scope": "READ",
        "x-roles": { "ADMIN": "ALL", "MAINTAINER": "ALL", "REPORTER": "ALL" },
    })
}

fn asked(generator: &mut SchemaGenerator) -> Vec<Value> {
    let arguments = arguments::of::<FollowLog>().unwrap_or_default();
    let mut parameter = |argument: &arguments::Argument| {
        let bare = arguments::Argument { nullable: false, ..argument.clone() };
        let schema = fields::schema(EVENTS, &bare, generator)?;
        Some(json!({ "name": argument.name, "in": "query", "required": argument.required, "schema": schema }))
    };
    arguments.iter().filter_map(&mut parameter).collect()
}

fn upload(generator: &mut SchemaGenerator) -> Value {
    let added = generator.subschema_for::<FilesAdded>();
    let schema = json!({
        "type": "object",
        "properties": {
            "org": generator.subschema_for::<OrgSlug>(),
            "key": generator.subschema_for::<IssueKey>(),
            "files": { "type": "array", "minItems": 1, "items": { "type": "string", "contentMediaType": "application/octet-stream" } },
        },
        "required": ["org", "files"],
    });
    json!({
        "operationId": "files_upload",
        "summary": "Takes files",
        "description": "With `key` they are attached to that issue; without it they wait for the issue or the comment that \
                        names them in `files`. `org` and `key` come before the files. Who may comment on the issue may add \
                        files to it. A token needs the scope WRITE.",
        "tags": ["files"],
        "security": [{ "bearer": [] }, { "cookie": [] }],
        "requestBody": { "required": true, "content": { "multipart/form-data": { "schema": schema } } },
        "responses": answers(true, true, json!({
            "description": "They were taken.",
            "headers": errors::headers(&["Location"]),
            "content": { "application/json": { "schema": added } },
        })),
        "x-writes": true,
        "x-scope": "WRITE",
        "x-roles": { "ADMIN": "ALL", "MAINTAINER": "ALL", "REPORTER": "OWN" },
    })
}

fn fetch(id: &str, summary: &str, generator: &mut SchemaGenerator) -> Value {
    let bytes = json!({ "*/*": {} });
    let mut responses = answers(true, false, json!({ "description": "The file.", "content": bytes }));
    responses["206"] = json!({ "description": "The part that `Range` asks for.", "content": bytes });
    responses["304"] = json!({ "description": "The file that `If-None-Match` names is still the same." });
    responses["307"] = json!({ "description": "It is elsewhere, at a link that is good for a minute." });
    responses["416"] = json!({ "description": "The file has no such part." });
    json!({
        "operationId": id,
        "summary": summary,
        "description": "Whoever sees its issue may, as long as it is not being checked. A token needs the scope READ.",
        "tags": ["files"],
        "security": [{ "bearer": [] }, { "cookie": [] }],
        "parameters": [
            { "name": "org", "in": "path", "required": true, "schema": generator.subschema_for::<OrgSlug>() },
            { "name": "file", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[1-9][0-9]*$" } },
        ],
        "responses": responses,
        "x-writes": false,
        "x-scope": "READ",
        "x-roles": { "ADMIN": "ALL", "MAINTAINER": "ALL", "REPORTER": "OWN" },
    })
}
