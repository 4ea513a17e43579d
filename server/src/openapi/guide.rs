//! The guide at `/docs`: the text of `docs/api.md`, and behind it every function and type of the description as plain
//! readable tables. Made once, without scripts.

use comrak::{
    Options,
    adapters::{HeadingAdapter, HeadingMeta},
    markdown_to_html_with_plugins,
    nodes::Sourcepos,
    options::Plugins,
};
use serde_json::Value;
use std::{
    fmt::{self, Write},
    sync::LazyLock,
};

use tracker_domain::error::KINDS;

use super::{
    describe::{BODY, body_name, description},
    table::{Row, rows},
};

/// The text.
pub const GUIDE: &str = include_str!("../../../docs/api.md");

static PAGE: LazyLock<String> = LazyLock::new(render);

/// The page's content as HTML.
pub fn page() -> &'static str {
    &PAGE
}

fn render() -> String {
    let (mut options, mut plugins) = (Options::default(), Plugins::default());
    options.extension.table = true;
    plugins.render.heading_adapter = Some(&Named);
    let html = markdown_to_html_with_plugins(&markdown(), &options, &plugins);
    // What is wider than its place scrolls by itself; with the keyboard only where the focus can be.
    html.replace("<pre>", "<pre tabindex=\"0\">").replace("<table>", "<table tabindex=\"0\">")
}

/// Headings that can be linked to.
struct Named;

impl HeadingAdapter for Named {
    fn enter(&self, out: &mut dyn Write, heading: &HeadingMeta, _: Option<Sourcepos>) -> fmt::Result {
        write!(out, "<h{} id=\"{}\">", heading.level, anchor(&heading.content))
    }

    fn exit(&self, out: &mut dyn Write, heading: &HeadingMeta) -> fmt::Result {
        write!(out, "</h{}>", heading.level)
    }
}

fn markdown() -> String {
    let mut text = GUIDE.to_owned();
    text.push_str(
        "\n## Kinds of errors\n\nThe `type` of a problem document is `/docs#error-` and one of these.\n",
    );
    for (kind, about) in KINDS {
        let _ = write!(text, "\n### error {kind}\n\n{about}\n");
    }
    text.push_str("\n## Functions\n\nBy noun. A field that is not needed can be left out.\n");
    for row in rows() {
        text.push_str(&function(row));
    }
    text.push_str("\n## Types\n\nWhat the answers are made of.\n");
    let types = description()["components"]["schemas"].as_object().into_iter().flatten();
    for (name, schema) in types.filter(|(name, _)| !name.ends_with(BODY)) {
        text.push_str(&named(name, schema));
    }
    text
}

fn function(row: &Row) -> String {
    let operation = &description()["paths"][row.path]["post"];
    let mut text = format!("\n### {}\n\n{}. {}\n", row.endpoint(), row.summary, said(operation));
    text.push_str(&members(&description()["components"]["schemas"][body_name(row)]));
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let _ = write!(text, "\nAnswers {}.\n", kind(answer));
    let _ = write!(text, "\n```json\n{}\n```\n", row.example);
    text
}

fn said(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

fn named(name: &str, schema: &Value) -> String {
    let mut text = format!("\n### {name}\n\n{}\n", said(schema));
    text.push_str(&members(schema));
    if schema["properties"].is_null() {
        let _ = write!(text, "\n{}\n", kind(schema));
    }
    text
}

/// A table of an object's members.
fn members(schema: &Value) -> String {
    let Some(members) = schema["properties"].as_object().filter(|members| !members.is_empty()) else {
        return String::new();
    };
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut text = "\n| field | type | needed | what |\n|---|---|---|---|\n".to_owned();
    for (name, schema) in members {
        let must = if required.iter().any(|required| required == name) { "yes" } else { "" };
        let about = said(schema).replace(['\n', '|'], " ");
        let _ = writeln!(text, "| `{name}` | {} | {must} | {about} |", kind(schema));
    }
    text
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", anchor(name));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().map(|word| format!("`{}`", plain(word))).collect::<Vec<_>>().join(" ");
    }
    if schema.get("const").is_some() {
        return format!("`\"{}\"`", plain(&schema["const"]));
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        if let Some(kinds) = schema[several].as_array() {
            return kinds.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(items) = schema["prefixItems"].as_array() {
        return format!("[{}]", items.iter().map(kind).collect::<Vec<_>>().join(", "));
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(name) if name == "object" && schema["properties"].is_object() => member_names(schema),
        Value::String(name) => format!("{name}{}", limits(schema)),
        Value::Array(names) => names.iter().map(plain).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    }
}

/// An object inside of another type: its members in a row.
fn member_names(schema: &Value) -> String {
    let members = schema["properties"].as_object().into_iter().flatten();
    let words = members.map(|(name, schema)| format!("`{name}`: {}", kind(schema)));
    format!("{{ {} }}", words.collect::<Vec<_>>().join(", "))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn limits(schema: &Value) -> String {
    let mut text = String::new();
    match (schema["minLength"].as_u64(), schema["maxLength"].as_u64()) {
        (Some(least), Some(most)) => text = format!(", {least} to {most} characters"),
        (None, Some(most)) => text = format!(", at most {most} characters"),
        (Some(least), None) => text = format!(", at least {least} characters"),
        (None, None) => {}
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let _ = write!(text, ", `{}`", pattern.replace('|', "\\|"));
    }
    text
}

/// What a heading is linked to by.
fn anchor(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}
