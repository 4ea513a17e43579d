//! The inside of `{html}`: what elements say is said in Markdown, and those that are not known stay visible.
//!
//! The parser of the sanitiser would compare each attribute with all before it, which a stranger's text can make
//! slow; the few elements that matter are read here.

mod tag;

use super::{
    Finder,
    code::{Code, fence, span},
    escape, links,
};
use tag::{Tag, decoded};

/// Elements that only say how something looks.
const SILENT: &[&str] = &[
    "span", "font", "tbody", "thead", "table", "center", "u", "small", "sup", "sub", "label", "abbr", "cite",
    "time", "body", "html", "wbr", "ins", "s", "strike", "del", "big", "tt", "kbd", "samp", "nobr",
];

/// Elements around which a line ends.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "tr",
    "section",
    "article",
    "header",
    "footer",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "main",
    "aside",
];

/// Marks within marks: deeper ones are left out, so that no byte is moved more often.
const MOST_MARKS: usize = 6;

/// Deeper lists and quotes are written at this depth.
const MOST_DEPTH: usize = 6;

/// HTML as Markdown.
pub fn to_markdown(html: &str) -> String {
    let (mut writer, mut comment) = (Writer::default(), Finder::new(html, "-->"));
    let mut at = 0;
    while let Some(length) = html[at..].find('<') {
        writer.text(&html[at..at + length]);
        at += length;
        let rest = &html[at..];
        let hidden = rest.starts_with("<!--").then(|| comment.after(at)).flatten();
        if let Some(end) = hidden {
            at = end + 3;
            continue;
        }
        let tag = Tag::read(rest);
        at += tag.as_ref().map_or(1, |tag| tag.source.len());
        match tag {
            Some(tag) if writer.tag(&tag) => {}
            Some(tag) => writer.text(tag.source),
            None => writer.text("<"),
        }
    }
    writer.text(&html[at..]);
    writer.finish()
}

#[derive(Default)]
struct Writer {
    out: String,
    paragraph: String,
    /// Open marks: the element, where its text begins, and where a link leads.
    marks: Vec<(String, usize, Option<String>)>,
    /// Open lists; those with numbers have their count.
    lists: Vec<Option<usize>>,
    /// The marker of an item that has no text yet.
    marker: Option<String>,
    /// Code that is being collected, and by which element.
    raw: Option<(String, String)>,
    heading: usize,
    quotes: usize,
    /// The last block was an item of a list.
    was_item: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if let Some((_, raw)) = &mut self.raw {
            raw.push_str(&decoded(text));
            return;
        }
        let text = text.replace("&nbsp;", " ");
        for (number, word) in text.split_ascii_whitespace().enumerate() {
            let begins = number == 0 && !text.starts_with(|c: char| c.is_ascii_whitespace());
            if !begins && !self.paragraph.is_empty() && !self.paragraph.ends_with([' ', '\n']) {
                self.paragraph.push(' ');
            }
            self.paragraph.push_str(&escape::words(word));
        }
        let ends = text.ends_with(|c: char| c.is_ascii_whitespace());
        if ends && !self.paragraph.is_empty() && !self.paragraph.ends_with([' ', '\n']) {
            self.paragraph.push(' ');
        }
    }

    /// Takes a tag; `false` if it is to be shown.
    fn tag(&mut self, tag: &Tag<'_>) -> bool {
        let name = tag.name.as_str();
        if let Some((by, raw)) = &mut self.raw {
            match name {
                _ if tag.is_end && by == name => self.end_raw(),
                "br" | "p" | "div" => raw.push('\n'),
                _ => return SILENT.contains(&name) || name == "code",
            }
            return true;
        }
        match name {
            "br" => {
                self.paragraph.truncate(self.paragraph.trim_end().len());
                self.paragraph.push_str("  \n");
            }
            "hr" => {
                self.flush();
                self.paragraph.push_str("---");
                self.flush_raw();
            }
            "strong" | "b" | "em" | "i" | "a" if tag.is_end => self.end_mark(name),
            "strong" | "b" | "em" | "i" | "a" => {
                if self.marks.len() < MOST_MARKS {
                    self.marks.push((name.to_owned(), self.paragraph.len(), tag.attribute("href")));
                }
            }
            "pre" | "code" if !tag.is_end => {
                if name == "pre" {
                    self.flush();
                }
                self.raw = Some((name.to_owned(), String::new()));
            }
            "img" if !tag.is_end => self.image(tag),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.heading = if tag.is_end { 0 } else { usize::from(name.as_bytes()[1] - b'0') };
            }
            "li" => self.item(tag.is_end),
            "td" | "th" if tag.is_end => self.paragraph.push(' '),
            "td" | "th" if !self.paragraph.trim().is_empty() => self.paragraph.push_str("| "),
            "td" | "th" => {}
            _ if BLOCKS.contains(&name) => self.block(name, tag.is_end),
            _ => return SILENT.contains(&name),
        }
        true
    }

    fn block(&mut self, name: &str, is_end: bool) {
        self.flush();
        match (name, is_end) {
            ("ul" | "ol", true) => drop(self.lists.pop()),
            ("ul" | "ol", false) if self.lists.len() < MOST_DEPTH => {
                self.lists.push((name == "ol").then_some(0));
            }
            ("blockquote", true) => self.quotes = self.quotes.saturating_sub(1),
            ("blockquote", false) => self.quotes = (self.quotes + 1).min(MOST_DEPTH),
            _ => {}
        }
    }

    fn item(&mut self, is_end: bool) {
        self.flush();
        self.marker = match self.lists.last_mut() {
            _ if is_end => None,
            Some(Some(count)) => {
                *count += 1;
                Some(format!("{count}. "))
            }
            _ => Some("- ".to_owned()),
        };
    }

    fn end_mark(&mut self, name: &str) {
        let Some(at) = self.marks.iter().rposition(|(open, ..)| open == name) else { return };
        let (_, start, href) = self.marks.swap_remove(at);
        self.marks.truncate(at);
        let inner = self.paragraph.split_off(start.min(self.paragraph.len()));
        let text = inner.trim();
        let address = href.filter(|href| links::is_address(href));
        let marked = match (name, address) {
            _ if text.is_empty() => String::new(),
            ("a", Some(url)) if decoded(text).replace('\\', "") == url => links::auto(&url),
            ("a", Some(url)) => format!("[{}]({})", text.replace("  \n", " "), links::destination(&url)),
            ("a", None) => text.to_owned(),
            ("strong" | "b", _) => format!("**{text}**"),
            _ => format!("_{text}_"),
        };
        let space = |has: bool| if has { " " } else { "" };
        let (before, after) = (inner.starts_with(' '), inner.len() > 1 && inner.ends_with(' '));
        self.paragraph.push_str(&format!("{}{marked}{}", space(before), space(after)));
    }

    fn end_raw(&mut self) {
        let Some((_, raw)) = self.raw.take() else { return };
        if raw.trim().contains('\n') {
            self.flush();
            let code = Code { body: &raw, ..Code::default() };
            let body = code.lines();
            let fence = fence(body, 3);
            self.paragraph = format!("{fence}\n{body}\n{fence}");
            self.flush_raw();
        } else if !raw.trim().is_empty() {
            self.paragraph.push_str(&span(&raw, false));
        }
    }

    fn image(&mut self, tag: &Tag<'_>) {
        let source = tag.attribute("src").unwrap_or_default();
        let name = tag.attribute("alt").filter(|alt| !alt.trim().is_empty());
        let name = name.unwrap_or_else(|| source.rsplit('/').next().unwrap_or_default().to_owned());
        self.paragraph.push_str(&if links::is_address(&source) {
            format!("![{}]({})", escape::words(&name), links::destination(&source))
        } else {
            format!("(image: {})", escape::words(&name))
        });
    }

    /// Ends a paragraph of text.
    fn flush(&mut self) {
        self.marks.clear();
        let text = std::mem::take(&mut self.paragraph);
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.paragraph = match self.heading {
            0 => escape::line_start(text),
            level => format!("{} {}", "#".repeat(level), text.replace("  \n", " ")),
        };
        self.flush_raw();
    }

    /// Ends a block that is Markdown already.
    fn flush_raw(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        let depth = self.lists.len().saturating_sub(usize::from(self.marker.is_some()));
        let indent = format!("{}{}", "> ".repeat(self.quotes), "   ".repeat(depth));
        let marker = self.marker.take();
        let next = std::mem::replace(&mut self.was_item, marker.is_some()) && marker.is_some();
        if !self.out.is_empty() {
            self.out.push_str(if next { "\n" } else { "\n\n" });
        }
        for (number, line) in text.split('\n').enumerate() {
            self.out.push_str(if number > 0 { "\n" } else { "" });
            self.out.push_str(&indent);
            match (&marker, number) {
                (Some(marker), 0) => self.out.push_str(marker),
                (Some(marker), _) => self.out.push_str(&" ".repeat(marker.len())),
                (None, _) => {}
            }
            self.out.push_str(line);
        }
    }

    fn finish(mut self) -> String {
        if self.raw.is_some() {
            self.end_raw();
        }
        self.flush();
        self.out
    }
}
