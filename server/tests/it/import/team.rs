//! A team that never was, in the interchange format, and what its history comes to.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One issue of a made-up team; every third one was worked on, every fourth one finished and every twelfth reopened.
pub fn issue(number: usize) -> Value {
    let project = if number.is_multiple_of(5) { "DOCS" } else { "APP" };
    let day = |n: usize| {
        format!("20{:02}-{:02}-{:02}T08:00:00Z", 10 + number / 300, 1 + number / 28 % 12, 1 + n % 28)
    };
    let person = |n: usize| format!("person {}", n % 7);
    let mut path = vec!["Open"];
    if number.is_multiple_of(3) {
        path.push("In Progress");
    }
    if number.is_multiple_of(4) {
        path.push("Closed");
    }
    if number.is_multiple_of(12) {
        path.push("Reopened");
    }
    let at =
        |step: usize| format!("2021-{:02}-{:02}T1{}:30:00Z", 1 + number % 12, 1 + number % 28, step % 10);
    let moves: Vec<Value> = path
        .windows(2)
        .enumerate()
        .map(|(n, step)| json!({ "at": at(n), "actor": person(number + n), "field": "status", "from": step[0], "to": step[1] }))
        .collect();
    let comments: Vec<Value> = (0..number % 4)
        .map(|n| {
            let body = format!("*Seen* again, the {n}th time: {{{{code}}}} and [a link|https://example.org/{number}]");
            json!({ "id": n.to_string(), "author": person(n), "created_at": at(9 - n), "updated_at": at(9), "body": body })
        })
        .collect();
    let status = path.last().unwrap();
    let category = if *status == "Closed" { "done" } else { "new" };
    let links = json!([{ "type": "Blocks", "direction": "outward", "key": format!("APP-{}", number + 1) },
                       { "type": "Relates", "direction": "outward", "key": "GONE-1" }]);
    json!({
        "source": "test", "project": project, "key": format!("{project}-{number}"), "number": number,
        "title": format!("Issue number {number}"), "body": "h2. What happens\n\n * it _breaks_\n * it stops",
        "body_format": "jira_wiki", "type": "Bug", "status": status, "status_category": category,
        "resolution": null, "priority": if number.is_multiple_of(2) { json!("Major") } else { Value::Null },
        "labels": ["ui"], "components": [], "affects_versions": [], "fix_versions": [], "environment": null,
        "reporter": person(number), "assignee": if number.is_multiple_of(2) { json!(person(number + 3)) } else { Value::Null },
        "created_at": day(number), "updated_at": "2021-12-31T10:00:00Z",
        "resolved_at": if *status == "Closed" { json!(at(path.len() - 2)) } else { Value::Null },
        "parent": null, "subtasks": [], "links": links, "attachments": [], "comments": comments, "events": moves
    })
}

/// The history of so many issues, a line each.
pub fn history(issues: usize) -> String {
    (1..=issues).map(|number| format!("{}\n", issue(number))).collect()
}

/// What the file says, counted without the importer: issues by status, comments, moves.
pub fn counted(lines: &str) -> (BTreeMap<String, i64>, i64, i64) {
    let (mut statuses, mut comments, mut moves) = (BTreeMap::new(), 0, 0);
    for line in lines.lines() {
        let issue: Value = serde_json::from_str(line).unwrap();
        let word = match issue["status"].as_str().unwrap() {
            "In Progress" => "IN_PROGRESS",
            "Closed" => "DONE",
            _ => "OPEN",
        };
        *statuses.entry(word.to_owned()).or_default() += 1;
        comments += issue["comments"].as_array().unwrap().len() as i64;
        moves += issue["events"].as_array().unwrap().len() as i64;
    }
    (statuses, comments, moves)
}
