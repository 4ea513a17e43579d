//! Files in an export: a line that says what the file is, and its bytes in lines of base64. Every part but the last has the
//! same length, so that the same bytes are always the same lines; a part at a time is in memory.

use base64::{Engine, prelude::BASE64_STANDARD};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io;
use time::{OffsetDateTime, serde::rfc3339};

use super::{ExportError, line::Line};
use crate::files::{Store, StoreError};

/// Bytes of a part.
const PART: usize = 192 * 1024;

/// A file. It is named by its issue and the position of the event that says it was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentLine {
    /// Of which issue.
    pub issue: String,
    /// At which position.
    pub position: i64,
    /// The position of the comment that it came with.
    pub comment: Option<i64>,
    /// Who uploaded it.
    pub uploader: String,
    /// When.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// How many bytes it has.
    pub size: i64,
    /// Of those bytes, in hexadecimal digits.
    pub sha256: String,
    /// Of a picture.
    pub width: Option<i32>,
    /// Of a picture.
    pub height: Option<i32>,
    /// Whether it may be fetched.
    pub state: String,
    /// What a scanner found in it.
    pub finding: Option<String>,
    /// Since when reporters do not see it.
    #[serde(with = "rfc3339::option")]
    pub hidden_at: Option<OffsetDateTime>,
}

/// Digits of a hash.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a file from the store and hands out its lines, the last one only when it was what it should be.
pub(super) async fn parts(
    store: &Store,
    (file, object): (&AttachmentLine, &str),
    mut line: impl FnMut(Line) -> io::Result<()>,
) -> Result<(), ExportError> {
    let mut bytes = store.get(object, None).await?.ok_or_else(|| damaged(file, object))?;
    let (mut hash, mut size, mut part) = (Sha256::new(), 0, Vec::with_capacity(PART));
    while let Some(bytes) = bytes.try_next().await.map_err(StoreError::from)? {
        hash.update(&bytes);
        size += bytes.len() as u64;
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            // A part goes when more comes, so that the last one waits for the hash.
            if part.len() == PART {
                line(Line::Part(BASE64_STANDARD.encode(&part)))?;
                part.clear();
            }
            let (now, later) = rest.split_at(rest.len().min(PART - part.len()));
            part.extend_from_slice(now);
            rest = later;
        }
    }
    if u64::try_from(file.size).ok() != Some(size) || hex(&hash.finalize()) != file.sha256 {
        return Err(damaged(file, object));
    }
    Ok(line(Line::Part(BASE64_STANDARD.encode(&part)))?)
}

fn damaged(file: &AttachmentLine, object: &str) -> ExportError {
    let AttachmentLine { issue, name, .. } = file;
    ExportError::Refused(format!(
        "the file “{name}” of {issue} ({object}) is missing in the store or not as it came in; bring it back from a backup \
         or remove it from the issue, and start again (`tracker doctor --files` names every such file)"
    ))
}
