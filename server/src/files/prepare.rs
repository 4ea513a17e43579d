//! From what came in to what is kept.

use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    path::Path,
};
use tracker_domain::error::AppError;

use super::{
    Spooled,
    kind::{Kind, Picture},
    nameless, picture, strip,
};
use crate::fault::fault;

/// A file as it is to be kept.
#[derive(Debug)]
pub struct Prepared {
    /// It, at its beginning.
    pub file: File,
    /// How many bytes it has.
    pub size: u64,
    /// Of those bytes.
    pub sha256: [u8; 32],
    /// What it is.
    pub media_type: &'static str,
    /// Width and height of a picture, as it is shown.
    pub pixels: Option<(u32, u32)>,
    /// A small JPEG of a picture.
    pub small: Option<Vec<u8>>,
}

/// Works through the file some times; not for an async thread.
pub(super) fn prepare(spooled: Spooled, incoming: &Path) -> Result<Prepared, AppError> {
    let Spooled { mut file, .. } = spooled;
    let kind = Kind::of(&mut BufReader::new(&file)).map_err(|error| fault(&error))?;
    let kind = kind.ok_or_else(|| {
        AppError::invalid(
            "files",
            "Files of this kind cannot be attached. Pictures (PNG, JPEG, GIF, WebP), texts, documents, archives, sound and video can.",
        )
    })?;
    let (mut pixels, mut small) = (None, None);
    if let Some(picture) = kind.picture {
        let (clean, looked) = cleaned(picture, file, incoming)?;
        file = clean;
        (pixels, small) = (Some((looked.width, looked.height)), Some(looked.small));
    }
    let (size, sha256) = hashed(&mut file).map_err(|error| fault(&error))?;
    Ok(Prepared { file, size, sha256, media_type: kind.media_type, pixels, small })
}

/// The picture without its metadata, and what is known of it.
fn cleaned(kind: Picture, mut file: File, incoming: &Path) -> Result<(File, picture::Looked), AppError> {
    file.rewind().map_err(|error| fault(&error))?;
    let looked = picture::look(kind, &file)?;
    file.rewind().map_err(|error| fault(&error))?;
    let clean = nameless(incoming).map_err(|error| fault(&error))?;
    let mut to = BufWriter::new(&clean);
    let stripped = strip::strip(kind, &mut BufReader::new(&file), &mut to, looked.turned);
    match stripped.and_then(|()| to.flush()) {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
            return Err(picture::unreadable());
        }
        Err(error) => return Err(fault(&error)),
    }
    drop(to);
    Ok((clean, looked))
}

/// Leaves the file at its beginning.
fn hashed(file: &mut File) -> io::Result<(u64, [u8; 32])> {
    file.rewind()?;
    let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        size += read as u64;
    }
    file.rewind()?;
    Ok((size, hash.finalize().into()))
}
