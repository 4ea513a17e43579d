//! Forms sent by a browser without JavaScript.

use http::StatusCode;
use server::testing::{PASSWORD, TestApp};

#[tokio::test]
async fn a_form_leads_to_what_it_made_and_says_so() {
    let app = TestApp::start().await;
    let ana = app.anon();
    let fields = [("name", "Ana"), ("email", "ana@example.org"), ("password", PASSWORD)];
    assert_eq!(ana.form("/signup", "accounts/sign_up", &fields).await.location(), "/main");
    let fields = [("org", "main"), ("project", "CORE"), ("title", "It breaks"), ("severity", "HIGH")];
    let made = ana.form("/main/issues/new", "issues/create", &fields).await.location();
    assert!(made.starts_with("/main/issues/CORE-1?flash="), "{made}");
    ana.get(&made).await.ok().contains("It breaks").contains("role=\"status\"");
    let fields = [("org", "main"), ("key", "CORE-1"), ("body", "Seen.")];
    let made = ana.form("/main/issues/CORE-1", "comments/add", &fields).await.location();
    assert!(made.starts_with("/main/issues/CORE-1?flash=") && made.contains("#comment-"), "{made}");
    assert_eq!(ana.form("/main/issues", "accounts/sign_out", &[]).await.location(), "/login");
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_for_the_same_browser_alone() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let typed = "A description that took an hour";
    let fields =
        [("org", "main"), ("project", "CORE"), ("title", ""), ("severity", "HIGH"), ("description", typed)];
    let back = ana.form("/main/issues/new", "issues/create", &fields).await.location();
    assert!(back.starts_with("/main/issues/new?flash="), "{back}");
    ana.get(&back).await.ok().contains(typed).contains("The title is missing.").contains("aria-invalid");
    let ben = app.sign_up("Ben").await;
    ben.get(&back).await.ok().lacks(typed);
}

#[tokio::test]
async fn a_refused_choice_is_marked_at_its_select() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let issue = format!("/main/issues/{key}");
    ana.get(&issue).await.ok().lacks("aria-invalid");
    let fields = [("org", "main"), ("key", key.as_str()), ("assignee", "999999")];
    let back = ana.form(&issue, "issues/set_assignee", &fields).await.location();
    let page = ana.get(&back).await.ok().contains("id=\"e-assignee\"");
    let select = page.body.split("<select").find(|part| part.contains("name=\"assignee\"")).unwrap();
    assert!(select.contains("aria-invalid=\"true\"") && select.contains("aria-describedby=\"e-assignee\""));
}

#[tokio::test]
async fn somebody_without_a_session_gets_their_form_back_without_the_password() {
    let app = TestApp::start().await;
    let ana = app.anon();
    let fields = [("name", "Ana"), ("email", "nonsense"), ("password", "my secret words")];
    let back = ana.form("/signup", "accounts/sign_up", &fields).await.location();
    ana.get(&back)
        .await
        .ok()
        .contains("value=\"nonsense\"")
        .contains("Write a mail address")
        .lacks("my secret words");
    app.anon().get(&back).await.ok().lacks("nonsense");
    assert_eq!(app.owner_count("SELECT count(*) FROM flashes WHERE flash::text LIKE '%secret%'").await, 0);
}

#[tokio::test]
async fn a_stale_edit_shows_both_texts() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("First").await;
    let edit = |title, version| {
        [("org", "main"), ("key", "CORE-1"), ("title", title), ("description", ""), ("version", version)]
    };
    let page = format!("/main/issues/{key}?edit=1");
    ana.form(&page, "issues/edit", &edit("Theirs", "1")).await.location();
    let back = ana.form(&page, "issues/edit", &edit("Mine", "1")).await.location();
    assert!(back.contains("edit=1") && back.contains("flash="), "{back}");
    ana.get(&back).await.contains("Theirs").contains("Mine");
}

#[tokio::test]
async fn another_site_can_change_nothing() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    for (name, value) in
        [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")]
    {
        let request = http::Request::post("/api/v1/issues/create")
            .header("content-type", "application/x-www-form-urlencoded")
            .header(name, value)
            .body("org=main&project=CORE&title=Evil&severity=LOW".into());
        assert_eq!(ana.send(request.unwrap()).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, 0);
}

#[tokio::test]
async fn every_answer_is_hardened_and_scripts_carry_its_nonce() {
    let app = TestApp::start().await;
    let page = app.anon().get("/login").await.ok();
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(!policy.contains("unsafe-inline") && page.body.contains(&format!("nonce=\"{nonce}\"")));
    let scripts = page.body.matches("<script").count();
    assert_eq!(
        scripts,
        page.body.matches(&format!("nonce=\"{nonce}\"")).count(),
        "every script carries the nonce"
    );
    assert!(!page.body.contains(" style=\""), "no style attributes");
    let missing = app.anon().get("/no/such/page").await;
    assert_eq!(
        (missing.status, missing.headers["x-content-type-options"].to_str().unwrap()),
        (StatusCode::NOT_FOUND, "nosniff")
    );
}
