//! What stands in brackets, pictures, and addresses.

use super::{escape, inline::cell};

/// Most bytes of a name or address that is taken for one.
const MOST_BYTES: usize = 4_000;

/// A tie or mention in brackets at the beginning of a text: its Markdown and how many bytes it took.
pub fn bracket(text: &str) -> Option<(String, usize)> {
    let length = text[1..].find(['[', ']', '\n'])?;
    let inner = &text[1..1 + length];
    let rest = text[1 + length..].strip_prefix(']')?;
    if inner.trim().is_empty() || length > MOST_BYTES {
        return None;
    }
    let (end, inner) = (length + 2, inner.trim());
    // People write Markdown into Jira too.
    if let Some(url) = rest.strip_prefix('(').filter(|rest| is_web(rest)) {
        let close =
            url.find([')', ' ', '[', '\n']).filter(|at| url[*at..].starts_with(')') && *at <= MOST_BYTES)?;
        return Some((link(inner, &url[..close]), end + close + 2));
    }
    if let Some((name, target)) = inner.split_once('|') {
        let target = target.split('|').next().unwrap_or_default().trim();
        return named(name.trim(), target).map(|markdown| (markdown, end));
    }
    let markdown = match inner.as_bytes()[0] {
        b'~' => mention(inner),
        b'^' => escape::words(&inner[1..]),
        b'#' if inner.len() > 1 => escape::words(&inner[1..]),
        _ if is_address(inner) => auto(inner),
        _ => return None,
    };
    Some((markdown, end))
}

fn named(name: &str, target: &str) -> Option<String> {
    let shown = || if name.is_empty() { escape::words(target) } else { cell(name) };
    match target.as_bytes().first()? {
        _ if is_address(target) && name.is_empty() => Some(auto(target)),
        _ if is_address(target) => Some(link(name, target)),
        _ if target.starts_with("www.") => Some(link(name, &format!("http://{target}"))),
        b'#' => Some(shown()),
        b'^' => Some(format!("{} ({})", shown(), escape::words(&target[1..]))),
        b'~' => Some(mention(target)),
        b'/' => Some(format!("{} ({})", shown(), escape::words(target))),
        _ if name.starts_with('~') => Some(mention(name)),
        _ => None,
    }
}

fn mention(inner: &str) -> String {
    let name = inner.trim_start_matches('~');
    let name = name.strip_prefix("accountid:").unwrap_or(name);
    format!("@{}", escape::words(name))
}

/// A link with a name.
pub fn link(name: &str, url: &str) -> String {
    if name.trim().is_empty() || name == url {
        return auto(url);
    }
    format!("[{}]({})", cell(name).replace(['[', ']'], ""), destination(url))
}

/// An address that is its own name.
pub fn auto(url: &str) -> String {
    format!("<{}>", encoded(url).trim_start_matches("mailto:"))
}

/// Where a link leads, so that nothing in it ends the link.
pub fn destination(url: &str) -> String {
    let url = encoded(url);
    if url.contains(['(', ')']) { format!("<{url}>") } else { url }
}

fn encoded(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.trim().chars() {
        match c {
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            '|' => out.push_str("%7C"),
            c if c.is_whitespace() || c.is_control() => out.push_str("%20"),
            c => out.push(c),
        }
    }
    out
}

/// Whether it begins like an address of the web.
pub fn is_web(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|t| t.eq_ignore_ascii_case(scheme)))
}

/// Whether all of it is an address that a link may have.
pub fn is_address(text: &str) -> bool {
    let known =
        is_web(text) || text.starts_with("ftp://") || (text.starts_with("mailto:") && text.contains('@'));
    known && !text.contains([' ', '\n'])
}

/// How many bytes an address at the beginning of a text has; `None` if there is none.
pub fn url_length(text: &str) -> Option<usize> {
    if !is_web(text) && !text.starts_with("ftp://") {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || "<>\"|{}[]`\\^".contains(c);
    let url = &text[..text.find(ends).unwrap_or(text.len())];
    let url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '-']);
    let url = if url.contains('(') { url } else { url.trim_end_matches(')') };
    (url.len() > "https://".len()).then_some(url.len())
}

/// An address as it stands in a text; set in angles when Markdown would see marks in it.
pub fn bare(url: &str) -> String {
    let around = |at: usize| {
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        word(url[..at].chars().next_back()) && word(url[at + 1..].chars().next())
    };
    let marks = url.contains(['*', '~']) || url.match_indices('_').any(|(at, _)| !around(at));
    if marks { auto(url) } else { url.to_owned() }
}

const PICTURES: &[&str] = &[
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp", ".tif", ".tiff", ".ico", ".mov", ".mp4",
    ".avi", ".swf", ".pdf",
];

/// A picture between exclamation marks: only what names a file or an address is one.
pub fn picture(inner: &str) -> Option<String> {
    let source = inner.split('|').next().unwrap_or_default();
    if source.is_empty() || source.len() > MOST_BYTES || source.trim() != source {
        return None;
    }
    if is_web(source) && !source.contains(' ') {
        let name = source.rsplit('/').find(|part| !part.is_empty()).unwrap_or(source);
        return Some(format!("![{}]({})", escape::words(name), destination(source)));
    }
    let dot = source.rfind('.')?;
    let is_picture = PICTURES.iter().any(|ending| source[dot..].eq_ignore_ascii_case(ending));
    is_picture.then(|| format!("(image: {})", escape::words(source)))
}
