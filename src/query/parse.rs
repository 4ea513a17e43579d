//! The grammar, read with winnow.
//!
//! ```text
//! any    = all { "or" all }
//! all    = { blank } { [ "-" ] factor boundary { blank } }
//! factor = "(" any ")" | quoted | field ":" item { "," item } | word
//! item   = quoted | characters but blanks, quotes, parentheses and commas
//! ```
//!
//! A parser that recognises its beginning either reads on or ends the whole reading with a [`Fault`]; only what does not
//! begin like it backtracks. So an error always stands where it was made.

use std::ops::Range;
use winnow::{
    LocatingSlice, Stateful,
    combinator::{alt, dispatch, eof, fail, not, opt, peek, preceded, repeat, separated, terminated},
    error::{ErrMode, ModalResult, ParserError},
    prelude::*,
    stream::{Location, Stream},
    token::{any as any_char, none_of, one_of, take_while},
};

use super::{
    MAX_DEPTH, Node, Query, QueryError, Term, Text,
    error::Fault,
    values::{self, Item, Meaning},
};
use crate::page::Sort;

type Input<'a> = Stateful<LocatingSlice<&'a str>, State>;
type Parsed<T> = ModalResult<T, Fault>;

#[derive(Debug, Default)]
struct State {
    depth: u8,
    sort: Option<Sort>,
}

impl ParserError<Input<'_>> for Fault {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        let at = input.current_token_start();
        Self::new(at..at, "This cannot be read.")
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

fn refuse<T>(at: Range<usize>, message: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Fault::new(at, message)))
}

/// Reads a text of any length.
pub(super) fn query(text: &str) -> Result<Query, QueryError> {
    if let Some(at) = text.find('\0') {
        return Err(Fault::new(at..at + 1, "A NUL character cannot be searched for.").in_chars(text));
    }
    let mut input = Stateful { input: LocatingSlice::new(text), state: State::default() };
    match terminated(any, end).parse_next(&mut input) {
        Ok(root) => Ok(Query { root, sort: input.state.sort }),
        Err(ErrMode::Backtrack(fault) | ErrMode::Cut(fault)) => Err(fault.in_chars(text)),
        Err(ErrMode::Incomplete(_)) => Err(Fault::new(0..0, "This cannot be read.").in_chars(text)),
    }
}

fn end(input: &mut Input<'_>) -> Parsed<()> {
    match opt(')'.span()).parse_next(input)? {
        Some(at) => refuse(at, "There is no ( that this ) closes. A text with parentheses stands in quotes."),
        None => eof.void().parse_next(input),
    }
}

fn any(input: &mut Input<'_>) -> Parsed<Option<Node>> {
    let mut branches = vec![all(input)?];
    while let Some(at) = opt(or_word.span()).parse_next(input)? {
        branches.push(all(input)?);
        if branches.iter().rev().take(2).any(Option::is_none) {
            return refuse(
                at,
                "\u{201c}or\u{201d} stands between two conditions. The word itself stands in quotes.",
            );
        }
    }
    Ok(Node::any(branches.into_iter().flatten()))
}

fn all(input: &mut Input<'_>) -> Parsed<Option<Node>> {
    let factors = repeat(0.., terminated(factor, blanks));
    let nodes: Vec<Option<Node>> = preceded(blanks, factors).parse_next(input)?;
    Ok(Node::all(nodes.into_iter().flatten()))
}

/// `None` is the order of the list, which is no condition.
fn factor(input: &mut Input<'_>) -> Parsed<Option<Node>> {
    not(alt((or_word, eof.void(), ')'.void()))).parse_next(input)?;
    let minus = opt('-'.span()).parse_next(input)?;
    if let Some(at) = &minus {
        after_minus(input, at)?;
    }
    let start = input.current_token_start();
    let node = dispatch! { peek(any_char);
        '(' => group.map(Some),
        '"' => quoted.map(|text| Some(Node::Term(Term::Text(Text { text, exact: true })))),
        _ => alt((field, word.map(Some))),
    }
    .parse_next(input)?;
    boundary(input)?;
    match (minus, node) {
        (Some(_), Some(node)) => Ok(Some(Node::not(node))),
        (Some(_), None) => {
            refuse(start..input.previous_token_end(), "An order cannot be negated. Write sort:-updated.")
        }
        (None, node) => Ok(node),
    }
}

fn after_minus(input: &mut Input<'_>, at: &Range<usize>) -> Parsed<()> {
    let next = peek(opt(any_char)).parse_next(input)?;
    match next {
        Some('-') => {
            let at = at.start..at.end + 1;
            refuse(at, "One - leaves out what follows. A text that begins with - stands in quotes.")
        }
        Some(c) if !c.is_whitespace() && c != ')' => Ok(()),
        _ => refuse(
            at.clone(),
            "Right after - comes what is to be left out. The sign itself stands in quotes.",
        ),
    }
}

/// What comes after a condition, so that nothing is read as two that was meant as one.
fn boundary(input: &mut Input<'_>) -> Parsed<()> {
    match peek(opt(any_char.with_span())).parse_next(input)? {
        Some((c, at)) if !c.is_whitespace() && c != ')' => refuse(
            at,
            "A blank is missing here. A text with quotes, commas or parentheses stands in quotes, with \\\" for a quote.",
        ),
        _ => Ok(()),
    }
}

fn group(input: &mut Input<'_>) -> Parsed<Node> {
    let at = '('.span().parse_next(input)?;
    if input.state.depth == MAX_DEPTH {
        return refuse(at, format!("At most {MAX_DEPTH} parentheses can stand inside each other."));
    }
    input.state.depth += 1;
    let inner = any(input)?;
    input.state.depth -= 1;
    if opt(')').parse_next(input)?.is_none() {
        return refuse(at, "This ( is not closed. A text with parentheses stands in quotes.");
    }
    match inner {
        Some(node) => Ok(node),
        None => refuse(
            at.start..input.previous_token_end(),
            "There is nothing between these parentheses. A text with parentheses stands in quotes.",
        ),
    }
}

fn quoted(input: &mut Input<'_>) -> Parsed<String> {
    let open = '"'.span().parse_next(input)?;
    let character = alt((preceded('\\', one_of(['"', '\\'])), none_of('"')));
    let text: String = repeat(0.., character).parse_next(input)?;
    if opt('"').parse_next(input)?.is_none() {
        return refuse(open, "This quote is not closed.");
    }
    let text = text.trim();
    if text.is_empty() {
        return refuse(open.start..input.previous_token_end(), "There is nothing between these quotes.");
    }
    Ok(text.to_owned())
}

fn field(input: &mut Input<'_>) -> Parsed<Option<Node>> {
    let (name, at) = terminated(take_while(1.., is_name), ':').with_span().parse_next(input)?;
    let field = values::field(name, at.start..at.end - 1).map_err(ErrMode::Cut)?;
    let items: Vec<Item> = separated(1.., item, ',').parse_next(input)?;
    match values::meaning(field, &items).map_err(ErrMode::Cut)? {
        Meaning::Term(term) => Ok(Some(Node::Term(term))),
        Meaning::Sort(sort) => {
            let at = at.start..input.previous_token_end();
            if input.state.depth > 0 {
                return refuse(at, "The order belongs to the whole list: write it outside of parentheses.");
            }
            if input.state.sort.replace(sort).is_some() {
                return refuse(at, "A list has one order.");
            }
            Ok(None)
        }
    }
}

fn item(input: &mut Input<'_>) -> Parsed<Item> {
    let bare = take_while(1.., is_value).map(|text: &str| (text.to_owned(), false));
    let found = opt(alt((quoted.map(|text| (text, true)), bare)).with_span()).parse_next(input)?;
    let at = input.current_token_start();
    match found {
        Some(((text, quoted), at)) => Ok(Item { text, quoted, at }),
        None => refuse(at..at, "A value is missing here, right after the colon or comma, without a blank."),
    }
}

fn word(input: &mut Input<'_>) -> Parsed<Node> {
    let (text, at): (&str, _) = take_while(1.., is_word).with_span().parse_next(input)?;
    if text.eq_ignore_ascii_case("or") {
        return refuse(at, "The word \u{201c}or\u{201d} stands in quotes.");
    }
    Ok(Node::Term(Term::Text(Text { text: text.to_owned(), exact: false })))
}

/// The word `or`, alone.
fn or_word(input: &mut Input<'_>) -> Parsed<()> {
    let text: &str = take_while(2..=2, is_word).parse_next(input)?;
    let start = input.checkpoint();
    let more = opt(take_while(1.., is_word)).parse_next(input)?;
    input.reset(&start);
    if more.is_none() && text.eq_ignore_ascii_case("or") { Ok(()) } else { fail(input) }
}

fn blanks(input: &mut Input<'_>) -> Parsed<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

fn is_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_word(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '"' | '(' | ')')
}

fn is_value(c: char) -> bool {
    is_word(c) && c != ','
}

/// Whether a text is read as one word when it stands without quotes.
pub(super) fn is_bare_word(text: &str) -> bool {
    let name = text.split_once(':').map(|(name, _)| name);
    let field = name.is_some_and(|name| !name.is_empty() && name.chars().all(is_name));
    !text.is_empty()
        && text.chars().all(is_word)
        && !text.starts_with('-')
        && !text.eq_ignore_ascii_case("or")
        && !field
}

/// Whether a text is read as one value when it stands without quotes.
pub(super) fn is_bare_value(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_value)
}
