//! Links and numbers as text.

use std::fmt::Write;

/// A path with a query; pairs without a value are left out, so that one list has one URL.
pub fn href(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    let mut sign = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(sign);
        url.push_str(name);
        url.push('=');
        url.push_str(&encode(value));
        sign = '&';
    }
    url
}

/// Percent-encodes all but what RFC 3986 leaves unreserved; the comma stays, it reads better and is allowed in a query.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// `1,204`.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("\u{2212}{text}") } else { text }
}

/// `1 issue`, `2 issues`.
pub fn plural(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_only_what_was_chosen_and_survives_any_text() {
        assert_eq!(
            href("/main/issues", &[("q", ""), ("status", "OPEN,DONE")]),
            "/main/issues?status=OPEN,DONE"
        );
        assert_eq!(
            href("/m", &[("q", "a b&c=ä"), ("after", "n~1~x+y")]),
            "/m?q=a%20b%26c%3D%C3%A4&after=n~1~x%2By"
        );
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1204, 1_000_000].map(thousands), ["0", "999", "1,204", "1,000,000"]);
        assert_eq!(plural(1, "issue", "issues"), "1 issue");
    }
}
