//! Times as other programs write them.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tracker_domain::time::Timestamp;

/// Nothing was tracked before, and a year in the far future is a typing error.
const YEARS: std::ops::Range<i32> = 1970..2200;

/// Reads ISO 8601: with an offset (`Z`, `+01:00`, `+0100`), or without one in UTC, or a day alone.
///
/// `field` is where the text stands; the error is a sentence.
pub fn read(field: &str, text: &str) -> Result<Timestamp, String> {
    let instant = OffsetDateTime::parse(&written_out(text.trim()), &Rfc3339).ok();
    let known = instant.filter(|instant| YEARS.contains(&instant.to_offset(time::UtcOffset::UTC).year()));
    let micros = known.and_then(|instant| i64::try_from(instant.unix_timestamp_nanos() / 1_000).ok());
    micros.and_then(Timestamp::from_micros).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        format!("`{field}`: \u{201c}{shown}\u{201d} is no time between 1970 and 2200 in the form 2026-11-21T14:02:00Z")
    })
}

/// The form that RFC 3339 wants.
fn written_out(text: &str) -> String {
    let mut text = text.replacen(' ', "T", 1);
    if text.len() == "2026-11-21".len() {
        text.push_str("T00:00:00Z");
    }
    let time = text.find('T').map_or(text.len(), |at| at + 1);
    let offset = text[time..].find(['+', '-', 'Z', 'z']).map_or(text.len(), |at| time + at);
    let (clock, offset) = (text[time..offset].to_owned(), text[offset..].replace(' ', ""));
    let seconds = if clock.matches(':').count() == 1 { ":00" } else { "" };
    let offset = match offset.as_str() {
        "" => "Z".to_owned(),
        short if short.len() == 5 && short.is_ascii() && !short.contains(':') => {
            format!("{}:{}", &short[..3], &short[3..])
        }
        hours if hours.len() == 3 => format!("{hours}:00"),
        other => other.to_owned(),
    };
    format!("{}{}{seconds}{offset}", &text[..time], clock.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_usual_forms_are_read() {
        for text in [
            "2026-11-21T14:02:00Z",
            "2026-11-21T14:02:00.000+00:00",
            "2026-11-21T15:02:00.000+0100",
            "2026-11-21 14:02",
            "2026-11-21 14:02:00",
            "2026-11-21 15:02:00 +01",
        ] {
            assert_eq!(read("at", text).unwrap().rfc3339(), "2026-11-21T14:02:00Z", "{text}");
        }
        assert_eq!(read("at", "2026-11-21").unwrap().rfc3339(), "2026-11-21T00:00:00Z");
        assert_eq!(
            read("at", "2026-11-21T14:02:00.1234567Z").unwrap().rfc3339(),
            "2026-11-21T14:02:00.123456Z"
        );
    }

    #[test]
    fn what_is_no_time_is_said() {
        for text in [
            "",
            "yesterday",
            "2026-02-30T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "2026-11-21T25:00:00Z",
            "1700000000",
            "é",
        ] {
            assert!(read("created_at", text).unwrap_err().starts_with("`created_at`: "), "{text}");
        }
    }

    #[test]
    fn an_offset_of_other_letters_is_refused() {
        assert!(read("at", "2026-11-21 14:02 +0\u{19d0}").is_err());
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in "\\PC{0,40}") {
            let _ = read("at", &text);
        }

        #[test]
        fn what_is_written_is_read(micros in 0i64..7_000_000_000_000_000) {
            let instant = Timestamp::from_micros(micros).unwrap();
            prop_assert_eq!(read("at", &instant.rfc3339()).unwrap(), instant);
        }
    }
}
