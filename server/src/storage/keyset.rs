//! Pages by keyset: what is common to those that are not the list of issues.

use tracker_domain::page::Cursor;

/// Cuts rows that were read from `after` on, one more than a page has, to the page in its order, with the ways to the
/// pages before and after it.
pub(super) fn cut<T>(
    mut rows: Vec<T>,
    size: u16,
    after: Option<&Cursor>,
    cursor: impl Fn(&T, bool) -> Cursor,
) -> (Vec<T>, [Option<Cursor>; 2]) {
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    let backwards = after.is_some_and(|cursor| cursor.backwards);
    if backwards {
        rows.reverse();
    }
    let (has_next, has_previous) = if backwards { (true, more) } else { (more, after.is_some()) };
    let previous = rows.first().filter(|_| has_previous).map(|row| cursor(row, true));
    let next = rows.last().filter(|_| has_next).map(|row| cursor(row, false));
    (rows, [previous, next])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[i64], after: Option<&str>) -> (Vec<i64>, [Option<String>; 2]) {
        let after = after.map(|text| text.parse::<Cursor>().unwrap());
        let cursor = |id: &i64, backwards| Cursor { backwards, id: *id, value: String::new() };
        let (rows, pages) = cut(rows.to_vec(), 2, after.as_ref(), cursor);
        (rows, pages.map(|page| page.map(|cursor| cursor.to_string())))
    }

    #[test]
    fn there_is_a_way_only_to_pages_that_are_there() {
        let to = |text: &str| Some(text.to_owned());
        assert_eq!(page(&[1, 2], None), (vec![1, 2], [None, None]));
        assert_eq!(page(&[1, 2, 3], None), (vec![1, 2], [None, to("n~2~")]));
        assert_eq!(page(&[3, 4], Some("n~2~")), (vec![3, 4], [to("p~3~"), None]));
        assert_eq!(page(&[4, 3, 2], Some("p~5~")), (vec![3, 4], [to("p~3~"), to("n~4~")]));
        assert_eq!(page(&[2, 1], Some("p~3~")), (vec![1, 2], [None, to("n~2~")]));
    }
}
