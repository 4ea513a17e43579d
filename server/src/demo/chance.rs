//! Chance that can be repeated: everything is drawn from a seed and from what it is drawn for.
//!
//! Each issue has a chance of its own, so that its life and its texts do not depend on what was drawn for others.
//! `StdRng` is the same for one version of its crate, which `Cargo.lock` names; another one may make another team.

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// See the module.
#[derive(Debug)]
pub(super) struct Chance(StdRng);

impl Chance {
    /// Drawn from a seed, for one purpose.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        Self(StdRng::seed_from_u64(mix(seed, purpose)))
    }

    /// Less than `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n.max(1))
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// With this probability.
    pub(super) fn yes(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability.clamp(0.0, 1.0))
    }

    /// From 0 to 1.
    pub(super) fn part(&mut self) -> f64 {
        self.0.random_range(0.0..1.0)
    }

    /// One of a list that is not empty.
    pub(super) fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// Less than `n`, the first ones far more often than the last ones.
    pub(super) fn skewed(&mut self, n: usize) -> usize {
        let part = self.part();
        ((part * part * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Around `median`: mostly from a quarter of it to four times as much, now and then far more.
    pub(super) fn around(&mut self, median: f64) -> f64 {
        let bell = self.part() + self.part() + self.part() - 1.5;
        median * (bell * 4.0).exp2()
    }
}

/// Two numbers as one that looks like neither (splitmix64).
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let mut x = a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_drawn_for_the_same_and_something_else_for_another() {
        let draw = |seed, purpose| {
            let mut chance = Chance::new(seed, purpose);
            [chance.between(0, i64::MAX), chance.between(0, i64::MAX)]
        };
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
    }

    #[test]
    fn the_first_are_drawn_more_often_and_a_spread_has_its_median() {
        let mut chance = Chance::new(1, 1);
        let firsts = (0..10_000).filter(|_| chance.skewed(10) == 0).count();
        assert!((2_800..3_600).contains(&firsts), "{firsts}");
        let less = (0..10_000).filter(|_| chance.around(8.0) < 8.0).count();
        assert!((4_700..5_300).contains(&less), "{less}");
    }
}
