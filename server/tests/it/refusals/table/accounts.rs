//! The functions about one's own account: the doors, factors, sessions, tokens.

use serde_json::json;
use server::testing::PASSWORD;
use tracker_domain::policy::OrgAction;

use super::{Call, Rule, answers, reads, writes};

/// By name.
pub const CALLS: &[Call] = &[
    answers(
        422,
        writes("accounts/accept_invitation", Rule::Anybody, |_| {
            vec![json!({ "token": "none", "password": PASSWORD })]
        }),
    ),
    answers(
        403,
        writes("accounts/ask_passkey", Rule::Anybody, |w| {
            vec![json!({ "email": format!("{}@example.org", w.address) })]
        }),
    ),
    writes("accounts/change_address", Rule::Member, |w| {
        w.of_org(json!({ "email": "new@example.org", "password": PASSWORD }))
    }),
    answers(
        422,
        writes("accounts/change_password", Rule::Member, |w| {
            w.of_org(json!({ "current_password": "not the right one", "new_password": "a quite different walrus" }))
        }),
    ),
    answers(422, writes("accounts/confirm", Rule::Anybody, |_| vec![json!({ "token": "none" })])),
    reads("accounts/door", Rule::Anybody, |w| vec![json!({}), json!({ "flash": w.flash })]),
    writes("accounts/forgot", Rule::Anybody, |_| vec![json!({ "email": "ana@example.org" })]),
    answers(422, writes("accounts/give_code", Rule::Waiting, |_| vec![json!({ "code": "123456" })])),
    answers(
        403,
        writes("accounts/give_passkey", Rule::Anybody, |_| vec![json!({ "token": "none", "answer": "{}" })]),
    ),
    reads("accounts/invitation", Rule::Anybody, |w| {
        vec![json!({ "token": "none" }), json!({ "token": w.word, "flash": w.flash })]
    }),
    reads("accounts/link", Rule::Anybody, |w| {
        vec![json!({ "token": "none" }), json!({ "token": w.word, "flash": w.flash })]
    }),
    reads("accounts/profile", Rule::Member, |w| w.of_org(json!({}))),
    answers(
        422,
        writes("accounts/reset_password", Rule::Anybody, |_| {
            vec![json!({ "token": "none", "password": PASSWORD })]
        }),
    ),
    reads("accounts/second_step", Rule::Waiting, |w| vec![json!({}), json!({ "flash": w.flash })]),
    reads("accounts/security", Rule::Member, |w| w.of_org(json!({}))),
    writes("accounts/send_verification", Rule::Member, |w| w.of_org(json!({}))),
    writes("accounts/set_name", Rule::Member, |w| w.of_org(json!({ "name": "Somebody" }))),
    writes("accounts/set_zone", Rule::Member, |w| w.of_org(json!({ "zone": "Europe/Lisbon" }))),
    writes("accounts/sign_in", Rule::Anybody, |w| {
        vec![
            json!({ "email": "ana@example.org", "password": PASSWORD }),
            json!({ "email": format!("{}@example.org", w.address), "password": "not the right one" }),
        ]
    }),
    writes("accounts/sign_out", Rule::Anybody, |_| vec![json!({})]),
    writes("accounts/sign_out_everywhere", Rule::SignedIn, |_| vec![json!({})]),
    Call {
        // The address has an account already.
        done: 422,
        ..writes("accounts/sign_up", Rule::Anybody, |_| {
            vec![json!({ "name": "Zoe", "email": "ana@example.org", "password": PASSWORD })]
        })
    },
    answers(
        403,
        writes("factors/add_passkey", Rule::SignedIn, |_| {
            vec![json!({ "name": "Laptop", "token": "none", "answer": "{}" })]
        }),
    ),
    answers(403, writes("factors/begin_passkey", Rule::SignedIn, |_| vec![json!({})])),
    answers(422, writes("factors/begin_totp", Rule::SignedIn, |_| vec![json!({})])),
    answers(403, writes("factors/confirm_totp", Rule::SignedIn, |_| vec![json!({ "code": "123456" })])),
    reads("factors/door", Rule::SignedIn, |w| vec![json!({}), json!({ "flash": w.flash })]),
    answers(422, writes("factors/end_totp", Rule::SignedIn, |_| vec![json!({ "proof": "wrong" })])),
    writes("factors/keep_codes", Rule::SignedIn, |_| vec![json!({})]),
    answers(
        422,
        writes("factors/remove_passkey", Rule::SignedIn, |_| vec![json!({ "passkey": 1, "proof": "wrong" })]),
    ),
    answers(
        404,
        writes("factors/rename_passkey", Rule::SignedIn, |_| vec![json!({ "passkey": 1, "name": "Laptop" })]),
    ),
    answers(422, writes("factors/renew_codes", Rule::SignedIn, |_| vec![json!({ "proof": "wrong" })])),
    writes("factors/require", Rule::Org(OrgAction::ManageSignIn), |w| w.of_org(json!({ "required": false }))),
    reads("factors/rules", Rule::Org(OrgAction::ManageSignIn), |w| w.of_org(json!({ "flash": w.flash }))),
    reads("factors/view", Rule::Member, |w| w.of_org(json!({ "flash": w.flash }))),
    answers(404, writes("sessions/end", Rule::SignedIn, |_| vec![json!({ "id": 0 })])),
    writes("sessions/end_others", Rule::SignedIn, |_| vec![json!({})]),
    writes("tokens/create", Rule::Member, |w| w.of_org(json!({ "name": "CI", "read": true }))),
    answers(404, writes("tokens/revoke", Rule::Member, |w| w.of_org(json!({ "id": 0 })))),
    reads("tokens/view", Rule::Member, |w| w.of_org(json!({}))),
];
