//! A scanner in front, and what is removed behind: the scanner is a server on the loopback that speaks INSTREAM as clamd(8)
//! says it, and finds what has the word EICAR in it.

use http::StatusCode;
use serde_json::{Value, json};
use server::{config::Clamd, testing::TestApp};
use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{LOG, files, kept, status};

/// Answers one question after the other.
async fn scanner() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(answer(socket));
        }
    });
    address
}

async fn answer(mut socket: TcpStream) {
    let mut command = [0; 10];
    socket.read_exact(&mut command).await.unwrap();
    assert_eq!(&command, b"zINSTREAM\0");
    let mut file = Vec::new();
    loop {
        let length = socket.read_u32().await.unwrap() as usize;
        if length == 0 {
            break;
        }
        let mut piece = vec![0; length];
        socket.read_exact(&mut piece).await.unwrap();
        file.extend(piece);
    }
    let found = file.windows(5).any(|part| part == b"EICAR");
    let said: &[u8] = if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" };
    socket.write_all(said).await.unwrap();
}

#[tokio::test]
async fn nobody_gets_a_file_before_it_was_checked_and_an_infected_one_never() {
    let address = scanner().await;
    let app = TestApp::start().await.with_files(|files| files.scanner = Some(Clamd::Tcp(address)));
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ben.create_issue("It breaks").await;
    let clean = ben.attach(&key, "a.txt", LOG).await;
    let infected = ben.attach(&key, "b.txt", b"EICAR and nothing else").await;
    let large = ben.attach(&key, "c.txt", &[b'a'; 6_000_000]).await;
    assert_eq!((status(&ben, clean).await, status(&ana, infected).await), (403, 403));
    ana.get(&format!("/main/issues/{key}")).await.ok().contains("being checked");
    app.work().await;
    assert_eq!((status(&ben, clean).await, status(&ben, large).await), (200, 200));
    assert_eq!((status(&ben, infected).await, status(&ana, infected).await), (403, 403));
    assert_eq!(files(&ana, &key).await[1]["row"]["state"], "INFECTED");
    ana.get(&format!("/main/issues/{key}")).await.ok().contains("it is infected");
    let audit: Value =
        ana.call("audit/view", json!({ "org": "main", "action": "FILE_INFECTED" })).await.json();
    assert_eq!(audit["view"]["entries"][0]["target"], "b.txt");
    let told = "SELECT count(*) FROM events WHERE kind = 'attachment_checked' AND origin = 'JOB'";
    assert_eq!(app.owner_count(told).await, 3);
    assert_eq!(
        app.owner_count("SELECT seq - (SELECT count(*) FROM events) FROM org_heads").await,
        0,
        "no gap"
    );
}

#[tokio::test]
async fn without_an_answer_of_the_scanner_a_file_waits() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let app = TestApp::start().await.with_files(|files| files.scanner = Some(Clamd::Tcp(nobody)));
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let file = ana.attach(&key, "a.txt", LOG).await;
    app.work().await;
    assert_eq!(status(&ana, file).await, 403);
    // One can do without the file.
    let removed = ana.call("files/remove", json!({ "org": "main", "file": file.to_string() })).await;
    assert_eq!(removed.status, StatusCode::OK);
}

#[tokio::test]
async fn what_nobody_needs_is_removed_from_the_store_and_the_table() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let stays = ana.attach(&key, "a.txt", LOG).await;
    let goes = ana.attach(&key, "b.txt", LOG).await;
    ana.call("files/remove", json!({ "org": "main", "file": goes.to_string() })).await.ok();
    ana.upload("files/upload", &[("org", "main")], &[("c.txt", LOG)]).await.ok();
    let stray = app.folder.path().join("files/main/stray");
    fs::write(&stray, "nobody knows me").unwrap();
    File::options().write(true).open(&stray).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let sweep = "SELECT tracker_jobs.add_job('sweep_files', '{}')";
    app.owner_sql(sweep).await;
    app.work().await;
    assert_eq!(kept(&app).len(), 3, "only what is surely not needed goes at once");
    app.clock.advance(Duration::from_secs(25 * 3_600));
    app.owner_sql(sweep).await;
    app.work().await;
    assert_eq!((kept(&app).len(), app.owner_count("SELECT count(*) FROM attachments").await), (1, 1));
    ana.get(&format!("/main/issues/{key}"))
        .await
        .ok()
        .contains("a.txt")
        .contains("a file that is not there any more");
    assert_eq!(status(&ana, stays).await, 200);
}
