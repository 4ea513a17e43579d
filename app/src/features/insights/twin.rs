//! The table twin of a chart: the same numbers for those who read them, hear them or copy them. The links of its cells are those of
//! the chart's points: a chart follows the link whose `data-point` names the point (see `scripts/charts/charts.js`).

use leptos::{either::Either, prelude::*};

use crate::ui::icon;

/// What a chart shows, as a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// Its columns; the first is what is counted.
    pub(super) columns: Vec<&'static str>,
    /// Its rows.
    pub(super) rows: Vec<TwinRow>,
}

/// One row of a table twin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TwinRow {
    /// The word that it counts.
    pub(super) word: String,
    /// The numbers.
    pub(super) cells: Vec<Cell>,
}

/// A number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// As people read it.
    pub(super) text: String,
    /// The rows that it counts.
    pub(super) link: Option<String>,
    /// Series and place of its point in the chart.
    pub(super) point: Option<(usize, usize)>,
}

impl Cell {
    /// A number without a list.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None, point: None }
    }

    /// A number with its list.
    pub(super) fn linked(text: impl Into<String>, link: String) -> Self {
        Self { text: text.into(), link: Some(link), point: None }
    }

    /// The same as a point of the chart.
    pub(super) fn point(self, series: usize, place: usize) -> Self {
        Self { point: Some((series, place)), ..self }
    }
}

/// A table that can be folded away.
#[component]
pub(super) fn Twin(
    /// What it counts.
    caption: &'static str,
    /// Its id, by which the chart finds it.
    id: String,
    /// What is in it.
    table: Signal<Table>,
    /// Whether it is shown at first.
    open: bool,
) -> impl IntoView {
    let head = move || {
        table.with(|table| {
            table.columns.iter().map(|column| view! { <th scope="col">{*column}</th> }).collect_view()
        })
    };
    view! {
        <details class="twin" id=id open=open>
            <summary>{icon(icondata_lu::LuTable)} "Table"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=format!("{caption}, table")>
                <table>
                    <caption class="vh">{caption}</caption>
                    <thead><tr>{head}</tr></thead>
                    <tbody>{move || table.get().rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn row(row: TwinRow) -> impl IntoView {
    let cell = |cell: Cell| {
        let point = cell.point.map(|(series, place)| format!("{series}:{place}"));
        match cell.link {
            Some(link) => Either::Left(view! { <td><a href=link data-point=point>{cell.text}</a></td> }),
            None => Either::Right(view! { <td>{cell.text}</td> }),
        }
    };
    let cells: Vec<_> = row.cells.into_iter().map(cell).collect();
    view! { <tr><th scope="row">{row.word}</th>{cells}</tr> }
}
