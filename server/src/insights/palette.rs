//! The colours of pictures that are drawn here: the values of the design tokens, read from the style sheet that has them.

use std::sync::LazyLock;

const TOKENS: &str = include_str!("../../../style/tokens.css");

static LIGHT: LazyLock<String> = LazyLock::new(|| palette(":root {"));
static DARK: LazyLock<String> = LazyLock::new(|| palette(":root[data-theme=\"dark\"] {"));

/// The colours of a theme as JSON, by token; those of the light one unless it is `dark`.
pub fn of(theme: &str) -> &'static str {
    if theme == "dark" { &DARK } else { &LIGHT }
}

/// The tokens of the first rule of a selector.
fn palette(selector: &str) -> String {
    let rule =
        TOKENS.split_once(selector).and_then(|(_, rest)| rest.split_once('}')).map_or("", |(rule, _)| rule);
    let pairs = rule.split(';').filter_map(|declaration| declaration.split_once(':'));
    let colours =
        pairs.map(|(name, value)| (name.trim(), value.trim())).filter(|(name, _)| name.starts_with("--"));
    let colours = colours.map(|(name, value)| (name.to_owned(), serde_json::Value::from(value)));
    serde_json::Value::Object(colours.collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_has_the_colours_of_the_charts() {
        for theme in ["light", "dark"] {
            let colours: serde_json::Value = serde_json::from_str(of(theme)).unwrap();
            for token in [
                "--surface",
                "--text",
                "--text-3",
                "--line",
                "--accent",
                "--bar-critical",
                "--bar-opened",
                "--bar-reopened",
                "--done",
            ] {
                let value = colours[token].as_str().unwrap_or_default();
                assert!(value.starts_with('#'), "{theme} {token} {value}");
            }
        }
        assert_ne!(of("light"), of("dark"));
    }
}
