//! Texts with gaps: `«thing» is missing`. A template is rendered as Markdown once, with marks in the gaps; after that,
//! filling it is copying, which is what makes millions of rendered texts quick.
//!
//! That is right as long as what is filled in means nothing to Markdown and to HTML; the tests of the vocabulary hold
//! this, and that texts put together from templates are what `markdown::render` makes of the whole.

use tracker_domain::{error::AppError, text::Markdown};

use super::{chance::Chance, scene::Scene, slot::Slot};
use crate::markdown;

/// A gap: what goes into it, and whether it begins with a capital letter.
type Gap = (Slot, bool);

/// Text, then the gap behind it.
type Piece = (String, Option<usize>);

/// See the module.
#[derive(Debug)]
pub(super) struct Template {
    gaps: Vec<Gap>,
    markdown: Vec<Piece>,
    html: Vec<Piece>,
}

/// A text in the making, as it is written and as it is shown.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// Markdown.
    pub(super) markdown: String,
    /// The same as safe HTML.
    pub(super) html: String,
}

/// Templates of one kind.
#[derive(Debug)]
pub(super) struct Group(Vec<Template>);

impl Group {
    /// Reads templates that are blocks of Markdown.
    pub(super) fn blocks(sources: &[&str]) -> Result<Self, AppError> {
        sources.iter().map(|source| Template::block(source)).collect::<Result<_, _>>().map(Self)
    }

    /// Reads templates that are single lines of plain text.
    pub(super) fn lines(sources: &[&str]) -> Self {
        Self(sources.iter().map(|source| Template::line(source)).collect())
    }

    /// One of them.
    pub(super) fn pick(&self, chance: &mut Chance) -> &Template {
        chance.of(&self.0)
    }

    /// The one with this number, counted around.
    pub(super) fn at(&self, index: usize) -> &Template {
        &self.0[index % self.0.len()]
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> &[Template] {
        &self.0
    }
}

impl Template {
    fn block(source: &str) -> Result<Self, AppError> {
        let (gaps, marked) = mark(source);
        let html = markdown::render(&Markdown::parse("template", &marked)?);
        Ok(Self { gaps, markdown: pieces(&marked), html: pieces(&html) })
    }

    fn line(source: &str) -> Self {
        let (gaps, marked) = mark(source);
        Self { gaps, markdown: pieces(&marked), html: Vec::new() }
    }

    /// The text alone.
    pub(super) fn fill_line(&self, scene: &mut Scene<'_>) -> String {
        let mut line = String::with_capacity(80);
        copy(&self.markdown, &self.values(scene), &mut line);
        line
    }

    /// Puts the text behind what is there, as a block of its own.
    pub(super) fn fill(&self, scene: &mut Scene<'_>, text: &mut Text) {
        let values = self.values(scene);
        if !text.markdown.is_empty() {
            text.markdown.push_str("\n\n");
        }
        copy(&self.markdown, &values, &mut text.markdown);
        copy(&self.html, &values, &mut text.html);
    }

    fn values(&self, scene: &mut Scene<'_>) -> Vec<String> {
        self.gaps.iter().map(|(slot, capital)| value(*slot, *capital, scene)).collect()
    }
}

fn value(slot: Slot, capital: bool, scene: &mut Scene<'_>) -> String {
    let value = scene.value(slot);
    let mut letters = value.chars();
    match letters.next() {
        Some(first) if capital => first.to_uppercase().chain(letters).collect(),
        _ => value,
    }
}

fn copy(pieces: &[Piece], values: &[String], out: &mut String) {
    for (text, gap) in pieces {
        out.push_str(text);
        if let Some(value) = gap.and_then(|gap| values.get(gap)) {
            out.push_str(value);
        }
    }
}

/// Replaces each gap by a mark that is a word for Markdown. A gap that is not known stays as it is.
fn mark(source: &str) -> (Vec<Gap>, String) {
    let (mut gaps, mut marked) = (Vec::new(), String::new());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('«') {
        marked.push_str(before);
        let Some((name, behind)) = after.split_once('»') else {
            rest = after;
            continue;
        };
        match Slot::named(&name.to_lowercase()) {
            Some(slot) => {
                marked.push_str(&format!("zq{}qz", gaps.len()));
                gaps.push((slot, name.starts_with(char::is_uppercase)));
            }
            None => marked.push_str(&format!("«{name}»")),
        }
        rest = behind;
    }
    marked.push_str(rest);
    (gaps, marked)
}

/// The texts between the marks.
fn pieces(marked: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut parts = marked.split("zq");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let gap = part.split_once("qz").and_then(|(number, rest)| Some((number.parse().ok()?, rest)));
        match gap {
            Some((gap, rest)) => {
                pieces.push((std::mem::replace(&mut text, rest.to_owned()), Some(gap)));
            }
            None => text = format!("{text}zq{part}"),
        }
    }
    pieces.push((text, None));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_marks() {
        let (gaps, marked) = mark("«Thing» is «nothing» and «part».");
        assert_eq!(gaps, [(Slot::Thing, true), (Slot::Part, false)]);
        assert_eq!(marked, "zq0qz is «nothing» and zq1qz.");
        let cut = pieces(&marked);
        let whole =
            [(String::new(), Some(0)), (" is «nothing» and ".to_owned(), Some(1)), (".".to_owned(), None)];
        assert_eq!(cut, whole);
        assert_eq!(pieces("no zq mark"), [("no zq mark".to_owned(), None)]);
    }
}
