//! Lives keep to the rules of the tracker, and are as different as those of real issues.

use super::*;
use std::collections::BTreeMap;
use tracker_domain::{
    id::UserId,
    org::Role,
    policy::{Action, Actor, Decision, IssueFacts},
    text::OrgSlug,
    workflow::Move,
};

use crate::policy::decide;

const YEAR: i64 = 365 * DAY;

fn team() -> Team {
    Team::new(&OrgSlug::parse("main").unwrap(), 2_000, (0, YEAR)).unwrap()
}

fn lives(team: &Team, count: u64) -> Vec<(Begin, Vec<Step>)> {
    let mut lives = Vec::new();
    for seed in 0..count {
        let mut chance = Chance::new(seed, 9);
        let created = chance.between(0, YEAR);
        let begin = Begin {
            seed,
            created,
            reporter: team.reporter(created, &mut chance),
            severity: Severity::ALL[chance.below(4)],
            tags: 1,
            undone: (2, 4),
            has_earlier: true,
        };
        lives.push((begin, course(&begin, team, YEAR)));
    }
    lives
}

#[test]
fn every_step_is_one_that_its_actor_may_take() {
    let team = team();
    for (begin, steps) in lives(&team, 3_000) {
        let mut status = Status::Open;
        assert_eq!(steps[0].act, Act::Created);
        assert!(steps.is_sorted_by_key(|step| step.at), "{steps:?}");
        assert!(steps.last().unwrap().at <= YEAR);
        for step in &steps {
            let role = team.people()[usize::from(step.who)].role;
            let actor = Actor { user: UserId(step.who.into()), role };
            let facts = IssueFacts { reporter: UserId(begin.reporter.into()), status };
            let action = match step.act {
                Act::Created => continue,
                Act::Retitled | Act::Described => Action::Edit,
                Act::Said(_) => Action::Comment,
                Act::Moved(_) | Act::Weighed(_) | Act::Given(_) | Act::Tagged(_) => Action::Triage,
            };
            assert_eq!(decide(actor, action, facts), Decision::Allow, "{step:?} of {steps:?}");
            if let Act::Moved(to) = step.act {
                assert_ne!(status.step(to), Move::None, "{steps:?}");
                status = to;
            }
            if let Act::Given(to) = step.act {
                assert_ne!(team.people()[usize::from(to)].role, Role::Reporter);
            }
        }
    }
}

#[test]
fn some_are_stuck_some_come_back_and_a_few_are_talked_about_a_lot() {
    let team = team();
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    let (mut reopened, mut talked, mut most) = (0, 0, 0);
    let all = lives(&team, 4_000);
    for (_, steps) in &all {
        let moves: Vec<Status> =
            steps.iter().filter_map(|s| if let Act::Moved(to) = s.act { Some(to) } else { None }).collect();
        *ends.entry(moves.last().unwrap_or(&Status::Open).to_string()).or_default() += 1;
        reopened += usize::from(moves.windows(2).any(|pair| pair[0] == Status::Done));
        let comments = steps.iter().filter(|s| matches!(s.act, Act::Said(_))).count();
        talked += comments;
        most = most.max(comments);
    }
    let share = |status: &str| ends.get(status).copied().unwrap_or_default() as f64 / all.len() as f64;
    assert!((0.6..0.9).contains(&share("DONE")), "{ends:?}");
    for status in ["OPEN", "TRIAGED", "IN_PROGRESS"] {
        assert!((0.01..0.2).contains(&share(status)), "{ends:?}");
    }
    assert!((100..600).contains(&reopened), "{reopened}");
    let mean = talked as f64 / all.len() as f64;
    assert!((1.5..5.0).contains(&mean) && most > 40, "{mean} {most}");
}
