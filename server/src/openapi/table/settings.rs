//! The organization.

use app::api::{
    AddToTeam, CreateProject, CreateService, CreateServiceToken, CreateTeam, DeleteTeam, DisableMember,
    EditProject, EditTeam, EnableMember, InviteMember, LinkProvider, ListMembers, RemoveFromTeam,
    RemoveService, RequireFactor, ResendInvitation, RevokeInvitation, SetRole, SwitchOrg, UnlinkProvider,
    ViewAudit, ViewInvitations, ViewProjects, ViewProviders, ViewServices, ViewSignInRules, ViewTeams,
};
use tracker_domain::policy::OrgAction;

use super::{Row, reads, writes};
use crate::openapi::who::Who;

const MEMBERS: Who = Who::Org(OrgAction::ManageMembers);
const TEAMS: Who = Who::Org(OrgAction::ManageTeams);
const PROJECTS: Who = Who::Org(OrgAction::ManageProjects);
const SERVICES: Who = Who::Org(OrgAction::ManageServices);
const SIGN_IN: Who = Who::Org(OrgAction::ManageSignIn);

/// By noun.
pub(super) const ROWS: &[Row] = &[
    reads::<ListMembers>("A page of the members by name", MEMBERS, r#"{"org": "main", "q": "max"}"#),
    writes::<SetRole>(
        "Gives a member another role",
        MEMBERS,
        r#"{"org": "main", "member": "2", "role": "MAINTAINER"}"#,
    ),
    writes::<DisableMember>("Shuts a member out", MEMBERS, r#"{"org": "main", "member": "2"}"#),
    writes::<EnableMember>("Lets a member in again", MEMBERS, r#"{"org": "main", "member": "2"}"#),
    reads::<ViewInvitations>("The open invitations", MEMBERS, r#"{"org": "main"}"#),
    writes::<InviteMember>(
        "Invites an address in a role",
        MEMBERS,
        r#"{"org": "main", "email": "zoe@example.org", "role": "REPORTER"}"#,
    ),
    writes::<ResendInvitation>(
        "Sends an invitation once more, with another link",
        MEMBERS,
        r#"{"org": "main", "id": 1}"#,
    ),
    writes::<RevokeInvitation>("Takes an invitation back", MEMBERS, r#"{"org": "main", "id": 1}"#),
    writes::<SwitchOrg>("Goes to another organization of one's own", Who::Member, r#"{"org": "main"}"#),
    reads::<ViewTeams>("All teams with their people and projects", TEAMS, r#"{"org": "main"}"#),
    writes::<CreateTeam>("Makes a team", TEAMS, r#"{"org": "main", "name": "Payments"}"#),
    writes::<EditTeam>(
        "Gives a team other names",
        TEAMS,
        r#"{"org": "main", "team": "web", "name": "Web and mobile", "slug": "web", "version": 1}"#,
    ),
    writes::<AddToTeam>(
        "Takes a member into a team",
        TEAMS,
        r#"{"org": "main", "team": "web", "person": "max@example.org"}"#,
    ),
    writes::<RemoveFromTeam>(
        "Lets somebody go from a team",
        TEAMS,
        r#"{"org": "main", "team": "web", "person": "2"}"#,
    ),
    writes::<DeleteTeam>(
        "Dissolves a team; its projects belong to none then",
        TEAMS,
        r#"{"org": "main", "team": "web"}"#,
    ),
    reads::<ViewProjects>("All projects with the teams that own them", PROJECTS, r#"{"org": "main"}"#),
    writes::<CreateProject>(
        "Makes a project",
        PROJECTS,
        r#"{"org": "main", "key": "PAY", "name": "Payments", "team": "web"}"#,
    ),
    writes::<EditProject>(
        "Gives a project another name and owner; its key stays",
        PROJECTS,
        r#"{"org": "main", "key": "CORE", "name": "The core", "version": 1}"#,
    ),
    reads::<ViewAudit>(
        "A page of the audit trail, newest first",
        Who::Org(OrgAction::ReadAudit),
        r#"{"org": "main", "from": "2026-01-01"}"#,
    ),
    reads::<ViewServices>("The services with their tokens", SERVICES, r#"{"org": "main"}"#),
    writes::<CreateService>(
        "Makes a service: an account that only tokens act for",
        SERVICES,
        r#"{"org": "main", "called": "Build machine", "role": "REPORTER"}"#,
    ),
    writes::<CreateServiceToken>(
        "Makes a token of a service; it is shown once",
        SERVICES,
        r#"{"org": "main", "service": 4, "name": "Nightly build", "read": true, "write": true, "days": 30}"#,
    ),
    writes::<RemoveService>(
        "Ends a service: its tokens are revoked, and what it did stays",
        SERVICES,
        r#"{"org": "main", "service": 4}"#,
    ),
    reads::<ViewSignInRules>("How members have to sign in", SIGN_IN, r#"{"org": "main"}"#),
    writes::<RequireFactor>(
        "Asks every member for a second factor, or no longer",
        SIGN_IN,
        r#"{"org": "main", "required": false}"#,
    ),
    reads::<ViewProviders>(
        "The providers that are linked to one's account, and the others",
        Who::Member,
        r#"{"org": "main"}"#,
    ),
    writes::<LinkProvider>(
        "Begins to link a provider",
        Who::Member,
        r#"{"org": "main", "provider": "corp"}"#,
    ),
    writes::<UnlinkProvider>("Unlinks a provider", Who::Member, r#"{"org": "main", "provider": "corp"}"#),
];
