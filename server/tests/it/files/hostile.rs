//! What nobody should send, and somebody does: each gets its answer, and nothing of it is left behind.

use image::{DynamicImage, ImageFormat, RgbImage};
use server::testing::TestApp;
use std::{io::Cursor, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{LOG, files, kept, nothing_left};

pub fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 40]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A small PNG that says it is 60,000 pixels wide and high.
fn bomb() -> Vec<u8> {
    let mut png = picture(ImageFormat::Png, 8, 8);
    for side in [16, 20] {
        png[side..side + 4].copy_from_slice(&60_000_u32.to_be_bytes());
    }
    let crc = crc32fast::hash(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&crc);
    png
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_at_its_field_and_nothing_is_left() {
    let app = TestApp::start().await.with_files(|files| files.max_bytes = 1_000_000);
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let cut = picture(ImageFormat::Png, 64, 64);
    for (name, bytes, why) in [
        ("photo.png", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff".to_vec(), "this kind cannot be attached"),
        ("photo.png", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec(), "this kind cannot be attached"),
        ("data.bin", vec![0, 1, 2, 3], "this kind cannot be attached"),
        ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".to_vec(), "this kind cannot be attached"),
        ("photo.jpg", b"\xff\xd8\xff\xe0<script>alert(1)</script>".to_vec(), "cannot be read"),
        ("photo.gif", b"GIF89a\x01\0\x01\0\0\0\0*/=alert(1)//".to_vec(), "cannot be read"),
        ("photo.png", cut[..cut.len() / 2].to_vec(), "cannot be read"),
        ("bomb.png", bomb(), "60000 \u{d7} 60000 pixels"),
        ("nothing.txt", Vec::new(), "is empty"),
        ("large.txt", vec![b'a'; 1_000_001], "at most 1 MB"),
    ] {
        let sent = ana
            .upload("files/upload", &[("org", "main"), ("key", &key)], &[("good.txt", LOG), (name, &bytes)])
            .await;
        let error = sent.error();
        let said = error.about("files").unwrap_or_else(|| panic!("{name}: {error}"));
        assert!(said.contains(why) && said.contains(name), "{name}: {said}");
        nothing_left(&app).await;
    }
}

#[tokio::test]
async fn what_is_allowed_loses_what_it_should_not_tell() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let plain = picture(ImageFormat::Jpeg, 900, 600);
    let secret = b"48.8584 N";
    let exif = [&b"\xff\xe1\0\x11Exif\0\0"[..], secret].concat();
    let zip = b"PK\x03\x04 the other half of a polyglot";
    let photo = [&plain[..2], &exif, &plain[2..], zip].concat();
    let file = ana.attach(&key, "../../photo\u{202e}gpj.svg", &photo).await;
    let row = &files(&ana, &key).await[0]["row"];
    assert_eq!(
        (row["name"].as_str(), row["media_type"].as_str()),
        (Some("photogpj.svg"), Some("image/jpeg"))
    );
    assert_eq!((row["width"].as_i64(), row["height"].as_i64()), (Some(900), Some(600)));
    let (_, headers, body) = ana.fetch(&format!("/main/files/{file}"), &[]).await;
    assert!(!body.windows(secret.len()).any(|part| part == secret) && !body.ends_with(zip));
    assert_eq!(
        (&headers["content-type"], body.len() as i64),
        (&"image/jpeg".parse().unwrap(), row["size"].as_i64().unwrap())
    );
    assert!(
        headers["content-disposition"].to_str().unwrap().starts_with("inline; filename=\"photogpj.svg\"")
    );
    let (status, headers, small) = ana.fetch(&format!("/main/files/{file}/small"), &[]).await;
    assert_eq!((status.as_u16(), &headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    let small = image::load_from_memory(&small).unwrap();
    assert_eq!((small.width(), small.height()), (480, 320));
    // Pages and drawings are texts to be saved.
    for (name, text) in
        [("x.svg", "<svg onload=alert(1)>"), ("x.html", "<!DOCTYPE html><script>alert(1)</script>")]
    {
        let sent =
            ana.upload("files/upload", &[("org", "main"), ("key", &key)], &[(name, text.as_bytes())]).await;
        let added: serde_json::Value = sent.json();
        let (_, headers, _) = ana.fetch(&format!("/main/files/{}", added["files"][0]["id"]), &[]).await;
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8", "{name}");
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"), "{name}");
    }
}

#[tokio::test]
async fn an_organization_has_as_much_room_as_the_operator_gives_it() {
    let app = TestApp::start().await.with_files(|files| files.quota_bytes = Some(100));
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let to = [("org", "main"), ("key", key.as_str())];
    let sent = (0..4).map(|_| ana.upload("files/upload", &to, &[("a.txt", LOG)]));
    let answers = futures::future::join_all(sent).await;
    let done = answers.iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!((LOG.len(), done), (33, 3), "at the same time they do not take more than there is");
    let full = ana.upload("files/upload", &to, &[("a.txt", LOG)]).await.error();
    assert!(full.about("files").unwrap().contains("no room"));
}

#[tokio::test]
async fn what_the_sender_gives_up_is_gone() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let address = app.serve().await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/files/upload HTTP/1.1\r\nHost: {address}\r\nCookie: {}\r\nContent-Length: 9000000\r\n\
         Content-Type: multipart/form-data; boundary=x\r\n\r\n\
         --x\r\nContent-Disposition: form-data; name=\"org\"\r\n\r\nmain\r\n\
         --x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{key}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a.txt\"\r\n\r\n",
        ana.cookie_header()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&vec![b'a'; 3_000_000]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(socket);
    nothing_left(&app).await;
}

#[tokio::test]
async fn thirty_at_once_are_all_there() {
    let app = TestApp::start().await;
    let ana = app.sign_up("Ana").await;
    let key = ana.create_issue("It breaks").await;
    let photo = picture(ImageFormat::Png, 300, 200);
    let to = [("org", "main"), ("key", key.as_str())];
    let sent = (0..30).map(|n| {
        let (bytes, to) = (if n % 3 == 0 { &photo[..] } else { LOG }, &to);
        let ana = &ana;
        async move { ana.upload("files/upload", to, &[("a", bytes)]).await }
    });
    for answer in futures::future::join_all(sent).await {
        answer.ok();
    }
    assert_eq!(files(&ana, &key).await.as_array().unwrap().len(), 30);
    assert_eq!(kept(&app).len(), 30 + 10, "each file, and a small picture of each third");
}
