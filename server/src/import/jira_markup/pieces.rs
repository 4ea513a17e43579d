//! Cuts a text at the macros that stand over whole lines.

use super::{Finder, code::Code};

/// A part of a text.
pub enum Piece<'a> {
    /// Lines to be read.
    Text(&'a str),
    /// What stays as it is.
    Code(Code<'a>),
    /// HTML that was meant as HTML.
    Html(&'a str),
    /// A text of its own, set apart.
    Apart { title: Option<&'a str>, body: &'a str },
}

/// A macro: `{name}` or `{name:parameters}`.
pub struct Macro<'a> {
    pub name: &'a str,
    pub parameters: &'a str,
    /// Where it ends.
    pub end: usize,
}

/// Texts set apart within texts set apart: deeper ones stay as they were typed.
const MOST_DEPTH: usize = 3;

/// Each with its end.
const MACROS: &[(&str, &str)] = &[
    ("code", "{code}"),
    ("noformat", "{noformat}"),
    ("html", "{html}"),
    ("quote", "{quote}"),
    ("panel", "{panel}"),
    ("info", "{info}"),
    ("note", "{note}"),
    ("tip", "{tip}"),
    ("warning", "{warning}"),
    ("expand", "{expand}"),
];

/// The macro that begins at a position, if one does.
pub fn macro_at(text: &str, at: usize) -> Option<Macro<'_>> {
    let inner = text.get(at + 1..)?;
    let length = inner.find(['{', '}', '\n'])?;
    if !inner[length..].starts_with('}') {
        return None;
    }
    let (name, parameters) = inner[..length].split_once(':').unwrap_or((&inner[..length], ""));
    let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
    named.then_some(Macro { name, parameters, end: at + 1 + length + 1 })
}

/// A text in parts.
pub fn cut(text: &str, depth: usize) -> Vec<Piece<'_>> {
    let mut ends: Vec<Finder<'_>> = MACROS.iter().map(|(_, end)| Finder::new(text, end)).collect();
    let mut open = Finder::new(text, "{");
    let (mut pieces, mut done, mut seen, mut line_has_text) = (Vec::new(), 0, 0, false);
    let mut from = 0;
    while let Some(at) = open.after(from) {
        from = at + 1;
        line_has_text = has_text(&text[seen..at], line_has_text);
        seen = at;
        if text[..at].ends_with('\\') {
            continue;
        }
        let Some(found) = macro_at(text, at) else { continue };
        let Some(which) = MACROS.iter().position(|(name, _)| *name == found.name) else { continue };
        let Some(close) = ends[which].after(found.end) else { continue };
        let (body, end) = (&text[found.end..close], close + MACROS[which].1.len());
        let piece = match found.name {
            "code" | "noformat" if is_inline(body, line_has_text, &text[end..]) => {
                from = end;
                continue;
            }
            "code" => Piece::Code(Code::read(found.parameters, body)),
            "noformat" => Piece::Code(Code { body, ..Code::default() }),
            "html" => Piece::Html(body),
            _ if depth < MOST_DEPTH => Piece::Apart { title: title(found.parameters), body },
            _ => continue,
        };
        pieces.push(Piece::Text(&text[done..at]));
        pieces.push(piece);
        (done, seen, from, line_has_text) = (end, end, end, false);
    }
    pieces.push(Piece::Text(&text[done..]));
    pieces
}

/// Whether the line has something on it after `part`, when before it had `before`.
fn has_text(part: &str, before: bool) -> bool {
    match part.rsplit_once('\n') {
        Some((_, line)) => !line.trim().is_empty(),
        None => before || !part.trim().is_empty(),
    }
}

fn is_inline(body: &str, text_before: bool, after: &str) -> bool {
    let text_after = || {
        let next = after.chars().find(|c| !matches!(c, ' ' | '\t'));
        next.is_some_and(|c| c != '\n')
    };
    !body.contains('\n') && !body.trim().is_empty() && (text_before || text_after())
}

fn title(parameters: &str) -> Option<&str> {
    parameters
        .split('|')
        .find_map(|p| p.trim().strip_prefix("title="))
        .filter(|title| !title.trim().is_empty())
}
