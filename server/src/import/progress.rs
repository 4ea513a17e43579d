//! How far an import is: a bar on a terminal, a line every few seconds otherwise.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

use super::Report;

/// Between two lines when nobody looks at a terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Is told how far an import is, after each batch.
pub trait Watch: Send {
    /// So many bytes of the source are dealt with.
    fn at(&mut self, read: u64, total: u64, report: &Report);
    /// It is done.
    fn end(&mut self);
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Watch for Quiet {
    fn at(&mut self, _: u64, _: u64, _: &Report) {}
    fn end(&mut self) {}
}

/// See the module.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    begin: Instant,
    said: Instant,
}

impl Progress {
    /// Begins to measure.
    pub fn start() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}  {eta} left");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let begin = Instant::now();
        Self { bar, begin, said: begin }
    }
}

impl Watch for Progress {
    fn at(&mut self, read: u64, total: u64, report: &Report) {
        let rate = rate(report.taken + report.known, self.begin.elapsed());
        let words =
            format!("{} issues, {} comments, {rate} issues/s", report.taken + report.known, report.comments);
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_message(words);
            bar.set_position(read);
        } else if self.said.elapsed() >= LINE_EVERY {
            self.said = Instant::now();
            let (percent, left) = share(read, total, self.begin.elapsed());
            // A pipe that is closed is no reason to stop.
            let _ = writeln!(stderr(), "{percent} %: {words}, {left} s left");
        }
    }

    fn end(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn rate(count: u64, time: Duration) -> u64 {
    (count as f64 / time.as_secs_f64().max(0.001)) as u64
}

/// Per cent, and the seconds that the rest takes at the same pace.
fn share(read: u64, total: u64, time: Duration) -> (u64, u64) {
    let share = (read as f64 / total.max(1) as f64).clamp(0.0001, 1.0);
    ((share * 100.0) as u64, (time.as_secs_f64() / share * (1.0 - share)).ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_share() {
        assert_eq!(share(25, 100, Duration::from_secs(10)), (25, 30));
        assert_eq!(share(100, 100, Duration::from_secs(10)), (100, 0));
        assert_eq!(rate(300, Duration::from_secs(2)), 150);
    }
}
