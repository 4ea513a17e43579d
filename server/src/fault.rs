//! A fault of the program: logged under a reference, answered with that reference and nothing else.

use std::fmt::Display;
use tracker_domain::error::AppError;

use crate::session::random_text;

/// Logs what happened and gives the answer for the person who met it.
#[track_caller]
pub fn fault(error: &dyn Display) -> AppError {
    AppError::Internal { reference: log_fault(error) }
}

/// The same for something that does not answer and may do so again.
#[track_caller]
pub fn unavailable(error: &dyn Display) -> AppError {
    AppError::Unavailable { reference: log_fault(error) }
}

#[track_caller]
fn log_fault(error: &dyn Display) -> String {
    let reference = random_text(6);
    let place = std::panic::Location::caller();
    tracing::error!(reference, %error, place = %place, "fault");
    reference
}
