//! Two organizations with people of every role in each, one person in both, and marked text in every field: see
//! [`super::marks`]. A test holds that no text column is without a mark, so a new one has to be marked here.

use serde_json::{Value, json};
use server::testing::{Actor, PASSWORD, TestApp};
use std::{collections::HashMap, sync::Arc};
use tracker_domain::{org::Role, text::OrgSlug};

use super::marks::Marks;
use crate::refusals::table::Words;

/// Somebody who looks at one organization.
pub struct Viewer {
    /// `person@organization`.
    pub name: &'static str,
    pub org: &'static str,
    pub actor: Arc<Actor>,
}

/// An issue, as the words of questions about it.
pub struct Known {
    pub words: Words,
    /// Who triaged it.
    pub elder: &'static str,
    pub seen_by: &'static [&'static str],
}

pub struct World {
    pub app: TestApp,
    pub viewers: Vec<Viewer>,
    pub marks: Marks,
    pub issues: Vec<Known>,
    people: HashMap<&'static str, Person>,
}

struct Person {
    actor: Arc<Actor>,
    name: String,
    address: String,
    id: i64,
}

/// Who: in which organization they sign up, in which role, and who knows their name.
const PEOPLE: &[(&str, &str, Role, &[&str])] = &[
    ("ana", "main", Role::Admin, &["ana@main", "max@main", "rob@main"]),
    ("max", "main", Role::Maintainer, &["ana@main", "max@main", "rea@main", "bo@main"]),
    ("rea", "main", Role::Reporter, &["ana@main", "max@main", "rea@main"]),
    ("rob", "main", Role::Reporter, &["ana@main", "max@main", "rob@main"]),
    // Also a maintainer of the other one.
    (
        "bo",
        "main",
        Role::Reporter,
        &["ana@main", "max@main", "bo@main", "bo@farnorth", "eve@farnorth", "roy@farnorth"],
    ),
    ("eve", "farnorth", Role::Admin, &["eve@farnorth", "bo@farnorth", "roy@farnorth"]),
    ("roy", "farnorth", Role::Reporter, &["eve@farnorth", "bo@farnorth", "roy@farnorth"]),
];

const VIEWERS: &[(&str, &str, &str)] = &[
    ("ana@main", "ana", "main"),
    ("max@main", "max", "main"),
    ("rea@main", "rea", "main"),
    ("rob@main", "rob", "main"),
    ("bo@main", "bo", "main"),
    ("bo@farnorth", "bo", "farnorth"),
    ("eve@farnorth", "eve", "farnorth"),
    ("roy@farnorth", "roy", "farnorth"),
    ("nobody", "nobody", "main"),
];

/// Reporter, organization, who triages and comments, and who sees it. Nobody else's name is on it.
const ISSUES: &[(&str, &str, &str, &[&str])] = &[
    ("ana", "main", "max", &["ana@main", "max@main"]),
    ("rea", "main", "max", &["ana@main", "max@main", "rea@main"]),
    ("rob", "main", "ana", &["ana@main", "max@main", "rob@main"]),
    ("bo", "main", "max", &["ana@main", "max@main", "bo@main"]),
    ("eve", "farnorth", "bo", &["eve@farnorth", "bo@farnorth"]),
    ("roy", "farnorth", "eve", &["eve@farnorth", "bo@farnorth", "roy@farnorth"]),
];

const IN_MAIN: &[&str] = &["ana@main", "max@main", "rea@main", "rob@main", "bo@main"];
const IN_FARNORTH: &[&str] = &["bo@farnorth", "eve@farnorth", "roy@farnorth"];

fn everybody() -> Vec<&'static str> {
    VIEWERS.iter().map(|(name, ..)| *name).collect()
}

/// Numbers that occur nowhere else.
fn number(nth: usize) -> usize {
    481_516 + 2_342 * nth
}

/// The accounts: the first of each organization makes it.
async fn found(marks: &mut Marks) -> (TestApp, HashMap<&'static str, Person>) {
    let (mut app, mut people) = (TestApp::start().await, HashMap::new());
    for (who, org, role, known_to) in PEOPLE {
        let slug = OrgSlug::parse(org).unwrap();
        app = app.with_settings(|settings| settings.org = slug);
        let name = marks.add(org, &format!("the name of {who}"), known_to);
        let elders = known_to.iter().filter(|viewer| {
            ["ana@main", "max@main", "eve@farnorth", "bo@farnorth"].contains(viewer)
                || viewer.starts_with(who)
        });
        let address = marks.add(org, &format!("the address of {who}"), &elders.copied().collect::<Vec<_>>());
        let actor = app.anon();
        let email = format!("{address}@example.org");
        let body = json!({ "name": name, "email": email, "password": PASSWORD });
        actor.call("accounts/sign_up", body).await.ok();
        let of = format!("user_id = (SELECT id FROM users WHERE email = '{email}')");
        app.owner_sql(&format!("UPDATE memberships SET role = '{role}' WHERE {of}")).await;
        let id = app.owner_count(&format!("SELECT id FROM users WHERE email = '{email}'")).await;
        people.insert(*who, Person { actor: Arc::new(actor), name, address, id });
    }
    app = app.with_settings(|settings| settings.org = OrgSlug::default());
    // Those before spoke to the program as it was set then.
    for person in people.values_mut() {
        person.actor = Arc::new(app.same_browser(&person.actor));
    }
    let nobody = Arc::new(app.anon());
    people.insert("nobody", Person { actor: nobody, name: String::new(), address: String::new(), id: 0 });
    (app, people)
}

impl World {
    /// Makes it.
    pub async fn new() -> Self {
        let mut marks = Marks::default();
        let (app, people) = found(&mut marks).await;
        let mut world = Self { app, viewers: Vec::new(), marks, issues: Vec::new(), people };
        world.settle().await;
        for (nth, row) in ISSUES.iter().enumerate() {
            world.report(nth, row).await;
        }
        world.tie().await;
        world.equip().await;
        world.count().await;
        for (name, person, org) in VIEWERS {
            let actor = world.people[person].actor.clone();
            world.viewers.push(Viewer { name, org, actor });
        }
        world
    }

    /// What belongs to the organizations themselves, and what the program does not write today.
    async fn settle(&mut self) {
        let bo = self.people["bo"].id;
        self.app
            .owner_sql(&format!(
                "INSERT INTO memberships (org_id, user_id, role, created_at)
                 SELECT id, {bo}, 'MAINTAINER', now() FROM organizations WHERE slug = 'farnorth'"
            ))
            .await;
        for (org, members, admin) in
            [("main", IN_MAIN, "ana@main"), ("farnorth", IN_FARNORTH, "eve@farnorth")]
        {
            // The doors say what one signs in to; a person of two organizations finds both.
            let knows = if org == "main" { everybody() } else { [members, &["bo@main"]].concat() };
            let name = self.marks.add(org, &format!("the name of {org}"), &knows);
            let key = self.marks.add_key(org, &format!("the project of {org}"), members);
            let project = self.marks.add(org, &format!("the name of the project of {org}"), members);
            let agent = self.marks.add(org, &format!("the audit trail of {org}"), &[admin]);
            let of = format!("(SELECT id FROM organizations WHERE slug = '{org}')");
            self.app
                .owner_sql(&format!(
                    "UPDATE organizations SET name = '{name}' WHERE slug = '{org}';
                     UPDATE projects SET name = '{project}', key = '{key}' WHERE org_id = {of};
                     UPDATE audit SET agent = '{agent}' WHERE org_id = {of}"
                ))
                .await;
        }
    }

    async fn report(
        &mut self,
        nth: usize,
        row: &(&'static str, &'static str, &'static str, &'static [&'static str]),
    ) {
        let (reporter, org, elder, seen_by) = *row;
        let mut mark = |what: &str| self.marks.add(org, &format!("{what} of {reporter}'s issue"), seen_by);
        let (title, description, tag) = (mark("the title"), mark("the description"), mark("the tag"));
        let names = [mark("the file"), mark("what the scanner says"), mark("what is in the file")];
        let comments = [mark("the reporter's comment"), mark("the answer")];
        let project = self.project(org);
        self.app.owner_sql(&format!("UPDATE projects SET next_number = {}", number(nth))).await;
        let [from, to] = [reporter, elder].map(|person| self.people[person].actor.clone());
        let new = json!({ "org": org, "project": project, "title": title, "description": description, "severity": "LOW" });
        from.call("issues/create", new).await.ok();
        let key = format!("{project}-{}", number(nth));
        let about = |more: Value| {
            let mut body = json!({ "org": org, "key": key });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let assignee = self.people[elder].id.to_string();
        from.call("comments/add", about(json!({ "body": comments[0] }))).await.ok();
        to.call("comments/add", about(json!({ "body": comments[1] }))).await.ok();
        to.call("issues/set_tags", about(json!({ "tags": tag }))).await.ok();
        to.call("issues/set_assignee", about(json!({ "assignee": assignee }))).await.ok();
        to.call("issues/set_status", about(json!({ "status": "DONE" }))).await.ok();
        to.call("issues/set_status", about(json!({ "status": "OPEN" }))).await.ok();
        let added = from
            .upload(
                "files/upload",
                &[("org", org), ("key", key.as_str())],
                &[(names[0].as_str(), names[2].as_bytes())],
            )
            .await;
        let file = added.json::<Value>()["files"][0]["id"].as_i64().unwrap();
        let finding = format!("UPDATE attachments SET finding = '{}' WHERE id = {file}", names[1]);
        self.app.owner_sql(&finding).await;
        let flash = self.flash(org, reporter, &project).await;
        let Person { name, address, id, .. } = &self.people[reporter];
        let words = Words {
            org: org.to_owned(),
            project,
            key,
            word: title,
            tag,
            name: name.clone(),
            address: address.clone(),
            person: id.to_string(),
            flash,
            file: file.to_string(),
        };
        self.issues.push(Known { words, elder, seen_by });
    }

    /// What an account has, and what an organization has besides issues.
    async fn equip(&mut self) {
        for (who, org, role, _) in PEOPLE {
            let own: Vec<_> =
                VIEWERS.iter().filter(|(_, person, _)| person == who).map(|(name, ..)| *name).collect();
            let mut mark = |what: &str| self.marks.add(org, &format!("{what} of {who}"), &own);
            let (agent, passkey, token, linked, subject) = (
                mark("the machine"),
                mark("the passkey"),
                mark("the token"),
                mark("the provider's name"),
                mark("the subject"),
            );
            let (mailed, old, new) =
                (mark("the mailed address"), mark("the mailed old address"), mark("the new address"));
            let Person { id, .. } = self.people[who];
            let of = format!("(SELECT id FROM organizations WHERE slug = '{org}')");
            self.app.owner_sql(&format!(
                "UPDATE sessions SET agent = '{agent}' WHERE user_id = {id};
                 INSERT INTO passkeys (user_id, name, credential_id, credential, created_at)
                 VALUES ({id}, '{passkey}', '\\x{id:08}', '{{}}', now());
                 INSERT INTO tokens (org_id, user_id, service, made_by, hash, ending, name, scopes, created_at, expires_at)
                 VALUES ({of}, {id}, false, {id}, sha256('{token}'), 'abcd', '{token}', '{{READ}}', now(), now() + interval '90 days');
                 INSERT INTO provider_accounts (provider, issuer, subject, user_id, email, created_at, last_used_at)
                 VALUES ('corp', 'https://corp.example', '{subject}', {id}, '{linked}@example.org', now(), now());
                 INSERT INTO mail_tokens (token_hash, user_id, kind, address, expires_at)
                 VALUES (sha256('{mailed}'), {id}, 'RESET', '{mailed}@example.org', now() + interval '1 hour');
                 INSERT INTO address_changes (user_id, old_address, new_address, old_needed, requested_at, expires_at)
                 VALUES ({id}, '{old}@example.org', '{new}@example.org', true, now(), now() + interval '1 day')"
            )).await;
            if *role == Role::Admin {
                let members = if *org == "main" { IN_MAIN } else { IN_FARNORTH };
                let team = self.marks.add(org, &format!("the team of {org}"), members);
                let invited = self.marks.add(org, &format!("the one whom {who} invited"), &own);
                self.app.owner_sql(&format!(
                    "INSERT INTO teams (org_id, slug, name, created_at) VALUES ({of}, 'web', '{team}', now());
                     INSERT INTO invitations (org_id, address, role, invited_by, created_at, expires_at)
                     VALUES ({of}, '{invited}@example.org', 'REPORTER', {id}, now(), now() + interval '7 days')"
                )).await;
            }
        }
    }

    fn project(&self, org: &str) -> String {
        let what = format!("the project of {org}");
        self.marks.all().iter().find(|mark| mark.what == what).unwrap().text.clone()
    }

    /// A form that was refused, with what was typed: for the one who typed it alone.
    async fn flash(&mut self, org: &'static str, who: &str, project: &str) -> String {
        let own: Vec<_> =
            VIEWERS.iter().filter(|(_, person, _)| *person == who).map(|(name, ..)| *name).collect();
        let typed = self.marks.add(org, &format!("what {who} typed"), &own);
        let fields =
            [("org", org), ("project", project), ("title", ""), ("severity", "LOW"), ("description", &typed)];
        let actor = self.people[who].actor.clone();
        let back = actor.form(&format!("/{org}/issues/new"), "issues/create", &fields).await.location();
        back.split_once("flash=").unwrap().1.to_owned()
    }

    /// Each issue says that it has to do with every other of its organization, and with one elsewhere.
    async fn tie(&mut self) {
        for Known { words, seen_by, .. } in &self.issues {
            let org = if words.org == "main" { "main" } else { "farnorth" };
            let target = self.marks.add(org, &format!("the tie of {}", words.key), seen_by);
            let own = format!("i.number = {}", words.key.rsplit('-').next().unwrap());
            self.app
                .owner_sql(&format!(
                    "INSERT INTO issue_links (org_id, issue_id, relation, target, source)
                     SELECT i.org_id, i.id, 'BLOCKS', '{target}', '{target}' FROM issues i WHERE {own};
                     INSERT INTO issue_links (org_id, issue_id, relation, target, target_id)
                     SELECT i.org_id, i.id, 'RELATES', 'elsewhere ' || o.id, o.id
                     FROM issues i JOIN issues o ON o.org_id = i.org_id AND o.id <> i.id WHERE {own};
                     INSERT INTO import_marks (org_id, source, what, key, target_id, line, run_at)
                     SELECT i.org_id, '{target}', 'ISSUE', '{target}', i.id, 1, now() FROM issues i WHERE {own}"
                ))
                .await;
        }
    }

    /// Brings the statistics up to the log.
    pub async fn count(&self) {
        self.app.count_all().await;
    }

    /// Whether what a viewer gets about an organization is to be held against what this viewer may see: who is a member
    /// of two sees each as another viewer.
    pub fn is_a_stranger_or_looks(&self, viewer: &Viewer, org: &str) -> bool {
        let person = viewer.name.split('@').next();
        let member = |other: &&Viewer| other.name.split('@').next() == person && other.org == org;
        self.viewers.iter().find(member).is_none_or(|looks| looks.name == viewer.name)
    }

    /// A person's browser.
    pub fn actor(&self, person: &str) -> Arc<Actor> {
        self.people[person].actor.clone()
    }

    /// A person's address.
    pub fn address(&self, person: &str) -> String {
        format!("{}@example.org", self.people[person].address)
    }

    /// A person's id.
    pub fn id(&self, person: &str) -> i64 {
        self.people[person].id
    }

    /// Something new by `person` in an organization: an issue with everything that can be said of one, which only
    /// maintainers and they themselves see.
    pub async fn stir(&self, person: &str, org: &str) {
        let actor = self.actor(person);
        let text = super::marks::fresh();
        let new = json!({ "org": org, "project": self.project(org), "title": text, "description": text, "severity": "HIGH" });
        let made: Value = actor.call("issues/create", new).await.json();
        for n in 0..3 {
            let body = json!({ "org": org, "key": made["key"], "body": format!("{text} {n}") });
            actor.call("comments/add", body).await.ok();
        }
        let body = json!({ "org": org, "key": made["key"], "tags": text });
        actor.call("issues/set_tags", body).await;
        let body = json!({ "org": org, "key": made["key"], "status": "DONE" });
        actor.call("issues/set_status", body).await;
    }
}
