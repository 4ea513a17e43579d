//! Reads what is inside a line: bold, italic, struck, monospace, links, pictures, escapes.

use super::{Finder, code::span, escape, links, pieces::macro_at};

/// Characters that may mean something here or in Markdown; all others are copied.
const SPECIAL: &[char] = &['*', '_', '-', '{', '[', '!', '`', '\\', '^', '~', '<', '|', 'h', 'f'];

/// Marks that come in pairs, and what Markdown has for them.
const PAIRS: &[(char, &str)] = &[('*', "**"), ('_', "_"), ('-', "~~")];

const RAISED: (&str, &str) = ("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ");
const LOWERED: (&str, &str) = ("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎");

/// Longest raised or lowered text that is written with the small digits.
const MOST_RAISED: usize = 12;

/// A line of wiki markup as Markdown.
pub fn inline(line: &str) -> String {
    Inline::new(line, false).run()
}

/// The same for a place that must stay one line, where a bar would end it.
pub fn cell(text: &str) -> String {
    Inline::new(text, true).run()
}

struct Inline<'a> {
    text: &'a str,
    at: usize,
    in_cell: bool,
    /// What is written; an opening mark is an entry of its own, to be replaced when it is closed.
    done: Vec<String>,
    now: String,
    /// For each of [`PAIRS`] the entry of its opening mark.
    open: [Option<usize>; 3],
    mono: Finder<'a>,
    code: Finder<'a>,
    noformat: Finder<'a>,
    tick: Finder<'a>,
    bang: Finder<'a>,
    tildes: bool,
}

impl<'a> Inline<'a> {
    fn new(text: &'a str, in_cell: bool) -> Self {
        Self {
            text,
            at: 0,
            in_cell,
            done: Vec::new(),
            now: String::with_capacity(text.len()),
            open: [None; 3],
            mono: Finder::new(text, "}}"),
            code: Finder::new(text, "{code}"),
            noformat: Finder::new(text, "{noformat}"),
            tick: Finder::new(text, "`"),
            bang: Finder::new(text, "!"),
            tildes: text.matches('~').take(2).count() > 1,
        }
    }

    fn run(mut self) -> String {
        while let Some(length) = self.rest().find(SPECIAL) {
            self.copy(length);
            let Some(c) = self.rest().chars().next() else { break };
            let taken = self.special(c);
            self.at += taken;
        }
        self.copy(self.rest().len());
        self.done.push(self.now);
        self.done.concat()
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn copy(&mut self, length: usize) {
        let rest = self.rest();
        self.now.push_str(&rest[..length]);
        self.at += length;
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// The character after the present one, which has one byte.
    fn after(&self) -> Option<char> {
        self.rest()[1..].chars().next()
    }

    fn word_before(&self) -> bool {
        self.before().is_some_and(char::is_alphanumeric)
    }

    /// Writes what begins with a special character; gives how many bytes it took.
    fn special(&mut self, c: char) -> usize {
        let taken = match c {
            '*' | '_' | '-' => return self.mark(c),
            '{' => self.brace(),
            '[' => self.take(links::bracket(self.rest())),
            '!' if !self.word_before() => self.picture(),
            '`' => self.tick(),
            '\\' => self.backslash(),
            '^' => self.small(c, RAISED),
            '~' => self.small(c, LOWERED),
            '<' => self.angle(),
            'h' | 'f' if !self.word_before() => self.address(),
            _ => None,
        };
        taken.unwrap_or_else(|| self.literal(c))
    }

    fn take(&mut self, found: Option<(String, usize)>) -> Option<usize> {
        let (markdown, taken) = found?;
        self.now.push_str(&markdown);
        Some(taken)
    }

    fn literal(&mut self, c: char) -> usize {
        let text = self.escaped(c);
        self.now.push_str(&text);
        1
    }

    fn escaped(&self, c: char) -> String {
        let means = match c {
            '~' => self.tildes && escape::means_something(c, self.before(), self.after()),
            '|' => self.in_cell,
            '[' => self.is_link_of_markdown(),
            _ => escape::means_something(c, self.before(), self.after()),
        };
        if means { format!("\\{c}") } else { c.to_string() }
    }

    fn is_link_of_markdown(&self) -> bool {
        let rest = &self.rest()[1..];
        let next = rest.find(['[', ']']).map(|at| &rest[at..]);
        next.is_some_and(|next| ["[", "](", "]["].iter().any(|end| next.starts_with(end)))
    }

    fn mark(&mut self, c: char) -> usize {
        let which = PAIRS.iter().position(|(mark, _)| *mark == c).unwrap_or_default();
        let (before, after) = (self.before(), self.after());
        if let Some(opening) = self.open[which].filter(|_| closes(c, before, after)) {
            let markdown = PAIRS[which].1;
            self.done[opening] = markdown.to_owned();
            self.now.push_str(markdown);
            for open in &mut self.open {
                *open = open.filter(|at| *at < opening);
            }
            return 1;
        }
        let literal = self.escaped(c);
        if self.open[which].is_none() && opens(c, before, after) {
            self.done.push(std::mem::take(&mut self.now));
            self.open[which] = Some(self.done.len());
            self.done.push(literal);
        } else {
            self.now.push_str(&literal);
        }
        1
    }

    fn brace(&mut self) -> Option<usize> {
        let (text, at) = (self.text, self.at);
        if self.rest().starts_with("{{") {
            let close = self.mono.after(at + 2)?;
            return self.code_span(at + 2, close, close + 2);
        }
        let found = macro_at(text, at)?;
        match found.name {
            "color" | "anchor" => Some(found.end - at),
            "code" => self.code.after(found.end).and_then(|end| self.code_span(found.end, end, end + 6)),
            "noformat" => {
                self.noformat.after(found.end).and_then(|end| self.code_span(found.end, end, end + 10))
            }
            _ => None,
        }
    }

    fn code_span(&mut self, from: usize, to: usize, end: usize) -> Option<usize> {
        let body = &self.text[from..to];
        if body.trim().is_empty() {
            return None;
        }
        self.now.push_str(&span(body, self.in_cell));
        Some(end - self.at)
    }

    fn tick(&mut self) -> Option<usize> {
        let at = self.at;
        if self.after() == Some('`') {
            return None;
        }
        let close = self.tick.after(at + 1)?;
        self.code_span(at + 1, close, close + 1)
    }

    fn picture(&mut self) -> Option<usize> {
        let close = self.bang.after(self.at + 1)?;
        let picture = links::picture(&self.text[self.at + 1..close])?;
        self.now.push_str(&picture);
        Some(close + 1 - self.at)
    }

    fn backslash(&mut self) -> Option<usize> {
        let after = self.after()?;
        if after == '\\' {
            let rest = &self.rest()[2..];
            let breaks = rest.is_empty() || rest.starts_with(' ');
            let goes_on = rest.trim_start().starts_with(char::is_alphanumeric);
            self.now.push_str(match (breaks, goes_on && !self.in_cell) {
                (true, true) => "  \n",
                (true, false) => " ",
                (false, _) => "\\\\\\\\",
            });
            return Some(if breaks { 2 + rest.len() - rest.trim_start().len() } else { 2 });
        }
        if !"*_-+^~{}[]!|?#<".contains(after) {
            return None;
        }
        if "*_~[]<|#".contains(after) {
            self.now.push('\\');
        }
        self.now.push(after);
        Some(2)
    }

    fn small(&mut self, c: char, (from, to): (&str, &str)) -> Option<usize> {
        let inner = &self.rest()[1..];
        let length = inner.char_indices().take(MOST_RAISED + 1).find(|(_, next)| *next == c)?.0;
        let small = |c: char| from.chars().position(|f| f == c).and_then(|at| to.chars().nth(at));
        let text: Option<String> = inner[..length].chars().map(small).collect();
        self.now.push_str(&text.filter(|text| !text.is_empty())?);
        Some(length + 2)
    }

    fn angle(&mut self) -> Option<usize> {
        let inner = &self.rest()[1..];
        let length = links::is_web(inner).then(|| inner.find(['<', '>', ' ', '\n'])).flatten()?;
        inner[length..].strip_prefix('>')?;
        self.now.push_str(&links::auto(&inner[..length]));
        Some(length + 2)
    }

    fn address(&mut self) -> Option<usize> {
        let length = links::url_length(self.rest())?;
        let url = links::bare(&self.rest()[..length]);
        self.now.push_str(&url);
        Some(length)
    }
}

fn opens(c: char, before: Option<char>, after: Option<char>) -> bool {
    let begins = match c {
        '-' => before.is_none_or(|b| b.is_whitespace() || "([{\"'".contains(b)),
        _ => before.is_none_or(|b| !b.is_alphanumeric() && b != c && b != '\\'),
    };
    begins && after.is_some_and(|a| !a.is_whitespace() && a != c && !(c == '-' && a == '>'))
}

fn closes(c: char, before: Option<char>, after: Option<char>) -> bool {
    let ends = match c {
        '-' => after.is_none_or(|a| a.is_whitespace() || ".,;:!?)]}\"'".contains(a)),
        _ => after.is_none_or(|a| !a.is_alphanumeric() && a != c),
    };
    ends && before.is_some_and(|b| !b.is_whitespace() && b != c)
}
