//! Texts that nobody else would write, and who may read each of them.

use server::session::random_text;

/// One text that stands somewhere in the world.
#[derive(Debug, Clone)]
pub struct Mark {
    /// The text itself: one word, of small letters and digits.
    pub text: String,
    /// Where it stands.
    pub what: String,
    /// In which organization.
    pub org: &'static str,
    /// The viewers (see [`super::world::Viewer::name`]) who may read it.
    pub seen_by: Vec<&'static str>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Marks(Vec<Mark>);

/// A word that nobody has written yet.
pub fn fresh() -> String {
    let letters: String =
        random_text(24).to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(10).collect();
    // Digits at the end, so that no grammar takes an ending away.
    format!("q{letters}77")
}

/// A project's key that nobody has.
pub fn fresh_key() -> String {
    fresh()[..9].to_uppercase()
}

impl Marks {
    /// A new mark.
    pub fn add(&mut self, org: &'static str, what: &str, seen_by: &[&'static str]) -> String {
        self.keep(fresh(), org, what, seen_by)
    }

    /// A new mark that is a project's key.
    pub fn add_key(&mut self, org: &'static str, what: &str, seen_by: &[&'static str]) -> String {
        self.keep(fresh_key(), org, what, seen_by)
    }

    fn keep(&mut self, text: String, org: &'static str, what: &str, seen_by: &[&'static str]) -> String {
        self.0.push(Mark { text: text.clone(), what: what.to_owned(), org, seen_by: seen_by.to_vec() });
        text
    }

    /// Those that a viewer may not read.
    pub fn foreign<'a>(&'a self, viewer: &'a str) -> impl Iterator<Item = &'a Mark> {
        self.0.iter().filter(move |mark| !mark.seen_by.contains(&viewer))
    }

    /// Those that a viewer may read.
    pub fn own<'a>(&'a self, viewer: &'a str) -> impl Iterator<Item = &'a Mark> {
        self.0.iter().filter(move |mark| mark.seen_by.contains(&viewer))
    }

    /// All of them.
    pub fn all(&self) -> &[Mark] {
        &self.0
    }
}

/// Which of these marks stand in a text, by where they come from.
pub fn found<'a>(marks: impl Iterator<Item = &'a Mark>, text: &str) -> Vec<&'a str> {
    let text = text.to_lowercase();
    marks.filter(|mark| text.contains(&mark.text.to_lowercase())).map(|mark| mark.what.as_str()).collect()
}
