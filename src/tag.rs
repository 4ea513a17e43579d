//! Tags: how a list typed by a person becomes a set of them.

use crate::{error::AppError, text::TagName};

/// Most tags that an issue can have.
pub const MAX_TAGS: usize = 20;

/// Reads a list separated by commas or spaces; sorted, without doubles.
pub fn parse_list(text: &str) -> Result<Vec<TagName>, AppError> {
    let mut tags = text
        .split([',', ' ', '\n', '\t'])
        .filter(|tag| !tag.is_empty())
        .map(TagName::parse)
        .collect::<Result<Vec<_>, _>>()?;
    tags.sort();
    tags.dedup();
    if tags.len() > MAX_TAGS {
        return Err(AppError::invalid(
            "tags",
            format!("{} tags; at most {MAX_TAGS} are possible.", tags.len()),
        ));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_without_doubles_and_bounded() {
        let read = |text: &str| {
            parse_list(text).map(|tags| tags.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(read(" UI, regression  ui,").unwrap(), ["regression", "ui"]);
        assert_eq!(read("").unwrap(), Vec::<String>::new());
        let many: Vec<String> = (0..21).map(|n| format!("t{n}")).collect();
        assert!(read(&many.join(",")).is_err());
        assert!(read("a:b").is_err());
    }
}
