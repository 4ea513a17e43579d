//! `GET /{org}/settings/audit.csv`: the audit trail as a table for other programs, as far as the filter of its page goes.

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use futures::stream::try_unfold;
use http::{HeaderMap, header};
use serde::Deserialize;
use tracker_domain::{audit::AuditFilter, error::AppError};

use super::{Http, api, caller::caller};
use crate::{
    fault::fault,
    services::audit::{Export, note},
    storage::audit_page::AuditRow,
};

const HEAD: [&str; 8] = ["when", "who", "address", "action", "target", "details", "machine", "program"];

/// The filter as it stands in the URL.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    action: String,
    person: String,
    from: String,
    to: String,
}

pub(super) async fn table(
    State(http): State<Http>,
    Path(org): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let caller = caller(&http.app.settings, &headers);
    let Asked { action, person, from, to } = asked;
    let filter = AuditFilter { action, person, from, to };
    match Export::begin(&http.app, &caller, &org, &filter).await {
        Ok(export) => attachment(&org, export),
        Err(AppError::Unauthenticated) => Redirect::to("/login").into_response(),
        Err(error) => api::problem(error),
    }
}

/// The rows are read while they are sent.
fn attachment(org: &str, export: Export) -> Response {
    let rows = try_unfold((Some(export), true), |(export, first)| async move {
        let Some(mut export) = export else { return Ok(None) };
        let rows = export.rows().await?;
        let text = written(first, &rows)?;
        let more = (!rows.is_empty()).then_some(export);
        Ok::<_, AppError>(Some((text, (more, false))))
    });
    let name = format!("attachment; filename=\"audit-{org}.csv\"");
    let kind = "text/csv; charset=utf-8".to_owned();
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], Body::from_stream(rows))
        .into_response()
}

fn written(first: bool, rows: &[AuditRow]) -> Result<Bytes, AppError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    if first {
        table.write_record(HEAD).map_err(|error| fault(&error))?;
    }
    for row in rows {
        let (at, note) = (row.at.rfc3339(), note(&row.details));
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (who, address) = (text(&row.name), text(&row.email));
        let cells = [&at, &who, &address, &row.action, &row.target, &note, &row.address, &row.agent];
        table.write_record(cells.map(|cell| harmless(cell))).map_err(|error| fault(&error))?;
    }
    table.into_inner().map(Bytes::from).map_err(|error| fault(&error.error()))
}

/// A cell as a text: spreadsheets take what begins with these signs for a formula, and a name can be anything.
fn harmless(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(harmless(formula).starts_with('\''), "{formula}");
        }
        assert_eq!(harmless("ana@example.org"), "ana@example.org");
    }
}
