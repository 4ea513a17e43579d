//! The lines of `/docs`, typed into a shell one after the other as a reader would, against a server on a socket.

use serde_json::json;
use server::{openapi::GUIDE, testing::TestApp};
use std::{collections::BTreeSet, fs, path::Path};
use tokio::process::Command;

use crate::tokens::make;

/// The blocks of the guide that are for a shell, each with the status that it shows, if it is a refusal.
fn blocks() -> Vec<(Option<&'static str>, &'static str)> {
    let mut blocks = Vec::new();
    for block in GUIDE.split("\n```sh").skip(1) {
        let (info, rest) = block.split_once('\n').unwrap();
        let (lines, _) = rest.split_once("\n```").unwrap();
        blocks.push((Some(info.trim()).filter(|info| !info.is_empty()), lines));
    }
    blocks
}

/// Types lines into a shell whose curl fails where the server refuses; gives what it printed.
async fn typed(lines: &str, folder: &Path, variables: &[(&str, &str)]) -> (bool, String) {
    let mut shell = Command::new("bash");
    shell
        .args(["-euo", "pipefail", "-c", lines])
        .current_dir(folder)
        .env("CURL_HOME", folder)
        .kill_on_drop(true);
    let ran = shell.envs(variables.iter().copied()).output().await.unwrap();
    let said = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    (ran.status.success(), said)
}

#[tokio::test]
async fn every_line_of_the_guide_works() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let token = make(&ana, json!({ "read": true, "write": true })).await;
    let tracker = format!("http://{}", app.serve().await);
    let folder = std::env::temp_dir().join(format!("tracker-guide-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(".curlrc"), "silent\nshow-error\nfail-with-body\nnoproxy = *\nmax-time = 30\n")
        .unwrap();
    let variables = [("TRACKER", tracker.as_str()), ("TOKEN", token.as_str())];
    let blocks = blocks();
    assert!(blocks.len() >= 9, "{blocks:?}");
    for (refused, lines) in blocks {
        let (went_well, said) = typed(lines, &folder, &variables).await;
        let status = refused.map(|status| format!("\"status\":{status}"));
        let right = status.as_ref().map_or(went_well, |status| !went_well && said.contains(status));
        assert!(right, "{lines}\n{said}");
    }
    fs::remove_dir_all(&folder).unwrap();
    // The write that was sent twice was done once.
    assert_eq!(app.owner_count("SELECT count(*) FROM issues").await, 2);
}

#[test]
fn links_inside_of_the_page_lead_somewhere() {
    let page = server::openapi::page();
    let after = |mark: &'static str| {
        page.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap()).collect::<BTreeSet<_>>()
    };
    let (targets, links) = (after(" id=\""), after("href=\"#"));
    assert_eq!(targets.len(), page.matches(" id=\"").count(), "two headings have the same name");
    assert!(links.len() > 50);
    let lost: Vec<_> = links.difference(&targets).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
