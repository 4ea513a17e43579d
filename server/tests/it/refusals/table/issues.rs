//! The functions about issues and numbers.

use serde_json::{Value, json};
use tracker_domain::policy::Action;

use super::{Call, Rule, Words, answers, merged, reads, writes};

fn lists(words: &Words) -> Vec<Value> {
    let about = |more| merged(json!({ "org": words.org, "flash": words.flash }), more);
    let orders = ["key", "-title", "status", "-severity", "created", "updated", "relevance"];
    let orders = orders.map(|sort| about(json!({ "sort": sort })));
    let queries = words.queries().into_iter().map(|q| about(json!({ "q": q })));
    let words = [
        about(json!({ "status": "OPEN" })),
        about(json!({ "severity": "HIGH" })),
        about(json!({ "sort": words.word })),
        about(json!({ "after": words.word })),
        about(json!({ "q": format!("tagg:{}", words.tag) })),
    ];
    [about(json!({}))].into_iter().chain(orders).chain(queries).chain(words).collect()
}

/// Every way of asking for numbers that a word of somebody else can be put into; what is not there is not told apart.
fn insights(words: &Words) -> Vec<Value> {
    let about = |more| merged(json!({ "org": words.org, "flash": words.flash }), more);
    let queries = [
        format!("project:{}", words.project),
        format!("tag:{}", words.tag),
        format!("-tag:{}", words.tag),
        "assignee:none".to_owned(),
    ];
    let queries = queries.into_iter().map(|q| about(json!({ "q": q, "range": "5y" })));
    [about(json!({})), about(json!({ "range": "1y", "compare": "before" }))]
        .into_iter()
        .chain(queries)
        .collect()
}

fn numbers(words: &Words) -> Vec<Value> {
    let about = |more| merged(json!({ "org": words.org, "flash": words.flash }), more);
    let counts = [
        "OPENED", "CLOSED", "REOPENED", "FINISHED", "BEGUN", "NO_START", "TRIAGED", "LEFT", "STANDING",
        "WAITING",
    ];
    let counts = counts.map(|count| about(json!({ "count": count })));
    let queries = [format!("project:{}", words.project), format!("tag:{}", words.tag)];
    counts.into_iter().chain(queries.map(|q| about(json!({ "q": q })))).collect()
}

fn completions(words: &Words) -> Vec<Value> {
    let Words { project, word, tag, name, address, .. } = words;
    let mut asked = Vec::new();
    for field in ["reporter", "assignee", "tag", "project", "team", "status"] {
        for prefix in ["", "q", word, project, tag, name, address, &tag[..tag.len().min(4)]] {
            asked.push(json!({ "org": words.org, "field": field, "prefix": prefix }));
        }
    }
    asked
}

fn of_files(words: &Words) -> Vec<Value> {
    ["0", &words.file].map(|file| json!({ "org": words.org, "file": file })).into()
}

/// By name.
pub const CALLS: &[Call] = &[
    writes("comments/add", Rule::Issue(Action::Comment), |w| vec![w.issue(json!({ "body": "Text" }))]),
    // Nobody takes away what is not there; what somebody may do with a file is in `files.rs`.
    answers(404, writes("files/hide", Rule::Issue(Action::See), of_files)),
    answers(404, writes("files/remove", Rule::Issue(Action::See), of_files)),
    reads("insights/rows", Rule::Member, numbers),
    reads("insights/view", Rule::Member, insights),
    reads("issues/blank", Rule::Member, |w| vec![json!({ "org": w.org, "flash": w.flash })]),
    reads("issues/complete", Rule::Member, completions),
    writes("issues/create", Rule::Member, |w| {
        let texts = json!({ "org": w.org, "title": "Title", "severity": "LOW" });
        [&w.project, &w.word].map(|project| merged(texts.clone(), json!({ "project": project }))).into()
    }),
    writes("issues/edit", Rule::Issue(Action::Edit), |w| {
        // The texts that it has; the third asks for the conflict.
        let texts = json!({ "title": "Of Ben", "description": "" });
        [json!({ "version": 1 }), json!({ "version": 2 }), json!({ "version": 0 })]
            .map(|version| w.issue(merged(texts.clone(), version)))
            .into()
    }),
    reads("issues/list", Rule::Member, lists),
    writes("issues/set_assignee", Rule::Issue(Action::Triage), |w| {
        ["", &w.person, &w.word].map(|assignee| w.issue(json!({ "assignee": assignee }))).into()
    }),
    writes("issues/set_severity", Rule::Issue(Action::Triage), |w| {
        ["HIGH", &w.word].map(|severity| w.issue(json!({ "severity": severity }))).into()
    }),
    writes("issues/set_status", Rule::Issue(Action::Triage), |w| {
        ["TRIAGED", &w.word].map(|status| w.issue(json!({ "status": status }))).into()
    }),
    writes("issues/set_tags", Rule::Issue(Action::Triage), |w| vec![w.issue(json!({ "tags": "ui" }))]),
    reads("issues/view", Rule::Issue(Action::See), |w| {
        vec![w.issue(json!({})), w.issue(json!({ "flash": w.flash }))]
    }),
    reads("texts/preview", Rule::SignedIn, |w| {
        ["Text", &w.key, &w.word, &w.name].map(|text| json!({ "text": text })).into()
    }),
];
