//! What every path answers to everybody. The paths are those that the program really has, the expected answers are the
//! policy's own: a path without a row, and an answer that the policy does not give, fail. The tables are printed too, so
//! that a change of either is read by somebody.
//!
//! A new path is a row of [`table`], a new kind of asker is a row of [`cast`].

pub mod cast;
pub mod table;

use cast::{Asker, Outcome, Standing, cast};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fmt::Write};
use table::{DOWNLOADS, FEEDS, MACHINES, PAGES, Rule, UPLOADS, Words, calls};
use tracker_domain::policy::Action;

/// The server functions that the program has.
pub fn functions() -> BTreeSet<&'static str> {
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.strip_prefix("/api/v1/").unwrap())
        .collect()
}

/// What a function is called with about an issue.
pub fn body(function: &str, org: &str, key: &str) -> Value {
    let call = calls().find(|call| call.function == function).unwrap();
    let text = |text: &str| text.to_owned();
    let words = Words {
        org: text(org),
        project: text("CORE"),
        key: text(key),
        word: text("breaks"),
        tag: text("ui-tag"),
        name: text("Max"),
        address: text("max"),
        person: text("0"),
        flash: text("none"),
        file: text("0"),
    };
    (call.bodies)(&words).swap_remove(0)
}

/// Holds that what there is and what has a row are the same.
fn held_to(there: &BTreeSet<String>, rows: BTreeSet<String>, what: &str) {
    let missing: Vec<_> = there.difference(&rows).collect();
    let gone: Vec<_> = rows.difference(there).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "{what} of server/tests/it/refusals/table.rs: add a row for {missing:?} (who may take it, and what it is asked \
         with), remove those of {gone:?}"
    );
}

/// Fails when a path of the program has no row.
pub fn every_path_has_a_row(routes: &BTreeSet<String>) {
    held_to(
        &functions().into_iter().map(str::to_owned).collect(),
        calls().map(|call| call.function.to_owned()).collect(),
        "CALLS of a file in table/",
    );
    let pages: BTreeSet<String> = server::http::page_paths().into_iter().collect();
    held_to(&pages, PAGES.iter().map(|page| page.path.to_owned()).collect(), "PAGES");
    let feeds = FEEDS.iter().map(|feed| format!("/api/v1/{}", feed.function));
    let named = DOWNLOADS.iter().map(|page| page.path.to_owned()).chain(feeds).chain(pages).collect();
    let mut machines: BTreeSet<String> = routes.difference(&named).cloned().collect();
    assert!(machines.remove("/api/v1/{noun}/{verb}"), "the functions");
    assert!(named.is_subset(routes), "a download is gone: {named:?}");
    held_to(
        &machines,
        MACHINES.iter().map(|(route, ..)| *route).chain(UPLOADS.iter().copied()).map(str::to_owned).collect(),
        "MACHINES, UPLOADS or DOWNLOADS",
    );
}

#[tokio::test]
async fn every_path_of_the_program_has_a_row() {
    every_path_has_a_row(&server::testing::TestApp::start().await.routes());
}

/// One line a path, one column an asker.
fn printed(head: &[Asker], rows: &[(String, Vec<String>)]) -> String {
    let columns: Vec<_> = head.iter().map(|asker| asker.name.len().max(4) + 2).collect();
    let mut table = format!("{:28}", "");
    for (asker, width) in head.iter().zip(&columns) {
        write!(table, "{:width$}", asker.name).unwrap();
    }
    for (path, answers) in rows {
        write!(table, "\n{path:28}").unwrap();
        for (answer, width) in answers.iter().zip(&columns) {
            write!(table, "{answer:width$}").unwrap();
        }
    }
    table.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_function_answers_everybody_as_the_policy_says() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let mut rows = Vec::new();
    for call in calls() {
        let body = (call.bodies)(&words).swap_remove(0);
        let mut answers = Vec::new();
        for Asker { name, standing, actor } in &cast {
            // Whoever signs in or out is somebody else afterwards.
            let leaves = call.rule == Rule::Anybody || call.function.contains("/sign_out");
            if leaves && !matches!(standing, Standing::Nobody | Standing::Token(..)) {
                answers.push("·".to_owned());
                continue;
            }
            let anybody = stage.app.anon();
            let asking = if matches!(standing, Standing::Nobody) { &anybody } else { actor };
            let answer = asking.call(call.function, body.clone()).await;
            let expected = standing.status(call);
            assert_eq!(answer.status.as_u16(), expected, "{} to {name}: {}", call.function, answer.body);
            answers.push(expected.to_string());
        }
        rows.push((call.function.to_owned(), answers));
    }
    insta::assert_snapshot!(printed(&cast, &rows));
}

#[tokio::test]
async fn every_feed_answers_everybody_as_the_policy_says() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    for feed in FEEDS {
        for Asker { name, standing, actor } in &cast {
            let answer = actor.get(&feed.addresses(&words).swap_remove(0)).await;
            assert_eq!(
                answer.status.as_u16(),
                standing.status(feed),
                "{} to {name}: {}",
                feed.function,
                answer.body
            );
            let sees = match standing {
                Standing::Token(person, _) => person.outcome(Rule::Issue(Action::See)),
                own => own.outcome(Rule::Issue(Action::See)),
            };
            assert_eq!(answer.body.contains("Of Ben"), sees == Outcome::Done, "{} to {name}", feed.function);
        }
    }
}

#[tokio::test]
async fn every_page_answers_everybody_as_the_policy_says() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let mut rows = Vec::new();
    for page in PAGES.iter().chain(DOWNLOADS) {
        let path = page.addresses(&words).swap_remove(0);
        let mut answers = Vec::new();
        for Asker { name, standing, actor } in &cast {
            let answer = actor.get(&path).await;
            let to = answer.headers.get(header::LOCATION).map(|to| to.to_str().unwrap());
            let status = answer.status.as_u16();
            let outcome = standing.outcome_of(page);
            let right = match outcome {
                // Those who are in already are sent on from the doors.
                Outcome::Done if page.rule == Rule::Anybody => {
                    status == page.done || to.is_some_and(|to| to.starts_with('/'))
                }
                Outcome::Done => status == page.done,
                Outcome::Refused => status == 403,
                Outcome::Hidden => status == 404,
                Outcome::SignIn => (status, to) == (303, Some("/login")) || status == 401,
            };
            assert!(right, "{path} to {name}: {status} {to:?}");
            let sees = page.programs.is_some() && outcome == Outcome::Done
                || standing.outcome(Rule::Issue(Action::See)) == Outcome::Done;
            assert!(sees || !answer.body.contains("Of Ben"), "{path} shows an issue to {name}");
            answers.push(to.map_or_else(|| status.to_string(), ToOwned::to_owned));
        }
        rows.push((page.path.to_owned(), answers));
    }
    insta::assert_snapshot!(printed(&cast, &rows));
}

#[tokio::test]
async fn every_route_for_machines_answers_everybody_the_same() {
    let (_stage, cast) = cast().await;
    for (_, path, status) in MACHINES {
        for Asker { name, actor, .. } in &cast {
            let answer = actor.get(path).await;
            assert_eq!(answer.status.as_u16(), *status, "{path} to {name}");
            assert!(!answer.body.contains("Of Ben"), "{path} shows an issue to {name}");
        }
    }
}

#[tokio::test]
async fn no_path_does_anything_by_another_method() {
    let (stage, cast) = cast().await;
    let words = stage.words().await;
    let functions = calls().map(|call| format!("/api/v1/{}", call.function));
    let paths = PAGES.iter().chain(DOWNLOADS).map(|page| page.addresses(&words).swap_remove(0));
    let feeds = FEEDS.iter().map(|feed| feed.addresses(&words).swap_remove(0));
    let machines = MACHINES.iter().map(|(_, path, _)| (*path).to_owned()).chain(feeds);
    let admin = &cast[0].actor;
    for (path, posts) in functions
        .map(|path| (path, true))
        .chain(UPLOADS.iter().map(|path| ((*path).to_owned(), true)))
        .chain(paths.chain(machines).map(|path| (path, false)))
    {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
        {
            if posts == (method == Method::POST) || (!posts && method == Method::GET) {
                continue;
            }
            let request = Request::builder().method(method.clone()).uri(&path).body("{}".into()).unwrap();
            let answer = admin.send(request).await;
            let nothing = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND];
            assert!(nothing.contains(&answer.status), "{method} {path}: {}", answer.status);
            assert!(!answer.body.contains("Of Ben"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn no_function_answers_500_to_nonsense() {
    let (_stage, cast) = cast().await;
    let admin = &cast[0].actor;
    // Whoever signs out is nobody afterwards.
    let (last, first): (Vec<_>, Vec<_>) =
        functions().into_iter().partition(|name| name.contains("/sign_out"));
    for function in first.into_iter().chain(last) {
        for nonsense in [json!({}), json!([]), json!(7), json!({ "org": 7, "key": [], "title": null })] {
            let status = admin.call(function, nonsense).await.status;
            assert!(status.is_client_error() || status == StatusCode::OK, "{function}: {status}");
        }
    }
    assert_eq!(admin.call("no/such", json!({})).await.status, StatusCode::NOT_FOUND);
}
