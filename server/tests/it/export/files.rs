//! Files in an export: each with its bytes, damaged or not, and those that are gone.

use image::ImageFormat;
use serde_json::{Value, json};
use server::{
    config::Clamd,
    testing::{Actor, TestApp},
};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use super::{exported, let_in, restore, try_exported};
use crate::{
    files::{self, LOG, hide, hostile::picture, kept, remove, status},
    import::file,
};

/// Comments with a file.
async fn comment_with(actor: &Actor, key: &str, (name, bytes): (&str, &[u8])) -> i64 {
    let added = actor.upload("files/upload", &[("org", "main")], &[(name, bytes)]).await;
    let file = added.json::<Value>()["files"][0]["id"].as_i64().unwrap();
    let body = json!({ "org": "main", "key": key, "body": "Look", "files": file.to_string() });
    actor.call("comments/add", body).await.ok();
    file
}

/// More than a batch and many parts.
fn large() -> Vec<u8> {
    (0..500_000).flat_map(|line: u32| format!("line {line}\n").into_bytes()).collect()
}

/// Files of all kinds: on an issue, with a comment, hidden, taken away, large; and one that waits for its issue.
async fn with_files() -> TestApp {
    let app = TestApp::start().await;
    app.owner_sql("ALTER TABLE attachments ALTER COLUMN id RESTART WITH 765432100").await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ben.create_issue("It breaks").await;
    ben.attach(&key, "отчёт.txt", LOG).await;
    comment_with(&ben, &key, ("photo.png", &picture(ImageFormat::Png, 600, 300))).await;
    let hidden = ben.attach(&key, "hidden.txt", b"Not for reporters.").await;
    let gone = ben.attach(&key, "gone.txt", b"Taken away.").await;
    let gone_too = ben.attach(&key, "gone-too.txt", b"Taken away as well.").await;
    assert_eq!(
        (hide(&ana, hidden).await, remove(&ben, gone).await, remove(&ana, gone_too).await),
        (200, 200, 200)
    );
    ben.attach(&key, "large.txt", &large()).await;
    ben.upload("files/upload", &[("org", "main")], &[("loose.txt", b"Never attached.")]).await.ok();
    app
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn files_come_in_again_as_they_were_and_give_the_same_bytes() {
    let (one, other) = (with_files().await, TestApp::start().await);
    other.owner_sql("ALTER TABLE attachments ALTER COLUMN id RESTART WITH 4000").await;
    let first = exported(&one, "main").await;
    assert!(text(&first).contains("\"attachments\":4,") && !text(&first).contains("loose.txt"));
    assert!(!text(&first).contains("7654321"), "no id");
    one.owner_sql("DELETE FROM attachments WHERE removed_at IS NOT NULL").await;
    assert!(exported(&one, "main").await == first, "whether its row is swept does not matter");
    restore(&other, &first, None).await.unwrap();
    assert!(exported(&other, "main").await == first);
    let (ana, ben) = (let_in(&other, "ana@example.org").await, let_in(&other, "ben@example.org").await);
    let seen = files::files(&ana, "CORE-1").await;
    let row = |nth: usize| &seen[nth]["row"];
    let file = async |nth: usize, rest: &str| {
        ana.fetch(&format!("/main/files/{}{rest}", row(nth)["id"]), &[]).await.2
    };
    assert_eq!((file(0, "").await, file(3, "").await), (LOG.to_vec(), large()));
    assert_eq!((&row(1)["name"], row(1)["comment"].is_i64()), (&json!("photo.png"), true));
    let small = image::load_from_memory(&file(1, "/small").await).unwrap();
    assert_eq!((small.width(), small.height()), (480, 240));
    let hidden = row(2)["id"].as_i64().unwrap();
    assert_eq!((status(&ana, hidden).await, status(&ben, hidden).await), (200, 404));
    ana.get("/main/issues/CORE-1").await.ok().contains("a file that is not there any more");
    // Those that were taken away still are two.
    let ids =
        "SELECT count(DISTINCT payload -> 'data' -> 'attachment') FROM events WHERE kind LIKE 'attachment%'";
    assert_eq!((other.owner_count(ids).await, kept(&other).len()), (6, 4 + 1));
}

#[tokio::test]
async fn what_was_broken_off_in_a_file_goes_on() {
    let (one, other) = (with_files().await, TestApp::start().await);
    let whole = exported(&one, "main").await;
    let lines: Vec<&str> = text(&whole).split_inclusive('\n').collect();
    let mut parts = lines.iter().enumerate().filter(|(_, line)| line.starts_with("{\"part\":"));
    let last = parts.next_back().unwrap().0;
    for cut in [last - 3, last, last + 1] {
        let error = restore(&other, lines[..cut].concat().as_bytes(), None).await.unwrap_err();
        assert!(error.to_string().contains("ends too early"), "{error}");
    }
    restore(&other, &whole, None).await.unwrap();
    assert!(exported(&other, "main").await == whole);
    assert_eq!(restore(&other, &whole, None).await.unwrap().written, 0);
}

#[tokio::test]
async fn killed_twice_it_goes_on() {
    let (one, other) = (with_files().await, TestApp::start().await);
    let whole = exported(&one, "main").await;
    let path = file("files.jsonl", &whole);
    let restoring = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracker"));
        command.args(["import", "dump", path.to_str().unwrap()]).stdout(Stdio::null());
        command.env("DATABASE_URL", other.database_url.reveal()).env("TRACKER_DATA_DIR", other.folder.path());
        command.spawn().unwrap()
    };
    let objects = || fs::read_dir(other.folder.path().join("files/main")).map_or(0, Iterator::count);
    for more in [1, 4] {
        let (before, mut run) = (objects(), restoring());
        while objects() < before + more {
            assert!(run.try_wait().unwrap().is_none(), "it ended before it was killed");
        }
        run.kill().unwrap();
        run.wait().unwrap();
    }
    assert!(restoring().wait().unwrap().success());
    assert!(exported(&other, "main").await == whole);
    fs::remove_file(path).unwrap();
}

/// The object of a file.
fn stored(app: &TestApp, bytes: &[u8]) -> PathBuf {
    let mut all =
        fs::read_dir(app.folder.path().join("files/main")).unwrap().map(|entry| entry.unwrap().path());
    all.find(|path| fs::read(path).unwrap() == bytes).unwrap()
}

#[tokio::test]
async fn a_file_that_is_damaged_in_the_store_is_named_and_ends_it() {
    let app = with_files().await;
    let object = stored(&app, LOG);
    for damage in ["other bytes", ""] {
        fs::write(&object, damage).unwrap();
        let error = try_exported(&app, "main").await.unwrap_err().to_string();
        assert!(
            error.contains("the file “отчёт.txt” of CORE-1") && error.contains("not as it came in"),
            "{error}"
        );
    }
    fs::remove_file(&object).unwrap();
    let error = try_exported(&app, "main").await.unwrap_err().to_string();
    assert!(error.contains("is missing in the store") && error.contains("tracker doctor --files"), "{error}");
    app.owner_sql("UPDATE attachments SET removed_at = now() WHERE name = 'отчёт.txt'").await;
    try_exported(&app, "main").await.unwrap();
}

#[tokio::test]
async fn a_dump_whose_files_are_damaged_is_refused_at_its_line() {
    let (one, other) = (with_files().await, TestApp::start().await);
    let whole = exported(&one, "main").await;
    let whole = text(&whole);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let first = lines.iter().position(|line| line.starts_with("{\"attachment\":")).unwrap();
    let (file, part) = (lines[first], lines[first + 1]);
    let at = |line: usize, why: &str| format!("line {}: {why}", line + 1);
    let other_part = part.replacen("\":\"", "\":\"AAAA", 1);
    for (damaged, why) in [
        (
            whole.replacen(part, &part.replacen("MjAy", "MjAz", 1), 1),
            at(first, "the bytes of this file are damaged"),
        ),
        (whole.replacen(part, &other_part, 1), at(first, "this file has more bytes than it says")),
        (whole.replacen(part, "{\"part\":\"no base64\"}\n", 1), at(first + 1, "Invalid")),
        (whole.replacen(part, "", 1), at(first, "bytes of this file are missing")),
        (whole.replacen(file, "", 1), at(first, "these are bytes of no file")),
        (whole.replacen("\"text/plain\"", "\"text/html\"", 1), at(first, "this file is not text/html")),
        (whole.replacen("\"text/plain\"", "\"image/png\"", 1), at(first, "this file is not image/png")),
        (whole.replacen("отчёт.txt", "../отчёт.txt", 1), at(first, "“../отчёт.txt” is no name")),
        (whole.replacen("\"state\":\"CLEAN\"", "\"state\":\"FINE\"", 1), at(first, "")),
        (whole.replacen(file, &file.replacen("ben@", "eve@", 1), 1), at(first, "there is no person eve@")),
        (
            whole.replacen(file, &file.replacen("\"comment\":null", "\"comment\":2", 1), 1),
            at(first, "no comment was added"),
        ),
        (whole.replacen("\"attachments\":4", "\"attachments\":5", 1), "other lines than it says".to_owned()),
    ] {
        assert!(damaged != whole, "{why}");
        let org = format!("copy-{}", other.owner_count("SELECT count(*) FROM organizations").await);
        let error = restore(&other, damaged.as_bytes(), Some(&org)).await.unwrap_err().to_string();
        assert!(error.contains(&why), "{why}: {error}");
    }
}

/// What was taken out before files were in it says only that there was something.
#[tokio::test]
async fn an_export_without_files_is_read() {
    let (one, other, again) = (with_files().await, TestApp::start().await, TestApp::start().await);
    let now = exported(&one, "main").await;
    let is_file = |line: &&str| line.starts_with("{\"attachment\":") || line.starts_with("{\"part\":");
    let lines = text(&now).split_inclusive('\n').filter(|line| !is_file(line)).map(without_file);
    let without: String = lines.collect();
    let without = without.replacen("\"attachments\":4,", "\"attachments\":0,", 1);
    let before = without.replacen("\"version\":3", "\"version\":2", 1).replacen("\"attachments\":0,", "", 1);
    restore(&other, before.as_bytes(), None).await.unwrap();
    let second = exported(&other, "main").await;
    assert_eq!(text(&second), without);
    restore(&again, &second, None).await.unwrap();
    assert_eq!(exported(&again, "main").await, second);
}

fn without_file(line: &str) -> String {
    match line.split_once("{\"attachment\":") {
        Some((before, rest)) => {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{before}{{\"attachment\":null{rest}")
        }
        None => line.to_owned(),
    }
}

#[tokio::test]
async fn what_had_still_to_be_checked_is_checked_where_it_comes_in() {
    let nobody = Clamd::Tcp("127.0.0.1:1".to_owned());
    let one = TestApp::start().await.with_files(|files| files.scanner = Some(nobody));
    let ana = one.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    ana.attach(&key, "a.txt", LOG).await;
    let (other, dump) = (TestApp::start().await, exported(&one, "main").await);
    restore(&other, &dump, None).await.unwrap();
    assert_eq!(exported(&other, "main").await, dump);
    let ana = let_in(&other, "ana@example.org").await;
    let file = files::files(&ana, &key).await[0]["row"]["id"].as_i64().unwrap();
    assert_eq!(status(&ana, file).await, 403);
    other.work().await;
    assert_eq!(status(&ana, file).await, 200, "without a scanner there is nobody to wait for");
    assert_eq!(
        other.owner_count("SELECT seq - (SELECT count(*) FROM events) FROM org_heads").await,
        0,
        "no gap"
    );
}
