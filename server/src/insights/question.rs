//! A question about the insights, read from an address.

use time::macros::date;
use tracker_domain::{
    error::AppError,
    id::Seq,
    insight::{AskInsights, PRESETS, Range, Step, preset},
    issue::Severity,
    query::{Node, Query, Term, Who},
    time::{Day, Timestamp},
};

use super::Zone;
use crate::storage::insights::Cut;

/// Nobody reported an issue before.
const EARLIEST: Day = Day(date!(1900 - 01 - 01));

/// See the module.
#[derive(Debug, Clone)]
pub struct Question {
    /// Of which issues.
    pub query: Query,
    /// The moment that it is about, to the second.
    pub at: Timestamp,
    /// Whether that is the present.
    pub now: bool,
    /// What was known at this position; the present one if none is asked for.
    seq: Option<Seq>,
    /// Whether the range before is counted too.
    pub compare: bool,
    /// Whose days, if it says so.
    pub zone: Option<Zone>,
    days: Days,
    by: Option<Step>,
}

#[derive(Debug, Clone, Copy)]
enum Days {
    Last(u16),
    Between(Range),
}

impl Question {
    /// Reads the words of an address; an error is at the field that is wrong.
    pub fn read(ask: &AskInsights, now: Timestamp) -> Result<Self, AppError> {
        let query = Query::parse(&ask.q).map_err(|error| AppError::invalid("q", error.message))?;
        refuse_what_was_not_kept(&query)?;
        let at = if ask.at.is_empty() { now } else { moment(&ask.at)? };
        if at > now {
            return Err(AppError::invalid("at", "This moment has not come yet."));
        }
        let at = Timestamp(at.0.replace_nanosecond(0).unwrap_or(at.0));
        let seq = match ask.seq.as_str() {
            "" => None,
            text => Some(position(text)?),
        };
        let compare = match ask.compare.as_str() {
            "" => false,
            "before" => true,
            _ => return Err(AppError::invalid("compare", "Known is: before.")),
        };
        let zone = if ask.zone.is_empty() { None } else { Some(Zone::parse(&ask.zone)?) };
        let by = if ask.by.is_empty() {
            None
        } else {
            Some(ask.by.parse().map_err(|error| at_field("by", error))?)
        };
        Ok(Self { query, at, now: ask.at.is_empty(), seq, compare, zone, days: days(ask)?, by })
    }

    /// The position that it stands for; `come` is how far the numbers have come.
    pub fn position(&self, come: Seq) -> Result<Seq, AppError> {
        match self.seq {
            Some(seq) if seq > come => {
                Err(AppError::invalid("seq", format!("The numbers have come to position {come}.")))
            }
            seq => Ok(seq.unwrap_or(come)),
        }
    }

    /// The days in a zone.
    pub fn range(&self, zone: &Zone) -> Range {
        match self.days {
            Days::Last(days) => Range::last(days, zone.day(self.at)),
            Days::Between(range) => range,
        }
    }

    /// How long a span is: as asked, or so that a chart has some dozens of them.
    pub fn by(&self, range: Range) -> Step {
        self.by.unwrap_or(match range.days() {
            ..=62 => Step::Day,
            63..=400 => Step::Week,
            _ => Step::Month,
        })
    }

    /// The rows of cells that have it, in whatever zone; `sees_all` is the viewer's role.
    pub fn cut(&self, sees_all: bool) -> Cut {
        let rough = match self.days {
            Days::Last(days) => Range::last(days, self.at.day()),
            Days::Between(range) => range,
        };
        let first = if self.compare { rough.before().from } else { rough.from };
        let (kind, names) = slices(&self.query, sees_all);
        // PostgreSQL knows fewer days than one can write.
        let first = first.minus(1).max(EARLIEST);
        let ages = self.now && rough.to.next() >= self.at.day();
        Cut { kind, names, days: Some((first, rough.to.next())), ages }
    }

    /// Which severities it asks for; `None` for all.
    pub fn severities(&self) -> Option<Vec<Severity>> {
        let asked: Vec<_> = conditions(&self.query).iter().filter_map(levels).collect();
        let admitted = |severity: &&Severity| {
            asked.iter().all(|levels| levels.iter().any(|level| level.admits(**severity)))
        };
        (!asked.is_empty()).then(|| Severity::ALL.iter().filter(admitted).copied().collect())
    }
}

fn at_field(field: &str, error: AppError) -> AppError {
    AppError::invalid(field, error.to_string())
}

fn position(text: &str) -> Result<Seq, AppError> {
    let seq = text.parse().ok().filter(|seq| *seq >= 0).map(Seq);
    seq.ok_or_else(|| AppError::invalid("seq", "A position is a number from 0 on."))
}

fn moment(text: &str) -> Result<Timestamp, AppError> {
    let wrong =
        || AppError::invalid("at", "Write a moment like 2026-03-01T12:00:00Z, or a day like 2026-03-01.");
    let text = if text.len() == 10 { format!("{text}T23:59:59Z") } else { text.to_owned() };
    serde_json::from_value(serde_json::Value::String(text)).map_err(|_| wrong())
}

fn day(field: &str, text: &str) -> Result<Day, AppError> {
    let wrong = |_| AppError::invalid(field, "Write a day like 2026-03-01.");
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(wrong)
}

fn days(ask: &AskInsights) -> Result<Days, AppError> {
    match (ask.from.as_str(), ask.to.as_str(), ask.range.as_str()) {
        ("", "", "") => Ok(Days::Last(30)),
        ("", "", word) => preset(word).map(Days::Last).ok_or_else(|| {
            let known: Vec<_> = PRESETS.iter().map(|(word, ..)| *word).collect();
            AppError::invalid("range", format!("“{word}” is not known. Known are: {}.", known.join(", ")))
        }),
        ("", _, _) => Err(AppError::invalid("from", "Say the first day too.")),
        (_, "", _) => Err(AppError::invalid("to", "Say the last day too.")),
        (from, to, _) => Range::new(day("from", from)?, day("to", to)?).map(Days::Between),
    }
}

/// The log tells who worked on an issue when, how severe it was, its tags and its project; it does not tell what could be found in
/// its texts then. A number that nobody could count again is not given.
fn refuse_what_was_not_kept(query: &Query) -> Result<(), AppError> {
    fn other(node: &Node) -> Option<String> {
        match node {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().find_map(other),
            Node::Not(node) => other(node),
            Node::Term(
                Term::Severity(_)
                | Term::Assignee(_)
                | Term::Reporter(_)
                | Term::Tag(_)
                | Term::Project(_)
                | Term::Team(_)
                | Term::Created(_),
            ) => None,
            Node::Term(term) => {
                Some(term.field().map_or("words".to_owned(), |field| format!("“{}:”", field.word())))
            }
        }
    }
    match query.root.as_ref().and_then(other) {
        None => Ok(()),
        Some(what) => Err(AppError::invalid(
            "q",
            format!(
                "The insights count by project, team, severity, tag, assignee, reporter and created, not by {what}."
            ),
        )),
    }
}

fn conditions(query: &Query) -> &[Node] {
    match &query.root {
        None => &[],
        Some(Node::All(nodes)) => nodes,
        Some(node) => std::slice::from_ref(node),
    }
}

fn levels(node: &Node) -> Option<&Vec<tracker_domain::query::Level>> {
    match node {
        Node::Term(Term::Severity(levels)) => Some(levels),
        _ => None,
    }
}

/// Which sums are kept of a query; `NONE` when it has to be counted issue by issue.
fn slices(query: &Query, sees_all: bool) -> (&'static str, Vec<String>) {
    let mut others = conditions(query).iter().filter(|node| levels(node).is_none());
    match (others.next(), others.next(), sees_all) {
        (None, ..) => ("SCOPE", vec![]),
        (Some(Node::Term(term)), None, true) => match term {
            Term::Project(keys) => ("PROJECT", keys.iter().map(ToString::to_string).collect()),
            Term::Team(_) => ("TEAM", vec![]),
            Term::Assignee(people) => ("ASSIGNEE", people.iter().filter_map(name).collect()),
            Term::Reporter(people) => ("REPORTER", people.iter().filter_map(name).collect()),
            Term::Tag(tags) if tags.len() == 1 => ("TAG", tags.iter().map(ToString::to_string).collect()),
            _ => ("NONE", vec![]),
        },
        _ => ("NONE", vec![]),
    }
}

/// Words for people are looked up by the statement itself.
fn name(who: &Who) -> Option<String> {
    match who {
        Who::Nobody => Some(String::new()),
        Who::Me => Some("@me".to_owned()),
        Who::Word(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn read(ask: AskInsights) -> Result<Question, AppError> {
        Question::read(&ask, Timestamp(datetime!(2026-11-21 12:00:00.5 UTC)))
    }

    fn refused(ask: AskInsights) -> String {
        let AppError::Invalid { errors } = read(ask).unwrap_err() else {
            panic!("it is refused in another way")
        };
        errors[0].field.clone()
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let ask = AskInsights::default;
        assert_eq!(refused(AskInsights { range: "31d".into(), ..ask() }), "range");
        assert_eq!(refused(AskInsights { from: "2026-01-01".into(), ..ask() }), "to");
        assert_eq!(refused(AskInsights { to: "2026-01-01".into(), ..ask() }), "from");
        assert_eq!(
            refused(AskInsights { from: "2026-13-01".into(), to: "2026-01-01".into(), ..ask() }),
            "from"
        );
        assert_eq!(
            refused(AskInsights { from: "2026-02-01".into(), to: "2026-01-01".into(), ..ask() }),
            "to"
        );
        assert_eq!(refused(AskInsights { by: "year".into(), ..ask() }), "by");
        assert_eq!(refused(AskInsights { zone: "Europe/Atlantis".into(), ..ask() }), "zone");
        assert_eq!(refused(AskInsights { at: "yesterday".into(), ..ask() }), "at");
        assert_eq!(refused(AskInsights { at: "2027-01-01".into(), ..ask() }), "at");
        assert_eq!(refused(AskInsights { seq: "-".into(), ..ask() }), "seq");
        assert_eq!(refused(AskInsights { compare: "after".into(), ..ask() }), "compare");
        for q in ["checkout", "is:open", "-status:OPEN", "project:CORE (tag:ui or has:attachment)", "tag:"] {
            assert_eq!(refused(AskInsights { q: q.into(), ..ask() }), "q", "{q}");
        }
    }

    #[test]
    fn sums_are_used_where_they_are_kept() {
        let cut = |q: &str, sees_all| {
            let cut = read(AskInsights { q: q.into(), ..Default::default() }).unwrap().cut(sees_all);
            format!("{} {}", cut.kind, cut.names.join(","))
        };
        assert_eq!(cut("severity:>=HIGH", true), "SCOPE ");
        assert_eq!(cut("project:CORE,WEB severity:LOW", true), "PROJECT CORE,WEB");
        assert_eq!(cut("assignee:none,@me,ana", true), "ASSIGNEE ,@me");
        assert_eq!(cut("team:web", true), "TEAM ");
        assert_eq!(cut("tag:ui", true), "TAG ui");
        for both in [
            "tag:ui,api",
            "tag:ui tag:api",
            "-tag:ui",
            "tag:ui or severity:LOW",
            "project:CORE tag:ui",
            "created:<30d",
        ] {
            assert_eq!(cut(both, true), "NONE ", "{both}");
        }
        assert_eq!(cut("project:CORE", false), "NONE ", "a reporter has sums of their own issues only");
        assert_eq!(cut("", false), "SCOPE ");
        let ancient = AskInsights {
            from: "0000-01-01".into(),
            to: "9999-12-31".into(),
            compare: "before".into(),
            ..Default::default()
        };
        assert_eq!(read(ancient).unwrap().cut(true).days.map(|(first, _)| first), Some(EARLIEST));
    }

    #[test]
    fn a_moment_is_a_whole_second() {
        let question = read(AskInsights::default()).unwrap();
        assert_eq!(question.at.rfc3339(), "2026-11-21T12:00:00Z");
        assert_eq!(question.severities(), None);
        let none =
            read(AskInsights { q: "severity:LOW severity:HIGH".into(), ..Default::default() }).unwrap();
        assert_eq!(none.severities(), Some(vec![]));
    }
}
