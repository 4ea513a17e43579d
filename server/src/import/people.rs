//! Who is who: the persons of a source as members of the organization.
//!
//! Whoever has an address is the account of that address, if there is one; everybody else gets a new account without a
//! password, so that nobody can sign in as them until they claim it. Without an address it is
//! `<their name>@<organization>.imported.invalid`, to which nothing can ever be sent (RFC 2606). What the source does
//! not attribute to anybody is done by a member called Imported.

use sqlx::PgConnection;
use std::collections::{HashMap, hash_map::Entry};
use tracker_domain::{
    id::UserId,
    org::{Person, Role},
    time::Timestamp,
};

use super::{
    ImportError,
    record::{PersonName, Record, What},
};
use crate::storage::import::{self, Added, Marked, NewPerson, Place};

/// Who does what the source attributes to nobody.
const NOBODY: &str = "Imported";
/// Most characters of a made-up address before its host, without a number.
const MOST_LOCAL: usize = 48;

/// Says what somebody may do, if they are no member yet.
pub type RoleOf = dyn Fn(&PersonName) -> Role + Send + Sync;

/// The persons of one batch.
#[derive(Debug, Default)]
pub(super) struct Cast {
    known: HashMap<String, Person>,
    /// Who became a member with which record of the batch.
    pub(super) joined: Vec<(usize, UserId, Role)>,
}

impl Cast {
    /// Who that is; `None` is Imported.
    pub(super) fn person(&self, name: Option<&PersonName>) -> Result<Person, ImportError> {
        let handle = name.map_or("", |name| name.handle.as_str());
        self.known.get(handle).cloned().ok_or(ImportError::Lost("a person of the batch"))
    }

    /// Their id.
    pub(super) fn id(&self, name: Option<&PersonName>) -> Result<UserId, ImportError> {
        self.person(name).map(|person| person.id)
    }

    /// The person, or nobody.
    pub(super) fn optional(&self, name: Option<&PersonName>) -> Result<Option<Person>, ImportError> {
        name.map(|name| self.person(Some(name))).transpose()
    }
}

/// Where somebody appears first.
struct Seen<'a> {
    name: Option<&'a PersonName>,
    record: usize,
    at: Timestamp,
    line: i64,
}

/// Finds or makes everybody who appears in the records.
pub(super) async fn resolve(
    connection: &mut PgConnection,
    place: &Place,
    role_of: &RoleOf,
    records: &[&Record],
) -> Result<Cast, ImportError> {
    let seen = appearances(records);
    let handles: Vec<String> = seen.iter().map(|seen| handle(seen.name).to_owned()).collect();
    let marks = import::marks(connection, place, Marked::Person, &handles).await?;
    let marks: HashMap<String, i64> = marks.into_iter().map(|mark| (mark.key, mark.target_id)).collect();
    let mut cast = Cast::default();
    for seen in seen {
        let (handle, name) = (handle(seen.name), display(seen.name));
        let user = match marks.get(handle) {
            Some(id) => UserId(*id),
            None => {
                let role = seen.name.map_or(Role::Reporter, role_of);
                let added = add(connection, place, &seen, role).await?;
                if added.joined {
                    cast.joined.push((seen.record, added.user, role));
                }
                added.user
            }
        };
        cast.known.insert(handle.to_owned(), Person { id: user, name: name.to_owned() });
    }
    Ok(cast)
}

fn handle(name: Option<&PersonName>) -> &str {
    name.map_or("", |name| name.handle.as_str())
}

fn display(name: Option<&PersonName>) -> &str {
    name.map_or(NOBODY, |name| name.name.as_str())
}

/// Everybody once, in the order of their first appearance.
fn appearances<'a>(records: &[&'a Record]) -> Vec<Seen<'a>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut seen: Vec<Seen<'a>> = Vec::new();
    for (index, record) in records.iter().enumerate() {
        for name in people(record) {
            if let Entry::Vacant(entry) = places.entry(handle(name)) {
                entry.insert(seen.len());
                seen.push(Seen { name, record: index, at: record.created_at, line: record.line as i64 });
            }
        }
    }
    seen
}

/// Everybody whom a record names.
fn people(record: &Record) -> Vec<Option<&PersonName>> {
    let mut people = vec![record.reporter.as_ref()];
    people.extend(record.opening.assignee.as_ref().map(Some));
    for change in &record.changes {
        people.push(change.actor.as_ref());
        if let What::Assignee { from, to } = &change.what {
            people.extend(from.as_ref().map(Some));
            people.extend(to.as_ref().map(Some));
        }
    }
    people.extend(record.assignee.as_ref().map(Some));
    people.extend(record.comments.iter().map(|comment| comment.author.as_ref()));
    people
}

async fn add(
    connection: &mut PgConnection,
    place: &Place,
    seen: &Seen<'_>,
    role: Role,
) -> Result<Added, ImportError> {
    let address = seen.name.and_then(|name| name.email.as_ref());
    let (handle, name) = (handle(seen.name), display(seen.name));
    let host = format!("{}.imported.invalid", place.slug);
    let local = local_part(name);
    for attempt in 1..1_000_000 {
        let made_up = match attempt {
            1 => format!("{local}@{host}"),
            n => format!("{local}-{n}@{host}"),
        };
        let new = NewPerson {
            handle,
            name,
            address: address.map_or(made_up.as_str(), |address| address.as_str()),
            made_up: address.is_none(),
            role,
            at: seen.at,
            line: seen.line,
        };
        if let Some(added) = import::add_person(connection, place, &new).await? {
            return Ok(added);
        }
    }
    Err(ImportError::Lost("a free address"))
}

/// A name as the first part of an address: `Jörg Müller` is `jorg-muller`.
fn local_part(name: &str) -> String {
    let mut local = String::new();
    for c in deunicode::deunicode(name).chars() {
        if c.is_ascii_alphanumeric() {
            local.push(c.to_ascii_lowercase());
        } else if !local.is_empty() && !local.ends_with('-') {
            local.push('-');
        }
    }
    local.truncate(MOST_LOCAL);
    let local = local.trim_matches('-');
    if local.is_empty() { "person".to_owned() } else { local.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tracker_domain::text::Email;

    #[test]
    fn a_name_becomes_the_first_part_of_an_address() {
        for (name, local) in [
            ("Jörg Müller", "jorg-muller"),
            ("  O'Neill, Ann ", "o-neill-ann"),
            ("…", "person"),
            ("李雷", "li-lei"),
        ] {
            assert_eq!(local_part(name), local, "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_name_makes_an_address(name in "\\PC{0,80}") {
            let address = format!("{}@main.imported.invalid", local_part(&name));
            prop_assert!(Email::parse(&address).is_ok());
        }
    }
}
