//! The doors, one's own account, sessions and tokens.

use app::api::{
    AcceptInvitation, ChangeAddress, ChangePassword, ConfirmAddress, CreateToken, EndOtherSessions,
    EndSession, ForgotPassword, ResetPassword, RevokeToken, SendVerification, SetName, SetZone, SignIn,
    SignOut, SignOutEverywhere, SignUp, ViewDoor, ViewLink, ViewOffer, ViewProfile, ViewSecurity, ViewTokens,
};

use super::{Row, reads, writes};
use crate::openapi::who::Who;

/// By noun.
pub(super) const ROWS: &[Row] = &[
    reads::<ViewDoor>("What the pages before sign-in show", Who::Anybody, "{}"),
    writes::<SignUp>(
        "Makes an account and signs it in, unless its address must be confirmed first",
        Who::Anybody,
        r#"{"name": "Zoe Park", "email": "zoe@example.org", "password": "a quite different walrus"}"#,
    ),
    writes::<SignIn>(
        "Starts a session",
        Who::Anybody,
        r#"{"email": "ana@example.org", "password": "correct horse battery"}"#,
    ),
    writes::<SignOut>("Ends the session", Who::Anybody, "{}"),
    writes::<ForgotPassword>(
        "Sends a link to set the password anew; the answer does not say whether there is an account",
        Who::Anybody,
        r#"{"email": "ana@example.org"}"#,
    ),
    reads::<ViewLink>("What the link of a mail is for", Who::Anybody, r#"{"token": "none"}"#),
    writes::<ConfirmAddress>(
        "Confirms an address by the link of a mail",
        Who::Anybody,
        r#"{"token": "none"}"#,
    ),
    writes::<ResetPassword>(
        "Sets a password anew by the link of a mail; every session of the account ends",
        Who::Anybody,
        r#"{"token": "none", "password": "a quite different walrus"}"#,
    ),
    reads::<ViewOffer>("What an invitation offers", Who::Anybody, r#"{"token": "none"}"#),
    writes::<AcceptInvitation>(
        "Accepts an invitation",
        Who::Anybody,
        r#"{"token": "none", "password": "a quite different walrus"}"#,
    ),
    reads::<ViewProfile>("One's profile", Who::Member, r#"{"org": "main"}"#),
    writes::<SetName>("Changes one's name", Who::Member, r#"{"org": "main", "name": "Ana Ribeiro"}"#),
    writes::<SetZone>(
        "Changes whose days one's charts are of",
        Who::Member,
        r#"{"org": "main", "zone": "Asia/Kathmandu"}"#,
    ),
    writes::<ChangePassword>(
        "Changes one's password; every other session ends",
        Who::Member,
        r#"{"org": "main", "current_password": "correct horse battery", "new_password": "a quite different walrus"}"#,
    ),
    writes::<ChangeAddress>(
        "Asks for another address; it changes when it was confirmed at both ends",
        Who::Member,
        r#"{"org": "main", "email": "ana.ribeiro@example.org", "password": "correct horse battery"}"#,
    ),
    writes::<SendVerification>(
        "Sends the mail that confirms one's address once more",
        Who::Member,
        r#"{"org": "main"}"#,
    ),
    reads::<ViewSecurity>("One's sessions", Who::Member, r#"{"org": "main"}"#),
    writes::<EndSession>("Ends one of one's sessions", Who::SignedIn, r#"{"id": 1}"#),
    writes::<EndOtherSessions>("Ends all of one's sessions but the one that asks", Who::SignedIn, "{}"),
    writes::<SignOutEverywhere>("Ends all of one's sessions", Who::SignedIn, "{}"),
    reads::<ViewTokens>("One's own tokens", Who::Member, r#"{"org": "main"}"#),
    writes::<CreateToken>(
        "Makes a token; it is shown once",
        Who::Member,
        r#"{"org": "main", "name": "My scripts", "read": true, "write": true, "days": 30}"#,
    ),
    writes::<RevokeToken>(
        "Ends a token, of one's own or of a service",
        Who::Member,
        r#"{"org": "main", "id": 1}"#,
    ),
];
