//! Reads lines: headings, lists, tables, quotes, rules, text.

use super::{
    code::Code,
    escape, html,
    inline::{cell, inline},
    out::Out,
    pieces::{Piece, cut},
    tables,
};

/// What a line is.
enum Line<'a> {
    Blank,
    Heading(usize, &'a str),
    Rule,
    Quote(&'a str),
    Item(&'a str, &'a str),
    Row,
    Fence(&'a str),
    Text(&'a str),
}

/// Writes a text as Markdown.
pub fn write(text: &str, out: &mut Out, depth: usize) {
    for (number, piece) in cut(text, depth).into_iter().enumerate() {
        match piece {
            // The line that a macro stood on is no empty line.
            Piece::Text(text) if number > 0 => {
                lines(text.trim_start_matches([' ', '\t']).strip_prefix('\n').unwrap_or(text), out)
            }
            Piece::Text(text) => lines(text, out),
            Piece::Code(code) => out.code(&code),
            Piece::Html(body) => out.block(&html::to_markdown(body)),
            Piece::Apart { title, body } => {
                let mut inner = Out::default();
                write(body, &mut inner, depth + 1);
                out.apart(title, &inner.finish());
            }
        }
    }
}

fn lines(text: &str, out: &mut Out) {
    let lines: Vec<&str> = text.lines().collect();
    let mut fences_are_over = false;
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        match read(line) {
            Line::Blank => out.blank(),
            Line::Heading(level, text) => out.block(&format!("{} {}", "#".repeat(level), cell(text))),
            Line::Rule => out.block("---"),
            Line::Quote(text) => out.quote(&escape::line_start(&inline(text))),
            Line::Item(marks, text) => out.item(marks, &escape::line_start(&inline(text))),
            Line::Row => {
                let rows = tables::rows(&lines[at - 1..]);
                at += rows.lines - 1;
                out.block(&tables::table(&rows.rows));
            }
            Line::Fence(language) if !fences_are_over => {
                match lines[at..].iter().position(|line| line.trim_start().starts_with("```")) {
                    Some(end) => {
                        let body = lines[at..at + end].join("\n");
                        out.code(&Code { body: &body, ..Code::read(language, "") });
                        at += end + 1;
                    }
                    None => {
                        fences_are_over = true;
                        out.text(&inline(line.trim()));
                    }
                }
            }
            Line::Fence(_) => out.text(&inline(line.trim())),
            Line::Text(text) => out.text(&escape::line_start(&inline(text))),
        }
    }
}

fn read(line: &str) -> Line<'_> {
    let line = line.trim();
    let bytes = line.as_bytes();
    match bytes {
        [] => Line::Blank,
        // A line of two backslashes only makes room.
        [b'\\', b'\\'] => Line::Blank,
        [b'h', level @ b'1'..=b'6', b'.', next, ..]
            if next.is_ascii_whitespace() || next.is_ascii_alphabetic() =>
        {
            Line::Heading(usize::from(level - b'0'), line[3..].trim())
        }
        [b'b', b'q', b'.', b' ', ..] => Line::Quote(line[3..].trim()),
        [b'-', b'-', b'-', b'-', ..] if bytes.iter().all(|b| *b == b'-') => Line::Rule,
        [b'`', b'`', b'`', ..] if !line[3..].contains('`') => Line::Fence(line[3..].trim()),
        [b'>', rest @ ..] if !rest.starts_with(b">>") => Line::Quote(line.trim_start_matches(['>', ' '])),
        [b'|', _, ..] if line[1..].contains('|') => Line::Row,
        [b'*' | b'#' | b'-', ..] => item(line).unwrap_or(Line::Text(line)),
        _ => Line::Text(line),
    }
}

fn item(line: &str) -> Option<Line<'_>> {
    let length = line.bytes().take_while(|b| matches!(b, b'*' | b'#' | b'-')).count();
    let (marks, rest) = line.split_at(length);
    let text = rest.trim_start();
    // `--` and `---` are dashes.
    let is_dash = marks.len() > 1 && marks.contains('-');
    (rest.starts_with([' ', '\t']) && !text.is_empty() && !is_dash).then_some(Line::Item(marks, text))
}
