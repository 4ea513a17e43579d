//! Status, severity, people and tags: always a shape and a word, never a colour alone.

use leptos::prelude::*;
use std::sync::LazyLock;
use tracker_domain::{issue::Severity, org::Person, workflow::Status};

/// The class of a status.
pub fn status_class(status: Status) -> &'static str {
    match status {
        Status::Open => "st open",
        Status::Triaged => "st triaged",
        Status::InProgress => "st in_progress",
        Status::Done => "st done",
    }
}

/// The drawing of a status, 14 by 14: dashed ring, ring, half disc, disc with a tick.
pub fn status_shape(status: Status) -> &'static str {
    match status {
        Status::Open => {
            r#"<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.2 2.2"/>"#
        }
        Status::Triaged => {
            r#"<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6"/>"#
        }
        Status::InProgress => {
            r#"<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M7 7V3.4A3.6 3.6 0 0 1 7 10.6Z" fill="currentColor"/>"#
        }
        Status::Done => {
            r#"<circle cx="7" cy="7" r="6.4" fill="currentColor"/><path class="tick" d="m4.3 7.2 1.9 1.9 3.5-3.9" fill="none" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>"#
        }
    }
}

/// A drawing and its word, as one piece of fixed text: a list has a hundred of them, and elements cost time.
fn drawn(frame: &str, shape: &str, word: &str) -> String {
    format!("<svg viewBox=\"{frame}\" aria-hidden=\"true\">{shape}</svg>{word}")
}

/// A whole badge as HTML.
fn badge(class: &str, frame: &str, shape: &str, word: &str) -> String {
    format!("<span class=\"{class}\">{}</span>", drawn(frame, shape, word))
}

/// Where an issue stands, as HTML for a cell that has nothing else in it.
pub fn status_html(status: Status) -> &'static str {
    static HTML: LazyLock<Vec<String>> = LazyLock::new(|| {
        let badge = |s: &Status| badge(status_class(*s), "0 0 14 14", status_shape(*s), s.label());
        Status::ALL.iter().map(badge).collect()
    });
    HTML.get(status as usize).map_or("", String::as_str)
}

/// Where an issue stands.
#[component]
pub fn StatusBadge(
    /// Where.
    status: Status,
) -> impl IntoView {
    let inner = drawn("0 0 14 14", status_shape(status), status.label());
    view! { <span class=status_class(status) inner_html=inner></span> }
}

/// The class of a severity.
pub fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "sev low",
        Severity::Medium => "sev medium",
        Severity::High => "sev high",
        Severity::Critical => "sev critical",
    }
}

macro_rules! bars {
    ($second:literal, $third:literal, $fourth:literal) => {
        concat!(
            r#"<rect x="0" y="9" width="2.4" height="3" rx=".8" fill="currentColor"/><rect x="3.6" y="6" width="2.4" height="6" rx=".8" fill="currentColor" opacity=""#,
            $second,
            r#""/><rect x="7.2" y="3" width="2.4" height="9" rx=".8" fill="currentColor" opacity=""#,
            $third,
            r#""/><rect x="10.8" y="0" width="2.4" height="12" rx=".8" fill="currentColor" opacity=""#,
            $fourth,
            r#""/>"#
        )
    };
}

/// The drawing of a severity, 14 by 12: one to four bars.
pub fn severity_shape(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => bars!(".25", ".25", ".25"),
        Severity::Medium => bars!("1", ".25", ".25"),
        Severity::High => bars!("1", "1", ".25"),
        Severity::Critical => bars!("1", "1", "1"),
    }
}

/// How much an issue hurts, as HTML for a cell that has nothing else in it.
pub fn severity_html(severity: Severity) -> &'static str {
    static HTML: LazyLock<Vec<String>> = LazyLock::new(|| {
        let badge = |s: &Severity| badge(severity_class(*s), "0 0 14 12", severity_shape(*s), s.label());
        Severity::ALL.iter().map(badge).collect()
    });
    HTML.get(severity as usize).map_or("", String::as_str)
}

/// How much an issue hurts.
#[component]
pub fn SeverityBadge(
    /// How much.
    severity: Severity,
) -> impl IntoView {
    let inner = drawn("0 0 14 12", severity_shape(severity), severity.label());
    view! { <span class=severity_class(severity) inner_html=inner></span> }
}

/// One of eight classes, each a colour; the same for the same number wherever it is shown.
fn colour(classes: [&'static str; 8], number: u64) -> &'static str {
    classes[(number % 8) as usize]
}

macro_rules! colours {
    ($class:literal) => {
        [
            concat!($class, " c1"),
            concat!($class, " c2"),
            concat!($class, " c3"),
            concat!($class, " c4"),
            concat!($class, " c5"),
            concat!($class, " c6"),
            concat!($class, " c7"),
            concat!($class, " c8"),
        ]
    };
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A person as a disc with their initials.
#[component]
pub fn Avatar(
    /// Who.
    person: Person,
    /// Beside a comment.
    #[prop(optional)]
    large: bool,
    /// Whether the name stands beside it anyway.
    #[prop(optional)]
    silent: bool,
) -> impl IntoView {
    let classes = if large { colours!("av lg") } else { colours!("av") };
    let class = colour(classes, person.id.0.unsigned_abs());
    let letters = initials(&person.name);
    let (role, label, hidden) =
        if silent { (None, None, Some("true")) } else { (Some("img"), Some(person.name.clone()), None) };
    view! { <span class=class role=role aria-label=label aria-hidden=hidden title=person.name>{letters}</span> }
}

/// Where a person would be.
#[component]
pub fn Nobody() -> impl IntoView {
    view! { <span class="av none" role="img" aria-label="Nobody" title="Nobody"></span> }
}

/// A tag.
#[component]
pub fn Tag(
    /// Its name.
    name: String,
) -> impl IntoView {
    let sum = name.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    view! { <span class=colour(colours!("tag"), sum)><span>{name}</span></span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_as_html_is_the_badge_of_its_value() {
        for status in Status::ALL {
            let html = status_html(*status);
            assert!(html.starts_with(&format!("<span class=\"{}\"><svg", status_class(*status))), "{html}");
            assert!(html.ends_with(&format!("</svg>{}</span>", status.label())), "{html}");
        }
        for severity in Severity::ALL {
            let html = severity_html(*severity);
            assert!(
                html.starts_with(&format!("<span class=\"{}\"><svg", severity_class(*severity))),
                "{html}"
            );
            assert!(html.ends_with(&format!("</svg>{}</span>", severity.label())), "{html}");
        }
    }

    #[test]
    fn initials_are_the_first_and_the_last_word() {
        assert_eq!(["Ana Ribeiro", "mei", "Jo van der Berg", " "].map(initials), ["AR", "M", "JB", ""]);
    }
}
