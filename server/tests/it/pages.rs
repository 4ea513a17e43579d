//! Pages: each is rendered for its own request, whatever is rendered beside it.

use server::testing::TestApp;
use std::sync::Arc;

/// The title is put together after the page, where the signals of another request may be the present ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_that_are_rendered_at_once_have_each_its_own_title() {
    let app = TestApp::start().await;
    let ana = Arc::new(app.sign_up("Ana").await);
    let mut issues = Vec::new();
    for n in 0..8 {
        let title = format!("This is about {n}");
        issues.push((ana.create_issue(&title).await, title));
    }
    for _ in 0..20 {
        let pages: Vec<_> = issues
            .iter()
            .map(|(key, title)| {
                let (ana, path) = (ana.clone(), format!("/main/issues/{key}"));
                let titled = format!("<title>{key} {title} ");
                tokio::spawn(async move { ana.get(&path).await.ok().contains(&titled) })
            })
            .collect();
        for page in pages {
            page.await.unwrap();
        }
    }
}
