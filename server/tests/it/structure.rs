//! The rules of the house that a machine can check: who may know whom, and where things live.

use std::{
    collections::BTreeSet,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn manifest(path: &str) -> toml::Table {
    fs::read_to_string(root().join(path).join("Cargo.toml")).unwrap().parse().unwrap()
}

fn dependencies(path: &str) -> BTreeSet<String> {
    manifest(path)["dependencies"].as_table().unwrap().keys().cloned().collect()
}

/// All files with an extension under a folder of the project.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty(), "no {extension} files in {folder}");
    found.sort();
    found
}

#[test]
fn crates_know_only_whom_they_may() {
    let ours = |path: &str| {
        dependencies(path)
            .into_iter()
            .filter(|d| ["app", "server", "tracker_domain"].contains(&d.as_str()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ours("."), Vec::<String>::new());
    assert_eq!(ours("app"), ["tracker_domain"]);
    assert_eq!(ours("server"), ["app", "tracker_domain"]);
    assert_eq!(ours("frontend"), ["app"]);
    assert_eq!(ours("bench/ruler"), ["app", "server", "tracker_domain"]);
    let pure = dependencies(".");
    for foreign in ["leptos", "sqlx", "axum", "tokio", "rand", "reqwest"] {
        assert!(!pure.contains(foreign), "the domain knows {foreign}");
        let forbidden_in_app = ["sqlx", "axum", "tokio", "leptos_axum"].contains(&foreign);
        assert!(!forbidden_in_app || !dependencies("app").contains(foreign), "app knows {foreign}");
    }
    assert!(!dependencies("app").contains("leptos_axum"));
}

#[test]
fn sql_is_in_storage_only() {
    let words = ["sqlx::query", "query!(", "query_as!(", "query_scalar!(", "QueryBuilder", "raw_sql"];
    for (path, text) in files("server/src", "rs") {
        let allowed = path.starts_with("server/src/storage") || path.starts_with("server/src/testing");
        for word in words {
            assert!(allowed || !text.contains(word), "{} has SQL ({word})", path.display());
        }
    }
}

#[test]
fn app_has_one_module_behind_a_cfg() {
    let mut found = Vec::new();
    for (path, text) in files("app/src", "rs") {
        for line in
            text.lines().filter(|line| line.trim_start().starts_with("#[cfg(") && !line.contains("cfg(test)"))
        {
            found.push(format!("{}: {}", path.display(), line.trim()));
        }
    }
    assert_eq!(found, ["app/src/lib.rs: #[cfg(feature = \"ssr\")]"]);
}

#[test]
fn every_server_function_has_an_explicit_endpoint_and_our_protocol() {
    for (path, text) in files("app/src", "rs") {
        for line in text
            .lines()
            .filter(|line| line.trim_start().starts_with("#[server") && !line.contains("#[server(default)]"))
        {
            let explicit = line.contains("prefix = \"/api/v1\"")
                && line.contains("endpoint = \"")
                && line.contains("protocol = Api");
            assert!(explicit, "{}: {line}", path.display());
        }
    }
    let mut list = String::new();
    let functions: BTreeSet<_> = leptos::server_fn::axum::server_fn_paths()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(p, m)| (p, m.to_string()))
        .collect();
    for (path, method) in functions {
        writeln!(list, "{method} {path}").unwrap();
    }
    insta::assert_snapshot!(list);
}

#[test]
fn routes_are_added_where_they_are_listed() {
    for (path, text) in files("server/src", "rs") {
        let lists = path.ends_with("http/routes.rs");
        for word in ["Router::new", "Router::default", "Router::<"] {
            assert!(lists || !text.contains(word), "{} adds routes around `http::Routes`", path.display());
        }
    }
}

#[test]
fn the_server_asks_the_policy_through_one_door() {
    for (path, text) in files("server/src", "rs") {
        if path.ends_with("server/src/policy.rs") || path.ends_with("tests.rs") {
            continue;
        }
        let imports = text.split("use tracker_domain::").skip(1).map(|rest| rest.split(';').next().unwrap());
        let imported = imports.flat_map(|list| list.split(|c: char| !c.is_alphanumeric() && c != '_'));
        let asks = imported.clone().any(|name| ["decide", "decide_org"].contains(&name))
            || text.contains("tracker_domain::policy::decide");
        assert!(!asks, "{}: ask `crate::policy`, which a test can take down", path.display());
    }
}

/// A form without JavaScript comes back with what was typed. What must never come back is known by its name.
#[test]
fn what_is_secret_is_called_so() {
    let mut secrets = BTreeSet::new();
    for (path, text) in files("app/src/api", "rs") {
        for line in text.lines().map(|line| line.trim().trim_start_matches("#[server(default)] ")) {
            let Some((name, kind)) = line.split_once(": ") else { continue };
            if kind.starts_with("Secret") || kind.starts_with("Option<Secret>") {
                secrets.insert((name.to_owned(), path.clone()));
            }
            // Several arguments in a line.
            for (before, _) in line.match_indices(": Secret").map(|(at, _)| line.split_at(at)) {
                let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                secrets.insert((name.to_owned(), path.clone()));
            }
        }
    }
    assert!(!secrets.is_empty(), "no function takes a password");
    for (name, path) in secrets {
        assert!(server::http::is_secret(&name), "{}: `{name}` would come back in the form", path.display());
    }
}

/// Where a role may be compared outside of the policy, and why that decides nothing.
const ROLE_EXCEPTIONS: &[(&str, &str)] = &[
    ("server/src/demo/team.rs", "whom the team that never was is made of"),
    ("server/src/live/hub/state.rs", "whether a role is another one than before"),
    ("server/src/services/accounts.rs", "the first account brings a project"),
    ("server/src/storage/doctor.rs", "whether anybody runs an organization"),
    ("server/src/storage/import.rs", "whether anybody runs an organization"),
    ("server/src/storage/insights.sql", "the form of a statement; row-level security holds what it reads"),
    ("server/src/storage/invitations.sql", "the form of a page, as the policy then decides"),
    ("server/src/storage/issue_page.sql", "whom the form offers, as the policy then decides"),
    ("server/src/storage/tokens.rs", "the form of a page, as the policy then decides"),
    ("server/src/storage/tx.rs", "the form of a statement; row-level security holds what it reads"),
];

#[test]
fn roles_are_compared_by_the_policy_alone() {
    let signs = [
        "== Role::",
        "!= Role::",
        "Role::Reporter =>",
        "Role::Maintainer =>",
        "Role::Admin =>",
        "role ==",
        "role !=",
        "matches!(role",
    ];
    let sql = ["role = '", "role <> '", "role IN (", "role', true)", "tracker.role') "];
    let mut found = BTreeSet::new();
    let rust = ["src", "app/src", "server/src"].into_iter().flat_map(|folder| files(folder, "rs"));
    for (path, text) in rust.chain(files("server/src", "sql")) {
        let apart = path.ends_with("src/policy.rs") || path.starts_with("server/src/testing");
        // What stands behind it is a test.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if !apart && signs.iter().chain(&sql).any(|sign| text.contains(sign)) {
            found.insert(path.to_str().unwrap().to_owned());
        }
    }
    let named: BTreeSet<_> = ROLE_EXCEPTIONS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(
        found, named,
        "a role is compared outside of the policy, or an exception is not needed any more"
    );
}

#[test]
fn the_clock_is_an_argument() {
    for (path, text) in
        files("server/src", "rs").into_iter().chain(files("src", "rs")).chain(files("app/src", "rs"))
    {
        let system_clock = path.ends_with("server/src/state.rs");
        for word in ["OffsetDateTime::now", "SystemTime::now"] {
            assert!(system_clock || !text.contains(word), "{} asks the system for the time", path.display());
        }
    }
}

#[test]
fn no_file_is_too_long_to_be_read() {
    for folder in ["src", "app/src", "server/src", "server/tests", "bench/ruler/src"] {
        for (path, text) in files(folder, "rs") {
            assert!(text.lines().count() <= 400, "{} has {} lines", path.display(), text.lines().count());
        }
    }
}

#[test]
fn pages_have_no_style_attributes() {
    for (path, text) in files("app/src", "rs") {
        assert!(
            !text.contains(" style=") && !text.contains("style:"),
            "{}: the content security policy drops it",
            path.display()
        );
    }
}
