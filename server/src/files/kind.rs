//! What a file is, by its first bytes. The name has no say: it is for people.
//!
//! What is not known here is refused. Text is allowed, whatever is written in it: HTML and SVG are text as well, and are
//! given out as such, never as a page or a picture.

use std::io::{self, BufRead, Read};

/// As many bytes as the magic numbers need.
const HEAD: usize = 8 * 1024;

/// A picture that we can clean and make small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// JPEG.
    Jpeg,
    /// PNG, also one that moves.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The media type that it is given out as.
    pub media_type: &'static str,
    /// If it is a picture, which.
    pub picture: Option<Picture>,
}

/// Pictures.
const PICTURES: &[(&str, Picture)] = &[
    ("image/jpeg", Picture::Jpeg),
    ("image/png", Picture::Png),
    ("image/gif", Picture::Gif),
    ("image/webp", Picture::WebP),
];

/// What else may come in, as the magic numbers call it. Not among them: programs, and pictures that we cannot clean.
const OTHERS: &[&str] = &[
    "application/gzip",
    "application/msword",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/x-7z-compressed",
    "application/x-bzip2",
    "application/x-tar",
    "application/x-xz",
    "application/zip",
    "application/zstd",
    "audio/m4a",
    "audio/mpeg",
    "audio/ogg",
    "audio/x-flac",
    "audio/x-wav",
    "video/mp4",
    "video/quicktime",
    "video/webm",
    "video/x-matroska",
];

/// Text, in whatever language, also a programming language.
const TEXT: Kind = Kind { media_type: "text/plain", picture: None };

impl Kind {
    /// Whether a browser may show it by itself: pictures that we have cleaned, and nothing else.
    pub fn is_shown(media_type: &str) -> bool {
        PICTURES.iter().any(|(known, _)| *known == media_type)
    }

    /// Of a file that is said to be this. `None`: nothing that is allowed.
    pub(super) fn said(media_type: &str) -> Option<Self> {
        if media_type == TEXT.media_type { Some(TEXT) } else { known(media_type) }
    }

    /// Of a file that is at its beginning; it is read on. `None`: nothing that is allowed.
    pub fn of(file: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = Vec::with_capacity(HEAD);
        file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let known = infer::get(&head).and_then(|found| known(found.mime_type()));
        if known.is_some() {
            return Ok(known);
        }
        // A text can begin like anything: "BMW" is no picture.
        Ok(is_text(&head, file)?.then_some(TEXT))
    }
}

fn known(media_type: &str) -> Option<Kind> {
    let picture = PICTURES.iter().find(|(known, _)| *known == media_type);
    if let Some((media_type, picture)) = picture {
        return Some(Kind { media_type, picture: Some(*picture) });
    }
    OTHERS.iter().find(|known| **known == media_type).map(|media_type| Kind { media_type, picture: None })
}

/// Whether all of it is UTF-8 without what no text has. `head` is what was read already.
fn is_text(head: &[u8], rest: &mut impl BufRead) -> io::Result<bool> {
    let mut buffer = head.to_vec();
    loop {
        let whole = match std::str::from_utf8(&buffer) {
            Ok(text) => text.len(),
            // A character that is cut here may go on in what comes next.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        if buffer[..whole].iter().any(is_no_text) {
            return Ok(false);
        }
        buffer.drain(..whole);
        let more = rest.by_ref().take(HEAD as u64).read_to_end(&mut buffer)?;
        if more == 0 {
            return Ok(buffer.is_empty());
        }
    }
}

/// Terminals' colours (ESC) and page breaks are in logs that people attach.
fn is_no_text(byte: &u8) -> bool {
    *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x08)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Option<&'static str> {
        Kind::of(&mut io::BufReader::with_capacity(16, bytes)).unwrap().map(|kind| kind.media_type)
    }

    #[test]
    fn what_a_file_is_stands_in_its_first_bytes() {
        assert_eq!(of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some("image/png"));
        assert_eq!(of(b"%PDF-1.7 ..."), Some("application/pdf"));
        assert_eq!(of(b"PK\x03\x04........................"), Some("application/zip"));
        assert_eq!(of(b"2026-11-21 ERROR \x1b[31mred\x1b[0m\n"), Some("text/plain"));
        assert_eq!(of(b"BMW 3"), Some("text/plain"), "a text can begin like anything");
        assert_eq!(of("Zähl".repeat(5_000).as_bytes()), Some("text/plain"));
    }

    #[test]
    fn what_a_browser_would_run_is_text_and_nothing_else() {
        for page in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            "<!DOCTYPE html><script>",
            "<?xml version=\"1.0\"?><svg/>",
            "#!/bin/sh\nrm -rf /",
        ] {
            let kind = of(page.as_bytes());
            assert!(matches!(kind, None | Some("text/plain")), "{page}: {kind:?}");
            assert!(!kind.is_some_and(Kind::is_shown));
        }
    }

    #[test]
    fn programs_and_what_nobody_knows_are_refused() {
        for bytes in [
            &b"MZ\x90\0\x03\0\0\0"[..],
            b"\x7fELF\x02\x01\x01\0",
            b"\0\x01\x02\x03",
            b"\xff\xfe\xfd",
            b"II*\0\x08\0\0\0",
            b"\xc3",
            b"BM\x8a\0\0\0",
        ] {
            assert_eq!(of(bytes), None, "{bytes:?}");
        }
        let mut late = vec![b'a'; 3 * HEAD];
        late.push(0);
        assert_eq!(of(&late), None, "what is no text anywhere is no text");
    }
}
