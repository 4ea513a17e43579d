//! What is asked about the database, and what to do about each answer.

use tracker_domain::time::Clock;

use super::{Level, Report};
use crate::{
    storage::{
        MIGRATOR,
        doctor::{Applied, EXAMPLES, Examination, Found, RoleState},
    },
    worker::readers,
};

/// The oldest PostgreSQL that is good enough, as it counts itself.
const OLDEST: i32 = 150_000;

/// Seconds between the clocks: worth a word, and too many.
const SKEW: (f64, f64) = (2.0, 30.0);

pub(super) async fn look(
    examination: &mut Examination,
    clock: &dyn Clock,
    report: &mut Report,
) -> Result<(), sqlx::Error> {
    server(examination, clock, report).await?;
    report.look("roles");
    roles(&examination.roles().await?, report);
    report.look("extensions");
    if !examination.has_trigrams().await? {
        report.find(
            Level::Problem,
            "the extension pg_trgm is not there: the search cannot work",
            "as the owner: CREATE EXTENSION pg_trgm, then `tracker migrate`",
        );
    }
    report.look("migrations");
    if !migrations(&examination.migrations().await?, report) {
        return Ok(());
    }
    if !examination.has_queue().await? {
        report.find(Level::Problem, "the queue of jobs has no tables", "run `tracker migrate`");
    }
    report.look("walls");
    tell(examination.walls().await?, report);
    report.look("log");
    tell(examination.organizations().await?, report);
    report.look("issues");
    tell(examination.issues().await?, report);
    report.look("statistics");
    tell(examination.statistics().await?, report);
    report.look("background work");
    let names: Vec<String> = readers().iter().map(|reader| reader.name().to_owned()).collect();
    tell(examination.background(&names, clock.now().0).await?, report);
    Ok(())
}

async fn server(
    examination: &mut Examination,
    clock: &dyn Clock,
    report: &mut Report,
) -> Result<(), sqlx::Error> {
    let server = examination.server().await?;
    let skew = (clock.now().0 - server.now).as_seconds_f64().abs();
    if server.version < OLDEST {
        report.find(
            Level::Problem,
            format!("the database is PostgreSQL {}", server.version / 10_000),
            "upgrade it to 15 or later",
        );
    }
    if server.superuser {
        report.find(
            Level::Risk,
            "the user of DATABASE_URL is a superuser",
            "use one that only owns the database and may create roles; docs/deploying.md has the statements",
        );
    }
    if server.other_collation {
        report.find(
            Level::Problem,
            "the operating system sorts texts differently than when the database was made: indexes may be wrong",
            "REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION",
        );
    }
    report.look("clocks");
    if skew > SKEW.0 {
        report.find(
            if skew > SKEW.1 { Level::Problem } else { Level::Risk },
            format!("the clocks of program and database are {skew:.0} seconds apart"),
            "let both machines take their time from the network (NTP)",
        );
    }
    Ok(())
}

fn roles(roles: &[RoleState], report: &mut Report) {
    for role in roles {
        let name = &role.name;
        if !role.exists {
            report.find(
                Level::Problem,
                format!("there is no role {name}"),
                "run `tracker migrate` as the owner, who may create roles",
            );
        } else if !role.usable {
            report.find(
                Level::Problem,
                format!("the user of DATABASE_URL may not become {name}"),
                format!("as a superuser: GRANT {name} TO the user of DATABASE_URL"),
            );
        }
        if role.unbound {
            report.find(
                Level::Problem,
                format!("row-level security does not bind {name}: it is a superuser, exempt, or owns tables"),
                format!("ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS, and give its tables to the owner of the database"),
            );
        }
    }
}

/// Whether all that this version needs is there.
fn migrations(applied: &[Applied], report: &mut Report) -> bool {
    let known = |version: i64| MIGRATOR.iter().find(|migration| migration.version == version);
    let is_there = |version: i64| applied.iter().any(|done| done.version == version && done.success);
    let missing: Vec<i64> =
        MIGRATOR.iter().map(|m| m.version).filter(|version| !is_there(*version)).collect();
    let of = |wanted: &dyn Fn(&Applied) -> bool| -> Vec<i64> {
        applied.iter().filter(|done| wanted(done)).map(|done| done.version).collect()
    };
    let changed = of(&|done| known(done.version).is_some_and(|m| *m.checksum != *done.checksum));
    let newer = of(&|done| known(done.version).is_none());
    let complete = missing.is_empty();
    let kinds = [
        (missing, Level::Problem, "migrations are missing", "run `tracker migrate`"),
        (
            changed,
            Level::Problem,
            "migrations are not those of this version",
            "was the program altered? Start the version that made the database, or restore a backup",
        ),
        (
            newer,
            Level::Risk,
            "migrations belong to a newer version",
            "one version apart is fine while upgrading; otherwise start the newer version",
        ),
    ];
    for (versions, level, what, advice) in kinds {
        if !versions.is_empty() {
            let examples = versions.iter().take(EXAMPLES).map(|version| format!("{version:04}")).collect();
            report.find_many(level, what, (versions.len() as i64, examples), advice);
        }
    }
    complete
}

fn tell(found: Vec<Found>, report: &mut Report) {
    for Found { kind, count, examples } in found {
        let (level, what, advice) = meaning(&kind);
        report.find_many(level, what, (count, examples), advice);
    }
}

const RESTORE: &str = "find out who wrote to the database beside the program; the log is what counts, so restore the rows from a backup or set them by hand as its owner";

fn meaning(kind: &str) -> (Level, &'static str, &'static str) {
    match kind {
        "wall" => (
            Level::Problem,
            "tables have no row-level security: one organization may see another's rows",
            "ALTER TABLE … ENABLE ROW LEVEL SECURITY, with the policies of its migration",
        ),
        "index" => {
            (Level::Problem, "indexes are broken and not used", "REINDEX INDEX CONCURRENTLY each of them")
        }
        "gaps" => (
            Level::Problem,
            "logs have gaps, or do not end where their head is",
            "events are never deleted by the program: restore a backup from before they went",
        ),
        "admin" => (
            Level::Problem,
            "organizations have nobody who is ADMIN",
            "tracker admin role <address> ADMIN --org <organization>",
        ),
        "number" => (
            Level::Problem,
            "projects would give a number twice, so that nobody can report there",
            "UPDATE projects SET next_number to one more than the highest number",
        ),
        "events" => (Level::Problem, "issues have no events", RESTORE),
        "status" => (Level::Problem, "issues have another status than their log says", RESTORE),
        "severity" => (Level::Problem, "issues have another severity than their log says", RESTORE),
        "assignee" => (Level::Problem, "issues have another assignee than their log says", RESTORE),
        "comments" => (
            Level::Problem,
            "issues count other comments than they have, or than their log tells of",
            "comments are never deleted by the program: restore them, or set comment_count to their number",
        ),
        "statistics" => (
            Level::Problem,
            "issues or days are not counted as the log says",
            "tracker admin rebuild insights, while everything runs",
        ),
        "behind" => (
            Level::Problem,
            "readers of the log are more than a minute behind",
            "is a worker running? `tracker worker`, or TRACKER_WORKER=true for serve",
        ),
        "ahead" => (
            Level::Problem,
            "readers of the log are ahead of it: a part of the log is gone",
            "tracker admin rebuild insights, after the log is whole again",
        ),
        "leftovers" => (
            Level::Risk,
            "what has ended is not removed",
            "the job does it every ten minutes: is a worker running?",
        ),
        _ => (Level::Problem, "something is wrong that this version has no words for", "see docs/doctor.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_a_role_is_said() {
        let state =
            |exists, usable, unbound| RoleState { name: "tracker_app".to_owned(), exists, usable, unbound };
        let found = |state| {
            let mut report = Report::default();
            roles(&[state], &mut report);
            report.findings.into_iter().map(|finding| finding.what).collect::<Vec<_>>()
        };
        assert_eq!(found(state(true, true, false)), [""; 0]);
        assert_eq!(found(state(false, false, false)), ["there is no role tracker_app"]);
        assert_eq!(found(state(true, false, false)), ["the user of DATABASE_URL may not become tracker_app"]);
        let unbound = found(state(true, true, true));
        assert!(
            unbound.len() == 1 && unbound[0].starts_with("row-level security does not bind"),
            "{unbound:?}"
        );
    }
}
