//! What is secret stands nowhere but where it has to: not in the log, an address, a page, an answer, or the database.

use http::header;
use serde_json::json;
use server::testing::{Actor, Answer, PASSWORD, TestApp};

use crate::log::Log;

/// What must not be found, and what was said: addresses, headers that are no cookies, and bodies.
#[derive(Default)]
struct Story {
    secrets: Vec<(&'static str, String)>,
    said: String,
}

impl Story {
    fn keep(&mut self, what: &'static str, secret: &str) {
        self.secrets.push((what, secret.to_owned()));
    }

    /// Every cookie's value is a secret of the browser and us.
    fn keep_cookies(&mut self, actor: &Actor) {
        for (_, value) in actor.cookie_header().split("; ").filter_map(|cookie| cookie.split_once('=')) {
            self.secrets.push(("a cookie", value.to_owned()));
        }
    }

    fn hear(&mut self, answer: &Answer) {
        for (name, value) in &answer.headers {
            if name != header::SET_COOKIE {
                self.said += &format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
            }
        }
        self.said += &answer.body;
    }

    /// Goes where a form without JavaScript leads to.
    async fn form(&mut self, actor: &Actor, page: &str, function: &str, fields: &[(&str, &str)]) {
        let answer = actor.form(page, function, fields).await;
        self.hear(&answer);
        self.keep_cookies(actor);
        let to = answer.location();
        self.hear(&actor.get(&to).await);
    }

    fn held_against(&self, text: &str, place: &str) {
        for (what, secret) in &self.secrets {
            assert!(!text.contains(secret.as_str()), "{what} stands in {place}");
        }
    }
}

#[tokio::test]
async fn no_password_and_no_session_stands_where_it_need_not() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = TestApp::start().await;
    let mut story = Story::default();
    for (what, secret) in
        [("the password", PASSWORD), ("a short password", "hunter"), ("a wrong one", "swordfish-123456")]
    {
        story.keep(what, secret);
    }

    let ana = app.anon();
    let person = [("name", "Ana"), ("email", "ana@example.org")];
    let with = |password| [&person[..], &[("password", password)]].concat();
    story.form(&ana, "/signup", "accounts/sign_up", &with("hunter")).await;
    story.form(&ana, "/signup", "accounts/sign_up", &with(PASSWORD)).await;
    story.form(&ana, "/main", "accounts/sign_out", &[]).await;
    let who = |password| [("email", "ana@example.org"), ("password", password)];
    story.form(&ana, "/login", "accounts/sign_in", &who("swordfish-123456")).await;
    story.form(&ana, "/login", "accounts/sign_in", &who(PASSWORD)).await;
    let program = app.anon();
    let body = json!({ "email": "ana@example.org", "password": PASSWORD });
    story.hear(&program.call("accounts/sign_in", body).await.ok());
    story.hear(&program.call("accounts/sign_in", json!({ "email": 7, "password": PASSWORD })).await);
    story.keep_cookies(&program);
    let refused = [("org", "main"), ("project", "CORE"), ("title", ""), ("severity", "LOW")];
    story.form(&ana, "/main/issues/new", "issues/create", &refused).await;
    for path in ["/", "/main", "/main/issues/new", "/main/insights", "/login", "/no/such/page"] {
        story.hear(&ana.get(path).await);
    }

    assert!(story.secrets.len() >= 8, "cookies were given");
    story.held_against(&story.said, "an answer");
    let logged = log.text();
    assert!(logged.contains("tracker_account"), "the log was heard: {} bytes", logged.len());
    story.held_against(&logged, "the log");
    for (table, column) in app.text_columns().await {
        for (what, secret) in &story.secrets {
            let sql =
                format!("SELECT count(*) FROM \"{table}\" WHERE strpos(\"{column}\"::text, '{secret}') > 0");
            assert_eq!(app.owner_count(&sql).await, 0, "{what} stands in {table}.{column}");
        }
    }
}

#[tokio::test]
async fn what_an_address_says_is_not_logged() {
    let log = Log::default();
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    ana.get("/main/issues?q=whatsomebodylooksfor").await.ok();
    ana.get("/no/such/page?token=whatamailbrought").await;
    let other = ana.send(
        http::Request::post("/api/v1/issues/list?token=inthequery")
            .header("origin", "https://evil.example")
            .body("".into())
            .unwrap(),
    );
    assert_eq!(other.await.status, 403);
    let logged = log.text();
    assert!(logged.contains("another site"), "{logged}");
    for secret in ["whatsomebodylooksfor", "whatamailbrought", "inthequery"] {
        assert!(!logged.contains(secret), "{logged}");
    }
}
