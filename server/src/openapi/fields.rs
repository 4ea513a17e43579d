//! What each argument is: one line a name, or a line of its own where a function means something else by it. The names
//! and kinds themselves come from the functions; a test fails for one without a line, and for a line without one.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use tracker_domain::{
    account::IdempotencyKey,
    audit::AuditAction,
    follow::MOST_WAIT,
    id::{InvitationId, IssueKey, PasskeyId, ProjectKey, SessionId, UserId},
    insight::{Count, PRESETS, Step},
    issue::Severity,
    org::Role,
    page::{Cursor, MOST_ROWS, Sort},
    query::Query,
    schema::NewPassword,
    text::{DisplayName, Email, IssueTitle, Markdown, OrgSlug, Secret, TeamSlug},
    token::MOST_DAYS,
    workflow::Status,
};

use super::arguments::{Argument, Kind};

type Shape = fn(&mut SchemaGenerator) -> Schema;

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

fn some(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "minLength": 1 })
}

fn flag(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "boolean" })
}

fn day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date" })
}

fn id(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": "^[0-9]+$" })
}

fn moment(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "format": "date-time" })
}

fn range(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": PRESETS.map(|(word, ..)| word) })
}

fn days(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": MOST_DAYS })
}

fn limit(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": MOST_ROWS })
}

fn wait(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": MOST_WAIT })
}

fn number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "format": "int64" })
}

fn completed(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["assignee", "reporter", "tag", "project"] })
}

/// By name; `<function>.<name>` where a function means something else.
const FIELDS: &[(&str, &str, Shape)] = &[
    ("action", "Only this.", of::<AuditAction>),
    ("admin", "Whether it gets the scope ADMIN.", flag),
    (
        "after",
        "Where the page begins: `next` or `previous` of the page before; empty for the first.",
        of::<Cursor>,
    ),
    ("at", "The moment that it is about, RFC 3339 or a day; now, if it is not said.", text),
    ("answer", "What the browser answered, as JSON.", of::<Secret>),
    ("assignee", "The id of a member; empty for nobody.", id),
    ("audit/view.after", "Where the page begins: `next` of the page before; empty for the first.", text),
    ("body", "Markdown.", of::<Markdown>),
    (
        "bins",
        "Durations, as the dots of the numbers have them: the first bin and the one after the last, `120-124`.",
        text,
    ),
    ("by", "How long a span of a chart is; so that there are some dozens, if it is not said.", of::<Step>),
    ("called", "What the service is called.", of::<DisplayName>),
    ("code", "The code of the authenticator, or a recovery code.", of::<Secret>),
    ("compare", "`before` for the range before too.", text),
    ("count", "What is counted.", of::<Count>),
    ("current_password", "The password until now.", of::<Secret>),
    ("days", "For so many days.", days),
    ("description", "Markdown.", of::<Markdown>),
    ("email", "A mail address.", of::<Email>),
    ("events.after", "After this position of the log; without it, after its end.", number),
    ("events.limit", "Most events of an answer.", limit),
    ("events.wait", "So many seconds may be waited for an event.", wait),
    ("field", "A field of the query language.", completed),
    ("file", "The file's id.", id),
    ("files", "Ids of files that were uploaded for it, separated by commas.", text),
    ("flash", "For pages without JavaScript; programs leave it out.", text),
    ("from", "From this day on, UTC.", day),
    ("id", "The id.", number),
    ("idempotency_key", "The same as the header Idempotency-Key, for forms.", of::<IdempotencyKey>),
    ("insights/rows.severity", "Of this severity only.", of::<Severity>),
    ("insights/rows.status", "In this status, or out of it, only.", of::<Status>),
    ("insights/view.from", "The first day, in the zone's calendar; with `to` in the place of `range`.", day),
    ("insights/view.to", "The last day.", day),
    ("issues/list.severity", "Severities, separated by commas; takes the place of the query's own.", text),
    ("issues/list.status", "Statuses, separated by commas; takes the place of the query's own.", text),
    ("key", "The issue's key.", of::<IssueKey>),
    ("limit", "Most rows of the page.", limit),
    ("made", "For pages without JavaScript; programs leave it out.", text),
    ("member", "The member's id.", id),
    ("members/invite.member", "The id of an imported member whose history the person takes over.", id),
    ("members/list.after", "Where the page begins: `next` of the page before; empty for the first.", text),
    ("members/list.q", "A part of a name or an address.", text),
    ("members/resend_invitation.id", "The invitation.", of::<InvitationId>),
    ("members/revoke_invitation.id", "The invitation.", of::<InvitationId>),
    ("name", "What it is called.", of::<DisplayName>),
    ("new_password", "The new password.", of::<NewPassword>),
    ("org", "The organization's name in URLs.", of::<OrgSlug>),
    ("passkey", "The passkey.", of::<PasskeyId>),
    ("password", "The password.", of::<Secret>),
    ("accounts/accept_invitation.password", "The password.", of::<NewPassword>),
    ("accounts/reset_password.password", "The new password.", of::<NewPassword>),
    ("accounts/sign_up.password", "The password.", of::<NewPassword>),
    ("person", "Whoever did it or had it done to them: a part of a name or an address.", text),
    ("prefix", "What the values begin with.", text),
    ("project", "The project's key.", of::<ProjectKey>),
    (
        "projects",
        "Keys of the only projects that exist for the token, separated by commas; empty for all.",
        text,
    ),
    ("projects/create.key", "The project's key.", of::<ProjectKey>),
    ("projects/edit.key", "The project's key.", of::<ProjectKey>),
    ("proof", "The password, or a code of a factor that is there already.", of::<Secret>),
    ("provider", "The provider's name in the settings.", some),
    ("q", "A query of the query language.", of::<Query>),
    ("range", "Days up to that of `at`: 30 if it is not said.", range),
    ("read", "Whether it gets the scope READ.", flag),
    ("required", "Whether members need a second factor.", flag),
    ("role", "A role.", of::<Role>),
    ("seq", "A position of the log: what came later is not in it; the present one, if it is not said.", id),
    ("service", "The service's id.", of::<UserId>),
    ("sessions/end.id", "The session.", of::<SessionId>),
    ("severity", "How much it hurts.", of::<Severity>),
    ("since", "From this moment on; from the beginning, if it is not said.", moment),
    ("slug", "The team's name in queries; empty for one that is made of its name.", of::<TeamSlug>),
    ("sort", "An order; takes the place of the query's own.", of::<Sort>),
    ("status", "Where it stands.", of::<Status>),
    ("tags", "All the tags that it shall have, separated by commas or spaces.", text),
    ("team", "The team's name in queries.", of::<TeamSlug>),
    ("teams/add_person.person", "The member's mail address.", of::<Email>),
    ("teams/remove_person.person", "The member's id.", id),
    ("text", "Markdown.", of::<Markdown>),
    ("title", "What the issue is called.", of::<IssueTitle>),
    ("to", "Up to this day, UTC.", day),
    ("token", "The secret of the link, or of the question.", of::<Secret>),
    ("until", "Before this moment, or as it was then; now, if it is not said.", moment),
    ("version", "The version that the editor saw.", number),
    ("write", "Whether it gets the scope WRITE.", flag),
    ("zone", "A time zone of the IANA database; the viewer's own, if it is not said.", text),
];

/// The line of a function's argument.
fn line(endpoint: &str, name: &str) -> Option<&'static (&'static str, &'static str, Shape)> {
    let own = format!("{endpoint}.{name}");
    FIELDS.iter().find(|(key, ..)| *key == own).or_else(|| FIELDS.iter().find(|(key, ..)| *key == name))
}

/// The schema of an argument; `None` when it has no line.
pub(super) fn schema(endpoint: &str, argument: &Argument, generator: &mut SchemaGenerator) -> Option<Value> {
    let (_, about, shape) = line(endpoint, argument.name)?;
    let shape = shape(generator).to_value();
    let mut others = Vec::new();
    if argument.nullable {
        others.push(json!({ "type": "null" }));
    } else if argument.kind == Kind::Text && !argument.required && shape != json!({ "type": "string" }) {
        // A field of a form that was left empty.
        others.push(json!({ "const": "" }));
    }
    let mut schema = if others.is_empty() {
        shape
    } else {
        others.insert(0, shape);
        json!({ "anyOf": others })
    };
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".to_owned(), json!(about));
    }
    Some(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::rows;
    use std::collections::BTreeSet;
    use tracker_domain::follow::FollowLog;

    #[test]
    fn every_argument_has_its_line_and_every_line_its_argument() {
        let mut used = BTreeSet::new();
        let feed = (super::super::others::EVENTS, super::super::arguments::of::<FollowLog>().unwrap());
        let functions = rows().map(|row| (row.endpoint(), (row.arguments)().unwrap()));
        for (endpoint, arguments) in functions.chain([feed]) {
            for argument in arguments {
                let found = line(endpoint, argument.name);
                let (key, ..) = found.unwrap_or_else(|| panic!("{endpoint}: {}", argument.name));
                used.insert(*key);
            }
        }
        let all: BTreeSet<_> = FIELDS.iter().map(|(key, ..)| *key).collect();
        assert_eq!(used, all);
    }
}
