//! The tree of a query: conditions, and how they are put together.

use super::When;
use crate::{
    id::{IssueKey, ProjectKey},
    issue::Severity,
    text::{TagName, TeamSlug},
    words::words,
    workflow::Status,
};

words! {
    /// What a condition is about.
    Field as "field" {
        /// Whether it is finished.
        Is = "is", "open or closed";
        /// Where it stands.
        Status = "status", "where it stands";
        /// How much it hurts.
        Severity = "severity", "how much it hurts";
        /// Who works on it.
        Assignee = "assignee", "who works on it";
        /// Who reported it.
        Reporter = "reporter", "who reported it";
        /// What it is marked with.
        Tag = "tag", "what it is marked with";
        /// Where it belongs.
        Project = "project", "the project's key";
        /// Whose project it belongs to.
        Team = "team", "the team that owns the project";
        /// When it was reported.
        Created = "created", "when it was reported";
        /// When it last changed.
        Updated = "updated", "when it last changed";
        /// When it was finished.
        Closed = "closed", "when it was finished";
        /// What else it has.
        Has = "has", "what else it has";
        /// Its name.
        Key = "key", "one issue by its key";
        /// The order of the list.
        Sort = "sort", "the order of the list";
    }
}

words! {
    /// Whether an issue is finished.
    State as "is" {
        /// Not DONE.
        Open = "open", "not done";
        /// DONE.
        Closed = "closed", "done";
    }
}

words! {
    /// What an issue can have.
    Thing as "has" {
        /// A file that somebody added.
        Attachment = "attachment", "a file";
    }
}

/// Conditions put together. Made by [`Node::all`], [`Node::any`] and [`Node::not`], which keep it flat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Every one of these; at least two, none of them an `All`.
    All(Vec<Node>),
    /// One of these at least; at least two, none of them an `Any`.
    Any(Vec<Node>),
    /// Not this; never another `Not`.
    Not(Box<Node>),
    /// One condition.
    Term(Term),
}

/// One condition. The values of a list are alternatives; a list is never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// Its texts contain this.
    Text(Text),
    /// It is finished, or not.
    Is(Vec<State>),
    /// Where it stands.
    Status(Vec<Status>),
    /// How much it hurts.
    Severity(Vec<Level>),
    /// Who works on it.
    Assignee(Vec<Who>),
    /// Who reported it; nobody is never among them.
    Reporter(Vec<Who>),
    /// It has one of these tags.
    Tag(Vec<TagName>),
    /// It belongs to one of these projects.
    Project(Vec<ProjectKey>),
    /// Its project belongs to one of these teams.
    Team(Vec<TeamSlug>),
    /// When it was reported.
    Created(Vec<When>),
    /// When it last changed.
    Updated(Vec<When>),
    /// When it was finished; an open issue never was.
    Closed(Vec<When>),
    /// It has one of these.
    Has(Vec<Thing>),
    /// It is one of these.
    Key(Vec<IssueKey>),
}

/// A word or a phrase to be found in an issue's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What is looked for.
    pub text: String,
    /// Written in quotes: exactly this, in this order.
    pub exact: bool,
}

/// A person, as a query names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// `@me`: whoever asks.
    Me,
    /// `none`: nobody.
    Nobody,
    /// A mail address, the part of it before the `@`, or a name, in any case.
    Word(String),
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Just this.
    Equal,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Compare {
    /// Every sign that is written before a value; longer ones first.
    pub(super) const SIGNS: [(&'static str, Self); 4] =
        [(">=", Self::AtLeast), ("<=", Self::AtMost), (">", Self::Above), ("<", Self::Below)];

    /// How it is written.
    pub fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(_, compare)| *compare == self).map_or("", |(sign, _)| sign)
    }

    /// Takes the sign off a value.
    pub(super) fn split(text: &str) -> (Self, &str) {
        Self::SIGNS
            .iter()
            .find_map(|(sign, compare)| text.strip_prefix(sign).map(|rest| (*compare, rest)))
            .unwrap_or((Self::Equal, text))
    }
}

/// A severity, or all on one side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Which side.
    pub compare: Compare,
    /// Of which.
    pub severity: Severity,
}

impl Level {
    /// Whether a severity is meant by it.
    pub fn admits(self, severity: Severity) -> bool {
        match self.compare {
            Compare::Equal => severity == self.severity,
            Compare::AtLeast => severity >= self.severity,
            Compare::Above => severity > self.severity,
            Compare::AtMost => severity <= self.severity,
            Compare::Below => severity < self.severity,
        }
    }
}

impl Node {
    /// Every one of these; `None` when there are none.
    pub fn all(nodes: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut flat = Vec::new();
        for node in nodes {
            match node {
                Self::All(inner) => flat.extend(inner),
                node => flat.push(node),
            }
        }
        if flat.len() > 1 { Some(Self::All(flat)) } else { flat.pop() }
    }

    /// One of these at least; `None` when there are none.
    pub fn any(nodes: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut flat = Vec::new();
        for node in nodes {
            match node {
                Self::Any(inner) => flat.extend(inner),
                node => flat.push(node),
            }
        }
        if flat.len() > 1 { Some(Self::Any(flat)) } else { flat.pop() }
    }

    /// Not this.
    #[expect(clippy::should_implement_trait, reason = "it stands beside `all` and `any`, and is no operator")]
    pub fn not(node: Self) -> Self {
        match node {
            Self::Not(inner) => *inner,
            node => Self::Not(Box::new(node)),
        }
    }

    /// The texts that are looked for; not those that are left out.
    /// The text that this is, if it is nothing else.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::Term(Term::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn texts<'a>(&'a self, found: &mut Vec<&'a Text>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.texts(found)),
            Self::Term(Term::Text(text)) => found.push(text),
            Self::Not(_) | Self::Term(_) => {}
        }
    }

    /// The words that stand for people.
    pub(super) fn people(&self, found: &mut Vec<String>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.people(found)),
            Self::Not(node) => node.people(found),
            Self::Term(Term::Assignee(people) | Term::Reporter(people)) => {
                found.extend(people.iter().filter_map(Who::word));
            }
            Self::Term(_) => {}
        }
    }
}

impl Node {
    /// The teams that are named.
    pub(super) fn teams(&self, found: &mut Vec<String>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => nodes.iter().for_each(|node| node.teams(found)),
            Self::Not(node) => node.teams(found),
            Self::Term(Term::Team(teams)) => found.extend(teams.iter().map(ToString::to_string)),
            Self::Term(_) => {}
        }
    }
}

impl Term {
    /// What it is about; a text is about no field.
    pub fn field(&self) -> Option<Field> {
        Some(match self {
            Self::Text(_) => return None,
            Self::Is(_) => Field::Is,
            Self::Status(_) => Field::Status,
            Self::Severity(_) => Field::Severity,
            Self::Assignee(_) => Field::Assignee,
            Self::Reporter(_) => Field::Reporter,
            Self::Tag(_) => Field::Tag,
            Self::Project(_) => Field::Project,
            Self::Team(_) => Field::Team,
            Self::Created(_) => Field::Created,
            Self::Updated(_) => Field::Updated,
            Self::Closed(_) => Field::Closed,
            Self::Has(_) => Field::Has,
            Self::Key(_) => Field::Key,
        })
    }
}

impl Who {
    /// The word as people are found by it; `@me` and `none` need nobody to be found.
    pub fn word(&self) -> Option<String> {
        match self {
            Self::Word(word) => Some(word.to_lowercase()),
            Self::Me | Self::Nobody => None,
        }
    }
}
