//! What is taken out comes in again as it was, and tells nothing that it should not.

mod files;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use server::{
    export::{self, Dump, ExportError, Restored},
    storage::{admin, export as storage},
    testing::{Actor, TestApp},
};
use std::io::{Cursor, Read};
use tracker_domain::{
    org::Role,
    text::{Email, OrgSlug, Secret},
};

use crate::import::{history, import_history};

/// Everything of an organization, as bytes.
pub async fn exported(app: &TestApp, org: &str) -> Vec<u8> {
    try_exported(app, org).await.unwrap()
}

async fn try_exported(app: &TestApp, org: &str) -> Result<Vec<u8>, ExportError> {
    let mut connection = storage::connect(&app.database_url).await.unwrap();
    let (mut out, store) = (Vec::new(), || Ok(app.app.files.store.clone()));
    export::write(&mut connection, &OrgSlug::parse(org).unwrap(), &store, &mut out).await?;
    Ok(out)
}

pub async fn restore(app: &TestApp, bytes: &[u8], org: Option<&str>) -> Result<Restored, ExportError> {
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let org = org.map(|org| OrgSlug::parse(org).unwrap());
    let (lines, files) = (Box::new(Cursor::new(bytes.to_vec())), app.app.files.clone());
    let dump = Dump { lines, org, now: app.app.clock.now(), files: Box::new(move || Ok(files.clone())) };
    export::restore(&mut owner, dump, &mut |_| {}).await
}

/// Somebody who came in with an export, after an operator gave them a password.
async fn let_in(app: &TestApp, address: &str) -> Actor {
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let (account, _) = admin::account(&mut owner, &Email::parse(address).unwrap()).await.unwrap().unwrap();
    let hash = app.app.passwords.hash(Secret::new("another horse battery")).await.unwrap();
    admin::set_password(&mut owner, account, &hash, app.app.clock.now()).await.unwrap();
    let actor = app.anon();
    let body = json!({ "email": address, "password": "another horse battery" });
    actor.call("accounts/sign_in", body).await.ok();
    actor
}

/// A tracker in which everything has happened that can.
async fn lived_in() -> TestApp {
    let app = TestApp::start().await;
    // So that an id which gets into an export is found there.
    for table in ["users", "projects", "issues", "comments", "tags", "attachments", "organizations"] {
        app.owner_sql(&format!("ALTER TABLE {table} ALTER COLUMN id RESTART WITH 765432100")).await;
    }
    let ana = app.sign_up("Ana").await;
    let ben = app.member("Ben", Role::Maintainer).await;
    app.sign_up("Cleo").await;
    let key = ana.create_issue("It breaks").await;
    ben.comment(&key, "It does, *here too*.").await.ok();
    ben.set_status(&key, "DONE").await.ok();
    ben.set_status(&key, "OPEN").await.ok();
    let id = app.owner_count("SELECT id FROM users WHERE name = 'Ben'").await;
    let of = |rest: Value| {
        let mut body = json!({ "org": "main", "key": key });
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        body
    };
    ana.call("issues/set_assignee", of(json!({ "assignee": id.to_string() }))).await.ok();
    ana.call("issues/set_tags", of(json!({ "tags": "ui, crash" }))).await.ok();
    ana.call("issues/set_severity", of(json!({ "severity": "CRITICAL" }))).await.ok();
    let edit = json!({ "title": "It breaks twice", "description": "Twice.", "version": 1 });
    ana.call("issues/edit", of(edit)).await.ok();
    let mut owner = admin::connect(&app.database_url).await.unwrap();
    let cleo = Email::parse("cleo@example.org").unwrap();
    let main = OrgSlug::default();
    admin::set_role(&mut owner, (&main, &cleo), Role::Admin, app.app.clock.now()).await.unwrap();
    for (slug, name) in [("web", "Web"), ("idle", "Nobody's")] {
        ana.call("teams/create", json!({ "org": "main", "name": name, "slug": slug })).await.ok();
    }
    for person in ["cleo@example.org", "ben@example.org"] {
        ana.call("teams/add_person", json!({ "org": "main", "team": "web", "person": person })).await.ok();
    }
    let owned = json!({ "org": "main", "key": "SITE", "name": "The site", "team": "web" });
    ana.call("projects/create", owned).await.ok();
    for verb in ["members/disable", "members/enable"] {
        ana.call(verb, json!({ "org": "main", "member": id.to_string() })).await.ok();
    }
    import_history(&app, &history(40)).await;
    ana.comment("APP-7", "And what came of it?").await.ok();
    let file = ana.attach(&key, "log.txt", b"It breaks at night.").await;
    ana.call("files/hide", json!({ "org": "main", "file": file.to_string() })).await.ok();
    app
}

#[tokio::test]
async fn what_comes_in_again_is_at_the_same_position_and_gives_the_same_bytes() {
    let (one, other) = (lived_in().await, TestApp::start().await);
    let first = exported(&one, "main").await;
    let restored = restore(&other, &first, None).await.unwrap();
    assert_eq!(restored.written as i64, one.owner_count("SELECT seq FROM org_heads").await);
    let second = exported(&other, "main").await;
    assert_eq!(String::from_utf8(first.clone()).unwrap(), String::from_utf8(second).unwrap());
    for table in
        "issues comments attachments events issue_links issue_tags memberships teams team_members".split(' ')
    {
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(other.owner_count(&count).await, one.owner_count(&count).await, "{table}");
    }
    let again = restore(&other, &first, None).await.unwrap();
    assert_eq!(again.written, 0, "it was there already");
    let actor = let_in(&other, "ana@example.org").await;
    actor.get("/main/issues/CORE-1").await.ok().contains("<em>here too</em>").contains("It breaks twice");
    actor.get("/main/issues/APP-2").await.ok().contains("href=\"/main/issues/APP-3\"");
    assert_eq!(actor.create_issue("Life goes on").await, "CORE-2");
}

#[tokio::test]
async fn an_export_tells_no_id_and_no_secret() {
    let app = lived_in().await;
    let text = String::from_utf8(exported(&app, "main").await).unwrap();
    for secret in ["argon2", "7654321", "password", "\"id\"", "token"] {
        assert!(!text.contains(secret), "{secret} is in the export");
    }
    let mut connection = storage::connect(&app.database_url).await.unwrap();
    let error = sqlx::query("SELECT * FROM credentials").execute(&mut connection).await.unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
}

#[tokio::test]
async fn half_a_file_is_told_and_the_whole_one_goes_on_after_it() {
    let (one, other) = (lived_in().await, TestApp::start().await);
    let whole = exported(&one, "main").await;
    let half = &whole[..whole.len() * 3 / 4];
    let cut = half.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let error = restore(&other, &half[..cut], None).await.unwrap_err();
    assert!(error.to_string().contains("ends too early"), "{error}");
    let before = other.owner_count("SELECT seq FROM org_heads").await;
    let restored = restore(&other, &whole, None).await.unwrap();
    assert!(before > 0 && restored.written as i64 == restored.head.position - before);
    assert_eq!(exported(&other, "main").await, whole);
}

#[tokio::test]
async fn an_organization_that_is_in_use_is_left_alone_and_a_file_that_lies_is_refused() {
    let app = lived_in().await;
    let whole = String::from_utf8(exported(&app, "main").await).unwrap();
    let other = TestApp::start().await;
    other.sign_up("Max").await;
    let error = restore(&other, whole.as_bytes(), None).await.unwrap_err();
    assert!(error.to_string().contains("main is not empty"), "{error}");
    let lies = [
        (whole.replacen("\"version\":3", "\"version\":9", 1), "version 9"),
        (whole.replacen("\"status\":\"DONE\"", "\"status\":\"GONE\"", 1), "“GONE” is not known"),
        (
            whole.replacen("{\"event\":{\"position\":5,", "{\"event\":{\"position\":6,", 1),
            "position 5 is missing",
        ),
        (whole.replacen("\"reporter\":\"ana@", "\"reporter\":\"eve@", 1), "no person eve@example.org"),
        (whole.replacen("{\"tag\":{\"name\":\"ui\"}}\n", "", 1), "other lines than it says"),
        (whole.replacen("\"team\":\"web\"", "\"team\":\"wob\"", 1), "the team wob, which is not there"),
        (whole.replacen("\"people\":[\"ben@", "\"people\":[\"eve@", 1), "the team web: it has somebody"),
        (whole.replacen("{\"tag\"", "{\"tug\"", 1), "no line of an export"),
    ];
    for (number, (text, why)) in lies.iter().enumerate() {
        assert!(*text != whole, "{why}");
        let org = format!("copy-{number}");
        let error = restore(&other, text.as_bytes(), Some(&org)).await.unwrap_err();
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
    restore(&other, whole.as_bytes(), Some("copy")).await.unwrap();
    let copy = String::from_utf8(exported(&other, "copy").await).unwrap();
    assert_eq!(copy.replacen("\"copy\"", "\"main\"", 1), whole, "only its name in URLs differs");
}

/// What was taken out before there were teams has no word of them, nor of files.
#[tokio::test]
async fn an_export_of_the_first_version_is_read() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await.create_issue("It breaks").await;
    let now = String::from_utf8(exported(&app, "main").await).unwrap();
    let before = now.replacen("\"version\":3", "\"version\":1", 1);
    let before = before.replace("\"team\":null,", "").replacen("\"teams\":0,", "", 1);
    let before = before.replacen("\"attachments\":0,", "", 1);
    assert!(!before.contains("team") && !before.contains("attachments"), "{before}");
    let other = TestApp::start().await;
    restore(&other, before.as_bytes(), None).await.unwrap();
    assert_eq!(String::from_utf8(exported(&other, "main").await).unwrap(), now);
}

#[tokio::test]
async fn the_program_writes_a_packed_file_and_reads_it() {
    let (one, other) = (lived_in().await, TestApp::start().await);
    let path = crate::import::file("export.jsonl.gz", b"");
    let run = |app: &TestApp, args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tracker"));
        command.args(args).env("DATABASE_URL", app.database_url.reveal()).env("TRACKER_LOG", "warn");
        command.env("TRACKER_DATA_DIR", app.folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    run(&one, &["export", path.to_str().unwrap()]);
    let plain = run(&one, &["export"]);
    assert_eq!(one.owner_count("SELECT count(*) FROM audit WHERE action = 'EXPORTED'").await, 2);
    let mut unpacked = Vec::new();
    GzDecoder::new(&*std::fs::read(&path).unwrap()).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain, "packed and plain differ");
    run(&other, &["import", "dump", path.to_str().unwrap()]);
    assert_eq!(run(&other, &["export", "-"]), plain);
}
