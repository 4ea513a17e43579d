//! The rules of the house that a machine can check: who may know whom, and where things live.

use std::{
    collections::BTreeSet,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use crate::refusals::{DOWNLOADS, MACHINE_ROUTES};

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
fn every_route_has_a_row_in_the_refusal_test() {
    let mut routes = BTreeSet::new();
    for (path, text) in files("server/src", "rs") {
        if path.starts_with("server/src/testing") {
            continue;
        }
        for word in [".route(\"", ".route_service(\"", "folder(site, \""] {
            routes.extend(text.split(word).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
    routes.remove("/api/v1/{noun}/{verb}");
    let tested: BTreeSet<_> = MACHINE_ROUTES
        .iter()
        .map(|(path, _)| path.strip_suffix("/none.js").or(path.strip_suffix("/none.woff2")).unwrap_or(path))
        .collect();
    let tested: BTreeSet<String> = tested
        .into_iter()
        .chain(DOWNLOADS.iter().copied())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|path| if ["/pkg", "/fonts"].contains(&path) { path[1..].to_owned() } else { path.to_owned() })
        .collect();
    assert_eq!(routes, tested, "a route has no row in the refusal test");
}

/// Where a role may be compared outside of the policy, and why that decides nothing.
const ROLE_EXCEPTIONS: &[(&str, &str)] = &[
    ("server/src/demo/team.rs", "whom the team that never was is made of"),
    ("server/src/live/hub/state.rs", "whether a role is another one than before"),
    ("server/src/services/accounts.rs", "the first account brings a project"),
    ("server/src/storage/doctor.rs", "whether anybody runs an organization"),
    ("server/src/storage/import.rs", "whether anybody runs an organization"),
    ("server/src/storage/invitations.sql", "the form of a page, as the policy then decides"),
    ("server/src/storage/issue_page.sql", "whom the form offers, as the policy then decides"),
    ("server/src/storage/stats.sql", "the form of a statement; row-level security holds what it reads"),
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
