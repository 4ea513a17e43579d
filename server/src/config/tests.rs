//! Settings are read from each source, refused together, and documented.

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, Problems> {
    read_with_file(pairs, "none.toml")
}

fn read_with_file(pairs: &[(&str, &str)], file: &str) -> Result<Config, Problems> {
    let environment = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(Source::new(environment, Path::new(file)))
}

const URL: (&str, &str) = ("DATABASE_URL", "postgres://tracker:hunter2@db/tracker");

fn scratch(name: &str, text: &str) -> String {
    let path = std::env::temp_dir().join(format!("tracker-config-{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn a_local_run_needs_the_database_only() {
    let config = read(&[URL]).unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.web.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.web.public_url, "http://127.0.0.1:3000");
    assert_eq!(config.accounts.org.as_str(), "main");
    assert!(config.worker.in_process && config.database.migrate && config.metrics.enabled);
    let everywhere = read(&[URL, ("TRACKER_LISTEN", "0.0.0.0:80")]).unwrap();
    assert_eq!(everywhere.web.local_url(), "http://127.0.0.1:80");
}

#[test]
fn all_problems_are_said_at_once_and_none_says_a_secret() {
    let problems = read(&[
        ("DATABASE_URL", "mysql://tracker:hunter2@db/tracker"),
        ("SECRET_KEY", "hunter2"),
        ("TRACKER_LISTEN", "here"),
        ("TRACKER_PUBLIC_URL", "https://example.org/tracker"),
        ("TRACKER_ENV", "staging"),
        ("TRACKER_ORG", "login"),
        ("TRACKER_SIGNUP", "maybe"),
        ("TRACKER_WORKER", "yes"),
        ("TRACKER_MIGRATE", "2"),
        ("TRACKER_POOL_SIZE", "1"),
        ("TRACKER_SHUTDOWN_SECONDS", "soon"),
        ("TRACKER_LOG_FORMAT", "xml"),
        ("TRACKER_METRICS_TOKEN", "hunter2"),
        ("TRACKER_LISTN", "127.0.0.1:1"),
    ])
    .unwrap_err();
    let text = problems.to_string();
    assert!(!text.contains("hunter2"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn production_demands_a_key() {
    let production = ("TRACKER_ENV", "production");
    let problems = read(&[URL, production]).unwrap_err();
    assert!(problems.0.len() == 1 && problems.0[0].starts_with("SECRET_KEY"), "{problems}");
    let key = ("SECRET_KEY", "0123456789abcdef0123456789abcdef");
    let config = read(&[URL, production, key]).unwrap();
    assert!(!config.metrics.enabled);
    assert_eq!(config.secret_key().unwrap().reveal(), key.1);
}

#[test]
fn the_environment_beats_the_file_and_secrets_come_from_files() {
    let key = scratch("key", "0123456789abcdef0123456789abcdef\n");
    let file = scratch(
        "a.toml",
        &format!("listen = '127.0.0.1:4000'\npool_size = 7\nworker = false\nsecret_key_file = '{key}'\n"),
    );
    let config = read_with_file(&[URL, ("TRACKER_LISTEN", "127.0.0.1:5000")], &file).unwrap();
    assert_eq!(config.web.listen.port(), 5000);
    assert_eq!((config.database.pool_size, config.worker.in_process), (7, false));
    assert_eq!(config.secret_key().unwrap().reveal(), "0123456789abcdef0123456789abcdef");
    let both = read(&[URL, ("DATABASE_URL_FILE", &key)]).unwrap_err();
    assert_eq!(both.0[0], "DATABASE_URL and DATABASE_URL_FILE are both set; keep one");
}

#[test]
fn a_file_with_mistakes_is_refused() {
    let unknown = scratch("b.toml", "listn = '127.0.0.1:4000'\n");
    let problems = read(&[URL, ("TRACKER_CONFIG", &unknown)]).unwrap_err();
    assert_eq!(problems.0, ["listn in the file of settings is not known; did you mean listen?"]);
    assert!(read(&[URL, ("TRACKER_CONFIG", "/nowhere/tracker.toml")]).is_err());
    assert!(read(&[URL, ("TRACKER_CONFIG", &scratch("c.toml", "listen = "))]).is_err());
}

#[test]
fn secrets_are_not_printed() {
    let config = read(&[URL, ("SECRET_KEY", "hunter2hunter2hunter2hunter2hunter2")]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_local_key_is_made_once_and_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = std::env::temp_dir().join(format!("tracker-data-{}", std::process::id()));
    let config = read(&[URL, ("TRACKER_DATA_DIR", &dir.to_string_lossy())]).unwrap();
    let first = config.secret_key().unwrap();
    assert_eq!(first.reveal().len(), 64);
    assert_eq!(config.secret_key().unwrap().reveal(), first.reveal());
    let mode = std::fs::metadata(dir.join("secret_key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_dir_all(dir).unwrap();
    let nowhere = read(&[URL, ("TRACKER_DATA_DIR", "/proc/nowhere")]).unwrap();
    assert!(nowhere.secret_key().unwrap_err().contains("TRACKER_DATA_DIR"));
}

/// The rows of the table in `docs/configuration.md`.
fn table() -> String {
    let row = |setting: Setting| {
        let file = if setting.secret { " (or `_FILE`)" } else { "" };
        format!(
            "| `{}`{file} | `{}` | {} | {} |\n",
            setting.name,
            setting.key(),
            setting.default,
            setting.about
        )
    };
    settings().into_iter().map(row).collect()
}

#[test]
fn the_documentation_lists_every_setting_as_it_is() {
    let document = include_str!("../../../docs/configuration.md");
    let rows: String =
        document.lines().filter(|line| line.starts_with("| `")).map(|line| format!("{line}\n")).collect();
    assert!(rows == table(), "docs/configuration.md must have these rows:\n{}", table());
}
