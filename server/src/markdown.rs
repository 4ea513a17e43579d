//! What people write, as HTML that can stand in a page of ours.
//!
//! GitHub's dialect by `comrak`, with raw HTML shown as the text that it is; then `ammonia` lets through a short list
//! of elements and attributes, whatever the first step did. Headings begin below the page's own, and images become
//! links: nobody learns from a picture elsewhere who reads an issue. To allow more, add to the lists here, and look
//! whether the payloads of the tests still come to nothing.

use ammonia::Builder;
use comrak::{
    Arena, Node, Options, format_html,
    nodes::{NodeLink, NodeValue},
    parse_document,
};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};
use tracker_domain::text::Markdown;

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
    ("input", &["checked", "class", "type"]),
    ("li", &["class"]),
    ("ol", &["start"]),
    ("td", &["align"]),
    ("th", &["align"]),
    ("ul", &["class"]),
];

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(options);
static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(sanitizer);

/// Markdown as safe HTML.
pub fn render(text: &Markdown) -> String {
    let arena = Arena::new();
    let root = parse_document(&arena, text.as_str(), &OPTIONS);
    root.descendants().for_each(adapt);
    let mut html = String::new();
    match format_html(root, &OPTIONS, &mut html) {
        Ok(()) => SANITIZER.clean(&html).to_string(),
        Err(_) => ammonia::clean_text(text.as_str()),
    }
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
    let attributes = ATTRIBUTES
        .iter()
        .map(|(tag, names)| (*tag, names.iter().copied().collect()));
    let checkbox = HashMap::from([("disabled", ""), ("aria-label", "Task")]);
    builder
        .tags(TAGS.iter().copied().collect())
        .tag_attributes(attributes.collect())
        .set_tag_attribute_values(HashMap::from([("input", checkbox)]))
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
    (1..=30).contains(&name.len())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-#._".contains(c))
}

fn adapt(node: Node<'_>) {
    let value = &mut node.data.borrow_mut().value;
    match value {
        NodeValue::Heading(heading) => heading.level = (heading.level + FIRST_HEADING - 1).min(6),
        // The picture's text is what the link around it says.
        NodeValue::Image(_) if is_in_link(node) => *value = NodeValue::Emph,
        NodeValue::Image(image) if node.first_child().is_none() => *value = NodeValue::Text(image.url.clone().into()),
        NodeValue::Image(image) => {
            *value = NodeValue::Link(Box::new(NodeLink { url: image.url.clone(), title: image.title.clone() }));
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
            let end = rest[start..]
                .find('>')
                .map(|end| start + end)
                .expect("every tag ends");
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
                let target: String = tag[at + 6..].chars().take_while(|c| *c != '"').filter(|c| *c > ' ').collect();
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
        for payload in include_str!("markdown_attacks.txt")
            .lines()
            .filter(|line| !line.is_empty())
        {
            assert_harmless(payload);
        }
    }

    #[test]
    fn timing() {
        for (piece, n) in [("> ", 2500), ("> ", 5000), ("> ", 10000), ("&", 10000), ("&", 20000), ("<a ", 7000), ("- a\n", 60000),("![", 20000),("\\", 100000)] {
            let text = piece.repeat(n);
            let t = std::time::Instant::now();
            let arena = Arena::new();
            let root = parse_document(&arena, &text, &OPTIONS);
            let a = t.elapsed();
            root.descendants().for_each(adapt);
            let b = t.elapsed();
            let mut html = String::new();
            format_html(root, &OPTIONS, &mut html).unwrap();
            let c = t.elapsed();
            let out = SANITIZER.clean(&html);
            let d = t.elapsed();
            let l = out.to_string().len();
            eprintln!("{piece:?} {n} parse {a:?} adapt {b:?} format {c:?} clean {d:?} print {:?} {l}", t.elapsed());
        }
    }

    #[test]
    fn the_longest_text_of_nothing_but_nesting_is_rendered() {
        for piece in ["> ", "- ", "[", "![", "*", "<a ", "`", "|", "# ", "\\", "&"] {
            let text = piece.repeat(20_000 / piece.len());
            let t = std::time::Instant::now();
            assert_harmless(&text);
            eprintln!("{piece:?} {:?}", t.elapsed());
        }
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
