//! What the words, names and ids of the domain look like to a program: their schemas in the description of the API, made
//! of the same limits that check them. Compiled for the server only (the feature `schema`).
//!
//! Views derive theirs. A type that travels as one text or number has its line here; the compiler says when one is
//! missing.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

use crate::{
    account::{
        IdempotencyKey, MAX_IDEMPOTENCY_KEY_CHARS, MAX_PASSWORD_CHARS, MIN_IDEMPOTENCY_KEY_CHARS,
        MIN_PASSWORD_CHARS,
    },
    attachment::{FileName, FileState, NAME_LENGTH},
    audit::AuditAction,
    event::Origin,
    id::{
        AttachmentId, CommentId, InvitationId, IssueId, IssueKey, MAX_PROJECT_KEY_CHARS,
        MIN_PROJECT_KEY_CHARS, OrgId, PasskeyId, ProjectId, ProjectKey, Seq, SessionId, TagId, UserId,
    },
    insight::{Count, Step},
    issue::Severity,
    link::Relation,
    member::MemberState,
    org::Role,
    page::{Cursor, Sort, SortKey},
    policy::{Action, OrgAction},
    profile::{LinkKind, Milestone},
    provider::ProviderTrouble,
    query::{MAX_QUERY_CHARS, Query},
    search::Place,
    text::{
        DisplayName, Email, IssueTitle, MAX_BODY_BYTES, MAX_EMAIL_BYTES, MAX_NAME_CHARS, MAX_SLUG_CHARS,
        MAX_TAG_CHARS, MAX_TITLE_CHARS, MIN_SLUG_CHARS, Markdown, OrgSlug, Secret, TagName, TeamSlug,
    },
    time::{Day, Timestamp},
    token::TokenScope,
    workflow::Status,
};

macro_rules! described {
    ($($name:ident $value:tt)+) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($value)
            }
        }
    )+};
}

macro_rules! words {
    ($($name:ident $about:literal)+) => {$(
        described! {
            $name {
                "type": "string",
                "description": $about,
                "enum": $name::ALL.iter().map(|value| value.word()).collect::<Vec<_>>(),
            }
        }
    )+};
}

macro_rules! ids {
    ($($name:ident $about:literal)+) => {$(
        described! { $name { "type": "integer", "format": "int64", "description": $about } }
    )+};
}

words! {
    Action "What can be done with an issue."
    AuditAction "What the audit trail can tell."
    Count "What a number of the insights counts."
    FileState "Whether a file may be fetched."
    LinkKind "What the link of a mail is for."
    MemberState "Whether a member is let in."
    Milestone "What was reached by the link of a mail."
    OrgAction "What can be done in an organization."
    Origin "Where an event came from."
    Place "Which text of an issue."
    ProviderTrouble "Why a sign-in by a provider came to nothing."
    Relation "How two issues are tied."
    Role "What a member may do."
    Severity "How much an issue hurts."
    SortKey "What a list can be ordered by."
    Step "How long a span of a chart is."
    Status "Where an issue stands: forward by one step or more, back to any earlier one."
    TokenScope "What a token may do; each includes those before it."
}

ids! {
    AttachmentId "A file."
    CommentId "A comment."
    InvitationId "An invitation."
    IssueId "An issue; people and programs name it by its key instead."
    OrgId "An organization."
    PasskeyId "A passkey."
    ProjectId "A project."
    Seq "A position in the organization's log: without gaps, from 1; 0 is before the first event."
    SessionId "A session."
    TagId "A tag."
    UserId "A person's account, or a service's."
}

/// 2-40 of `a-z`, `0-9` and `-`, not at the ends.
const SLUG: &str = "^[a-z0-9][a-z0-9-]*[a-z0-9]$";

described! {
    IssueTitle {
        "type": "string", "minLength": 1, "maxLength": MAX_TITLE_CHARS,
        "description": "What an issue is called: one line.",
    }
    Markdown {
        "type": "string", "maxLength": MAX_BODY_BYTES,
        "description": "Markdown in GitHub's dialect; the limit is in bytes of UTF-8.",
    }
    DisplayName {
        "type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS,
        "description": "How a person, a team, a project or a token is called: one line.",
    }
    FileName {
        "type": "string", "minLength": 1, "maxLength": NAME_LENGTH,
        "description": "The name of a file, without folders and signs that mean something elsewhere.",
    }
    Email {
        "type": "string", "format": "email", "maxLength": MAX_EMAIL_BYTES,
        "description": "A mail address; upper and lower case are the same.",
    }
    TagName {
        "type": "string", "minLength": 1, "maxLength": MAX_TAG_CHARS, "pattern": "^[^\\s:,]+$",
        "description": "A tag, in lower case.",
    }
    TeamSlug {
        "type": "string", "minLength": MIN_SLUG_CHARS, "maxLength": MAX_SLUG_CHARS, "pattern": SLUG,
        "description": "A team's name in queries.",
    }
    OrgSlug {
        "type": "string", "minLength": MIN_SLUG_CHARS, "maxLength": MAX_SLUG_CHARS, "pattern": SLUG,
        "description": "An organization's name in URLs.",
    }
    ProjectKey {
        "type": "string", "minLength": MIN_PROJECT_KEY_CHARS, "maxLength": MAX_PROJECT_KEY_CHARS,
        "pattern": "^[A-Z][A-Z0-9]*$",
        "description": "The short name of a project in its issues' keys.",
    }
    IssueKey {
        "type": "string", "pattern": "^[A-Z][A-Z0-9]{1,9}-[1-9][0-9]*$",
        "description": "How people name an issue.",
    }
    IdempotencyKey {
        "type": "string", "minLength": MIN_IDEMPOTENCY_KEY_CHARS, "maxLength": MAX_IDEMPOTENCY_KEY_CHARS,
        "pattern": "^[!-~]+$",
        "description": "The sender's name for one write: visible ASCII, for instance a UUID.",
    }
    Secret {
        "type": "string", "format": "password",
        "description": "Never logged, never shown again.",
    }
    Query {
        "type": "string", "maxLength": MAX_QUERY_CHARS,
        "description": "A query of the query language, as `is:open severity:>=HIGH sort:-updated`.",
    }
    Sort {
        "type": "string",
        "pattern": format!("^-?({})$", SortKey::ALL.iter().map(|key| key.word()).collect::<Vec<_>>().join("|")),
        "description": "An order: a key, with `-` before it for descending.",
    }
    Cursor {
        "type": "string", "pattern": "^[np]~-?[0-9]+~",
        "description": "Where a page of a list begins: take it as it was given in `next` or `previous`.",
    }
    Timestamp {
        "type": "string", "format": "date-time",
        "description": "An instant in UTC, RFC 3339.",
    }
    Day {
        "type": "string", "format": "date",
        "description": "A calendar day in UTC.",
    }
}

/// A password that is being chosen; one that is shown to come in may be older than the limits.
#[derive(Debug)]
pub struct NewPassword;

described! {
    NewPassword {
        "type": "string", "format": "password", "minLength": MIN_PASSWORD_CHARS, "maxLength": MAX_PASSWORD_CHARS,
        "description": "A new password, in characters; never logged, never shown again.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limit<T: JsonSchema>(name: &str) -> usize {
        let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
        schema.get(name).and_then(serde_json::Value::as_u64).unwrap() as usize
    }

    #[test]
    fn what_is_described_is_what_is_checked() {
        let longest = "x".repeat(limit::<IssueTitle>("maxLength"));
        assert!(IssueTitle::parse(&longest).is_ok() && IssueTitle::parse(&format!("{longest}x")).is_err());
        let longest = "x".repeat(limit::<TagName>("maxLength"));
        assert!(TagName::parse(&longest).is_ok() && TagName::parse(&format!("{longest}x")).is_err());
        let longest = "X".repeat(limit::<ProjectKey>("maxLength"));
        assert!(
            longest.parse::<ProjectKey>().is_ok() && format!("{longest}X").parse::<ProjectKey>().is_err()
        );
        let shortest = "k".repeat(limit::<IdempotencyKey>("minLength"));
        assert!(IdempotencyKey::parse(&shortest).is_ok() && IdempotencyKey::parse(&shortest[1..]).is_err());
        let longest = "x".repeat(limit::<OrgSlug>("maxLength"));
        assert!(OrgSlug::parse(&longest).is_ok() && OrgSlug::parse(&format!("{longest}x")).is_err());
    }

    proptest! {
        #[test]
        fn a_name_that_fits_its_pattern_is_taken(
            slug in "[a-z0-9][a-z0-9-]{0,38}[a-z0-9]", key in "[A-Z][A-Z0-9]{1,9}", number in 1..i64::MAX,
        ) {
            prop_assert!(TeamSlug::parse(&slug).is_ok());
            let issue = format!("{key}-{number}");
            prop_assert!(issue.parse::<IssueKey>().is_ok());
        }
    }
}
