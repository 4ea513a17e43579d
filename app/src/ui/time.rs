//! Times. The server writes UTC, for it knows neither the reader's zone nor when they will look; once hydrated, the
//! page says how long ago it was, with the exact local time as the tooltip.

use leptos::prelude::*;
use std::time::Duration;
use tracker_domain::time::Timestamp;

use super::dom;

/// The reader's clock: `None` on the server and until the page is hydrated.
#[derive(Clone, Copy)]
struct Now(RwSignal<Option<f64>>);

/// How often relative times are looked at again.
const TICK: Duration = Duration::from_secs(30);

/// Makes the reader's clock; called once.
pub fn provide_now() {
    let now = RwSignal::new(None);
    provide_context(Now(now));
    Effect::new(move |_| {
        now.set(Some(dom::now_ms()));
        set_interval(move || now.set(Some(dom::now_ms())), TICK);
    });
}

/// An instant.
#[component]
pub fn Time(
    /// When.
    at: Timestamp,
    /// In a sentence rather than in a column.
    #[prop(optional)]
    long: bool,
) -> impl IntoView {
    let now = use_context::<Now>().map(|now| now.0);
    let now = move || now.and_then(|now| now.get());
    let text = move || match now() {
        Some(now) => ago(at, now, long),
        None if long => at.to_string(),
        None => at.day().to_string(),
    };
    let exact = move || {
        if now().is_some() { local(at) } else { at.to_string() }
    };
    view! { <time datetime=at.rfc3339() title=exact>{text}</time> }
}

/// How long ago, or from a week on which day.
fn ago(at: Timestamp, now: f64, long: bool) -> String {
    let seconds = ((now - at.micros() as f64 / 1000.0) / 1000.0).max(0.0) as i64;
    let ago = if long { " ago" } else { "" };
    match seconds {
        0..45 => "just now".to_owned(),
        45..3_570 => format!("{} min{ago}", ((seconds + 30) / 60).max(1)),
        3_570..84_600 => format!("{} h{ago}", (seconds + 1_800) / 3_600),
        84_600..604_800 => format!("{} d{ago}", (seconds + 43_200) / 86_400),
        _ => at.day().to_string(),
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The exact time in the reader's zone.
fn local(at: Timestamp) -> String {
    let date = js_sys::Date::new(&(at.micros() as f64 / 1000.0).into());
    let month = MONTHS.get(date.get_month() as usize).copied().unwrap_or_default();
    let (day, year) = (date.get_date(), date.get_full_year());
    format!("{day} {month} {year}, {:02}:{:02}", date.get_hours(), date.get_minutes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_shorter_the_nearer_it_is() {
        let at = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
        let after = |seconds: f64| ago(at, (1_700_000_000.0 + seconds) * 1000.0, true);
        let words = [-5.0, 10.0, 60.0, 3_000.0, 7_000.0, 86_400.0 * 2.0, 86_400.0 * 9.0].map(after);
        assert_eq!(
            words,
            ["just now", "just now", "1 min ago", "50 min ago", "2 h ago", "2 d ago", "14 Nov 2023"]
        );
    }
}
