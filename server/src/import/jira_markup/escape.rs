//! Keeps Markdown from seeing what was only text.

/// Whether a character between these two would mean something to Markdown.
pub fn means_something(c: char, before: Option<char>, after: Option<char>) -> bool {
    let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '*' | '~' => !(space(before) && space(after)),
        '_' => !(word(before) && word(after) || space(before) && space(after)),
        '`' => true,
        // A tag, or an address: `<#@A>` is one.
        '<' => after.is_some_and(|c| c.is_ascii_alphanumeric() || "/!?.#$%&'*+=^_`{|}~-".contains(c)),
        '\\' => after.is_none_or(|c| c.is_ascii_punctuation()),
        _ => false,
    }
}

/// A text on one line, as Markdown that shows it as it is.
pub fn plain(text: &str) -> String {
    let line = line_start(&words(text.trim()));
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    // `1.` would begin a list.
    if digits > 0 && line[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &line[..digits], &line[digits..]);
    }
    line
}

/// The same for a part of a line.
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let c = if c.is_control() { ' ' } else { c };
        if means_something(c, before, chars.peek().copied()) || matches!(c, '[' | ']') {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// A line that does not begin a list, heading, rule, quote or definition.
pub fn line_start(line: &str) -> String {
    let hashes = line.trim_start_matches('#');
    let is_heading = hashes.len() < line.len() && (hashes.is_empty() || hashes.starts_with(' '));
    let is_ruler = line.contains(['-', '=']) && line.chars().all(|c| "-=|: \t".contains(c));
    let is_item = line.starts_with("+ ") || line.starts_with("- ") || line.starts_with("* ");
    let is_alone = matches!(line, "+" | "*" | "-");
    let is_definition =
        line.starts_with('[') && line.find("]").is_some_and(|at| line[at..].starts_with("]:"));
    if is_heading || is_ruler || is_item || is_alone || is_definition || line.starts_with(['>', '|']) {
        return format!("\\{line}");
    }
    line.to_owned()
}
