//! Dots of a scatter: durations that are about the same, put together.

use serde::{Deserialize, Serialize};

use super::{
    cell::Bin,
    report::whole,
    tally::{Durations, Tallies},
};

/// Issues of about the same duration: a dot of a scatter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dot {
    /// In which span, or status, it stands.
    pub place: usize,
    /// About so many seconds.
    pub seconds: f64,
    /// The bins that it is of, the last not included.
    pub bins: (u16, u16),
    /// So many issues.
    pub count: i64,
}

impl Dot {
    /// Sizes of dots: what they stand for, and how many pixels.
    pub const SIZES: [(&str, u8); 4] =
        [("1 issue", 6), ("2 to 5 issues", 10), ("6 to 20 issues", 15), ("More", 22)];

    /// Which size it has; dots of one size are one series of their chart.
    pub const fn series(&self) -> usize {
        match self.count {
            ..=1 => 0,
            2..=5 => 1,
            6..=20 => 2,
            _ => 3,
        }
    }

    /// So many issues.
    pub fn says(&self) -> String {
        if self.count == 1 { "1 issue".to_owned() } else { format!("{} issues", self.count) }
    }
}

/// Most dots of a scatter with few places, of one place, and of all; where there would be more, neighbours are put together.
const MOST_DOTS: (usize, usize, usize) = (240, 8, 800);

/// The dots of some durations, each set at its place.
pub(super) fn dots<'a>(of: impl Iterator<Item = (usize, &'a Durations)> + Clone) -> Vec<Dot> {
    let (few, each, all) = MOST_DOTS;
    let most = (of.clone().count() * each).clamp(few, all);
    let mut wide = 4;
    loop {
        let dots: Vec<Dot> =
            of.clone().flat_map(|(place, durations)| grouped(place, durations, wide)).collect();
        if dots.len() <= most || wide > 256 {
            return dots;
        }
        wide += wide / 2;
    }
}

fn grouped(place: usize, durations: &Durations, wide: u16) -> Vec<Dot> {
    let mut dots: Vec<Dot> = Vec::new();
    for (bin, count) in durations.bins() {
        let from = bin.0 - bin.0 % wide;
        match dots.last_mut().filter(|dot| dot.bins.0 == from) {
            Some(dot) => dot.count += count,
            None => {
                let seconds = whole(Bin(from + wide / 2).seconds());
                dots.push(Dot { place, seconds, bins: (from, from + wide), count });
            }
        }
    }
    dots
}

/// The dots of what was finished.
pub fn finished(tallies: &Tallies) -> Vec<Dot> {
    dots(tallies.of.iter().map(|tally| &tally.lead).enumerate())
}
