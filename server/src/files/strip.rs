//! A picture without what it tells about whoever took it: where, when, with which device, by which program.
//!
//! What is copied is what a decoder needs; all else is left out, also what stands behind the end of the picture, where some
//! phones keep a second one with all its metadata, and where a polyglot has its other half. Own code, because the libraries
//! that take metadata off keep exactly that. The pixels are copied as they are: nothing is encoded anew.

use std::io::{self, BufRead, Read, Seek, SeekFrom, Write, sink};

use super::kind::Picture;

/// Copies the picture of `from`, which is at its beginning. `turned` is how it is to be turned (EXIF's number, of JPEG),
/// which is all that is kept of the metadata. What is no such picture is an error.
pub(super) fn strip(
    kind: Picture,
    from: &mut impl BufRead,
    to: &mut (impl Write + Seek),
    turned: u8,
) -> io::Result<()> {
    match kind {
        Picture::Jpeg => jpeg(from, to, turned),
        Picture::Png => png(from, to),
        Picture::Gif => gif(from, to),
        Picture::WebP => webp(from, to),
    }
}

fn wrong() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map(|()| bytes)
}

fn copy(from: &mut impl Read, to: &mut impl Write, length: u64) -> io::Result<()> {
    let copied = io::copy(&mut from.take(length), to)?;
    if copied == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// The next byte; `None` at the end.
fn next(from: &mut impl BufRead) -> io::Result<Option<u8>> {
    let byte = from.fill_buf()?.first().copied();
    if byte.is_some() {
        from.consume(1);
    }
    Ok(byte)
}

fn jpeg(from: &mut impl BufRead, to: &mut impl Write, turned: u8) -> io::Result<()> {
    if bytes::<2>(from)? != [0xff, 0xd8] {
        return Err(wrong());
    }
    to.write_all(&[0xff, 0xd8])?;
    if turned > 1 {
        to.write_all(&orientation(turned))?;
    }
    let mut marker = jpeg_marker(from)?;
    // Pictures that end early are shown as far as they go, so they are kept as far as they go.
    while let Some(kind) = marker.filter(|kind| *kind != 0xd9) {
        marker = match kind {
            0x01 | 0xd0..=0xd7 => jpeg_marker(from)?,
            _ => {
                let length =
                    usize::from(u16::from_be_bytes(bytes(from)?)).checked_sub(2).ok_or_else(wrong)?;
                let mut segment = vec![0; length];
                from.read_exact(&mut segment)?;
                if jpeg_needs(kind, &segment) {
                    to.write_all(&[0xff, kind])?;
                    to.write_all(&(length as u16 + 2).to_be_bytes())?;
                    to.write_all(&segment)?;
                }
                if kind == 0xda { jpeg_scan(from, to)? } else { jpeg_marker(from)? }
            }
        };
    }
    to.write_all(&[0xff, 0xd9])
}

fn jpeg_marker(from: &mut impl BufRead) -> io::Result<Option<u8>> {
    if bytes::<1>(from)? != [0xff] {
        return Err(wrong());
    }
    loop {
        match next(from)? {
            Some(0xff) => {}
            marker => return Ok(marker),
        }
    }
}

/// The colours' profile and what decoders ask for; no other application's segment, and no comment.
fn jpeg_needs(marker: u8, segment: &[u8]) -> bool {
    match marker {
        0xe2 => segment.starts_with(b"ICC_PROFILE\0"),
        0xee => segment.starts_with(b"Adobe"),
        0xe0 => segment.starts_with(b"JFIF\0"),
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// The pixels up to the marker behind them, which is given.
fn jpeg_scan(from: &mut impl BufRead, to: &mut impl Write) -> io::Result<Option<u8>> {
    while let Some(byte) = next(from)? {
        if byte != 0xff {
            to.write_all(&[byte])?;
            continue;
        }
        let mut follows = next(from)?;
        while follows == Some(0xff) {
            follows = next(from)?;
        }
        match follows {
            Some(inside @ (0x00 | 0xd0..=0xd7)) => to.write_all(&[0xff, inside])?,
            marker => return Ok(marker),
        }
    }
    Ok(None)
}

/// EXIF with nothing but how the picture is to be turned.
fn orientation(turned: u8) -> [u8; 36] {
    let mut segment = *b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    segment[28] = turned;
    segment
}

const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Chunks that change how the picture looks; among those that are left out are all texts, times and EXIF.
const PNG_KEPT: &[&[u8; 4]] = &[
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT",
    b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

fn png(from: &mut impl BufRead, to: &mut impl Write) -> io::Result<()> {
    if bytes::<8>(from)? != PNG {
        return Err(wrong());
    }
    to.write_all(&PNG)?;
    loop {
        let (length, kind) = (bytes::<4>(from)?, bytes::<4>(from)?);
        let rest = u64::from(u32::from_be_bytes(length)) + 4;
        if PNG_KEPT.contains(&&kind) {
            to.write_all(&length)?;
            to.write_all(&kind)?;
            copy(from, to, rest)?;
        } else {
            copy(from, &mut sink(), rest)?;
        }
        if &kind == b"IEND" {
            return Ok(());
        }
    }
}

fn gif(from: &mut impl BufRead, to: &mut impl Write) -> io::Result<()> {
    let head = bytes::<13>(from)?;
    if !matches!(&head[..6], b"GIF87a" | b"GIF89a") {
        return Err(wrong());
    }
    to.write_all(&head)?;
    copy(from, to, gif_palette(head[10]))?;
    loop {
        match next(from)? {
            Some(0x2c) => {
                let head = bytes::<9>(from)?;
                to.write_all(&[0x2c])?;
                to.write_all(&head)?;
                copy(from, to, gif_palette(head[8]) + 1)?;
                gif_blocks(from, to)?;
            }
            Some(0x21) => gif_extension(from, to)?,
            Some(0x3b) | None => return to.write_all(&[0x3b]),
            Some(_) => return Err(wrong()),
        }
    }
}

fn gif_palette(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Blocks that say their length, up to the empty one.
fn gif_blocks(from: &mut impl BufRead, to: &mut impl Write) -> io::Result<()> {
    loop {
        let [length] = bytes::<1>(from)?;
        to.write_all(&[length])?;
        if length == 0 {
            return Ok(());
        }
        copy(from, to, length.into())?;
    }
}

/// How long a frame stays, and how often all of them are shown; no comments, texts and other programs' blocks.
fn gif_extension(from: &mut impl BufRead, to: &mut impl Write) -> io::Result<()> {
    let [label] = bytes::<1>(from)?;
    if label == 0xf9 {
        to.write_all(&[0x21, label])?;
        return gif_blocks(from, to);
    }
    if label == 0xff {
        let [length] = bytes::<1>(from)?;
        let mut name = vec![0; length.into()];
        from.read_exact(&mut name)?;
        if matches!(&name[..], b"NETSCAPE2.0" | b"ANIMEXTS1.0") {
            to.write_all(&[0x21, label, length])?;
            to.write_all(&name)?;
            return gif_blocks(from, to);
        }
    }
    gif_blocks(from, &mut sink())
}

const WEBP_KEPT: &[&[u8; 4]] = &[b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"];

fn webp(from: &mut impl BufRead, to: &mut (impl Write + Seek)) -> io::Result<()> {
    let head = bytes::<12>(from)?;
    if &head[..4] != b"RIFF" || &head[8..] != b"WEBP" {
        return Err(wrong());
    }
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let mut left = u64::from(length).checked_sub(4).ok_or_else(wrong)?;
    to.write_all(&head)?;
    while left >= 8 {
        let (kind, length) = (bytes::<4>(from)?, bytes::<4>(from)?);
        let size = u64::from(u32::from_le_bytes(length));
        let padded = size + size % 2;
        left = left.saturating_sub(8 + padded);
        if !WEBP_KEPT.contains(&&kind) {
            copy(from, &mut sink(), padded)?;
            continue;
        }
        to.write_all(&kind)?;
        to.write_all(&length)?;
        if &kind == b"VP8X" {
            // Nothing of EXIF and XMP is there any more.
            let [flags] = bytes::<1>(from)?;
            to.write_all(&[flags & !0x0c])?;
            copy(from, to, padded.checked_sub(1).ok_or_else(wrong)?)?;
        } else {
            copy(from, to, padded)?;
        }
    }
    let end = to.stream_position()?;
    to.seek(SeekFrom::Start(4))?;
    to.write_all(&u32::try_from(end - 8).map_err(|_| wrong())?.to_le_bytes())?;
    to.seek(SeekFrom::Start(end)).map(|_| ())
}

#[cfg(test)]
mod tests;
