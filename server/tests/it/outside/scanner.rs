//! Files in front of ClamAV's own scanner. It knows the signature of the harmless EICAR file and no other.

use flate2::{Compression, write::GzEncoder};
use image::{
    ExtendedColorType, ImageEncoder,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use serde_json::{Value, json};
use server::{
    config::{Clamd, FilesConfig},
    testing::{Actor, TestApp},
};
use std::io::Write;

use super::{
    door::{Behind, Door},
    place,
};
use crate::files::{LOG, files, status};

/// In two halves, so that no scanner stumbles over this file.
fn eicar() -> Vec<u8> {
    [&br"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-"[..], b"ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

/// A picture that has it as its pixels.
fn infected_picture() -> Vec<u8> {
    let (pixels, mut png) = (eicar(), Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Uncompressed, FilterType::NoFilter);
    encoder.write_image(&pixels, pixels.len() as u32, 1, ExtendedColorType::L8).unwrap();
    png
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn clamd() -> Clamd {
    Clamd::Unix(place("OUTSIDE_CLAMD").trim_start_matches("unix:").into())
}

fn with(scanner: Clamd) -> impl FnOnce(&mut FilesConfig) {
    move |files| files.scanner = Some(scanner)
}

async fn small(actor: &Actor, file: i64) -> u16 {
    actor.fetch(&format!("/main/files/{file}/small"), &[]).await.0.as_u16()
}

#[tokio::test]
async fn what_is_infected_is_given_to_nobody_and_stands_in_the_audit_trail() {
    let app = TestApp::start().await.with_files(with(clamd()));
    let ana = app.sign_up("Ana").await;
    let ben = app.sign_up("Ben").await;
    let key = ben.create_issue("It breaks").await;
    let infected = [
        ben.attach(&key, "invoice.txt", &eicar()).await,
        ben.attach(&key, "photo.png", &infected_picture()).await,
        ben.attach(&key, "invoice.txt.gz", &packed(&eicar())).await,
    ];
    let clean = ben.attach(&key, "a.txt", LOG).await;
    for file in infected.into_iter().chain([clean]) {
        assert_eq!((status(&ana, file).await, status(&ben, file).await), (403, 403), "being checked");
    }
    app.work().await;
    assert_eq!((status(&ana, clean).await, status(&ben, clean).await), (200, 200));
    for file in infected {
        assert_eq!((status(&ana, file).await, status(&ben, file).await), (403, 403));
        assert_eq!((small(&ana, file).await, small(&ben, file).await), (403, 403));
    }
    let rows = files(&ana, &key).await;
    let states: Vec<_> = rows.as_array().unwrap().iter().map(|file| &file["row"]["state"]).collect();
    assert_eq!(states, ["INFECTED", "INFECTED", "INFECTED", "CLEAN"]);
    ana.get(&format!("/main/issues/{key}")).await.ok().contains("added an infected file");
    let asked = json!({ "org": "main", "action": "FILE_INFECTED" });
    let audit: Value = ana.call("audit/view", asked).await.json();
    assert_eq!(audit["view"]["entries"].as_array().unwrap().len(), 3);
    assert!(audit.to_string().contains("Eicar-Signature"), "{audit}");
}

#[tokio::test]
async fn while_the_scanner_is_away_a_file_waits_and_is_looked_at_when_it_is_back() {
    let mut door = Door::shut();
    let app = TestApp::start().await.with_files(with(Clamd::Tcp(door.address.to_string())));
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let (clean, infected) = (ana.attach(&key, "a.txt", LOG).await, ana.attach(&key, "b.txt", &eicar()).await);
    let again = "UPDATE tracker_jobs._private_jobs SET run_at = now()";
    for _ in 0..2 {
        app.owner_sql(again).await;
        app.work().await;
        assert_eq!((status(&ana, clean).await, status(&ana, infected).await), (403, 403));
    }
    assert_eq!(app.owner_count("SELECT count(*) FROM attachments WHERE state = 'CHECKING'").await, 2);
    door.open(Behind(clamd()));
    app.owner_sql(again).await;
    app.work().await;
    assert_eq!((status(&ana, clean).await, status(&ana, infected).await), (200, 403));
    assert_eq!(app.owner_count("SELECT count(*) FROM attachments WHERE state = 'CHECKING'").await, 0);
}

/// The scanner of these tests takes 2 MB.
#[tokio::test]
async fn what_the_scanner_does_not_take_is_not_clean() {
    let app = TestApp::start().await.with_files(with(clamd()));
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let file = ana.attach(&key, "large.txt", &[b'a'; 3_000_000]).await;
    app.work().await;
    assert_eq!(status(&ana, file).await, 403);
    assert_eq!(app.owner_count("SELECT count(*) FROM attachments WHERE state = 'CHECKING'").await, 1);
}
