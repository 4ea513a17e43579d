//! Against services of others, which `./test outside` starts on the loopback: an S3, and ClamAV's scanner, which knows one
//! signature. `./test it` leaves these out.

mod bucket;
mod door;
mod moved;
mod scanner;

use futures::TryStreamExt;
use server::{
    config::{FilesPlace, S3},
    testing::TestApp,
};
use std::env;
use tracker_domain::text::Secret;

use crate::leaks::marks::fresh;

/// Where a service is.
fn place(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: these tests are started by ./test outside"))
}

/// Somebody who asks the S3 without us.
fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().build().unwrap()
}

/// A new bucket.
async fn bucket() -> S3 {
    let (endpoint, bucket) = (place("OUTSIDE_S3"), fresh());
    let made = client().put(format!("{endpoint}/{bucket}")).body("").send().await.unwrap();
    made.error_for_status().unwrap();
    let [key_id, secret] = ["a key", "its secret"].map(|text| Some(Secret::new(text)));
    S3 { bucket, endpoint: Some(endpoint), region: "us-east-1".to_owned(), key_id, secret, links: false }
}

/// An installation that keeps its files there.
async fn app_on(s3: &S3) -> TestApp {
    let place = FilesPlace::S3(s3.clone());
    TestApp::start().await.with_files(|files| files.place = place)
}

/// What the store has, in order.
async fn objects(app: &TestApp) -> Vec<String> {
    let all: Vec<_> = app.app.files.store.list().try_collect().await.unwrap();
    let mut all: Vec<_> = all.into_iter().map(|object| object.location.to_string()).collect();
    all.sort();
    all
}

/// A text of 12 MB of which every part is different; S3 takes it in three.
fn large() -> Vec<u8> {
    (0..1_000_000).flat_map(|line: u32| format!("{line:011}\n").into_bytes()).collect()
}
