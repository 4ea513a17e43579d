//! Second factors: one's own, the second step of signing in, and an organization's requirement.

use leptos::prelude::*;
use tracker_domain::{
    account::SignedIn,
    factor::{FactorsChanged, FactorsDoor, FactorsView, PasskeyOptions, RuleSet, SecondStep, SignInRules},
    id::PasskeyId,
    org::Framed,
    text::Secret,
};

use super::{Api, ApiError};

/// What the page of the second step shows.
#[server(prefix = "/api/v1", endpoint = "accounts/second_step", protocol = Api)]
pub async fn view_second_step(#[server(default)] flash: String) -> Result<SecondStep, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.second_step(&caller, &flash).await?)
}

/// Ends a sign-in by a code of the authenticator, or by a recovery code.
#[server(prefix = "/api/v1", endpoint = "accounts/give_code", protocol = Api)]
pub async fn give_code(code: Secret) -> Result<SignedIn, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.give_code(&caller, code).await?)
}

/// Asks for a passkey of the account with this address; without one, of the sign-in that waits for its second step.
#[server(prefix = "/api/v1", endpoint = "accounts/ask_passkey", protocol = Api)]
pub async fn ask_passkey(#[server(default)] email: String) -> Result<PasskeyOptions, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.ask_passkey(&caller, &email).await?)
}

/// Starts a session by a passkey.
#[server(prefix = "/api/v1", endpoint = "accounts/give_passkey", protocol = Api)]
pub async fn give_passkey(token: Secret, answer: Secret) -> Result<SignedIn, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.give_passkey(&caller, tracker_domain::factor::PasskeyAnswer { token, answer }).await?)
}

/// One's second factors.
#[server(prefix = "/api/v1", endpoint = "factors/view", protocol = Api)]
pub async fn view_factors(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<FactorsView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.view(&caller, &org, &flash).await?)
}

/// The same outside of any organization.
#[server(prefix = "/api/v1", endpoint = "factors/door", protocol = Api)]
pub async fn view_factors_door(#[server(default)] flash: String) -> Result<FactorsDoor, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.door(&caller, &flash).await?)
}

/// Makes a secret for an authenticator. `proof` is the password, or a code of a factor that is there already.
#[server(prefix = "/api/v1", endpoint = "factors/begin_totp", protocol = Api)]
pub async fn begin_totp(
    #[server(default)] org: String,
    #[server(default)] proof: Option<Secret>,
) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports.factors.begin_totp(&caller, proof).await?;
    Ok(FactorsChanged { org })
}

/// Turns the authenticator on, by its first code.
#[server(prefix = "/api/v1", endpoint = "factors/confirm_totp", protocol = Api)]
pub async fn confirm_totp(#[server(default)] org: String, code: Secret) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports.factors.confirm_totp(&caller, code).await?;
    Ok(FactorsChanged { org })
}

/// Turns it off.
#[server(prefix = "/api/v1", endpoint = "factors/end_totp", protocol = Api)]
pub async fn end_totp(
    #[server(default)] org: String,
    #[server(default)] proof: Option<Secret>,
) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports.factors.end_totp(&caller, proof).await?;
    Ok(FactorsChanged { org })
}

/// Makes new recovery codes; the old ones are worth nothing any more.
#[server(prefix = "/api/v1", endpoint = "factors/renew_codes", protocol = Api)]
pub async fn renew_codes(
    #[server(default)] org: String,
    #[server(default)] proof: Option<Secret>,
) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports.factors.renew_codes(&caller, proof).await?;
    Ok(FactorsChanged { org })
}

/// Says that the new recovery codes were kept: they are shown no more.
#[server(prefix = "/api/v1", endpoint = "factors/keep_codes", protocol = Api)]
pub async fn keep_codes(#[server(default)] org: String) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports.factors.keep_codes(&caller).await?;
    Ok(FactorsChanged { org })
}

/// Asks the browser for a new passkey.
#[server(prefix = "/api/v1", endpoint = "factors/begin_passkey", protocol = Api)]
pub async fn begin_passkey(#[server(default)] proof: Option<Secret>) -> Result<PasskeyOptions, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.begin_passkey(&caller, proof).await?)
}

/// Adds the passkey that it made.
#[server(prefix = "/api/v1", endpoint = "factors/add_passkey", protocol = Api)]
pub async fn add_passkey(
    #[server(default)] org: String,
    name: String,
    token: Secret,
    answer: Secret,
) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports
        .factors
        .add_passkey(&caller, &name, tracker_domain::factor::PasskeyAnswer { token, answer })
        .await?;
    Ok(FactorsChanged { org })
}

/// Calls a passkey something else.
#[server(prefix = "/api/v1", endpoint = "factors/rename_passkey", protocol = Api)]
pub async fn rename_passkey(
    #[server(default)] org: String,
    passkey: PasskeyId,
    name: String,
) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports.factors.rename_passkey(&caller, passkey, &name).await?;
    Ok(FactorsChanged { org })
}

/// Removes a passkey.
#[server(prefix = "/api/v1", endpoint = "factors/remove_passkey", protocol = Api)]
pub async fn remove_passkey(
    #[server(default)] org: String,
    passkey: PasskeyId,
    #[server(default)] proof: Option<Secret>,
) -> Result<FactorsChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    ports.factors.remove_passkey(&caller, passkey, proof).await?;
    Ok(FactorsChanged { org })
}

/// How the members of an organization have to sign in.
#[server(prefix = "/api/v1", endpoint = "factors/rules", protocol = Api)]
pub async fn view_sign_in_rules(
    org: String,
    #[server(default)] flash: String,
) -> Result<Framed<SignInRules>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.rules(&caller, &org, &flash).await?)
}

/// Asks every member for a second factor, or no longer.
#[server(prefix = "/api/v1", endpoint = "factors/require", protocol = Api)]
pub async fn require_factor(org: String, #[server(default)] required: bool) -> Result<RuleSet, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.factors.require(&caller, &org, required).await?)
}
