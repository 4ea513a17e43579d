//! Every path of the program, who may take it, and what it is asked with: the one table that [`super`] (who gets which
//! answer) and `leaks` (what stands in the answers) walk. A path that is not here fails both.
//!
//! A new server function is one row of its noun's file. Its rule is what the policy says of it; its bodies are what it is asked
//! with: the first by everybody in [`super`], all of them by everybody in `leaks`, once about things that the asker may
//! see, once about things that they may not, and once about things that are not there. So what the function takes from
//! outside should be taken from the [`Words`], in each combination that leads somewhere else in the code.

mod accounts;
mod issues;
mod settings;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tracker_domain::policy::{Action, OrgAction};

/// Who may take a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anybody: the doors.
    Anybody,
    /// Whoever has a session, of whatever organization.
    SignedIn,
    /// Whoever gave a right password, and is asked for the second step.
    Waiting,
    /// Every member of the organization.
    Member,
    /// Whom the policy allows this with the issue.
    Issue(Action),
    /// Whom the policy allows this in the organization.
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

const fn answers(done: u16, call: Call) -> Call {
    Call { done, ..call }
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
    /// The id of a file.
    pub file: String,
}

impl Words {
    /// A body about the organization.
    fn of_org(&self, more: Value) -> Vec<Value> {
        vec![merged(json!({ "org": self.org }), more)]
    }

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
            "has:attachment".to_owned(),
            "-has:attachment".to_owned(),
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

/// Every server function.
pub fn calls() -> impl Iterator<Item = &'static Call> {
    [issues::CALLS, accounts::CALLS, settings::CALLS].into_iter().flatten()
}

/// What programs read by GET: like the functions, with the fields in the query.
pub const FEEDS: &[Call] =
    &[reads("events", Rule::Member, |w| vec![json!({ "org": w.org, "after": 0 }), json!({ "org": w.org })])];

impl Call {
    /// The addresses of a feed.
    pub fn addresses(&self, words: &Words) -> Vec<String> {
        let query = |fields: Value| serde_qs::to_string(&fields).unwrap();
        (self.bodies)(words)
            .into_iter()
            .map(|fields| format!("/api/v1/{}?{}", self.function, query(fields)))
            .collect()
    }
}

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
    /// What a token needs for it, by the name in `http::scopes`; for others a program is nobody.
    pub programs: Option<&'static str>,
}

const fn page(path: &'static str, rule: Rule, queries: &'static [&'static str]) -> Page {
    Page { path, rule, queries, looks: false, done: 200, programs: None }
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
    page("/{org}/insights", Rule::Member, &["range=90d", "range=1y&compare=before", "q=project:CORE"]),
    page("/{org}/insights/rows", Rule::Member, &["count=OPENED", "count=WAITING&status=OPEN"]),
    page("/login/failed", Rule::Anybody, &[]),
    page("/login/second", Rule::Waiting, &[]),
    page("/second-factor", Rule::SignedIn, &[]),
    page("/forgot", Rule::Anybody, &[]),
    page("/reset", Rule::Anybody, &["token=none"]),
    page("/verify", Rule::Anybody, &["token=none"]),
    page("/invitation", Rule::Anybody, &["token=none"]),
    page("/{org}/settings/security", Rule::Member, &[]),
    page("/{org}/settings/profile", Rule::Member, &[]),
    page("/{org}/settings/tokens", Rule::Member, &[]),
    page("/{org}/settings/providers", Rule::Member, &[]),
    page("/{org}/settings/factors", Rule::Member, &[]),
    page("/{org}/settings/sign-in", Rule::Org(OrgAction::ManageSignIn), &[]),
    page("/{org}/settings/audit", Rule::Org(OrgAction::ReadAudit), &[]),
    page("/{org}/settings/members", Rule::Org(OrgAction::ManageMembers), &[]),
    page("/{org}/settings/invitations", Rule::Org(OrgAction::ManageMembers), &[]),
    page("/{org}/settings/projects", Rule::Org(OrgAction::ManageProjects), &[]),
    page("/{org}/settings/teams", Rule::Org(OrgAction::ManageTeams), &[]),
    page("/{org}/settings/services", Rule::Org(OrgAction::ManageServices), &[]),
];

/// What is neither a page nor a function, and belongs to somebody: what can be taken out, or fetched by a program.
pub const DOWNLOADS: &[Page] = &[
    page("/{org}/insights/{chart}", Rule::Member, &["range=1y"]),
    page("/{org}/settings/audit.csv", Rule::Org(OrgAction::ReadAudit), &[]),
    Page { programs: Some("files/fetch"), ..page("/{org}/files/{file}", Rule::Issue(Action::See), &[]) },
    // It is no picture.
    Page {
        done: 404,
        programs: Some("files/fetch"),
        ..page("/{org}/files/{file}/small", Rule::Issue(Action::See), &[])
    },
];

/// Where files come in: not functions, and called like them. `files.rs` has who may send what.
pub const UPLOADS: &[&str] = &["/api/v1/files/comment", "/api/v1/files/issue", "/api/v1/files/upload"];

impl Page {
    /// The addresses that it is opened at; the first has no query.
    pub fn addresses(&self, words: &Words) -> Vec<String> {
        let path = self
            .path
            .replace("{org}", &words.org)
            .replace("{key}", &words.key)
            .replace("{file}", &words.file)
            .replace("{chart}", "flow.csv");
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
    ("/api/openapi.json", "/api/openapi.json", 200),
    ("/charts/charts.js", "/charts/charts.js", 404),
    ("/docs", "/docs", 200),
    ("/docs/images/{*file}", "/docs/images/1.svg", 404),
    ("/docs/swagger-ui-bundle.js", "/docs/swagger-ui-bundle.js", 404),
    ("/docs/swagger-ui.css", "/docs/swagger-ui.css", 404),
    ("/docs/try", "/docs/try", 200),
    ("/docs/viewer.js", "/docs/viewer.js", 404),
    ("/favicon.svg", "/favicon.svg", 404),
    ("/files.js", "/files.js", 404),
    ("/fonts/{*file}", "/fonts/none.woff2", 404),
    ("/health", "/health", 200),
    ("/health/live", "/health/live", 200),
    ("/health/ready", "/health/ready", 200),
    // Not an upgrade; what the socket refuses is tested with it.
    ("/live", "/live", 400),
    // A provider that there is none of.
    ("/login/{provider}", "/login/none", 404),
    ("/login/{provider}/callback", "/login/none/callback", 404),
    ("/login/{provider}/continue", "/login/none/continue", 404),
    ("/metrics", "/metrics", 401),
    ("/passkeys.js", "/passkeys.js", 404),
    ("/pkg/{*file}", "/pkg/none.js", 404),
    ("/settings/security", "/settings/security", 303),
];
