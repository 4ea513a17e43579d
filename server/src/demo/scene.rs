//! What the texts of one issue speak of: the same part, fault and people in all of them.

use super::{
    calendar::{DAY, release},
    chance::Chance,
    slot::Slot,
    words::{self, Part, Product},
};

/// What a scene is drawn for; texts are drawn for their own number, see [`super::texts`].
const PURPOSE: u64 = 1 << 40;

/// Of whom the texts speak.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cast<'a> {
    /// Name of who reported it.
    pub(super) reporter: &'a str,
    /// Name of who works on it.
    pub(super) worker: &'a str,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    cast: Cast<'a>,
    part: &'static Part,
    earlier: String,
    thing: (&'static str, &'static str),
    action: (&'static str, &'static str),
    fault: &'static str,
    condition: &'static str,
    attribute: &'static str,
    error: &'static str,
    code: &'static str,
    browser: &'static str,
    system: &'static str,
    device: &'static str,
    customer: &'static str,
    found_in: String,
    before: String,
    next: String,
    at: i64,
    /// What the next text is drawn with.
    pub(super) chance: Chance,
}

/// Where a scene plays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The seed.
    pub(super) seed: u64,
    /// Whose it is.
    pub(super) product: &'static Product,
    /// Its part.
    pub(super) part: &'static Part,
    /// Its number in the project.
    pub(super) number: i64,
    /// When it was reported.
    pub(super) created: i64,
}

impl<'a> Scene<'a> {
    /// The scene of an issue at a time, for the text with this number.
    pub(super) fn new(place: Place, cast: Cast<'a>, at: i64, text: u64) -> Self {
        let mut chance = Chance::new(place.seed, PURPOSE);
        let found = release(place.created);
        Self {
            cast,
            part: place.part,
            thing: *chance.of(place.part.things),
            action: *chance.of(place.part.actions),
            fault: chance.of(place.part.faults),
            condition: chance.of(words::CONDITIONS),
            attribute: chance.of(words::ATTRIBUTES),
            error: chance.of(words::ERRORS),
            code: chance.of(words::CODES),
            browser: chance.of(words::BROWSERS),
            system: chance.of(words::SYSTEMS),
            device: chance.of(words::DEVICES),
            customer: chance.of(words::CUSTOMERS),
            earlier: format!("{}-{}", place.product.key, chance.between(1, (place.number - 1).max(1))),
            found_in: version(found),
            before: version(found - 1),
            next: version(release(at) + 1),
            at,
            chance: Chance::new(place.seed, text),
        }
    }

    /// What goes into a gap.
    pub(super) fn value(&mut self, slot: Slot) -> String {
        let chance = &mut self.chance;
        let fixed = match slot {
            Slot::Name => self.part.name,
            Slot::Part => self.part.the,
            Slot::Thing => self.thing.0,
            Slot::Things => self.thing.1,
            Slot::Do => self.action.0,
            Slot::Doing => self.action.1,
            Slot::OtherDo => chance.of(self.part.actions).0,
            Slot::Fault => self.fault,
            Slot::Condition => self.condition,
            Slot::OtherCondition => chance.of(words::CONDITIONS),
            Slot::Attribute => self.attribute,
            Slot::Error => self.error,
            Slot::Code => self.code,
            Slot::Browser => self.browser,
            Slot::OtherBrowser => chance.of(words::BROWSERS),
            Slot::System => self.system,
            Slot::Device => self.device,
            Slot::Customer => self.customer,
            Slot::Place => chance.of(words::PLACES),
            Slot::Locale => chance.of(words::LOCALES),
            Slot::Format => chance.of(words::FORMATS),
            Slot::Shortcut => chance.of(words::SHORTCUTS),
            Slot::Dependency => chance.of(words::DEPENDENCIES),
            Slot::Version => &self.found_in,
            Slot::Before => &self.before,
            Slot::Next => &self.next,
            Slot::Reporter => first_name(self.cast.reporter),
            Slot::Worker => first_name(self.cast.worker),
            Slot::Earlier => &self.earlier,
            _ => return self.drawn(slot),
        };
        fixed.to_owned()
    }

    fn drawn(&mut self, slot: Slot) -> String {
        let chance = &mut self.chance;
        match slot {
            Slot::Few => chance.between(2, 9).to_string(),
            Slot::Some => chance.between(10, 90).to_string(),
            Slot::Many => chance.between(200, 9_000).to_string(),
            Slot::Millis => chance.between(1_200, 48_000).to_string(),
            Slot::Id => format!("{:08x}", chance.between(0, u32::MAX.into())),
            Slot::Time => {
                let (h, m, s, ms) =
                    (chance.between(6, 19), chance.below(60), chance.below(60), chance.below(1_000));
                format!("{h:02}:{m:02}:{s:02}.{ms:03}")
            }
            Slot::Date => super::calendar::date(self.at - chance.between(0, 20) * DAY),
            Slot::Path => self.part.tag.to_owned(),
            Slot::AThing => {
                let article = if self.thing.0.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                format!("{article} {}", self.thing.0)
            }
            Slot::Type => self.thing.0.split(' ').map(capital).collect(),
            _ => String::new(),
        }
    }
}

fn version(release: i64) -> String {
    format!("{}.{}.{}", 3 + release.div_euclid(40), release.rem_euclid(40) / 2, release.rem_euclid(2))
}

fn first_name(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
