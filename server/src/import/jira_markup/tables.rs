//! Tables: `||head||head||` and `|cell|cell|`.

use super::{Finder, inline::cell};

/// Rows at the beginning of some lines.
pub struct Rows {
    /// Each on one line.
    pub rows: Vec<String>,
    /// How many lines they took.
    pub lines: usize,
}

/// A table has at most as many columns; further cells of a row are joined to its last.
const MOST_COLUMNS: usize = 60;

/// The rows that begin with the first line. A row goes on until it ends with a bar.
pub fn rows(lines: &[&str]) -> Rows {
    let mut rows: Vec<String> = Vec::new();
    let mut taken = 0;
    for line in lines.iter().map(|line| line.trim()) {
        let is_row = line.starts_with('|');
        match rows.last_mut() {
            _ if is_row => rows.push(line.to_owned()),
            Some(row) if !line.is_empty() && !row.ends_with('|') => {
                row.push(' ');
                row.push_str(line);
            }
            _ => break,
        }
        taken += 1;
    }
    Rows { rows, lines: taken }
}

struct Cell<'a> {
    text: &'a str,
    is_head: bool,
}

/// Rows as a table of Markdown, whose first row is always a head.
pub fn table(rows: &[String]) -> String {
    let rows: Vec<Vec<Cell<'_>>> = rows.iter().map(|row| cells(row)).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).clamp(1, MOST_COLUMNS);
    let has_head = rows.first().is_some_and(|row| row.iter().all(|cell| cell.is_head));
    let mut out = String::new();
    let (head, body) = rows.split_at(usize::from(has_head));
    let names = head.first().map(Vec::as_slice).unwrap_or_default();
    out.push('|');
    for column in 0..columns {
        let text = names.get(column).map(|c| cell(c.text)).unwrap_or_default();
        out.push_str(&format!(" {text} |"));
    }
    out.push_str(&format!("\n|{}\n", " --- |".repeat(columns)));
    for row in body {
        out.push('|');
        for c in row {
            let text = cell(c.text);
            let bold = c.is_head && !text.is_empty() && !text.contains("**");
            out.push_str(&if bold { format!(" **{text}** |") } else { format!(" {text} |") });
        }
        out.push('\n');
    }
    out
}

/// Cuts a row at its bars, but not inside links and code.
fn cells(row: &str) -> Vec<Cell<'_>> {
    let mut finders = [("{{", "}}"), ("{code}", "{code}"), ("{noformat}", "{noformat}")]
        .map(|(o, c)| (o, Finder::new(row, c)));
    let bytes = row.as_bytes();
    let (mut cells, mut start, mut is_head, mut at) = (Vec::new(), None, false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'|' if cells.len() + 1 < MOST_COLUMNS || start.is_none() => {
                let doubled = bytes.get(at + 1) == Some(&b'|');
                if let Some(start) = start {
                    cells.push(Cell { text: row[start..at].trim(), is_head });
                }
                is_head = doubled;
                at += if doubled { 2 } else { 1 };
                start = Some(at);
                continue;
            }
            b'\\' => at += 1,
            b'[' => at += link_length(&row[at..]),
            b'{' => {
                let found = finders.iter_mut().find(|(open, _)| row[at..].starts_with(*open));
                let end =
                    found.and_then(|(open, close)| close.after(at + open.len()).map(|end| end + open.len()));
                at = end.unwrap_or(at + 1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    let rest = start.and_then(|start| row.get(start..)).map(str::trim).filter(|rest| !rest.is_empty());
    cells.extend(rest.map(|text| Cell { text, is_head }));
    cells
}

/// Bytes to step over so that the next one is the bracket that ends the link; 0 if none begins here.
fn link_length(text: &str) -> usize {
    let end = text[1..].find(['[', ']', '\n']).map(|end| end + 1);
    end.filter(|end| text[*end..].starts_with(']')).unwrap_or(0)
}
