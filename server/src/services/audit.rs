//! The audit trail: read by ADMINs, page by page or as a table for other programs.

use app::ports::{Audit, Caller};
use async_trait::async_trait;
use serde_json::{Value, json};
use time::{Date, Time, macros::format_description};
use tracker_domain::{
    audit::{AuditAction, AuditEntry, AuditFilter, AuditList, ListAudit, PAGE_ENTRIES},
    error::AppError,
    org::Framed,
    page::Cursor,
    policy::OrgAction,
    time::{Day, Timestamp},
};

use super::page::tell;
use crate::{
    App, device,
    policy::decide_org,
    storage::{
        audit,
        audit_page::{self, AuditRow, Wanted},
    },
};

/// Rows of the table that are read at a time.
const ROWS: i64 = 1_000;

/// See the port.
#[derive(Debug)]
pub struct AuditService(pub App);

#[async_trait]
impl Audit for AuditService {
    async fn view(
        &self,
        caller: &Caller,
        command: ListAudit,
        flash: &str,
    ) -> Result<Framed<AuditList>, AppError> {
        tell(caller, self.page(caller, &command, flash).await)
    }
}

impl AuditService {
    async fn page(
        &self,
        caller: &Caller,
        command: &ListAudit,
        flash: &str,
    ) -> Result<Framed<AuditList>, AppError> {
        let app = &self.0;
        let wanted = read(&command.filter)?;
        let after = Some(command.after.as_str()).filter(|after| !after.is_empty());
        let after = after.map(str::parse::<Cursor>).transpose()?;
        let mut tx = app.db.read(&app.identity(caller, &command.org)?).await?;
        let (place, flash) = ((after.as_ref(), PAGE_ENTRIES), (flash, app.flash_owner(caller)));
        let (page, actor) = audit_page::page(&mut tx, &wanted, place, flash).await?.framed()?;
        decide_org(actor, OrgAction::ReadAudit).require()?;
        let [previous, next] = page.view.pages;
        let entries = page.view.rows.into_iter().map(in_words).collect();
        Ok(Framed { frame: page.frame, view: AuditList { entries, previous, next } })
    }
}

/// The trail on its way out. It is read a few rows at a time, and each time the policy is asked again: nobody takes out
/// more than they may because they read slowly, and nothing is locked meanwhile.
#[derive(Debug)]
pub struct Export {
    app: App,
    caller: Caller,
    org: String,
    wanted: Wanted,
    after: Option<Cursor>,
}

impl Export {
    /// Begins, which is an entry of the trail itself.
    pub async fn begin(
        app: &App,
        caller: &Caller,
        org: &str,
        filter: &AuditFilter,
    ) -> Result<Self, AppError> {
        let now = app.clock.now();
        let (mut tx, member) = app.write(caller, org).await?;
        decide_org(member.actor, OrgAction::ReadAudit).require()?;
        let mut wanted = read(filter)?;
        // What comes while it is read is not in it.
        wanted.until = Some(wanted.until.map_or(now, |until| until.min(now)));
        let AuditFilter { action, person, from, to } = filter;
        let entry = audit::Entry {
            at: now,
            action: AuditAction::Exported,
            target: "the audit trail",
            client: &caller.client,
            details: json!({ "action": action, "person": person, "from": from, "to": to }),
        };
        audit::record(&mut tx, &entry).await?;
        tx.end().await?;
        Ok(Self { app: app.clone(), caller: caller.clone(), org: org.to_owned(), wanted, after: None })
    }

    /// The next rows; none at the end.
    pub async fn rows(&mut self) -> Result<Vec<AuditRow>, AppError> {
        let mut tx = self.app.db.read(&self.app.identity(&self.caller, &self.org)?).await?;
        let member = tx.member().await?;
        decide_org(member.actor, OrgAction::ReadAudit).require()?;
        let rows = audit_page::rows(&mut tx, &self.wanted, self.after.as_ref(), ROWS).await?;
        self.after = rows.last().map(|row| row.cursor(false));
        Ok(rows)
    }
}

/// What a filter means; what is wrong with any field is said at once.
fn read(filter: &AuditFilter) -> Result<Wanted, AppError> {
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let action = some(&filter.action).map(|word| word.parse::<AuditAction>()).transpose();
    let day = |field: &str, text: &str| some(text).map(|text| day(field, &text)).transpose();
    let person = match some(&filter.person) {
        Some(person) if person.contains('\0') => {
            Err(AppError::invalid("person", "A name has no NUL character."))
        }
        person => Ok(person),
    };
    match (action, person, day("from", &filter.from), day("to", &filter.to)) {
        (Ok(action), Ok(person), Ok(from), Ok(to)) => {
            let until = to.map(|day| midnight(day.next()));
            Ok(Wanted { action, person, from: from.map(midnight), until })
        }
        (action, person, from, to) => Err(AppError::all([action.err(), person.err(), from.err(), to.err()])),
    }
}

fn day(field: &str, text: &str) -> Result<Day, AppError> {
    let read = Date::parse(text, format_description!("[year]-[month]-[day]"));
    read.map(Day).map_err(|_| AppError::invalid(field, "Write a day like 2026-07-14."))
}

fn midnight(day: Day) -> Timestamp {
    Timestamp(day.0.with_time(Time::MIDNIGHT).assume_utc())
}

fn in_words(row: AuditRow) -> AuditEntry {
    let who = match (&row.name, operator(&row.details)) {
        (Some(name), _) => name.clone(),
        (None, true) => "The operator".to_owned(),
        (None, false) => "Somebody".to_owned(),
    };
    AuditEntry {
        at: row.at,
        who,
        who_address: row.email.unwrap_or_default(),
        what: label(&row.action),
        target: row.target,
        note: note(&row.details),
        address: row.address,
        agent: if row.agent.is_empty() { row.agent } else { device::describe(&row.agent) },
    }
}

/// A newer version of the program may have words that this one does not know.
fn label(action: &str) -> String {
    let known = action.parse::<AuditAction>();
    known.map_or_else(|_| action.replace('_', " ").to_lowercase(), |action| action.label().to_owned())
}

fn operator(details: &Value) -> bool {
    details.get("by").is_some_and(|by| by == "operator")
}

/// The details in words; what is empty is left out.
pub fn note(details: &Value) -> String {
    let Value::Object(details) = details else { return String::new() };
    let said = details.iter().filter_map(|(name, value)| {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        (!text.is_empty()).then(|| format!("{name}: {text}"))
    });
    said.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_whole_or_every_wrong_field_is_named() {
        let filter = |action: &str, from: &str, to: &str| AuditFilter {
            action: action.to_owned(),
            person: String::new(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        let wanted = read(&filter("EXPORTED", "2026-07-01", "2026-07-31")).unwrap();
        assert_eq!(wanted.until.unwrap().to_string(), "1 Aug 2026, 00:00 UTC");
        let error = read(&filter("FLEW", "soon", "2026-02-30")).unwrap_err();
        assert!(["action", "from", "to"].iter().all(|field| error.about(field).is_some()), "{error}");
    }

    #[test]
    fn details_are_words_without_what_is_empty() {
        assert_eq!(
            note(&json!({ "from": "REPORTER", "to": "ADMIN", "x": "", "y": null })),
            "from: REPORTER, to: ADMIN"
        );
        assert_eq!(label("ROLE_CHANGED"), "changed the role of");
        assert_eq!(label("OF_LATER"), "of later");
    }
}
