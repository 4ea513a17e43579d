//! Jira's wiki markup as Markdown.
//!
//! No crate that is kept today reads this markup, so it is read here, in three steps: `pieces` cuts a text at the
//! macros that stand over whole lines (`{code}`, `{quote}`, …), `blocks` reads the lines between them, `inline` what
//! is inside a line. What is not understood stays as it was typed, with everything escaped that Markdown would take
//! for its own; raw HTML stays visible as text. Only `{html}` has its elements read (`html`), because nobody could
//! read the text otherwise.
//!
//! Texts come from strangers and have megabytes, so every step looks at each byte a fixed number of times: whoever
//! searches forward does it with a [`Finder`], or stops at the next character of the same kind.
//!
//! To understand more, add the macro in `pieces`, the line in `blocks::Line`, or the character in `inline`, and a case
//! in `tests`.

mod blocks;
mod code;
mod escape;
mod html;
mod inline;
mod links;
mod lists;
mod out;
mod pieces;
mod tables;
#[cfg(test)]
mod tests;

/// Wiki markup as Markdown.
pub fn to_markdown(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = out::Out::default();
    blocks::write(&text, &mut out, 0);
    out.finish()
}

/// A text of no markup, as Markdown that shows it as it is.
pub fn plain(text: &str) -> String {
    escape::plain(text)
}

/// The same for a text within a line.
pub fn words(text: &str) -> String {
    escape::words(text)
}

/// Where a needle comes next, for a position that only grows: all questions together look at each byte once.
struct Finder<'a> {
    text: &'a str,
    needle: &'a str,
    next: Option<usize>,
    over: bool,
}

impl<'a> Finder<'a> {
    fn new(text: &'a str, needle: &'a str) -> Self {
        Self { text, needle, next: None, over: false }
    }

    /// The first place at or after `from`.
    fn after(&mut self, from: usize) -> Option<usize> {
        if self.over || self.next.is_some_and(|next| next >= from) {
            return self.next.filter(|_| !self.over);
        }
        self.next = self.text.get(from..).and_then(|rest| rest.find(self.needle)).map(|at| from + at);
        self.over = self.next.is_none();
        self.next
    }
}
