//! A file that was taken in once and comes back with an export. Its bytes stay as they are, for their hash is known. What a
//! browser would show by itself must be what it is said to be, and its small picture is made anew: an export can be written
//! by anybody.

use std::{
    fs::File,
    io::{self, BufReader, Seek},
};

use super::{kind::Kind, picture};

/// Takes a file at its beginning and leaves it there; with a small one when it is a picture that can be read. `None`: it is
/// something else than is said, or nothing that is kept. Not for an async thread.
pub(super) fn again(mut file: File, media_type: &str) -> io::Result<Option<(File, Option<Vec<u8>>)>> {
    let Some(kind) = Kind::said(media_type) else { return Ok(None) };
    let Some(picture) = kind.picture else { return Ok(Some((file, None))) };
    if Kind::of(&mut BufReader::new(&file))? != Some(kind) {
        return Ok(None);
    }
    file.rewind()?;
    let small = picture::look(picture, &file).ok().map(|looked| looked.small);
    file.rewind()?;
    Ok(Some((file, small)))
}
