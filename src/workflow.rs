//! The life of an issue: OPEN → TRIAGED → IN_PROGRESS → DONE.
//!
//! Forward goes one step; back goes to any earlier step; whoever may skip ([`Move::Skip`]) may also jump forward.
//! An issue that leaves DONE was reopened.

use crate::words::words;

words! {
    /// Where an issue stands in its life.
    Status as "status" {
        /// Reported, and nobody has looked yet.
        Open = "OPEN", "Open";
        /// Somebody has looked, and it is understood.
        Triaged = "TRIAGED", "Triaged";
        /// Somebody works on it.
        InProgress = "IN_PROGRESS", "In progress";
        /// Finished.
        Done = "DONE", "Done";
    }
}

/// What kind of step a change of status is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// It stays where it is.
    None,
    /// One step forward.
    Forward,
    /// More than one step forward.
    Skip,
    /// To an earlier step, from a step that is not the last.
    Back,
    /// From DONE to an earlier step.
    Reopen,
}

impl Status {
    /// The kind of step from here to `to`.
    pub fn step(self, to: Self) -> Move {
        match (to as i8) - (self as i8) {
            0 => Move::None,
            1 => Move::Forward,
            2.. => Move::Skip,
            _ if self == Self::Done => Move::Reopen,
            _ => Move::Back,
        }
    }

    /// Whether an issue with this status still needs somebody.
    pub fn is_open(self) -> bool {
        self != Self::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn status() -> impl Strategy<Value = Status> {
        proptest::sample::select(Status::ALL)
    }

    proptest! {
        #[test]
        fn opened_minus_closed_plus_reopened_is_what_is_open(path in proptest::collection::vec(status(), 0..40)) {
            let (mut now, mut closed, mut reopened) = (Status::Open, 0, 0);
            for to in path {
                let step = now.step(to);
                if to == Status::Done && step != Move::None { closed += 1; }
                if step == Move::Reopen { reopened += 1; }
                now = to;
            }
            prop_assert_eq!(1 - closed + reopened, i32::from(now.is_open()));
        }

        #[test]
        fn one_way_is_forward_and_the_other_is_back(a in status(), b in status()) {
            let back = |m| matches!(m, Move::Back | Move::Reopen);
            prop_assert_eq!(a.step(b) == Move::None, a == b);
            if a != b { prop_assert_ne!(back(a.step(b)), back(b.step(a))); }
        }
    }

    #[test]
    fn every_step_is_named() {
        let table: Vec<String> = Status::ALL
            .iter()
            .flat_map(|a| Status::ALL.iter().map(move |b| format!("{a} -> {b}: {:?}", a.step(*b))))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones() {
        let error = "CLOSED".parse::<Status>().unwrap_err();
        assert_eq!(
            error.about("status"),
            Some("“CLOSED” is not known. Known are: OPEN, TRIAGED, IN_PROGRESS, DONE.")
        );
    }
}
