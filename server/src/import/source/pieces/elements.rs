//! The elements of a JSON list, without reading the list into memory.
//!
//! It looks only at brackets, strings and one name; whether an element is JSON is for its reader to say. So one broken
//! element does not hide those after it, as long as its brackets close.

use std::io::{self, BufRead, ErrorKind};

use super::{MOST_BYTES, broken, too_long};
use crate::import::record::Refused;

/// See the module.
pub struct Elements {
    text: Box<dyn BufRead + Send>,
    /// The list that matters in an object that is no element itself.
    list: &'static str,
    count: u64,
    /// Whether the list is inside such an object.
    in_object: bool,
    is_over: bool,
}

/// How reading an element ended.
enum End {
    Element,
    TooLong,
    /// It was the object around the list.
    List,
    /// The text ended.
    Text,
}

/// Where the reader is inside an element.
#[derive(Default)]
struct Place {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Bytes of the name of the list that the present string has so far; `None` if it is another string.
    matched: Option<usize>,
    /// The name was read; what stands between it and its value is still to come.
    named: bool,
}

impl Elements {
    pub(super) fn new(text: Box<dyn BufRead + Send>, list: &'static str) -> Self {
        Self { text, list, count: 0, in_object: false, is_over: false }
    }

    /// The next element.
    pub(super) fn next_into(&mut self, element: &mut Vec<u8>) -> Option<Result<u64, Refused>> {
        match self.advance(element) {
            Ok(found) => found,
            Err(error) => {
                self.is_over = true;
                Some(Err(broken(self.count + 1, &error)))
            }
        }
    }

    fn advance(&mut self, element: &mut Vec<u8>) -> io::Result<Option<Result<u64, Refused>>> {
        while let Some(byte) = self.peek()? {
            if byte.is_ascii_whitespace() || byte == b',' || byte == b'[' {
                self.text.consume(1);
                continue;
            }
            if byte == b']' || byte == b'}' {
                self.text.consume(1);
                if std::mem::take(&mut self.in_object) {
                    self.read(element, Place { depth: 1, ..Place::default() })?;
                }
                continue;
            }
            element.clear();
            let end = self.read(element, Place::default())?;
            if matches!(end, End::List) {
                self.in_object = true;
                continue;
            }
            self.count += 1;
            return Ok(Some(match end {
                End::TooLong => Err(too_long(self.count)),
                End::Text => Err(Refused::new(self.count, "the file ends in the middle of it")),
                _ => Ok(self.count),
            }));
        }
        Ok(None)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.text.fill_buf() {
                _ if self.is_over => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                buffer => return Ok(buffer?.first().copied()),
            }
        }
    }

    fn read(&mut self, element: &mut Vec<u8>, mut place: Place) -> io::Result<End> {
        let mut fits = true;
        while self.peek()?.is_some() {
            let buffer = self.text.fill_buf()?;
            let found = buffer.iter().position(|byte| {
                let ends = place.step(*byte, self.list);
                ends.is_some()
            });
            let taken = found.map_or(buffer.len(), |at| at + 1);
            fits = fits && element.len() + taken <= MOST_BYTES;
            if fits {
                element.extend_from_slice(&buffer[..taken]);
            }
            self.text.consume(taken);
            if found.is_some() {
                return Ok(match (place.named, fits) {
                    (true, _) => End::List,
                    (false, true) => End::Element,
                    (false, false) => End::TooLong,
                });
            }
        }
        // A number or a word at the end of the text ends with it.
        Ok(if place.depth == 0 && !place.in_string { End::Element } else { End::Text })
    }
}

impl Place {
    /// Takes a byte; something if it was the last one.
    fn step(&mut self, byte: u8, list: &str) -> Option<()> {
        if self.in_string {
            return self.step_in_string(byte, list);
        }
        match byte {
            b'"' => {
                self.in_string = true;
                self.matched = (self.depth == 1).then_some(0);
                self.named = false;
            }
            b'[' if self.named && self.depth == 1 => return Some(()),
            b'{' | b'[' => {
                self.depth += 1;
                self.named = false;
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.named = false;
                return (self.depth == 0).then_some(());
            }
            b':' | b' ' | b'\n' | b'\r' | b'\t' if self.depth > 0 => {}
            b',' | b' ' | b'\n' if self.depth == 0 => return Some(()),
            _ => self.named = false,
        }
        None
    }

    fn step_in_string(&mut self, byte: u8, list: &str) -> Option<()> {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => {
                self.escaped = true;
                self.matched = None;
            }
            b'"' => {
                self.in_string = false;
                self.named = self.matched == Some(list.len());
            }
            byte => {
                self.matched =
                    self.matched.filter(|at| list.as_bytes().get(*at) == Some(&byte)).map(|at| at + 1);
            }
        }
        None
    }
}
