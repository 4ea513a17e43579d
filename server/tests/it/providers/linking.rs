//! Linking and unlinking by a signed-in person.

use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use tracker_domain::error::AppError;

use super::{
    assert_stopped, count,
    elsewhere::{Elsewhere, Out},
    sign_in, with_corp, zoe,
};

const PAGE: &str = "/main/settings/providers";
const CORP: &[(&str, &str)] = &[("org", "main"), ("provider", "corp")];

fn corp_of_main() -> Value {
    json!({ "org": "main", "provider": "corp" })
}

/// Begins by the form; gives where its page leads.
async fn begin(actor: &Actor) -> Out {
    let page = actor.form(PAGE, "providers/link", CORP).await.location();
    assert!(page.starts_with("/login/corp/continue?state="), "{page}");
    let leaving = actor.get(&page).await.ok();
    let url = leaving.body.split("content=\"0; url=").nth(1).unwrap().split('"').next().unwrap();
    Out::new("corp", &unescaped(url))
}

fn state_of(page: &str) -> &str {
    page.split("state=").nth(1).unwrap().split('&').next().unwrap()
}

fn unescaped(text: &str) -> String {
    [("&#47;", "/"), ("&#61;", "="), ("&#32;", " "), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

async fn link(app: &TestApp, corp: &Elsewhere, actor: &Actor, person: &Value) -> String {
    let out = begin(actor).await;
    actor.get(&corp.agree(app, &out, person)).await.location()
}

#[tokio::test]
async fn a_signed_in_person_links_and_unlinks_without_javascript() {
    let (app, corp) = with_corp().await;
    let ana = app.sign_up("Ana").await;
    ana.get(PAGE).await.ok().contains("No account of a provider is linked").contains("CORP");
    // Not even the address is hers here.
    assert_eq!(link(&app, &corp, &ana, &zoe()).await, PAGE);
    ana.get(PAGE).await.ok().contains("Zoe@example.org").contains("Unlink");
    let elsewhere = app.anon();
    assert_eq!(sign_in(&app, &corp, &elsewhere, &zoe()).await, "/main");
    let list: Value = elsewhere.call("issues/list", json!({ "org": "main" })).await.json();
    assert_eq!(list["frame"]["viewer"]["name"], "Ana");

    assert!(ana.form(PAGE, "providers/unlink", CORP).await.location().starts_with(PAGE));
    ana.call("providers/unlink", corp_of_main()).await.ok();
    assert_eq!(count(&app, "provider_accounts").await, 0);
    for action in ["PROVIDER_LINKED", "PROVIDER_UNLINKED"] {
        assert_eq!(count(&app, &format!("audit WHERE action = '{action}'")).await, 1, "{action}");
    }
}

#[tokio::test]
async fn the_last_way_in_cannot_be_unlinked() {
    let (corp, other) = (Elsewhere::start().await, Elsewhere::start().await);
    let app = TestApp::start().await.with_providers(&[corp.settings("corp"), other.settings("other")]);
    let actor = app.anon();
    assert_eq!(sign_in(&app, &corp, &actor, &zoe()).await, "/main");
    actor.get(PAGE).await.ok().contains("Your only way to sign in");
    let refused = actor.call("providers/unlink", corp_of_main()).await.error();
    assert!(matches!(refused, AppError::Forbidden { .. }), "{refused}");
    // What leads nowhere any more is no way in.
    app.owner_sql(
        "INSERT INTO provider_accounts SELECT 'other', 'https://gone.example.org', 's', user_id, '', now(), now() FROM provider_accounts",
    )
    .await;
    actor.call("providers/unlink", corp_of_main()).await.error();
    app.owner_sql(&format!("UPDATE provider_accounts SET issuer = '{}' WHERE provider = 'other'", other.url))
        .await;
    actor.call("providers/unlink", corp_of_main()).await.ok();
    assert_eq!(count(&app, "provider_accounts").await, 1);
}

#[tokio::test]
async fn an_account_elsewhere_is_one_persons() {
    let (app, corp) = with_corp().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    assert_eq!(link(&app, &corp, &ana, &zoe()).await, PAGE);
    assert_eq!(link(&app, &corp, &ana, &zoe()).await, PAGE, "again is nothing new");
    assert_stopped(&app.anon(), &link(&app, &corp, &ben, &zoe()).await, "TAKEN").await;
    let second = json!({ "sub": "zoe-2" });
    corp.tell(second.clone(), json!([]));
    assert_stopped(&app.anon(), &link(&app, &corp, &ana, &second).await, "ANOTHER").await;
}

#[tokio::test]
async fn nobody_links_for_somebody_else() {
    let (app, corp) = with_corp().await;
    let (ana, ben) = (app.sign_up("Ana").await, app.sign_up("Ben").await);
    let begun = begin(&ana).await;
    let back = corp.agree(&app, &begun, &zoe());
    // Ben signs in where Ana began: the browser is the same, the person is not.
    let of_ana = ana.cookie_header();
    let journey = of_ana.split("; ").find(|cookie| cookie.starts_with("provider=")).unwrap();
    let cookies = format!("{}; {journey}", ben.cookie_header());
    let request =
        http::Request::get(&back).header("cookie", cookies).body(axum::body::Body::empty()).unwrap();
    let location = app.anon().send(request).await.location();
    assert_stopped(&app.anon(), &location, "CHANGED").await;
    assert_eq!(count(&app, "provider_accounts").await, 0);

    let error = app.anon().call("providers/link", corp_of_main()).await.error();
    assert_eq!(error, AppError::Unauthenticated);
    let unknown = json!({ "org": "main", "provider": "other" });
    assert_eq!(ana.call("providers/link", unknown).await.error(), AppError::NotFound);
    // A link that somebody is made to click begins nothing that links.
    let out = super::out(&ana, "corp").await;
    let landed = ana.get(&corp.agree(&app, &out, &zoe())).await.location();
    assert_eq!(landed, "/main");
    assert_eq!(
        count(&app, "provider_accounts a JOIN users u ON u.id = a.user_id WHERE u.name = 'Ana'").await,
        0
    );
}

#[tokio::test]
async fn a_page_that_goes_on_is_of_the_browser_that_began() {
    let (app, _corp) = with_corp().await;
    let ana = app.sign_up("Ana").await;
    let page = ana.form(PAGE, "providers/link", CORP).await.location();
    assert_stopped(&app.anon(), &app.anon().get(&page).await.location(), "EXPIRED").await;
    ana.get(&page)
        .await
        .ok()
        .contains("Continue to CORP")
        .contains(&format!("state&#61;{}", state_of(&page)));
}
