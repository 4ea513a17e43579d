//! Providers that people sign in by, any number of them: a table each in the file (`[providers.corp]`), or variables
//! (`TRACKER_PROVIDER_CORP_ISSUER`). `google` and `github` are known and need their client only.
//!
//! To add a field, add it to [`FIELDS`] and the struct, read it here, and write its row into `docs/providers.md`; a test
//! holds that both list the same.

use serde_json::Value;
use std::{collections::BTreeMap, fs};
use tracker_domain::{org::Role, text::Secret};

use super::{
    Environment, SignUps,
    reader::{Field, Fields, Reader},
};

/// How a provider is spoken with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// OpenID Connect, found by discovery.
    OpenId,
    /// GitHub's own, for it has no OpenID Connect.
    GitHub,
}

/// One provider.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its name in URLs.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// How it is spoken with.
    pub protocol: Protocol,
    /// Its address, exactly as its tokens name it.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// What proves it.
    pub client_secret: Secret,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Whether it may bring new accounts.
    pub signup: bool,
    /// Only for addresses of these domains, unless there are none.
    pub domains: Vec<String>,
    /// The claim with a person's groups.
    pub groups_claim: String,
    /// Which role a group gives; without any, roles are not the provider's business.
    pub roles: BTreeMap<String, Role>,
}

impl Provider {
    /// The highest role that these groups give.
    pub fn role(&self, groups: &[String]) -> Option<Role> {
        if self.roles.is_empty() {
            return None;
        }
        let given = groups.iter().filter_map(|group| self.roles.get(group)).max();
        Some(given.copied().unwrap_or(Role::Reporter))
    }

    /// Whether an address may sign up, as far as its domain says.
    pub fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
        self.domains.is_empty() || self.domains.iter().any(|allowed| allowed == domain)
    }
}

pub(super) const ISSUER: Field = Field::new(
    "issuer",
    "none; it must be set, except for `google` and `github`",
    "The provider's address, exactly as its discovery document names it. For a GitHub Enterprise Server the server's address.",
);
const CLIENT_ID: Field =
    Field::new("client_id", "none; it must be set", "The client's id that the provider gave you.");
const CLIENT_SECRET: Field =
    Field::secret("client_secret", "none; it must be set", "The client's secret that the provider gave you.");
const NAME: Field = Field::new(
    "name",
    "the provider's name, capitalized",
    "What the button says after \u{201c}Continue with\u{201d}.",
);
const SCOPES: Field = Field::new(
    "scopes",
    "openid email profile",
    "What is asked for, separated by spaces. Some providers give groups only for a scope like `groups`.",
);
const SIGNUP: Field = Field::new(
    "signup",
    "as `TRACKER_SIGNUP` says",
    "Whether somebody without an account gets one (`true`, `false`). The very first account is always made.",
);
const DOMAINS: Field = Field::new(
    "domains",
    "all",
    "Only addresses of these domains may sign up, for instance `example.org example.com`.",
);
const GROUPS_CLAIM: Field = Field::new("groups_claim", "groups", "The claim with a person's groups.");
const ROLES: Field = Field::new(
    "roles",
    "none",
    "Which group gives which role: a table in the file, `admins=ADMIN devs=MAINTAINER` in a variable. Without it roles are left alone.",
);

/// What can be said of a provider.
pub(super) const FIELDS: &[Field] =
    &[ISSUER, CLIENT_ID, CLIENT_SECRET, NAME, SCOPES, SIGNUP, DOMAINS, GROUPS_CLAIM, ROLES];

/// Names that are pages beside the providers'.
const TAKEN: &[&str] = &["failed", "second", "callback", "continue"];

/// All of them, by name.
pub(super) fn read(reader: &mut Reader, environment: Environment, signup: SignUps) -> Vec<Provider> {
    let all = reader.take_providers();
    let mut providers = Vec::new();
    for (name, fields) in all {
        let mut draft = Draft { name: &name, fields, problems: Vec::new() };
        let provider = draft.read(environment, signup == SignUps::Open);
        let problems = draft.problems;
        if problems.is_empty() {
            providers.extend(provider);
        }
        reader.add(problems);
    }
    providers
}

/// One that is being read.
struct Draft<'a> {
    name: &'a str,
    fields: Fields,
    problems: Vec<String>,
}

impl Draft<'_> {
    fn read(&mut self, environment: Environment, open: bool) -> Option<Provider> {
        self.check_name();
        let protocol = if self.name == "github" { Protocol::GitHub } else { Protocol::OpenId };
        let issuer = self.issuer(environment);
        let (client_id, secret) = (self.needed(&CLIENT_ID), self.secret());
        let scopes = self.list(&SCOPES).unwrap_or_else(|| standard_scopes(protocol));
        let roles = self.roles();
        if protocol == Protocol::GitHub && !roles.is_empty() {
            self.problem(&ROLES, "cannot be set: GitHub says nothing about groups");
        }
        Some(Provider {
            name: self.name.to_owned(),
            label: self.text(&NAME).unwrap_or_else(|| label(self.name)),
            protocol,
            issuer: issuer?,
            client_id: client_id?,
            client_secret: secret?,
            scopes,
            signup: self.signup(open),
            domains: self.list(&DOMAINS).unwrap_or_default().iter().map(|d| d.to_lowercase()).collect(),
            groups_claim: self.text(&GROUPS_CLAIM).unwrap_or_else(|| "groups".to_owned()),
            roles,
        })
    }

    fn problem(&mut self, field: &Field, message: impl std::fmt::Display) {
        self.problems.push(format!("providers.{}.{} {message}", self.name, field.name));
    }

    fn check_name(&mut self) {
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let first = self.name.starts_with(|c: char| c.is_ascii_lowercase());
        let taken = TAKEN.contains(&self.name);
        if !first || taken || self.name.len() > 39 || !self.name.chars().all(known) {
            self.problems.push(format!(
                "providers.{}: a provider's name has 1 to 39 of a-z, 0-9 and -, begins with a letter, and is none of {}",
                self.name,
                TAKEN.join(", ")
            ));
        }
        let unknown: Vec<_> =
            self.fields.keys().filter(|key| !FIELDS.iter().any(|f| f.has_key(key))).cloned().collect();
        for key in unknown {
            self.problems.push(format!("providers.{}.{key} is not known", self.name));
        }
    }

    fn text(&mut self, field: &Field) -> Option<String> {
        let text = match self.fields.get(field.name)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Bool(_) | Value::Number(_) => self.fields[field.name].to_string(),
            _ => {
                self.problem(field, "must be a single value");
                return None;
            }
        };
        (!text.is_empty()).then_some(text)
    }

    fn needed(&mut self, field: &Field) -> Option<String> {
        let text = self.text(field);
        if text.is_none() {
            self.problem(field, "is missing");
        }
        text
    }

    fn issuer(&mut self, environment: Environment) -> Option<String> {
        let issuer = match (self.text(&ISSUER), self.name) {
            (Some(issuer), _) => issuer,
            (None, "google") => "https://accounts.google.com".to_owned(),
            (None, "github") => "https://github.com".to_owned(),
            (None, _) => return self.needed(&ISSUER),
        };
        let local = environment == Environment::Development && is_loopback(&issuer);
        if !issuer.starts_with("https://") && !local {
            self.problem(&ISSUER, format!("must be an https:// address, not \u{201c}{issuer}\u{201d}"));
        }
        Some(issuer)
    }

    fn secret(&mut self) -> Option<Secret> {
        let direct = self.text(&CLIENT_SECRET);
        let file = self.fields.get("client_secret_file").and_then(Value::as_str);
        let file = file.filter(|path| !path.is_empty()).map(str::to_owned);
        match (direct, file) {
            (Some(_), Some(_)) => {
                self.problem(&CLIENT_SECRET, "and client_secret_file are both set; keep one")
            }
            (Some(secret), None) => return Some(Secret::new(secret)),
            (None, Some(path)) => match fs::read_to_string(&path) {
                Ok(secret) => return Some(Secret::new(secret.trim())),
                Err(error) => self.problems.push(format!(
                    "providers.{}.client_secret_file: cannot read {path} ({error})",
                    self.name
                )),
            },
            (None, None) => self.problem(&CLIENT_SECRET, "is missing"),
        }
        None
    }

    /// Words of a list in the file, or of a text.
    fn list(&mut self, field: &Field) -> Option<Vec<String>> {
        if let Some(Value::Array(all)) = self.fields.get(field.name) {
            return Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        let text = self.text(field)?;
        Some(words(&text).map(str::to_owned).collect())
    }

    fn signup(&mut self, open: bool) -> bool {
        match self.text(&SIGNUP).as_deref() {
            None => open,
            Some("true") => true,
            Some("false") => false,
            Some(other) => {
                self.problem(&SIGNUP, format!("must be true or false, not \u{201c}{other}\u{201d}"));
                false
            }
        }
    }

    fn roles(&mut self) -> BTreeMap<String, Role> {
        let pairs: Vec<(String, String)> = match self.fields.get(ROLES.name) {
            Some(Value::Object(table)) => table
                .iter()
                .map(|(group, role)| (group.clone(), role.as_str().unwrap_or_default().to_owned()))
                .collect(),
            _ => {
                let text = self.text(&ROLES).unwrap_or_default();
                words(&text).map(|pair| pair.rsplit_once('=').unwrap_or((pair, ""))).map(owned).collect()
            }
        };
        let mut roles = BTreeMap::new();
        for (group, word) in pairs {
            match word.parse::<Role>() {
                Ok(role) => _ = roles.insert(group, role),
                Err(error) => self.problem(&ROLES, format!("has a wrong role for {group}. {error}")),
            }
        }
        roles
    }
}

fn owned((group, role): (&str, &str)) -> (String, String) {
    (group.to_owned(), role.to_owned())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',']).filter(|word| !word.is_empty())
}

fn standard_scopes(protocol: Protocol) -> Vec<String> {
    let scopes: &[&str] = match protocol {
        Protocol::OpenId => &["openid", "email", "profile"],
        Protocol::GitHub => &["read:user", "user:email"],
    };
    scopes.iter().map(|scope| (*scope).to_owned()).collect()
}

fn label(name: &str) -> String {
    match name {
        "github" => "GitHub".to_owned(),
        name => {
            let mut rest = name.chars();
            rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
        }
    }
}

/// Plain HTTP is for one's own machine.
fn is_loopback(issuer: &str) -> bool {
    let host = issuer.strip_prefix("http://").unwrap_or_default().split(['/', ':']).next();
    matches!(host, Some("127.0.0.1" | "localhost"))
}

#[cfg(test)]
mod tests;
