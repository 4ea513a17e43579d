//! Where the server asks the policy: the same answers as `tracker_domain::policy`, through one door.
//!
//! The door is there for one test: it takes the first wall down for itself, and then row-level security alone has to keep
//! organizations apart. That switch is compiled with the harness only; the program has none. A test holds that no other
//! file of the server asks the policy directly.

use tracker_domain::policy::{self, Action, Actor, Decision, FileAction, FileFacts, IssueFacts, OrgAction};

/// Whether `actor` may do `action` with the issue.
pub fn decide(actor: Actor, action: Action, issue: IssueFacts) -> Decision {
    answer(policy::decide(actor, action, issue))
}

/// Whether `actor` may do `action` with a file of the issue.
pub fn decide_file(actor: Actor, action: FileAction, issue: IssueFacts, file: FileFacts) -> Decision {
    answer(policy::decide_file(actor, action, issue, file))
}

/// Whether `actor` may do `action` in the organization.
pub fn decide_org(actor: Actor, action: OrgAction) -> Decision {
    answer(policy::decide_org(actor, action))
}

#[cfg(not(feature = "testing"))]
const fn answer(decision: Decision) -> Decision {
    decision
}

#[cfg(feature = "testing")]
fn answer(decision: Decision) -> Decision {
    if crate::testing::first_wall_is_down() { Decision::Allow } else { decision }
}
