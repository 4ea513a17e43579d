//! Completion of the query language: the values that only the database knows, as far as the viewer may know them.

use app::ports::Caller;
use tracker_domain::{
    error::AppError,
    query::{CompleteQuery, Field, Suggestion},
};

use crate::{App, storage::complete};

/// Longer than any value is; nothing begins with it.
const MAX_PREFIX_CHARS: usize = 100;

/// Values of a field that begin with what was typed.
pub(super) async fn complete(
    app: &App,
    caller: &Caller,
    command: &CompleteQuery,
) -> Result<Vec<Suggestion>, AppError> {
    let mut tx = app.db.read(&app.identity(caller, &command.org)?).await?;
    let member = tx.member().await?;
    let prefix = command.prefix.trim();
    if prefix.chars().count() > MAX_PREFIX_CHARS || prefix.contains('\0') {
        return Ok(Vec::new());
    }
    match command.field.parse() {
        Ok(Field::Assignee | Field::Reporter) => complete::people(&mut tx, &member, prefix).await,
        Ok(Field::Tag) => complete::tags(&mut tx, &member, prefix).await,
        Ok(Field::Project) => complete::projects(&mut tx, &member, prefix).await,
        Ok(Field::Team) => complete::teams(&mut tx, &member, prefix).await,
        _ => Err(AppError::invalid("field", "Known are: assignee, reporter, tag, project, team.")),
    }
}
