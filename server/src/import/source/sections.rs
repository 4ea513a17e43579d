//! What the source says of an issue and the tracker has no place for: it stands below the description.

use super::{
    draft::Draft,
    fit::{self, first_chars},
};
use crate::import::{
    jira_markup::{plain, words},
    map::{Map, TagsFrom},
    record::Attachment,
};

/// More attachments are only counted.
const MOST_ATTACHMENTS: usize = 200;
/// Most characters of one of the short texts.
const MOST_CHARS: usize = 2_000;
/// Most bytes of the environment.
const MOST_ENVIRONMENT: usize = 16 * 1024;

/// Markdown to put below the description; empty if there is nothing to say.
pub fn below(draft: &mut Draft, map: &Map) -> String {
    let mut text = facts(draft, map);
    if let Some(environment) = draft.environment.take().filter(|text| !text.trim().is_empty()) {
        let markdown = fit::markdown("environment", &environment, draft.markup, &mut draft.notes);
        let cut = markdown.floor_char_boundary(MOST_ENVIRONMENT);
        let more = if cut < markdown.len() { "…" } else { "" };
        text.push_str("**Environment in the source:**\n\n");
        for line in markdown[..cut].trim_end().split('\n') {
            text.push_str(&format!("> {line}\n"));
        }
        text.push_str(&format!("{more}\n"));
    }
    text.push_str(&attachments(&draft.attachments));
    if text.is_empty() { text } else { format!("\n\n---\n\n{}\n", text.trim_end()) }
}

fn facts(draft: &Draft, map: &Map) -> String {
    let is_tag = |from: TagsFrom| map.tags.contains(&from);
    let mut facts: Vec<(&str, String)> = Vec::new();
    let kind = draft.kind.clone().filter(|_| !is_tag(TagsFrom::Type));
    facts.push(("Type", kind.unwrap_or_default()));
    facts.push(("Resolution", draft.resolution.clone().unwrap_or_default()));
    facts.push(("Components", joined(&draft.components, is_tag(TagsFrom::Components))));
    facts.push(("Affects versions", joined(&draft.affects_versions, is_tag(TagsFrom::AffectsVersions))));
    facts.push(("Fix versions", joined(&draft.fix_versions, is_tag(TagsFrom::FixVersions))));
    facts.extend(draft.also.iter().cloned());
    let told: Vec<String> = facts
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(what, text)| format!("- {what}: {}\n", words(&first_chars(text, MOST_CHARS))))
        .collect();
    if told.is_empty() { String::new() } else { format!("**In the source:**\n\n{}\n", told.concat()) }
}

fn joined(words: &[String], is_told_elsewhere: bool) -> String {
    if is_told_elsewhere { String::new() } else { words.join(", ") }
}

fn attachments(files: &[Attachment]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let mut text = "**Attachments in the source:**\n\n".to_owned();
    for file in files.iter().take(MOST_ATTACHMENTS) {
        text.push_str(&format!("- {}{}\n", plain(&first_chars(&file.filename, 300)), about(file)));
    }
    if files.len() > MOST_ATTACHMENTS {
        text.push_str(&format!("- and {} more\n", files.len() - MOST_ATTACHMENTS));
    }
    text
}

fn about(file: &Attachment) -> String {
    let mime = file.mime.as_deref().map(|mime| words(&first_chars(mime, 100)));
    let parts = [
        file.size.map(size),
        mime,
        file.author.as_ref().map(|author| format!("by {}", words(&author.name))),
        file.at.map(|at| at.day().to_string()),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}
