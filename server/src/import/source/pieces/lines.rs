//! The lines of a text.

use std::io::{BufRead, ErrorKind};

use super::{MOST_BYTES, broken, too_long};
use crate::import::record::Refused;

/// See the module.
pub struct Lines {
    text: Box<dyn BufRead + Send>,
    line: u64,
    is_over: bool,
}

impl Lines {
    pub(super) fn new(text: Box<dyn BufRead + Send>) -> Self {
        Self { text, line: 0, is_over: false }
    }

    /// The next line that is not empty, without what ends it.
    pub(super) fn next_into(&mut self, line: &mut Vec<u8>) -> Option<Result<u64, Refused>> {
        while !self.is_over {
            self.line += 1;
            line.clear();
            match self.read(line) {
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(broken(self.line, &error)));
                }
                Ok(false) => return Some(Err(too_long(self.line))),
                Ok(true) if !line.trim_ascii().is_empty() => return Some(Ok(self.line)),
                Ok(true) => {}
            }
        }
        None
    }

    /// Reads to the end of a line; `false` if it was too long to be kept.
    fn read(&mut self, line: &mut Vec<u8>) -> std::io::Result<bool> {
        let mut fits = true;
        loop {
            let buffer = match self.text.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            if buffer.is_empty() {
                self.is_over = true;
                return Ok(fits);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            fits = fits && line.len() + part.len() <= MOST_BYTES;
            if fits {
                line.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.text.consume(taken);
            if end.is_some() {
                return Ok(fits);
            }
        }
    }
}
