//! How many answers somebody has open at the same time: following the log costs little a second, and lasts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tracker_domain::{error::AppError, id::UserId};

/// Most that one person, with all their tokens, has open in one process.
pub const MOST_OPEN: u32 = 20;
/// When it is worth trying again.
const RETRY_AFTER: u32 = 5;

/// Who has how many open.
#[derive(Debug, Clone, Default)]
pub struct Open(Arc<Mutex<HashMap<UserId, u32>>>);

/// One that is open until it is dropped.
#[derive(Debug)]
pub struct Seat {
    open: Open,
    user: UserId,
}

impl Open {
    /// One more.
    pub fn enter(&self, user: UserId) -> Result<Seat, AppError> {
        let mut open = self.locked();
        let count = open.entry(user).or_default();
        if *count >= MOST_OPEN {
            return Err(AppError::RateLimited { retry_after: RETRY_AFTER });
        }
        *count += 1;
        Ok(Seat { open: self.clone(), user })
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<UserId, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.open.locked();
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_only_so_many_open_and_whoever_leaves_makes_room() {
        let open = Open::default();
        let mut seats: Vec<_> = (0..MOST_OPEN).map(|_| open.enter(UserId(1)).unwrap()).collect();
        assert!(open.enter(UserId(1)).is_err());
        assert!(open.enter(UserId(2)).is_ok(), "another person has their own");
        seats.pop();
        assert!(open.enter(UserId(1)).is_ok());
        drop(seats);
        assert!(open.locked().is_empty());
    }
}
