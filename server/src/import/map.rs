//! How the words of a source become the tracker's: the default, and the map file that changes it.
//!
//! The defaults are tables in `map/words.rs`, repeated in `docs/import.md`. Words are compared without case and without
//! spaces around them. To let a map file say more, add a field to `File`: names that are not known are refused, so that
//! a typing error is no silent default.

mod words;

use serde::Deserialize;
use std::{collections::HashMap, path::Path};
use tracker_domain::{
    id::ProjectKey,
    issue::Severity,
    org::Role,
    text::{DisplayName, Email},
    workflow::Status,
};

use super::record::PersonName;

/// Where a source says what becomes a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagsFrom {
    /// Its labels.
    Labels,
    /// Its components.
    Components,
    /// What kind of issue it is: bug, story.
    Type,
    /// The versions it is finished in.
    FixVersions,
    /// The versions it was seen in.
    AffectsVersions,
    /// How it ended.
    Resolution,
}

/// What a map file can say about somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonEntry {
    name: Option<String>,
    email: Option<String>,
    role: Option<Role>,
}

/// What a map file can say about tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tags {
    from: Option<Vec<TagsFrom>>,
}

/// In which markup the texts of a table are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Markup {
    /// As here.
    #[default]
    #[serde(rename = "markdown")]
    Markdown,
    /// Jira's wiki markup.
    #[serde(rename = "jira_wiki")]
    JiraWiki,
}

/// What a map file can say about a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    /// Between two columns; a comma unless said otherwise.
    pub delimiter: Option<char>,
    /// The markup of its texts.
    pub markup: Markup,
    /// For each property the name of its column.
    pub columns: HashMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    status: HashMap<String, Status>,
    priority: HashMap<String, Severity>,
    project: HashMap<String, ProjectKey>,
    tags: Tags,
    people: HashMap<String, PersonEntry>,
    csv: Table,
}

/// The defaults with what a map file changes.
#[derive(Debug, Clone)]
pub struct Map {
    status: HashMap<String, Status>,
    priority: HashMap<String, Severity>,
    project: HashMap<String, ProjectKey>,
    people: HashMap<String, PersonEntry>,
    all_into: Option<ProjectKey>,
    /// What becomes tags, in this order.
    pub tags: Vec<TagsFrom>,
    /// How a table is read.
    pub table: Table,
}

impl Default for Map {
    fn default() -> Self {
        Self::from_file(File::default())
    }
}

/// A word that stands for all words without an entry.
const OTHERS: &str = "*";

impl Map {
    /// Reads a map file; the error is a sentence that names the file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Reads the text of a map file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        for (handle, entry) in &file.people {
            let name = entry.name.as_deref().map(DisplayName::parse).transpose();
            let email = entry.email.as_deref().map(Email::parse).transpose();
            name.map(drop).and(email.map(drop)).map_err(|error| format!("people.{handle}: {error}"))?;
        }
        let known = |name: &&String| !super::source::COLUMNS.iter().any(|(column, _)| column == name);
        if let Some(name) = file.csv.columns.keys().find(known) {
            let all: Vec<&str> = super::source::COLUMNS.iter().map(|(column, _)| *column).collect();
            return Err(format!(
                "csv.columns.{name}: a table has no such property; known are {}",
                all.join(", ")
            ));
        }
        Ok(Self::from_file(file))
    }

    fn from_file(file: File) -> Self {
        let tags =
            file.tags.from.unwrap_or_else(|| vec![TagsFrom::Type, TagsFrom::Components, TagsFrom::Labels]);
        Self {
            status: folded(file.status),
            priority: folded(file.priority),
            project: folded(file.project),
            people: file.people,
            all_into: None,
            tags,
            table: file.csv,
        }
    }

    /// Puts every issue into one project, whatever the source says.
    pub fn into_one_project(mut self, project: ProjectKey) -> Self {
        self.all_into = Some(project);
        self
    }

    /// The status of a word; `category` is Jira's (`new`, `indeterminate`, `done`). `None`: nobody knows.
    pub fn status(&self, word: &str, category: Option<&str>) -> Option<Status> {
        let word = fold(word);
        let by_category = || category.and_then(|category| words::category(&fold(category)));
        let others = || self.status.get(OTHERS).copied();
        self.status.get(&word).copied().or_else(|| words::status(&word)).or_else(by_category).or_else(others)
    }

    /// The severity of a word. `None`: nobody knows.
    pub fn severity(&self, word: &str) -> Option<Severity> {
        let word = fold(word);
        let known = self.priority.get(&word).copied().or_else(|| words::severity(&word));
        known.or_else(|| self.priority.get(OTHERS).copied())
    }

    /// The severity that some labels say, the highest of them.
    pub fn severity_of_labels<'a>(&self, labels: impl Iterator<Item = &'a str>) -> Option<Severity> {
        labels.filter_map(|label| self.label_severity(label)).max()
    }

    fn label_severity(&self, label: &str) -> Option<Severity> {
        let label = fold(label);
        let stem = ["priority", "severity", "prio", "p"].iter().find_map(|prefix| {
            let rest = label.strip_prefix(prefix)?.trim_start();
            rest.strip_prefix([':', '/', '-', '=']).map(str::trim)
        });
        let said = self.priority.get(&label).copied();
        said.or_else(|| stem.and_then(words::severity)).or_else(|| words::severity_label(&label))
    }

    /// The project that issues of a source's project belong to; the second says that the key had to be rewritten.
    pub fn project(&self, source: &str) -> Option<(ProjectKey, bool)> {
        if let Some(key) = self.all_into.as_ref().or_else(|| self.project.get(&fold(source))) {
            return Some((key.clone(), false));
        }
        if let Ok(key) = source.parse() {
            return Some((key, false));
        }
        if let Some(key) = self.project.get(OTHERS) {
            return Some((key.clone(), false));
        }
        let known: String = source.chars().filter(char::is_ascii_alphanumeric).collect();
        let known = known.trim_start_matches(|c: char| c.is_ascii_digit());
        known[..known.len().min(10)].parse().ok().map(|key| (key, true))
    }

    /// A person of the source with what the map file says about them.
    pub fn person(&self, mut person: PersonName) -> PersonName {
        if let Some(entry) = self.people.get(&person.handle) {
            let name = entry.name.as_deref().and_then(|name| DisplayName::parse(name).ok());
            person.name = name.map_or(person.name, |name| name.as_str().to_owned());
            person.email = entry.email.as_deref().and_then(|email| Email::parse(email).ok()).or(person.email);
        }
        person
    }

    /// What somebody may do who is not a member yet: a REPORTER, unless the map file says otherwise.
    pub fn role(&self, person: &PersonName) -> Role {
        let entries = [self.people.get(&person.handle), self.people.get(OTHERS)];
        entries.into_iter().flatten().find_map(|entry| entry.role).unwrap_or(Role::Reporter)
    }
}

fn fold(word: &str) -> String {
    word.trim().to_lowercase()
}

fn folded<T>(map: HashMap<String, T>) -> HashMap<String, T> {
    map.into_iter().map(|(word, value)| (fold(&word), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_a_default_and_the_map_file_goes_before() {
        let map = Map::default();
        assert_eq!(map.status("  In Progress ", None), Some(Status::InProgress));
        assert_eq!(map.status("Waiting for Godot", Some("done")), Some(Status::Done));
        assert_eq!(map.status("Waiting for Godot", None), None);
        assert_eq!(map.severity("Blocker"), Some(Severity::Critical));
        assert_eq!(map.severity("None"), Some(Severity::Medium));
        let map = Map::parse(
            "[status]\n\"waiting for godot\" = \"TRIAGED\"\nClosed = \"OPEN\"\n[priority]\n\"*\" = \"LOW\"\n",
        )
        .unwrap();
        assert_eq!(map.status("Waiting for Godot", Some("done")), Some(Status::Triaged));
        assert_eq!(map.status("closed", None), Some(Status::Open));
        assert_eq!(map.severity("urgent-ish"), Some(Severity::Low));
    }

    #[test]
    fn projects_keep_their_key_if_it_can_be_one() {
        let map = Map::parse("[project]\n\"my app\" = \"APP\"\n").unwrap();
        let project = |source: &str| map.project(source).map(|(key, changed)| (key.to_string(), changed));
        assert_eq!(project("core"), Some(("CORE".to_owned(), false)));
        assert_eq!(project("My App"), Some(("APP".to_owned(), false)));
        assert_eq!(project("LONGPROJECTKEY"), Some(("LONGPROJEC".to_owned(), true)));
        assert_eq!(project("…"), None);
        let one = map.clone().into_one_project("ONE".parse().unwrap());
        assert_eq!(one.project("core").unwrap().0.as_str(), "ONE");
    }

    #[test]
    fn labels_can_say_a_severity() {
        let map = Map::parse("[priority]\nshowstopper = \"CRITICAL\"\n").unwrap();
        let of = |labels: &[&str]| map.severity_of_labels(labels.iter().copied());
        assert_eq!(of(&["bug", "priority: high"]), Some(Severity::High));
        assert_eq!(of(&["severity/low", "showstopper"]), Some(Severity::Critical));
        assert_eq!(of(&["P1"]), Some(Severity::High));
        assert_eq!(of(&["minor edit", "ui"]), None);
    }

    #[test]
    fn people_have_the_role_that_the_map_file_gives() {
        let text = "[people]\nana = { name = \"Ana\", email = \"Ana@example.org\", role = \"ADMIN\" }\n\"*\" = { role = \"MAINTAINER\" }\n";
        let map = Map::parse(text).unwrap();
        let person =
            |handle: &str| PersonName { handle: handle.to_owned(), name: handle.to_owned(), email: None };
        let ana = map.person(person("ana"));
        assert_eq!((ana.name.as_str(), ana.email.unwrap().as_str()), ("Ana", "ana@example.org"));
        assert_eq!(map.role(&person("ana")), Role::Admin);
        assert_eq!(map.role(&person("ben")), Role::Maintainer);
        assert_eq!(Map::default().role(&person("ben")), Role::Reporter);
    }

    #[test]
    fn a_typing_error_is_no_silent_default() {
        for text in [
            "[statuses]\na = \"OPEN\"\n",
            "[status]\na = \"OPENED\"\n",
            "[project]\na = \"x\"\n",
            "[people]\nana = { email = \"nobody\" }\n",
            "[csv.columns]\ntitel = \"Title\"\n",
            "[tags]\nfrom = [\"colour\"]\n",
        ] {
            assert!(Map::parse(text).is_err(), "{text}");
        }
        assert!(Map::read(Path::new("/nowhere/map.toml")).unwrap_err().starts_with("/nowhere/map.toml: "));
    }
}
