//! Passkeys, by `webauthn-rs`: a key pair whose private half never leaves its owner's device, bound to the name of this
//! place, used only after the device knows its owner (user verification). So one is both factors at once.

use serde_json::{Value, json};
use tracker_domain::{error::AppError, id::UserId, text::Email};
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    fake::{FakePasskeyDistribution, WebauthnFakeCredentialGenerator},
    prelude::{AuthenticationResult, Passkey, PasskeyAuthentication, PasskeyRegistration, Url, Uuid},
};

use crate::{Settings, fault::fault, session::HashKey};

/// Passkeys of this place.
#[derive(Debug)]
pub struct Passkeys(Webauthn);

/// What a browser is asked, and what has to be remembered until it answers; both JSON.
pub type Asked = (String, Value);

impl Passkeys {
    /// For the public address; or why browsers have no passkeys there, for people.
    pub fn of(settings: &Settings) -> Result<Self, String> {
        let address = &settings.public_url;
        let useless = || {
            format!(
                "Passkeys are tied to a name, and browsers have them over https or on localhost only. \
                 This tracker\u{2019}s public address is {address}."
            )
        };
        let origin = Url::parse(address).map_err(|_| useless())?;
        let name = origin.domain().ok_or_else(useless)?;
        let local = name == "localhost" || name.ends_with(".localhost");
        if !local && !settings.secure() {
            return Err(useless());
        }
        let built = WebauthnBuilder::new(name, &origin).and_then(WebauthnBuilder::build);
        built.map(Self).map_err(|_| useless())
    }

    /// Asks for a new passkey, other than those that are known.
    pub fn ask_new(
        &self,
        key: &HashKey,
        (user, email): (UserId, &str),
        known: &[Passkey],
    ) -> Result<Asked, AppError> {
        // A handle that says nothing, and is the same each time: a device then replaces the key that it has.
        let handle = key.hash(format!("passkey of {user}").as_bytes()).0;
        let handle = Uuid::from_slice(&handle[..16]).map_err(|error| fault(&error))?;
        let known = known.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let asked = self.0.start_passkey_registration(handle, email, email, Some(known));
        let (options, state) = asked.map_err(|error| fault(&error))?;
        Ok((text(&options)?, remembered(&state)?))
    }

    /// The new passkey, if the answer holds.
    pub fn made(&self, answer: &str, state: Value) -> Option<Passkey> {
        let state: PasskeyRegistration = serde_json::from_value(state).ok()?;
        let answer = serde_json::from_str(answer).ok()?;
        told(self.0.finish_passkey_registration(&answer, &state))
    }

    /// Asks for one of these.
    pub fn ask(&self, known: &[Passkey]) -> Result<Asked, AppError> {
        let (options, state) = self.0.start_passkey_authentication(known).map_err(|error| fault(&error))?;
        Ok((text(&options)?, remembered(&state)?))
    }

    /// Asks for one that nobody has, in the same form: whether an address has an account is nobody's business. The same
    /// address gets the same names of keys each time, as a real one would.
    pub fn ask_in_vain(&self, key: &HashKey, email: &Email) -> Result<Asked, AppError> {
        let (options, _) = self.0.start_passkey_authentication(&[]).map_err(|error| fault(&error))?;
        let mut options = serde_json::to_value(options).map_err(|error| fault(&error))?;
        let named = imagined(key, email)?;
        let named: Vec<_> =
            named.iter().map(|id| json!({ "type": "public-key", "id": base64(id) })).collect();
        if let Some(allowed) = options.pointer_mut("/publicKey/allowCredentials") {
            *allowed = Value::from(named);
        }
        Ok((options.to_string(), Value::Null))
    }

    /// What the answer proves, if it holds: the signature of one of those that were asked for, over this challenge, from
    /// this place, by a verified owner, with a counter that has moved.
    pub fn used(&self, answer: &str, state: Value) -> Option<AuthenticationResult> {
        let state: PasskeyAuthentication = serde_json::from_value(state).ok()?;
        let answer = serde_json::from_str(answer).ok()?;
        told(self.0.finish_passkey_authentication(&answer, &state))
            .filter(AuthenticationResult::user_verified)
    }
}

/// Names of keys that an account might have, at least one.
fn imagined(key: &HashKey, email: &Email) -> Result<Vec<Vec<u8>>, AppError> {
    let seed = key.hash(b"imagined passkeys").0;
    let imagination = WebauthnFakeCredentialGenerator::<FakePasskeyDistribution>::new(&seed);
    let imagination = imagination.map_err(|error| fault(&error))?;
    let all = (0..16_u8).map(|n| imagination.generate(format!("{email} {n}").as_bytes()));
    let found = all.filter_map(Result::ok).find(|names| !names.is_empty());
    Ok(found.unwrap_or_else(|| vec![seed.to_vec()]))
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The operator can read why; whoever tries is only told that it did not work.
fn told<T>(result: Result<T, webauthn_rs::prelude::WebauthnError>) -> Option<T> {
    result.inspect_err(|error| tracing::info!(%error, "a passkey was not accepted")).ok()
}

fn text(options: &impl serde::Serialize) -> Result<String, AppError> {
    serde_json::to_string(options).map_err(|error| fault(&error))
}

fn remembered(state: &impl serde::Serialize) -> Result<Value, AppError> {
    serde_json::to_value(state).map_err(|error| fault(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracker_domain::text::{OrgSlug, Secret};

    fn at(address: &str) -> Result<Passkeys, String> {
        let (org, public_url) = (OrgSlug::default(), address.to_owned());
        let settings = Settings {
            org,
            public_url,
            signup_open: true,
            key_days: 30,
            verify: false,
            limits: crate::config::Limits::default(),
        };
        Passkeys::of(&settings)
    }

    #[test]
    fn passkeys_need_a_name_and_a_safe_way_to_it() {
        for good in ["https://tracker.example.org", "http://localhost:3000", "http://tracker.localhost"] {
            assert!(at(good).is_ok(), "{good}");
        }
        for bad in ["http://127.0.0.1:3000", "https://[::1]", "http://tracker.example.org", "nonsense"] {
            assert!(at(bad).unwrap_err().contains(bad), "{bad}");
        }
    }

    #[test]
    fn an_address_without_account_is_asked_for_the_same_keys_each_time() {
        let (passkeys, key) = (at("http://localhost:3000").unwrap(), HashKey::new(Secret::new("k")));
        let ask = |email: &str| -> Value {
            let (options, state) = passkeys.ask_in_vain(&key, &Email::parse(email).unwrap()).unwrap();
            assert_eq!(state, Value::Null);
            serde_json::from_str(&options).unwrap()
        };
        let (one, again, other) = (ask("a@b.example"), ask("a@b.example"), ask("c@b.example"));
        let keys = |options: &Value| options["publicKey"]["allowCredentials"].clone();
        assert!(!keys(&one).as_array().unwrap().is_empty());
        assert_eq!(keys(&one), keys(&again));
        assert_ne!(keys(&one), keys(&other));
        assert_ne!(one["publicKey"]["challenge"], again["publicKey"]["challenge"]);
        assert_eq!(one["publicKey"]["userVerification"], "required");
    }
}
