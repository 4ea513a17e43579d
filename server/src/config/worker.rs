//! Work in the background.

use super::reader::{Reader, Setting};

/// The section.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Whether `serve` does it too.
    pub in_process: bool,
}

const IN_PROCESS: Setting = Setting::new(
    "TRACKER_WORKER",
    "true",
    "Whether `serve` does the background work too. With `false`, run `tracker worker` beside it.",
);
pub(super) const SETTINGS: &[Setting] = &[IN_PROCESS];

impl Worker {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self { in_process: reader.flag(&IN_PROCESS, true) }
    }
}
