//! Search: what is found, in which order, where the words are shown, and that nobody finds what is not theirs.

use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use sqlx::Row;
use tracker_domain::{
    issue::{SEARCH_ROWS, SEARCHED_TEXTS},
    org::Role,
};

async fn report(actor: &Actor, title: &str, description: &str) -> String {
    let body = json!({
        "org": "main", "project": "CORE", "title": title, "description": description, "severity": "MEDIUM"
    });
    actor.call("issues/create", body).await.json::<Value>()["key"].as_str().unwrap().to_owned()
}

async fn search(actor: &Actor, text: &str) -> Value {
    actor.call("issues/list", json!({ "org": "main", "q": text })).await.json::<Value>()["view"].take()
}

fn keys(page: &Value) -> Vec<String> {
    page["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned()).collect()
}

async fn found(actor: &Actor, text: &str) -> Vec<String> {
    keys(&search(actor, text).await)
}

/// The pieces of an issue's snippet, what was found in brackets.
fn shown(page: &Value, key: &str) -> Option<(String, String)> {
    let all = page["snippets"].as_array().unwrap();
    let snippet = &all.iter().find(|pair| pair[0] == key)?[1];
    let piece = |piece: &Value| {
        let text = piece[1].as_str().unwrap();
        if piece[0] == true { format!("[{text}]") } else { text.to_owned() }
    };
    let text = snippet["pieces"].as_array().unwrap().iter().map(piece).collect();
    Some((snippet["place"].as_str().unwrap().to_owned(), text))
}

#[tokio::test]
async fn a_title_outweighs_a_description_and_that_a_comment() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let comment = report(&ana, "First", "nothing").await;
    ana.comment(&comment, "It is the printer").await.ok();
    let description = report(&ana, "Second", "Our printers are on fire").await;
    let title = report(&ana, "Printing is slow: the printer", "").await;
    let page = search(&ana, "printer").await;
    assert_eq!(keys(&page), [&title, &description, &comment].map(Clone::clone));
    assert_eq!(page["sort"], "relevance");
    let shown = |key: &str| shown(&page, key).unwrap();
    assert_eq!(shown(&title), ("TITLE".into(), "Printing is slow: the [printer]".into()));
    assert_eq!(shown(&description), ("DESCRIPTION".into(), "Our [printers] are on fire".into()));
    assert_eq!(shown(&comment), ("COMMENT".into(), "It is the [printer]".into()));
}

#[tokio::test]
async fn words_are_found_by_stem_phrase_beginning_part_and_in_different_texts() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let login = report(&ana, "Authentication fails", "after the memory leaks").await;
    let other = report(&ana, "The leak of a memory", "Timeout of the gateway").await;
    ana.comment(&login, "Same with a zeppelin").await.ok();
    assert_eq!(found(&ana, "failing").await, [login.as_str()], "stem");
    assert_eq!(found(&ana, "\"memory leaks\"").await, [login.as_str()], "phrase");
    assert_eq!(found(&ana, "memory leak").await.len(), 2, "words");
    assert_eq!(found(&ana, "authenticati").await, [login.as_str()], "beginning");
    assert_eq!(found(&ana, "gatew").await, [other.as_str()], "beginning in a description");
    assert_eq!(found(&ana, "hentica").await, [login.as_str()], "part of a title");
    assert_eq!(found(&ana, "autentication").await, [login.as_str()], "misspelled");
    assert_eq!(found(&ana, "zeppelin authentication").await, [login.as_str()], "in two texts");
    assert_eq!(found(&ana, "zeppelin gateway").await.len(), 0, "in two issues");
    assert_eq!(found(&ana, "the").await, [other], "a word that is in every text, by the titles");
    for nothing in ["\"()&|!:*<->\"", "\\", "%", "'", "zzzz", "100%_\\", "\"leaks memory\""] {
        assert_eq!(found(&ana, nothing).await.len(), 0, "{nothing}");
    }
}

#[tokio::test]
async fn a_key_and_a_number_come_first_and_changed_texts_are_found_anew() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let one = report(&ana, "Mentions CORE-2", "").await;
    let two = report(&ana, "Two", "").await;
    assert_eq!(found(&ana, "core-2").await, [two.clone(), one.clone()]);
    assert_eq!(found(&ana, "#2").await[0], two);
    assert_eq!(found(&ana, "CORE").await.len(), 2);
    let edit = json!({ "org": "main", "key": two, "title": "Walrus", "description": "x", "version": 1 });
    ana.call("issues/edit", edit).await.ok();
    assert_eq!(found(&ana, "walrus").await, [two]);
    app.owner_sql("DELETE FROM events; DELETE FROM issues WHERE number = 2").await;
    assert_eq!(app.owner_count("SELECT count(*) FROM search_texts WHERE title = 'Walrus'").await, 0);
}

#[tokio::test]
async fn pages_of_a_search_show_each_issue_once() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let first = report(&ana, "seed", "").await;
    app.owner_sql(
        "INSERT INTO issues (org_id, project_id, number, title, description, description_html, status, severity,
                             reporter_id, created_at, updated_at)
         SELECT i.org_id, i.project_id, 100 + n, repeat('printer ', 1 + n % 3) || n, '', '', 'OPEN', 'LOW', i.reporter_id,
                i.created_at, i.updated_at
         FROM issues i, generate_series(1, 120) n",
    )
    .await;
    let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), Vec::new());
    loop {
        let body = json!({ "org": "main", "q": "printer", "after": after });
        let page = ana.call("issues/list", body).await.json::<Value>()["view"].take();
        seen.extend(keys(&page));
        pages.push(page.clone());
        let Some(next) = page["next"].as_str() else { break };
        after = next.to_owned();
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len(), pages.len()), (120, 120, 5));
    assert!(!seen.contains(&first));
    let back = json!({ "org": "main", "q": "printer", "after": pages[1]["previous"] });
    let back = ana.call("issues/list", back).await.json::<Value>()["view"].take();
    assert_eq!(keys(&back), keys(&pages[0]));
}

#[tokio::test]
async fn a_search_never_shows_counts_or_ranks_what_is_not_the_viewers() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let max = app.member("Max", Role::Maintainer).await;
    let ben = app.sign_up("Ben").await;
    let his = report(&ben, "A printer of Ben", "quiet").await;
    let hers = report(&ana, "printer printer", "the secret printer").await;
    ana.comment(&hers, "secret printer").await.ok();
    // More of others' texts than are ranked or looked at, all newer than his.
    app.owner_sql(
        "INSERT INTO comments (org_id, issue_id, author_id, body, body_html, created_at)
         SELECT i.org_id, i.id, i.reporter_id, 'secret printer', '', i.created_at
         FROM issues i, generate_series(1, 3000) WHERE i.title = 'printer printer'",
    )
    .await;
    let page = search(&ben, "printer").await;
    assert_eq!(keys(&page), [his.as_str()]);
    assert_eq!(page["snippets"].as_array().unwrap().len(), 1);
    assert!(!page.to_string().contains("secret"), "{page}");
    for nothing in ["secret", "secr", "ecre", "secrte", &hers, "secret ben"] {
        let page = search(&ben, nothing).await;
        assert_eq!((keys(&page).len(), page["open"].as_i64()), (0, Some(1)), "{nothing}: {page}");
        assert_eq!(page["snippets"], json!([]), "{nothing}");
    }
    for sees_all in [&ana, &max] {
        assert_eq!(keys(&search(sees_all, "secret").await), [hers.as_str()]);
        assert!(found(sees_all, "printer").await.contains(&hers));
    }
}

#[tokio::test]
async fn what_is_excluded_is_asked_issue_by_issue_and_only_of_ones_own() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    report(&ana, "A printer", "").await;
    let mut connection = app.app.db.app.acquire().await.unwrap();
    let org = app.owner_count("SELECT id FROM organizations").await;
    let user = app.owner_count("SELECT id FROM users").await;
    let issue = app.owner_count("SELECT id FROM issues").await;
    for (user, role, says) in [(user, "ADMIN", true), (user, "REPORTER", true), (user + 1, "REPORTER", false)]
    {
        let speak = format!(
            "SELECT set_config('tracker.org', '{org}', false), set_config('tracker.user', '{user}', false),
                    set_config('tracker.role', '{role}', false)"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(speak)).execute(&mut *connection).await.unwrap();
        let sql = format!("SELECT tracker_says({issue}, 'printers'), tracker_says({issue}, 'scanner')");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *connection).await.unwrap();
        assert_eq!((row.get::<bool, _>(0), row.get::<bool, _>(1)), (says, false), "{role}");
    }
    connection.close_on_drop();
}

#[tokio::test]
async fn a_text_of_any_size_can_be_written() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let words: String = (0..37_000).map(|n| format!("w{n:05} ")).collect();
    let key = report(&ana, "Long", &words).await;
    ana.comment(&key, &"a".repeat(200_000)).await.ok();
    assert_eq!(found(&ana, "w00042").await, [key]);
}

#[tokio::test]
async fn words_are_marked_on_the_page_and_stay_text() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    report(&ana, "Second", "The <b>printer</b> burns").await;
    let page = ana.get("/main/issues?q=printer").await.ok();
    let page = page.contains("<mark>printer</mark>");
    assert!(!page.body.contains("<b>printer"), "{}", page.body);
}

#[tokio::test]
async fn a_search_that_may_have_more_says_how_far_it_looked() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = report(&ana, "Printer", "").await;
    for number in 1..=SEARCH_ROWS {
        report(&ana, &format!("Printer {number}"), "").await;
    }
    let said = format!("A search looks at the newest {SEARCHED_TEXTS} texts");
    ana.get("/main/issues?q=printer").await.ok().lacks("A search looks at");
    let cap = r"SELECT substring(pg_get_function_arguments('tracker_search'::regproc) FROM 'DEFAULT (\d+)')::bigint";
    assert_eq!(app.owner_count(cap).await, i64::from(SEARCHED_TEXTS));
    // One issue that has the word again and again leaves a single page, and just there it has to be said.
    app.owner_sql(&format!(
        "INSERT INTO comments (org_id, issue_id, author_id, body, body_html, created_at)
         SELECT i.org_id, i.id, i.reporter_id, 'The printer again ' || n, '', now() FROM issues i, generate_series(1, {SEARCHED_TEXTS}) n
         WHERE i.number = {}",
        key.rsplit('-').next().unwrap()
    ))
    .await;
    let page = search(&ana, "printer").await;
    assert_eq!(
        (page["rows"].as_array().unwrap().len(), page["looked_at"].as_u64()),
        (1, Some(SEARCHED_TEXTS.into()))
    );
    ana.get("/main/issues?q=printer").await.ok().contains(&said);
    let beside = ana.get("/main/issues?q=printer%20status%3ADONE").await.ok();
    beside.contains("Nothing matches").contains("A search looks at the newest 5,000 texts");
}
