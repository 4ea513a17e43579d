//! An import brings a history along as it was, once, whatever happens on the way.

use serde_json::{Value, json};
use server::{
    import::{
        self, Import, Quiet, Report,
        map::Map,
        source::{self, Kind},
    },
    storage::admin,
    testing::{Actor, TestApp},
    worker::{InsightsReader, rebuild},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tracker_domain::{
    insight::InsightsView, issue::IssueView, link::Relation, org::Framed, text::OrgSlug, workflow::Status,
};

use crate::export::exported;

mod team;
pub use team::history;
use team::{counted, issue};

/// A file of this test's own.
pub fn file(name: &str, content: &[u8]) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("tracker-{}-{count}-{name}", std::process::id()));
    std::fs::write(&path, content).unwrap();
    path
}

/// Imports a file into `main`.
pub async fn import_with(app: &TestApp, kind: Kind, path: &Path, map: Map) -> Report {
    let mut report = Report::default();
    let roles = map.clone();
    let import = Import {
        source: source::open(kind, path, map).unwrap(),
        name: "history".to_owned(),
        org: OrgSlug::default(),
        role_of: Box::new(move |person| roles.role(person)),
        now: app.app.clock.now(),
    };
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    import::run(&mut owner, import, &mut report, &mut Quiet).await.unwrap();
    app.clock.advance(Duration::from_secs(60));
    report
}

/// Imports a history into `main`.
pub async fn import_history(app: &TestApp, lines: &str) -> Report {
    import_with(app, Kind::History, &file("history.jsonl", lines.as_bytes()), Map::default()).await
}

async fn in_database(app: &TestApp) -> (BTreeMap<String, i64>, i64, i64) {
    let mut statuses = BTreeMap::new();
    for status in Status::ALL {
        let count = app.owner_count(&format!("SELECT count(*) FROM issues WHERE status = '{status}'")).await;
        statuses.insert(status.to_string(), count);
    }
    statuses.retain(|_, count| *count > 0);
    let comments = app.owner_count("SELECT count(*) FROM comments").await;
    let moves = app.owner_count("SELECT count(*) FROM events WHERE kind = 'status_moved'").await;
    (statuses, comments, moves)
}

async fn view(actor: &Actor, key: &str) -> IssueView {
    let body = json!({ "org": "main", "key": key });
    actor.call("issues/view", body).await.json::<Framed<IssueView>>().view
}

#[tokio::test]
async fn the_history_is_there_with_its_true_times_and_the_numbers_follow_from_it() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let lines = history(240);
    let report = import_history(&app, &lines).await;
    assert_eq!((report.taken, report.refused), (240, 0), "{:?}", report.shown);
    assert_eq!(in_database(&app).await, counted(&lines));
    let moved = "SELECT count(*) FROM events e JOIN issues i ON i.id = e.issue_id AND i.number = 12
                 WHERE e.kind = 'status_moved' AND e.at IN ('2021-01-13 10:30Z', '2021-01-13 11:30Z', '2021-01-13 12:30Z')
                     AND e.origin = 'IMPORT'";
    assert_eq!(app.owner_count(moved).await, 3);
    let wrong = "SELECT count(*) FROM issues i WHERE comment_count <> (SELECT count(*) FROM comments c WHERE c.issue_id = i.id)
                 OR (closed_at IS NOT NULL AND closed_at <> (SELECT max(e.at) FROM events e
                     WHERE e.issue_id = i.id AND e.kind = 'status_moved' AND e.payload -> 'data' ->> 'to' = 'DONE'))";
    assert_eq!(app.owner_count(wrong).await, 0);
    let disorder =
        "SELECT count(*) FROM (SELECT at, lag(at) OVER (PARTITION BY issue_id ORDER BY seq) AS before
                    FROM events WHERE issue_id IS NOT NULL) e WHERE at < before";
    assert_eq!(app.owner_count(disorder).await, 0);
    assert_eq!(app.owner_count("SELECT next_number FROM projects WHERE key = 'DOCS'").await, 241);
    let key = ana.call(
        "issues/create",
        json!({ "org": "main", "project": "DOCS", "title": "New", "severity": "LOW" }),
    );
    assert_eq!(key.await.json::<Value>()["key"], "DOCS-241");
    app.count_all().await;
    let page = ana.call("insights/view", json!({ "org": "main" })).await.json::<Framed<InsightsView>>().view;
    let last = page.report.points.last().unwrap();
    for (status, count) in in_database(&app).await.0 {
        assert_eq!(last.by_status[status.parse::<Status>().unwrap() as usize], count, "{status}");
    }
    let spells =
        "SELECT hashtextextended(string_agg(s::text, ';' ORDER BY issue_id, number), 0) FROM spells s";
    let before = app.owner_count(spells).await;
    rebuild(&InsightsReader, &app.app.db.system).await.unwrap();
    assert_eq!(app.owner_count(spells).await, before);
    ana.get("/main/issues/APP-12").await.ok().contains("it <em>breaks</em>").contains("<li>");
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_says_so() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    import_history(&app, &history(30)).await;
    let before = exported(&app, "main").await;
    let report = import_history(&app, &history(30)).await;
    assert_eq!((report.taken, report.known, report.refused, report.people), (0, 30, 0, 0));
    assert!(report.summary().last().unwrap().starts_with("Nothing was changed"));
    assert_eq!(exported(&app, "main").await, before);
    let more = import_history(&app, &history(33)).await;
    assert_eq!((more.taken, more.known), (3, 30), "a newer file of the same source brings what is new");
}

fn tracker(app: &TestApp, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tracker"))
        .args(args)
        .env("DATABASE_URL", app.database_url.reveal())
        .env("TRACKER_LOG", "warn")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The lines of an export without what no two runs have in common: the present.
fn timeless(export: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(export).unwrap().lines();
    let timeless = |line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if let Some(event) = line.get_mut("event") {
            event["recorded_at"] = Value::Null;
        }
        line
    };
    lines.map(timeless).collect()
}

#[tokio::test]
async fn killed_three_times_it_goes_on_and_ends_as_in_one_go() {
    let (killed, straight) = (TestApp::start().await, TestApp::start().await);
    killed.sign_up("Ana").await;
    straight.sign_up("Ana").await;
    let lines = history(1_600);
    let path = file("killed.jsonl", lines.as_bytes());
    let args = ["import", "history", path.to_str().unwrap()];
    let mut interrupted = 0;
    for enough in [1, 201, 401] {
        let mut child = tracker(&killed, &args);
        while killed.owner_count("SELECT count(*) FROM issues").await < enough {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        interrupted += i64::from(killed.owner_count("SELECT count(*) FROM issues").await < 1_600);
    }
    assert_eq!(interrupted, 3);
    assert!(tracker(&killed, &args).wait().unwrap().success());
    import_history(&straight, &lines).await;
    assert_eq!(in_database(&killed).await, counted(&lines));
    let (one, other) = (exported(&killed, "main").await, exported(&straight, "main").await);
    assert!(timeless(&one) == timeless(&other), "killed and resumed is not as in one go");
}

#[tokio::test]
async fn each_hostile_line_has_its_answer_and_stops_nothing() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let with = |number: usize, change: &dyn Fn(&mut Value)| {
        let mut issue = issue(number);
        change(&mut issue);
        issue.to_string()
    };
    let lines = [
        issue(1).to_string(),
        "{ this is no JSON".to_owned(),
        "[1, 2, 3]".to_owned(),
        with(2, &|issue| issue["key"] = json!({ "a": 1 })),
        with(3, &|issue| issue["title"] = Value::Null),
        with(4, &|issue| issue["title"] = json!("long ".repeat(100))),
        with(5, &|issue| issue["body"] = json!("NUL \u{0} inside")),
        with(6, &|issue| issue["comments"][0]["body"] = json!("x".repeat(3 << 20))),
        with(7, &|issue| issue["comments"][0]["created_at"] = json!("yesterday")),
        with(8, &|issue| issue["links"] = json!([{ "type": "Blocks", "direction": "outward", "key": "APP-9" },
                                                 { "type": "Blocks", "direction": "outward", "key": "APP-8" }])),
        with(9, &|issue| issue["links"] = json!([{ "type": "Blocks", "direction": "outward", "key": "APP-8" }])),
        issue(1).to_string(),
        with(11, &|issue| issue["created_at"] = json!("99999-01-01")),
        "\u{feff}".to_owned(),
        issue(13).to_string(),
    ]
    .join("\n");
    let report = import_history(&app, &lines).await;
    let answers = [
        "refused: line 2: it is no JSON",
        "refused: line 3: ",
        "refused: line 4: `key`",
        "changed: line 5, APP-3: it has no title",
        "changed: line 6, APP-4: the title has 499 characters",
        "changed: line 7, DOCS-5: 1 NUL characters",
        "changed: line 8, APP-6: the comment has 3072 KiB",
        "refused: line 9: `comments[0].created_at`",
        "refused: line 12: APP-1 was in line 1 already",
        "refused: line 13: `created_at`",
        "refused: line 14: ",
    ];
    for answer in answers {
        assert!(report.shown.iter().any(|line| line.starts_with(answer)), "{answer}: {:?}", report.shown);
    }
    assert_eq!((report.taken, report.refused), (8, 7), "{:?}", report.shown);
    assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, 8);
    let longest = app.owner_count("SELECT max(octet_length(body))::bigint FROM comments").await;
    assert!((200 * 1024..=256 * 1024).contains(&longest), "{longest}");
    let around = "SELECT count(*) FROM issue_links a JOIN issue_links b ON b.issue_id = a.target_id AND b.target_id = a.issue_id";
    assert_eq!(app.owner_count(around).await, 2, "8 blocks 9 and 9 blocks 8");
}

#[tokio::test]
async fn a_row_that_the_database_refuses_is_left_out_alone() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    app.owner_sql("ALTER TABLE issues ADD CONSTRAINT no_seven CHECK (title <> 'Issue number 7')").await;
    let report = import_history(&app, &history(12)).await;
    assert_eq!((report.taken, report.refused), (11, 1));
    assert!(
        report.shown[0].starts_with("refused: line 7: the database does not take it"),
        "{:?}",
        report.shown
    );
    let seq = "SELECT seq - (SELECT count(*) FROM events) FROM org_heads";
    assert_eq!(app.owner_count(seq).await, 0, "the log has no gap");
    app.owner_sql("ALTER TABLE issues DROP CONSTRAINT no_seven").await;
    assert_eq!(import_history(&app, &history(12)).await.taken, 1, "the next run takes it");
}

#[tokio::test]
async fn a_reporter_sees_what_the_history_says_they_reported_and_nothing_else() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let map =
        Map::parse("[people]\n\"person 3\" = { email = \"ben@example.org\", role = \"ADMIN\" }\n").unwrap();
    let path = file("reporter.jsonl", history(28).as_bytes());
    import_with(&app, Kind::History, &path, map).await;
    let rows = ben.call("issues/list", json!({ "org": "main" })).await.json::<Value>();
    let titles: Vec<_> =
        rows["view"]["rows"].as_array().unwrap().iter().map(|row| row["reporter"]["name"].clone()).collect();
    assert_eq!(titles, vec!["Ben"; 4], "a member keeps name and role");
    assert_eq!(ben.get("/main/issues/APP-3").await.status, 200);
    assert_eq!(ben.get("/main/issues/APP-4").await.status, 404);
    assert_eq!(ana.get("/main/issues/APP-4").await.status, 200);
    let unclaimed = "SELECT count(*) FROM users u WHERE email LIKE 'person-%@main.imported.invalid'
                     AND NOT EXISTS (SELECT FROM credentials c WHERE c.user_id = u.id)
                     AND EXISTS (SELECT FROM memberships m WHERE m.user_id = u.id AND m.role = 'REPORTER')";
    assert_eq!(app.owner_count(unclaimed).await, 6);
}

#[tokio::test]
async fn a_tie_shows_the_other_issue_to_whom_may_see_it_and_a_key_to_others() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let map = Map::parse("[people]\n\"person 3\" = { email = \"ben@example.org\" }\n").unwrap();
    import_with(&app, Kind::History, &file("links.jsonl", history(9).as_bytes()), map).await;
    let told = |view: IssueView| -> Vec<String> {
        let title = |link: tracker_domain::link::IssueLink| {
            let title = link.issue.map_or("not shown".to_owned(), |issue| issue.title);
            format!("{} {}: {title}", link.relation, link.target)
        };
        view.links.into_iter().map(title).collect()
    };
    let all =
        ["BLOCKS APP-4: Issue number 4", "BLOCKED_BY APP-2: Issue number 2", "RELATES GONE-1: not shown"];
    assert_eq!(told(view(&ana, "APP-3").await), all);
    let own = ["BLOCKS APP-4: not shown", "RELATES GONE-1: not shown"];
    assert_eq!(told(view(&ben, "APP-3").await), own, "neither another's title nor what another's issue says");
    ana.get("/main/issues/APP-3").await.ok().contains("href=\"/main/issues/APP-4\"").contains("Blocked by");
    ben.get("/main/issues/APP-3").await.ok().contains("APP-4").lacks("href=\"/main/issues/APP-4\"");
    assert_eq!(Relation::Blocks.label(), "Blocks");
}

#[tokio::test]
async fn in_one_project_numbers_are_kept_where_they_are_free() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    assert_eq!(ana.create_issue("Was here first").await, "CORE-1");
    let map = Map::default().into_one_project("CORE".parse().unwrap());
    let report = import_with(&app, Kind::History, &file("one.jsonl", history(10).as_bytes()), map).await;
    assert_eq!((report.taken, report.renumbered), (10, 1), "{:?}", report.shown);
    assert!(
        report.shown.iter().any(|line| line.contains("CORE-1 was taken, so it is CORE-11")),
        "{:?}",
        report.shown
    );
    let tied = view(&ana, "CORE-11").await.links;
    assert_eq!(tied[0].issue.as_ref().unwrap().key.to_string(), "CORE-2");
    assert_eq!(ana.create_issue("Next").await, "CORE-12");
}

#[tokio::test]
async fn samples_of_every_source_come_in_and_come_in_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/samples");
    let into_core = |map: Map| map.into_one_project("CORE".parse().unwrap());
    let table = into_core(Map::read(&folder.join("table.toml")).unwrap());
    let samples = [
        (Kind::Github, "github", into_core(Map::default())),
        (Kind::Jira, "jira.json", Map::default()),
        (Kind::Csv, "table.csv", table),
        (Kind::History, "history.jsonl", Map::default()),
        (Kind::History, "hostile.jsonl", into_core(Map::default())),
    ];
    for (kind, name, map) in samples {
        let app = TestApp::start().await;
        let ana = app.sign_up("Ana").await;
        let first = import_with(&app, kind, &folder.join(name), map.clone()).await;
        assert!(first.taken > 0, "{name}: {:?}", first.shown);
        assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, first.taken as i64, "{name}");
        assert_eq!(app.owner_count("SELECT count(*) FROM comments").await, first.comments as i64, "{name}");
        let before = exported(&app, "main").await;
        let again = import_with(&app, kind, &folder.join(name), map).await;
        assert_eq!((again.taken, again.known, again.refused), (0, first.taken, first.refused), "{name}");
        assert!(exported(&app, "main").await == before, "{name} was changed by a second run");
        let rows = ana.call("issues/list", json!({ "org": "main" })).await.json::<Value>();
        for row in rows["view"]["rows"].as_array().unwrap() {
            let key = row["key"].as_str().unwrap();
            ana.get(&format!("/main/issues/{key}")).await.ok().lacks("<script>alert");
        }
    }
}
