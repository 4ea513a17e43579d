//! The operator's side: files that are missing or damaged are named, and all of them can be moved.

use server::{
    config::{Config, FilesPlace, Source},
    doctor::{Report, look_at_files},
    files::Store,
    testing::TestApp,
};
use std::{fs, path::Path};

use super::LOG;

fn config(app: &TestApp) -> Config {
    let settings = [
        ("DATABASE_URL", app.database_url.reveal().to_owned()),
        ("TRACKER_DATA_DIR", app.folder.path().display().to_string()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value));
    Config::read(Source::new(settings, Path::new("none.toml"))).unwrap()
}

async fn found(app: &TestApp) -> Vec<(String, i64)> {
    let mut report = Report::default();
    look_at_files(&config(app), &mut report).await;
    report.findings.into_iter().map(|finding| (finding.what, finding.count)).collect()
}

#[tokio::test]
async fn the_doctor_names_files_that_are_missing_or_not_as_they_came_in() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    for name in ["a.txt", "b.txt", "c.txt"] {
        ana.attach(&key, name, LOG).await;
    }
    assert_eq!(found(&app).await, []);
    let folder = app.folder.path().join("files/main");
    let mut kept: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    fs::remove_file(kept.pop().unwrap()).unwrap();
    fs::write(kept.pop().unwrap(), "something else").unwrap();
    let missing = ("a file is missing in the store".to_owned(), 1);
    assert_eq!(found(&app).await, [missing, ("a file is not as it came in".to_owned(), 1)]);
}

#[tokio::test]
async fn what_is_copied_to_another_store_is_the_same_there() {
    let app = TestApp::start().await;
    let large = vec![b'a'; 12_000_000];
    let elsewhere = app.folder.path().join("elsewhere");
    let other = Store::open(&FilesPlace::Folder(elsewhere)).unwrap();
    let here = &app.app.files.store;
    for (name, bytes) in [("main/small", &b"small"[..]), ("main/large", &large)] {
        here.put_small(name, bytes.to_vec()).await.unwrap();
        here.copy(name, &other).await.unwrap();
        let hash = here.hash(name).await.unwrap();
        assert!(hash.is_some() && hash == other.hash(name).await.unwrap(), "{name}");
    }
    assert!(here.copy("main/none", &other).await.is_err());
    assert_eq!(other.hash("main/none").await.unwrap(), None);
    other.delete("main/none").await.unwrap();
    let config = config(&app).files;
    for (place, known) in [("file:/srv/files", true), ("s3:our-files", false), ("nowhere", false)] {
        assert_eq!(config.at(place).is_some(), known, "{place}");
    }
}
