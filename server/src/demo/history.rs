//! The lives of all issues as one history, in the order of time.
//!
//! It is walked several times (to count, for the issues, for the log), each time the same. What is kept meanwhile are
//! the issues to which something is still going to happen, so that millions need little memory.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};
use tracker_domain::{error::AppError, text::OrgSlug};

use super::{
    Wish,
    calendar::{Calendar, DAY},
    course::{Step, course},
    issue::{Draw, Issue, Now},
    team::Team,
    words::PRODUCTS,
};

/// Who looks at a history.
pub(super) trait Visitor {
    /// Something happened: the issue after it, and what it was before. `false` ends the walk.
    fn step(&mut self, issue: &Issue, before: Now, step: &Step) -> bool;
    /// Nothing will happen to this issue any more. `false` ends the walk.
    fn ended(&mut self, issue: &Issue) -> bool;
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct History {
    wish: Wish,
    calendar: Calendar,
    /// Who there is.
    pub(super) team: Team,
    /// How many products there are.
    pub(super) products: usize,
}

impl History {
    /// Draws days, people and products.
    pub(super) fn new(wish: &Wish, org: &OrgSlug) -> Result<Self, AppError> {
        let end = wish.end.micros();
        let days = i64::from(wish.years) * 365;
        let calendar = Calendar::new(wish.seed, wish.issues, days, end);
        // They are there before the first issue comes.
        let team = Team::new(org, wish.issues, (calendar.start - DAY, end))?;
        let grown = (wish.issues as f64 / 2_000.0).max(1.0).log2() / 1.5;
        let products = (3 + grown as usize).min(PRODUCTS.len());
        Ok(Self { wish: *wish, calendar, team, products })
    }

    /// When it begins.
    pub(super) fn start(&self) -> i64 {
        self.calendar.start - DAY
    }

    /// Walks through it; `first` is the number of the first issue of each product. `false` when it was ended early.
    pub(super) fn walk(&self, first: &[i64], visitor: &mut impl Visitor) -> bool {
        let mut numbers = first.to_vec();
        let mut pending = Pending::default();
        let mut index = 0;
        for day in 0..self.calendar.days() {
            for at in self.calendar.arrivals(day) {
                if !pending.until(at, visitor) {
                    return false;
                }
                let draw = Draw { seed: self.wish.seed, index, of: self.wish.issues, at };
                pending.add(self.begin(draw, &mut numbers));
                index += 1;
            }
        }
        pending.until(i64::MAX, visitor)
    }

    fn begin(&self, draw: Draw, numbers: &mut [i64]) -> Live {
        let (mut issue, begin) = Issue::new(draw, &self.team, self.products, |product| {
            numbers[product] += 1;
            numbers[product] - 1
        });
        let mut steps = course(&begin, &self.team, self.calendar.end);
        issue.foresee(&steps);
        steps.reverse();
        steps.shrink_to_fit();
        Live { issue, steps }
    }
}

/// An issue with what is still going to happen to it, the next step last.
struct Live {
    issue: Issue,
    steps: Vec<Step>,
}

impl Live {
    fn when(&self) -> (i64, u64) {
        (self.steps.last().map_or(i64::MAX, |step| step.at), self.issue.index)
    }
}

impl PartialEq for Live {
    fn eq(&self, other: &Self) -> bool {
        self.when() == other.when()
    }
}

impl Eq for Live {}

impl PartialOrd for Live {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Live {
    fn cmp(&self, other: &Self) -> Ordering {
        self.when().cmp(&other.when())
    }
}

#[derive(Default)]
struct Pending(BinaryHeap<Reverse<Box<Live>>>);

impl Pending {
    fn add(&mut self, live: Live) {
        self.0.push(Reverse(Box::new(live)));
    }

    /// Takes every step up to a time.
    fn until(&mut self, at: i64, visitor: &mut impl Visitor) -> bool {
        while self.0.peek().is_some_and(|next| next.0.when().0 <= at) {
            let Some(Reverse(mut live)) = self.0.pop() else { break };
            let Some(step) = live.steps.pop() else { continue };
            let before = live.issue.now;
            live.issue.apply(&step);
            if !visitor.step(&live.issue, before, &step) {
                return false;
            }
            if live.steps.is_empty() {
                if !visitor.ended(&live.issue) {
                    return false;
                }
            } else {
                self.0.push(Reverse(live));
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::course::Act;
    use time::macros::datetime;
    use tracker_domain::time::Timestamp;

    fn history(issues: u64, seed: u64) -> History {
        let wish = Wish { issues, seed, years: 1, end: Timestamp(datetime!(2026-11-21 12:00 UTC)) };
        History::new(&wish, &OrgSlug::parse("main").unwrap()).unwrap()
    }

    #[derive(Default, PartialEq, Debug)]
    struct Seen {
        steps: Vec<(u64, Step)>,
        ended: usize,
        numbers: Vec<(usize, i64)>,
    }

    impl Visitor for Seen {
        fn step(&mut self, issue: &Issue, _: Now, step: &Step) -> bool {
            self.steps.push((issue.index, *step));
            if step.act == Act::Created {
                self.numbers.push((issue.product, issue.number));
            }
            true
        }

        fn ended(&mut self, _: &Issue) -> bool {
            self.ended += 1;
            true
        }
    }

    fn seen(history: &History) -> Seen {
        let mut seen = Seen::default();
        assert!(history.walk(&[1, 1, 40], &mut seen));
        seen
    }

    #[test]
    fn every_walk_is_the_same_and_in_the_order_of_time() {
        let one = history(1_000, 7);
        let walk = seen(&one);
        assert_eq!(walk, seen(&one));
        assert_ne!(walk, seen(&history(1_000, 8)));
        assert!(walk.steps.is_sorted_by_key(|(_, step)| step.at));
        assert_eq!(walk.ended, 1_000);
        assert!((5_000..12_000).contains(&walk.steps.len()), "{}", walk.steps.len());
    }

    #[test]
    fn numbers_have_no_gaps_and_every_product_has_issues() {
        let walk = seen(&history(1_000, 7));
        for (product, first) in [(0, 1), (1, 1), (2, 40)] {
            let numbers: Vec<i64> = walk.numbers.iter().filter(|n| n.0 == product).map(|n| n.1).collect();
            assert!(numbers.len() > 100, "{product}: {}", numbers.len());
            assert!(numbers.iter().enumerate().all(|(at, number)| *number == first + at as i64));
        }
    }

    #[test]
    fn a_visitor_can_end_the_walk() {
        struct Bored;
        impl Visitor for Bored {
            fn step(&mut self, issue: &Issue, _: Now, _: &Step) -> bool {
                issue.index < 10
            }
            fn ended(&mut self, _: &Issue) -> bool {
                true
            }
        }
        assert!(!history(100, 1).walk(&[1, 1, 1], &mut Bored));
    }
}
