//! Markdown while it is written: which block came last decides what stands before the next one.

use super::{
    code::{Code, fence},
    escape,
    lists::Lists,
};

#[derive(Default, PartialEq, Clone, Copy)]
enum Last {
    #[default]
    Blank,
    Text,
    Item,
    Quote,
    Block,
}

/// The text so far.
#[derive(Default)]
pub struct Out {
    text: String,
    last: Last,
    lists: Lists,
}

impl Out {
    /// The text, without empty lines around it.
    pub fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
        self.text
    }

    /// An empty line: what comes next begins anew.
    pub fn blank(&mut self) {
        self.lists.close();
        self.last = Last::Blank;
    }

    /// A line of text, already Markdown.
    pub fn text(&mut self, line: &str) {
        match self.last {
            Last::Text | Last::Item => {
                // The line stays a line.
                self.text.push_str("  \n");
                self.text.push_str(&self.lists.indent());
            }
            _ => {
                self.gap();
                self.text.push_str(&self.lists.indent());
            }
        }
        self.text.push_str(line);
        self.last = Last::Text;
    }

    /// An item of a list; `marks` as Jira writes them.
    pub fn item(&mut self, marks: &str, text: &str) {
        if self.lists.is_open() {
            self.text.push('\n');
        } else {
            self.gap();
        }
        let marker = self.lists.item(marks);
        self.text.push_str(&marker);
        self.text.push_str(text);
        self.last = Last::Item;
    }

    /// A line that quotes something.
    pub fn quote(&mut self, line: &str) {
        if self.last == Last::Quote {
            self.text.push_str("  \n");
        } else {
            self.lists.close();
            self.gap();
        }
        self.text.push_str("> ");
        self.text.push_str(line);
        self.last = Last::Quote;
    }

    /// A block of its own: heading, table, rule, or any Markdown.
    pub fn block(&mut self, markdown: &str) {
        if markdown.trim().is_empty() {
            return;
        }
        self.lists.close();
        self.gap();
        self.text.push_str(markdown.trim_end());
        self.last = Last::Block;
    }

    /// A block of code; it belongs to the item before it.
    pub fn code(&mut self, code: &Code<'_>) {
        let body = code.lines();
        if body.is_empty() {
            return;
        }
        let (indent, fence) = (self.lists.indent(), fence(body, 3));
        self.gap();
        if let Some(title) = code.title {
            self.text.push_str(&format!("{indent}**{}**\n\n", escape::plain(title)));
        }
        self.text.push_str(&format!("{indent}{fence}{}\n", code.language.unwrap_or_default()));
        for line in body.split('\n') {
            self.text.push_str(&indent);
            self.text.push_str(line);
            self.text.push('\n');
        }
        self.text.push_str(&format!("{indent}{fence}"));
        self.last = Last::Block;
    }

    /// Markdown set apart by a bar at its side.
    pub fn apart(&mut self, title: Option<&str>, markdown: &str) {
        if markdown.is_empty() && title.is_none() {
            return;
        }
        self.lists.close();
        self.gap();
        if let Some(title) = title {
            let gap = if markdown.is_empty() { "" } else { "\n>\n" };
            self.text.push_str(&format!("> **{}**{gap}", escape::plain(title.trim())));
        }
        for (number, line) in markdown.split('\n').enumerate().filter(|_| !markdown.is_empty()) {
            self.text.push_str(if number > 0 { "\n" } else { "" });
            self.text.push_str(if line.is_empty() { ">" } else { "> " });
            self.text.push_str(line);
        }
        self.last = Last::Block;
    }

    fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
    }
}
