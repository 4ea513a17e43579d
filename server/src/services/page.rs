//! What a page does with a refusal: a status for the browser, and the way to the door for somebody not signed in.

use app::ports::Caller;
use tracker_domain::{error::AppError, factor::factors_page};

/// Tells the answer what became of the page; the view shows the rest.
pub(crate) fn tell<T>(caller: &Caller, result: Result<T, AppError>) -> Result<T, AppError> {
    match &result {
        Ok(_) => {}
        Err(AppError::Unauthenticated) => caller.reply.redirect("/login".to_owned()),
        Err(AppError::FactorNeeded) => caller.reply.redirect(factors_page("")),
        Err(error) => caller.reply.status(error.status()),
    }
    result
}
