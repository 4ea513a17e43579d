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

/// The value of a name in a URL's query, the last one if it has several. The router's own map decodes twice, and takes
/// the `%20` that somebody looks for as a space.
pub fn query_part(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.rfind(|(key, _)| *key == name).map(|(_, value)| decode(value))
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let digits = more.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = digits.filter(|_| *first == b'%').and_then(|two| u8::from_str_radix(two, 16).ok());
        rest = if byte.is_some() { more.get(2..).unwrap_or_default() } else { more };
        bytes.push(byte.unwrap_or(if *first == b'+' { b' ' } else { *first }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
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

/// A duration in the unit that people would choose: `45 s`, `12 min`, `3.4 h`, `2.1 d`, `8 wk`, `3.2 y`. The charts say the same
/// (`scripts/charts/formats.js`).
pub fn duration(seconds: f64) -> String {
    // Up to so many of one unit the next larger one is not used.
    const UNITS: [(&str, f64, f64, i32); 6] = [
        ("s", 1.0, 60.0, 0),
        ("min", 60.0, 60.0, 0),
        ("h", 3_600.0, 24.0, 1),
        ("d", 86_400.0, 14.0, 1),
        ("wk", 604_800.0, 104.0, 1),
        ("y", 31_557_600.0, f64::INFINITY, 1),
    ];
    if seconds < 0.5 {
        return "0".to_owned();
    }
    let written = UNITS.iter().find_map(|(word, size, most, places)| {
        let tenth = if seconds / size < 9.95 { 10.0_f64.powi(*places) } else { 1.0 };
        let shown = (seconds / size * tenth).round() / tenth;
        (shown < *most).then_some((shown, word))
    });
    let (shown, word) = written.unwrap_or((seconds, &"s"));
    let whole = thousands(shown.trunc() as i64);
    let fraction = ((shown - shown.trunc()) * 10.0).round() as i64;
    if fraction == 0 { format!("{whole} {word}") } else { format!("{whole}.{fraction} {word}") }
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
    fn a_query_is_decoded_once() {
        let text = "50%20% ä+b&c=\u{1f600}";
        let query = href("", &[("q", text), ("after", "x")]);
        assert_eq!(query_part(query.trim_start_matches('?'), "q").as_deref(), Some(text));
        let part = |query: &str| query_part(query, "q");
        assert_eq!(part("q=a+b&x=1&q=c%20d").as_deref(), Some("c d"));
        assert_eq!(part("q").as_deref(), Some(""));
        assert_eq!(part("qq=1"), None);
        assert_eq!(part("q=%zz%4").as_deref(), Some("%zz%4"));
        assert_eq!(part("q=%ff").as_deref(), Some("\u{fffd}"));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1204, 1_000_000].map(thousands), ["0", "999", "1,204", "1,000,000"]);
        assert_eq!(plural(1, "issue", "issues"), "1 issue");
        assert_eq!(
            [0.4, 45.0, 754.0, 12_240.0, 181_440.0, 4.838e6, 6.048e8].map(duration),
            ["0", "45 s", "13 min", "3.4 h", "2.1 d", "8 wk", "19 y"]
        );
    }
}
