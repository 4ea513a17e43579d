use super::*;
use image::{DynamicImage, ImageFormat, RgbImage};
use std::io::Cursor;

const SECRET: &[u8] = b"48.8584 N, 2.2945 E";

fn picture(format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(24, 16, |x, y| image::Rgb([x as u8 * 9, y as u8 * 9, 40]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn stripped(kind: Picture, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut clean = Cursor::new(Vec::new());
    strip(kind, &mut io::BufReader::with_capacity(7, bytes), &mut clean, 1)?;
    Ok(clean.into_inner())
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

/// Holds that the secret is gone and the pixels are the same.
fn held(kind: Picture, format: ImageFormat, with_secret: &[u8]) {
    assert!(has(with_secret, SECRET));
    let clean = stripped(kind, with_secret).unwrap();
    assert!(!has(&clean, SECRET), "{format:?}");
    let [before, after] = [with_secret, &clean]
        .map(|bytes| image::load_from_memory_with_format(bytes, format).unwrap().to_rgba8());
    assert_eq!(before, after, "{format:?}");
    assert_eq!(stripped(kind, &clean).unwrap(), clean, "what is clean stays as it is");
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let crc = crc32fast::hash(&[&kind[..], data].concat());
    [&(data.len() as u32).to_be_bytes()[..], kind, data, &crc.to_be_bytes()].concat()
}

#[test]
fn a_jpeg_loses_its_metadata_its_comments_and_what_stands_behind_it() {
    let plain = picture(ImageFormat::Jpeg);
    let segment = |marker: u8, prefix: &[u8]| {
        let length = (2 + prefix.len() + SECRET.len()) as u16;
        [&[0xff, marker][..], &length.to_be_bytes(), prefix, SECRET].concat()
    };
    for one in [
        segment(0xe1, b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0"),
        segment(0xed, b"Photoshop 3.0\0"),
        segment(0xe2, b"MPF\0"),
        segment(0xfe, b""),
    ] {
        held(Picture::Jpeg, ImageFormat::Jpeg, &[&plain[..2], &one, &plain[2..]].concat());
    }
    held(Picture::Jpeg, ImageFormat::Jpeg, &[&plain[..], &picture(ImageFormat::Jpeg), SECRET].concat());
}

#[test]
fn a_jpeg_keeps_how_it_is_turned() {
    let plain = picture(ImageFormat::Jpeg);
    let mut clean = Cursor::new(Vec::new());
    strip(Picture::Jpeg, &mut &plain[..], &mut clean, 6).unwrap();
    let reader = image::ImageReader::with_format(Cursor::new(clean.into_inner()), ImageFormat::Jpeg);
    let turned = image::ImageDecoder::orientation(&mut reader.into_decoder().unwrap()).unwrap();
    assert_eq!(turned.to_exif(), 6);
}

#[test]
fn a_png_loses_its_texts_and_what_stands_behind_it() {
    let plain = picture(ImageFormat::Png);
    // Behind the header, which is 8 + 25 bytes.
    for kind in [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"prVt"] {
        let chunk = png_chunk(kind, SECRET);
        held(Picture::Png, ImageFormat::Png, &[&plain[..33], &chunk, &plain[33..]].concat());
    }
    held(Picture::Png, ImageFormat::Png, &[&plain[..], b"PK\x03\x04", SECRET].concat());
}

#[test]
fn a_gif_loses_its_comments_and_what_stands_behind_it() {
    let plain = picture(ImageFormat::Gif);
    let at = 13 + gif_palette(plain[10]) as usize;
    let block = [&[SECRET.len() as u8][..], SECRET, &[0]].concat();
    for head in [&b"\x21\xfe"[..], b"\x21\xff\x0bXMP DataXMP"] {
        held(Picture::Gif, ImageFormat::Gif, &[&plain[..at], head, &block, &plain[at..]].concat());
    }
    held(Picture::Gif, ImageFormat::Gif, &[&plain[..], b"*/=1;alert(1)//", SECRET].concat());
}

#[test]
fn a_webp_loses_its_metadata_and_what_stands_behind_it() {
    let plain = picture(ImageFormat::WebP);
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let pad = vec![0; data.len() % 2];
        [&kind[..], &(data.len() as u32).to_le_bytes(), data, &pad].concat()
    };
    // An extended picture says in its first chunk what else there is: 0x0c are EXIF and XMP.
    let extended = chunk(b"VP8X", &[0x0c, 0, 0, 0, 23, 0, 0, 15, 0, 0]);
    let body =
        [&b"WEBP"[..], &extended, &plain[12..], &chunk(b"EXIF", SECRET), &chunk(b"XMP ", SECRET)].concat();
    let whole = [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat();
    held(Picture::WebP, ImageFormat::WebP, &whole);
    held(Picture::WebP, ImageFormat::WebP, &[&plain[..], SECRET].concat());
}

#[test]
fn what_is_cut_or_broken_is_never_copied_without_end() {
    for (kind, format) in [
        (Picture::Jpeg, ImageFormat::Jpeg),
        (Picture::Png, ImageFormat::Png),
        (Picture::Gif, ImageFormat::Gif),
        (Picture::WebP, ImageFormat::WebP),
    ] {
        let whole = picture(format);
        for end in 0..whole.len() {
            let clean = stripped(kind, &whole[..end]);
            assert!(
                clean.is_err() || clean.is_ok_and(|clean| clean.len() <= whole.len() + 2),
                "{format:?} {end}"
            );
        }
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xff;
            // It is refused or copied; the decoder has the last word.
            let _ = stripped(kind, &broken);
        }
    }
}
