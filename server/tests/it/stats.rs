//! The numbers follow the log: each event counts once, whoever counts, and can be counted anew.

use serde_json::{Value, json};
use server::{
    storage::{jobs, readers},
    testing::{Actor, TestApp},
    worker::{self, StatsReader, Tasks, rebuild, step},
};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracker_domain::{
    id::Seq,
    insight::Insights,
    issue::Severity,
    org::{Framed, Role},
    workflow::Status,
};

async fn insights(actor: &Actor) -> Framed<Insights> {
    actor.call("insights/view", json!({ "org": "main" })).await.json()
}

async fn count_all(app: &TestApp) {
    for org in readers::behind(&app.app.db.system, "stats").await.unwrap() {
        while step(&StatsReader, &app.app.db.system, org).await.unwrap() > 0 {}
    }
}

/// How many rows of the statistics are not as they were when they were remembered.
async fn differences(app: &TestApp) -> i64 {
    app.owner_count(
        "SELECT (SELECT count(*) FROM (SELECT * FROM daily_stats EXCEPT SELECT * FROM remembered) a)
              + (SELECT count(*) FROM (SELECT * FROM remembered EXCEPT SELECT * FROM daily_stats) b)",
    )
    .await
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
    assert_eq!(insights(&ana).await.frame.seq, Seq(0), "nobody has counted yet");
    count_all(&app).await;
    let Framed { frame, view } = insights(&ana).await;
    assert_eq!(frame.seq.0, app.owner_count("SELECT seq FROM org_heads").await);
    assert_eq!((view.open(), view.open_by_severity(Severity::High), view.by_status(Status::Done)), (4, 4, 2));
    let totals = |view: &Insights| {
        view.days.iter().fold((0, 0, 0), |(o, c, r), day| (o + day.opened, c + day.closed, r + day.reopened))
    };
    assert_eq!(totals(&view), (6, 4, 2));
    assert_eq!(view.days.iter().filter(|day| day.opened == 2).count(), 3);
    let own = insights(&ben).await.view;
    assert_eq!((own.open(), own.by_status(Status::Done), totals(&own)), (2, 1, (3, 2, 1)));
    assert_eq!(insights(&stranger).await.view.stock, []);
    assert_eq!(app.anon().call("insights/view", json!({ "org": "main" })).await.status, 401);
}

#[tokio::test]
async fn two_who_count_at_once_count_each_event_once_and_counting_anew_gives_the_same() {
    let app = TestApp::start().await;
    some_days(&app).await;
    tokio::join!(count_all(&app), count_all(&app), count_all(&app));
    app.owner_sql("CREATE TABLE remembered AS SELECT * FROM daily_stats").await;
    assert_eq!(app.owner_count("SELECT sum(opened)::bigint FROM daily_stats").await, 6);
    let events = rebuild(&StatsReader, &app.app.db.system).await.unwrap();
    assert_eq!(events, app.owner_count("SELECT count(*) FROM events").await);
    // What was counted anew has no rows in which everything cancels out.
    app.owner_sql(
        "DELETE FROM remembered WHERE delta = 0 AND opened = 0 AND closed = 0 AND reopened = 0;
         DELETE FROM daily_stats WHERE delta = 0 AND opened = 0 AND closed = 0 AND reopened = 0",
    )
    .await;
    assert_eq!(differences(&app).await, 0);
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
    while insights(&ana).await.view.open() == 0 {
        assert!(start.elapsed() < Duration::from_secs(1), "the numbers came too late");
    }
    while app.owner_count("SELECT count(*) FROM sessions").await > 1 {
        assert!(start.elapsed() < Duration::from_secs(10), "the job was not done: {:?}", tasks.report());
    }
    assert!(tasks.report().iter().all(|task| task.failures == 0), "{:?}", tasks.report());
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), tasks.stopped()).await.unwrap();
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
