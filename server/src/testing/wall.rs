//! A tracker whose policy says yes to everything, so that a test sees what the database alone still keeps apart.
//!
//! It is so for the thread that asked for it: a `#[tokio::test]` runs all of its tracker there.

use std::cell::Cell;

thread_local! {
    static DOWN: Cell<bool> = const { Cell::new(false) };
}

/// Whether the policy is not to be asked.
pub(crate) fn first_wall_is_down() -> bool {
    DOWN.get()
}

/// As long as this lives, the policy allows everything on this thread.
#[derive(Debug)]
#[must_use]
pub struct FirstWallDown(());

impl FirstWallDown {
    /// From here on.
    pub fn now() -> Self {
        DOWN.set(true);
        Self(())
    }
}

impl Drop for FirstWallDown {
    fn drop(&mut self) {
        DOWN.set(false);
    }
}
