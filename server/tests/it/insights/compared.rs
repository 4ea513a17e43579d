//! Whole pages against the plain reference.

use serde_json::json;
use server::testing::TestApp;
use time::{Duration, OffsetDateTime};
use tracker_domain::issue::Severity;

use super::{
    history::{Born, Chance, History, Told, What, history, write},
    insights,
    reference::{Admits, Expected, team},
};

const FILTERS: [(&str, Admits); 13] = [
    ("", |_, _| true),
    ("project:WEB", |born, _| born.project == 1),
    ("project:WEB,OPS severity:>=HIGH", |born, now| born.project > 0 && now.severity >= Severity::High),
    ("severity:LOW", |_, now| now.severity == Severity::Low),
    ("assignee:none", |_, now| now.assignee.is_none()),
    ("assignee:@me,mia", |_, now| now.assignee.is_some()),
    ("tag:ui", |_, now| now.tags.contains("ui")),
    ("tag:ui,api", |_, now| now.tags.contains("ui") || now.tags.contains("api")),
    ("project:WEB -tag:ui", |born, now| born.project == 1 && !now.tags.contains("ui")),
    ("team:web", |born, _| born.project == 1),
    ("created:>=2024-04-01 -tag:api", |_, now| {
        now.reported_at >= time::macros::datetime!(2024-04-01 00:00 UTC) && !now.tags.contains("api")
    }),
    ("reporter:rob", |born, _| born.reporter == 2),
    ("(tag:docs or assignee:none) severity:<CRITICAL", |_, now| {
        (now.tags.contains("docs") || now.assignee.is_none()) && now.severity < Severity::Critical
    }),
];

/// Random histories, told late and out of order, in zones whose clocks are turned and whose days begin at odd quarters, as of now and
/// as of an earlier position, as each role: all numbers are those of the plain reference.
#[tokio::test]
async fn the_numbers_are_those_of_the_events() {
    for seed in 1..4 {
        let app = TestApp::start().await;
        let people = team(&app).await;
        app.owner_sql(
            "INSERT INTO teams (org_id, slug, name, created_at) SELECT id, 'web', 'Web', now() FROM organizations",
        )
        .await;
        let mut chance = Chance::new(seed);
        let mut history = history(&mut chance, 60);
        write(&app, &people, &mut history).await;
        app.owner_sql("UPDATE projects SET team_id = (SELECT id FROM teams) WHERE key = 'WEB'").await;
        app.count_all().await;
        let head = history.told.last().unwrap().seq;
        let middle = history.told[history.told.len() / 2].seq;
        let asks = [
            (
                json!({ "from": "2024-02-20", "to": "2024-04-10", "by": "week", "zone": "America/Santiago", "at": "2026-01-01", "compare": "before" }),
                head,
            ),
            (
                json!({ "from": "2024-01-01", "to": "2025-06-30", "by": "month", "zone": "Asia/Kathmandu", "at": "2026-01-01" }),
                head,
            ),
            (
                json!({ "from": "2024-10-20", "to": "2024-11-05", "by": "day", "zone": "Europe/Lisbon", "at": "2024-11-03T07:40:00Z" }),
                head,
            ),
            (
                json!({ "from": "2024-01-01", "to": "2025-12-31", "by": "month", "at": "2026-01-01", "seq": middle.to_string() }),
                middle,
            ),
            // The present, whose ages are kept as sums.
            (json!({ "range": "5y", "zone": "Asia/Kathmandu" }), head),
            (json!({ "range": "5y", "seq": middle.to_string() }), middle),
        ];
        for (ask, seq) in &asks {
            for (who, reporters) in [(0, &[0, 1, 2][..]), (1, &[0, 1, 2]), (2, &[2])] {
                for (q, admits) in FILTERS {
                    // Whom `@me` and names mean depends on who asks, and a REPORTER may not know the others.
                    if (q.contains("@me") && who != 0) || (q.contains("mia") && who == 2) {
                        continue;
                    }
                    let mut ask = ask.clone();
                    ask["q"] = json!(q);
                    let what = format!("seed {seed}, {ask}, as {who}");
                    let view = insights(&people.actors[who], ask).await.view;
                    assert_eq!(view.report.seq.0, *seq, "{what}");
                    Expected { history: &history, seq: *seq, admits, reporters }.check(&view.report, &what);
                }
            }
        }
    }
}

/// A quarter of an hour is the finest that is counted, and nothing is lost at its edges.
#[tokio::test]
async fn an_event_is_on_its_side_of_midnight() {
    let app = TestApp::start().await;
    let people = team(&app).await;
    let midnight = time::macros::datetime!(2024-06-30 18:15 UTC);
    let born = Born { project: 0, reporter: 0, severity: Severity::Low };
    let told = |at: OffsetDateTime, issue| Told { seq: 0, at, issue, what: What::Reported };
    let mut history = History {
        issues: vec![born; 3],
        told: vec![
            told(midnight - Duration::microseconds(1), 0),
            told(midnight, 1),
            told(midnight + Duration::days(1), 2),
        ],
    };
    write(&app, &people, &mut history).await;
    app.count_all().await;
    let ask = json!({ "from": "2024-06-30", "to": "2024-07-02", "zone": "Asia/Kathmandu" });
    let view = insights(&people.actors[0], ask).await.view;
    let opened: Vec<_> = view.report.points.iter().map(|point| (point.day.iso(), point.opened)).collect();
    let right =
        [("2024-06-30", 1), ("2024-07-01", 1), ("2024-07-02", 1)].map(|(day, count)| (day.to_owned(), count));
    assert_eq!(opened, right);
}
