//! The files of an export while they come in again: each goes to a file without a name, is compared with its hash, and then
//! put into the store. Its row is written together with the event that says it was added (`storage::import_dump_files`); an
//! object whose row is never written is removed by the job that compares the store with the table.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{Seek, Write},
};
use tracker_domain::{
    attachment::{FileName, FileState},
    text::OrgSlug,
};

use super::{
    ExportError, OpenFiles,
    attachment::hex,
    line::{AttachmentLine, Line},
    restore::at_line,
};
use crate::{
    files::Files, services::files::small, session::random_text, storage::import_dump_files::Received,
};

/// See the module.
pub(super) struct Receiver {
    open: OpenFiles,
    files: Option<Files>,
    org: OrgSlug,
    /// Files up to this position are there already.
    head: i64,
    incoming: Option<Incoming>,
    /// Those that are in the store and wait for their event.
    pub(super) whole: Vec<Received>,
}

/// A file of which parts are missing.
struct Incoming {
    number: u64,
    line: AttachmentLine,
    left: u64,
    hash: Sha256,
    /// `None`: it is there already.
    file: Option<File>,
}

impl Receiver {
    pub(super) fn new(open: OpenFiles, org: OrgSlug, head: i64) -> Self {
        Self { open, files: None, org, head, incoming: None, whole: Vec::new() }
    }

    /// Nothing but its parts comes after a file until it is whole.
    pub(super) fn expects(&self, number: u64, line: &Line) -> Result<(), ExportError> {
        match (&self.incoming, line) {
            (Some(_), Line::Part(_)) => Ok(()),
            (Some(file), _) => Err(at_line(file.number, &"bytes of this file are missing")),
            (None, Line::Part(_)) => Err(at_line(number, &"these are bytes of no file, or too many of one")),
            (None, _) => Ok(()),
        }
    }

    /// A file of which the parts come next.
    pub(super) fn begin(&mut self, number: u64, line: AttachmentLine) -> Result<(), ExportError> {
        let left = checked(&line).map_err(|why| at_line(number, &why))?;
        let there = line.position <= self.head;
        let file = if there { None } else { Some(self.files()?.nameless()?) };
        self.incoming = Some(Incoming { number, line, left, hash: Sha256::new(), file });
        Ok(())
    }

    /// The next bytes of it; with the last ones it goes to the store.
    pub(super) async fn part(&mut self, number: u64, text: &str) -> Result<(), ExportError> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|error| at_line(number, &error))?;
        if let Some(incoming) = &mut self.incoming {
            incoming.take(&bytes)?;
        }
        match self.incoming.take_if(|file| file.left == 0) {
            Some(incoming) => self.finish(incoming).await,
            None => Ok(()),
        }
    }

    async fn finish(&mut self, incoming: Incoming) -> Result<(), ExportError> {
        let Incoming { number, line, hash, file, .. } = incoming;
        let sha256: [u8; 32] = hash.finalize().into();
        if hex(&sha256) != line.sha256 {
            return Err(at_line(number, &"the bytes of this file are damaged: they have another SHA-256"));
        }
        let Some(mut file) = file else { return Ok(()) };
        file.rewind()?;
        let (object, size) = (format!("{}/{}", self.org, random_text(18)), line.size.unsigned_abs());
        let files = self.files()?;
        let Some((file, picture)) = files.again(file, line.media_type.clone()).await? else {
            let why = format!("this file is not {}, as it says, or that cannot be attached", line.media_type);
            return Err(at_line(number, &why));
        };
        files.store.put(&object, file, size).await?;
        let thumbnail = picture.is_some();
        if let Some(picture) = picture {
            files.store.put_small(&small(&object), picture).await?;
        }
        self.whole.push(Received { number, line, sha256, object, thumbnail });
        Ok(())
    }

    /// Forgets those whose events are written, up to a position.
    pub(super) fn written(&mut self, position: Option<i64>) {
        self.whole.retain(|file| position.is_none_or(|position| file.line.position > position));
    }

    fn files(&mut self) -> Result<Files, ExportError> {
        let files = match self.files.take() {
            Some(files) => files,
            None => (self.open)()?,
        };
        Ok(self.files.insert(files).clone())
    }
}

impl Incoming {
    fn take(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        let left = self.left.checked_sub(bytes.len() as u64);
        self.left = left.ok_or_else(|| at_line(self.number, &"this file has more bytes than it says"))?;
        self.hash.update(bytes);
        if let Some(file) = &mut self.file {
            file.write_all(bytes)?;
        }
        Ok(())
    }
}

/// What the table cannot say as well; gives how many bytes there are.
fn checked(line: &AttachmentLine) -> Result<u64, String> {
    let pixels = [line.width, line.height];
    if FileName::clean(&line.name).as_str() != line.name {
        return Err(format!("“{}” is no name of a file", line.name.escape_debug()));
    }
    if pixels.iter().flatten().any(|pixels| *pixels < 1) || line.width.is_some() != line.height.is_some() {
        return Err("a picture has a width and a height".to_owned());
    }
    line.state.parse::<FileState>().map_err(|error| error.to_string())?;
    u64::try_from(line.size).ok().filter(|size| *size > 0).ok_or_else(|| "a file has bytes".to_owned())
}
