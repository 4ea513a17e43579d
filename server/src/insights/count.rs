//! Counts a question: from sums where they are kept, else issue by issue, always to the same numbers.

use std::collections::HashMap;
use tracker_domain::{
    error::AppError,
    id::{ProjectId, ProjectKey, Seq, UserId},
    insight::{Ageing, Ages, Before, Course, Place, Report, Tallies, Totals, deltas, finished, points},
    issue::Severity,
    query::{Facts, Query, Subject},
    time::Timestamp,
};

use super::{Question, Zone};
use crate::{
    fault::fault,
    storage::{
        Tx,
        insights::{self, Base, Moment, OpenQuery},
        spells::{Lives, each_step},
    },
};

/// How many of the oldest issues are named.
const NAMED: i64 = 5;

/// A report, and what is not of its moment.
#[derive(Debug)]
pub struct Counted {
    /// The numbers.
    pub report: Report,
    /// What the oldest issues are called now.
    pub titles: Vec<String>,
    /// Whether it was counted issue by issue.
    pub slowly: bool,
}

/// Counts what is asked; `me` is the viewer, and `now` after the base was read. Row-level security leaves out what the viewer may
/// not see.
pub async fn report(
    tx: &mut Tx,
    (me, now): (UserId, Timestamp),
    question: &Question,
    base: Base,
) -> Result<Counted, AppError> {
    let zone = match &question.zone {
        Some(zone) => zone.clone(),
        None => Zone::parse(&base.zone)?,
    };
    let seq = question.position(base.seq)?;
    let range = question.range(&zone);
    let by = question.by(range);
    let spans = range.spans(by, question.at, &zone)?;
    let mut wanted = vec![Tallies::new(spans)];
    let earlier = range.before();
    if question.compare {
        wanted.push(Tallies::new(earlier.spans(by, question.at, &zone)?));
    }
    let end = wanted[0].spans.end();
    let moment = Moment { before: end, at: question.at.min(end), seq };
    // The ages of what is open now come with all else; at another moment other issues were open.
    let mut ages = (question.now && now < end).then(|| Ages::new(moment.at));
    let counting = Counting::new(question, base, me)?;
    let slowly = counting.fill(tx, &mut wanted, &mut ages, seq).await?;
    let before = wanted.get(1).map(|tallies| -> Result<_, AppError> {
        let points = points(tallies, &earlier.starts(by)?);
        Ok(Before { range: earlier, points, totals: Totals::new(tallies).0 })
    });
    let tallies = &wanted[0];
    let query = (&question.query, question.at);
    let asked = OpenQuery { query, moment, named: NAMED, ages: ages.is_none() };
    let open = insights::open_issues(tx, asked).await?;
    let (totals, all) = Totals::new(tallies);
    let (oldest, titles) = open.oldest.into_iter().unzip();
    let report = Report {
        range,
        by,
        zone: zone.name().to_owned(),
        query: question.query.clone(),
        at: moment.at,
        seq,
        points: points(tallies, &range.starts(by)?),
        totals,
        before: before.transpose()?,
        finished: finished(tallies),
        ageing: Ageing::new(&ages.unwrap_or(open.ages), &all, oldest),
    };
    Ok(Counted { report, titles, slowly })
}

struct Counting<'a> {
    question: &'a Question,
    base: Base,
    facts: Facts,
    severities: Option<Vec<Severity>>,
}

impl<'a> Counting<'a> {
    fn new(question: &'a Question, base: Base, me: UserId) -> Result<Self, AppError> {
        let known = |word: &&String| base.people.iter().any(|(name, ids)| name == *word && !ids.is_empty());
        if let Some(word) = question.query.people().iter().find(|word| !known(word)) {
            return Err(AppError::invalid("q", format!("Nobody here is called “{word}”.")));
        }
        let facts = Facts { me, people: base.people.clone(), teams: base.teams.clone(), now: question.at };
        Ok(Self { question, facts, severities: question.severities(), base })
    }

    /// Puts everything in; says whether it was counted issue by issue.
    async fn fill(
        &self,
        tx: &mut Tx,
        wanted: &mut [Tallies],
        ages: &mut Option<Ages>,
        seq: Seq,
    ) -> Result<bool, AppError> {
        let kind = self.question.cut(tx.sees_all()).kind;
        // A token of some projects is not shown the sums of people and tags, which are of all projects.
        let kept = kind != "NONE" && (!self.base.limited || matches!(kind, "SCOPE" | "PROJECT" | "TEAM"));
        let (which, sign) = if kept {
            self.add_cells(wanted, ages)?;
            (Lives::Since(seq), -1)
        } else {
            (Lives::All, 1)
        };
        if kept && seq == self.base.seq {
            return Ok(false);
        }
        // Of what is kept all that came later is taken away again, of the rest all up to there is counted.
        let concerns = |after: &Course| !kept || after.spell.seq > seq;
        let until = if kept { self.base.seq } else { seq };
        let tell = |_, before: Option<&Course>, after: &Course| {
            if concerns(after) {
                self.add_step((wanted, ages), before, after, sign);
            }
        };
        each_step(tx.connection()?, self.base.org, which, until, tell)
            .await
            .map_err(|error| fault(&error))?;
        Ok(!kept)
    }

    fn add_cells(&self, wanted: &mut [Tallies], ages: &mut Option<Ages>) -> Result<(), AppError> {
        let severities = self.severities.as_deref().unwrap_or(Severity::ALL);
        if severities.is_empty() {
            return Ok(());
        }
        for (day, age, body) in &self.base.cells {
            let added = match ages {
                Some(ages) if *age => ages.add_cells(*day, body, severities),
                _ if *age => continue,
                _ => wanted.iter_mut().try_for_each(|tallies| tallies.add_cells(*day, body, severities)),
            };
            added.ok_or_else(|| fault(&"a row of cells cannot be read"))?;
        }
        Ok(())
    }

    fn add_step(
        &self,
        (wanted, ages): (&mut [Tallies], &mut Option<Ages>),
        before: Option<&Course>,
        after: &Course,
        sign: i64,
    ) {
        for delta in deltas(before, after) {
            if delta.what.is_age() && ages.is_none() {
                continue;
            }
            let then = Then { place: delta.place, course: after, projects: &self.base.projects };
            if then.admitted(&self.question.query, &self.facts) {
                let count = sign * i64::from(delta.count);
                if let Some(ages) = ages {
                    ages.add(delta.at, delta.what, count);
                }
                for tallies in &mut *wanted {
                    tallies.add(delta.at, delta.what, delta.place.severity, count);
                }
            }
        }
    }
}

/// What a query is asked about: what an issue was counted by.
struct Then<'a> {
    place: &'a Place,
    course: &'a Course,
    projects: &'a HashMap<ProjectId, ProjectKey>,
}

impl Then<'_> {
    fn admitted(&self, query: &Query, facts: &Facts) -> bool {
        query.admits(self, facts) == Some(true)
    }
}

impl Subject for Then<'_> {
    fn severity(&self) -> Severity {
        self.place.severity
    }
    fn assignee(&self) -> Option<UserId> {
        self.place.assignee
    }
    fn reporter(&self) -> UserId {
        self.course.reporter
    }
    fn created_at(&self) -> Timestamp {
        self.course.created_at
    }
    fn tags(&self) -> &[String] {
        &self.place.tags
    }
    fn project(&self) -> Option<&ProjectKey> {
        self.projects.get(&self.place.project)
    }
    fn row(&self) -> Option<&tracker_domain::issue::IssueRow> {
        None
    }
}
