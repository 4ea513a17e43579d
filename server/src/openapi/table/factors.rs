//! Second factors.

use app::api::{
    AddPasskey, AskPasskey, BeginPasskey, BeginTotp, ConfirmTotp, EndTotp, GiveCode, GivePasskey, KeepCodes,
    RemovePasskey, RenamePasskey, RenewCodes, ViewFactors, ViewFactorsDoor, ViewSecondStep,
};

use super::{Row, reads, writes};
use crate::openapi::who::Who;

/// By noun.
pub(super) const ROWS: &[Row] = &[
    reads::<ViewSecondStep>("What the second step of a sign-in asks for", Who::Waiting, "{}"),
    writes::<GiveCode>(
        "Ends a sign-in by a code of the authenticator, or by a recovery code",
        Who::Waiting,
        r#"{"code": "123456"}"#,
    ),
    writes::<AskPasskey>(
        "Asks for a passkey of the account with this address; without one, of the sign-in that waits",
        Who::Anybody,
        r#"{"email": "ana@example.org"}"#,
    ),
    writes::<GivePasskey>(
        "Starts a session by a passkey",
        Who::Anybody,
        r#"{"token": "none", "answer": "{}"}"#,
    ),
    reads::<ViewFactors>("One's second factors", Who::Member, r#"{"org": "main"}"#),
    reads::<ViewFactorsDoor>("The same outside of any organization", Who::SignedIn, "{}"),
    writes::<BeginTotp>(
        "Makes a secret for an authenticator",
        Who::SignedIn,
        r#"{"proof": "correct horse battery"}"#,
    ),
    writes::<ConfirmTotp>(
        "Turns the authenticator on, by its first code",
        Who::SignedIn,
        r#"{"code": "123456"}"#,
    ),
    writes::<EndTotp>("Turns the authenticator off", Who::SignedIn, r#"{"proof": "correct horse battery"}"#),
    writes::<RenewCodes>(
        "Makes new recovery codes; the old ones are worth nothing any more",
        Who::SignedIn,
        r#"{"proof": "correct horse battery"}"#,
    ),
    writes::<KeepCodes>("Says that the new recovery codes were kept", Who::SignedIn, "{}"),
    writes::<BeginPasskey>(
        "Asks the browser for a new passkey",
        Who::SignedIn,
        r#"{"proof": "correct horse battery"}"#,
    ),
    writes::<AddPasskey>(
        "Adds the passkey that the browser made",
        Who::SignedIn,
        r#"{"name": "Laptop", "token": "none", "answer": "{}"}"#,
    ),
    writes::<RenamePasskey>(
        "Calls a passkey something else",
        Who::SignedIn,
        r#"{"passkey": 1, "name": "Laptop"}"#,
    ),
    writes::<RemovePasskey>(
        "Removes a passkey",
        Who::SignedIn,
        r#"{"passkey": 1, "proof": "correct horse battery"}"#,
    ),
];
