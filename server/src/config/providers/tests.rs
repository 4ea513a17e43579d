//! Providers are read from tables and variables, and refused together.

use super::*;
use crate::config::{Config, Problems, Source};
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

fn read(pairs: &[(&str, &str)], file: Option<&str>) -> Result<Vec<Provider>, Problems> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("tracker-providers-{}-{count}.toml", std::process::id()));
    std::fs::write(&path, file.unwrap_or_default()).unwrap();
    let url = ("DATABASE_URL", "postgres://tracker@db/tracker");
    let all = pairs.iter().chain([&url]).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::read(Source::new(all, Path::new(&path)));
    std::fs::remove_file(path).unwrap();
    config.map(|config| config.providers)
}

#[test]
fn a_table_says_all_about_a_provider_and_a_variable_beats_it() {
    let table = r#"
        [providers.corp]
        issuer = "https://id.example.org/realms/corp"
        client_id = "tracker"
        client_secret = "hunter2"
        name = "Corp"
        scopes = ["openid", "email", "groups"]
        domains = ["Example.org"]
        roles = { admins = "ADMIN", devs = "MAINTAINER" }
        signup = false
    "#;
    let corp = &read(&[("TRACKER_PROVIDER_CORP_CLIENT_ID", "other")], Some(table)).unwrap()[0];
    assert_eq!((corp.name.as_str(), corp.label.as_str(), corp.client_id.as_str()), ("corp", "Corp", "other"));
    assert_eq!((corp.protocol, corp.signup), (Protocol::OpenId, false));
    assert_eq!(corp.scopes, ["openid", "email", "groups"]);
    assert!(
        corp.admits("ana@example.org") && !corp.admits("ana@sub.example.org") && !corp.admits("example.org")
    );
    let role = |groups: &[&str]| corp.role(&groups.iter().map(|g| (*g).to_owned()).collect::<Vec<_>>());
    assert_eq!(role(&["devs", "admins", "x"]), Some(Role::Admin));
    assert_eq!(role(&["x"]), Some(Role::Reporter));
    assert!(!format!("{corp:?}").contains("hunter2"));
}

#[test]
fn google_and_github_need_their_client_only() {
    let all = read(
        &[
            ("TRACKER_PROVIDER_GOOGLE_CLIENT_ID", "g"),
            ("TRACKER_PROVIDER_GOOGLE_CLIENT_SECRET", "s"),
            ("TRACKER_PROVIDER_GITHUB_CLIENT_ID", "h"),
            ("TRACKER_PROVIDER_GITHUB_CLIENT_SECRET", "s"),
            ("TRACKER_PROVIDER_MY_CORP_ISSUER", "https://id.example.org"),
            ("TRACKER_PROVIDER_MY_CORP_CLIENT_ID", "c"),
            ("TRACKER_PROVIDER_MY_CORP_CLIENT_SECRET", "s"),
            ("TRACKER_PROVIDER_MY_CORP_ROLES", "team/admins=ADMIN, devs=MAINTAINER"),
            ("TRACKER_SIGNUP", "closed"),
        ],
        None,
    )
    .unwrap();
    let told: Vec<_> = all.iter().map(|p| (p.name.as_str(), p.label.as_str(), p.issuer.as_str())).collect();
    assert_eq!(
        told,
        [
            ("github", "GitHub", "https://github.com"),
            ("google", "Google", "https://accounts.google.com"),
            ("my-corp", "My-corp", "https://id.example.org"),
        ]
    );
    assert_eq!(all[0].protocol, Protocol::GitHub);
    assert_eq!(all[2].roles["team/admins"], Role::Admin);
    assert!(all.iter().all(|provider| !provider.signup), "as TRACKER_SIGNUP says");
    assert_eq!(all[0].role(&["admins".to_owned()]), None, "without roles they are left alone");
}

#[test]
fn all_that_is_wrong_is_said_at_once_without_a_secret() {
    let table = r#"
        [providers.Failed]
        issuer = "http://id.example.org"
        client_secret = "hunter2"
        client_secret_file = "/nowhere"
        roles = { admins = "BOSS" }
        signup = "maybe"
        colour = "blue"
        [providers.github]
        client_id = "x"
        roles = { admins = "ADMIN" }
    "#;
    let text = read(&[("TRACKER_PROVIDER_CORP_SHAPE", "round")], Some(table)).unwrap_err().to_string();
    assert!(!text.contains("hunter2"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn plain_http_is_for_ones_own_machine_only() {
    let local = |issuer: &'static str| {
        [
            ("TRACKER_PROVIDER_A_ISSUER", issuer),
            ("TRACKER_PROVIDER_A_CLIENT_ID", "a"),
            ("TRACKER_PROVIDER_A_CLIENT_SECRET", "s"),
        ]
    };
    assert!(read(&local("http://127.0.0.1:4000"), None).is_ok());
    assert!(read(&local("http://localhost.example.org"), None).is_err());
    let production = [("TRACKER_ENV", "production"), ("SECRET_KEY", "0123456789abcdef0123456789abcdef")];
    let all: Vec<_> = local("http://127.0.0.1:4000").into_iter().chain(production).collect();
    assert!(read(&all, None).is_err());
}

#[test]
fn the_documentation_lists_every_field_as_it_is() {
    let row = |field: &Field| {
        let variable = field.name.to_uppercase();
        let file = if field.secret { " (or `_FILE`)" } else { "" };
        format!("| `{}` | `…_{variable}`{file} | {} | {} |\n", field.name, field.default, field.about)
    };
    let table: String = FIELDS.iter().map(row).collect();
    let document = include_str!("../../../../docs/providers.md");
    let rows: String =
        document.lines().filter(|line| line.starts_with("| `")).map(|line| format!("{line}\n")).collect();
    assert!(rows == table, "docs/providers.md must have these rows:\n{table}");
}
