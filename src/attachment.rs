//! Files that people attach: what they are called, what is known of them, and what people see of them.
//!
//! A file is uploaded first and then belongs to nobody but its uploader, until the issue or the comment that it comes
//! with is written. What it is, is decided by its content; the name that it came with is for people.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::{
    error::AppError,
    id::{AttachmentId, CommentId, IssueKey, UserId},
    policy::FileFacts,
    time::Timestamp,
    words::words,
};

/// For how long somebody may take back a file that they added.
pub const REMOVABLE_MINUTES: i64 = 15;

/// Most files that come with one issue or one comment, or in one request.
pub const FILES_AT_ONCE: usize = 20;

/// Most characters of a name.
pub const NAME_LENGTH: usize = 150;

/// Most characters of what stands behind the last dot, as far as that is kept when a name is shortened.
const ENDING_LENGTH: usize = 12;

words! {
    /// Whether a file may be fetched.
    FileState as "state" {
        /// A scanner looks at it; nobody gets it meanwhile.
        Checking = "CHECKING", "being checked";
        /// It may be fetched.
        Clean = "CLEAN", "clean";
        /// A scanner found something; nobody gets it.
        Infected = "INFECTED", "kept back: it is infected";
    }
}

/// The name of a file, as people may see it: one line, no folders, nothing that turns the text around.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// What is left of a name that anybody may have chosen. There is always something left.
    pub fn clean(text: &str) -> Self {
        let name = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String =
            name.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| is_seen(*c)).collect();
        let name = shortened(name.trim_matches([' ', '.']));
        let shown = name.chars().any(char::is_alphanumeric);
        Self(if shown { name } else { "file".to_owned() })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character may stand in a name: not what controls a terminal, turns the direction of a text, takes no room, or
/// means something to a file system or a header.
fn is_seen(c: char) -> bool {
    let turns =
        matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    let nothing = matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{feff}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}');
    let special = matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?');
    !(c.is_control() || turns || nothing || special)
}

/// A name that is too long keeps its beginning and its ending.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME_LENGTH {
        return name.to_owned();
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.filter(|ending| ending.chars().count() <= ENDING_LENGTH);
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let beginning: String = name.chars().take(NAME_LENGTH - ending.chars().count()).collect();
    format!("{}{ending}", beginning.trim_end_matches([' ', '.']))
}

/// A file as storage has it, for the policy to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileRow {
    /// Which.
    pub id: AttachmentId,
    /// The comment that it came with.
    pub comment: Option<CommentId>,
    /// What it is called.
    pub name: FileName,
    /// What it is.
    pub media_type: String,
    /// How many bytes it has.
    pub size: i64,
    /// Of a picture.
    pub width: Option<i32>,
    /// Of a picture.
    pub height: Option<i32>,
    /// Whether it may be fetched.
    pub state: FileState,
    /// Whether there is a small picture of it.
    pub thumbnail: bool,
    /// Whether a maintainer has hidden it.
    pub hidden: bool,
    /// Who added it.
    pub uploader: UserId,
    /// When.
    pub created_at: Timestamp,
}

impl FileRow {
    /// What of it the policy looks at.
    pub fn facts(&self, now: Timestamp) -> FileFacts {
        let age = now.0 - self.created_at.0;
        FileFacts {
            uploader: self.uploader,
            recent: age.whole_minutes() < REMOVABLE_MINUTES,
            hidden: self.hidden,
            state: self.state,
        }
    }
}

/// A file as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileView {
    /// What is known of it.
    pub row: FileRow,
    /// Whether the viewer may take it away.
    pub can_remove: bool,
    /// Whether the viewer may hide it.
    pub can_hide: bool,
}

/// Asks to take a file away, or to hide it.
#[derive(Debug, Clone)]
pub struct ChangeFile {
    /// The organization's slug.
    pub org: String,
    /// The file's id.
    pub file: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

impl ChangeFile {
    /// Which; what is no id is nobody's file.
    pub fn id(&self) -> Result<AttachmentId, AppError> {
        self.file.parse().map(AttachmentId).map_err(|_| AppError::NotFound)
    }
}

/// A file after a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileChanged {
    /// The organization's slug.
    pub org: String,
    /// The issue that it belongs to; nothing while it is not attached.
    pub key: Option<IssueKey>,
    /// Which.
    pub id: AttachmentId,
}

/// Files that were uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilesAdded {
    /// The organization's slug.
    pub org: String,
    /// The issue that they were attached to, if one was named.
    pub key: Option<IssueKey>,
    /// In the order in which they came.
    pub files: Vec<FileRow>,
}

/// Reads the files that come with a form: ids with commas between.
pub fn parse_ids(text: &str) -> Result<Vec<AttachmentId>, AppError> {
    let unknown = |_| AppError::invalid("files", "A file that was uploaded is missing. Choose it again.");
    let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    let mut ids =
        ids.map(|id| id.parse().map(AttachmentId).map_err(unknown)).collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > FILES_AT_ONCE {
        return Err(AppError::invalid("files", format!("At most {FILES_AT_ONCE} files can come at once.")));
    }
    Ok(ids)
}

/// How large a file is, as people say it.
pub fn size_label(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_has_no_folder_and_says_what_it_looks_like() {
        for (given, kept) in [
            ("screen shot.png", "screen shot.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ana\\photo.jpg", "photo.jpg"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("a\r\nSet-Cookie: x=1.txt", "a  Set-Cookie x=1.txt"),
            ("invoice\u{202e}gnp.exe", "invoicegnp.exe"),
            ("zero\u{200b}width\u{feff}.txt", "zerowidth.txt"),
            ("<img src=x onerror=alert(1)>.png", "img src=x onerror=alert(1).png"),
            ("\"quoted\".txt", "quoted.txt"),
            ("отчёт 文件.pdf", "отчёт 文件.pdf"),
            ("nul\0byte.txt", "nulbyte.txt"),
        ] {
            assert_eq!(FileName::clean(given).as_str(), kept, "{given:?}");
        }
        let long = FileName::clean(&format!("{}.tar.gz", "x".repeat(400)));
        assert_eq!(long.as_str().chars().count(), NAME_LENGTH);
        assert!(long.as_str().ends_with(".gz"));
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_that_is_kept_as_it_is(name in ".{0,300}") {
            let clean = FileName::clean(&name);
            let length = clean.as_str().chars().count();
            prop_assert!((1..=NAME_LENGTH).contains(&length));
            prop_assert!(!clean.as_str().contains(['/', '\\', '\0', '\n', '"']));
            prop_assert_eq!(FileName::clean(clean.as_str()), clean);
        }
    }

    #[test]
    fn ids_are_read_once_each_and_nonsense_is_refused() {
        assert_eq!(parse_ids("7, 3,7,").unwrap(), [AttachmentId(3), AttachmentId(7)]);
        assert!(parse_ids("").unwrap().is_empty());
        assert!(parse_ids("[object File]").is_err());
        let many: Vec<_> = (0..=FILES_AT_ONCE).map(|id| id.to_string()).collect();
        assert!(parse_ids(&many.join(",")).unwrap_err().about("files").is_some());
    }

    #[test]
    fn sizes_are_said_as_people_say_them() {
        assert_eq!([0, 999, 1_499, 25_000_000].map(size_label), ["0 bytes", "999 bytes", "1 kB", "25.0 MB"]);
    }
}
