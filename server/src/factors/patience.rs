//! Wrong codes make the next one wait, longer each time: six digits could be guessed otherwise. Nobody is locked out, and
//! whoever makes others wait must know their password already.

use tracker_domain::time::Timestamp;

/// So many are free; fingers slip.
const FREE: i32 = 5;
/// Nobody waits longer.
const LONGEST: i64 = 15 * 60;

/// Seconds until the next code is looked at, after so many wrong ones; `None` when it is now.
pub fn wait(wrong: i32, last: Timestamp, now: Timestamp) -> Option<u32> {
    let doubled = u32::try_from(wrong.checked_sub(FREE)?).ok()?;
    let delay = 1_i64.checked_shl(doubled.min(20)).unwrap_or(LONGEST).min(LONGEST);
    let left = delay - (now.0 - last.0).whole_seconds();
    u32::try_from(left).ok().filter(|left| *left > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_code_doubles_the_wait_and_time_ends_it() {
        let last = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
        let after = |wrong, seconds| wait(wrong, last, Timestamp(last.0 + time::Duration::seconds(seconds)));
        let at_once: Vec<_> = [0, 4, 5, 6, 7, 12, 14, 15, 60, i32::MAX].map(|wrong| after(wrong, 0)).into();
        let expected =
            [None, None, Some(1), Some(2), Some(4), Some(128), Some(512), Some(900), Some(900), Some(900)];
        assert_eq!(at_once, expected);
        assert_eq!((after(7, 3), after(7, 4), after(60, 900)), (Some(1), None, None));
    }
}
