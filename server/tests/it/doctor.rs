//! The doctor finds nothing on a healthy installation, and exactly what is broken on another.

use server::{
    SystemClock,
    config::{Config, Source},
    doctor::{Level, Report, examine},
    storage::jobs,
    testing::TestApp,
};
use std::path::{Path, PathBuf};
use time::macros::datetime;
use tracker_domain::{
    text::Secret,
    time::{Clock, Timestamp},
};

use crate::demo::{filled, order};

/// A folder with what the folders' check wants; gone with the value.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("tracker-it-doctor-{name}-{}", std::process::id()));
        std::fs::create_dir_all(root.join("site/pkg")).unwrap();
        Self(root)
    }

    async fn report(&self, url: &Secret, clock: &dyn Clock) -> Report {
        let settings = [
            ("DATABASE_URL", url.reveal().to_owned()),
            ("TRACKER_DATA_DIR", self.0.display().to_string()),
            ("TRACKER_SITE_ROOT", self.0.join("site").display().to_string()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value));
        let config = Config::read(Source::new(settings, Path::new("none.toml"))).unwrap();
        examine(&config, clock, |error| error.to_string()).await
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Question, words and number of each finding.
fn told(report: &Report) -> Vec<(&'static str, String, i64)> {
    report.findings.iter().map(|finding| (finding.check, finding.what.clone(), finding.count)).collect()
}

async fn healthy() -> TestApp {
    let app = TestApp::start().await;
    jobs::migrate(&app.database_url).await.unwrap();
    filled(&app, &order(300)).await;
    app
}

#[tokio::test]
async fn a_healthy_installation_has_no_findings() {
    let (app, place) = (healthy().await, Place::new("healthy"));
    let report = place.report(&app.database_url, &SystemClock).await;
    assert_eq!(told(&report), []);
    assert!(report.is_well() && report.checks.len() >= 10, "{:?}", report.checks);
}

#[tokio::test]
async fn what_is_broken_is_what_is_found() {
    let (app, place) = (healthy().await, Place::new("broken"));
    let open =
        app.owner_count("SELECT min(id) FROM issues WHERE status = 'OPEN' AND assignee_id IS NULL").await;
    let low = app.owner_count("SELECT min(id) FROM issues WHERE severity = 'LOW'").await;
    let cell = "kind = 'TAG' AND layer = 'AGES' AND (name, day) = (SELECT name, day FROM cells WHERE kind = 'TAG' AND layer = 'AGES' AND body <> '\\x00' ORDER BY 1, 2 LIMIT 1)";
    let spell =
        "(org_id, issue_id, number) = (SELECT org_id, issue_id, number FROM spells ORDER BY 1, 2, 3 LIMIT 1)";
    let issue = |set: &str, id: i64| format!("UPDATE issues SET {set} WHERE id = {id}");
    let cases: Vec<(String, String, &str, &str, i64)> = vec![
        (issue("status = 'TRIAGED'", open), issue("status = 'OPEN'", open), "issues", "another status", 1),
        (issue("severity = 'HIGH'", low), issue("severity = 'LOW'", low), "issues", "another severity", 1),
        (issue("assignee_id = reporter_id", open), issue("assignee_id = NULL", open), "issues", "another assignee", 1),
        (issue("comment_count = comment_count + 1", open), issue("comment_count = comment_count - 1", open), "issues", "other comments", 1),
        ("UPDATE org_heads SET seq = seq + 1".into(), "UPDATE org_heads SET seq = seq - 1".into(), "log", "gaps", 1),
        (
            "UPDATE projects SET next_number = 1 WHERE key <> 'APP'".into(),
            "UPDATE projects p SET next_number = (SELECT max(number) + 1 FROM issues i WHERE i.project_id = p.id)".into(),
            "log",
            "give a number twice",
            2,
        ),
        (
            "UPDATE memberships SET disabled_at = now() WHERE role = 'ADMIN'".into(),
            "UPDATE memberships SET disabled_at = NULL".into(),
            "log",
            "nobody who is ADMIN",
            1,
        ),
        (
            format!("UPDATE spells SET seq = seq - 1 WHERE {spell}"),
            format!("UPDATE spells SET seq = seq + 1 WHERE {spell}"),
            "statistics",
            "not counted as the log says",
            1,
        ),
        (
            format!("UPDATE cells SET name = name || '?' WHERE {cell}"),
            "UPDATE cells SET name = rtrim(name, '?')".into(),
            "statistics",
            "not counted as the log says",
            2,
        ),
        (
            "UPDATE reader_cursors SET seq = seq + 1".into(),
            "UPDATE reader_cursors SET seq = seq - 1".into(),
            "background work",
            "ahead of it",
            1,
        ),
        (
            "INSERT INTO flashes VALUES ('x', '', '{}', now() - interval '9 days')".into(),
            "DELETE FROM flashes".into(),
            "background work",
            "not removed",
            1,
        ),
        (
            "ALTER TABLE tags DISABLE ROW LEVEL SECURITY; ALTER TABLE users DISABLE ROW LEVEL SECURITY".into(),
            "ALTER TABLE tags ENABLE ROW LEVEL SECURITY; ALTER TABLE users ENABLE ROW LEVEL SECURITY".into(),
            "walls",
            "no row-level security",
            2,
        ),
        (
            "UPDATE _sqlx_migrations SET checksum = checksum || '\\x00'::bytea WHERE version = 1".into(),
            "UPDATE _sqlx_migrations SET checksum = substring(checksum FROM 1 FOR length(checksum) - 1) WHERE version = 1".into(),
            "migrations",
            "not those of this version",
            1,
        ),
        (
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, '', 0)".into(),
            "DELETE FROM _sqlx_migrations WHERE version = 9999".into(),
            "migrations",
            "a newer version",
            1,
        ),
        (
            "UPDATE _sqlx_migrations SET success = false WHERE version = 1".into(),
            "UPDATE _sqlx_migrations SET success = true".into(),
            "migrations",
            "are missing",
            1,
        ),
        (
            "ALTER SCHEMA tracker_jobs RENAME TO elsewhere".into(),
            "ALTER SCHEMA elsewhere RENAME TO tracker_jobs".into(),
            "migrations",
            "queue of jobs",
            1,
        ),
        (
            "DELETE FROM spells; DELETE FROM cells; DELETE FROM reader_cursors; UPDATE events SET recorded_at = now() - interval '1 hour' WHERE seq = 1".into(),
            String::new(),
            "background work",
            "a minute behind",
            1,
        ),
        ("DROP EXTENSION pg_trgm CASCADE".into(), String::new(), "extensions", "pg_trgm", 1),
    ];
    let mut lasting = 0;
    for (broken, mended, check, words, count) in cases {
        app.owner_sql(&broken).await;
        let report = place.report(&app.database_url, &SystemClock).await;
        let found: Vec<_> = report.findings.iter().filter(|finding| finding.what.contains(words)).collect();
        assert_eq!(report.findings.len(), 1 + lasting, "{broken}: {:?}", told(&report));
        assert!(
            found.len() == 1 && found[0].check == check && found[0].count == count,
            "{broken}: {:?}",
            told(&report)
        );
        assert!(!found[0].advice.is_empty());
        if mended.is_empty() {
            lasting += 1;
        } else {
            app.owner_sql(&mended).await;
        }
    }
}

#[tokio::test]
async fn an_example_names_the_place_and_only_five_are_given() {
    let (app, place) = (healthy().await, Place::new("examples"));
    app.owner_sql("UPDATE issues SET severity = CASE severity WHEN 'LOW' THEN 'HIGH' ELSE 'LOW' END").await;
    let report = place.report(&app.database_url, &SystemClock).await;
    let finding = &report.findings[0];
    assert_eq!((finding.level, finding.count, finding.examples.len()), (Level::Problem, 300, 5));
    assert!(finding.examples.iter().all(|example| example.starts_with("main/")), "{:?}", finding.examples);
    assert!(!report.is_well());
}

#[tokio::test]
async fn a_broken_index_a_wrong_clock_and_a_database_that_is_not_there_are_found() {
    let (app, place) = (healthy().await, Place::new("outside"));
    let pool = sqlx::PgPool::connect(app.database_url.reveal()).await.unwrap();
    // It fails, for there are two tags in one organization, and leaves an index behind that is not valid.
    let refused =
        sqlx::raw_sql("CREATE UNIQUE INDEX CONCURRENTLY one_tag ON tags (org_id)").execute(&pool).await;
    assert!(refused.is_err());
    pool.close().await;
    let report = place.report(&app.database_url, &SystemClock).await;
    assert_eq!(told(&report), [("walls", "indexes are broken and not used".to_owned(), 1)]);
    assert_eq!(report.findings[0].examples, ["one_tag"]);
    app.owner_sql("DROP INDEX one_tag").await;

    struct Slow;
    impl Clock for Slow {
        fn now(&self) -> Timestamp {
            Timestamp(datetime!(2001-01-01 00:00 UTC))
        }
    }
    let report = place.report(&app.database_url, &Slow).await;
    assert!(report.findings.len() == 1 && report.findings[0].check == "clocks", "{:?}", told(&report));

    let nowhere = Secret::new(app.database_url.reveal().replace("/t_", "/no_such_database_"));
    let report = place.report(&nowhere, &SystemClock).await;
    assert_eq!((report.findings.len(), report.findings[0].check), (1, "database"), "{:?}", told(&report));
}

#[tokio::test]
async fn a_database_without_the_schema_is_told_to_migrate_and_nothing_else() {
    let (app, place) = (TestApp::start().await, Place::new("empty"));
    app.owner_sql("DROP TABLE _sqlx_migrations").await;
    let report = place.report(&app.database_url, &SystemClock).await;
    assert!(
        report.findings.len() == 1 && report.findings[0].advice.contains("tracker migrate"),
        "{:?}",
        told(&report)
    );
}
