//! Design system.
