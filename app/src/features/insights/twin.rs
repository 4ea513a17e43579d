//! The table twin of a chart: the same numbers for those who read them, hear them or copy them.

use leptos::prelude::*;

use crate::ui::icon;

/// A table that can be folded away; it is open at first.
#[component]
pub(super) fn Twin(
    /// What it counts.
    caption: &'static str,
    /// Its columns; the first is what is counted.
    columns: &'static [&'static str],
    /// Its rows: the word, then the cells.
    rows: Signal<Vec<TwinRow>>,
) -> impl IntoView {
    let head = columns.iter().map(|column| view! { <th scope="col">{*column}</th> }).collect_view();
    view! {
        <details class="twin" open>
            <summary>{icon(icondata_lu::LuTable)} "Table"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=caption>
                <table>
                    <caption class="vh">{caption}</caption>
                    <thead><tr>{head}</tr></thead>
                    <tbody>{move || rows.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// One row of a table twin.
#[derive(Clone, PartialEq)]
pub(super) struct TwinRow {
    /// The word that it counts.
    pub(super) word: String,
    /// The numbers.
    pub(super) cells: Vec<String>,
    /// The list that the first number counts.
    pub(super) link: Option<String>,
}

fn row(row: TwinRow) -> impl IntoView {
    let link = row.link;
    let cells = row
        .cells
        .into_iter()
        .enumerate()
        .map(|(column, text)| match link.clone().filter(|_| column == 0) {
            Some(link) => view! { <td><a href=link>{text}</a></td> }.into_any(),
            None => view! { <td>{text}</td> }.into_any(),
        })
        .collect_view();
    view! { <tr><th scope="row">{row.word}</th>{cells}</tr> }
}
