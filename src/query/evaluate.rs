//! A query evaluated in memory, on one row: how an open list decides about a live row.
//!
//! Three answers: yes, no, and that only the database can tell, because of a text or a person whom the page does not
//! know. `not unknown` is unknown; one no decides an "and", one yes an "or".

use serde::{Deserialize, Serialize};

use super::{Node, Query, State, Term, When, Who};
use crate::{
    id::{ProjectKey, UserId},
    issue::{IssueRow, Severity},
    time::Timestamp,
};

/// What the words of a query stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Facts {
    /// `@me`.
    pub me: UserId,
    /// Whom each of [`Query::people`] means, as far as the viewer may know; nobody when nothing is known.
    pub people: Vec<(String, Vec<UserId>)>,
    /// What each of [`Query::teams`] owns; a team that does not exist is not there.
    pub teams: Vec<(String, Vec<ProjectKey>)>,
    /// What ages are measured from.
    pub now: Timestamp,
}

/// What a query is asked about: an issue as a row of a list, or what it was counted by at some time.
pub trait Subject {
    /// How much it hurts.
    fn severity(&self) -> Severity;
    /// Who works on it.
    fn assignee(&self) -> Option<UserId>;
    /// Who reported it.
    fn reporter(&self) -> UserId;
    /// What it is marked with.
    fn tags(&self) -> &[String];
    /// Where it belongs; nothing when that is not known.
    fn project(&self) -> Option<&ProjectKey>;
    /// When it was reported.
    fn created_at(&self) -> Timestamp;
    /// All the rest, where there is one.
    fn row(&self) -> Option<&IssueRow>;
}

impl Subject for IssueRow {
    fn severity(&self) -> Severity {
        self.severity
    }
    fn assignee(&self) -> Option<UserId> {
        self.assignee.as_ref().map(|person| person.id)
    }
    fn reporter(&self) -> UserId {
        self.reporter.id
    }
    fn tags(&self) -> &[String] {
        &self.tags
    }
    fn project(&self) -> Option<&ProjectKey> {
        Some(&self.key.project)
    }
    fn created_at(&self) -> Timestamp {
        self.created_at
    }
    fn row(&self) -> Option<&IssueRow> {
        Some(self)
    }
}

impl Query {
    /// Whether an issue belongs to it; `None` when only the database can tell.
    pub fn admits(&self, row: &impl Subject, facts: &Facts) -> Option<bool> {
        self.root.as_ref().map_or(Some(true), |root| root.admits(row, facts))
    }
}

impl Node {
    fn admits(&self, row: &impl Subject, facts: &Facts) -> Option<bool> {
        match self {
            Self::All(nodes) => decide(nodes, row, facts, false),
            Self::Any(nodes) => decide(nodes, row, facts, true),
            Self::Not(node) => node.admits(row, facts).map(|admitted| !admitted),
            Self::Term(term) => term.admits(row, facts),
        }
    }
}

/// `decisive` is the answer that one node can give for all; the other one needs all nodes.
fn decide(nodes: &[Node], row: &impl Subject, facts: &Facts, decisive: bool) -> Option<bool> {
    let mut sure = true;
    for node in nodes {
        match node.admits(row, facts) {
            Some(answer) if answer == decisive => return Some(decisive),
            Some(_) => {}
            None => sure = false,
        }
    }
    sure.then_some(!decisive)
}

impl Term {
    fn admits(&self, row: &impl Subject, facts: &Facts) -> Option<bool> {
        let within =
            |times: &[When], at: Timestamp| times.iter().any(|when| when.interval(facts.now).has(at));
        Some(match self {
            // A row of a list does not say what else its issue has.
            Self::Text(_) | Self::Has(_) => return None,
            Self::Is(states) => {
                let open = row.row()?.status.is_open();
                states.iter().any(|state| (*state == State::Open) == open)
            }
            Self::Status(statuses) => statuses.contains(&row.row()?.status),
            Self::Severity(levels) => levels.iter().any(|level| level.admits(row.severity())),
            Self::Assignee(people) => return someone(people, row.assignee(), facts),
            Self::Reporter(people) => return someone(people, Some(row.reporter()), facts),
            Self::Tag(tags) => tags.iter().any(|tag| row.tags().iter().any(|has| has == tag.as_str())),
            Self::Project(keys) => keys.contains(row.project()?),
            Self::Team(teams) => {
                let project = row.project()?;
                facts.teams.iter().any(|(name, owned)| {
                    teams.iter().any(|team| team.as_str() == name) && owned.contains(project)
                })
            }
            Self::Created(times) => within(times, row.created_at()),
            Self::Updated(times) => within(times, row.row()?.updated_at),
            Self::Closed(times) => row.row()?.closed_at.is_some_and(|at| within(times, at)),
            Self::Key(keys) => keys.contains(&row.row()?.key),
        })
    }
}

fn someone(people: &[Who], id: Option<UserId>, facts: &Facts) -> Option<bool> {
    let mut sure = true;
    for who in people {
        match is(who, id, facts) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => sure = false,
        }
    }
    sure.then_some(false)
}

fn is(who: &Who, id: Option<UserId>, facts: &Facts) -> Option<bool> {
    match (who, id) {
        (Who::Nobody, id) => Some(id.is_none()),
        (_, None) => Some(false),
        (Who::Me, Some(id)) => Some(id == facts.me),
        (Who::Word(word), Some(id)) => {
            let word = word.to_lowercase();
            let known = facts.people.iter().find(|(name, ids)| *name == word && !ids.is_empty());
            known.map(|(_, ids)| ids.contains(&id))
        }
    }
}
