//! An issue while its life goes on.

use tracker_domain::{issue::Severity, workflow::Status};

use super::{
    chance::{Chance, mix},
    course::{Act, Begin, Step},
    scene::{Cast, Place},
    team::{Team, Who},
    texts::{Kind, Wanted},
    words::{PRODUCTS, Product, TAGS},
};

/// How many issues have the rare word.
const RARE: u64 = 10;

/// What an issue is drawn for.
const PURPOSE: u64 = 1 << 43;

/// What changes about an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Now {
    /// Where it stands.
    pub(super) status: Status,
    /// How much it hurts.
    pub(super) severity: Severity,
    /// Who works on it.
    pub(super) assignee: Option<Who>,
    /// Its tags, as bits of [`all_tags`].
    pub(super) tags: u64,
    /// How many comments it has.
    pub(super) comments: u32,
    /// Whether it has its better name.
    pub(super) retitled: bool,
    /// Whether its description was rewritten.
    pub(super) described: bool,
    /// When it last changed.
    pub(super) updated: i64,
    /// When it was finished.
    pub(super) closed: Option<i64>,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Issue {
    /// Which one, in the order of reporting, from 0.
    pub(super) index: u64,
    /// Which product of the team.
    pub(super) product: usize,
    part: usize,
    /// Its number in the project.
    pub(super) number: i64,
    seed: u64,
    kind: Kind,
    common: bool,
    rare: bool,
    /// Who reported it.
    pub(super) reporter: Who,
    /// When.
    pub(super) created: i64,
    /// How it is called at first is not how it will be called.
    vague: bool,
    /// What changes.
    pub(super) now: Now,
}

/// What an issue is drawn from: which of how many, by which seed, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    /// The seed of everything.
    pub(super) seed: u64,
    /// Which one.
    pub(super) index: u64,
    /// Of how many.
    pub(super) of: u64,
    /// When it comes.
    pub(super) at: i64,
}

impl Issue {
    /// Draws an issue; `number` gives the next one of a product. Also gives what its course begins with.
    pub(super) fn new(
        draw: Draw,
        team: &Team,
        products: usize,
        number: impl FnOnce(usize) -> i64,
    ) -> (Self, Begin) {
        let seed = mix(draw.seed, draw.index);
        let mut chance = Chance::new(seed, PURPOSE);
        let product = chance.skewed(products);
        let part = chance.skewed(PRODUCTS[product].parts.len());
        let kind = if chance.yes(0.72) {
            Kind::Bug
        } else if chance.yes(0.64) {
            Kind::Wish
        } else {
            Kind::Chore
        };
        let number = number(product);
        let severity = first_severity(kind, &mut chance);
        let reporter = team.reporter(draw.at, &mut chance);
        let tags = suitable_tags(products, (product, part), kind, &mut chance);
        let begin = Begin {
            seed,
            created: draw.at,
            reporter,
            severity,
            tags,
            undone: (tag("duplicate"), tag("wontfix")),
            has_earlier: number > 1,
        };
        let now = Now {
            status: Status::Open,
            severity,
            assignee: None,
            tags: 0,
            comments: 0,
            retitled: false,
            described: false,
            updated: draw.at,
            closed: None,
        };
        let rare = is_rare(draw);
        let common = chance.yes(0.5);
        let issue = Self {
            index: draw.index,
            product,
            part,
            number,
            seed,
            kind,
            common,
            rare,
            reporter,
            created: draw.at,
            vague: false,
            now,
        };
        (issue, begin)
    }

    /// Tells it what will happen, so that it knows how it is called at first.
    pub(super) fn foresee(&mut self, steps: &[Step]) {
        self.vague = steps.iter().any(|step| step.act == Act::Retitled);
    }

    /// Takes a step.
    pub(super) fn apply(&mut self, step: &Step) {
        let now = &mut self.now;
        now.updated = step.at;
        match step.act {
            Act::Created => {}
            Act::Retitled => now.retitled = true,
            Act::Described => now.described = true,
            Act::Moved(to) => {
                now.status = to;
                now.closed = (to == Status::Done).then_some(step.at);
            }
            Act::Weighed(to) => now.severity = to,
            Act::Given(to) => now.assignee = Some(to),
            Act::Tagged(tags) => now.tags |= tags,
            Act::Said(_) => now.comments += 1,
        }
    }

    /// How many times its texts were edited, and one.
    pub(super) fn version(&self) -> i64 {
        1 + i64::from(self.now.retitled) + i64::from(self.now.described)
    }

    /// Whether it is still called what it was called at first.
    pub(super) fn is_vague(&self) -> bool {
        self.vague && !self.now.retitled
    }

    /// What it is about.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// What its description has to say.
    pub(super) fn wanted(&self) -> Wanted {
        Wanted { kind: self.kind, common: self.common, rare: self.rare, edited: self.now.described }
    }

    /// Where its texts play.
    pub(super) fn place(&self) -> Place {
        let product: &'static Product = &PRODUCTS[self.product];
        let part = &product.parts[self.part];
        Place { seed: self.seed, product, part, number: self.number, created: self.created }
    }

    /// Of whom a text speaks that `author` writes.
    pub(super) fn cast<'a>(&self, team: &'a Team, author: Who) -> Cast<'a> {
        let worker = if author == self.reporter { self.now.assignee.unwrap_or(0) } else { author };
        Cast { reporter: team.name(self.reporter), worker: team.name(worker) }
    }
}

fn is_rare(draw: Draw) -> bool {
    // The middles of ten equal parts of the history.
    let slot = |index: u64| (2 * RARE * index + draw.of) / (2 * draw.of);
    draw.of <= RARE || slot(draw.index + 1) > slot(draw.index)
}

fn first_severity(kind: Kind, chance: &mut Chance) -> Severity {
    let weights = if kind == Kind::Bug { [0.22, 0.72, 0.95] } else { [0.55, 0.95, 0.995] };
    let part = chance.part();
    Severity::ALL[weights.iter().filter(|weight| part >= **weight).count()]
}

/// Every tag that a team with so many products uses; their order is that of the bits.
pub(super) fn all_tags(products: usize) -> Vec<&'static str> {
    let parts = PRODUCTS[..products].iter().flat_map(|product| product.parts.iter().map(|part| part.tag));
    TAGS.iter().copied().chain(parts).collect()
}

fn tag(name: &str) -> u64 {
    TAGS.iter().position(|tag| *tag == name).map_or(0, |bit| 1 << bit)
}

fn suitable_tags(products: usize, (product, part): (usize, usize), kind: Kind, chance: &mut Chance) -> u64 {
    let before: usize = PRODUCTS[..product.min(products)].iter().map(|product| product.parts.len()).sum();
    let own = 1 << (TAGS.len() + before + part);
    let more = match kind {
        Kind::Wish => tag("feature"),
        Kind::Chore => {
            *chance.of(&[tag("maintenance"), tag("maintenance"), tag("documentation"), tag("flaky-test")])
        }
        Kind::Bug => 0,
    };
    let usual = [
        "customer",
        "regression",
        "ui",
        "performance",
        "crash",
        "translation",
        "accessibility",
        "data-loss",
        "security",
        "good-first-issue",
    ];
    let drawn = if chance.yes(0.45) { tag(usual[chance.skewed(usual.len())]) } else { 0 };
    own | more | drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_have_the_rare_word_however_many_there_are() {
        for of in [1, 7, 10, 11, 2_000, 300_001] {
            let rare =
                (0..of).filter(|index| is_rare(Draw { seed: 1, index: *index, of, at: 0 })).count() as u64;
            assert_eq!(rare, of.min(RARE), "{of}");
        }
    }

    #[test]
    fn there_are_bits_for_all_tags_and_no_tag_twice() {
        let tags = all_tags(PRODUCTS.len());
        let different: std::collections::BTreeSet<_> = tags.iter().collect();
        assert!(tags.len() <= 64 && different.len() == tags.len(), "{tags:?}");
    }
}
