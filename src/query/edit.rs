//! A query changed by a menu: what it says about one field is read or replaced, and the rest stays as it is.
//!
//! Only the conditions that all have to hold are looked at. What stands inside `or` belongs to a thought that no menu
//! can show, and is left alone.

use super::{Field, Node, Query, QueryError, State, Term};

/// What a query says about a field, as a menu shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Nothing.
    Any,
    /// One condition; its values as they are written: `OPEN,DONE`, `>=HIGH`, and `open` for `is:open`.
    Words(String),
    /// More than a menu can show: several conditions, or what is left out with `-`.
    Other,
}

impl Query {
    /// What it says about a field. `is:` belongs to the status.
    pub fn choice(&self, field: Field) -> Choice {
        let mut found = self.conditions().iter().filter(|node| concerns(node, field));
        match (found.next(), found.next()) {
            (None, _) => Choice::Any,
            (Some(Node::Term(term)), None) => Choice::Words(written(term)),
            _ => Choice::Other,
        }
    }

    /// The same query with these values for a field in the place of all that it said about it; without a value it says
    /// nothing about the field. For the status `open` and `closed` mean `is:`.
    pub fn with(&self, field: Field, value: &str) -> Result<Self, QueryError> {
        let mut new = if value.is_empty() { None } else { Some(condition(field, value)?) };
        let mut nodes = Vec::new();
        for node in self.conditions() {
            if concerns(node, field) { nodes.extend(new.take()) } else { nodes.push(node.clone()) }
        }
        nodes.extend(new);
        Ok(Self { root: Node::all(nodes), sort: self.sort })
    }

    /// What all has to hold.
    fn conditions(&self) -> &[Node] {
        match &self.root {
            None => &[],
            Some(Node::All(nodes)) => nodes,
            Some(node) => std::slice::from_ref(node),
        }
    }
}

fn concerns(node: &Node, field: Field) -> bool {
    match node {
        Node::Term(term) => {
            let about = term.field();
            about == Some(field) || (field == Field::Status && about == Some(Field::Is))
        }
        Node::Not(node) => matches!(**node, Node::Term(_)) && concerns(node, field),
        Node::All(_) | Node::Any(_) => false,
    }
}

/// The values of a condition as they are written.
fn written(term: &Term) -> String {
    let text = Query { root: Some(Node::Term(term.clone())), sort: None }.to_string();
    text.split_once(':').map_or_else(String::new, |(_, values)| values.to_owned())
}

fn condition(field: Field, value: &str) -> Result<Node, QueryError> {
    let is = field == Field::Status && value.parse::<State>().is_ok();
    let field = if is { Field::Is } else { field };
    let text = format!("{}:{value}", field.word());
    match Query::parse(&text)? {
        Query { root: Some(node @ Node::Term(_)), sort: None } if concerns(&node, field) => Ok(node),
        _ => Err(QueryError {
            at: 0..text.chars().count(),
            message: format!("\u{201c}{value}\u{201d} is not one value of {}.", field.word()),
            nearest: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, field: Field, value: &str) -> String {
        Query::parse(text).unwrap().with(field, value).unwrap().to_string()
    }

    fn choice(text: &str, field: Field) -> Choice {
        Query::parse(text).unwrap().choice(field)
    }

    #[test]
    fn a_menu_shows_what_the_query_says() {
        let words = |words: &str| Choice::Words(words.to_owned());
        assert_eq!(choice("export tag:ui", Field::Status), Choice::Any);
        assert_eq!(choice("export status:OPEN,DONE", Field::Status), words("OPEN,DONE"));
        assert_eq!(choice("is:open", Field::Status), words("open"));
        assert_eq!(choice("severity:>=HIGH is:open", Field::Severity), words(">=HIGH"));
        assert_eq!(choice("-status:DONE", Field::Status), Choice::Other);
        assert_eq!(choice("status:OPEN is:open", Field::Status), Choice::Other);
        assert_eq!(choice("status:OPEN or tag:ui", Field::Status), Choice::Any);
    }

    #[test]
    fn a_menu_replaces_its_field_and_nothing_else() {
        assert_eq!(with("", Field::Status, "OPEN"), "status:OPEN");
        assert_eq!(with("export status:OPEN tag:ui", Field::Status, "open"), "export is:open tag:ui");
        assert_eq!(with("is:open -status:TRIAGED export", Field::Status, "DONE"), "status:DONE export");
        assert_eq!(with("severity:HIGH sort:title", Field::Severity, ""), "sort:title");
        let either = Query::parse("status:OPEN or tag:ui").unwrap();
        let both = either.with(Field::Status, "DONE").unwrap();
        assert_eq!(both.choice(Field::Status), Choice::Words("DONE".to_owned()));
        assert_eq!(both.with(Field::Status, "").unwrap(), either);
    }

    #[test]
    fn a_value_that_is_none_is_refused() {
        let query = Query::default();
        for value in ["CLOSED", "OPEN tag:ui", "OPEN or DONE", "OPEN sort:title"] {
            assert!(query.with(Field::Status, value).is_err(), "{value}");
        }
        assert!(query.with(Field::Severity, "open").is_err());
    }
}
