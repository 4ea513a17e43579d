//! What a search shows of an issue beside its row: the piece of a text in which the words stand, with the words marked.
//!
//! The database finds the issues and says which text matched best; marking is done here, so that what is shown is always
//! text and never markup. To show more of a text, change [`AROUND`].

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// Where the words were found.
    Place as "place" {
        /// In the title: show the title itself with marks.
        Title = "TITLE", "Title";
        /// In the description.
        Description = "DESCRIPTION", "Description";
        /// In a comment.
        Comment = "COMMENT", "Comment";
    }
}

/// How much of a text is shown before the first word and after it, in characters.
pub const AROUND: (usize, usize) = (40, 160);

/// So many more letters than its stem may a word have: "authentication" is found by "authent".
const ENDING: usize = 7;

/// A piece of a text; which parts of it were looked for is `true`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snippet {
    /// Which text it is of.
    pub place: Place,
    /// Its parts in order: whether it is highlighted, and the text.
    pub pieces: Vec<(bool, String)>,
}

impl Snippet {
    /// The whole of a short text with the words of `stems` marked. `None` when none of them is in it.
    pub fn of_title(title: &str, stems: &[String]) -> Option<Self> {
        let pieces = marked(title, stems);
        pieces.iter().any(|(found, _)| *found).then_some(Self { place: Place::Title, pieces })
    }

    /// The piece of a long text around the first word of `stems`. `None` when none of them is in it.
    pub fn of_text(place: Place, text: &str, stems: &[String]) -> Option<Self> {
        let found = looked_for(text, stems).next()?.0;
        let (plain, first) = around(text, found);
        let (from, to) = reach(&plain, first);
        let mut pieces = marked(whole_words(&plain, from, to), stems);
        if from > 0 {
            pieces.insert(0, (false, "\u{2026} ".to_owned()));
        }
        if to < plain.len() {
            pieces.push((false, " \u{2026}".to_owned()));
        }
        Some(Self { place, pieces })
    }
}

/// A text without what Markdown puts between words, as one line, and where in it is what was `found` in the text. What is
/// farther away than a snippet reaches is left out.
fn around(text: &str, found: usize) -> (String, usize) {
    // A part of the same word may stand before it, as "pre-" does.
    let part = text[..found].rsplit(char::is_whitespace).next().unwrap_or_default().len();
    let (before, after) = text.split_at(found - part);
    let mut words = Vec::with_capacity(AROUND.0 + AROUND.1);
    enough(&mut words, before.split_whitespace().rev(), AROUND.0);
    words.reverse();
    let first = words.iter().map(|word| word.len() + 1).sum::<usize>() + part;
    enough(&mut words, after.split_whitespace(), part + AROUND.1 + 1);
    (words.join(" "), first)
}

/// From where to where a snippet goes whose first word is at `first`.
fn reach(plain: &str, first: usize) -> (usize, usize) {
    if plain.is_ascii() {
        return (first.saturating_sub(AROUND.0), plain.len().min(first + AROUND.1));
    }
    let from = plain[..first].char_indices().rev().take(AROUND.0).last().map_or(first, |(at, _)| at);
    let to = plain[first..].char_indices().nth(AROUND.1).map_or(plain.len(), |(at, _)| first + at);
    (from, to)
}

/// Adds the first words, without markup, until they are longer than `most` characters.
fn enough<'a>(near: &mut Vec<&'a str>, words: impl Iterator<Item = &'a str>, most: usize) {
    let mut length = 0;
    for word in words.filter(|word| !is_markup(word)) {
        if length > most {
            break;
        }
        length += word.chars().count() + 1;
        near.push(word);
    }
}

/// What Markdown puts between words: headings, rules, lists, code fences.
fn is_markup(word: &str) -> bool {
    word.bytes()
        .all(|byte| matches!(byte, b'#' | b'*' | b'`' | b'>' | b'-' | b'_' | b'=' | b'|' | b'~' | b'+'))
}

/// The text between two places without the words that are cut there.
fn whole_words(text: &str, from: usize, to: usize) -> &str {
    let piece = &text[from..to];
    let piece = if from > 0 { piece.split_once(' ').map_or(piece, |(_, rest)| rest) } else { piece };
    if to < text.len() { piece.rsplit_once(' ').map_or(piece, |(rest, _)| rest) } else { piece }
}

/// The words of a text that have one of the stems, each with where it begins.
///
/// A search reads some ten thousand letters here: only where one begins as a stem does is it looked for a word.
fn looked_for<'a>(text: &'a str, stems: &'a [String]) -> impl Iterator<Item = (usize, &'a str)> {
    let begins = beginnings(stems);
    let places = text.bytes().enumerate().filter(move |(_, byte)| begins[usize::from(*byte)]);
    places.filter_map(|(at, _)| {
        let (before, after) = text.split_at(at);
        if before.ends_with(char::is_alphanumeric) {
            return None;
        }
        let word = after.split(|letter: char| !letter.is_alphanumeric()).next()?;
        has_stem(word, stems).then_some((at, word))
    })
}

/// The bytes with which a word may begin that has one of the stems. A letter beyond ASCII may be any in lower case.
fn beginnings(stems: &[String]) -> [bool; 256] {
    let mut begins = [false; 256];
    begins[0xC0..].fill(true);
    for first in stems.iter().filter_map(|stem| stem.as_bytes().first()) {
        begins[usize::from(first.to_ascii_lowercase())] = true;
        begins[usize::from(first.to_ascii_uppercase())] = true;
    }
    begins
}

/// Whether a word has one of the stems; a stem writes a final "y" as "i".
fn has_stem(word: &str, stems: &[String]) -> bool {
    let word = word.to_lowercase();
    stems.iter().any(|stem| {
        let begins = word.starts_with(stem.as_str())
            || stem.strip_suffix('i').is_some_and(|begin| word.strip_prefix(begin) == Some("y"));
        begins && word.len() <= stem.len() + ENDING
    })
}

fn marked(text: &str, stems: &[String]) -> Vec<(bool, String)> {
    let (mut pieces, mut done): (Vec<(bool, String)>, _) = (Vec::new(), 0);
    for (at, word) in looked_for(text, stems) {
        if at > done {
            pieces.push((false, text[done..at].to_owned()));
        }
        pieces.push((true, word.to_owned()));
        done = at + word.len();
    }
    if done < text.len() {
        pieces.push((false, text[done..].to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stems(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn shown(snippet: &Snippet) -> String {
        snippet
            .pieces
            .iter()
            .map(|(found, text)| if *found { format!("[{text}]") } else { text.clone() })
            .collect()
    }

    #[test]
    fn words_are_marked_by_their_stem() {
        let marks =
            |title, words: &[&str]| Snippet::of_title(title, &stems(words)).map(|found| shown(&found));
        assert_eq!(marks("Memory leaks again", &["memori", "leak"]).unwrap(), "[Memory] [leaks] again");
        assert_eq!(marks("<b>crash</b>", &["crash"]).unwrap(), "<b>[crash]</b>");
        assert_eq!(marks("A leakage-of-everything", &["leak"]).unwrap(), "A [leakage]-of-everything");
        assert_eq!(marks("Nothing here", &["leak"]), None);
        assert_eq!(marks("anything", &[]), None);
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_word() {
        let text = format!("{}the login\n\n  fails {}", "before ".repeat(40), "after ".repeat(80));
        let found = Snippet::of_text(Place::Comment, &text, &stems(&["login"])).unwrap();
        let text = shown(&found);
        assert!(text.starts_with("\u{2026} before") && text.ends_with("after \u{2026}"), "{text}");
        assert!(text.contains("the [login] fails after"), "{text}");
        assert!(text.chars().count() < AROUND.0 + AROUND.1 + 8, "{text}");
    }

    #[test]
    fn the_marks_of_markdown_are_not_shown() {
        let text = "## Steps\n\n- open the ``` printer\n---\n* * *\n| a | b |";
        let shown = Snippet::of_text(Place::Comment, text, &["printer".to_owned()]).unwrap();
        let all: String = shown.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
        assert_eq!(all, "Steps open the printer a b");
    }

    fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
    }

    /// The whole text is made plain, and then cut: what it means, and takes long.
    fn cut_from_all(text: &str, stems: &[String]) -> Option<String> {
        let plain = text.split_whitespace().filter(|word| !is_markup(word)).collect::<Vec<_>>().join(" ");
        let first = words_of(&plain).find(|(_, word)| has_stem(word, stems))?.0;
        let from = plain[..first].char_indices().rev().take(AROUND.0).last().map_or(first, |(at, _)| at);
        let to = plain[first..].char_indices().nth(AROUND.1).map_or(plain.len(), |(at, _)| first + at);
        let begins = if from > 0 { "\u{2026} " } else { "" };
        let ends = if to < plain.len() { " \u{2026}" } else { "" };
        Some(format!("{begins}{}{ends}", whole_words(&plain, from, to)))
    }

    proptest! {
        #[test]
        fn only_what_is_near_is_read(
            words in proptest::collection::vec("[a-zäß\u{1f600}]{1,12}|[#*`>-]{1,3}|x-crash|crash|\\(Crashes", 0..120),
            gaps in proptest::collection::vec("[ \n\t]{1,3}", 120),
        ) {
            let text: String = words.iter().zip(&gaps).flat_map(|(word, gap)| [word.as_str(), gap]).collect();
            let stems = stems(&["crash"]);
            let found = Snippet::of_text(Place::Comment, &text, &stems);
            let shown = found.map(|found| found.pieces.into_iter().map(|(_, text)| text).collect::<String>());
            prop_assert_eq!(shown, cut_from_all(&text, &stems));
        }

        #[test]
        fn a_title_keeps_its_text_and_any_text_can_be_cut(text in "\\PC{0,300}", word in "\\PC{1,4}") {
            let stems = stems(&[&word.to_lowercase()]);
            if let Some(title) = Snippet::of_title(&text, &stems) {
                prop_assert_eq!(title.pieces.into_iter().map(|(_, text)| text).collect::<String>(), text.clone());
            }
            let _ = Snippet::of_text(Place::Description, &text, &stems);
        }
    }
}
