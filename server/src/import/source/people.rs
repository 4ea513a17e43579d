//! Who is meant by a name in the history.
//!
//! Some exports name people by a handle everywhere but in the history, where assignees stand by the name that was shown.
//! The last one of an issue is its assignee, whose handle is known: from all issues together it follows whom each name
//! means. So a file with a history is read twice, the first time for this alone.

use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use super::{fit, json::Who, pieces::Pieces};
use crate::import::record::PersonName;

/// Names and handles that belong together.
#[derive(Debug, Default)]
pub struct People {
    handle_of: HashMap<String, String>,
    name_of: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    assignee: Option<Who>,
    #[serde(default)]
    events: Option<Vec<Event>>,
}

#[derive(Deserialize)]
struct Event {
    field: String,
    #[serde(default)]
    actor: Option<Who>,
    #[serde(default)]
    to: Option<Who>,
}

impl People {
    /// Reads a file for its people. What is wrong in it is for the second reading to say.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut pieces = Pieces::lines(path)?;
        let (mut part, mut seen) = (Vec::new(), Seen::default());
        while let Some(next) = pieces.next_into(&mut part) {
            if let Some(line) = next.ok().and_then(|_| serde_json::from_slice::<Line>(&part).ok()) {
                seen.take(line);
            }
        }
        Ok(seen.people())
    }

    /// The person of a handle, called as they are called elsewhere.
    pub fn known(&self, mut person: PersonName) -> PersonName {
        if person.name == person.handle
            && let Some(name) = self.name_of.get(&person.handle)
        {
            person = fit::person(&person.handle, Some(name), person.email.as_ref().map(|e| e.as_str()))
                .unwrap_or(person);
        }
        person
    }

    /// The person whom the history calls so.
    pub fn named(&self, person: PersonName) -> PersonName {
        match self.handle_of.get(&person.handle) {
            Some(handle) => self.known(PersonName { handle: handle.clone(), name: handle.clone(), ..person }),
            None => self.known(person),
        }
    }
}

#[derive(Default)]
struct Seen {
    handles: HashSet<String>,
    /// How often a name ended where a handle is.
    pairs: HashMap<(String, String), usize>,
}

impl Seen {
    fn take(&mut self, line: Line) {
        let events = line.events.unwrap_or_default();
        let assignee = line.assignee.and_then(|who| who.0).map(|person| person.handle);
        let last = events.iter().rev().find(|event| event.field.eq_ignore_ascii_case("assignee"));
        let name = last.and_then(|event| event.to.clone()?.0).map(|person| person.handle);
        if let (Some(name), Some(handle)) = (name, &assignee) {
            *self.pairs.entry((name, handle.clone())).or_default() += 1;
        }
        self.handles.extend(assignee);
        self.handles.extend(events.into_iter().filter_map(|event| Some(event.actor?.0?.handle)));
    }

    /// The most frequent pairs; of equals the first in the alphabet, so that each reading gives the same.
    fn people(self) -> People {
        let mut pairs: Vec<((String, String), usize)> = self.pairs.into_iter().collect();
        pairs.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        let mut people = People::default();
        for ((name, handle), _) in pairs {
            if name == handle || self.handles.contains(&name) {
                continue;
            }
            people.name_of.entry(handle.clone()).or_insert_with(|| name.clone());
            people.handle_of.entry(name).or_insert(handle);
        }
        people
    }
}
