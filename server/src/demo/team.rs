//! The people that are made up: a dozen for a small team, up to a few hundred for a large one.

use tracker_domain::{
    org::Role,
    text::{DisplayName, Email, OrgSlug},
};

use super::{
    chance::Chance,
    words::{FIRST_NAMES, LAST_NAMES, TEAM},
};

/// How many can sign in: hashing a password takes a while on purpose.
pub(super) const SIGNED_UP: usize = TEAM.len();

/// Most people, however many issues there are.
const MOST: usize = 400;

/// Somebody of the team, by their place in it.
pub(super) type Who = u16;

/// Somebody of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// Their name.
    pub name: DisplayName,
    /// Their address; mail that is sent there reaches nobody.
    pub email: Email,
    /// What they may do.
    pub role: Role,
    /// When they joined, in microseconds since 1970.
    pub joined: i64,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Team {
    people: Vec<Colleague>,
    /// MAINTAINER and ADMIN, the busiest first.
    workers: Vec<Who>,
    reporters: Vec<Who>,
}

impl Team {
    /// A team for so many issues, in an organization, from a time to another.
    pub(super) fn new(
        org: &OrgSlug,
        issues: u64,
        (start, end): (i64, i64),
    ) -> Result<Self, tracker_domain::error::AppError> {
        let size =
            ((TEAM.len() as f64 * (issues as f64 / 2_000.0).powf(0.45)) as usize).clamp(TEAM.len(), MOST);
        let mut people = Vec::with_capacity(size);
        for index in 0..size {
            let (name, role) = person(index);
            let local = name.to_lowercase().replace(' ', ".");
            // Two join later even in a small team; those beyond it come one after the other.
            let late = match index {
                0..10 => 0.0,
                10..12 => 0.3 * (index - 9) as f64,
                _ => 0.8 * (index - 11) as f64 / (size - 11) as f64,
            };
            people.push(Colleague {
                name: DisplayName::parse(&name)?,
                email: Email::parse(&format!("{local}@{org}.example"))?,
                role,
                joined: start + ((end - start) as f64 * late) as i64,
            });
        }
        let of = |wanted: &dyn Fn(Role) -> bool| -> Vec<Who> {
            (0..people.len()).filter(|index| wanted(people[*index].role)).map(|index| index as Who).collect()
        };
        let mut workers = of(&|role| role == Role::Maintainer);
        workers.extend(of(&|role| role == Role::Admin));
        let reporters = of(&|role| role == Role::Reporter);
        Ok(Self { people, workers, reporters })
    }

    /// All of them.
    pub(super) fn people(&self) -> &[Colleague] {
        &self.people
    }

    /// One of them.
    pub(super) fn name(&self, who: Who) -> &str {
        self.people[usize::from(who)].name.as_str()
    }

    /// Somebody who may triage and resolve, and has joined.
    pub(super) fn worker(&self, at: i64, chance: &mut Chance) -> Who {
        self.one_of(&self.workers, at, chance)
    }

    /// Somebody who reports something.
    pub(super) fn reporter(&self, at: i64, chance: &mut Chance) -> Who {
        let list = if chance.yes(0.38) { &self.workers } else { &self.reporters };
        self.one_of(list, at, chance)
    }

    fn one_of(&self, list: &[Who], at: i64, chance: &mut Chance) -> Who {
        let who = list[chance.skewed(list.len())];
        if self.people[usize::from(who)].joined <= at { who } else { list[0] }
    }
}

fn person(index: usize) -> (String, Role) {
    if let Some((name, role)) = TEAM.get(index) {
        return ((*name).to_owned(), *role);
    }
    let extra = index - TEAM.len();
    let first = FIRST_NAMES[extra % FIRST_NAMES.len()];
    // One further with each round, so that no name comes twice before all have come.
    let last = LAST_NAMES[(extra % FIRST_NAMES.len() + extra / FIRST_NAMES.len()) % LAST_NAMES.len()];
    let role = if extra.is_multiple_of(5) { Role::Maintainer } else { Role::Reporter };
    (format!("{first} {last}"), role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn team(issues: u64) -> Team {
        Team::new(&OrgSlug::parse("main").unwrap(), issues, (0, 1_000)).unwrap()
    }

    #[test]
    fn a_small_team_has_all_roles_and_a_large_one_has_no_two_of_one_address() {
        let small = team(2_000);
        assert_eq!(small.people().len(), 12);
        for role in Role::ALL {
            assert!(small.people().iter().any(|person| person.role == *role), "{role}");
        }
        let large = team(10_000_000);
        let addresses: BTreeSet<_> = large.people().iter().map(|person| person.email.as_str()).collect();
        assert_eq!((large.people().len(), addresses.len()), (MOST, MOST));
        assert!(large.people().iter().all(|person| (0..=1_000).contains(&person.joined)));
    }

    #[test]
    fn nobody_acts_before_they_joined() {
        let team = team(100_000);
        let mut chance = Chance::new(1, 1);
        for at in [0, 500, 1_000] {
            for _ in 0..500 {
                let who = team.reporter(at, &mut chance);
                assert!(team.people()[usize::from(who)].joined <= at);
                let who = team.worker(at, &mut chance);
                let person = &team.people()[usize::from(who)];
                assert!(person.role != Role::Reporter && person.joined <= at);
            }
        }
    }
}
