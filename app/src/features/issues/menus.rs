//! The menus beside the search box: each shows what the query says about one thing, and changes that part of it.
//!
//! To add a menu for another field, add it to [`Menu`] with its choices, and its value to `ListForm`.

use leptos::prelude::*;
use tracker_domain::{
    issue::Severity,
    query::{Choice as Said, Field, Query},
    workflow::Status,
};

use crate::ui::{Choice, options};

/// The value of a menu when the query says more than it can show.
const OTHER: &str = "*";

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    /// Where an issue stands.
    Status,
    /// How much it hurts.
    Severity,
    /// The order.
    Sort,
}

impl Menu {
    /// Every menu, in their order.
    pub(super) const ALL: [Self; 3] = [Self::Status, Self::Severity, Self::Sort];

    fn field(self) -> Field {
        match self {
            Self::Status => Field::Status,
            Self::Severity => Field::Severity,
            Self::Sort => Field::Sort,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::Severity => "Severity",
            Self::Sort => "Sort",
        }
    }

    /// The id of its control.
    pub(super) fn id(self) -> String {
        format!("f-{}", self.field().word())
    }

    /// What it shows for a query.
    pub(super) fn chosen(self, query: &Query) -> String {
        if self == Self::Sort {
            return query.sort.map(|sort| sort.to_string()).unwrap_or_default();
        }
        match query.choice(self.field()) {
            Said::Any => String::new(),
            Said::Words(words) => words,
            Said::Other => OTHER.to_owned(),
        }
    }

    /// Whether somebody chose `value` in a menu that was made for the query `from`.
    pub(super) fn touched(self, from: &Query, value: &str) -> bool {
        value != OTHER && value != self.chosen(from)
    }

    /// The text of a query after `value` was chosen. What cannot be read is put down as it is, to be shown as an error.
    pub(super) fn applied(self, text: &str, value: &str) -> String {
        let query = Query::parse(text).ok().and_then(|query| match self {
            Self::Sort if value.is_empty() => Some(Query { sort: None, ..query }),
            Self::Sort => Some(query.sorted(value.parse().ok()?)),
            _ => query.with(self.field(), value).ok(),
        });
        match query {
            Some(query) => query.to_string(),
            None if value.is_empty() => text.to_owned(),
            None => format!("{text} {}:{value}", self.field().word()).trim().to_owned(),
        }
    }

    fn choices(self, query: &Query) -> Vec<Choice> {
        let mut choices = match self {
            Self::Status => some(&[("", "Any status"), ("open", "Not done")]),
            Self::Severity => some(&[("", "Any severity"), (">=HIGH", "High and above")]),
            Self::Sort => orders(query),
        };
        match self {
            Self::Status => choices.extend(Status::ALL.iter().map(|s| Choice::new(s.word(), s.label()))),
            Self::Severity => {
                choices.extend(Severity::ALL.iter().rev().map(|s| Choice::new(s.word(), s.label())));
            }
            Self::Sort => {}
        }
        with_chosen(choices, &self.chosen(query))
    }
}

fn some(choices: &[(&'static str, &'static str)]) -> Vec<Choice> {
    choices.iter().map(|(value, label)| Choice::new(*value, *label)).collect()
}

/// The usual order comes first; with a text to look for it is another one than without.
fn orders(query: &Query) -> Vec<Choice> {
    let usual: &[_] = match query.free_text() {
        Some(_) => &[("", "Best match"), ("-updated", "Last changed")],
        None => &[("", "Last changed")],
    };
    let mut choices = some(usual);
    choices.extend(some(&[
        ("-created", "Newest"),
        ("created", "Oldest"),
        ("-severity", "Most severe"),
        ("status", "By status"),
        ("key", "By key"),
        ("title", "By title"),
    ]));
    choices
}

/// A query may say what the menus do not offer.
fn with_chosen(mut choices: Vec<Choice>, chosen: &str) -> Vec<Choice> {
    if !choices.iter().any(|choice| choice.value == chosen) {
        let label = match chosen {
            OTHER => "As written".to_owned(),
            words => words.replace(',', ", ").replace('_', " ").to_lowercase(),
        };
        choices.push(Choice::new(chosen, label));
    }
    choices
}

/// All the menus, as a query sets them.
pub(super) fn menus(query: &Query) -> Vec<AnyView> {
    let menu = |menu: Menu| {
        let name = menu.field().word();
        view! {
            <select class="input" id=menu.id() name=name aria-label=menu.label()>
                {options(menu.choices(query), &menu.chosen(query))}
            </select>
        }
        .into_any()
    };
    Menu::ALL.map(menu).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_only_the_query_knows_is_offered_too() {
        let last = |menu: Menu, text: &str| {
            let query = Query::parse(text).unwrap();
            let choice = menu.choices(&query).pop().unwrap();
            (choice.value == menu.chosen(&query), choice.label)
        };
        assert_eq!(last(Menu::Status, "status:OPEN,DONE"), (true, "open, done".into()));
        assert_eq!(last(Menu::Status, "-status:DONE"), (true, "As written".into()));
        assert_eq!(last(Menu::Severity, "severity:<HIGH"), (true, "<high".into()));
        assert_eq!(last(Menu::Status, "is:open"), (false, "Done".into()));
    }

    #[test]
    fn a_text_to_look_for_has_an_order_of_its_own() {
        let first = |text: &str| orders(&Query::parse(text).unwrap()).remove(0).label;
        assert_eq!((first("is:open").as_str(), first("export").as_str()), ("Last changed", "Best match"));
    }
}
