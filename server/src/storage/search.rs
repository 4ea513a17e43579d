//! What a text in a query means for the list: which issues, how well they match, and the pieces of text that show it.
//!
//! The database finds and ranks (`tracker_search`, see `docs/search.md`); the pieces are cut there and marked here, by
//! `tracker_domain::search`. Both look only at what the transaction's person may see.

use serde::Deserialize;
use sqlx::{Postgres, QueryBuilder};
use tracker_domain::{
    issue::{SEARCHED_BESIDE, SEARCHED_TEXTS},
    search::{Place, Snippet},
};

/// How many of the newest texts that match are looked at; `alone` is whether nothing else is asked.
pub(super) const fn cap(alone: bool) -> u16 {
    if alone { SEARCHED_TEXTS } else { SEARCHED_BESIDE }
}

/// Restricts the issues `i` of a statement to those that match a text; from here on `s.rank` is how well. The best come
/// first, so that a page by relevance looks up no more issues than it shows. `alone` is whether nothing else is asked.
pub(super) fn push_join(builder: &mut QueryBuilder<Postgres>, text: &str, alone: bool) {
    let cap = cap(alone);
    builder.push(" JOIN (SELECT * FROM tracker_search(").push_bind(text.to_owned());
    builder.push(format!(", {cap}")).push(") ORDER BY rank DESC, id DESC) s ON s.id = i.id");
}

/// What a page of issues needs for their pieces of text, as columns of `i` and `s`.
pub(super) const COLUMNS: &str = ", i.description, s.rank, s.comment_id, s.capped";

/// The member of a row's JSON that [`Hit`] reads; `m` is what [`push_marks`] gives.
pub(super) const MEMBERS: &str = ", 'hit', json_build_object('rank', i.rank, 'capped', i.capped, 'in_comment', i.comment_id > 0, 'piece', CASE
    WHEN i.comment_id > 0
    THEN (SELECT tracker_piece(c.body, m.pattern) FROM comments c WHERE c.org_id = tracker_org() AND c.id = i.comment_id)
    ELSE tracker_piece(i.description, m.pattern) END)";

/// The stems of a text, once a statement.
pub(super) fn push_marks(builder: &mut QueryBuilder<Postgres>, text: &str) {
    builder.push(" CROSS JOIN tracker_marks(").push_bind(text.to_owned()).push(") m");
}

/// An issue as a search found it.
#[derive(Debug, Deserialize)]
pub(super) struct Hit {
    /// How well it matches.
    pub(super) rank: f32,
    /// Whether as many texts match as were looked at.
    pub(super) capped: bool,
    in_comment: bool,
    piece: Option<String>,
}

impl Hit {
    /// Where the words stand: in the comment or the description, else in the title.
    pub(super) fn snippet(&self, title: &str, stems: &[String]) -> Option<Snippet> {
        let place = if self.in_comment { Place::Comment } else { Place::Description };
        let text = self.piece.as_deref().and_then(|piece| Snippet::of_text(place, piece, stems));
        text.or_else(|| Snippet::of_title(title, stems))
    }
}
