//! Generated queries, for the property tests of every crate: `server/tests/it/query.rs` takes this file too.
//!
//! Whatever a person could write is in it, among a few people, tags and projects that the tests know.

use super::domain::{
    id::IssueKey,
    issue::Severity,
    page::{Sort, SortKey},
    query::{Age, Compare, Field, Level, Node, Query, Span, State, Term, Text, Thing, Unit, When, Who},
    text::{TagName, TeamSlug},
    time::{Day, Timestamp},
    workflow::Status,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use time::{Date, Month};

/// Words that people are called by in the tests.
pub const PEOPLE: &[&str] =
    &["ana", "Ben", "max@example.org", "Cleo Ruiz", "nobody-here", "none", "@me", "back\\slash \"q\""];
/// Tags of the tests.
pub const TAGS: &[&str] = &["ui", "api", "slow", "a(b)", "\"quoted\"", "none-has-it"];
/// Teams of the tests: of one project, of none, and one that is not there.
pub const TEAMS: &[&str] = &["web", "idle", "no-such", "none"];
/// Texts of the tests.
pub const TEXTS: &[&str] =
    &["crash", "or", "-x", "http://x", "50%", "two words", "a\"b", "end\\", "(p)", "status:", "ß"];

/// A whole query; texts only if asked for, since only the database understands them.
pub fn query(texts: bool) -> impl Strategy<Value = Query> {
    (option::weighted(0.95, node(texts)), option::of(sort())).prop_map(|(root, sort)| Query { root, sort })
}

fn node(texts: bool) -> impl Strategy<Value = Node> {
    let leaf = if texts { prop_oneof![4 => term(), 1 => text()].boxed() } else { term().boxed() };
    leaf.prop_map(Node::Term).prop_recursive(4, 24, 4, |inner| {
        let some = || vec(inner.clone(), 1..4);
        prop_oneof![
            some().prop_filter_map("one at least", Node::all),
            some().prop_filter_map("one at least", Node::any),
            inner.prop_map(Node::not),
        ]
    })
}

fn text() -> impl Strategy<Value = Term> {
    let word = select(vec!["crash", "50%", "12:30", "naïve", "a,b", "a-b", "x'y", "\\"]);
    let word = word.prop_map(|text| Text { text: text.to_owned(), exact: false });
    let phrase = select(TEXTS).prop_map(|text| Text { text: text.to_owned(), exact: true });
    prop_oneof![word, phrase].prop_map(Term::Text)
}

fn term() -> impl Strategy<Value = Term> {
    fn some<T: Clone + std::fmt::Debug + 'static>(
        one: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = Vec<T>> {
        vec(one, 1..3)
    }
    select(&Field::ALL[..13]).prop_flat_map(|field| match field {
        Field::Is => some(select(State::ALL)).prop_map(Term::Is).boxed(),
        Field::Status => some(select(Status::ALL)).prop_map(Term::Status).boxed(),
        Field::Severity => some(level()).prop_map(Term::Severity).boxed(),
        Field::Assignee => some(who(true)).prop_map(Term::Assignee).boxed(),
        Field::Reporter => some(who(false)).prop_map(Term::Reporter).boxed(),
        Field::Tag => some(select(TAGS).prop_filter_map("a tag", |tag| TagName::parse(tag).ok()))
            .prop_map(Term::Tag)
            .boxed(),
        Field::Project => {
            some(select(vec!["CORE", "WEB", "NONE"]).prop_filter_map("a key", |key| key.parse().ok()))
                .prop_map(Term::Project)
                .boxed()
        }
        Field::Team => some(select(TEAMS).prop_filter_map("a team", |team| TeamSlug::parse(team).ok()))
            .prop_map(Term::Team)
            .boxed(),
        Field::Created => some(when()).prop_map(Term::Created).boxed(),
        Field::Updated => some(when()).prop_map(Term::Updated).boxed(),
        Field::Closed => some(when()).prop_map(Term::Closed).boxed(),
        Field::Has => some(select(Thing::ALL)).prop_map(Term::Has).boxed(),
        Field::Key | Field::Sort => some(key()).prop_map(Term::Key).boxed(),
    })
}

fn key() -> impl Strategy<Value = IssueKey> {
    (select(vec!["CORE", "WEB"]), 1..40_i64)
        .prop_filter_map("a key", |(project, number)| format!("{project}-{number}").parse().ok())
}

fn compare() -> impl Strategy<Value = Compare> {
    select(vec![Compare::Equal, Compare::AtLeast, Compare::Above, Compare::AtMost, Compare::Below])
}

fn level() -> impl Strategy<Value = Level> {
    (compare(), select(Severity::ALL)).prop_map(|(compare, severity)| Level { compare, severity })
}

fn who(nobody: bool) -> impl Strategy<Value = Who> {
    let word = select(PEOPLE).prop_map(|word| Who::Word(word.to_owned()));
    let special = select(if nobody { vec![Who::Me, Who::Nobody] } else { vec![Who::Me] });
    prop_oneof![word, special]
}

/// Around the year of the tests' clock.
pub fn when() -> impl Strategy<Value = When> {
    let side = prop_oneof![
        Just(Compare::AtLeast),
        Just(Compare::Above),
        Just(Compare::AtMost),
        Just(Compare::Below)
    ];
    let age = (0..400_u16, select(vec![Unit::Hours, Unit::Days, Unit::Weeks]))
        .prop_map(|(count, unit)| Age { count, unit });
    prop_oneof![
        (compare(), span()).prop_map(|(compare, span)| When::Span(compare, span)),
        (span(), span()).prop_filter_map("in order", |(a, b)| {
            let when = When::Range(a, b).interval(Timestamp::from_micros(0)?);
            (when.from < when.until).then_some(When::Range(a, b))
        }),
        (side, age).prop_map(|(compare, age)| When::Age(compare, age)),
    ]
}

fn span() -> impl Strategy<Value = Span> {
    let month = || (1..=12_u8).prop_filter_map("a month", |month| Month::try_from(month).ok());
    let year = || 2025..=2027_i32;
    prop_oneof![
        year().prop_map(Span::Year),
        (year(), 1..=4_u8).prop_map(|(year, quarter)| Span::Quarter(year, quarter)),
        (year(), month()).prop_map(|(year, month)| Span::Month(year, month)),
        (year(), month(), 1..=31_u8).prop_filter_map("a day", |(year, month, day)| {
            Date::from_calendar_date(year, month, day).ok().map(|date| Span::Day(Day(date)))
        }),
    ]
}

fn sort() -> impl Strategy<Value = Sort> {
    (select(SortKey::ALL), any::<bool>()).prop_map(|(key, descending)| Sort {
        key,
        // The worst match first is no order.
        descending: descending || key == SortKey::Relevance,
    })
}
