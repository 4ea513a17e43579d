//! Lines for the person at the terminal. A pipe that is closed is no reason to fail.

use std::io::{Write, stderr, stdout};

/// Says something.
pub(super) fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

/// Says how far it is, beside what it says.
pub(super) fn note(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// Says what is wrong.
pub(super) fn complain(line: &str) {
    let _ = writeln!(stderr(), "tracker: {line}");
}
