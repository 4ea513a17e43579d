//! Tags and entities.

/// A tag.
pub struct Tag<'a> {
    pub name: String,
    pub is_end: bool,
    pub source: &'a str,
}

impl<'a> Tag<'a> {
    /// The tag at the beginning of a text.
    pub fn read(text: &'a str) -> Option<Self> {
        let end = 1 + text[1..].find(['<', '>'])?;
        let inner = text[..end].get(1..).filter(|_| text[end..].starts_with('>'))?;
        let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
        let length = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
        let named = inner.starts_with(|c: char| c.is_ascii_alphabetic()) && length <= 20;
        named.then(|| Self { name: inner[..length].to_ascii_lowercase(), is_end, source: &text[..=end] })
    }

    /// What an attribute says.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let start = self.source.find(&format!("{name}="))? + name.len() + 1;
        let rest = self.source[start..].trim_start();
        let value = match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split(quote).next()?,
            _ => rest.split([' ', '>', '\t', '\n']).next()?,
        };
        Some(decoded(value))
    }
}

/// A text without entities.
pub fn decoded(text: &str) -> String {
    [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c))
}
