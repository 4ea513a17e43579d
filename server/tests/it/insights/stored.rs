//! A pair of moment and position draws the same page for ever.

use serde_json::{Value, json};
use server::{
    testing::{Actor, TestApp},
    worker::{InsightsReader, rebuild},
};

use std::time::Duration;

use super::{
    history::{Chance, history, write},
    reference::team,
    report,
};

/// Some questions, each of a moment and a position.
fn questions(seq: i64) -> Vec<Value> {
    let pinned = |mut ask: Value| {
        ask["seq"] = json!(seq.to_string());
        ask["at"] = json!("2025-01-15T12:00:00Z");
        ask
    };
    [
        json!({}),
        json!({ "range": "1y" }),
        json!({ "range": "180d", "compare": "before", "zone": "Asia/Kathmandu" }),
        json!({ "range": "2y", "q": "project:WEB -tag:ui" }),
        json!({ "from": "2024-02-01", "to": "2024-05-01", "by": "week", "q": "assignee:none severity:>=MEDIUM" }),
    ]
    .map(pinned)
    .into()
}

async fn answers(actor: &Actor, seq: i64) -> Vec<String> {
    let mut all = vec![];
    for mut ask in questions(seq) {
        ask["org"] = json!("main");
        let answer: Value = actor.call("insights/view", ask).await.json();
        all.push(serde_json::to_string(&answer["view"]["report"]).unwrap());
        all.push(serde_json::to_string(&answer["view"]["charts"]).unwrap());
    }
    all
}

/// What is read of sums while it is the present is read of spells when it no longer is.
#[tokio::test]
async fn the_present_is_the_same_by_its_link() {
    let app = TestApp::start().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    // Ages of minutes, at which the quarter of an hour in which something began is seen, and of days.
    for (pause, status) in
        [(0, "OPEN"), (100_000, "TRIAGED"), (7_000, "DONE"), (533, "IN_PROGRESS"), (61, "OPEN")]
    {
        app.clock.advance(Duration::from_secs(pause));
        for actor in [&ana, &ben] {
            let key = actor.create_issue(status).await;
            app.clock.advance(Duration::from_secs(401));
            ana.set_status(&key, status).await;
            let severity = json!({ "org": "main", "key": key, "severity": "HIGH" });
            ana.call("issues/set_severity", severity).await.ok();
        }
    }
    app.count_all().await;
    let head = report(&ana, json!({})).await.seq.0;
    for actor in [&ana, &ben] {
        for (q, seq) in [
            ("", head),
            ("", head - 5),
            ("severity:HIGH", head),
            ("severity:HIGH assignee:none -tag:ui", head - 3),
        ] {
            let present = report(actor, json!({ "q": q, "seq": seq.to_string() })).await;
            assert!(present.ageing.open.iter().sum::<i64>() > 1, "{q}");
            let link = json!({ "q": q, "seq": seq.to_string(), "at": present.at.rfc3339() });
            assert_eq!(report(actor, link).await, present, "{q} at {seq}");
        }
    }
}

#[tokio::test]
async fn old_reports_are_the_same_bytes_whatever_comes_later() {
    let app = TestApp::start().await;
    let people = team(&app).await;
    let mut first = history(&mut Chance::new(11), 80);
    write(&app, &people, &mut first).await;
    app.count_all().await;
    let seq = first.told.last().unwrap().seq;
    let mut before = vec![];
    for actor in &people.actors {
        before.push(answers(actor, seq).await);
    }
    // Kept in the repository: what a version of the program said, every later one says.
    insta::assert_snapshot!(before[0].iter().step_by(2).cloned().collect::<Vec<_>>().join("\n"));
    // More old history comes in, and the issues that are there go on.
    let mut second = history(&mut Chance::new(12), 60);
    write(&app, &people, &mut second).await;
    let list: Value =
        people.actors[0].call("issues/list", json!({ "org": "main", "q": "sort:created" })).await.json();
    for row in list["view"]["rows"].as_array().unwrap() {
        let key = row["key"].as_str().unwrap();
        for status in ["TRIAGED", "DONE", "OPEN"] {
            people.actors[0].set_status(key, status).await.ok();
        }
        let severity = json!({ "org": "main", "key": key, "severity": "CRITICAL" });
        people.actors[0].call("issues/set_severity", severity).await;
    }
    app.count_all().await;
    for (actor, before) in people.actors.iter().zip(&before) {
        assert_eq!(&answers(actor, seq).await, before);
    }
    rebuild(&InsightsReader, &app.app.db.system).await.unwrap();
    for (actor, before) in people.actors.iter().zip(&before) {
        assert_eq!(&answers(actor, seq).await, before);
    }
}
