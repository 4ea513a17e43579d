//! `GET /{org}/insights/{chart}.svg` and `.csv`: a chart as a picture and as numbers, of the same option that the browser draws.

use axum::{
    extract::{Path, Query, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::Value;
use tracker_domain::{
    error::AppError,
    insight::{AskInsights, Chart, InsightsView},
};

use super::{Http, api, caller::caller};
use crate::{
    draw::Picture,
    fault::{fault, unavailable},
    insights::palette,
};

/// What the URL says beside the question.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Look {
    /// `dark`, or the light theme.
    theme: String,
    /// `narrow` for a phone, `medium` for a tablet, or the width of a page.
    width: String,
}

pub(super) async fn chart(
    State(http): State<Http>,
    Path((org, file)): Path<(String, String)>,
    Query(ask): Query<AskInsights>,
    Query(look): Query<Look>,
    request: Request,
) -> Response {
    let caller = caller(&http.app.settings, &request);
    let Some((chart, kind)) =
        file.split_once('.').and_then(|(chart, kind)| Some((chart.parse().ok()?, kind)))
    else {
        return api::problem(AppError::NotFound);
    };
    let view = http.ports.insights.view(&caller, AskInsights { org, ..ask }, "").await;
    let made = match (view, kind) {
        (Ok(framed), "svg") => picture(&http, chart, framed.view, &look).await,
        (Ok(framed), "csv") => table(chart, &framed.view).map(|text| (text, "text/csv; charset=utf-8")),
        (Ok(_), _) => Err(AppError::NotFound),
        (Err(error), _) => Err(error),
    };
    match made {
        Ok((body, kind)) => answer(&file, body, kind),
        Err(AppError::Unauthenticated) => Redirect::to("/login").into_response(),
        Err(error) => api::problem(error),
    }
}

/// The name is a chart's word, so it needs no care in a header. Another reader of the same browser may see less.
fn answer(file: &str, body: String, kind: &'static str) -> Response {
    let mut response =
        ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], body).into_response();
    if let Ok(name) = HeaderValue::from_str(&format!("inline; filename=\"{file}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

async fn picture(
    http: &Http,
    chart: Chart,
    view: InsightsView,
    look: &Look,
) -> Result<(String, &'static str), AppError> {
    let width = match look.width.as_str() {
        "narrow" => 350,
        "medium" => 780,
        _ if chart.is_wide() => 1_280,
        _ => 620,
    };
    let picture = Picture {
        option: option(chart, &view)?.to_owned(),
        palette: palette::of(&look.theme).to_owned(),
        size: (width, chart.height()),
        title: chart.label().to_owned(),
    };
    let svg = http.site.draw.svg(picture).await.map_err(|error| unavailable(&error))?;
    Ok((svg, "image/svg+xml"))
}

fn option(chart: Chart, view: &InsightsView) -> Result<&str, AppError> {
    view.charts.get(chart as usize).map(String::as_str).ok_or(AppError::NotFound)
}

/// The numbers that are drawn: durations in seconds.
fn table(chart: Chart, view: &InsightsView) -> Result<String, AppError> {
    let option: Value = serde_json::from_str(option(chart, view)?).map_err(|error| fault(&error))?;
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows(&option) {
        table.write_record(row).map_err(|error| fault(&error))?;
    }
    let bytes = table.into_inner().map_err(|error| fault(&error.error()))?;
    String::from_utf8(bytes).map_err(|error| fault(&error))
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A column for each series where they share their places, else a row for each point.
fn rows(option: &Value) -> Vec<Vec<String>> {
    let axis = |name: &str| {
        option[name].as_array().and_then(|axes| axes.first()).and_then(|axis| axis["data"].as_array())
    };
    let places: Vec<String> = axis("xAxis")
        .or_else(|| axis("yAxis"))
        .map(|data| data.iter().map(text).collect())
        .unwrap_or_default();
    let none = Vec::new();
    let series = option["series"].as_array().unwrap_or(&none);
    let value = |point: &Value| if point.is_object() { point["value"].clone() } else { point.clone() };
    let points = |of: &Value| {
        of["data"].as_array().map(|data| data.iter().map(value).collect::<Vec<_>>()).unwrap_or_default()
    };
    let pairs = series.iter().any(|of| points(of).iter().any(Value::is_array));
    let mut rows = Vec::new();
    if !pairs {
        rows.push([String::new()].into_iter().chain(series.iter().map(|of| text(&of["name"]))).collect());
        let columns: Vec<_> = series.iter().map(points).collect();
        for (at, place) in places.iter().enumerate() {
            let cells = columns.iter().map(|column| column.get(at).map(text).unwrap_or_default());
            rows.push([place.clone()].into_iter().chain(cells).collect());
        }
        return rows;
    }
    rows.push(["series", "place", "value", "says"].map(str::to_owned).into());
    for of in series {
        let data = of["data"].as_array().unwrap_or(&none);
        for (at, point) in data.iter().enumerate() {
            let (place, number) = match value(point) {
                Value::Array(pair) => {
                    let place = pair.first().map(text).unwrap_or_default();
                    let named = place.parse().ok().and_then(|at: usize| places.get(at).cloned());
                    (named.unwrap_or(place), pair.get(1).map(text).unwrap_or_default())
                }
                other => (places.get(at).cloned().unwrap_or_default(), text(&other)),
            };
            rows.push(vec![text(&of["name"]), place, number, text(&point["name"])]);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_has_what_is_drawn() {
        let bars = json!({
            "xAxis": [{ "data": ["2026-03-01", "2026-03-02"] }],
            "series": [{ "name": "Opened", "data": [3, 4] }, { "name": "p50", "data": [null, { "value": 2.5 }] }],
        });
        assert_eq!(rows(&bars), [["", "Opened", "p50"], ["2026-03-01", "3", ""], ["2026-03-02", "4", "2.5"]]);
        let dots = json!({
            "xAxis": [{ "data": ["Open", "Done"] }],
            "series": [{ "name": "1 issue", "data": [{ "name": "1 issue", "value": [1, 60.0] }] }],
        });
        assert_eq!(rows(&dots)[1], ["1 issue", "Done", "60.0", "1 issue"]);
    }
}
