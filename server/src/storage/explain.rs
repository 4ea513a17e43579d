//! The queries that people wait for, and their plans. `./bench` writes the plans down, and a test holds them to indexes
//! (`server/tests/it/explain.rs`); both take the queries from here.
//!
//! To add one, add it to [`HOT`] and say in `push` how it is asked. What runs inside a function is not in its plan: for
//! the search, the test looks at how many rows were read.

use sqlx::{Postgres, QueryBuilder, Row};
use tracker_domain::{
    error::AppError,
    id::{IssueKey, Seq},
    issue::PAGE_ROWS,
    page::Cursor,
    query::Query,
    time::{Day, Timestamp},
};

use super::{
    Tx, db,
    insights::{self, Moment, OpenQuery},
    list,
    list::ListQuery,
};
use crate::worker::INSIGHTS;

/// A query that people wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hot {
    /// The list of a query.
    List(&'static str),
    /// A page of the list far down, after [`Sample::deep`].
    DeepPage,
    /// The list of what matches [`Sample::common`] or [`Sample::rare`].
    Search {
        /// Which of the two.
        common: bool,
    },
    /// The page of [`Sample::issue`].
    Issue,
    /// What a page of insights begins with.
    Insights,
    /// The open issues of such a page.
    OpenIssues,
}

/// All of them, by the name that a plan is kept under.
pub const HOT: &[(&str, Hot)] = &[
    ("list", Hot::List("")),
    ("list_by_title", Hot::List("sort:title")),
    ("list_by_key", Hot::List("sort:key")),
    ("list_by_severity", Hot::List("sort:-severity")),
    ("list_deep", Hot::DeepPage),
    ("list_open", Hot::List("status:OPEN")),
    ("list_not_done", Hot::List("is:open")),
    ("list_critical", Hot::List("severity:CRITICAL")),
    ("list_open_critical", Hot::List("status:OPEN severity:CRITICAL")),
    ("search_common", Hot::Search { common: true }),
    ("search_rare", Hot::Search { common: false }),
    ("issue", Hot::Issue),
    ("insights", Hot::Insights),
    ("insights_open", Hot::OpenIssues),
];

/// What the queries ask for.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Some issue.
    pub issue: IssueKey,
    /// A time of last change that many issues are before.
    pub deep: Timestamp,
    /// A word of many issues.
    pub common: String,
    /// A word of few.
    pub rare: String,
    /// Since when the insights are asked for.
    pub since: Day,
}

/// The plan of a query, for the person that the transaction speaks for. The options are those of `EXPLAIN`, such as
/// `FORMAT JSON` or `ANALYZE, BUFFERS`.
pub async fn explain(
    tx: &mut Tx,
    hot: Hot,
    sample: &Sample,
    options: &'static str,
) -> Result<String, AppError> {
    let mut builder = QueryBuilder::new("EXPLAIN (");
    builder.push(options).push(") ");
    push(&mut builder, hot, sample, !tx.sees_all())?;
    let rows = builder.build().persistent(false).fetch_all(tx.connection()?).await.map_err(db)?;
    // A line of text or a JSON document: unchecked, since both are characters.
    let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get_unchecked(0)).collect();
    Ok(lines.map_err(db)?.join("\n"))
}

fn push(builder: &mut QueryBuilder<Postgres>, hot: Hot, sample: &Sample, own: bool) -> Result<(), AppError> {
    let mut list = |text: &str, after: Option<&Cursor>| {
        let query = Query::parse(text)?;
        let query = ListQuery { query: &query, now: sample.deep, after, limit: PAGE_ROWS, flash: ("", None) };
        list::push_statement(builder, &query, own);
        Ok(())
    };
    match hot {
        Hot::List(query) => list(query, None),
        Hot::DeepPage => {
            let value = sample.deep.micros().to_string();
            list("", Some(&Cursor { backwards: false, id: i64::MAX, value }))
        }
        Hot::Search { common } => list(if common { &sample.common } else { &sample.rare }, None),
        Hot::Issue => {
            let key = &sample.issue;
            let values = (key.project.as_str().to_owned(), key.number);
            push_file(builder, include_str!("issue_page.sql"), |builder, n| match n {
                1 => drop(builder.push_bind(values.0.clone())),
                2 => drop(builder.push_bind(values.1)),
                3 => drop(builder.push_bind(String::new())),
                _ => drop(builder.push_bind(None::<Vec<u8>>)),
            });
            Ok(())
        }
        Hot::OpenIssues => {
            let now = Timestamp(time::macros::datetime!(2126-01-01 00:00 UTC));
            let moment = Moment { before: now, at: now, seq: Seq(i64::MAX - 1) };
            let query = &Query::default();
            let asked = OpenQuery { query: (query, moment.at), moment, named: 5, ages: false };
            insights::push_open(builder, asked);
            Ok(())
        }
        Hot::Insights => {
            push_file(builder, include_str!("insights.sql"), |builder, n| match n {
                1 => drop(builder.push_bind(String::new())),
                2 => drop(builder.push_bind(None::<Vec<u8>>)),
                3 => drop(builder.push_bind(INSIGHTS)),
                4 | 5 | 7 => drop(builder.push_bind(Vec::<String>::new())),
                6 => drop(builder.push_bind("SCOPE")),
                8 => drop(builder.push_bind(sample.since.0)),
                9 => drop(builder.push_bind(sample.deep.day().0)),
                _ => drop(builder.push_bind(true)),
            });
            Ok(())
        }
    }
}

/// Puts a statement with `$1`, `$2` … into the builder, each bound by `bind`.
fn push_file(
    builder: &mut QueryBuilder<Postgres>,
    sql: &'static str,
    bind: impl Fn(&mut QueryBuilder<Postgres>, u32),
) {
    let comment: usize =
        sql.split_inclusive('\n').take_while(|line| line.starts_with("--")).map(str::len).sum();
    let mut parts = sql[comment..].split('$');
    builder.push(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        bind(builder, number.parse().unwrap_or(0));
        builder.push(rest);
    }
}
