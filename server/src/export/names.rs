//! The members of an event that are ids in the log and names in an export.
//!
//! A kind of event whose payload has an id needs an arm in [`Event::ids`]; a test goes over all kinds.

use serde_json::{Map, Value};

/// What an id in a payload stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Id {
    /// A person, in a member of the payload itself.
    Person(&'static str),
    /// A person or nobody, as an object with their id.
    SomePerson(&'static str),
    /// The comment that this event says was added.
    Comment(&'static str),
    /// A file that an event before this one, or this one, says was added.
    File(&'static str),
}

fn ids(kind: &str) -> &'static [Id] {
    match kind {
        "assignee_set" => &[Id::SomePerson("from"), Id::SomePerson("to")],
        "attachment_added" | "attachment_removed" | "attachment_hidden" | "attachment_checked" => {
            &[Id::File("attachment")]
        }
        "comment_added" => &[Id::Comment("comment")],
        "member_joined" | "role_changed" | "member_disabled" | "member_enabled" => &[Id::Person("user")],
        _ => &[],
    }
}

/// The position at which the file was added that an event of an export names. `None`: it names none, or one that is not known.
pub(crate) fn file_of(kind: &str, data: &Value) -> Option<i64> {
    ids(kind).iter().find_map(|id| match id {
        Id::File(member) => data.get(*member)?.as_i64(),
        _ => None,
    })
}

/// Replaces ids by names: `person` gives an address, a comment is the position of the event, and `file` is where the file
/// was added.
pub(crate) fn to_names(
    kind: &str,
    data: &mut Value,
    (position, file): (i64, Option<i64>),
    person: impl Fn(i64) -> Option<String>,
) -> Option<()> {
    replace(kind, data, (&Value::from(position), &Value::from(file)), ("id", "address"), |value| {
        Some(person(value.as_i64()?)?.into())
    })
}

/// Replaces names by ids: `person` gives an id, `comment` is the one that was just written, `file` the one that is named; one
/// that is not known is 0.
pub(crate) fn to_ids(
    kind: &str,
    data: &mut Value,
    (comment, file): (Option<i64>, Option<i64>),
    person: impl Fn(&str) -> Option<i64>,
) -> Option<()> {
    let (comment, file) = (Value::from(comment), Value::from(file.unwrap_or_default()));
    replace(kind, data, (&comment, &file), ("address", "id"), |value| Some(person(value.as_str()?)?.into()))
}

/// `None`: a member is missing, or somebody is not known.
fn replace(
    kind: &str,
    data: &mut Value,
    (comment, file): (&Value, &Value),
    (from, to): (&str, &str),
    person: impl Fn(&Value) -> Option<Value>,
) -> Option<()> {
    for id in ids(kind) {
        match id {
            Id::Person(member) => {
                let value = data.get_mut(*member)?;
                *value = person(value)?;
            }
            Id::File(member) => *data.get_mut(*member)? = file.clone(),
            Id::Comment(member) => *data.get_mut(*member)? = comment.clone(),
            Id::SomePerson(member) => {
                if let Value::Object(object) = data.get_mut(*member)? {
                    rename(object, from, to, &person)?;
                }
            }
        }
    }
    Some(())
}

fn rename(
    object: &mut Map<String, Value>,
    from: &str,
    to: &str,
    person: impl Fn(&Value) -> Option<Value>,
) -> Option<()> {
    let name = object.get("name")?.clone();
    let value = person(object.get(from)?)?;
    // Built anew, so that the order of the members does not depend on where they come from.
    object.clear();
    object.insert(to.to_owned(), value);
    object.insert("name".to_owned(), name);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_domain::{
        attachment::FileState,
        event::Change,
        id::{AttachmentId, CommentId, UserId},
        issue::Severity,
        org::{Person, Role},
        workflow::Status,
    };

    /// Every kind once; a new kind does not compile until it is here.
    fn all() -> Vec<Change> {
        let ana = Person { id: UserId(7), name: "Ana".into() };
        let all = vec![
            Change::IssueCreated { title: "It breaks".into() },
            Change::TitleChanged { from: "A".into(), to: "B".into() },
            Change::DescriptionChanged {},
            Change::StatusMoved { from: Status::Open, to: Status::Triaged },
            Change::SeveritySet { from: Severity::Low, to: Severity::High },
            Change::AssigneeSet { from: None, to: Some(ana) },
            Change::TagsChanged { added: vec!["ui".into()], removed: vec![] },
            Change::CommentAdded { comment: CommentId(7) },
            Change::AttachmentAdded { attachment: AttachmentId(7) },
            Change::AttachmentRemoved { attachment: AttachmentId(7) },
            Change::AttachmentHidden { attachment: AttachmentId(7) },
            Change::AttachmentChecked { attachment: AttachmentId(7), state: FileState::Clean },
            Change::MemberJoined { user: UserId(7), role: Role::Admin },
            Change::RoleChanged { user: UserId(7), from: Role::Reporter, to: Role::Maintainer },
            Change::MemberDisabled { user: UserId(7) },
            Change::MemberEnabled { user: UserId(7) },
            Change::ProjectCreated { key: "CORE".parse().unwrap() },
        ];
        for change in &all {
            match change {
                Change::IssueCreated { .. }
                | Change::TitleChanged { .. }
                | Change::DescriptionChanged {}
                | Change::StatusMoved { .. }
                | Change::SeveritySet { .. }
                | Change::AssigneeSet { .. }
                | Change::TagsChanged { .. }
                | Change::CommentAdded { .. }
                | Change::AttachmentAdded { .. }
                | Change::AttachmentRemoved { .. }
                | Change::AttachmentHidden { .. }
                | Change::AttachmentChecked { .. }
                | Change::MemberJoined { .. }
                | Change::RoleChanged { .. }
                | Change::MemberDisabled { .. }
                | Change::MemberEnabled { .. }
                | Change::ProjectCreated { .. } => {}
            }
        }
        all
    }

    #[test]
    fn no_kind_of_event_tells_an_id_and_every_kind_comes_back() {
        for change in all() {
            let (kind, data) = change.split().unwrap();
            let mut named = data.clone();
            let person = |id| (id == 7).then(|| "ana@example.org".into());
            to_names(&kind, &mut named, (41, Some(40)), person).unwrap();
            assert!(!named.to_string().contains('7'), "{kind}: {named}");
            let mut back = named.clone();
            to_ids(&kind, &mut back, (Some(7), Some(7)), |name| (name == "ana@example.org").then_some(7))
                .unwrap();
            assert_eq!(back, data);
        }
    }

    #[test]
    fn a_file_that_nobody_knows_is_null_and_comes_back_as_none() {
        let mut data = serde_json::json!({ "attachment": 0 });
        to_names("attachment_removed", &mut data, (41, None), |_| None).unwrap();
        assert_eq!((&data["attachment"], file_of("attachment_removed", &data)), (&Value::Null, None));
        to_ids("attachment_removed", &mut data, (None, None), |_| None).unwrap();
        assert_eq!(data["attachment"], 0);
    }

    #[test]
    fn somebody_unknown_is_told() {
        let mut data = serde_json::json!({ "user": 1, "role": "ADMIN" });
        assert_eq!(to_names("member_joined", &mut data, (1, None), |_| None), None);
    }
}
