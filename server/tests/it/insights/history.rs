//! Histories that nobody lived: issues with random courses, told to the log in an order that is not that of time, as imports and
//! late events do.

use serde_json::{Value, json};
use server::testing::{Actor, TestApp};
use time::{Duration, OffsetDateTime, macros::datetime};
use tracker_domain::{issue::Severity, time::Timestamp, workflow::Status};

/// The same numbers for the same seed.
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What the log tells of one issue at a time.
#[derive(Debug, Clone)]
pub struct Told {
    pub seq: i64,
    pub at: OffsetDateTime,
    pub issue: usize,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Reported,
    Moved(Status),
    Weighed(Severity),
    Given(Option<usize>),
    Tagged(&'static str, bool),
}

/// An issue's fixed parts.
#[derive(Debug, Clone, Copy)]
pub struct Born {
    pub project: usize,
    pub reporter: usize,
    pub severity: Severity,
}

pub struct History {
    pub issues: Vec<Born>,
    pub told: Vec<Told>,
}

const TAGS: [&str; 3] = ["api", "docs", "ui"];
/// The clocks of half the world are turned in these months, and one of them has a leap day.
const START: OffsetDateTime = datetime!(2024-01-20 00:00 UTC);
const SECONDS: u64 = 400 * 24 * 3600;

/// So many issues.
pub fn history(chance: &mut Chance, issues: usize) -> History {
    let severity = |chance: &mut Chance| Severity::ALL[chance.below(4) as usize];
    let mut born = vec![];
    let mut courses: Vec<Vec<(OffsetDateTime, What)>> = vec![];
    for _ in 0..issues {
        born.push(Born {
            project: chance.below(3) as usize,
            reporter: chance.below(3) as usize,
            severity: severity(chance),
        });
        let mut at = START + Duration::seconds(chance.below(SECONDS) as i64);
        let mut course = vec![(at, What::Reported)];
        for _ in 0..chance.below(9) {
            // Sometimes two things happen at one instant, as imports tell it.
            at += Duration::seconds(if chance.below(6) == 0 { 0 } else { chance.below(SECONDS / 12) as i64 });
            course.push((
                at,
                match chance.below(8) {
                    0..4 => What::Moved(Status::ALL[chance.below(4) as usize]),
                    4 => What::Weighed(severity(chance)),
                    5 => What::Given(Some(chance.below(3) as usize).filter(|who| *who < 2)),
                    _ => What::Tagged(TAGS[chance.below(3) as usize], chance.below(3) > 0),
                },
            ));
        }
        courses.push(course);
    }
    // The log hears of the issues in any order, of each one's course in its own.
    let mut told = vec![];
    let mut next = vec![0; issues];
    while let Some(issue) =
        Some(chance.below(issues as u64) as usize).filter(|_| (0..issues).any(|n| next[n] < courses[n].len()))
    {
        let run = 1 + chance.below(4) as usize;
        for (at, what) in courses[issue].iter().skip(next[issue]).take(run) {
            told.push(Told { seq: 0, at: *at, issue, what: what.clone() });
        }
        next[issue] += run;
    }
    History { issues: born, told }
}

/// The people of the histories, the first of them the ADMIN.
pub struct People {
    pub actors: Vec<Actor>,
    pub ids: Vec<i64>,
}

/// Writes a history into an organization that has three projects.
pub async fn write(app: &TestApp, people: &People, history: &mut History) {
    app.owner_sql(
        "INSERT INTO projects (org_id, key, name, created_at) SELECT id, k, k, '2024-01-01' FROM organizations, unnest(ARRAY['WEB', 'OPS']) k
             ON CONFLICT DO NOTHING",
    )
    .await;
    let mut ids = vec![];
    for born in &history.issues {
        let number = app.owner_count("UPDATE projects SET next_number = next_number + 1 WHERE id = (SELECT min(id) FROM projects) RETURNING next_number - 1").await;
        let project = project(app, born.project).await;
        let reporter = people.ids[born.reporter];
        let severity = born.severity;
        ids.push(app.owner_count(&format!(
            "INSERT INTO issues (org_id, project_id, number, title, description, description_html, status, severity, reporter_id, created_at, updated_at)
             SELECT min(id), {project}, 1000 + {number}, 'It breaks', '', '', 'OPEN', '{severity}', {reporter}, '2024-01-01', '2024-01-01' FROM organizations
             RETURNING id"
        )).await);
    }
    let mut now: Vec<(Status, Severity, Option<usize>)> =
        history.issues.iter().map(|born| (Status::Open, born.severity, None)).collect();
    let mut values = vec![];
    let mut seq = app.owner_count("SELECT seq FROM org_heads").await;
    for told in &mut history.told {
        seq += 1;
        told.seq = seq;
        let (born, state) = (history.issues[told.issue], &mut now[told.issue]);
        let (kind, data) = change(&told.what, state, people);
        let project = project(app, born.project).await;
        let facts = json!({ "project": project, "reporter": people.ids[born.reporter], "severity": state.1, "status": state.0 });
        let payload = json!({ "data": data, "facts": facts }).to_string();
        let at = Timestamp(told.at).rfc3339();
        values
            .push(format!("({seq}, '{at}'::timestamptz, {}, '{kind}', '{payload}'::jsonb)", ids[told.issue]));
    }
    app.owner_sql(&format!(
        "INSERT INTO events (org_id, seq, at, recorded_at, actor_id, origin, issue_id, kind, version, payload)
         SELECT o.id, v.seq, v.at, now(), {}, 'IMPORT', v.issue, v.kind, 1, v.payload FROM (SELECT min(id) AS id FROM organizations) o,
         (VALUES {}) AS v (seq, at, issue, kind, payload);
         UPDATE org_heads SET seq = {seq}",
        people.ids[0],
        values.join(", ")
    ))
    .await;
}

async fn project(app: &TestApp, place: usize) -> i64 {
    app.owner_count(&format!("SELECT id FROM projects ORDER BY id OFFSET {place} LIMIT 1")).await
}

/// The event as the log has it, and what the issue is after it.
fn change(
    what: &What,
    now: &mut (Status, Severity, Option<usize>),
    people: &People,
) -> (&'static str, Value) {
    let person = |who: Option<usize>| who.map(|who| json!({ "id": people.ids[who], "name": "Somebody" }));
    match what {
        What::Reported => ("issue_created", json!({ "title": "It breaks" })),
        What::Moved(to) => {
            let from = std::mem::replace(&mut now.0, *to);
            ("status_moved", json!({ "from": from, "to": to }))
        }
        What::Weighed(to) => {
            let from = std::mem::replace(&mut now.1, *to);
            ("severity_set", json!({ "from": from, "to": to }))
        }
        What::Given(to) => {
            let from = std::mem::replace(&mut now.2, *to);
            ("assignee_set", json!({ "from": person(from), "to": person(*to) }))
        }
        What::Tagged(tag, true) => ("tags_changed", json!({ "added": [tag], "removed": [] })),
        What::Tagged(tag, false) => ("tags_changed", json!({ "added": [], "removed": [tag] })),
    }
}
