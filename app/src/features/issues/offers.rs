//! What the search box offers to write at the cursor: fields, words and examples at once, people, tags and projects as
//! soon as the server has said them. Nothing is chosen until an arrow key or the pointer does so: Enter searches for
//! what is written.

use std::ops::Range;
use tracker_domain::query::{Completion, Field, Place, Suggestion};

/// One thing that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// What is written.
    pub(super) insert: String,
    /// What it means.
    pub(super) hint: String,
}

/// What is offered just now; closed when there is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// In order.
    pub(super) list: Vec<Offer>,
    /// The one that Enter takes.
    pub(super) active: Option<usize>,
    /// The characters that it takes the place of.
    replace: Range<usize>,
    /// What the server is asked about.
    about: Option<Field>,
}

impl Offers {
    /// What is known without the server. An empty place is filled only when that was `asked` for. What the server said
    /// `before` stays as long as it fits, so that nothing flickers until it has answered again.
    pub(super) fn of(completion: &Completion, asked: bool, before: &Self) -> Self {
        let nothing_yet = completion.place == Place::Word && completion.replace.is_empty();
        if nothing_yet && !asked {
            return Self::default();
        }
        let written = |insert: &str| matches!(&completion.place, Place::Value(_, typed) if typed == insert);
        let known = completion.proposals.iter().filter(|proposal| !written(&proposal.insert));
        let known = known.map(|p| Offer { insert: p.insert.clone(), hint: p.hint.to_owned() }).collect();
        let mut offers = Self { list: known, active: None, replace: completion.replace.clone(), about: None };
        if let Some((field, prefix)) = question(&completion.place) {
            offers.about = Some(field);
            let prefix = prefix.to_lowercase();
            let fits = |text: &str| text.to_lowercase().contains(&prefix);
            let kept = before.list.iter().filter(|_| before.about == Some(field));
            let kept = kept.filter(|offer| fits(&offer.insert) || fits(&offer.hint)).cloned();
            kept.for_each(|offer| offers.push(offer));
        }
        offers
    }

    fn push(&mut self, offer: Offer) {
        if self.list.iter().all(|known| known.insert != offer.insert) {
            self.list.push(offer);
        }
    }

    /// Adds what the server knows.
    pub(super) fn add(&mut self, more: Vec<Suggestion>) {
        for Suggestion { value, label } in more {
            let hint = if label == value { String::new() } else { label };
            self.push(Offer { insert: value, hint });
        }
    }

    /// Goes to the next one, or the one before; past the ends to the other end.
    pub(super) fn step(&mut self, down: bool) {
        let Some(last) = self.list.len().checked_sub(1) else {
            return;
        };
        self.active = Some(match (self.active, down) {
            (None, true) => 0,
            (None, false) => last,
            (Some(at), true) => {
                if at >= last {
                    0
                } else {
                    at + 1
                }
            }
            (Some(at), false) => at.checked_sub(1).unwrap_or(last),
        });
    }

    /// The text with an offer written into it, and where the cursor stands then.
    pub(super) fn taken(&self, text: &str, index: usize) -> Option<(String, usize)> {
        let insert = &self.list.get(index)?.insert;
        let (start, end) = (self.replace.start, self.replace.end.max(self.replace.start));
        let mut new: String = text.chars().take(start).chain(insert.chars()).collect();
        let rest: String = text.chars().skip(end).collect();
        // A field goes on with its value, a value with the next condition.
        if !insert.ends_with(':') && !rest.starts_with(' ') {
            new.push(' ');
        }
        let caret = new.chars().count() + usize::from(rest.starts_with(' ') && !insert.ends_with(':'));
        Some((new + &rest, caret))
    }
}

/// What the server is to be asked for: a field, and what its values begin with.
pub(super) fn question(place: &Place) -> Option<(Field, &str)> {
    match place {
        Place::Value(field, prefix) if place.asks_server() => Some((*field, prefix)),
        _ => None,
    }
}

/// Browsers count in UTF-16 units, the query language in characters.
pub(super) fn chars_before(text: &str, units: usize) -> usize {
    let mut left = units;
    text.chars()
        .take_while(|c| left.checked_sub(c.len_utf16()).inspect(|rest| left = *rest).is_some())
        .count()
}

/// The other way round.
pub(super) fn units_before(text: &str, chars: usize) -> usize {
    text.chars().take(chars).map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(inserts: &[&str], replace: Range<usize>) -> Offers {
        let offer = |insert: &&str| Offer { insert: (*insert).to_owned(), hint: String::new() };
        Offers { list: inserts.iter().map(offer).collect(), active: None, replace, about: None }
    }

    #[test]
    fn the_arrows_go_round() {
        let mut offers = offers(&["a", "b"], 0..0);
        let mut walk = |down| {
            offers.step(down);
            offers.active
        };
        assert_eq!([true, true, true, false].map(&mut walk), [Some(0), Some(1), Some(0), Some(1)]);
        let mut none = Offers::default();
        none.step(true);
        assert_eq!(none.active, None);
    }

    #[test]
    fn what_is_taken_stands_in_the_place_of_what_was_begun() {
        let taken = |insert: &str, text: &str, replace| offers(&[insert], replace).taken(text, 0).unwrap();
        assert_eq!(taken("status:", "ui sta", 3..6), ("ui status:".into(), 10));
        assert_eq!(taken("OPEN", "status:O", 7..8), ("status:OPEN ".into(), 12));
        assert_eq!(taken("OPEN", "status:O ui", 7..8), ("status:OPEN ui".into(), 12));
        assert_eq!(taken("status:", "ä sta ui", 2..5), ("ä status: ui".into(), 9));
        assert_eq!(offers(&[], 0..0).taken("x", 0), None);
    }

    #[test]
    fn the_server_adds_what_is_not_there_yet() {
        let mut offers = offers(&["@me"], 0..0);
        let person = |value: &str, label: &str| Suggestion { value: value.into(), label: label.into() };
        offers.add(vec![person("@me", "me"), person("ana", "Ana Ribeiro"), person("ui", "ui")]);
        let read: Vec<_> =
            offers.list.iter().map(|offer| (offer.insert.as_str(), offer.hint.as_str())).collect();
        assert_eq!(read, [("@me", ""), ("ana", "Ana Ribeiro"), ("ui", "")]);
    }

    #[test]
    fn nothing_flickers_while_a_name_is_typed() {
        let completion = |prefix: &str| Completion {
            replace: 9..9 + prefix.len(),
            place: Place::Value(Field::Assignee, prefix.into()),
            proposals: vec![],
        };
        let mut offers = Offers::of(&completion("a"), false, &Offers::default());
        let person = |value: &str, label: &str| Suggestion { value: value.into(), label: label.into() };
        offers.add(vec![person("ana", "Ana Ribeiro"), person("max", "Max Adler")]);
        let next = Offers::of(&completion("an"), false, &offers);
        assert_eq!(next.list.iter().map(|offer| offer.insert.as_str()).collect::<Vec<_>>(), ["ana"]);
    }

    #[test]
    fn positions_are_counted_both_ways() {
        let text = "a😀b";
        assert_eq!([0, 1, 3, 4, 9].map(|units| chars_before(text, units)), [0, 1, 2, 3, 3]);
        assert_eq!([0, 1, 2, 3, 9].map(|chars| units_before(text, chars)), [0, 1, 3, 4, 4]);
    }
}
