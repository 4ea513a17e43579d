//! The life of one issue, drawn when it is reported: who does what, and when.
//!
//! Everything keeps to the rules of the tracker: a reporter comments on their own issue only, moves and weighing are a
//! maintainer's, and the status goes through its machine. What would happen after the end of the history does not.

use tracker_domain::{issue::Severity, workflow::Status};

use super::{
    calendar::{DAY, HOUR, SECOND, at_work},
    chance::Chance,
    team::{Team, Who},
};

/// What is said in a comment; the texts are in [`super::texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Talk {
    /// A maintainer asks about a topic.
    Ask(u8),
    /// The reporter answers about it.
    Answer(u8),
    /// It was seen by somebody else.
    Reproduced,
    /// It was not.
    NotReproduced,
    /// Why it happens.
    Cause,
    /// What is to be done.
    Plan,
    /// How it goes.
    Progress,
    /// A change is being looked at.
    Review,
    /// Somebody else goes on.
    Handover,
    /// It is done.
    Fixed,
    /// It was reported before.
    Duplicate,
    /// It will not be done.
    Declined,
    /// Nobody has looked for long.
    Stale,
    /// It is not gone.
    StillThere,
    /// It is gone.
    Confirmed,
    /// Somebody else has it too.
    Support,
    /// Is there news?
    Nudge,
    /// Something else.
    Aside,
}

/// How many topics there are to ask about.
pub(super) const TOPICS: u8 = 8;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Reported.
    Created,
    /// Called by its better name.
    Retitled,
    /// Described better.
    Described,
    /// Moved.
    Moved(Status),
    /// Weighed anew.
    Weighed(Severity),
    /// Given to somebody.
    Given(Who),
    /// Tags were added, as bits.
    Tagged(u64),
    /// Somebody commented.
    Said(Talk),
}

/// Something that happens to an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// When.
    pub(super) at: i64,
    /// By whom.
    pub(super) who: Who,
    /// What.
    pub(super) act: Act,
}

/// What an issue begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begin {
    /// Its seed.
    pub(super) seed: u64,
    /// When it was reported.
    pub(super) created: i64,
    /// By whom.
    pub(super) reporter: Who,
    /// How much it hurts at first sight.
    pub(super) severity: Severity,
    /// The tags that suit it.
    pub(super) tags: u64,
    /// Tags of what was not done: a duplicate, or declined.
    pub(super) undone: (u64, u64),
    /// Whether there is an earlier issue that this one could be a duplicate of.
    pub(super) has_earlier: bool,
}

/// What a course is drawn for.
const PURPOSE: u64 = 1 << 42;

/// The whole life up to `end`, in order.
pub(super) fn course(begin: &Begin, team: &Team, end: i64) -> Vec<Step> {
    let mut course = Course {
        chance: Chance::new(begin.seed, PURPOSE),
        team,
        begin: *begin,
        at: begin.created,
        end,
        status: Status::Open,
        severity: begin.severity,
        assignee: None,
        steps: Vec::with_capacity(12),
    };
    course.live();
    course.steps.retain(|step| step.at <= end);
    course.steps
}

struct Course<'a> {
    chance: Chance,
    team: &'a Team,
    begin: Begin,
    at: i64,
    end: i64,
    status: Status,
    severity: Severity,
    assignee: Option<Who>,
    steps: Vec<Step>,
}

impl Course<'_> {
    fn live(&mut self) {
        let reporter = self.begin.reporter;
        self.steps.push(Step { at: self.at, who: reporter, act: Act::Created });
        self.reconsider(reporter);
        let ignored = [0.05, 0.03, 0.01, 0.0][self.severity as usize];
        if self.chance.yes(ignored) {
            return self.age();
        }
        if self.chance.yes(0.12) {
            self.ask(18.0);
        }
        self.wait(20.0);
        let maintainer = self.worker();
        if self.chance.yes(0.09) {
            return self.turn_down(maintainer);
        }
        self.triage(maintainer);
        if self.chance.yes([0.16, 0.09, 0.04, 0.01][self.severity as usize]) {
            return self.age();
        }
        self.work();
        let mut again = 0.07;
        while self.status == Status::Done && self.at < self.end && self.chance.yes(again) {
            self.reopen();
            self.work();
            again = 0.15;
        }
    }

    /// The reporter writes it better a few minutes later.
    fn reconsider(&mut self, reporter: Who) {
        if self.chance.yes(0.05) {
            self.at += self.chance.between(60, 1_500) * SECOND;
            self.act(reporter, Act::Retitled);
        }
        if self.chance.yes(0.07) {
            self.at += self.chance.between(60, 2_500) * SECOND;
            self.act(reporter, Act::Described);
        }
    }

    fn triage(&mut self, maintainer: Who) {
        self.act(maintainer, Act::Moved(Status::Triaged));
        if self.chance.yes(0.85) {
            self.act(maintainer, Act::Tagged(self.begin.tags));
        }
        if self.chance.yes(0.2) {
            let up = self.chance.yes(0.45);
            let to = Severity::ALL[(self.severity as usize + usize::from(up) * 2).saturating_sub(1).min(3)];
            if to != self.severity {
                self.severity = to;
                self.act(maintainer, Act::Weighed(to));
            }
        }
        if self.chance.yes(0.5) {
            let to = if self.chance.yes(0.4) { maintainer } else { self.worker() };
            self.give(maintainer, to);
        }
        if self.chance.yes(0.2) {
            self.say(maintainer, Talk::Plan);
        }
        if self.chance.yes(0.3) {
            self.ask(10.0);
        }
        if self.chance.yes(0.15) {
            self.wait(30.0);
            let somebody = self.worker();
            self.say(somebody, Talk::Support);
        }
        if self.chance.yes(0.025) {
            self.discuss();
        }
    }

    /// Many have an opinion.
    fn discuss(&mut self) {
        let length = self.chance.around(18.0) as usize;
        for _ in 0..length.clamp(6, 120) {
            self.wait(5.0);
            let somebody = if self.chance.yes(0.2) { self.begin.reporter } else { self.worker() };
            self.say(somebody, Talk::Aside);
        }
    }

    fn work(&mut self) {
        self.wait(60.0);
        let mut worker = self.take();
        if self.status != Status::InProgress {
            self.act(worker, Act::Moved(Status::InProgress));
        }
        if self.chance.yes(0.35) {
            self.wait(3.0);
            self.say(worker, Talk::Reproduced);
        } else if self.chance.yes(0.12) {
            self.say(worker, Talk::NotReproduced);
            self.ask(12.0);
        }
        if self.chance.yes(0.35) {
            self.wait(8.0);
            self.say(worker, Talk::Cause);
        }
        if self.chance.yes(0.09) {
            worker = self.hand_over(worker);
        }
        if self.chance.yes(0.04) {
            self.put_back(worker);
        }
        if self.chance.yes(0.035) {
            return self.age();
        }
        for _ in 0..self.chance.skewed(4) {
            self.wait(12.0);
            self.say(worker, Talk::Progress);
        }
        if self.chance.yes(0.3) {
            self.wait(6.0);
            let colleague = self.worker();
            self.say(colleague, Talk::Review);
        }
        self.finish(worker);
    }

    fn finish(&mut self, worker: Who) {
        self.wait(24.0);
        if self.chance.yes(0.7) {
            self.say(worker, Talk::Fixed);
        }
        self.act(worker, Act::Moved(Status::Done));
        if self.chance.yes(0.3) {
            self.wait(30.0);
            self.say(self.begin.reporter, Talk::Confirmed);
        }
    }

    fn reopen(&mut self) {
        self.wait(90.0);
        self.say(self.begin.reporter, Talk::StillThere);
        self.wait(4.0);
        let maintainer = self.worker();
        let to = [Status::InProgress, Status::Triaged, Status::Open][self.chance.skewed(3)];
        self.act(maintainer, Act::Moved(to));
        if to == Status::Open {
            self.wait(8.0);
            self.act(maintainer, Act::Moved(Status::Triaged));
        }
    }

    fn turn_down(&mut self, maintainer: Who) {
        let duplicate = self.begin.has_earlier && self.chance.yes(0.6);
        let (talk, tag) = if duplicate {
            (Talk::Duplicate, self.begin.undone.0)
        } else {
            (Talk::Declined, self.begin.undone.1)
        };
        self.say(maintainer, talk);
        self.act(maintainer, Act::Tagged(tag));
        self.act(maintainer, Act::Moved(Status::Done));
    }

    /// Nothing much happens any more: somebody asks now and then, and after a year or so it is closed.
    fn age(&mut self) {
        let closing = self.at + self.chance.between(250, 600) * DAY;
        for _ in 0..self.chance.skewed(5) {
            self.wait(24.0 * 35.0);
            if self.at > closing {
                break;
            }
            let somebody = if self.chance.yes(0.5) { self.begin.reporter } else { self.worker() };
            self.say(somebody, Talk::Nudge);
        }
        if self.chance.yes(0.7) {
            self.at = self.at.max(closing);
            self.wait(1.0);
            let maintainer = self.worker();
            self.say(maintainer, Talk::Stale);
            self.act(maintainer, Act::Moved(Status::Done));
        }
    }

    fn ask(&mut self, hours: f64) {
        let topic = self.chance.below(usize::from(TOPICS)) as u8;
        self.wait(hours / 3.0);
        let maintainer = self.assignee.unwrap_or_else(|| self.team.worker(self.at, &mut self.chance));
        if maintainer == self.begin.reporter {
            return;
        }
        self.say(maintainer, Talk::Ask(topic));
        if self.chance.yes(0.85) {
            self.wait(hours);
            self.say(self.begin.reporter, Talk::Answer(topic));
        }
    }

    fn hand_over(&mut self, worker: Who) -> Who {
        let to = self.worker();
        if to == worker {
            return worker;
        }
        self.wait(20.0);
        self.say(worker, Talk::Handover);
        self.give(worker, to);
        to
    }

    fn put_back(&mut self, worker: Who) {
        self.wait(20.0);
        self.say(worker, Talk::Progress);
        self.act(worker, Act::Moved(Status::Triaged));
        self.wait(24.0 * 12.0);
        self.act(worker, Act::Moved(Status::InProgress));
    }

    /// Who works on it from now on: whoever has it, or somebody who takes it.
    fn take(&mut self) -> Who {
        let worker = self.assignee.unwrap_or_else(|| self.team.worker(self.at, &mut self.chance));
        self.give(worker, worker);
        worker
    }

    fn give(&mut self, by: Who, to: Who) {
        if self.assignee != Some(to) {
            self.assignee = Some(to);
            self.act(by, Act::Given(to));
        }
    }

    fn worker(&mut self) -> Who {
        self.team.worker(self.at, &mut self.chance)
    }

    /// Lets about so many hours pass for something ordinary; what is severe goes faster, and at night too.
    fn wait(&mut self, hours: f64) {
        let pace = [2.2, 1.0, 0.4, 0.08][self.severity as usize];
        let passed = self.chance.around(hours * pace).min(24.0 * 400.0);
        let urgent = self.severity == Severity::Critical;
        let at = self.at + (passed * HOUR as f64) as i64;
        self.at = at_work(at, urgent, &mut self.chance).max(self.at + SECOND);
    }

    fn say(&mut self, who: Who, talk: Talk) {
        self.at += self.chance.between(20, 400) * SECOND;
        self.act(who, Act::Said(talk));
    }

    fn act(&mut self, who: Who, act: Act) {
        // The same person does several things with a few clicks.
        self.at += self.chance.between(2_000, 25_000) * (SECOND / 1_000);
        if let Act::Moved(to) = act {
            self.status = to;
        }
        self.steps.push(Step { at: self.at, who, act });
    }
}

#[cfg(test)]
mod tests;
