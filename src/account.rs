//! Accounts: signing up, signing in, and what a browser without JavaScript is told after a form was sent.

use serde::{Deserialize, Serialize};

use crate::{error::AppError, provider::ProviderName, text::Secret};

/// Fewest characters of a password.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// Most characters of a password; hashing longer ones only costs.
pub const MAX_PASSWORD_CHARS: usize = 128;
/// Fewest characters of an idempotency key.
pub const MIN_IDEMPOTENCY_KEY_CHARS: usize = 8;
/// Most characters of it.
pub const MAX_IDEMPOTENCY_KEY_CHARS: usize = 100;

/// Asks for a new account.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// How the person wants to be called.
    pub name: String,
    /// Their mail address.
    pub email: String,
    /// Their password.
    pub password: Secret,
    /// See [`IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// Asks for a session.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The mail address of the account.
    pub email: String,
    /// Its password.
    pub password: Secret,
}

/// Where a person stands after signing up or in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignedIn {
    /// The organization to go to; empty as long as a second step is asked for.
    pub org: String,
    /// Whether a second step is asked for: there is no session yet.
    #[serde(default)]
    pub second_step: bool,
}

impl SignedIn {
    /// They are in.
    pub fn to(org: impl Into<String>) -> Self {
        Self { org: org.into(), second_step: false }
    }

    /// They are not: something more is asked for.
    pub fn second_step() -> Self {
        Self { org: String::new(), second_step: true }
    }
}

/// What the pages before sign-in show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Door {
    /// The organization that one signs in to.
    pub org_name: String,
    /// Whether anybody may create an account.
    pub signup_open: bool,
    /// Whether there is no account yet: whoever signs up now becomes ADMIN.
    pub first: bool,
    /// Whether browsers have passkeys at this address.
    #[serde(default)]
    pub passkeys: bool,
    /// Where somebody who is signed in already belongs.
    pub home: Option<String>,
    /// The providers that one can continue with.
    pub providers: Vec<ProviderName>,
    /// What came of a form that was sent without JavaScript.
    pub flash: Option<Flash>,
}

/// What came of a form that a browser sent without JavaScript; shown once on the page it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flash {
    /// The path of the server function that the form was sent to.
    pub action: String,
    /// Why it was refused; `None` when it was done.
    pub error: Option<AppError>,
    /// What was typed, by field, without secrets; empty when it was done.
    pub values: Vec<(String, String)>,
}

impl Flash {
    /// What was typed into a field of the form that goes to `action`.
    pub fn typed(&self, action: &str, field: &str) -> Option<&str> {
        if self.action != action {
            return None;
        }
        self.values.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }
}

/// The name that the sender gives to one write, so that sending it again does nothing more: 8-100 visible ASCII
/// characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        if (MIN_IDEMPOTENCY_KEY_CHARS..=MAX_IDEMPOTENCY_KEY_CHARS).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_graphic())
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(AppError::invalid(
                "idempotency_key",
                "An idempotency key has 8 to 100 visible ASCII characters.",
            ))
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Refuses a password that is too short, too long, or made of the person's own name or address.
pub fn check_password(password: &Secret, name: &str, email: &str) -> Result<(), AppError> {
    let text = password.reveal();
    let length = text.chars().count();
    let refuse = |message: String| Err(AppError::invalid("password", message));
    if length < MIN_PASSWORD_CHARS {
        return refuse(format!(
            "The password has {length} characters; it needs at least {MIN_PASSWORD_CHARS}."
        ));
    }
    if length > MAX_PASSWORD_CHARS {
        return refuse(format!(
            "The password has {length} characters; at most {MAX_PASSWORD_CHARS} are possible."
        ));
    }
    let lower = text.to_lowercase();
    if lower == name.to_lowercase() || lower == email.to_lowercase() {
        return refuse("The password must not be your name or address.".to_owned());
    }
    let first = text.chars().next();
    if text.chars().all(|c| Some(c) == first) {
        return refuse("The password must not be one character again and again.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_not_the_address() {
        let check = |p: &str| check_password(&Secret::new(p), "Ana Ribeiro", "ana@example.org");
        assert!(check("correct horse battery").is_ok());
        assert!(check("short").unwrap_err().about("password").unwrap().contains("5 characters"));
        assert!(check(&"ab".repeat(65)).is_err());
        assert!(check("ANA@example.org").is_err());
        assert!(check("aaaaaaaaaaaaa").is_err());
    }

    #[test]
    fn an_idempotency_key_is_visible_and_short() {
        assert!(IdempotencyKey::parse("0c4e7e0c-1").is_ok());
        for bad in ["", "short", "with space in it", &"x".repeat(101)] {
            assert!(IdempotencyKey::parse(bad).is_err(), "{bad}");
        }
    }
}
