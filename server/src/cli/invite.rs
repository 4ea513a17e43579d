//! `tracker admin invite`: an invitation whose link is printed instead of sent, for installations without mail and for the
//! first one who claims an imported account.

use time::Duration;
use tracker_domain::{
    invitation::INVITATION_DAYS,
    org::Role,
    text::{Email, OrgSlug},
    time::{Clock, Timestamp},
};

use super::{
    Failure,
    admin::{connect, refused},
    term,
};
use crate::{
    config::Config,
    session::{HashKey, new_token},
    state::SystemClock,
    storage::admin_invite::{self, Invited, OperatorInvites},
};

pub(super) async fn run(
    config: &Config,
    (email, role): (&str, &str),
    org: Option<String>,
    claim: Option<String>,
) -> Result<(), Failure> {
    let email = Email::parse(email)?;
    let role: Role = role.to_ascii_uppercase().parse()?;
    let org = org.map_or(Ok(config.accounts.org.clone()), |org| OrgSlug::parse(&org))?;
    let claim = claim.map(|claim| Email::parse(&claim)).transpose()?;
    let key = HashKey::new(config.secret_key().map_err(Failure::new)?);
    let (token, now) = (new_token(), SystemClock.now());
    let new = OperatorInvites {
        org: &org,
        email: &email,
        role,
        claim: claim.as_ref(),
        token: key.session(&token),
        until: Timestamp(now.0 + Duration::days(INVITATION_DAYS)),
    };
    let invited = admin_invite::invite(&mut connect(config).await?, &new, now).await.map_err(refused)?;
    let reason = match invited {
        Invited::Done => {
            let site = &config.web.public_url;
            term::say(&format!(
                "{email} is invited to {org} as {role}. The link is good for seven days and works once:\n"
            ));
            term::say(&format!("  {site}/invitation?token={}\n", token.reveal()));
            return Ok(());
        }
        Invited::NoOrg => format!("there is no organization {org}"),
        Invited::IsMember => format!("{email} is a member of {org} already"),
        Invited::NotClaimable => format!("nobody who can be claimed has that address in {org}"),
    };
    Err(Failure::new(reason))
}
