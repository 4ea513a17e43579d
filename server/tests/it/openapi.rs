//! The description of the API is the API: every function is in it, what it says of each is what the others tests hold,
//! every example does what it says, and every line of the guide works.

mod guide;

use futures::{StreamExt, stream};
use serde_json::{Value, json};
use server::{
    http::{Need, need},
    openapi::{FORMS_ONLY, Row, Who, description, rows},
    testing::{Actor, TestApp},
};
use std::collections::{BTreeMap, BTreeSet};
use tracker_domain::org::Role;

use crate::refusals::table::{Rule, calls};

/// What of the document a schema needs to be understood by itself, and the schema.
fn standing_alone(schema: &Value) -> Value {
    json!({ "components": { "schemas": description()["components"]["schemas"] }, "allOf": [schema] })
}

fn validator(schema: &Value) -> jsonschema::Validator {
    let schema = standing_alone(schema);
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn holds(schema: &Value, value: &Value, what: &str) {
    let wrong: Vec<_> = validator(schema)
        .iter_errors(value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{what}: {wrong:#?} in {value:#}");
}

#[test]
fn every_function_is_described_and_nothing_else() {
    let functions: BTreeSet<_> =
        leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let described: BTreeSet<_> = rows().map(|row| row.path.to_owned()).collect();
    assert_eq!(functions, described);
    assert_eq!(rows().count(), described.len(), "a function has two rows");
}

#[tokio::test]
async fn every_other_route_of_the_api_is_described() {
    let routes = TestApp::start().await.routes();
    let ours = ["/api/openapi.json", "/api/v1/{noun}/{verb}"];
    for path in routes.iter().filter(|path| path.starts_with("/api/") && !ours.contains(&path.as_str())) {
        let described = !description()["paths"][path].is_null();
        assert!(described != FORMS_ONLY.contains(&path.as_str()), "{path}");
    }
}

#[test]
fn what_is_said_of_a_function_is_what_is_tested_of_it() {
    let tested: BTreeMap<_, _> = calls().map(|call| (call.function, call)).collect();
    for row in rows() {
        let call = tested[row.endpoint()];
        let rule = match row.who {
            Who::Anybody => Rule::Anybody,
            Who::SignedIn => Rule::SignedIn,
            Who::Waiting => Rule::Waiting,
            Who::Member => Rule::Member,
            Who::Issue(action) => Rule::Issue(action),
            Who::Org(action) => Rule::Org(action),
        };
        assert_eq!((rule, row.writes), (call.rule, call.writes), "{}", row.path);
        let said = &description()["paths"][row.path]["post"]["x-scope"];
        let needed = match need(row.endpoint()).unwrap() {
            Need::Scope(scope) => json!(scope),
            Need::Person => Value::Null,
        };
        assert_eq!(said, &needed, "{}", row.path);
    }
}

#[test]
fn the_description_does_not_change_unnoticed() {
    insta::assert_snapshot!(serde_json::to_string_pretty(description()).unwrap());
}

/// Every `$ref` under a value.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_can_be_read() {
    let mut found = BTreeSet::new();
    references(description(), &mut found);
    assert!(found.len() > 50, "{found:?}");
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description().pointer(pointer).is_some(), "{reference}");
    }
    for (name, schema) in description()["components"]["schemas"].as_object().unwrap() {
        validator(schema);
        let used = found.contains(format!("#/components/schemas/{name}").as_str());
        assert!(used, "nobody needs the schema {name}");
    }
}

#[test]
fn every_example_of_an_error_is_one() {
    for (name, response) in description()["components"]["responses"].as_object().unwrap() {
        let content = &response["content"]["application/problem+json"];
        for example in content["examples"].as_object().unwrap().values() {
            holds(&content["schema"], &example["value"], name);
        }
    }
}

/// What examples answer that cannot succeed: they need a secret that was mailed, a device, or a provider.
const REFUSED: &[(&str, u16)] = &[
    ("accounts/accept_invitation", 422),
    ("accounts/ask_passkey", 403),
    ("accounts/confirm", 422),
    ("accounts/give_code", 401),
    ("accounts/give_passkey", 403),
    ("accounts/reset_password", 422),
    ("accounts/second_step", 401),
    ("factors/add_passkey", 403),
    ("factors/begin_passkey", 403),
    ("factors/confirm_totp", 403),
    ("factors/rename_passkey", 404),
    ("factors/renew_codes", 403),
    ("files/hide", 404),
    ("files/remove", 404),
    ("providers/link", 404),
];

/// An installation as `server/src/openapi/table/mod.rs` says.
async fn world() -> (TestApp, Actor) {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    app.member("Max", Role::Maintainer).await;
    ben.create_issue("Checkout fails").await;
    let of = |more: Value| {
        let mut body = json!({ "org": "main" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    ana.call("teams/create", of(json!({ "name": "Web", "slug": "web" }))).await.ok();
    ana.call("teams/add_person", of(json!({ "team": "web", "person": "ben@example.org" }))).await.ok();
    ana.call("members/invite", of(json!({ "email": "kim@example.org", "role": "REPORTER" }))).await.ok();
    ana.call("services/create", of(json!({ "called": "Build", "role": "REPORTER" }))).await.ok();
    ana.call("tokens/create", of(json!({ "name": "CI", "read": true }))).await.ok();
    (app, ana)
}

async fn execute(row: &'static Row) -> (&'static str, u16) {
    let (_app, ana) = world().await;
    // Whoever is let in again was shut out before.
    if row.endpoint() == "members/enable" {
        ana.call("members/disable", json!({ "org": "main", "member": "2" })).await.ok();
    }
    let body: Value = serde_json::from_str(row.example).unwrap();
    let operation = &description()["paths"][row.path]["post"];
    holds(&operation["requestBody"]["content"]["application/json"]["schema"], &body, row.path);
    let answer = ana.call(row.endpoint(), body).await;
    let status = answer.status.as_u16();
    let said = &operation["responses"][status.to_string()];
    assert!(!said.is_null(), "{} answers {status}: {}", row.path, answer.body);
    let said = said["$ref"].as_str().map_or(said, |at| description().pointer(&at[1..]).unwrap());
    let kind = answer.headers["content-type"].to_str().unwrap();
    holds(&said["content"][kind]["schema"], &serde_json::from_str(&answer.body).unwrap(), row.path);
    (row.endpoint(), status)
}

#[tokio::test]
async fn every_example_does_what_the_description_says() {
    let done: Vec<_> = stream::iter(rows()).map(execute).buffer_unordered(4).collect().await;
    let refused: BTreeSet<_> = done.into_iter().filter(|(_, status)| *status != 200).collect();
    assert_eq!(refused, REFUSED.iter().copied().collect());
}

#[tokio::test]
async fn the_description_and_its_page_are_everybodys() {
    let app = TestApp::start().await;
    let served = app.anon().get("/api/openapi.json").await.ok();
    assert_eq!(served.headers["content-type"], "application/json");
    assert_eq!(&served.json::<Value>(), description());
    let page = app.anon().get("/docs").await.ok().contains("idempotency_key").contains("/docs/try").body;
    for row in rows() {
        assert!(page.contains(&format!("{}</h3>", row.endpoint())), "{}", row.path);
    }
    app.anon().get("/docs/try").await.ok().contains("/docs/swagger-ui-bundle.js").contains("<noscript>");
}
