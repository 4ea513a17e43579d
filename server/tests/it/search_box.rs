//! The list's form as a browser without JavaScript has it.

use http::StatusCode;
use server::testing::{Actor, TestApp};

async fn cast() -> (TestApp, Actor) {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    ana.create_issue("It breaks").await;
    (app, ana)
}

#[tokio::test]
async fn what_the_form_sends_leads_to_one_canonical_url() {
    let (_app, ana) = cast().await;
    for (sent, query) in [
        ("q=breaks&from=&status=&severity=&sort=", "?q=breaks"),
        ("q=%20is%3Aopen%20&from=&status=&severity=%3E%3DHIGH&sort=", "?q=is%3Aopen%20severity%3A%3E%3DHIGH"),
        ("q=status%3ADONE&from=status%3AOPEN&status=OPEN&severity=&sort=", "?q=status%3ADONE"),
        ("q=status%3AOPEN&from=status%3AOPEN&status=&severity=&sort=", ""),
        ("q=stauts%3AOPEN&from=&status=&severity=&sort=title", "?q=stauts%3AOPEN%20sort%3Atitle"),
        ("q=stauts%3AOPEN&from=&instead=status%3AOPEN", "?q=status%3AOPEN"),
        ("status=OPEN,DONE&sort=-created&after=n~1~x", "?q=status%3AOPEN,DONE%20sort%3A-created&after=n~1~x"),
        ("sort=-updated", ""),
    ] {
        let location = ana.get(&format!("/main/issues?{sent}")).await.location();
        assert_eq!(location, format!("/main/issues{query}"), "{sent}");
        assert!(!ana.get(&location).await.status.is_redirection(), "{location}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_named_on_the_page() {
    let (_app, ana) = cast().await;
    let page = ana.get("/main/issues?q=stauts%3AOPEN%20%22%3Cb%3E%22").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.contains("role=\"alert\"")
        .contains("aria-invalid=\"true\"")
        .contains("value=\"stauts:OPEN &quot;&lt;b&gt;&quot;\"")
        .contains("Use “status” instead")
        .contains("value=\"status:OPEN &quot;&lt;b&gt;&quot;\"")
        .contains("New issue")
        .lacks("<b>\"")
        .lacks("It breaks");
}

#[tokio::test]
async fn a_list_that_can_be_read_complains_about_nothing() {
    let (_app, ana) = cast().await;
    let page = ana.get("/main/issues?q=is%3Aopen%20sort%3Atitle").await.ok();
    page.contains("It breaks")
        .contains("value=\"is:open sort:title\"")
        .lacks("aria-invalid")
        .lacks("role=\"alert\"");
    let page = ana.get("/main/issues?q=submarine").await.ok();
    page.contains("Nothing matches").contains("Clear search").contains("How to search");
}

#[tokio::test]
async fn a_strange_address_is_no_way_into_a_header() {
    let (_app, ana) = cast().await;
    for path in ["/ma%0d%0aSet-Cookie:x=y/issues?status=OPEN", "/%c3%a4/issues?sort=%0d%0atitle"] {
        let answer = ana.get(path).await;
        let location = answer.location();
        assert!(location.is_ascii() && !location.contains(['\r', '\n']), "{location}");
    }
}
