//! The texts of issues, put together from templates.
//!
//! Every text of an issue is drawn for its own number, so that it is the same whenever it is asked for. To make the
//! team speak of something new, add a template to a list; a new kind of comment is a [`Talk`] and a list.

mod comments;
mod descriptions;
mod titles;

use comments::ANSWERS_A_TOPIC;
use tracker_domain::error::AppError;

use super::{
    course::Talk,
    scene::{Cast, Place, Scene},
    template::{Group, Text},
};

/// What an issue is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Something does not work.
    Bug,
    /// Something is wished for.
    Wish,
    /// Something is to be done for its own sake.
    Chore,
}

/// Comments are drawn for numbers from here on.
const COMMENTS: u64 = 100;

/// What a description has to say beside what is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// What it is about.
    pub(super) kind: Kind,
    /// It was found where everybody works: the common word is in it.
    pub(super) common: bool,
    /// It has the rare word.
    pub(super) rare: bool,
    /// Something was added later.
    pub(super) edited: bool,
}

/// All templates, read once.
#[derive(Debug)]
pub(super) struct Library {
    titles: [Group; 3],
    vague: Group,
    openings: [Group; 3],
    impacts: Group,
    steps: Group,
    expected: Group,
    in_production: Group,
    elsewhere: Group,
    rare: Group,
    later: Group,
    acceptance: Group,
    logs: Group,
    asks: Group,
    answers: Group,
    talks: Vec<Group>,
}

impl Library {
    /// Reads and renders every template.
    pub(super) fn new() -> Result<Self, AppError> {
        use comments as c;
        use descriptions as d;
        let talks = [
            c::REPRODUCED,
            c::NOT_REPRODUCED,
            c::CAUSES,
            c::PLANS,
            c::PROGRESS,
            c::REVIEWS,
            c::HANDOVERS,
            c::FIXED,
            c::DUPLICATES,
            c::DECLINED,
            c::STALE,
            c::STILL_THERE,
            c::CONFIRMED,
            c::SUPPORT,
            c::NUDGES,
            c::ASIDES,
        ];
        Ok(Self {
            titles: [Group::lines(titles::BUGS), Group::lines(titles::WISHES), Group::lines(titles::CHORES)],
            vague: Group::lines(titles::VAGUE),
            openings: [Group::blocks(d::OPENINGS)?, Group::blocks(d::WISHES)?, Group::blocks(d::CHORES)?],
            impacts: Group::blocks(d::IMPACTS)?,
            steps: Group::blocks(d::STEPS)?,
            expected: Group::blocks(d::EXPECTED)?,
            in_production: Group::blocks(d::IN_PRODUCTION)?,
            elsewhere: Group::blocks(d::ELSEWHERE)?,
            rare: Group::blocks(d::RARE)?,
            later: Group::blocks(d::LATER)?,
            acceptance: Group::blocks(d::ACCEPTANCE)?,
            logs: Group::blocks(d::LOGS)?,
            asks: Group::blocks(c::ASKS)?,
            answers: Group::blocks(c::ANSWERS)?,
            talks: talks.iter().map(|list| Group::blocks(list)).collect::<Result<_, _>>()?,
        })
    }

    /// What an issue is called, or was called at first.
    pub(super) fn title(&self, place: Place, cast: Cast<'_>, kind: Kind, vague: bool) -> String {
        let mut scene = Scene::new(place, cast, place.created, 1 + u64::from(vague));
        let group = if vague { &self.vague } else { &self.titles[kind as usize] };
        let template = group.pick(&mut scene.chance);
        template.fill_line(&mut scene)
    }

    /// What its reporter wrote.
    pub(super) fn description(&self, place: Place, cast: Cast<'_>, wanted: Wanted) -> Text {
        let mut scene = Scene::new(place, cast, place.created, 3);
        let mut text = Text::default();
        let mut add = |scene: &mut Scene<'_>, group: &Group, likely: f64| {
            if scene.chance.yes(likely) {
                group.pick(&mut scene.chance).fill(scene, &mut text);
            }
        };
        let (bug, wish) = (wanted.kind == Kind::Bug, wanted.kind == Kind::Wish);
        let when = |likely: f64, holds: bool| if holds { likely } else { 0.0 };
        add(&mut scene, &self.openings[wanted.kind as usize], 1.0);
        add(&mut scene, &self.impacts, when(0.45, bug));
        add(&mut scene, &self.steps, when(0.7, bug));
        add(&mut scene, &self.expected, when(0.55, bug));
        add(&mut scene, &self.acceptance, when(0.7, wish));
        add(&mut scene, &self.logs, when(0.4, bug));
        add(&mut scene, &self.rare, when(1.0, wanted.rare));
        add(&mut scene, &self.in_production, when(1.0, wanted.common));
        add(&mut scene, &self.elsewhere, when(0.6, bug && !wanted.common));
        add(&mut scene, &self.later, when(1.0, wanted.edited));
        text
    }

    /// What is said in a comment: at a time, the so-manieth of its issue.
    pub(super) fn comment(&self, place: Place, cast: Cast<'_>, (talk, at, index): (Talk, i64, u32)) -> Text {
        let mut scene = Scene::new(place, cast, at, COMMENTS + u64::from(index));
        let template = match talk {
            Talk::Ask(topic) => self.asks.at(usize::from(topic)),
            Talk::Answer(topic) => {
                self.answers.at(usize::from(topic) * ANSWERS_A_TOPIC + scene.chance.below(ANSWERS_A_TOPIC))
            }
            talk => self.talks[list_of(talk)].pick(&mut scene.chance),
        };
        let mut text = Text::default();
        template.fill(&mut scene, &mut text);
        text
    }
}

/// Where a kind of comment stands among the lists.
fn list_of(talk: Talk) -> usize {
    match talk {
        Talk::Reproduced => 0,
        Talk::NotReproduced => 1,
        Talk::Cause => 2,
        Talk::Plan => 3,
        Talk::Progress => 4,
        Talk::Review => 5,
        Talk::Handover => 6,
        Talk::Fixed => 7,
        Talk::Duplicate => 8,
        Talk::Declined => 9,
        Talk::Stale => 10,
        Talk::StillThere => 11,
        Talk::Confirmed => 12,
        Talk::Support => 13,
        Talk::Nudge => 14,
        Talk::Aside | Talk::Ask(_) | Talk::Answer(_) => 15,
    }
}

#[cfg(test)]
mod tests;
