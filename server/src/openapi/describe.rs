//! The description put together.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, sync::LazyLock};
use tracker_domain::account::IdempotencyKey;

use super::{
    errors::{self, Refusal},
    fields, others,
    table::{Row, rows},
    who::{Power, Who},
};
use crate::http::{Need, need};

/// What the API is, in a few sentences; the guide has the rest.
const ABOUT: &str = "The functions that the pages themselves call. Each takes a form or a JSON body by POST and answers \
                     JSON, or a problem document (RFC 9457). How to get a token, query, page, retry and follow the events \
                     is told at /docs.";

/// What every function can answer.
const COMMON: &[Refusal] = &[
    errors::UNAUTHENTICATED,
    errors::FORBIDDEN,
    errors::INVALID,
    errors::TOO_MANY,
    errors::UNREADABLE,
    errors::TIMEOUT,
    errors::TOO_LARGE,
    errors::MEDIA_TYPE,
    errors::INTERNAL,
    errors::UNAVAILABLE,
];

/// Arguments that name something, which may not be there.
const NAMES: &[&str] = &["org", "key", "id", "member", "team", "service", "passkey", "provider", "file"];

/// What the names of arguments end with among the schemas.
pub(super) const BODY: &str = "_body";

static DESCRIPTION: LazyLock<Value> = LazyLock::new(build);

/// The whole document.
pub fn description() -> &'static Value {
    &DESCRIPTION
}

fn build() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .for_serialize();
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> =
        rows().map(|row| (row.path.to_owned(), json!({ "post": operation(row, &mut generator) }))).collect();
    for (path, method, operation) in others::all(&mut generator) {
        paths.insert(path.to_owned(), json!({ method: operation }));
    }
    let bodies: Map<String, Value> =
        rows().map(|row| (body_name(row), arguments(row, &mut generator))).collect();
    let responses: Map<String, Value> =
        errors::ALL.iter().map(|error| (error.name.to_owned(), error.response(&mut generator))).collect();
    let key = generator.subschema_for::<IdempotencyKey>();
    let mut schemas = generator.take_definitions(true);
    schemas.values_mut().for_each(unlinked);
    schemas.extend(bodies);
    let nouns: BTreeSet<_> = rows().map(Row::noun).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Issues & Insights",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "This installation" }],
        "tags": nouns.iter().map(|noun| json!({ "name": noun })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "securitySchemes": schemes(),
            "parameters": { "IdempotencyKey": idempotency(&json!(key)) },
            "headers": headers(),
            "responses": responses,
            "schemas": schemas,
        },
    })
}

/// Comments of the source link to other parts of it; here these are words.
fn unlinked(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(about)) = members.get_mut("description") {
                *about = about.replace("[`", "`").replace("`]", "`").replace('\n', " ");
            }
            members.values_mut().for_each(unlinked);
        }
        Value::Array(items) => items.iter_mut().for_each(unlinked),
        _ => {}
    }
}

fn operation(row: &Row, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": id(row),
        "summary": row.summary,
        "description": format!("{} {}", row.who.sentence(), token(row)),
        "tags": [row.noun()],
        "security": security(row),
        "requestBody": body(row),
        "responses": responses(row, generator),
        "x-writes": row.writes,
        "x-scope": scope(row),
        "x-roles": roles(row),
    });
    if row.writes {
        operation["parameters"] = json!([{ "$ref": "#/components/parameters/IdempotencyKey" }]);
    }
    operation
}

/// Its name in programs that are generated from the description.
fn id(row: &Row) -> String {
    row.endpoint().replace('/', "_")
}

fn token(row: &Row) -> String {
    scope(row).as_str().map_or_else(
        || "No token may: it takes a person, signed in by a browser.".to_owned(),
        |scope| format!("A token needs the scope {scope}."),
    )
}

/// The scope that a token needs; null when no token may.
fn scope(row: &Row) -> Value {
    match need(row.endpoint()) {
        Some(Need::Scope(scope)) => json!(scope),
        Some(Need::Person) | None => Value::Null,
    }
}

fn roles(row: &Row) -> Value {
    let word = |power| if power == Power::Own { "OWN" } else { "ALL" };
    row.who.roles().into_iter().map(|(role, power)| (role.word().to_owned(), json!(word(power)))).collect()
}

fn security(row: &Row) -> Value {
    let cookie = json!({ "cookie": [] });
    match (row.who, scope(row)) {
        (Who::Anybody, _) => json!([{}]),
        (_, Value::Null) => json!([cookie]),
        _ => json!([{ "bearer": [] }, cookie]),
    }
}

/// Where a function's arguments stand among the schemas.
pub(super) fn body_name(row: &Row) -> String {
    format!("{}{BODY}", id(row))
}

fn arguments(row: &Row, generator: &mut SchemaGenerator) -> Value {
    let arguments = (row.arguments)().unwrap_or_default();
    let required: Vec<_> = arguments.iter().filter(|a| a.required).map(|a| a.name).collect();
    let properties: Map<String, Value> = arguments
        .iter()
        .filter_map(|a| Some((a.name.to_owned(), fields::schema(row.endpoint(), a, generator)?)))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn body(row: &Row) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{}", body_name(row)) });
    let example: Value = serde_json::from_str(row.example).unwrap_or_default();
    let content = json!({ "schema": schema, "example": example });
    json!({
        "required": true,
        "content": { "application/json": content, "application/x-www-form-urlencoded": content },
    })
}

fn responses(row: &Row, generator: &mut SchemaGenerator) -> Value {
    let schema = (row.answer)(generator);
    let mut done =
        json!({ "description": "It was done.", "content": { "application/json": { "schema": schema } } });
    let location: &[&str] = if row.writes { &["Location"] } else { &[] };
    done["headers"] = errors::headers(&[location, &["RateLimit", "RateLimit-Policy"]].concat());
    let named = (row.arguments)().is_ok_and(|all| all.iter().any(|a| NAMES.contains(&a.name)));
    answers(named, row.writes, done)
}

/// What was done, and what can be refused: something may be named that is not there, or written that somebody else wrote.
pub(super) fn answers(names: bool, writes: bool, done: Value) -> Value {
    let mut responses = Map::from_iter([("200".to_owned(), done)]);
    let more = [(names, errors::NOT_FOUND), (writes, errors::CONFLICT)];
    let more = more.iter().filter(|(has, _)| *has).map(|(_, error)| error);
    responses.extend(COMMON.iter().chain(more).map(|error| (error.status(), error.reference())));
    Value::Object(responses)
}

fn schemes() -> Value {
    json!({
        "bearer": {
            "type": "http", "scheme": "bearer", "bearerFormat": "trk_…",
            "description": "A token, made at /{org}/settings/tokens.",
        },
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": "access",
            "description": "The session of a browser; it needs an Origin of this installation.",
        },
    })
}

fn idempotency(schema: &Value) -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false, "schema": schema,
        "description": "The sender's name for this write: sent again with it within a day, it is done once.",
    })
}

fn headers() -> Value {
    let text = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    json!({
        "Location": text("The page of what was done."),
        "RateLimit": text("What is left of each limit: `r` requests, whole again in `t` seconds (draft-ietf-httpapi-ratelimit-headers)."),
        "RateLimit-Policy": text("The limits: `q` requests in `w` seconds."),
        "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 1 } },
        "WWW-Authenticate": text("Bearer."),
    })
}
