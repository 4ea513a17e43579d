//! Validated texts. Each is made from what a person typed, or refused with a sentence about the field.

use serde::{Deserialize, Serialize};
use std::fmt;

use crate::error::AppError;

/// Most bytes of a description or a comment: 256 KiB.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Most characters of an issue's title.
pub const MAX_TITLE_CHARS: usize = 200;
/// Most characters of the name of a person, a team, a project or an organization.
pub const MAX_NAME_CHARS: usize = 80;
/// Most bytes of a mail address.
pub const MAX_EMAIL_BYTES: usize = 254;
/// Most characters of a tag.
pub const MAX_TAG_CHARS: usize = 40;
/// Fewest characters of a short name of an organization or a team.
pub const MIN_SLUG_CHARS: usize = 2;
/// Most characters of it.
pub const MAX_SLUG_CHARS: usize = 40;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// What an issue is called: 1-200 characters on one line.
    IssueTitle
);
text!(
    /// Markdown that a person wrote: at most [`MAX_BODY_BYTES`], without NUL.
    Markdown
);
text!(
    /// How a person, a team, a project or an organization is called: 1-80 characters.
    DisplayName
);
text!(
    /// A mail address, lower-cased: `ana@example.org`.
    Email
);
text!(
    /// A tag: 1-40 characters without spaces and colons, lower-cased.
    TagName
);
text!(
    /// A team's name in queries: 2-40 of `a-z`, `0-9` and `-`, lower-cased.
    TeamSlug
);
text!(
    /// An organization's name in URLs: 2-40 of `a-z`, `0-9` and `-`, not one of the program's own first segments.
    OrgSlug
);

fn one_line(field: &str, what: &str, max: usize, text: &str) -> Result<String, AppError> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        return Err(AppError::invalid(field, format!("{what} is missing.")));
    }
    if length > max {
        return Err(AppError::invalid(
            field,
            format!("{what} has {length} characters; at most {max} are possible."),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(AppError::invalid(field, format!("{what} must be a single line of text.")));
    }
    Ok(text.to_owned())
}

impl IssueTitle {
    /// Reads a title.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        one_line("title", "The title", MAX_TITLE_CHARS, text).map(Self)
    }
}

impl DisplayName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        one_line("name", "The name", MAX_NAME_CHARS, text).map(Self)
    }
}

impl Markdown {
    /// Reads a text that may be empty; `field` is the one it was typed into.
    pub fn parse(field: &str, text: &str) -> Result<Self, AppError> {
        // Browsers send CRLF from a textarea.
        let text = text.replace("\r\n", "\n");
        if text.len() > MAX_BODY_BYTES {
            let (has, max) = (text.len() / 1024, MAX_BODY_BYTES / 1024);
            return Err(AppError::invalid(
                field,
                format!("The text has {has} KiB; at most {max} KiB are possible."),
            ));
        }
        if text.contains('\0') {
            return Err(AppError::invalid(field, "The text contains a NUL character, which cannot be kept."));
        }
        Ok(Self(text))
    }

    /// Reads a text that must say something.
    pub fn parse_some(field: &str, text: &str) -> Result<Self, AppError> {
        let text = Self::parse(field, text)?;
        if text.0.trim().is_empty() {
            return Err(AppError::invalid(field, "Write something first."));
        }
        Ok(text)
    }
}

impl Email {
    /// Reads a mail address: something, one `@`, a host; whether it exists only a mail can tell.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let text = text.trim().to_lowercase();
        let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let parts = text.split_once('@').filter(|(user, host)| {
            !user.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
        if parts.is_some() && plain && text.len() <= MAX_EMAIL_BYTES {
            Ok(Self(text))
        } else {
            Err(AppError::invalid("email", "Write a mail address like ana@example.org."))
        }
    }
}

impl TagName {
    /// Reads a tag.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        // Lower-cased first: some letters become two.
        let text = one_line("tags", "A tag", MAX_TAG_CHARS, &text.to_lowercase())?;
        if text.chars().any(|c| c.is_whitespace() || c == ':' || c == ',') {
            return Err(AppError::invalid(
                "tags",
                format!("\u{201c}{text}\u{201d}: a tag has no spaces, commas and colons."),
            ));
        }
        Ok(Self(text))
    }
}

impl TeamSlug {
    /// Reads a team's name in queries.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let text = text.trim().to_lowercase();
        let known = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if (MIN_SLUG_CHARS..=MAX_SLUG_CHARS).contains(&text.len())
            && known
            && !text.starts_with('-')
            && !text.ends_with('-')
        {
            return Ok(Self(text));
        }
        Err(AppError::invalid("slug", "A team's short name has 2 to 40 of a-z, 0-9 and -."))
    }

    /// The one that a team of this name gets unless another is wanted.
    pub fn of_name(name: &DisplayName) -> Result<Self, AppError> {
        let mut slug = String::new();
        for c in name.as_str().to_lowercase().chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(MAX_SLUG_CHARS);
        Self::parse(slug.trim_end_matches('-'))
    }
}

/// First path segments that the program uses itself, so that no organization can be called so.
pub const RESERVED_SLUGS: &[&str] = &[
    "login",
    "signup",
    "logout",
    "api",
    "docs",
    "health",
    "metrics",
    "live",
    "pkg",
    "assets",
    "files",
    "settings",
    "second-factor",
    "fonts",
    "static",
    "admin",
    "new",
    "favicon",
    "robots",
    "forgot",
    "reset",
    "verify",
    "invitation",
];

impl Default for OrgSlug {
    /// The organization of an installation that names none.
    fn default() -> Self {
        Self("main".to_owned())
    }
}

impl OrgSlug {
    /// Reads an organization's name in URLs.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let known = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !(MIN_SLUG_CHARS..=MAX_SLUG_CHARS).contains(&text.len())
            || !known
            || text.starts_with('-')
            || text.ends_with('-')
        {
            return Err(AppError::invalid(
                "org",
                "An organization's name in URLs has 2 to 40 of a-z, 0-9 and -.",
            ));
        }
        if RESERVED_SLUGS.contains(&text) {
            return Err(AppError::invalid(
                "org",
                format!("\u{201c}{text}\u{201d} is a page of the program itself."),
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A password on its way in. It is never printed, logged or sent back.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes what was typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for hashing or comparing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_title_is_trimmed_once_and_for_all(text in "\\PC{0,250}") {
            if let Ok(title) = IssueTitle::parse(&text) {
                prop_assert_eq!(title.as_str(), text.trim());
                prop_assert!((1..=200).contains(&title.as_str().chars().count()));
                prop_assert_eq!(IssueTitle::parse(title.as_str()).unwrap(), title);
            }
        }

        #[test]
        fn an_address_is_canonical(text in "[A-Za-z0-9.]{1,8}@?[a-zA-Z.]{0,8}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
            }
        }
    }

    #[test]
    fn limits_say_the_limit_and_the_present_length() {
        let error = IssueTitle::parse(&"x".repeat(201)).unwrap_err();
        assert_eq!(error.about("title"), Some("The title has 201 characters; at most 200 are possible."));
        assert!(Markdown::parse("description", &"x".repeat(MAX_BODY_BYTES)).is_ok());
        let error = Markdown::parse("description", &"x".repeat(MAX_BODY_BYTES + 1024)).unwrap_err();
        assert_eq!(error.about("description"), Some("The text has 257 KiB; at most 256 KiB are possible."));
        assert!(Markdown::parse_some("body", " \n").is_err());
        assert!(TagName::parse("two words").is_err() && TagName::parse("a:b").is_err());
        assert_eq!(TagName::parse(" UI ").unwrap().as_str(), "ui");
        let of = |name: &str| DisplayName::parse(name).and_then(|name| TeamSlug::of_name(&name));
        assert_eq!(of("Web & mobile, Berlin!").unwrap().as_str(), "web-mobile-berlin");
        assert!(of("ä").is_err() && TeamSlug::parse("-a").is_err() && TeamSlug::parse("Web").is_ok());
        assert!(
            OrgSlug::parse("settings").is_err()
                && OrgSlug::parse("main").is_ok()
                && OrgSlug::parse("-a").is_err()
        );
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}
