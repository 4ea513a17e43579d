//! The insights page, and the rows behind its numbers.

use app::ports::{Caller, InsightsPort};
use async_trait::async_trait;
use tracker_domain::{
    error::AppError,
    insight::{AskInsights, AskRows, InsightsView, NumberRows, quarter_after},
    org::Framed,
    page::Cursor,
    query::Query,
    time::Timestamp,
};

use super::page::tell;
use crate::{
    App,
    insights::{Question, charts, report},
    storage::insights::{self, Cut, Moment, NumberQuery},
};

/// See the module.
#[derive(Debug)]
pub struct InsightsService(pub App);

#[async_trait]
impl InsightsPort for InsightsService {
    async fn view(
        &self,
        caller: &Caller,
        ask: AskInsights,
        flash: &str,
    ) -> Result<Framed<InsightsView>, AppError> {
        tell(caller, self.page(caller, &ask, flash).await)
    }

    async fn rows(
        &self,
        caller: &Caller,
        ask: AskInsights,
        rows: Result<AskRows, AppError>,
        (after, flash): (&str, &str),
    ) -> Result<Framed<NumberRows>, AppError> {
        tell(caller, self.number(caller, &ask, rows, (after, flash)).await)
    }
}

impl InsightsService {
    async fn page(
        &self,
        caller: &Caller,
        ask: &AskInsights,
        flash: &str,
    ) -> Result<Framed<InsightsView>, AppError> {
        let question = Question::read(ask, self.0.clock.now());
        let mut tx = self.0.db.read(&self.0.identity(caller, &ask.org)?).await?;
        let (query, cut) = match &question {
            Ok(question) => (question.query.clone(), question.cut(tx.sees_all())),
            Err(_) => (Query::default(), Cut::default()),
        };
        let row = insights::base(&mut tx, &query, &cut, (flash, self.0.flash_owner(caller))).await?;
        let (Framed { mut frame, view: base }, actor) = row.framed()?;
        // What is wrong with the question is said to those who may ask.
        let counted = report(&mut tx, (actor.user, self.0.clock.now()), &question?, base).await?;
        // What the numbers do not have yet comes to the open page as a live event.
        frame.seq = counted.report.seq;
        let charts = charts::options(&counted.report);
        let view =
            InsightsView { report: counted.report, titles: counted.titles, charts, counted: counted.slowly };
        Ok(Framed { frame, view })
    }

    async fn number(
        &self,
        caller: &Caller,
        ask: &AskInsights,
        rows: Result<AskRows, AppError>,
        (after, flash): (&str, &str),
    ) -> Result<Framed<NumberRows>, AppError> {
        let asked = read(ask, rows, after, self.0.clock.now());
        let mut tx = self.0.db.read(&self.0.identity(caller, &ask.org)?).await?;
        let query = asked.as_ref().map(|asked| asked.question.query.clone()).unwrap_or_default();
        let row =
            insights::base(&mut tx, &query, &Cut::default(), (flash, self.0.flash_owner(caller))).await?;
        let (Framed { frame, view: base }, _) = row.framed()?;
        let asked = asked?;
        let seq = asked.question.position(base.seq)?;
        let moment = Moment { before: asked.rows.to, at: asked.question.at, seq };
        let number = NumberQuery { rows: &asked.rows, query: &query, moment, after: asked.after.as_ref() };
        let (total, rows, next) = insights::number_rows(&mut tx, &number).await?;
        let view = NumberRows {
            total,
            rows,
            next: next.map(|cursor| cursor.to_string()),
            says: asked.rows.sentence(),
            seq,
        };
        Ok(Framed { frame, view })
    }
}

/// What a list of rows is asked for.
struct Asked {
    rows: AskRows,
    question: Question,
    after: Option<Cursor>,
}

fn read(
    ask: &AskInsights,
    rows: Result<AskRows, AppError>,
    after: &str,
    now: Timestamp,
) -> Result<Asked, AppError> {
    let (rows, question) = (rows?, Question::read(ask, now)?);
    let after = if after.is_empty() {
        None
    } else {
        Some(after.parse().map_err(|_| AppError::invalid("after", "This is no place in the list."))?)
    };
    // Of a span that is not over yet the end is the present.
    let rows = AskRows { to: rows.to.min(quarter_after(question.at)), ..rows };
    Ok(Asked { rows, question, after })
}
