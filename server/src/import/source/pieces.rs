//! Cuts a text into the parts that are one issue each: lines, or the elements of a JSON list.
//!
//! Only one part is in memory at a time, and a part over the limit is passed by without being kept.

mod elements;
mod lines;

use serde::de::IgnoredAny;
use std::{collections::HashMap, io::BufRead, path::Path};

use super::input::{self, Progress};
use crate::import::record::Refused;
use elements::Elements;
use lines::Lines;

/// Most bytes of one issue with all its comments.
pub const MOST_BYTES: usize = 16 << 20;

/// The parts of a file.
pub struct Pieces {
    how: How,
    progress: Progress,
}

enum How {
    Lines(Lines),
    Elements(Elements),
}

impl Pieces {
    /// The lines of a file.
    pub fn lines(path: &Path) -> Result<Self, String> {
        let input = input::open(path).map_err(|error| error.to_string())?;
        Ok(Self { how: How::Lines(Lines::new(input.text)), progress: input.progress })
    }

    /// The elements of a file: of its list, of the list named `list` in its object, or its lines.
    pub fn elements(path: &Path, list: &'static str) -> Result<Self, String> {
        let mut input = input::open(path).map_err(|error| error.to_string())?;
        let start = input.text.fill_buf().map_err(|error| error.to_string())?;
        let how = if has_lines(start, list) {
            How::Lines(Lines::new(input.text))
        } else {
            How::Elements(Elements::new(input.text, list))
        };
        Ok(Self { how, progress: input.progress })
    }

    /// The next part, into `part`; gives its number.
    pub fn next_into(&mut self, part: &mut Vec<u8>) -> Option<Result<u64, Refused>> {
        part.clear();
        match &mut self.how {
            How::Lines(lines) => lines.next_into(part),
            How::Elements(elements) => elements.next_into(part),
        }
    }

    /// How far it is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

/// Whether each line is an object by itself, and none around the list.
fn has_lines(start: &[u8], list: &str) -> bool {
    let start = start.trim_ascii_start();
    let Some(end) = start.iter().position(|byte| *byte == b'\n') else { return false };
    let first = serde_json::from_slice::<HashMap<String, IgnoredAny>>(&start[..end]);
    first.is_ok_and(|object| !object.contains_key(list))
}

fn too_long(number: u64) -> Refused {
    Refused::new(number, format!("it has more than {} MiB", MOST_BYTES >> 20))
}

fn broken(number: u64, error: &std::io::Error) -> Refused {
    Refused::new(number, format!("the file cannot be read from here on: {error}"))
}
