//! What people write, as HTML that can stand in a page of ours.
//!
//! GitHub's dialect by `comrak`, with raw HTML shown as the text that it is; then `ammonia` lets through a short list
//! of elements and attributes, whatever the first step did. Headings begin below the page's own, and images become
//! links: nobody learns from a picture elsewhere who reads an issue. To allow more, add to the lists here, and look
//! whether the payloads of the tests still come to nothing.

use ammonia::Builder;
use comrak::{
    Arena, Node, Options,
    arena_tree::NodeEdge,
    format_html,
    nodes::{NodeLink, NodeValue},
    parse_document,
};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};
use tracker_domain::{error::AppError, text::Markdown};

use crate::fault::fault;

/// The page's title is `h1`, its sections are `h2`.
const FIRST_HEADING: u8 = 3;

const TAGS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "title"]),
    ("code", &["class"]),
    ("input", &["checked", "class", "disabled", "type"]),
    ("li", &["class"]),
    ("ol", &["start"]),
    ("td", &["align"]),
    ("th", &["align"]),
    ("ul", &["class"]),
];

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(options);
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(sanitizer);

/// Deeper nesting than anybody reads costs the sanitiser the square of it.
const MOST_DEPTH: usize = 64;

/// The same goes for this character in one run of text.
const MOST_AMPERSANDS: usize = 20_000;

/// Markdown as safe HTML. A text that would take seconds is shown as it was typed.
pub fn render(text: &Markdown) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, text.as_str(), &OPTIONS);
    let costly = depth(root) > MOST_DEPTH || text.as_str().matches('&').count() > MOST_AMPERSANDS;
    root.descendants().for_each(adapt);
    let mut html = String::new();
    if costly || format_html(root, &OPTIONS, &mut html).is_err() {
        return as_typed(text.as_str());
    }
    SANITIZER.clean(&html).to_string()
}

/// [`render`] off the threads that serve requests: a long text takes a while.
pub async fn render_apart(text: &Markdown) -> Result<String, AppError> {
    let text = text.clone();
    tokio::task::spawn_blocking(move || render(&text)).await.map_err(|error| fault(&error))
}

fn depth(root: Node<'_>) -> usize {
    let (mut now, mut most) = (0, 0);
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(_) => now += 1,
            NodeEdge::End(_) => now -= 1,
        }
        most = most.max(now);
    }
    most
}

fn as_typed(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<pre><code>{escaped}</code></pre>\n")
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.render.escape = true;
    options.render.tasklist_classes = true;
    options
}

fn sanitizer() -> Builder<'static> {
    let mut builder = Builder::empty();
    let attributes = ATTRIBUTES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect()));
    // What is wider than its place scrolls by itself; with the keyboard only where the focus can be.
    let reached = HashMap::from([("tabindex", "0")]);
    let named = HashMap::from([("aria-label", "Task")]);
    let values = HashMap::from([("input", named), ("pre", reached.clone()), ("table", reached)]);
    builder
        .tags(TAGS.iter().copied().collect())
        .tag_attributes(attributes.collect())
        .set_tag_attribute_values(values)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("nofollow noopener noreferrer"))
        .attribute_filter(|tag, name, value| is_harmless(tag, name, value).then_some(Cow::Borrowed(value)));
    builder
}

fn is_harmless(tag: &str, name: &str, value: &str) -> bool {
    match (tag, name) {
        ("code", "class") => value.strip_prefix("language-").is_some_and(is_language),
        ("ul", "class") => value == "contains-task-list",
        ("li", "class") => value == "task-list-item",
        ("input", "class") => value == "task-list-item-checkbox",
        ("input", "type") => value == "checkbox",
        ("ol", "start") => value.parse::<u32>().is_ok(),
        (_, "align") => matches!(value, "left" | "center" | "right"),
        _ => true,
    }
}

fn is_language(name: &str) -> bool {
    (1..=30).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "+-#._".contains(c))
}

fn adapt(node: Node<'_>) {
    let value = &mut node.data.borrow_mut().value;
    match value {
        NodeValue::Heading(heading) => heading.level = (heading.level + FIRST_HEADING - 1).min(6),
        // The picture's text is what the link around it says.
        NodeValue::Image(_) if is_in_link(node) => *value = NodeValue::Emph,
        NodeValue::Image(image) if node.first_child().is_none() => {
            *value = NodeValue::Text(image.url.clone().into())
        }
        NodeValue::Image(image) => {
            *value =
                NodeValue::Link(Box::new(NodeLink { url: image.url.clone(), title: image.title.clone() }));
        }
        _ => {}
    }
}

fn is_in_link(node: Node<'_>) -> bool {
    node.ancestors().skip(1).any(|above| matches!(above.data.borrow().value, NodeValue::Link(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(text: &str) -> String {
        render(&Markdown::parse("body", text).unwrap())
    }

    /// Names of elements and attributes in the output, read by a parser that knows nothing of ours.
    fn assert_harmless(source: &str) {
        let out = html(source);
        let mut rest = out.as_str();
        while let Some(start) = rest.find('<') {
            let end = rest[start..].find('>').map(|end| start + end).expect("every tag ends");
            let tag = rest[start + 1..end].trim_start_matches('/').to_lowercase();
            let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
            assert!(TAGS.contains(&name), "{name} from {source:?}: {out}");
            let outside_quotes: String = tag.split('"').step_by(2).collect();
            for attribute in outside_quotes.split_whitespace().skip(1) {
                assert!(
                    !attribute.starts_with("on") && !attribute.starts_with("style"),
                    "{attribute} from {source:?}: {out}"
                );
                assert!(
                    !attribute.starts_with("src") && !attribute.starts_with("id"),
                    "{attribute} from {source:?}: {out}"
                );
            }
            if let Some(at) = tag.find("href=\"") {
                let target: String =
                    tag[at + 6..].chars().take_while(|c| *c != '"').filter(|c| *c > ' ').collect();
                let scheme = target.split_once(':').map_or("", |(scheme, _)| scheme);
                let is_one = scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
                let known = ["", "http", "https", "mailto"].contains(&scheme);
                assert!(known || !is_one, "{target} from {source:?}: {out}");
            }
            rest = &rest[end + 1..];
        }
        assert!(!out.to_lowercase().contains("<script"), "{out}");
    }

    #[test]
    fn githubs_dialect_is_understood() {
        let source = "# Title\n\n- [x] done\n- [ ] open\n\n~~old~~ **bold** https://example.org\n\n| a | b |\n|--:|---|\n| 1 | 2 |\n\n```rust\nlet a = 1 < 2;\n```\n\n![a cat](https://example.org/cat.png)\n\n<b>raw</b>\n";
        insta::assert_snapshot!(html(source));
    }

    #[test]
    fn a_picture_is_a_link_and_is_never_loaded() {
        let out = html(
            "![a cat](https://example.org/cat.png) [![badge](https://example.org/b.svg)](https://example.org) ![](https://example.org/x.png)",
        );
        assert!(!out.contains("<img"), "{out}");
        assert!(
            out.contains(
                r#"<a href="https://example.org/cat.png" rel="nofollow noopener noreferrer">a cat</a>"#
            ),
            "{out}"
        );
        assert!(out.contains("<em>badge</em>") && out.contains("x.png"), "{out}");
    }

    #[test]
    fn known_attacks_come_to_nothing() {
        for payload in include_str!("markdown_attacks.txt").lines().filter(|line| !line.is_empty()) {
            assert_harmless(payload);
        }
    }

    #[test]
    fn what_would_take_seconds_is_shown_as_it_was_typed() {
        for piece in ["> ", "- ", "* ", "&", "<a ", "[", "![", "*", "**a ", "`", "|", "# ", "\\"] {
            let text = piece.repeat(40_000 / piece.len());
            let start = std::time::Instant::now();
            assert_harmless(&text);
            // A build for development on a busy machine; a release takes a tenth.
            assert!(start.elapsed().as_secs() < 10, "{piece:?} took {:?}", start.elapsed());
        }
        assert_eq!(html(&format!("{}<b>", "> ".repeat(100))).matches("&gt;").count(), 101);
    }

    proptest! {
        #[test]
        fn nothing_hostile_survives(pieces in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(vec![
                    "<script>", "</script>", "<img src=x onerror=alert(1)>", "<a href=\"", "javascript:alert(1)", "\">", "](", ")", "[x", "![y",
                    "`", "```", "\n", "\n\n", "<", ">", "\"", "'", "style=", "onload=", "data:text/html,", "&#x6A;avascript:", "<!--", "-->",
                    "<svg/onload=alert(1)>", "| ", "|--|", "- [ ] ", "# ", "> ", "<http://x", "www.x.org", "&lt;", "\\", "*", "~~", "<math>", "<style>",
                ]).prop_map(str::to_owned),
                "[ -~]{0,6}",
                "\\PC{0,4}",
            ], 0..40)) {
            assert_harmless(&pieces.concat());
        }
    }
}
