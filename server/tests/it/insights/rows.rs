//! Every number of the page is a link, and its list has so many rows.

use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use std::collections::BTreeSet;
use tracker_domain::insight::{Chart, Count};

use super::{
    history::{Chance, history, write},
    reference::team,
};

/// The links behind numbers of a page, each with its text.
fn links(page: &str) -> Vec<(String, String)> {
    page.split("<a ")
        .skip(1)
        .filter_map(|link| {
            let (tag, rest) = link.split_once('>')?;
            let href = tag.split_once("href=\"")?.1.split_once('"')?.0.replace("&amp;", "&");
            let text = rest.split_once("</a>")?.0.replace("<!>", "");
            href.starts_with("/main/insights/rows?").then_some((href, text))
        })
        .collect()
}

/// What a link asks of the API.
fn asked(href: &str) -> Value {
    let mut body = json!({ "org": "main" });
    for pair in href.split_once('?').unwrap().1.split('&') {
        let (name, value) = pair.split_once('=').unwrap();
        let value = value.replace("%3A", ":").replace("%20", " ").replace("%3E", ">").replace("%3D", "=");
        body[name] = json!(value);
    }
    body
}

/// How many rows a list says that it has, and how many there are when all of its pages are read.
async fn counted(actor: &Actor, href: &str) -> (i64, i64) {
    let (mut body, mut rows) = (asked(href), 0);
    loop {
        let page: Value = actor.call("insights/rows", body.clone()).await.json();
        rows += page["view"]["rows"].as_array().unwrap().len() as i64;
        match page["view"]["next"].as_str() {
            Some(next) => body["after"] = json!(next),
            None => return (page["view"]["total"].as_i64().unwrap(), rows),
        }
    }
}

#[tokio::test]
async fn every_number_is_a_list_of_so_many_rows_for_each_role() {
    let app = TestApp::start().await;
    let people = team(&app).await;
    let mut history = history(&mut Chance::new(7), 120);
    write(&app, &people, &mut history).await;
    app.count_all().await;
    let middle = history.told[history.told.len() / 2].seq;
    let (mut numbers, mut kinds) = (0, BTreeSet::new());
    for (who, actor) in people.actors.iter().enumerate() {
        for more in [
            "to=2025-12-31&compare=before".to_owned(),
            "to=2025-12-31&q=project%3AWEB%20-tag%3Aui".to_owned(),
            "to=2026-11-21&zone=Asia%2FKathmandu".to_owned(),
            format!("to=2025-12-31&at=2024-09-01&seq={middle}"),
        ] {
            let page = actor.get(&format!("/main/insights?from=2024-01-01&by=month&{more}")).await.ok();
            let all = links(&page.body);
            assert!(all.len() > 100, "{} links, {more}", all.len());
            // A seventh of them, each time others; of the rare kinds all.
            let rare = |href: &str| ["NO_START", "TRIAGED", "LEFT"].iter().any(|kind| href.contains(kind));
            let some = all
                .into_iter()
                .enumerate()
                .filter(|(n, (href, _))| rare(href) || n % 7 == who + more.len() % 3);
            let mut seen = BTreeSet::new();
            for (_, (href, text)) in some {
                // Percentiles say durations; their n is a number of its own.
                let Ok(number) = text.replace(',', "").parse::<i64>() else { continue };
                if seen.insert(href.clone()) {
                    assert_eq!(counted(actor, &href).await, (number, number), "{href} as {who}");
                    kinds.insert(href.split('&').next().unwrap().to_owned());
                    numbers += 1;
                }
            }
        }
    }
    assert!(numbers > 200 && kinds.len() == Count::ALL.len(), "{numbers} of {kinds:?}");
}

/// The points of a chart's option that have a value, as the page names them.
fn points(option: &str) -> BTreeSet<String> {
    let option: Value = serde_json::from_str(option).unwrap();
    let mut all = BTreeSet::new();
    for (series, of) in option["series"].as_array().unwrap().iter().enumerate() {
        for (place, point) in of["data"].as_array().into_iter().flatten().enumerate() {
            let value = if point.is_object() { &point["value"] } else { point };
            // A balance is two numbers of rows, one less the other.
            if !value.is_null() && of["name"] != "Balance" {
                all.insert(format!("{series}:{place}"));
            }
        }
    }
    all
}

/// Those that a chart's table has, each on a link.
fn places(page: &str, chart: Chart) -> BTreeSet<String> {
    let start = format!("id=\"{}-table\"", chart.word());
    let table = page.split_once(&start).unwrap().1.split_once("</details>").unwrap().0;
    let of = |tag: &str| Some(tag.split_once("data-point=\"")?.1.split_once('"')?.0.to_owned());
    table.split("<a ").skip(1).filter_map(|link| of(link.split_once('>')?.0)).collect()
}

#[tokio::test]
async fn every_point_of_a_chart_is_a_link_of_its_table() {
    let app = TestApp::start().await;
    let people = team(&app).await;
    let mut history = history(&mut Chance::new(5), 150);
    write(&app, &people, &mut history).await;
    app.count_all().await;
    let ana = &people.actors[0];
    for compare in ["", "before"] {
        let ask = format!("from=2024-06-01&to=2025-12-31&by=month&compare={compare}");
        let page = ana.get(&format!("/main/insights?{ask}")).await.ok().body;
        let body = json!({ "org": "main", "from": "2024-06-01", "to": "2025-12-31", "by": "month", "compare": compare });
        let answer: Value = ana.call("insights/view", body).await.json();
        let mut filled = 0;
        for &chart in Chart::ALL {
            let drawn = points(answer["view"]["charts"][chart as usize].as_str().unwrap());
            filled += usize::from(!drawn.is_empty());
            assert_eq!(places(&page, chart), drawn, "{chart}, compared with: {compare:?}");
        }
        // So few issues of a month were ever in progress that it has no percentiles of cycle time.
        assert!(filled + 1 >= Chart::ALL.len(), "{filled} charts have points");
    }
}

/// What stands now is a query of the list of issues; what is joined with `or` stays together in it.
#[tokio::test]
async fn a_number_of_the_present_is_a_list_of_issues() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for title in ["One", "Two", "Three"] {
        ana.create_issue(title).await;
    }
    app.count_all().await;
    for (q, there, many) in [
        ("", "is%3Aopen", 3),
        ("severity%3AMEDIUM", "severity%3AMEDIUM%20is%3Aopen", 3),
        (
            "severity%3ALOW%20or%20assignee%3Anone",
            "%28severity%3ALOW%20or%20assignee%3Anone%29%20is%3Aopen",
            3,
        ),
    ] {
        let page = ana.get(&format!("/main/insights?q={q}")).await.ok().body;
        let link = format!("/main/issues?q={there}\"");
        assert!(page.contains(&link), "{link}");
        let list = ana.get(link.trim_end_matches('"')).await.ok().body;
        assert_eq!(["One", "Two", "Three"].iter().filter(|title| list.contains(**title)).count(), many);
    }
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_at_its_field() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let good = json!({ "org": "main", "count": "OPENED", "since": "2024-01-01T00:00:00Z", "until": "2024-02-01T00:00:00Z" });
    ana.call("insights/rows", good.clone()).await.ok();
    for (field, value) in [
        ("count", "EVERYTHING"),
        ("since", "yesterday"),
        ("until", "2024-02-31"),
        ("status", "CLOSED"),
        ("severity", "SEVERE"),
        ("bins", "1"),
        ("bins", "a-b"),
        ("bins", "1-70000"),
        ("q", "has:attachment"),
        ("seq", "-1x"),
        ("seq", "-1"),
        ("seq", "99999"),
        ("after", "n~1~x"),
        ("at", "2199-01-01"),
    ] {
        let mut body = good.clone();
        body[field] = json!(value);
        let error = ana.call("insights/rows", body).await.error();
        assert!(error.about(field).is_some(), "{field} {value}: {error:?}");
    }
}
