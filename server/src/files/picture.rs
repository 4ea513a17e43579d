//! A picture, decoded within bounds: how large it is, how it is to be turned, and a small one of it.
//!
//! A decoder reads only what says of itself that it fits; a picture that is larger is refused, so that a small file cannot
//! fill the memory. What cannot be decoded is no picture, whatever its first bytes are.

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, codecs::jpeg::JpegEncoder,
    metadata::Orientation,
};
use std::{fs::File, io::BufReader};
use tracker_domain::error::AppError;

use super::kind::Picture;
use crate::fault::fault;

/// Most bytes of a decoded picture: 44 million pixels without transparency.
const MAX_DECODED: u64 = 128 * 1024 * 1024;

/// Most pixels of a side.
const MAX_SIDE: u32 = 30_000;

/// The larger side of a small picture.
const SMALL: u32 = 480;

/// How a small picture is packed.
const QUALITY: u8 = 80;

impl Picture {
    const fn format(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
        }
    }
}

/// What is known of a picture.
pub(super) struct Looked {
    /// As it is shown, after it was turned.
    pub(super) width: u32,
    /// The same.
    pub(super) height: u32,
    /// How it is to be turned, as EXIF says it.
    pub(super) turned: u8,
    /// A small JPEG.
    pub(super) small: Vec<u8>,
}

pub(super) fn unreadable() -> AppError {
    AppError::invalid("files", "This picture cannot be read: it is damaged, or something else.")
}

/// Decodes a picture that is at its beginning.
pub(super) fn look(kind: Picture, file: &File) -> Result<Looked, AppError> {
    let mut reader = ImageReader::new(BufReader::new(file));
    reader.set_format(kind.format());
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(2 * MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| unreadable())?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(unreadable());
    }
    if decoder.total_bytes() > MAX_DECODED || width.max(height) > MAX_SIDE {
        return Err(AppError::invalid(
            "files",
            format!(
                "This picture has {width} \u{d7} {height} pixels, which is too many. Send a smaller one, or pack it into an archive."
            ),
        ));
    }
    // Only JPEG is turned by browsers.
    let turned = if kind == Picture::Jpeg {
        decoder.orientation().unwrap_or(Orientation::NoTransforms)
    } else {
        Orientation::NoTransforms
    };
    let mut image = DynamicImage::from_decoder(decoder)
        .map_err(|_| unreadable())?
        .thumbnail(SMALL.min(width), SMALL.min(height));
    image.apply_orientation(turned);
    let mut small = Vec::new();
    JpegEncoder::new_with_quality(&mut small, QUALITY)
        .encode_image(&flat(&image))
        .map_err(|error| fault(&error))?;
    let (width, height) = if turned.to_exif() >= 5 { (height, width) } else { (width, height) };
    Ok(Looked { width, height, turned: turned.to_exif(), small })
}

/// On white, where it was transparent.
fn flat(image: &DynamicImage) -> RgbImage {
    let image = image.to_rgba8();
    let mut flat = RgbImage::new(image.width(), image.height());
    for (to, from) in flat.pixels_mut().zip(image.pixels()) {
        let [r, g, b, a] = from.0.map(u16::from);
        *to = Rgb([r, g, b].map(|c| ((c * a + 255 * (255 - a)) / 255) as u8));
    }
    flat
}
