//! What a page has been told, and what to do with what arrives: pure, so that it is tested without a browser.

use tracker_domain::{
    id::Seq,
    live::{LiveItem, close},
};

/// Where one page stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCursor {
    /// The last position that the page has.
    seq: Seq,
    /// Whether the server was told to go on after it, and nothing has shown since that it does.
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The server sends what comes after `seq`.
    Following,
    /// A gap was seen and the server was asked to go on after `seq`; what does not fit is passed over until it does.
    Asking,
    /// The page loads its data anew; nothing fits until it has.
    Stale,
}

/// What to do with a range of positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Show these, in order.
    Apply(Vec<LiveItem>),
    /// Ask the server to go on after the cursor: something is missing.
    Ask,
    /// Nothing.
    Nothing,
}

impl LiveCursor {
    /// A page that was rendered at `seq`.
    pub fn new(seq: Seq) -> Self {
        Self { seq, state: State::Following }
    }

    /// The last position that the page has.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Whether the page waits for its data.
    pub fn is_stale(&self) -> bool {
        self.state == State::Stale
    }

    /// The page's data were loaded anew, at `seq`.
    pub fn restart(&mut self, seq: Seq) {
        (self.seq, self.state) = (seq, State::Following);
    }

    /// The server was asked to go on after the cursor on a new connection.
    pub fn asked(&mut self) {
        self.state = State::Following;
    }

    /// The server sent all that is for this page in `from..=to`.
    pub fn range(&mut self, from: Seq, to: Seq, items: &[LiveItem]) -> Step {
        if self.state == State::Stale || to <= self.seq {
            return Step::Nothing;
        }
        if from.0 > self.seq.0 + 1 {
            let asked = std::mem::replace(&mut self.state, State::Asking);
            return if asked == State::Asking { Step::Nothing } else { Step::Ask };
        }
        let new = items.iter().filter(|item| position(item) > self.seq).cloned().collect();
        *self = Self::new(to);
        Step::Apply(new)
    }

    /// The server cannot go on from here: the page loads its data anew.
    pub fn resync(&mut self) {
        self.state = State::Stale;
    }
}

fn position(item: &LiveItem) -> Seq {
    match item {
        LiveItem::Row { seq, .. } | LiveItem::Entry { seq, .. } | LiveItem::Counted { seq } => *seq,
    }
}

/// What to do after a connection was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterClose {
    /// Come back.
    Reconnect,
    /// Load the whole page: to sign in, to find out that it is not ours any more, or to get the new program.
    Reload,
}

impl AfterClose {
    /// By the close code.
    pub fn of(code: u16) -> Self {
        match code {
            close::SIGN_IN | close::FORBIDDEN | close::OLD_VERSION => Self::Reload,
            _ => Self::Reconnect,
        }
    }
}

const SHORTEST_MS: f64 = 250.0;
const LONGEST_MS: f64 = 10_000.0;

/// How long to wait before the `attempt`th try (from 0): twice as long each time, spread by `random` (0 to 1) over the
/// upper half, so that a thousand browsers do not come back in the same moment.
pub fn backoff_ms(attempt: u32, random: f64) -> f64 {
    let full = (SHORTEST_MS * f64::from(1_u32 << attempt.min(10))).min(LONGEST_MS);
    full * (0.5 + random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(seq: i64) -> LiveItem {
        LiveItem::Counted { seq: Seq(seq) }
    }

    fn applied(step: Step) -> Vec<i64> {
        match step {
            Step::Apply(items) => items.iter().map(|item| position(item).0).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_position_is_applied_once_and_in_order() {
        let mut cursor = LiveCursor::new(Seq(4));
        assert_eq!(applied(cursor.range(Seq(5), Seq(7), &[item(5), item(7)])), [5, 7]);
        assert_eq!(cursor.range(Seq(5), Seq(7), &[item(5), item(7)]), Step::Nothing);
        assert_eq!(applied(cursor.range(Seq(6), Seq(9), &[item(6), item(7), item(9)])), [9]);
        assert_eq!(applied(cursor.range(Seq(10), Seq(12), &[])), Vec::<i64>::new());
        assert_eq!(cursor.seq(), Seq(12));
    }

    #[test]
    fn a_gap_is_asked_for_once_and_then_closed() {
        let mut cursor = LiveCursor::new(Seq(4));
        assert_eq!(cursor.range(Seq(6), Seq(6), &[item(6)]), Step::Ask);
        assert_eq!(cursor.range(Seq(7), Seq(7), &[item(7)]), Step::Nothing);
        assert_eq!(cursor.seq(), Seq(4));
        assert_eq!(applied(cursor.range(Seq(5), Seq(7), &[item(5), item(6), item(7)])), [5, 6, 7]);
        assert_eq!(cursor.range(Seq(9), Seq(9), &[]), Step::Ask);
        cursor.asked();
        assert_eq!(cursor.range(Seq(9), Seq(9), &[]), Step::Ask);
    }

    #[test]
    fn a_page_that_loads_anew_takes_nothing_until_it_has() {
        let mut cursor = LiveCursor::new(Seq(4));
        cursor.resync();
        assert_eq!(cursor.range(Seq(5), Seq(5), &[item(5)]), Step::Nothing);
        assert!(cursor.is_stale());
        cursor.restart(Seq(9));
        assert!(!cursor.is_stale());
        assert_eq!(applied(cursor.range(Seq(10), Seq(10), &[item(10)])), [10]);
    }

    #[test]
    fn waiting_grows_is_spread_and_stays_bounded() {
        assert_eq!(backoff_ms(0, 1.0), 250.0);
        assert_eq!(backoff_ms(0, 0.0), 125.0);
        assert_eq!(backoff_ms(3, 1.0), 2_000.0);
        assert_eq!(backoff_ms(u32::MAX, 1.0), 10_000.0);
    }

    #[test]
    fn only_what_another_connection_cannot_mend_loads_the_page() {
        for (code, after) in [
            (4401, AfterClose::Reload),
            (4403, AfterClose::Reload),
            (4426, AfterClose::Reload),
            (4408, AfterClose::Reconnect),
            (1001, AfterClose::Reconnect),
            (1006, AfterClose::Reconnect),
        ] {
            assert_eq!(AfterClose::of(code), after, "{code}");
        }
    }
}
