//! Who walks the paths: one row a kind of asker.

use futures::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};
use server::{
    http::{Need, need},
    testing::{Actor, PASSWORD, TestApp},
};
use tracker_domain::{
    id::UserId,
    org::Role,
    policy::{self, Decision, IssueFacts},
    token::TokenScope,
    workflow::Status,
};

use super::table::{Call, Page, Rule, Words};
use crate::tokens::make;

/// What somebody is to the organization that is asked about.
#[derive(Clone, Copy)]
pub enum Standing {
    /// Nobody is signed in.
    Nobody,
    /// Signed in, and not a member (any more).
    Stranger,
    /// A member.
    Member(Role),
    /// The one who reported the issue.
    Reporter,
    /// Gave a right password, and is asked for the second step.
    Waiting,
    /// A program, that may do what its person may as far as its scope goes. On pages it is nobody.
    Token(&'static Standing, TokenScope),
}

type Enter = for<'a> fn(&'a Stage) -> BoxFuture<'a, Actor>;

/// Everybody who asks: what they are called in the table, what they are, and how they come in. They come in this order,
/// and the first is the first account.
pub const CAST: &[(&str, Standing, Enter)] = &[
    ("admin", Standing::Member(Role::Admin), |s| s.app.sign_up("Ana").boxed()),
    ("its reporter", Standing::Reporter, |s| s.reporter().boxed()),
    ("maintainer", Standing::Member(Role::Maintainer), |s| s.app.member("Max", Role::Maintainer).boxed()),
    ("reporter", Standing::Member(Role::Reporter), |s| s.app.sign_up("Cleo").boxed()),
    ("disabled", Standing::Stranger, |s| s.disabled().boxed()),
    ("admin of another", Standing::Stranger, |s| s.elsewhere().boxed()),
    ("waiting", Standing::Waiting, |s| s.waiting().boxed()),
    ("reading token", Standing::Token(&Standing::Member(Role::Admin), TokenScope::Read), |s| {
        s.token("read").boxed()
    }),
    ("writing token", Standing::Token(&Standing::Member(Role::Admin), TokenScope::Write), |s| {
        s.token("write").boxed()
    }),
    ("service", Standing::Token(&Standing::Member(Role::Reporter), TokenScope::Write), |s| {
        s.service().boxed()
    }),
    ("nobody", Standing::Nobody, |s| async { s.app.anon() }.boxed()),
];

/// A tracker with an issue that somebody reported.
pub struct Stage {
    pub app: TestApp,
}

impl Stage {
    async fn reporter(&self) -> Actor {
        let ben = self.app.sign_up("Ben").await;
        assert_eq!(ben.create_issue("Of Ben").await, "CORE-1");
        ben.attach("CORE-1", "log.txt", b"Of Ben").await;
        ben
    }

    async fn disabled(&self) -> Actor {
        let dan = self.app.sign_up("Dan").await;
        let sql = "UPDATE memberships SET disabled_at = now() WHERE user_id = (SELECT id FROM users WHERE name = 'Dan')";
        self.app.owner_sql(sql).await;
        dan
    }

    async fn elsewhere(&self) -> Actor {
        let eve = self.app.sign_up("Eve").await;
        self.app
            .owner_sql(
                "INSERT INTO organizations (slug, name, created_at) VALUES ('other', 'Other', now());
                 INSERT INTO org_heads (org_id) SELECT id FROM organizations WHERE slug = 'other';
                 INSERT INTO teams (org_id, slug, name, created_at)
                 SELECT id, 'web', 'Web', now() FROM organizations WHERE slug = 'main';
                 UPDATE memberships SET role = 'ADMIN', org_id = (SELECT id FROM organizations WHERE slug = 'other')
                 WHERE user_id = (SELECT id FROM users WHERE name = 'Eve')",
            )
            .await;
        eve
    }

    async fn waiting(&self) -> Actor {
        let pia = self.app.sign_up("Pia").await;
        let sql = "INSERT INTO totp (user_id, secret, created_at, confirmed_at)
                   SELECT id, 'sealed', now(), now() FROM users WHERE name = 'Pia'";
        self.app.owner_sql(sql).await;
        pia.call("accounts/sign_out", json!({})).await.ok();
        pia.call("accounts/sign_in", json!({ "email": "pia@example.org", "password": PASSWORD })).await.ok();
        pia
    }

    /// The admin once more.
    async fn admin(&self) -> Actor {
        let ana = self.app.anon();
        ana.call("accounts/sign_in", json!({ "email": "ana@example.org", "password": PASSWORD })).await.ok();
        ana
    }

    async fn token(&self, scope: &str) -> Actor {
        let token = make(&self.admin().await, json!({ scope: true })).await;
        self.app.anon().showing(&token)
    }

    async fn service(&self) -> Actor {
        let admin = self.admin().await;
        let service = json!({ "org": "main", "called": "CI", "role": "REPORTER" });
        admin.call("services/create", service).await.ok();
        let id = self.app.owner_count("SELECT id FROM users WHERE service_of IS NOT NULL").await;
        let token = json!({ "org": "main", "service": id, "name": "CI", "write": true });
        let made: Value = admin.call("services/create_token", token).await.json();
        self.app.anon().showing(made["token"].as_str().unwrap())
    }

    /// What they ask about.
    pub async fn words(&self) -> Words {
        let max = self.app.owner_count("SELECT id FROM users WHERE name = 'Max'").await;
        Words {
            org: "main".to_owned(),
            project: "CORE".to_owned(),
            key: "CORE-1".to_owned(),
            word: "breaks".to_owned(),
            tag: "ui-tag".to_owned(),
            name: "Max".to_owned(),
            address: "max".to_owned(),
            person: max.to_string(),
            flash: "none".to_owned(),
            file: self.app.owner_count("SELECT id FROM attachments").await.to_string(),
        }
    }
}

/// Somebody who asks.
pub struct Asker {
    pub name: &'static str,
    pub standing: Standing,
    pub actor: Actor,
}

/// The tracker and everybody on it.
pub async fn cast() -> (Stage, Vec<Asker>) {
    let stage = Stage { app: TestApp::start().await };
    let mut askers = Vec::new();
    for (name, standing, enter) in CAST {
        askers.push(Asker { name, standing: *standing, actor: enter(&stage).await });
    }
    (stage, askers)
}

/// The issue that is asked about was reported by them, and is open.
const BEN: UserId = UserId(1);

/// What somebody gets, before it is put as a status or a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What they asked for.
    Done,
    /// Who may.
    Refused,
    /// As if it did not exist.
    Hidden,
    /// The way to the door.
    SignIn,
}

impl Standing {
    /// What the rule of a path means for them: what the policy says, for those whom it knows.
    pub fn outcome(self, rule: Rule) -> Outcome {
        let (role, user) = match (self, rule) {
            (_, Rule::Anybody) => return Outcome::Done,
            (Self::Waiting, Rule::Waiting) => return Outcome::Done,
            (Self::Nobody | Self::Waiting | Self::Token(..), _) | (_, Rule::Waiting) => {
                return Outcome::SignIn;
            }
            (Self::Stranger, Rule::SignedIn) => return Outcome::Done,
            (Self::Stranger, _) => return Outcome::Hidden,
            (Self::Member(role), _) => (role, UserId(2)),
            (Self::Reporter, _) => (Role::Reporter, BEN),
        };
        let actor = policy::Actor { user, role };
        let decision = match rule {
            Rule::Anybody | Rule::Waiting | Rule::SignedIn | Rule::Member => Decision::Allow,
            Rule::Issue(action) => {
                policy::decide(actor, action, IssueFacts { reporter: BEN, status: Status::Open })
            }
            Rule::Org(action) => policy::decide_org(actor, action),
        };
        match decision {
            Decision::Allow => Outcome::Done,
            Decision::Refuse(_) => Outcome::Refused,
            Decision::Hide => Outcome::Hidden,
        }
    }

    /// What opening a page or a download means for them.
    pub fn outcome_of(self, page: &Page) -> Outcome {
        match (self, page.programs) {
            (Self::Token(person, scope), Some(function)) => {
                let enough = matches!(need(function), Some(Need::Scope(needed)) if scope >= needed);
                if enough { person.outcome(page.rule) } else { Outcome::Refused }
            }
            _ => self.outcome(page.rule),
        }
    }

    /// The status of the answer to a call.
    pub fn status(self, call: &Call) -> u16 {
        if let Self::Token(person, scope) = self {
            let enough = matches!(need(call.function), Some(Need::Scope(needed)) if scope >= needed);
            return if enough { person.status(call) } else { 403 };
        }
        match self.outcome(call.rule) {
            Outcome::Done => call.done,
            Outcome::Refused => 403,
            Outcome::Hidden => 404,
            Outcome::SignIn => 401,
        }
    }
}
