//! The growing delay between proofs of identity that turn out wrong. It is a delay and never a lock: it belongs to the
//! account as tried from one network, so that whoever hammers keeps out their own network only. It asks nothing about
//! the account, so that an address without one is answered the same.
//!
//! A new proof that can be guessed begins with [`begin`], under a word of its own, and ends with [`Attempt::right`].

use app::ports::Caller;
use tracker_domain::error::AppError;

use crate::{
    App, limits,
    storage::attempts::{self, Subjects},
};

/// An attempt that is under way. It counts as wrong until it was [`Attempt::right`].
#[derive(Debug)]
pub struct Attempt(Option<Subjects>);

/// Begins to try a proof (`password`, `code` …) on an account, named by whatever the person gave.
pub async fn begin(app: &App, caller: &Caller, proof: &str, account: &str) -> Result<Attempt, AppError> {
    if !app.settings.limits.delay {
        return Ok(Attempt(None));
    }
    let network = limits::network(&caller.client.address);
    let hash = |network: &str| app.key.hash(format!("attempt\n{proof}\n{account}\n{network}").as_bytes());
    let subjects = Subjects { here: hash(&network), anywhere: hash("anywhere") };
    match attempts::begin(&app.db, &subjects, app.clock.now()).await? {
        Some(retry_after) => Err(AppError::RateLimited { retry_after }),
        None => Ok(Attempt(Some(subjects))),
    }
}

impl Attempt {
    /// The proof was right.
    pub async fn right(self, app: &App) -> Result<(), AppError> {
        match &self.0 {
            Some(subjects) => attempts::right(&app.db, subjects).await,
            None => Ok(()),
        }
    }
}
