//! Typed ids, so that an issue's number can never be handed in where a person's is meant.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

use crate::error::AppError;

/// Fewest characters of a project's key.
pub const MIN_PROJECT_KEY_CHARS: usize = 2;
/// Most characters of it.
pub const MAX_PROJECT_KEY_CHARS: usize = 10;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// An organization: the tenant that everything else belongs to.
    OrgId
);
id!(
    /// A person's account; one account can be a member of several organizations.
    UserId
);
id!(
    /// A session of an account: one browser, or one program, that is signed in.
    SessionId
);
id!(
    /// A project inside an organization.
    ProjectId
);
id!(
    /// An issue. People see its [`IssueKey`] instead.
    IssueId
);
id!(
    /// A comment on an issue.
    CommentId
);
id!(
    /// A file that somebody uploaded.
    AttachmentId
);
id!(
    /// A passkey of a person.
    PasskeyId
);
id!(
    /// A tag of an organization.
    TagId
);

id!(
    /// An invitation to an organization.
    InvitationId
);

/// A position in an organization's event log: gapless, starting at 1; 0 is "before the first event".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The short name of a project in its issues' keys: 2-10 of `A-Z` and `0-9`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectKey(String);

impl ProjectKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProjectKey {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let text = text.trim().to_ascii_uppercase();
        let letter_first = text.starts_with(|c: char| c.is_ascii_uppercase());
        let known = text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        if (MIN_PROJECT_KEY_CHARS..=MAX_PROJECT_KEY_CHARS).contains(&text.len()) && letter_first && known {
            Ok(Self(text))
        } else {
            Err(AppError::invalid(
                "project",
                "A project key has 2 to 10 of A-Z and 0-9 and begins with a letter.",
            ))
        }
    }
}

impl fmt::Display for ProjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ProjectKey {
    type Error = AppError;

    fn try_from(text: String) -> Result<Self, AppError> {
        text.parse()
    }
}

impl From<ProjectKey> for String {
    fn from(key: ProjectKey) -> Self {
        key.0
    }
}

/// How people name an issue: `CORE-12`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssueKey {
    /// The project's key.
    pub project: ProjectKey,
    /// The issue's number in its project, from 1.
    pub number: i64,
}

impl FromStr for IssueKey {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let unknown = || AppError::invalid("key", "An issue key looks like CORE-12.");
        let (project, number) = text.trim().rsplit_once('-').ok_or_else(unknown)?;
        let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
        let number = number.parse().ok().filter(|n| digits && *n > 0).ok_or_else(unknown)?;
        Ok(Self { project: project.parse().map_err(|_| unknown())?, number })
    }
}

impl fmt::Display for IssueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.project, self.number)
    }
}

impl TryFrom<String> for IssueKey {
    type Error = AppError;

    fn try_from(text: String) -> Result<Self, AppError> {
        text.parse()
    }
}

impl From<IssueKey> for String {
    fn from(key: IssueKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_reads_back(project in "[A-Z][A-Z0-9]{1,9}", number in 1..i64::MAX) {
            let text = format!("{project}-{number}");
            prop_assert_eq!(text.parse::<IssueKey>().unwrap().to_string(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            if let Ok(key) = text.parse::<IssueKey>() {
                prop_assert!(key.number > 0);
            }
        }
    }

    #[test]
    fn lower_case_is_understood_and_nonsense_is_not() {
        assert_eq!("core-12".parse::<IssueKey>().unwrap().to_string(), "CORE-12");
        for bad in ["CORE", "CORE-", "CORE-0", "CORE--1", "CORE-+1", "1CORE-1", "C-1", "ABCDEFGHIJK-1", "-1"]
        {
            assert!(bad.parse::<IssueKey>().is_err(), "{bad}");
        }
    }
}
