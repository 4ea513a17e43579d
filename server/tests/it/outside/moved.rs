//! Moving files between a folder and a bucket, by the program itself; and an export that goes from one to the other.

use image::ImageFormat;
use server::{
    config::{FilesPlace, S3},
    files::Store,
    testing::TestApp,
};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use super::{app_on, bucket, large, objects};
use crate::{
    export::{exported, restore},
    files::{LOG, hostile::picture},
};

/// Runs `tracker admin files move` with the keys of the bucket.
fn move_files(app: &TestApp, s3: &S3, places: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracker"));
    command.args(["admin", "files", "move"]).args(places);
    command.env("DATABASE_URL", app.database_url.reveal()).env("TRACKER_LOG", "warn");
    command
        .env("TRACKER_DATA_DIR", app.folder.path())
        .env("TRACKER_S3_ENDPOINT", s3.endpoint.as_ref().unwrap());
    command.env("TRACKER_S3_KEY_ID", s3.key_id.as_ref().unwrap().reveal());
    command.env("TRACKER_S3_SECRET", s3.secret.as_ref().unwrap().reveal());
    command.output().unwrap()
}

/// Holds that it went well and says so.
#[track_caller]
fn says(output: Output, text: &str) {
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(text), "{said}");
}

/// All files of a folder.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder.join("main")).unwrap().map(|entry| entry.unwrap());
    let name = |entry: &fs::DirEntry| entry.file_name().into_string().unwrap();
    entries.map(|entry| (name(&entry), fs::read(entry.path()).unwrap())).collect()
}

async fn with_files() -> TestApp {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    ana.attach(&key, "a.txt", LOG).await;
    ana.attach(&key, "large.txt", &large()).await;
    ana.attach(&key, "photo.png", &picture(ImageFormat::Png, 600, 300)).await;
    app
}

#[tokio::test]
async fn from_a_folder_to_a_bucket_and_back_every_file_is_the_same() {
    let (app, s3) = (with_files().await, bucket().await);
    let place = format!("s3:{}", s3.bucket);
    says(move_files(&app, &s3, &[&place]), "3 files were copied, 0 were there already");
    says(move_files(&app, &s3, &[&place]), "0 files were copied, 3 were there already");
    let there = Store::open(&FilesPlace::S3(s3.clone())).unwrap();
    for object in objects(&app).await {
        let hash = there.hash(&object).await.unwrap();
        assert!(hash.is_some() && hash == app.app.files.store.hash(&object).await.unwrap(), "{object}");
    }
    let back = app.folder.path().join("back");
    let to = format!("file:{}", back.display());
    says(move_files(&app, &s3, &[&to, "--from", &place]), "3 files were copied");
    let (here, back) = (tree(&app.folder.path().join("files")), tree(&back));
    assert_eq!(here.len(), 4);
    assert!(here == back);
}

#[tokio::test]
async fn a_file_that_is_damaged_is_named_whichever_way_it_goes() {
    let (app, s3) = (with_files().await, bucket().await);
    let place = format!("s3:{}", s3.bucket);
    let refused = |output: Output, object: &str| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains(object) && said.contains("not as it came in"),
            "{said}"
        );
    };
    let object = objects(&app).await[0].trim_end_matches(".small").to_owned();
    let (here, good) = (&app.app.files.store, app.folder.path().join("files").join(&object));
    let good = fs::read(good).unwrap();
    here.put_small(&object, b"other bytes".to_vec()).await.unwrap();
    refused(move_files(&app, &s3, &[&place]), &object);
    here.put_small(&object, good).await.unwrap();
    says(move_files(&app, &s3, &[&place]), "files were copied");
    let there = Store::open(&FilesPlace::S3(s3.clone())).unwrap();
    there.put_small(&object, b"other bytes".to_vec()).await.unwrap();
    let to = format!("file:{}", app.folder.path().join("back").display());
    refused(move_files(&app, &s3, &[&to, "--from", &place]), &object);
    there.delete(&object).await.unwrap();
    refused(move_files(&app, &s3, &[&to, "--from", &place]), &object);
}

#[tokio::test]
async fn an_export_of_a_folder_comes_in_to_a_bucket() {
    let (one, other) = (with_files().await, app_on(&bucket().await).await);
    let dump = exported(&one, "main").await;
    restore(&other, &dump, None).await.unwrap();
    assert!(exported(&other, "main").await == dump);
    assert_eq!(objects(&other).await.len(), 4);
}
