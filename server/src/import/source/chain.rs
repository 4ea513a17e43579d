//! Makes a chain of what a source tells of one property, from what it was first to what it is now.

use tracker_domain::time::Timestamp;

use crate::import::record::PersonName;

/// A change as it was told.
pub struct Step<T> {
    pub at: Timestamp,
    pub actor: Option<PersonName>,
    pub from: T,
    pub to: T,
}

/// A chain: each step begins where the one before ended, and none goes nowhere.
pub struct Chain<T> {
    /// What it was first.
    pub opening: T,
    /// What happened to it.
    pub steps: Vec<Step<T>>,
    /// How often a step was told to leave what it had not come to.
    pub gaps: usize,
    /// Whether a step had to be added at the end.
    pub completed: bool,
}

/// Chains steps, which are in the order of time, so that they end at `last`; a step that has to be added is at `end`, or
/// at the last step if that is later.
pub fn chain<T: Clone + PartialEq>(opening: T, told: Vec<Step<T>>, last: &T, end: Timestamp) -> Chain<T> {
    let mut chain = Chain { opening: opening.clone(), steps: Vec::new(), gaps: 0, completed: false };
    let (mut now, mut latest) = (opening, end);
    for step in told {
        chain.gaps += usize::from(step.from != now);
        latest = latest.max(step.at);
        if step.to != now {
            let from = std::mem::replace(&mut now, step.to.clone());
            chain.steps.push(Step { from, ..step });
        }
    }
    if now != *last {
        chain.steps.push(Step { at: latest, actor: None, from: now, to: last.clone() });
        chain.completed = true;
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_chain_has_no_gaps_and_ends_where_it_should(
            told in proptest::collection::vec((0i64..100, 0u8..4, 0u8..4), 0..12), last in 0u8..4, end in 0i64..100) {
            let at = |n: i64| Timestamp::from_micros(n).unwrap();
            let mut told = told;
            told.sort_by_key(|step| step.0);
            let steps = told.iter().map(|&(n, from, to)| Step { at: at(n), actor: None, from, to }).collect();
            let chain = chain(0, steps, &last, at(end));
            let (mut now, mut then) = (chain.opening, at(0));
            for step in &chain.steps {
                prop_assert!(step.from == now && step.to != now && step.at >= then);
                (now, then) = (step.to, step.at);
            }
            prop_assert_eq!(now, last);
        }
    }
}
