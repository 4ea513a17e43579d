//! Password hashing: argon2id by OWASP's parameters (19 MiB, 2 passes, 1 lane), off the async threads, and only so
//! many at a time as there are cores, so that a flood of sign-ins cannot take the memory of everything else.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{SaltString, rand_core::OsRng},
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use tracker_domain::{
    account::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS},
    error::AppError,
    text::Secret,
};
use zxcvbn::{Score, zxcvbn};

use crate::fault::fault;

/// See the module.
#[derive(Clone)]
pub struct Passwords {
    seats: Arc<Semaphore>,
    argon: Arc<Argon2<'static>>,
    hashings: Arc<AtomicU64>,
    /// What an unknown address is checked against, so that it takes as long as a known one.
    nobody: Arc<str>,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

/// A password that was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// Its hash has other parameters than those in use: hash it anew.
    pub outdated: bool,
}

impl Passwords {
    /// With OWASP's parameters.
    pub fn new() -> Result<Self, AppError> {
        Self::with_params(Params::new(19 * 1024, 2, 1, None).map_err(|error| fault(&error))?)
    }

    /// With other parameters; tests take cheap ones.
    pub fn with_params(params: Params) -> Result<Self, AppError> {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon, &Secret::new("nobody has this password"))?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            seats: Arc::new(Semaphore::new(cores)),
            argon: Arc::new(argon),
            hashings: Arc::default(),
            nobody: nobody.into(),
        })
    }

    /// How often a password was hashed: the work that takes the time, so that a test can compare two ways by it.
    pub fn hashings(&self) -> u64 {
        self.hashings.load(Ordering::Relaxed)
    }

    /// Refuses a password of a proper length that is easily guessed by somebody who knows the common ones and the person.
    pub async fn refuse_guessable(&self, password: &Secret, about: &[&str]) -> Result<(), AppError> {
        let length = password.reveal().chars().count();
        if !(MIN_PASSWORD_CHARS..=MAX_PASSWORD_CHARS).contains(&length) {
            return Ok(());
        }
        let (password, known) = (password.clone(), known_words(about));
        self.seated(move |_| guessable(&password, &known)).await
    }

    async fn seated<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let seat = self.seats.clone().acquire_owned().await.map_err(|error| fault(&error))?;
        let argon = self.argon.clone();
        spawn_blocking(move || {
            let _seat = seat;
            work(&argon)
        })
        .await
        .map_err(|error| fault(&error))?
    }

    /// A password's hash in PHC form.
    pub async fn hash(&self, password: Secret) -> Result<String, AppError> {
        self.hashings.fetch_add(1, Ordering::Relaxed);
        self.seated(move |argon| hash(argon, &password)).await
    }

    /// Checks a password against a hash; `None` stands for an unknown address and is never right, but takes as long.
    pub async fn check(&self, password: Secret, hash: Option<String>) -> Result<Option<Right>, AppError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        self.hashings.fetch_add(1, Ordering::Relaxed);
        self.seated(move |argon| {
            let parsed = PasswordHash::new(&hash).map_err(|error| fault(&error))?;
            let right = argon.verify_password(password.reveal().as_bytes(), &parsed).is_ok();
            let outdated =
                Params::try_from(&parsed).map_or(true, |params| cost(&params) != cost(argon.params()));
            Ok((known && right).then_some(Right { outdated }))
        })
        .await
    }
}

/// What an attacker who knows the person would try first: names, addresses, and their parts.
fn known_words(about: &[&str]) -> Vec<String> {
    let mut known = Vec::new();
    for text in about.iter().map(|text| text.to_lowercase()) {
        known.extend(text.split(['@', ' ']).map(str::to_owned));
        known.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        known.push(text.chars().filter(|c| c.is_alphanumeric()).collect());
        known.push(text);
    }
    known.retain(|text| text.chars().count() > 2);
    known
}

fn guessable(password: &Secret, known: &[String]) -> Result<(), AppError> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let estimate = zxcvbn(password.reveal(), &known);
    if estimate.score() >= Score::Three {
        return Ok(());
    }
    let advice = estimate.feedback().map(ToString::to_string).unwrap_or_default();
    Err(AppError::invalid("password", format!("This password is easily guessed. {advice}").trim_end()))
}

/// What makes a hash expensive.
fn cost(params: &Params) -> (u32, u32, u32) {
    (params.m_cost(), params.t_cost(), params.p_cost())
}

fn hash(argon: &Argon2<'_>, password: &Secret) -> Result<String, AppError> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon.hash_password(password.reveal().as_bytes(), &salt).map_err(|error| fault(&error))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap(passes: u32) -> Passwords {
        Passwords::with_params(Params::new(64, passes, 1, None).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_address_is_right() {
        let (right, wrong) = (Secret::new("correct horse battery"), Secret::new("wrong horse battery"));
        let passwords = cheap(1);
        let hash = passwords.hash(right.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert_eq!(
            passwords.check(right.clone(), Some(hash.clone())).await.unwrap(),
            Some(Right { outdated: false })
        );
        assert_eq!(passwords.check(wrong, Some(hash.clone())).await.unwrap(), None);
        assert_eq!(passwords.check(Secret::new("nobody has this password"), None).await.unwrap(), None);
        assert_eq!(cheap(2).check(right, Some(hash)).await.unwrap(), Some(Right { outdated: true }));
    }
}
