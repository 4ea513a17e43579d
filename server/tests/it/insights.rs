//! The numbers follow the log: each event counts once, whoever counts, and can be counted anew.

use serde_json::{Value, json};
use server::{
    storage::jobs,
    testing::{Actor, TestApp},
    worker::{self, InsightsReader, Tasks, rebuild},
};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracker_domain::{
    id::Seq,
    insight::{InsightsView, Report},
    issue::Severity,
    org::{Framed, Role},
    workflow::Status,
};

mod compared;
mod history;
mod reference;
mod rows;
mod stored;

async fn insights(actor: &Actor, more: Value) -> Framed<InsightsView> {
    let mut ask = json!({ "org": "main" });
    ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    actor.call("insights/view", ask).await.json()
}

async fn report(actor: &Actor, more: Value) -> Report {
    insights(actor, more).await.view.report
}

/// Everything that is kept, as one number.
async fn kept(app: &TestApp) -> (i64, i64) {
    let of = |table: &str| {
        format!("SELECT hashtextextended(string_agg(t::text, ';' ORDER BY t::text), 0) FROM {table} t")
    };
    let cells = of("(SELECT * FROM cells WHERE body <> '\\x00')");
    (app.owner_count(&of("spells")).await, app.owner_count(&cells).await)
}

/// A few days of life of three persons; gives the one who sees all and the reporter.
async fn some_days(app: &TestApp) -> (Actor, Actor) {
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    for day in 0..3 {
        for actor in [&ana, &ben] {
            let key = actor.create_issue(&format!("Day {day}")).await;
            ana.set_status(&key, "TRIAGED").await.ok();
            ana.call("issues/set_severity", json!({ "org": "main", "key": key, "severity": "HIGH" }))
                .await
                .ok();
            if day > 0 {
                ana.set_status(&key, "DONE").await.ok();
            }
            if day == 2 {
                ana.set_status(&key, "OPEN").await.ok();
            }
        }
        app.clock.advance(Duration::from_secs(24 * 60 * 60));
    }
    (ana, ben)
}

#[tokio::test]
async fn everybody_sees_the_numbers_of_what_they_may_see() {
    let app = TestApp::start().await;
    let (ana, ben) = some_days(&app).await;
    let stranger = app.member("Cleo", Role::Reporter).await;
    assert_eq!(insights(&ana, json!({})).await.frame.seq, Seq(0), "nobody has counted yet");
    app.count_all().await;
    let Framed { frame, view } = insights(&ana, json!({})).await;
    assert_eq!(frame.seq.0, app.owner_count("SELECT seq FROM org_heads").await);
    let now = |report: &Report| {
        let last = report.points.last().unwrap();
        (report.totals.open, last.by_severity[Severity::High as usize], last.by_status[Status::Done as usize])
    };
    let totals = |report: &Report| (report.totals.opened, report.totals.closed, report.totals.reopened);
    assert_eq!(now(&view.report), (4, 4, 2));
    assert_eq!(totals(&view.report), (6, 4, 2));
    assert_eq!(view.report.points.iter().filter(|day| day.opened == 2).count(), 3);
    let own = report(&ben, json!({})).await;
    assert_eq!((own.totals.open, now(&own).2, totals(&own)), (2, 1, (3, 2, 1)));
    let none = report(&stranger, json!({})).await;
    assert_eq!(
        (totals(&none), none.points.last().unwrap().by_status, none.ageing.oldest.len()),
        ((0, 0, 0), [0; 4], 0)
    );
    assert_eq!(app.anon().call("insights/view", json!({ "org": "main" })).await.status, 401);
}

#[tokio::test]
async fn two_who_count_at_once_count_each_event_once_and_counting_anew_gives_the_same() {
    let app = TestApp::start().await;
    some_days(&app).await;
    tokio::join!(app.count_all(), app.count_all(), app.count_all());
    let before = kept(&app).await;
    assert_eq!(app.owner_count("SELECT count(*) FROM spells WHERE began = 'REPORTED'").await, 6);
    let events = rebuild(&InsightsReader, &app.app.db.system).await.unwrap();
    assert_eq!(events, app.owner_count("SELECT count(*) FROM events").await);
    assert_eq!(kept(&app).await, before);
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_says_why_and_keeps_what_was_written() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for (field, ask) in [
        ("q", json!({ "q": "is:open" })),
        ("q", json!({ "q": "assignee:nobody.knows" })),
        ("by", json!({ "range": "5y", "by": "day" })),
        ("from", json!({ "from": "2030-01-01", "to": "2030-02-01" })),
        ("seq", json!({ "seq": "999999" })),
        ("zone", json!({ "zone": "Mars/Olympus" })),
    ] {
        let mut body = json!({ "org": "main" });
        body.as_object_mut().unwrap().extend(ask.as_object().unwrap().clone());
        let error = ana.call("insights/view", body).await.error();
        assert!(error.about(field).is_some(), "{ask}: {error:?}");
    }
    let page = ana.get("/main/insights?q=is%3Aopen&range=90d").await;
    assert_eq!(page.status, 422);
    page.contains("value=\"is:open\"")
        .contains("The insights count by project")
        .contains("aria-invalid=\"true\"");
}

#[tokio::test]
async fn the_running_worker_keeps_up_and_does_its_jobs() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    jobs::migrate(&app.database_url).await.unwrap();
    app.owner_sql(
        "INSERT INTO sessions SELECT decode(repeat('ab', 32), 'hex'), id, now(), '2026-11-01' FROM users;
         SELECT tracker_jobs.add_job('clean_up', '{}')",
    )
    .await;
    let (tasks, stop) = (Tasks::default(), CancellationToken::new());
    worker::start(&app.app, &tasks, &stop);
    let start = Instant::now();
    ana.create_issue("It breaks").await;
    while report(&ana, json!({})).await.totals.open == 0 {
        assert!(start.elapsed() < Duration::from_secs(1), "the numbers came too late");
    }
    while app.owner_count("SELECT count(*) FROM sessions").await > 1 {
        assert!(start.elapsed() < Duration::from_secs(10), "the job was not done: {:?}", tasks.report());
    }
    assert!(tasks.report().iter().all(|task| task.failures == 0), "{:?}", tasks.report());
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), tasks.stopped()).await.unwrap();
}

/// The job that counts a sample again: silent while all is well, failed and said so when it is not.
#[tokio::test]
async fn the_job_finds_what_is_not_as_the_log_has_it() {
    let app = TestApp::start().await;
    some_days(&app).await;
    app.count_all().await;
    jobs::migrate(&app.database_url).await.unwrap();
    let reconcile = async || {
        app.owner_sql("SELECT tracker_jobs.add_job('reconcile_insights', '{}')").await;
        worker::jobs::run_once(app.app.clone()).await.unwrap();
    };
    let failed = "SELECT count(*) FROM tracker_jobs._private_jobs WHERE last_error LIKE '%not what the log says%issue%'";
    reconcile().await;
    assert_eq!(app.owner_count("SELECT count(*) FROM tracker_jobs._private_jobs").await, 0);
    app.owner_sql("UPDATE spells SET severity = 'LOW' WHERE number = 1").await;
    reconcile().await;
    assert_eq!(app.owner_count(failed).await, 1);
    rebuild(&InsightsReader, &app.app.db.system).await.unwrap();
    app.owner_sql("UPDATE tracker_jobs._private_jobs SET run_at = now()").await;
    worker::jobs::run_once(app.app.clone()).await.unwrap();
    assert_eq!(app.owner_count("SELECT count(*) FROM tracker_jobs._private_jobs").await, 0);
}

#[tokio::test]
async fn cleaning_up_leaves_what_is_still_needed() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    app.owner_sql(
        "INSERT INTO flashes VALUES ('old', '', '{}', '2026-11-21 10:59Z'), ('new', '', '{}', '2026-11-21 11:01Z');
         INSERT INTO idempotency_keys VALUES ('a', 'old', 'x', '', NULL, '2026-11-20 11:59Z'),
                                             ('a', 'new', 'x', '', NULL, '2026-11-20 12:01Z')",
    )
    .await;
    assert_eq!(jobs::clean_up(&app.app.db.system, app.app.clock.now()).await.unwrap(), 2);
    let left = "SELECT (SELECT count(*) FROM flashes WHERE id = 'new') + (SELECT count(*) FROM idempotency_keys WHERE key = 'new')";
    assert_eq!(app.owner_count(left).await, 2);
    assert_eq!(
        ana.call("issues/list", json!({ "org": "main" })).await.json::<Value>()["view"]["rows"],
        json!([])
    );
}
