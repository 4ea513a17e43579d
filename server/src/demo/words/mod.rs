//! The vocabulary of the team that is made up: Fairlead sells software to small harbours, for berths and ferries.
//!
//! What stands here is filled into templates, so it must mean nothing to Markdown and to HTML: letters, digits, spaces
//! and a few signs; a test holds this. To add a word, add it to a list; to add a project, add a product.

mod general;
mod office;
mod people;
mod platform;
mod shop;

pub(super) use general::{
    ATTRIBUTES, BROWSERS, CODES, CONDITIONS, CUSTOMERS, DEPENDENCIES, DEVICES, ERRORS, FORMATS, LOCALES,
    PLACES, SHORTCUTS, SYSTEMS,
};
pub(super) use people::{FIRST_NAMES, LAST_NAMES, TEAM};

/// The organization's name, if it has none yet.
pub(super) const COMPANY: &str = "Fairlead";

/// A word that about every second issue has, for measuring.
pub(super) const COMMON_WORD: &str = "production";
/// A word that exactly ten issues have, however many there are.
pub(super) const RARE_WORD: &str = "Kittiwake";

/// What a project works on.
#[derive(Debug)]
pub(super) struct Product {
    /// The project's key.
    pub(super) key: &'static str,
    /// Its name.
    pub(super) name: &'static str,
    /// The parts of it that issues are about, the most troublesome first.
    pub(super) parts: &'static [Part],
}

/// A part of a product.
#[derive(Debug)]
pub(super) struct Part {
    /// As a heading: `checkout`.
    pub(super) name: &'static str,
    /// As part of a sentence: `the checkout`.
    pub(super) the: &'static str,
    /// Its tag.
    pub(super) tag: &'static str,
    /// What it is about: one and many.
    pub(super) things: &'static [(&'static str, &'static str)],
    /// What one does there: to do it, and doing it.
    pub(super) actions: &'static [(&'static str, &'static str)],
    /// What goes wrong there, as a sentence without its full stop.
    pub(super) faults: &'static [&'static str],
}

/// The products, the busiest first; a small team has the first three.
pub(super) const PRODUCTS: &[Product] = &[
    shop::WEB,
    office::DESK,
    shop::APP,
    platform::API,
    platform::PAY,
    platform::DATA,
    platform::OPS,
    platform::DOCS,
];

/// Tags beside those of the parts.
pub(super) const TAGS: &[&str] = &[
    "regression",
    "customer",
    "performance",
    "crash",
    "ui",
    "accessibility",
    "translation",
    "data-loss",
    "security",
    "flaky-test",
    "feature",
    "maintenance",
    "documentation",
    "good-first-issue",
    "duplicate",
    "wontfix",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_means_anything_to_markdown_or_html() {
        let mut words: Vec<&str> = Vec::new();
        for list in [
            ATTRIBUTES,
            BROWSERS,
            CODES,
            CONDITIONS,
            CUSTOMERS,
            DEPENDENCIES,
            DEVICES,
            ERRORS,
            FORMATS,
            LOCALES,
            PLACES,
            SHORTCUTS,
            SYSTEMS,
            TAGS,
            FIRST_NAMES,
            LAST_NAMES,
        ] {
            words.extend(list);
        }
        words.extend(TEAM.iter().map(|(name, _)| name));
        for product in PRODUCTS {
            assert!(product.parts.len() >= 4, "{}", product.key);
            words.extend([product.key, product.name]);
            for part in product.parts {
                words.extend([part.name, part.the, part.tag]);
                words.extend(part.faults);
                words.extend(part.things.iter().chain(part.actions).flat_map(|(one, other)| [one, other]));
            }
        }
        for word in words {
            let plain = |c: char| c.is_alphanumeric() || " .,:-'/%".contains(c);
            assert!(word.chars().all(plain) && word.starts_with(char::is_alphanumeric), "“{word}”");
            assert!(!word.contains("//") && !word.to_lowercase().contains(COMMON_WORD), "“{word}”");
            assert!(!word.to_lowercase().contains(&RARE_WORD.to_lowercase()), "“{word}”");
        }
    }
}
