//! A query as SQL: one condition on `issues i`, put together from fixed texts; every value is bound.
//!
//! It must say the same as `tracker_domain::query` does in memory; a test compares both. Two things need care:
//!
//! - SQL has a third truth. Where a column can be NULL a condition may be neither true nor false, so a negation asks
//!   `IS NOT TRUE` and takes both for false.
//! - Under row-level security only leakproof operators reach an index: `=`, `<` and `= ANY` on text, numbers and times
//!   are. What stands on the other side is looked up once a statement (`ARRAY(SELECT …)`), not once a row.
//!
//! To add a field, add its arm to [`push_term`], and an index that begins with `org_id` if lists are to be read by it.

use sqlx::{Postgres, QueryBuilder};
use tracker_domain::{
    id::{IssueKey, ProjectKey},
    issue::Severity,
    query::{Node, Query, State, Term, Text, Thing, When, Who},
    text::{TagName, TeamSlug},
    time::Timestamp,
};

type Builder = QueryBuilder<Postgres>;

/// Adds ` AND …` to a statement about `issues i`; nothing for a query that shows everything. The texts that every issue
/// has to match ([`Query::searched`]) are not among the conditions: the search itself gives the issues that have them.
pub fn push(builder: &mut Builder, query: &Query, now: Timestamp) {
    let conditions: &[Node] = match &query.root {
        None => &[],
        Some(Node::All(nodes)) => nodes,
        Some(node) => std::slice::from_ref(node),
    };
    for node in conditions.iter().filter(|node| node.text().is_none()) {
        builder.push(" AND ");
        push_node(builder, node, &|builder, term| push_term(builder, term, now));
    }
}

/// Adds ` AND …` to a statement about `spells i`: what issues were then. Only fields that the log tells can be asked for; the
/// others have been refused before.
pub fn push_then(builder: &mut Builder, query: &Query, now: Timestamp) {
    if let Some(root) = &query.root {
        builder.push(" AND ");
        push_node(builder, root, &|builder, term| push_term_then(builder, term, now));
    }
}

fn push_term_then(builder: &mut Builder, term: &Term, now: Timestamp) {
    match term {
        Term::Tag(tags) => {
            let names: Vec<_> = tags.iter().map(ToString::to_string).collect();
            builder.push("i.tags && ").push_bind(names);
        }
        Term::Severity(_)
        | Term::Assignee(_)
        | Term::Reporter(_)
        | Term::Project(_)
        | Term::Team(_)
        | Term::Created(_) => push_term(builder, term, now),
        _ => {
            builder.push("FALSE");
        }
    }
}

/// Whom the query's words mean, as [`tracker_domain::query::Facts::people`] in JSON.
pub fn push_people(builder: &mut Builder, query: &Query) {
    let words = query.people();
    if words.is_empty() {
        builder.push("'[]'::json");
        return;
    }
    builder
        .push("(SELECT coalesce(json_agg(json_build_array(p.word, p.ids)), '[]') FROM (SELECT p.word, json_agg(p.user_id) AS ids FROM tracker_people(")
        .push_bind(words)
        .push(") p GROUP BY p.word) p)");
}

/// What the query's teams own, as [`tracker_domain::query::Facts::teams`] in JSON.
pub fn push_owned(builder: &mut Builder, query: &Query) {
    let teams = query.teams();
    if teams.is_empty() {
        builder.push("'[]'::json");
        return;
    }
    builder
        .push("(SELECT coalesce(json_agg(json_build_array(t.slug, (SELECT coalesce(json_agg(p.key), '[]') FROM projects p WHERE p.org_id = t.org_id AND p.team_id = t.id))), '[]') FROM teams t WHERE t.org_id = tracker_org() AND t.slug = ANY (")
        .push_bind(teams)
        .push("))");
}

/// How a condition becomes SQL.
type PushTerm<'a> = &'a dyn Fn(&mut Builder, &Term);

fn push_node(builder: &mut Builder, node: &Node, push: PushTerm<'_>) {
    match node {
        Node::All(nodes) => {
            push_each(builder, nodes, " AND ", |builder, node| push_node(builder, node, push))
        }
        Node::Any(nodes) => push_each(builder, nodes, " OR ", |builder, node| push_node(builder, node, push)),
        Node::Not(node) => {
            builder.push("((");
            push_node(builder, node, push);
            builder.push(") IS NOT TRUE)");
        }
        Node::Term(term) => push(builder, term),
    }
}

fn push_each<T>(builder: &mut Builder, items: &[T], between: &str, push: impl Fn(&mut Builder, &T)) {
    builder.push("(");
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            builder.push(between);
        }
        push(builder, item);
    }
    builder.push(")");
}

fn push_term(builder: &mut Builder, term: &Term, now: Timestamp) {
    match term {
        Term::Text(text) => push_text(builder, text),
        Term::Is(states) => push_states(builder, states),
        Term::Status(statuses) => {
            push_words(builder, "i.status", statuses.iter().map(|status| status.word()).collect());
        }
        Term::Severity(levels) => {
            let meant =
                Severity::ALL.iter().filter(|severity| levels.iter().any(|level| level.admits(**severity)));
            push_words(builder, "i.severity", meant.map(|severity| severity.word()).collect());
        }
        Term::Assignee(people) => push_people_in(builder, "i.assignee_id", people),
        Term::Reporter(people) => push_people_in(builder, "i.reporter_id", people),
        Term::Tag(tags) => push_tags(builder, tags),
        Term::Project(keys) => push_projects(builder, keys),
        Term::Team(teams) => push_teams(builder, teams),
        Term::Created(times) => push_times(builder, "i.created_at", times, now),
        Term::Updated(times) => push_times(builder, "i.updated_at", times, now),
        Term::Closed(times) => push_times(builder, "i.closed_at", times, now),
        Term::Has(things) => push_each(builder, things, " OR ", push_thing),
        Term::Key(keys) => push_each(builder, keys, " OR ", push_key),
    }
}

/// One word, the common case, is compared with `=`, so that its index gives the order of the list.
fn push_words(builder: &mut Builder, column: &str, words: Vec<&'static str>) {
    builder.push(column);
    match words[..] {
        [word] => builder.push(" = ").push_bind(word),
        _ => builder.push(" = ANY (").push_bind(words).push(")"),
    };
}

/// A tag of few issues is looked up once; of one of many issues, the next ones in the order of the list have it soon. The
/// planner does not know which it will be, and each way takes up to a second in the case of the other.
fn push_tags(builder: &mut Builder, tags: &[TagName]) {
    let names: Vec<_> = tags.iter().map(ToString::to_string).collect();
    let mut push = |before: &str, after: &str| {
        builder
            .push(before)
            .push("it.tag_id = ANY (ARRAY(SELECT t.id FROM tags t WHERE t.org_id = tracker_org() AND t.name = ANY (")
            .push_bind(names.clone())
            .push(")))")
            .push(after);
    };
    let tagged = "FROM issue_tags it WHERE it.org_id = tracker_org() AND ";
    push(&format!("CASE WHEN (SELECT count(*) FROM (SELECT {tagged}"), " LIMIT 2000) few) < 2000");
    push(&format!(" THEN i.id IN (SELECT it.issue_id {tagged}"), ")");
    let one =
        " ELSE EXISTS (SELECT FROM issue_tags it WHERE it.org_id = i.org_id AND it.issue_id = i.id AND ";
    push(one, " OFFSET 0) END");
}

/// One project, the common case, is compared with `=`, so that its issues are read in the order of their last change.
fn push_projects(builder: &mut Builder, keys: &[ProjectKey]) {
    let ids = "(SELECT p.id FROM projects p WHERE p.org_id = tracker_org() AND p.key = ";
    match keys {
        [key] => builder.push("i.project_id = ").push(ids).push_bind(key.to_string()).push(")"),
        keys => {
            let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
            builder.push("i.project_id = ANY (ARRAY").push(ids).push("ANY (").push_bind(keys).push(")))")
        }
    };
}

/// The projects of the teams are looked up once.
fn push_teams(builder: &mut Builder, teams: &[TeamSlug]) {
    let slugs: Vec<_> = teams.iter().map(ToString::to_string).collect();
    builder
        .push("i.project_id = ANY (ARRAY(SELECT p.id FROM teams t JOIN projects p ON p.org_id = t.org_id AND p.team_id = t.id ")
        .push("WHERE t.org_id = tracker_org() AND t.slug = ANY (")
        .push_bind(slugs)
        .push(")))");
}

/// A text that only some of the issues have to match, or none, is asked of each: the search gives the newest alone.
fn push_text(builder: &mut Builder, text: &Text) {
    builder.push("tracker_says(i.id, ").push_bind(text.to_string()).push(")");
}

fn push_states(builder: &mut Builder, states: &[State]) {
    builder.push(match (states.contains(&State::Open), states.contains(&State::Closed)) {
        (true, false) => "i.status <> 'DONE'",
        (false, true) => "i.status = 'DONE'",
        (true, true) => "TRUE",
        (false, false) => "FALSE",
    });
}

fn push_people_in(builder: &mut Builder, column: &str, people: &[Who]) {
    push_each(builder, people, " OR ", |builder, who| {
        builder.push(column);
        match who {
            Who::Me => builder.push(" = tracker_user()"),
            Who::Nobody => builder.push(" IS NULL"),
            Who::Word(_) => builder
                .push(" = ANY (ARRAY(SELECT p.user_id FROM tracker_people(")
                .push_bind(Vec::from_iter(who.word()))
                .push(") p))"),
        };
    });
}

fn push_times(builder: &mut Builder, column: &str, times: &[When], now: Timestamp) {
    push_each(builder, times, " OR ", |builder, when| {
        let interval = when.interval(now);
        builder.push("(").push(column).push(" IS NOT NULL");
        for (operator, bound) in [(" >= ", interval.from), (" < ", interval.until)] {
            if let Some(bound) = bound {
                builder.push(" AND ").push(column).push(operator).push_bind(bound.0);
            }
        }
        builder.push(")");
    });
}

/// Row-level security leaves out what the viewer may not see: hidden files.
fn push_thing(builder: &mut Builder, thing: &Thing) {
    match thing {
        Thing::Attachment => builder.push(
            "EXISTS (SELECT FROM attachments a WHERE a.org_id = i.org_id AND a.issue_id = i.id AND a.removed_at IS NULL)",
        ),
    };
}

fn push_key(builder: &mut Builder, key: &IssueKey) {
    builder
        .push("(i.project_id = (SELECT p.id FROM projects p WHERE p.org_id = tracker_org() AND p.key = ")
        .push_bind(key.project.to_string())
        .push(") AND i.number = ")
        .push_bind(key.number)
        .push(")");
}
