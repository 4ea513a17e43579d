//! The functions about an organization.

use serde_json::json;
use tracker_domain::policy::OrgAction;

use super::{Call, Rule, answers, reads, writes};

/// By name.
pub const CALLS: &[Call] = &[
    reads("audit/view", Rule::Org(OrgAction::ReadAudit), |w| w.of_org(json!({}))),
    answers(
        404,
        writes("members/disable", Rule::Org(OrgAction::ManageMembers), |w| {
            w.of_org(json!({ "member": "999999" }))
        }),
    ),
    answers(
        404,
        writes("members/enable", Rule::Org(OrgAction::ManageMembers), |w| {
            w.of_org(json!({ "member": "999999" }))
        }),
    ),
    reads("members/invitations", Rule::Org(OrgAction::ManageMembers), |w| w.of_org(json!({}))),
    writes("members/invite", Rule::Org(OrgAction::ManageMembers), |w| {
        w.of_org(json!({ "email": "zoe@example.org", "role": "ADMIN" }))
    }),
    reads("members/list", Rule::Org(OrgAction::ManageMembers), |w| w.of_org(json!({}))),
    writes("members/resend_invitation", Rule::Org(OrgAction::ManageMembers), |w| {
        w.of_org(json!({ "id": 1 }))
    }),
    writes("members/revoke_invitation", Rule::Org(OrgAction::ManageMembers), |w| {
        w.of_org(json!({ "id": 1 }))
    }),
    answers(
        404,
        writes("members/set_role", Rule::Org(OrgAction::ManageMembers), |w| {
            w.of_org(json!({ "member": "999999", "role": "ADMIN" }))
        }),
    ),
    writes("members/switch", Rule::Member, |w| w.of_org(json!({}))),
    writes("projects/create", Rule::Org(OrgAction::ManageProjects), |w| {
        w.of_org(json!({ "key": "NEW", "name": "New" }))
    }),
    writes("projects/edit", Rule::Org(OrgAction::ManageProjects), |w| {
        w.of_org(json!({ "key": "CORE", "name": "New name" }))
    }),
    reads("projects/view", Rule::Org(OrgAction::ManageProjects), |w| w.of_org(json!({}))),
    answers(404, writes("providers/link", Rule::Member, |w| w.of_org(json!({ "provider": "corp" })))),
    writes("providers/unlink", Rule::Member, |w| w.of_org(json!({ "provider": "corp" }))),
    reads("providers/view", Rule::Member, |w| w.of_org(json!({ "flash": w.flash }))),
    writes("services/create", Rule::Org(OrgAction::ManageServices), |w| {
        w.of_org(json!({ "called": "CI", "role": "REPORTER" }))
    }),
    answers(
        404,
        writes("services/create_token", Rule::Org(OrgAction::ManageServices), |w| {
            w.of_org(json!({ "service": 0, "name": "CI", "read": true }))
        }),
    ),
    answers(
        404,
        writes("services/remove", Rule::Org(OrgAction::ManageServices), |w| {
            w.of_org(json!({ "service": 0 }))
        }),
    ),
    reads("services/view", Rule::Org(OrgAction::ManageServices), |w| w.of_org(json!({}))),
    writes("teams/add_person", Rule::Org(OrgAction::ManageTeams), |w| {
        w.of_org(json!({ "team": "web", "person": "max@example.org" }))
    }),
    writes("teams/create", Rule::Org(OrgAction::ManageTeams), |w| w.of_org(json!({ "name": "New" }))),
    writes("teams/delete", Rule::Org(OrgAction::ManageTeams), |w| w.of_org(json!({ "team": "web" }))),
    answers(
        404,
        writes("teams/edit", Rule::Org(OrgAction::ManageTeams), |w| {
            w.of_org(json!({ "team": "web", "name": "Web" }))
        }),
    ),
    answers(
        404,
        writes("teams/remove_person", Rule::Org(OrgAction::ManageTeams), |w| {
            w.of_org(json!({ "team": "web", "person": "999999" }))
        }),
    ),
    reads("teams/view", Rule::Org(OrgAction::ManageTeams), |w| w.of_org(json!({}))),
];
