//! Files in a bucket of an S3 that is not ours.

use http::StatusCode;
use image::ImageFormat;
use reqwest::Url;
use server::{
    config::{Clamd, FilesPlace, S3},
    testing::TestApp,
};
use std::time::{Duration, Instant};
use tracker_domain::error::AppError;

use super::{
    app_on, bucket, client,
    door::{Behind, Door},
    large, objects,
};
use crate::files::{LOG, hostile::picture, kept, remove};

#[tokio::test]
async fn a_file_goes_to_the_bucket_and_comes_back_whole_and_in_part() {
    let app = app_on(&bucket().await).await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let large = large();
    let (small, file) = (ana.attach(&key, "a.txt", LOG).await, ana.attach(&key, "large.txt", &large).await);
    let path = |file: i64| format!("/main/files/{file}");
    let (status, _, body) = ana.fetch(&path(small), &[]).await;
    assert_eq!((status, &body[..]), (StatusCode::OK, LOG));
    let (status, headers, body) = ana.fetch(&path(file), &[]).await;
    assert_eq!((status, body.len()), (StatusCode::OK, large.len()));
    assert!(body == large, "the parts are in order");
    // Where the first part ends and the second begins.
    let at = 5 * 1024 * 1024;
    let range = format!("bytes={}-{}", at - 7, at + 8);
    let (status, part, body) = ana.fetch(&path(file), &[("range", &range)]).await;
    assert_eq!((status, &body[..]), (StatusCode::PARTIAL_CONTENT, &large[at - 7..at + 9]));
    assert_eq!(part["content-range"], format!("bytes {}-{}/{}", at - 7, at + 8, large.len()));
    let etag = headers["etag"].to_str().unwrap();
    assert_eq!(ana.fetch(&path(file), &[("if-none-match", etag)]).await.0, StatusCode::NOT_MODIFIED);
    let photo = ana.attach(&key, "photo.png", &picture(ImageFormat::Png, 600, 300)).await;
    let small = ana.fetch(&format!("{}/small", path(photo)), &[]).await.2;
    assert_eq!(image::load_from_memory(&small).unwrap().width(), 480);
    assert_eq!(
        (objects(&app).await.len(), kept(&app).len()),
        (4, 0),
        "all in the bucket, nothing in the folder"
    );
}

#[tokio::test]
async fn a_link_leads_to_the_bucket_for_a_minute_and_says_what_we_would() {
    let s3 = bucket().await;
    let app = app_on(&s3).await;
    let ana = app.sign_up("Ana").await;
    let cleo = app.sign_up("Cleo").await;
    let key = ana.create_issue("It breaks").await;
    let path = format!("/main/files/{}", ana.attach(&key, "отчёт.html", LOG).await);
    let ours = ana.fetch(&path, &[]).await.1;
    let s3 = S3 { links: true, ..s3 };
    let app = app.with_files(|files| files.place = FilesPlace::S3(s3));
    let (ana, cleo) = (app.same_browser(&ana), app.same_browser(&cleo));
    assert_eq!(cleo.fetch(&path, &[]).await.0, StatusCode::NOT_FOUND);
    let (status, headers, body) = ana.fetch(&path, &[]).await;
    assert_eq!((status, body.len()), (StatusCode::TEMPORARY_REDIRECT, 0));
    assert_eq!(headers["cache-control"], "no-store");
    let link: Url = headers["location"].to_str().unwrap().parse().unwrap();
    let said = |name: &str| link.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned();
    assert!((1..=60).contains(&said("X-Amz-Expires").parse::<u32>().unwrap()), "{link}");
    for (theirs, name) in
        [("response-content-type", "content-type"), ("response-content-disposition", "content-disposition")]
    {
        assert_eq!(said(theirs), ours[name].to_str().unwrap());
    }
    let got = client().get(link.clone()).send().await.unwrap().error_for_status().unwrap();
    assert_eq!(&got.bytes().await.unwrap()[..], LOG);
    let mut unsigned = link;
    unsigned.set_query(None);
    assert_eq!(client().get(unsigned).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_was_taken_away_is_gone_from_the_bucket_too() {
    let app = app_on(&bucket().await).await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    ana.attach(&key, "a.txt", LOG).await;
    let stays = objects(&app).await;
    let photo = ana.attach(&key, "photo.png", &picture(ImageFormat::Png, 600, 300)).await;
    assert_eq!((remove(&ana, photo).await, objects(&app).await.len()), (200, 3));
    app.clock.advance(Duration::from_secs(2 * 3_600));
    app.owner_sql("SELECT tracker_jobs.add_job('sweep_files', '{}')").await;
    app.work().await;
    assert_eq!(objects(&app).await, stays);
}

/// Holds that the bucket is said to be away, with a reference, soon enough for whoever waits.
fn away(error: AppError, since: Instant) {
    assert!(matches!(&error, AppError::Unavailable { reference } if !reference.is_empty()), "{error}");
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
}

#[tokio::test]
async fn while_the_bucket_is_away_that_is_said_and_nothing_is_left() {
    let (there, mut door) = (bucket().await, Door::shut());
    let s3 = S3 { endpoint: Some(format!("http://{}", door.address)), ..there.clone() };
    let app: TestApp = app_on(&s3).await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let to = [("org", "main"), ("key", key.as_str())];
    for bytes in [LOG, &large()] {
        let since = Instant::now();
        let sent = ana.upload("files/upload", &to, &[("a.txt", bytes)]).await;
        assert_eq!(sent.status, StatusCode::SERVICE_UNAVAILABLE);
        away(sent.error(), since);
    }
    let told = "SELECT count(*) FROM events WHERE kind LIKE 'attachment%'";
    assert_eq!(app.owner_count("SELECT count(*) FROM attachments").await + app.owner_count(told).await, 0);
    // When it is back all is as ever; when it goes again, what is in it cannot be had.
    let service = there.endpoint.unwrap().trim_start_matches("http://").to_owned();
    door.open(Behind(Clamd::Tcp(service)));
    let file = ana.attach(&key, "a.txt", LOG).await;
    let path = format!("/main/files/{file}");
    assert_eq!(ana.fetch(&path, &[]).await.2, LOG);
    drop(door);
    let since = Instant::now();
    let request = http::Request::get(&path).body("".into()).unwrap();
    let gone = ana.send(request).await;
    assert_eq!(gone.status, StatusCode::SERVICE_UNAVAILABLE);
    away(gone.error(), since);
}
