//! Files: who may add, get, remove and hide them, by which ways they come in, and what is said of them.

mod checked;
pub mod hostile;
mod moved;

use http::StatusCode;
use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use std::{path::Path, time::Duration};
use tracker_domain::{live::LiveItem, org::Role};

use crate::{live::tab::Tab, tokens::make};

pub const LOG: &[u8] = b"2026-11-21 12:00 ERROR it breaks\n";

/// All files under a folder, with their sizes.
fn under(folder: &Path) -> Vec<u64> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.unwrap());
    entries
        .flat_map(|entry| {
            let meta = entry.metadata().unwrap();
            if meta.is_dir() { under(&entry.path()) } else { vec![meta.len()] }
        })
        .collect()
}

/// What the store has.
pub fn kept(app: &TestApp) -> Vec<u64> {
    under(&app.folder.path().join("files"))
}

/// Holds that nothing of what was refused or given up is left, neither in the table nor on the disk.
async fn nothing_left(app: &TestApp) {
    assert_eq!(app.owner_count("SELECT count(*) FROM attachments").await, 0);
    // What was given up is taken back by a task of its own.
    for _ in 0..200 {
        if under(app.folder.path()).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("left on the disk: {:?}", under(app.folder.path()));
}

pub async fn files(actor: &Actor, key: &str) -> Value {
    let view: Value = actor.call("issues/view", json!({ "org": "main", "key": key })).await.json();
    view["view"]["head"]["files"].clone()
}

pub async fn remove(actor: &Actor, file: i64) -> u16 {
    actor.call("files/remove", json!({ "org": "main", "file": file.to_string() })).await.status.as_u16()
}

pub async fn hide(actor: &Actor, file: i64) -> u16 {
    actor.call("files/hide", json!({ "org": "main", "file": file.to_string() })).await.status.as_u16()
}

pub async fn status(actor: &Actor, file: i64) -> u16 {
    actor.fetch(&format!("/main/files/{file}"), &[]).await.0.as_u16()
}

#[tokio::test]
async fn a_file_is_given_to_those_who_see_its_issue_and_never_as_a_page() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let cleo = app.sign_up("Cleo").await;
    let max = app.member("Max", Role::Maintainer).await;
    let key = ben.create_issue("It breaks").await;
    let file = ben.attach(&key, "отчёт \"1\".html", LOG).await;
    let listed = &files(&max, &key).await[0]["row"];
    assert_eq!(
        (&listed["name"], &listed["media_type"], &listed["size"]),
        (&json!("отчёт %221%22.html"), &json!("text/plain"), &json!(LOG.len()))
    );
    let path = format!("/main/files/{file}");
    let (code, headers, body) = max.fetch(&path, &[]).await;
    assert_eq!((code, &body[..]), (StatusCode::OK, LOG));
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "private, no-cache");
    assert!(header("content-security-policy").ends_with("sandbox"));
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"_____ %221%22.html\"; filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82%20%25221%2522.html"
    );
    // Again, and in parts.
    let etag = header("etag");
    let (code, _, body) = max.fetch(&path, &[("if-none-match", &etag)]).await;
    assert_eq!((code, body.len()), (StatusCode::NOT_MODIFIED, 0));
    let (code, part, body) = max.fetch(&path, &[("range", "bytes=5-9"), ("accept-encoding", "gzip")]).await;
    assert_eq!((code, &body[..]), (StatusCode::PARTIAL_CONTENT, &LOG[5..10]));
    assert_eq!(part["content-range"], format!("bytes 5-9/{}", LOG.len()));
    let (code, _, _) = max.fetch(&path, &[("range", "bytes=900-")]).await;
    assert_eq!(code, StatusCode::RANGE_NOT_SATISFIABLE);
    // For others there is none.
    assert_eq!((status(&ben, file).await, status(&cleo, file).await), (200, 404));
    assert_eq!(status(&app.anon(), file).await, 401);
    assert_eq!(cleo.fetch(&path, &[("if-none-match", &etag)]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_may_comment_may_attach_and_nobody_else() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let cleo = app.sign_up("Cleo").await;
    let key = ana.create_issue("Hers").await;
    let to = [("org", "main"), ("key", &key)];
    let sent = cleo.upload("files/upload", &to, &[("a.txt", LOG)]).await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
    let sent = app.anon().upload("files/upload", &to, &[("a.txt", LOG)]).await;
    assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
    let reading = app.anon().showing(&make(&ana, json!({ "read": true })).await);
    assert_eq!(reading.upload("files/upload", &to, &[("a.txt", LOG)]).await.status, StatusCode::FORBIDDEN);
    let request = http::Request::post("/api/v1/files/upload").header("origin", "https://evil.example");
    let foreign = ana.send(request.body("".into()).unwrap()).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    nothing_left(&app).await;
    let writing = app.anon().showing(&make(&ana, json!({ "write": true })).await);
    let file = writing.attach(&key, "a.txt", LOG).await;
    assert_eq!((status(&writing, file).await, status(&reading, file).await), (200, 200));
    assert_eq!(
        app.owner_count("SELECT count(*) FROM events WHERE kind = 'attachment_added' AND origin = 'API'")
            .await,
        1
    );
}

#[tokio::test]
async fn one_takes_back_ones_own_for_a_while_and_maintainers_hide() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let max = app.member("Max", Role::Maintainer).await;
    let key = ben.create_issue("It breaks").await;
    let mut ids = Vec::new();
    for name in ["one.txt", "two.txt", "three.txt"] {
        ids.push(ben.attach(&key, name, LOG).await);
    }
    let of_max = max.attach(&key, "max.txt", LOG).await;
    assert_eq!(
        (remove(&max, ids[0]).await, remove(&ben, of_max).await, hide(&ben, of_max).await),
        (403, 403, 403)
    );
    assert_eq!((remove(&ben, ids[0]).await, status(&max, ids[0]).await), (200, 404));
    app.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(
        (remove(&ben, ids[1]).await, remove(&max, of_max).await, remove(&ana, ids[1]).await),
        (403, 200, 200)
    );
    assert_eq!((hide(&max, ids[2]).await, hide(&max, ids[2]).await), (200, 403));
    assert_eq!(
        (status(&ben, ids[2]).await, status(&max, ids[2]).await, remove(&ben, ids[2]).await),
        (404, 200, 404)
    );
    assert_eq!(files(&ben, &key).await, json!([]));
    let seen = files(&max, &key).await;
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["row"]["hidden"]), (1, &json!(true)));
    let told = "SELECT count(*) FROM events WHERE kind IN ('attachment_added', 'attachment_removed', 'attachment_hidden')";
    assert_eq!(app.owner_count(told).await, 4 + 3 + 1);
}

#[tokio::test]
async fn what_was_uploaded_waits_for_its_issue_and_is_nobody_elses() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let added = ben.upload("files/upload", &[("org", "main")], &[("a.txt", LOG), ("b.txt", LOG)]).await;
    let added: Value = added.json();
    let ids: Vec<_> =
        added["files"].as_array().unwrap().iter().map(|file| file["id"].as_i64().unwrap()).collect();
    assert_eq!(
        (status(&ben, ids[0]).await, status(&ana, ids[0]).await, remove(&ana, ids[0]).await),
        (200, 404, 404)
    );
    let new = |files: String| json!({ "org": "main", "project": "CORE", "title": "T", "severity": "LOW", "files": files });
    let stolen = ana.call("issues/create", new(ids[0].to_string())).await.error();
    assert!(stolen.about("files").is_some());
    assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, 0);
    let made: Value = ben.call("issues/create", new(ids[0].to_string())).await.json();
    let key = made["key"].as_str().unwrap();
    assert_eq!(status(&ana, ids[0]).await, 200);
    assert!(ben.call("issues/create", new(ids[0].to_string())).await.error().about("files").is_some());
    let said = json!({ "org": "main", "key": key, "body": "Look", "files": ids[1].to_string() });
    let said: Value = ben.call("comments/add", said).await.json();
    assert_eq!(files(&ana, key).await[1]["row"]["comment"], said["id"]);
    assert!(
        ben.call("issues/create", new("[object File]".to_owned())).await.error().about("files").is_some()
    );
    // One that was not attached goes without a word.
    let loose: Value = ben.upload("files/upload", &[("org", "main")], &[("c.txt", LOG)]).await.json();
    let loose = loose["files"][0]["id"].as_i64().unwrap();
    assert_eq!((remove(&ben, loose).await, status(&ben, loose).await), (200, 404));
    assert_eq!(app.owner_count("SELECT count(*) FROM events WHERE kind = 'attachment_removed'").await, 0);
}

#[tokio::test]
async fn forms_without_scripts_take_files_along() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let fields = [
        ("org", "main"),
        ("title", ""),
        ("project", "CORE"),
        ("severity", "LOW"),
        ("idempotency_key", "form-0001"),
    ];
    let back =
        ana.upload_form("/main/issues/new", "files/issue", &fields, &[("a.txt", LOG)]).await.location();
    assert!(back.starts_with("/main/issues/new?flash="), "{back}");
    let file = app.owner_count("SELECT id FROM attachments").await;
    let page = ana.get(&back).await.ok().contains("The title is missing").contains("Uploaded already: 1");
    page.contains(&format!("name=\"files\" value=\"{file}\""));
    // With a title it is done, and the file that went first comes along.
    let file = file.to_string();
    let fields =
        [("org", "main"), ("title", "T"), ("project", "CORE"), ("severity", "LOW"), ("files", &file)];
    let made = ana
        .upload_form("/main/issues/new", "files/issue", &fields, &[("b.txt", LOG), ("", b"")])
        .await
        .location();
    assert!(made.starts_with("/main/issues/CORE-1?flash="), "{made}");
    ana.get(&made).await.ok().contains("Issue created").contains("a.txt").contains("b.txt");
    let fields = [("org", "main"), ("key", "CORE-1"), ("body", "Look")];
    let said =
        ana.upload_form("/main/issues/CORE-1", "files/comment", &fields, &[("c.txt", LOG)]).await.location();
    assert!(said.contains("#comment-"), "{said}");
    let fields = [("org", "main"), ("key", "CORE-1")];
    let done =
        ana.upload_form("/main/issues/CORE-1", "files/upload", &fields, &[("d.txt", LOG)]).await.location();
    ana.get(&done).await.ok().contains("Files attached").contains("d.txt");
    let empty =
        ana.upload_form("/main/issues/CORE-1", "files/upload", &fields, &[("", b"")]).await.location();
    ana.get(&empty).await.ok().contains("Choose a file first");
    assert_eq!(files(&ana, "CORE-1").await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_request_that_comes_twice_attaches_once() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let fields = [("org", "main"), ("key", key.as_str()), ("idempotency_key", "upload-0001")];
    let sent = (0..10).map(|_| ana.upload("files/upload", &fields, &[("a.txt", LOG)]));
    let answers = futures::future::join_all(sent).await;
    let bodies: Vec<_> = answers.into_iter().map(|answer| answer.ok().body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert_eq!(app.owner_count("SELECT count(*) FROM attachments").await, 1);
    for _ in 0..200 {
        if kept(&app).len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(kept(&app), [LOG.len() as u64]);
    let other = ana.upload("files/upload", &fields, &[("a.txt", b"other")]).await.error();
    assert!(other.about("idempotency_key").is_some());
}

#[tokio::test]
async fn an_open_page_hears_of_files_as_far_as_its_viewer_sees_them() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ben.create_issue("It breaks").await;
    let (address, since) = (app.serve().await, app.owner_count("SELECT seq FROM org_heads").await);
    let topic = format!("main/issues/{key}");
    let mut tab = Tab::listen(address, &ben, &topic, since).await;
    tab.caught_up().await;
    let file = ben.attach(&key, "a.txt", LOG).await;
    let shown = |items: Vec<LiveItem>| -> Value { serde_json::to_value(&items[0]).unwrap()["entry"].clone() };
    let entry = shown(tab.hear_until(since, since + 1).await);
    assert_eq!(entry["entry"]["change"]["attachment_added"]["attachment"], file);
    assert_eq!(
        (&entry["head"]["files"][0]["row"]["name"], &entry["head"]["files"][0]["can_remove"]),
        (&json!("a.txt"), &json!(true))
    );
    hide(&ana, file).await;
    let entry = shown(tab.hear_until(since + 1, since + 2).await);
    assert_eq!(entry["head"]["files"], json!([]));
}

#[tokio::test]
async fn issues_are_found_by_the_files_that_one_sees() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let (with, without) = (ben.create_issue("With").await, ben.create_issue("Without").await);
    let file = ben.attach(&with, "a.txt", LOG).await;
    let found = async |actor: &Actor, q: &str| -> Vec<String> {
        let list: Value = actor.call("issues/list", json!({ "org": "main", "q": q })).await.json();
        let rows = list["view"]["rows"].as_array().unwrap().iter();
        rows.map(|row| row["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(&ben, "has:attachment").await, [with.as_str()]);
    assert_eq!(found(&ben, "-has:attachment").await, [without.as_str()]);
    hide(&ana, file).await;
    assert_eq!(
        (found(&ben, "has:attachment").await.len(), found(&ana, "has:attachment").await.len()),
        (0, 1)
    );
}
