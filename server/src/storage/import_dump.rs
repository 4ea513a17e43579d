//! Writing what an export says, each batch in one transaction, at the positions that it says.
//!
//! Like [`super::import`] it runs as the owner. What is there already is left out, so that a restoration which was
//! interrupted goes on.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::{collections::HashMap, fmt::Display};
use time::OffsetDateTime;
use tracker_domain::{
    id::{ProjectId, UserId},
    issue::Severity,
    org::Role,
    text::{DisplayName, Email, OrgSlug, TagName, TeamSlug},
    time::Timestamp,
    workflow::Status,
};

use super::import::{self, Marked, Place};
use crate::export::{
    ExportError,
    line::{FactsLine, Head, PersonLine, ProjectLine, TagLine, TeamLine},
};

/// The marks of restorations, and the ties that an export says lead to an issue.
const SOURCE: &str = "dump";

/// A line with its number and its text as safe HTML.
#[derive(Debug)]
pub struct Text<T> {
    /// From 1.
    pub number: u64,
    /// What it says.
    pub line: T,
    /// Of its Markdown.
    pub html: String,
}

/// What an organization is for an export.
#[derive(Debug)]
pub enum Found {
    /// Empty, or begun by an earlier run of the same export.
    Here(Place),
    /// In use.
    InUse,
}

/// What names are as ids.
#[derive(Debug)]
pub struct Names {
    pub(super) people: HashMap<String, i64>,
    projects: HashMap<String, i64>,
}

pub(super) fn wrong(number: u64, why: impl Display) -> ExportError {
    ExportError::Refused(format!("line {number}: {why}"))
}

pub(super) fn column<T, C>(rows: &[T], value: impl Fn(&T) -> C) -> Vec<C> {
    rows.iter().map(value).collect()
}

/// What tells one export from another: its head says of what it is and at which position.
pub fn fingerprint(head: &str) -> String {
    Sha256::digest(head.trim_end().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes the organization if there is none, and marks it as what this export goes to.
pub async fn prepare(
    connection: &mut PgConnection,
    slug: &OrgSlug,
    head: &Head,
    (fingerprint, now): (&str, Timestamp),
) -> Result<Found, sqlx::Error> {
    let mut tx = sqlx::Connection::begin(connection).await?;
    let org = match import::find_org(&mut tx, slug).await? {
        Some(org) => org,
        None => import::add_org(&mut tx, slug, Some(&head.name), Timestamp(head.created_at)).await?,
    };
    let place = Place { org, slug: slug.clone(), source: SOURCE.to_owned(), run_at: now };
    let keys = [fingerprint.to_owned()];
    if import::marks(&mut tx, &place, Marked::Dump, &keys).await?.is_empty() {
        let empty = sqlx::query_scalar!(
            r#"SELECT h.seq = 0 AND NOT EXISTS (SELECT FROM memberships m WHERE m.org_id = h.org_id)
                   AND NOT EXISTS (SELECT FROM projects p WHERE p.org_id = h.org_id) AS "empty!"
               FROM org_heads h WHERE h.org_id = $1"#,
            org.0
        );
        if !empty.fetch_one(&mut *tx).await? {
            return Ok(Found::InUse);
        }
        import::mark(&mut tx, &place, Marked::Dump, (&keys, &[0], &[1])).await?;
    }
    tx.commit().await?;
    Ok(Found::Here(place))
}

/// Makes members. An account that is there already keeps its name and its password.
pub async fn insert_people(
    connection: &mut PgConnection,
    place: &Place,
    people: &[PersonLine],
) -> Result<(), ExportError> {
    for person in people {
        let address = Email::parse(&person.address).map_err(|error| wrong_person(person, error))?;
        DisplayName::parse(&person.name).map_err(|error| wrong_person(person, error))?;
        person.role.parse::<Role>().map_err(|error| wrong_person(person, error))?;
        if address.as_str() != person.address {
            return Err(wrong_person(person, "it is not written as an address is kept"));
        }
    }
    let addresses = column(people, |person| person.address.clone());
    sqlx::query!(
        "INSERT INTO users (email, name, created_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS new ON CONFLICT (email) DO NOTHING",
        &addresses,
        &column(people, |person| person.name.clone()),
        &column(people, |person| person.created_at),
    )
    .execute(&mut *connection)
    .await?;
    let disabled: Vec<Option<OffsetDateTime>> = column(people, |person| person.disabled_at);
    sqlx::query!(
        "INSERT INTO memberships (org_id, user_id, role, created_at, disabled_at)
         SELECT $1, u.id, new.role, new.joined_at, new.disabled_at
         FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
             AS new (address, role, joined_at, disabled_at)
         JOIN users u ON u.email = new.address
         ON CONFLICT DO NOTHING",
        place.org.0,
        &addresses,
        &column(people, |person| person.role.clone()),
        &column(people, |person| person.joined_at),
        &disabled as &[Option<OffsetDateTime>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn wrong_person(person: &PersonLine, why: impl Display) -> ExportError {
    ExportError::Refused(format!("the person {}: {why}", person.address))
}

/// Makes teams with their people. A line that names somebody who is no member is refused.
pub async fn insert_teams(
    connection: &mut PgConnection,
    place: &Place,
    teams: &[TeamLine],
) -> Result<(), ExportError> {
    let refused =
        |team: &TeamLine, why: &dyn Display| ExportError::Refused(format!("the team {}: {why}", team.slug));
    for team in teams {
        TeamSlug::parse(&team.slug).map_err(|error| refused(team, &error))?;
        DisplayName::parse(&team.name).map_err(|error| refused(team, &error))?;
        sqlx::query!(
            "INSERT INTO teams (org_id, slug, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            place.org.0,
            team.slug,
            team.name,
            team.created_at
        )
        .execute(&mut *connection)
        .await?;
        let known = sqlx::query_scalar!(
            r#"WITH people AS (
                   SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id
                   WHERE m.org_id = $1 AND u.email = ANY ($3)
               ), joined AS (
                   INSERT INTO team_members (org_id, team_id, user_id)
                   SELECT $1, t.id, p.user_id FROM teams t, people p WHERE t.org_id = $1 AND t.slug = $2
                   ON CONFLICT DO NOTHING
               )
               SELECT count(*) AS "count!" FROM people"#,
            place.org.0,
            team.slug,
            &team.people
        )
        .fetch_one(&mut *connection)
        .await?;
        if known != team.people.len() as i64 {
            return Err(refused(team, &"it has somebody who is no person of this export"));
        }
    }
    Ok(())
}

/// Makes projects.
pub async fn insert_projects(
    connection: &mut PgConnection,
    place: &Place,
    projects: &[ProjectLine],
) -> Result<(), ExportError> {
    let teams: Vec<Option<String>> = column(projects, |project| project.team.clone());
    let named: Vec<String> = teams.iter().flatten().cloned().collect();
    let unknown = sqlx::query_scalar!(
        r#"SELECT named AS "named!" FROM unnest($2::text[]) AS named
           WHERE NOT EXISTS (SELECT FROM teams t WHERE t.org_id = $1 AND t.slug = named) LIMIT 1"#,
        place.org.0,
        &named
    );
    if let Some(team) = unknown.fetch_optional(&mut *connection).await? {
        return Err(ExportError::Refused(format!(
            "a project belongs to the team {team}, which is not there"
        )));
    }
    sqlx::query!(
        "INSERT INTO projects (org_id, key, name, team_id, next_number, created_at)
         SELECT $1, new.key, new.name, t.id, new.next_number, new.created_at
         FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[])
             AS new (key, name, team, next_number, created_at)
         LEFT JOIN teams t ON t.org_id = $1 AND t.slug = new.team
         ON CONFLICT (org_id, key) DO NOTHING",
        place.org.0,
        &column(projects, |project| project.key.clone()),
        &column(projects, |project| project.name.clone()),
        &teams as &[Option<String>],
        &column(projects, |project| project.next_number),
        &column(projects, |project| project.created_at),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes tags.
pub async fn insert_tags(
    connection: &mut PgConnection,
    place: &Place,
    tags: &[TagLine],
) -> Result<(), ExportError> {
    for tag in tags {
        TagName::parse(&tag.name)
            .map_err(|error| ExportError::Refused(format!("the tag {}: {error}", tag.name)))?;
    }
    sqlx::query!(
        "INSERT INTO tags (org_id, name) SELECT $1, name FROM unnest($2::text[]) AS name ON CONFLICT DO NOTHING",
        place.org.0,
        &column(tags, |tag| tag.name.clone()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Who and what the rest of the lines can name.
pub async fn names(connection: &mut PgConnection, place: &Place) -> Result<Names, sqlx::Error> {
    let people = sqlx::query!(
        "SELECT u.email, u.id FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = $1",
        place.org.0
    );
    let people =
        people.fetch_all(&mut *connection).await?.into_iter().map(|row| (row.email, row.id)).collect();
    let projects = sqlx::query!("SELECT key, id FROM projects WHERE org_id = $1", place.org.0);
    let projects = projects.fetch_all(connection).await?.into_iter().map(|row| (row.key, row.id)).collect();
    Ok(Names { people, projects })
}

impl Names {
    pub(super) fn person(&self, number: u64, address: &str) -> Result<UserId, ExportError> {
        let id = self.people.get(address);
        id.map(|id| UserId(*id)).ok_or_else(|| wrong(number, format!("there is no person {address}")))
    }

    pub(super) fn project(&self, number: u64, key: &str) -> Result<ProjectId, ExportError> {
        let id = self.projects.get(key);
        id.map(|id| ProjectId(*id)).ok_or_else(|| wrong(number, format!("there is no project {key}")))
    }

    pub(super) fn facts(&self, number: u64, facts: &FactsLine) -> Result<Value, ExportError> {
        let status: Status = facts.status.parse().map_err(|error| wrong(number, error))?;
        let severity: Severity = facts.severity.parse().map_err(|error| wrong(number, error))?;
        let (project, reporter) =
            (self.project(number, &facts.project)?, self.person(number, &facts.reporter)?);
        Ok(json!({ "project": project, "reporter": reporter, "severity": severity, "status": status }))
    }
}
