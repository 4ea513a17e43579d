//! Every path of the program, who may take it, and what it is asked with: the one table that [`super`] (who gets which
//! answer) and `leaks` (what stands in the answers) walk. A path that is not here fails both.
//!
//! A new server function is one row of [`CALLS`]. Its rule is what the policy says of it; its bodies are what it is asked
//! with: the first by everybody in [`super`], all of them by everybody in `leaks`, once about things that the asker may
//! see, once about things that they may not, and once about things that are not there. So what the function takes from
//! outside should be taken from the [`Words`], in each combination that leads somewhere else in the code.

use serde_json::{Value, json};
use server::testing::PASSWORD;
use std::collections::BTreeMap;
use tracker_domain::policy::{Action, OrgAction};

/// Who may take a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anybody: the doors.
    Anybody,
    /// Whoever has a session, of whatever organization.
    SignedIn,
    /// Every member of the organization.
    Member,
    /// Whom the policy allows this with the issue.
    Issue(Action),
    /// Whom the policy allows this in the organization.
    #[expect(dead_code, reason = "for the pages and functions of an organization's settings")]
    Org(OrgAction),
}

/// A server function.
pub struct Call {
    /// Its path after `/api/v1/`.
    pub function: &'static str,
    /// Who may call it.
    pub rule: Rule,
    /// Whether it changes something.
    pub writes: bool,
    /// What those who may call it get for the first body.
    pub done: u16,
    /// What it is called with.
    pub bodies: fn(&Words) -> Vec<Value>,
}

const fn reads(function: &'static str, rule: Rule, bodies: fn(&Words) -> Vec<Value>) -> Call {
    Call { function, rule, writes: false, done: 200, bodies }
}

const fn writes(function: &'static str, rule: Rule, bodies: fn(&Words) -> Vec<Value>) -> Call {
    Call { function, rule, writes: true, done: 200, bodies }
}

/// What questions are made of. In `leaks` each of them is somebody's, or nobody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// An organization.
    pub org: String,
    /// A project's key.
    pub project: String,
    /// An issue's key.
    pub key: String,
    /// A word of a text.
    pub word: String,
    /// A tag.
    pub tag: String,
    /// A person's name.
    pub name: String,
    /// What stands before the @ of a person's address.
    pub address: String,
    /// A person's id.
    pub person: String,
    /// What a form of somebody left behind.
    pub flash: String,
}

impl Words {
    /// A body about the issue.
    fn issue(&self, more: Value) -> Value {
        merged(json!({ "org": self.org, "key": self.key }), more)
    }

    /// Queries that reach each way into the database: every field, every order, texts as words, phrases, beginnings and
    /// exclusions.
    pub fn queries(&self) -> Vec<String> {
        let Self { project, key, word, tag, name, address, .. } = self;
        let mut queries = vec![
            word.clone(),
            format!("\"{word}\""),
            word.chars().take(6).collect(),
            format!("-{word}"),
            format!("({word} or is:open)"),
            format!("{word} is:open sort:created"),
            key.clone(),
            key.to_lowercase(),
            key.rsplit('-').next().unwrap_or_default().to_owned(),
            project.clone(),
            format!("key:{key}"),
            format!("-key:{key}"),
            format!("project:{project}"),
            format!("-project:{project}"),
            format!("tag:{tag}"),
            format!("-tag:{tag}"),
            format!("{name} {tag}"),
            "is:open,closed".to_owned(),
            "assignee:none".to_owned(),
            "closed:>2000-01-01".to_owned(),
        ];
        for field in ["assignee", "reporter"] {
            for who in [name.clone(), address.clone(), format!("{address}@example.org"), "@me".to_owned()] {
                queries.push(format!("{field}:{who}"));
                queries.push(format!("-{field}:{who}"));
            }
        }
        queries
    }
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
        one.extend(other);
    }
    one
}

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

fn completions(words: &Words) -> Vec<Value> {
    let Words { project, word, tag, name, address, .. } = words;
    let mut asked = Vec::new();
    for field in ["reporter", "assignee", "tag", "project", "status"] {
        for prefix in ["", "q", word, project, tag, name, address, &tag[..tag.len().min(4)]] {
            asked.push(json!({ "org": words.org, "field": field, "prefix": prefix }));
        }
    }
    asked
}

/// Every server function, by name.
pub const CALLS: &[Call] = &[
    reads("accounts/door", Rule::Anybody, |w| vec![json!({}), json!({ "flash": w.flash })]),
    writes("accounts/sign_in", Rule::Anybody, |w| {
        vec![
            json!({ "email": "ana@example.org", "password": PASSWORD }),
            json!({ "email": format!("{}@example.org", w.address), "password": "not the right one" }),
        ]
    }),
    writes("accounts/sign_out", Rule::Anybody, |_| vec![json!({})]),
    Call {
        // The address has an account already.
        done: 422,
        ..writes("accounts/sign_up", Rule::Anybody, |_| {
            vec![json!({ "name": "Zoe", "email": "ana@example.org", "password": PASSWORD })]
        })
    },
    writes("comments/add", Rule::Issue(Action::Comment), |w| vec![w.issue(json!({ "body": "Text" }))]),
    reads("insights/view", Rule::Member, |w| vec![json!({ "org": w.org, "flash": w.flash })]),
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

/// A page.
pub struct Page {
    /// Its path, with `{org}` and `{key}` for those of the [`Words`].
    pub path: &'static str,
    /// Who sees it.
    pub rule: Rule,
    /// What may stand after the `?`, without what somebody looks for: that is in [`Page::looks`].
    pub queries: &'static [&'static str],
    /// Whether it takes a query of the query language as `q`.
    pub looks: bool,
    /// What those who may see it get.
    pub done: u16,
}

const fn page(path: &'static str, rule: Rule, queries: &'static [&'static str]) -> Page {
    Page { path, rule, queries, looks: false, done: 200 }
}

/// Every page, by path.
pub const PAGES: &[Page] = &[
    page("/login", Rule::Anybody, &[]),
    page("/signup", Rule::Anybody, &[]),
    Page { looks: true, ..page("/{org}", Rule::Member, &["sort=title"]) },
    Page {
        looks: true,
        ..page("/{org}/issues", Rule::Member, &["sort=-key", "status=OPEN", "severity=LOW&sort=x"])
    },
    page("/{org}/issues/new", Rule::Member, &["project=CORE"]),
    page("/{org}/issues/{key}", Rule::Issue(Action::See), &["edit=1", "edit=1&at=1"]),
    page("/{org}/insights", Rule::Member, &["range=30"]),
];

/// What is neither a page nor a function, and belongs to somebody: what can be taken out, or fetched by a program.
pub const DOWNLOADS: &[Page] = &[];

impl Page {
    /// The addresses that it is opened at; the first has no query.
    pub fn addresses(&self, words: &Words) -> Vec<String> {
        let path = self.path.replace("{org}", &words.org).replace("{key}", &words.key);
        let flash = format!("flash={}", words.flash);
        let fixed = self.queries.iter().map(|query| (*query).to_owned()).chain([flash]);
        // The function of the page is asked all of them; here it is whether the page shows more than that says.
        let looked: Vec<_> =
            if self.looks { words.queries().into_iter().step_by(6).collect() } else { Vec::new() };
        let looked = looked.iter().map(|query| serde_qs::to_string(&BTreeMap::from([("q", query)])).unwrap());
        let with = fixed.chain(looked).map(|query| format!("{path}?{query}")).collect::<Vec<_>>();
        [path].into_iter().chain(with).collect()
    }
}

/// The routes that are nobody's: as they were added, what to ask for, and what everybody gets.
pub const MACHINES: &[(&str, &str, u16)] = &[
    ("/", "/", 303),
    ("/favicon.svg", "/favicon.svg", 404),
    ("/fonts/{*file}", "/fonts/none.woff2", 404),
    ("/health", "/health", 200),
    ("/health/live", "/health/live", 200),
    ("/health/ready", "/health/ready", 200),
    // Not an upgrade; what the socket refuses is tested with it.
    ("/live", "/live", 400),
    ("/metrics", "/metrics", 401),
    ("/pkg/{*file}", "/pkg/none.js", 404),
];
