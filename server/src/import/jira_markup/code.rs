//! What stays as it was typed: blocks and spans of code.

/// A block of code.
#[derive(Default)]
pub struct Code<'a> {
    /// In which language.
    pub language: Option<&'a str>,
    /// What is written over it.
    pub title: Option<&'a str>,
    /// The code itself.
    pub body: &'a str,
}

impl<'a> Code<'a> {
    /// Reads `java`, `title=x.js`, `javascript|title=x|borderStyle=solid`, `language=sh`.
    pub fn read(parameters: &'a str, body: &'a str) -> Self {
        let mut code = Self { body, ..Self::default() };
        for parameter in parameters.split('|').map(str::trim) {
            match parameter.split_once('=') {
                None if is_language(parameter) => code.language = Some(parameter),
                Some(("language" | "lang", language)) if is_language(language) => {
                    code.language = Some(language)
                }
                Some(("title", title)) if !title.trim().is_empty() => code.title = Some(title.trim()),
                _ => {}
            }
        }
        code
    }

    /// Its lines, without empty ones around them.
    pub fn lines(&self) -> &'a str {
        let text = self.body.trim_end();
        let first = text.len() - text.trim_start().len();
        text[..first].rfind('\n').map_or(text, |end| &text[end + 1..])
    }
}

fn is_language(word: &str) -> bool {
    (1..=20).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-#._".contains(c))
}

/// Backticks, more than the text has in a row.
pub fn fence(text: &str, least: usize) -> String {
    let (mut most, mut row) = (0, 0);
    for byte in text.bytes() {
        row = if byte == b'`' { row + 1 } else { 0 };
        most = most.max(row);
    }
    "`".repeat(least.max(most + 1))
}

/// A span of code; in a table's cell a bar would end the cell.
pub fn span(text: &str, in_cell: bool) -> String {
    let text = text.trim().replace('\n', " ");
    let fence = fence(&text, 1);
    let text = if in_cell { text.replace('|', "\\|") } else { text };
    // A span may not begin with a backtick of its own.
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}
