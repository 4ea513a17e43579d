//! Second factors: one's own, the second step of signing in, and an organization's requirement.

use async_trait::async_trait;
use tracker_domain::{
    account::SignedIn,
    error::AppError,
    factor::{FactorsDoor, FactorsView, PasskeyAnswer, PasskeyOptions, RuleSet, SecondStep, SignInRules},
    id::PasskeyId,
    org::Framed,
    text::Secret,
};

use super::Caller;

/// See the module. A `proof` is the password, or a code of a factor that is there already.
#[async_trait]
pub trait Factors: Send + Sync {
    /// What the page of the second step shows.
    async fn second_step(&self, caller: &Caller, flash: &str) -> Result<SecondStep, AppError>;
    /// Ends a sign-in by a code.
    async fn give_code(&self, caller: &Caller, code: Secret) -> Result<SignedIn, AppError>;
    /// Asks for a passkey, of an address or of the sign-in under way.
    async fn ask_passkey(&self, caller: &Caller, email: &str) -> Result<PasskeyOptions, AppError>;
    /// Starts a session by a passkey.
    async fn give_passkey(&self, caller: &Caller, answer: PasskeyAnswer) -> Result<SignedIn, AppError>;

    /// The page of one's factors.
    async fn view(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<FactorsView>, AppError>;
    /// The same outside of any organization.
    async fn door(&self, caller: &Caller, flash: &str) -> Result<FactorsDoor, AppError>;
    /// Makes a secret for an authenticator.
    async fn begin_totp(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError>;
    /// Turns the authenticator on.
    async fn confirm_totp(&self, caller: &Caller, code: Secret) -> Result<(), AppError>;
    /// Turns it off.
    async fn end_totp(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError>;
    /// Makes new recovery codes.
    async fn renew_codes(&self, caller: &Caller, proof: Option<Secret>) -> Result<(), AppError>;
    /// Shows them no more.
    async fn keep_codes(&self, caller: &Caller) -> Result<(), AppError>;
    /// Asks the browser for a new passkey.
    async fn begin_passkey(&self, caller: &Caller, proof: Option<Secret>)
    -> Result<PasskeyOptions, AppError>;
    /// Adds it.
    async fn add_passkey(&self, caller: &Caller, name: &str, answer: PasskeyAnswer) -> Result<(), AppError>;
    /// Calls a passkey something else.
    async fn rename_passkey(&self, caller: &Caller, passkey: PasskeyId, name: &str) -> Result<(), AppError>;
    /// Removes one.
    async fn remove_passkey(
        &self,
        caller: &Caller,
        passkey: PasskeyId,
        proof: Option<Secret>,
    ) -> Result<(), AppError>;

    /// How the members of an organization have to sign in.
    async fn rules(&self, caller: &Caller, org: &str, flash: &str) -> Result<Framed<SignInRules>, AppError>;
    /// Asks every member for a second factor, or no longer.
    async fn require(&self, caller: &Caller, org: &str, required: bool) -> Result<RuleSet, AppError>;
}
