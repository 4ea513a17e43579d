//! Tokens: how programs come in, and what each may do.
//!
//! Which scope a function needs is a table of the server (`scopes`); what a token's person may do is `policy`'s, as for
//! everybody. A token can do less than its person and never more.

use serde::{Deserialize, Serialize};

use crate::{
    error::AppError,
    id::{ProjectKey, UserId},
    org::Role,
    text::Secret,
    time::Timestamp,
    words::words,
};

/// How long a token is valid when nobody says.
pub const USUAL_DAYS: i64 = 90;
/// The longest. There is no token for ever: one that is forgotten must end by itself.
pub const MOST_DAYS: i64 = 366;
/// Most characters of a service's name, which is shown with [`SERVICE_MARK`] behind it.
pub const SERVICE_NAME_CHARS: usize = 80 - SERVICE_MARK.len();
/// What stands behind the name of a service wherever it is named.
pub const SERVICE_MARK: &str = " (service)";

words! {
    /// What a token may do. Each includes those before it.
    TokenScope as "scopes" {
        /// See what its person sees.
        Read = "READ", "Read";
        /// Report, comment, edit and triage, as far as its person may.
        Write = "WRITE", "Write";
        /// Run the organization, if its person is an ADMIN.
        Admin = "ADMIN", "Admin";
    }
}

/// Asks for a token.
#[derive(Debug, Clone)]
pub struct MakeToken {
    /// In this organization.
    pub org: String,
    /// For this service; else for oneself.
    pub service: Option<UserId>,
    /// What it is for.
    pub name: String,
    /// Whether each scope was chosen, in their order.
    pub scopes: [bool; 3],
    /// Keys of the only projects that shall exist for it, separated by commas or spaces; empty: all.
    pub projects: String,
    /// For so many days.
    pub days: Option<i64>,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

impl MakeToken {
    /// The chosen scopes; at least one.
    pub fn scopes(&self) -> Result<Vec<TokenScope>, AppError> {
        let chosen = TokenScope::ALL.iter().zip(self.scopes).filter(|(_, chosen)| *chosen);
        let chosen: Vec<_> = chosen.map(|(scope, _)| *scope).collect();
        let limited = !self.projects.trim().is_empty();
        match chosen.last() {
            None => Err(AppError::invalid("scopes", "Choose what the token may do.")),
            Some(TokenScope::Admin) if limited => Err(AppError::invalid(
                "projects",
                "A token that may run the organization cannot be limited to projects. Leave one of the two out.",
            )),
            Some(_) => Ok(chosen),
        }
    }

    /// The projects that it shall be limited to; none for no limit.
    pub fn projects(&self) -> Result<Vec<ProjectKey>, AppError> {
        let keys = self.projects.split([',', ' ']).filter(|key| !key.is_empty());
        let keys: Result<Vec<ProjectKey>, _> = keys.map(str::parse).collect();
        keys.map_err(|_| {
            AppError::invalid("projects", "Write project keys with commas between them: CORE, WEB.")
        })
    }

    /// How many days it shall be valid.
    pub fn days(&self) -> Result<i64, AppError> {
        let days = self.days.unwrap_or(USUAL_DAYS);
        if (1..=MOST_DAYS).contains(&days) {
            return Ok(days);
        }
        Err(AppError::invalid("days", format!("A token is valid for 1 to {MOST_DAYS} days.")))
    }
}

/// Asks for a service.
#[derive(Debug, Clone)]
pub struct MakeService {
    /// In this organization.
    pub org: String,
    /// What it is called.
    pub called: String,
    /// Its role's word.
    pub role: String,
    /// See [`crate::account::IdempotencyKey`].
    pub idempotency_key: Option<String>,
}

/// A token was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenMade {
    /// In this organization.
    pub org: String,
    /// Which one.
    pub id: i64,
    /// The token itself: in this one answer, and never again, not even to the same request sent twice.
    pub token: Option<Secret>,
    /// Under this the page shows it, once.
    pub shown: String,
    /// Whether a service acts by it.
    pub service: bool,
}

/// Something about tokens or services was changed; their page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokensChanged {
    /// In this organization.
    pub org: String,
    /// Whether it was about services.
    pub service: bool,
}

/// A token as its list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenView {
    /// Which one.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// How it begins and ends.
    pub shape: String,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
    /// The only projects that exist for it; empty: all.
    pub projects: Vec<ProjectKey>,
    /// Until when it is valid.
    pub expires_at: Timestamp,
    /// Whether that has passed.
    pub expired: bool,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// One's own tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokensView {
    /// The newest first.
    pub tokens: Vec<TokenView>,
    /// The one that was just made, this once.
    pub made: Option<Secret>,
}

/// A service with its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceView {
    /// Its account.
    pub id: UserId,
    /// What it is called.
    pub name: String,
    /// What it may do in the organization.
    pub role: Role,
    /// Its tokens, the newest first.
    pub tokens: Vec<TokenView>,
}

/// The services of an organization.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServicesView {
    /// By name.
    pub services: Vec<ServiceView>,
    /// The token that was just made, this once.
    pub made: Option<Secret>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(scopes: [bool; 3], projects: &str, days: Option<i64>) -> MakeToken {
        MakeToken {
            org: "main".to_owned(),
            service: None,
            name: "CI".to_owned(),
            scopes,
            projects: projects.to_owned(),
            days,
            idempotency_key: None,
        }
    }

    #[test]
    fn a_token_has_a_scope_an_end_and_no_limit_beside_admin() {
        assert_eq!(
            asked([true, true, false], "", None).scopes().unwrap(),
            [TokenScope::Read, TokenScope::Write]
        );
        assert!(asked([false; 3], "", None).scopes().unwrap_err().about("scopes").is_some());
        assert!(asked([true, false, true], "CORE", None).scopes().unwrap_err().about("projects").is_some());
        assert_eq!(asked([true; 3], "", None).days().unwrap(), USUAL_DAYS);
        for (days, fits) in [(1, true), (366, true), (0, false), (367, false), (-1, false)] {
            assert_eq!(asked([true; 3], "", Some(days)).days().is_ok(), fits, "{days}");
        }
    }

    #[test]
    fn projects_are_keys_with_commas_or_spaces() {
        let keys = |text| asked([true; 3], text, None).projects().map(|keys| keys.len());
        assert_eq!(keys("core, WEB"), Ok(2));
        assert_eq!(keys(" "), Ok(0));
        assert!(keys("CORE;WEB").unwrap_err().about("projects").is_some());
    }
}
