//! Mail: the ways out, the job that sends it, and what is never said or logged.

use serde_json::json;
use server::{
    config::{Config, Source},
    mail::{FolderMailer, Letter, MailError, Mailer, SmtpMailer},
    testing::{Actor, PASSWORD, TestApp},
};
use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tracker_domain::{
    text::{Email, Secret},
    time::Timestamp,
};

use crate::log::Log;

fn letter() -> Letter {
    Letter {
        to: Email::parse("ana@example.org").unwrap(),
        subject: "Grüße".to_owned(),
        text: "Here:\n\nhttp://tracker.test/reset?token=abc\n".to_owned(),
        html: "<p><a href=\"http://tracker.test/reset?token=abc\">Here</a></p>".to_owned(),
    }
}

fn from() -> lettre::message::Mailbox {
    "Tracker <tracker@example.org>".parse().unwrap()
}

/// A mail server that takes everything, or nothing.
struct Sink {
    url: Secret,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    async fn start(takes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Secret::new(format!("smtp://ana:hunter2@{}", listener.local_addr().unwrap()));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let kept = taken.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(talk(socket, kept.clone(), takes));
            }
        });
        Self { url, taken }
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn talk(socket: TcpStream, taken: Arc<Mutex<Vec<String>>>, takes: bool) {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 sink\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            "AUTH" => "235 welcome\r\n",
            "RCPT" if !takes => "451 not now\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                let mut text = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text += &format!("{line}\n");
                }
                taken.lock().unwrap().push(text);
                "250 taken\r\n"
            }
            "QUIT" => return,
            _ => "250 ok\r\n",
        };
        write.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn a_mail_server_gets_both_forms_of_a_mail_and_may_refuse_it() {
    let (sink, app) = (Sink::start(true).await, TestApp::start().await);
    let now = app.app.clock.now();
    let mailer = SmtpMailer::new(&sink.url, from()).unwrap();
    assert!(mailer.greet().await.unwrap());
    // The second one goes over the connection of the first.
    for _ in 0..2 {
        mailer.send(&letter(), now).await.unwrap();
    }
    let taken = sink.taken();
    assert_eq!(taken.len(), 2);
    for part in [
        "From: Tracker <tracker@example.org>",
        "To: ana@example.org",
        "Subject: =?utf-8?b?",
        "Date: Sat, 21 Nov 2026 12:00:00",
        "Message-ID: <",
        "Auto-Submitted: auto-generated",
        "multipart/alternative",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
    ] {
        assert!(taken[0].contains(part), "no “{part}” in {}", taken[0]);
    }
    let refused = SmtpMailer::new(&Sink::start(false).await.url, from()).unwrap().send(&letter(), now).await;
    let error = refused.unwrap_err();
    assert!(matches!(&error, MailError::Smtp(_)) && error.to_string().contains("not now"), "{error}");
    assert!(!format!("{error:?} {mailer:?}").contains("hunter2"));
}

#[tokio::test]
async fn without_a_server_mails_are_files_of_their_owner_alone() {
    let app = TestApp::start().await;
    let folder = std::env::temp_dir().join(format!("tracker-it-mail-{}", std::process::id()));
    let mailer = FolderMailer::new(folder.join("deep"), from());
    mailer.send(&letter(), app.app.clock.now()).await.unwrap();
    let files: Vec<_> =
        std::fs::read_dir(folder.join("deep")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() == 1 && files[0].extension().unwrap() == "eml", "{files:?}");
    assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(text.contains("multipart/alternative") && text.contains("/reset?token"), "{text}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Fails so often, then sends.
#[derive(Debug)]
struct Moody {
    fails: Mutex<u32>,
    sent: server::testing::CapturedMail,
}

impl Moody {
    fn fails_now(&self) -> bool {
        let mut fails = self.fails.lock().unwrap();
        let now = *fails > 0;
        *fails = fails.saturating_sub(1);
        now
    }
}

#[async_trait::async_trait]
impl Mailer for Moody {
    async fn send(&self, letter: &Letter, now: Timestamp) -> Result<(), MailError> {
        if self.fails_now() {
            return Err(MailError::Folder(std::io::Error::other("the folder is full")));
        }
        self.sent.send(letter, now).await
    }
}

#[tokio::test]
async fn a_mail_that_failed_is_tried_again_with_another_link_and_given_up_in_the_end() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    app.work().await;
    let moody = Arc::new(Moody { fails: Mutex::new(1), sent: app.mailed.clone() });
    let app = app.with_mailer(moody.clone());
    forgot(&app.anon(), "ana@example.org").await;
    app.work().await;
    assert_eq!(app.mailed.to("ana@example.org").len(), 1, "the one from signing up");
    let first = app.owner_count("SELECT get_byte(token_hash, 0)::bigint * 256 + get_byte(token_hash, 1) FROM mail_tokens WHERE kind = 'RESET'").await;
    let waits = "SELECT count(*) FROM tracker_jobs._private_jobs WHERE attempts = 1 AND run_at > now() AND last_error LIKE '%Reference%'";
    assert_eq!(app.owner_count(waits).await, 1);
    app.owner_sql("UPDATE tracker_jobs._private_jobs SET run_at = now()").await;
    let letters = app.mail("ana@example.org").await;
    assert_eq!(letters.len(), 2);
    let second = app.owner_count("SELECT get_byte(token_hash, 0)::bigint * 256 + get_byte(token_hash, 1) FROM mail_tokens WHERE kind = 'RESET'").await;
    assert_ne!(first, second, "a link is made for one mail");

    *moody.fails.lock().unwrap() = u32::MAX;
    forgot(&app.anon(), "ana@example.org").await;
    for _ in 0..12 {
        app.owner_sql("UPDATE tracker_jobs._private_jobs SET run_at = now()").await;
        app.work().await;
    }
    let given_up =
        "SELECT count(*) FROM tracker_jobs._private_jobs WHERE attempts = max_attempts AND attempts = 10";
    assert_eq!(app.owner_count(given_up).await, 1);
}

async fn forgot(actor: &Actor, email: &str) {
    actor.call("accounts/forgot", json!({ "email": email })).await.ok();
}

#[tokio::test]
async fn a_mail_belongs_to_the_transaction_that_causes_it() {
    let app = TestApp::start().await;
    app.sign_up("Ana").await;
    let body = json!({ "name": "Ana", "email": "ana@example.org", "password": PASSWORD });
    app.anon().call("accounts/sign_up", body).await.error();
    assert_eq!(app.mail("ana@example.org").await.len(), 1);
    assert_eq!(app.mailed.count(), 1);
}

#[tokio::test]
async fn no_password_and_no_link_gets_into_the_log() {
    let app = TestApp::start().await;
    let sink = Sink::start(true).await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let ana = app.sign_up("Ana").await;
    let reset = {
        forgot(&app.anon(), "ana@example.org").await;
        app.last_link("ana@example.org").await
    };
    let new = "a quite different walrus";
    app.anon().get(&reset).await.ok();
    let token = reset.split_once("token=").unwrap().1;
    ana.call("accounts/reset_password", json!({ "token": token, "password": new })).await.ok();
    SmtpMailer::new(&sink.url, from()).unwrap().send(&letter(), app.app.clock.now()).await.unwrap();
    let log = log.text();
    assert!(log.contains("a mail went out") && log.contains("path=\"/reset\""), "the log has nothing: {log}");
    for secret in [token, new, PASSWORD, "hunter2", "token=", "argon2id"] {
        assert!(!log.contains(secret), "“{secret}” is in the log");
    }
}

#[tokio::test]
async fn settings_of_mail_are_checked_at_the_start() {
    let read = |pairs: &[(&str, &str)]| {
        let url = ("DATABASE_URL".to_owned(), "postgres://tracker@localhost/tracker".to_owned());
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::read(Source::new(pairs.chain([url]), Path::new("none.toml")))
    };
    let problems =
        read(&[("TRACKER_MAIL_URL", "http://hunter2@mail"), ("TRACKER_MAIL_FROM", "nobody")]).unwrap_err();
    assert_eq!(problems.0.len(), 2, "{problems}");
    assert!(!problems.to_string().contains("hunter2"), "{problems}");
    let production = [("TRACKER_ENV", "production"), ("SECRET_KEY", "0123456789abcdef0123456789abcdef")];
    let quiet = read(&production).unwrap();
    assert!(matches!(quiet.mail.way, server::config::MailWay::Nowhere));
    let required = [production[0], production[1], ("TRACKER_VERIFY", "required")];
    let problems = read(&required).unwrap_err();
    assert!(problems.0.len() == 1 && problems.0[0].contains("TRACKER_MAIL_URL"), "{problems}");
}
