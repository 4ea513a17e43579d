//! How long it takes until an issue is finished, those that are not finished counted too.
//!
//! The median of what was finished flatters: what never finishes is not in it. The estimate of Kaplan and Meier (1958) takes in
//! what is still open as "longer than until now": at each duration t at which something was finished, the part that is still
//! open sinks by (finished at t) / (those that were open for at least t).

use serde::{Deserialize, Serialize};

use super::tally::Durations;

/// One step of the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Survival {
    /// After so many seconds.
    pub seconds: f64,
    /// This part is still open, from 1 down to 0.
    pub open: f64,
    /// The bin of that duration.
    pub bin: u16,
    /// So many were finished by then.
    pub finished: i64,
    /// So many are open, and at least as old.
    pub older: i64,
}

/// The estimate, as steps: `finished` by how long they took, `open` by how old they are.
pub fn survival(finished: &Durations, open: &Durations) -> Vec<Survival> {
    let (all, mut done, mut older) = (finished.n(), 0, open.n());
    let mut waiting = open.bins().peekable();
    let mut part = 1.0;
    let mut steps = Vec::new();
    for (bin, count) in finished.bins() {
        // Who is as old as this was at risk when it happened.
        while let Some((_, younger)) = waiting.next_if(|(age, _)| *age < bin) {
            older -= younger;
        }
        let at_risk = all - done + older;
        if at_risk > 0 {
            part *= 1.0 - count as f64 / at_risk as f64;
        }
        done += count;
        steps.push(Survival { seconds: bin.seconds(), open: part, bin: bin.0, finished: done, older });
    }
    steps
}

/// After how many seconds a part of `percent` is finished; `None` when the estimate never gets there.
pub fn finished_by(steps: &[Survival], percent: u8) -> Option<f64> {
    let left = 1.0 - f64::from(percent) / 100.0;
    steps.iter().find(|step| step.open <= left + 1e-12).map(|step| step.seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{insight::Bin, time::Timestamp};
    use time::macros::datetime;

    fn durations(days: &[i64]) -> Durations {
        let start = Timestamp(datetime!(2026-01-01 00:00 UTC));
        let mut all = Durations::default();
        for day in days {
            all.add(Bin::between(start, Timestamp(start.0 + time::Duration::days(*day))), 1);
        }
        all
    }

    /// Computed by hand from the definition.
    #[test]
    fn what_is_open_counts_until_its_age() {
        let steps = survival(&durations(&[2, 4, 4, 10]), &durations(&[1, 4, 20]));
        let parts: Vec<_> = steps.iter().map(|step| (step.open * 1000.0).round() / 1000.0).collect();
        // 7 issues; one leaves at 1. At 2: 5/6. At 4: two of five: 5/6 * 3/5. At 10: one of two.
        assert_eq!(parts, [0.833, 0.5, 0.25]);
        let of: Vec<_> = steps.iter().map(|step| (step.finished, step.older)).collect();
        assert_eq!(of, [(1, 2), (3, 2), (4, 1)]);
        assert!((finished_by(&steps, 50).unwrap() / 86_400.0 - 4.0).abs() < 0.05);
        assert_eq!(finished_by(&steps, 85), None);
    }

    #[test]
    fn without_open_ones_it_is_the_plain_distribution() {
        let steps = survival(&durations(&[1, 2, 3, 4]), &Durations::default());
        let parts: Vec<_> = steps.iter().map(|step| (step.open * 100.0).round()).collect();
        assert_eq!(parts, [75.0, 50.0, 25.0, 0.0]);
        assert_eq!(finished_by(&steps, 100).map(|seconds| (seconds / 86_400.0).round()), Some(4.0));
    }
}
