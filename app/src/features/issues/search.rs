//! What happens while somebody writes into the search box. It lives as long as the page; the form itself is made anew
//! with every answer, around the same input.
//!
//! - Each keystroke offers what can be written, and after a moment of quiet asks for the first page, when the text can
//!   be read. Text that cannot be read yet is nobody's mistake before a longer pause.
//! - An answer counts only when nothing was asked after it. It is fetched first and shown by going to its URL, so that
//!   rows and URL never disagree, and a late answer never keeps a newer question waiting.
//! - While typing, the URL takes the place of the one before. Enter makes it a step of the history, and the step before
//!   is what was shown when typing began.
//! - The input belongs to the reader: text is put into it only when they took an offer, used a menu or went elsewhere.

use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;
use tracker_domain::{
    org::Framed,
    query::{Field, Query, QueryError, complete},
};

use super::{
    answer::{Answer, fetch, found},
    list_query::{ListForm, ListQuery, canonical},
    offers::{Offers, chars_before, question, units_before},
};
use crate::{api::complete_query, ui::dom};

/// The id of the input.
pub(super) const INPUT: &str = "f-q";
/// Quiet before the server is asked what could be written.
const OFFER_AFTER: Duration = Duration::from_millis(100);
/// Quiet before the first page is asked for.
const SHOW_AFTER: Duration = Duration::from_millis(150);
/// Quiet before a text that cannot be read is called one.
const COMPLAIN_AFTER: Duration = Duration::from_millis(1_000);

/// Tells the newest of many.
#[derive(Clone, Copy)]
struct Newest(StoredValue<u32>);

impl Newest {
    fn new() -> Self {
        Self(StoredValue::new(0))
    }

    /// The next one; all before it are old now.
    fn next(self) -> u32 {
        self.0
            .try_update_value(|last| {
                *last = last.wrapping_add(1);
                *last
            })
            .unwrap_or_default()
    }

    /// Whether none came after it, and the page is still there.
    fn is(self, ticket: u32) -> bool {
        self.0.try_get_value() == Some(ticket)
    }
}

/// See the module.
#[derive(Clone, Copy)]
pub(super) struct Search {
    /// A text, and what is wrong with it.
    pub(super) wrong: RwSignal<Option<(String, QueryError)>>,
    /// Whether rows are on their way.
    pub(super) busy: RwSignal<bool>,
    /// How much was found, for those who do not see it.
    pub(super) found: RwSignal<String>,
    /// What is offered at the cursor.
    pub(super) offers: RwSignal<Offers>,
    shown: Memo<ListQuery>,
    org: Memo<String>,
    /// Goes to a URL, in the place of the present one or after it.
    go: Callback<(String, bool)>,
    strokes: Newest,
    questions: Newest,
    requests: Newest,
    ready: StoredValue<Option<(ListQuery, Answer)>>,
    /// The list that was gone to from here.
    own: StoredValue<Option<ListQuery>>,
    /// What the address was when typing began.
    start: StoredValue<Option<String>>,
    /// The list that the form was last made for.
    made: StoredValue<Option<ListQuery>>,
}

impl Search {
    /// For the list that the URL says.
    pub(super) fn new(org: Memo<String>, shown: Memo<ListQuery>, go: Callback<(String, bool)>) -> Self {
        Self {
            wrong: RwSignal::new(None),
            busy: RwSignal::new(false),
            found: RwSignal::new(String::new()),
            offers: RwSignal::new(Offers::default()),
            shown,
            org,
            go,
            strokes: Newest::new(),
            questions: Newest::new(),
            requests: Newest::new(),
            ready: StoredValue::new(None),
            own: StoredValue::new(None),
            start: StoredValue::new(None),
            made: StoredValue::new(None),
        }
    }

    /// The answer for a list, when it was fetched already.
    pub(super) fn take_ready(self, query: &ListQuery) -> Option<Answer> {
        let ready = self.ready.try_update_value(Option::take).flatten()?;
        (ready.0 == *query).then_some(ready.1)
    }

    /// Whether the reader came to a list by a link or through the history, and not from the search box.
    pub(super) fn came_from_elsewhere(self, query: &ListQuery) -> bool {
        self.own.with_value(|own| own.as_ref() != Some(query))
    }

    /// The form is made for a list; gives the one that it was made for before.
    pub(super) fn made(self, query: &ListQuery) -> Option<ListQuery> {
        self.made.try_update_value(|made| made.replace(query.clone())).flatten()
    }

    /// The URL has changed. If that was not done here, what was on its way is for a list that nobody looks at.
    pub(super) fn moved(self, query: &ListQuery) {
        if self.came_from_elsewhere(query) {
            self.own.set_value(None);
            self.start.set_value(None);
            self.forget();
            self.strokes.next();
            self.wrong.set(None);
            self.close();
        }
    }

    /// The text has changed.
    pub(super) fn typed(self) {
        self.strokes.next();
        self.wrong.set(None);
        self.offer(false);
        self.after_quiet(SHOW_AFTER, Self::show_typed);
        self.after_quiet(COMPLAIN_AFTER, |search| {
            let text = dom::value_of(INPUT).unwrap_or_default();
            search.wrong.set(Query::parse(&text).err().map(|error| (text, error)));
        });
    }

    /// The form was sent.
    pub(super) fn submitted(self, form: &ListForm) {
        let text = form.merged();
        self.strokes.next();
        self.close();
        // By a menu, or with a word put right.
        if canonical(&form.q) != text {
            dom::set_value(INPUT, &text);
            // The button that put it right is about to go.
            if !form.instead.is_empty() {
                dom::focus("#f-q");
            }
        }
        match Query::parse(&text) {
            Ok(_) => {
                self.wrong.set(None);
                self.show(ListQuery::first(text), false);
            }
            Err(error) => {
                self.forget();
                self.wrong.set(Some((text, error)));
            }
        }
    }

    /// Offers what can be written at the cursor; `asked` also where nothing was begun.
    pub(super) fn offer(self, asked: bool) {
        let ticket = self.questions.next();
        let Some((text, cursor)) = dom::text_and_cursor(INPUT) else {
            return;
        };
        let completion = complete(&text, chars_before(&text, cursor));
        self.offers.update(|offers| *offers = Offers::of(&completion, asked, offers));
        let Some((field, prefix)) = question(&completion.place) else {
            return;
        };
        let prefix = prefix.to_owned();
        let ask = move || {
            if self.questions.is(ticket) {
                spawn_local(self.ask(ticket, field, prefix));
            }
        };
        set_timeout(ask, OFFER_AFTER);
    }

    async fn ask(self, ticket: u32, field: Field, prefix: String) {
        let answer = complete_query(self.org.get_untracked(), field.word().to_owned(), prefix).await;
        if let (true, Ok(more)) = (self.questions.is(ticket), answer) {
            self.offers.update(|offers| offers.add(more));
        }
    }

    /// Writes an offer into the text.
    pub(super) fn take(self, index: usize) {
        let text = dom::value_of(INPUT).unwrap_or_default();
        if let Some((text, cursor)) = self.offers.with_untracked(|offers| offers.taken(&text, index)) {
            dom::put_text(INPUT, &text, units_before(&text, cursor));
            self.typed();
        }
    }

    /// Offers nothing any more.
    pub(super) fn close(self) {
        self.questions.next();
        self.offers.set(Offers::default());
    }

    /// Does something unless another key is pressed before.
    fn after_quiet(self, quiet: Duration, act: impl FnOnce(Self) + 'static) {
        let stroke = self.strokes.0.get_value();
        let act = move || {
            if self.strokes.is(stroke) {
                act(self);
            }
        };
        set_timeout(act, quiet);
    }

    fn show_typed(self) {
        let text = dom::value_of(INPUT).unwrap_or_default();
        if let Ok(query) = Query::parse(&text) {
            self.show(ListQuery::first(query.to_string()), true);
        }
    }

    /// Whatever is on its way is not wanted any more.
    fn forget(self) {
        self.requests.next();
        self.busy.set(false);
    }

    /// Shows the first page of a query.
    fn show(self, query: ListQuery, typing: bool) {
        let ticket = self.requests.next();
        if query == self.shown.get_untracked() {
            self.busy.set(false);
            self.settle(&query, typing);
            return;
        }
        self.busy.set(true);
        let asked = fetch(self.org.get_untracked(), query.clone(), String::new());
        spawn_local(async move {
            let answer = asked.await;
            if !self.requests.is(ticket) {
                return;
            }
            self.busy.set(false);
            // Typing goes on; when the form is sent, the page itself says what is the matter.
            if typing && answer.is_err() {
                return;
            }
            if let Ok(Framed { view: Some(list), .. }) = &answer {
                self.found.set(found(list));
            }
            self.ready.set_value(Some((query.clone(), answer)));
            self.settle(&query, typing);
        });
    }

    /// Goes to the URL of a list.
    fn settle(self, query: &ListQuery, typing: bool) {
        let url = query.at(&dom::path());
        let present = dom::address();
        if typing {
            if url != present {
                self.start.update_value(|start| {
                    start.get_or_insert(present);
                });
            }
        } else if let Some(start) = self.start.try_update_value(Option::take).flatten() {
            dom::set_address(&start, true);
        }
        self.own.set_value(Some(query.clone()));
        if url != dom::address() {
            self.go.run((url, typing));
        }
    }
}
