//! What must hold for every query.

use proptest::prelude::*;

use super::*;
use crate::{
    id::UserId,
    issue::{IssueRow, Severity},
    org::Person,
    time::Timestamp,
    workflow::Status,
};

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same(query in any::query(true)) {
        let text = query.to_string();
        prop_assert_eq!(&Query::try_from(text.clone()).map_err(|error| format!("{text}: {error}")).unwrap(), &query);
        prop_assert_eq!(serde_json::from_str::<Query>(&serde_json::to_string(&query).unwrap()).unwrap(), query);
    }

    #[test]
    fn any_text_is_read_or_refused_inside_itself(
        text in "([a-zA-Zä0-9:,()\"\\\\ @<>=.-]|or |is:|status:|severity:|tag:|created:|sort:|2026|7d|\\PC){0,40}"
    ) {
        match Query::parse(&text) {
            Ok(query) => {
                let canonical = query.to_string();
                prop_assert!(canonical.len() <= text.len(), "{} grew to {}", text, canonical);
                prop_assert_eq!(Query::parse(&canonical).unwrap(), query, "{}", canonical);
            }
            Err(error) => {
                prop_assert!(error.at.start <= error.at.end && error.at.end <= text.chars().count(), "{:?}", error);
                prop_assert!(!error.message.is_empty());
            }
        }
    }

    #[test]
    fn what_is_left_out_is_what_does_not_belong(query in any::query(true)) {
        let Some(root) = query.root.clone() else { return Ok(()) };
        let negated = Query { root: Some(Node::not(root)), sort: None };
        prop_assert_eq!(query.admits(&row(), &facts()), negated.admits(&row(), &facts()).map(|admitted| !admitted));
    }

    #[test]
    fn an_instant_is_on_one_side_of_a_time(when in any::when(), micros in 1_700_000_000_000_000..1_900_000_000_000_000_i64) {
        let opposite = |compare| match compare {
            Compare::AtLeast => Some(Compare::Below),
            Compare::Below => Some(Compare::AtLeast),
            Compare::AtMost => Some(Compare::Above),
            Compare::Above => Some(Compare::AtMost),
            Compare::Equal => None,
        };
        let other = match when {
            When::Span(compare, span) => opposite(compare).map(|compare| When::Span(compare, span)),
            When::Age(compare, age) => opposite(compare).map(|compare| When::Age(compare, age)),
            When::Range(..) => None,
        };
        let at = Timestamp::from_micros(micros).unwrap();
        if let Some(other) = other {
            prop_assert_ne!(when.interval(now()).has(at), other.interval(now()).has(at));
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_262_400_000_000).unwrap()
}

fn row() -> IssueRow {
    IssueRow {
        key: "CORE-12".parse().unwrap(),
        title: "It breaks".into(),
        status: Status::Triaged,
        severity: Severity::High,
        reporter: Person { id: UserId(1), name: "Ana".into() },
        assignee: None,
        tags: vec!["api".into(), "ui".into()],
        comments: 0,
        created_at: now(),
        updated_at: now(),
        closed_at: None,
        version: 1,
    }
}

fn facts() -> Facts {
    let people = vec![("ana".to_owned(), vec![UserId(1)]), ("ben".to_owned(), vec![UserId(2)])];
    let teams = vec![("platform".to_owned(), vec!["CORE".parse().unwrap()]), ("idle".to_owned(), vec![])];
    Facts { me: UserId(1), people, teams, now: now() }
}

#[test]
fn one_row_belongs_to_what_is_true_of_it() {
    for (text, expected) in [
        ("", Some(true)),
        ("is:open severity:>=HIGH tag:ui,slow -tag:wontfix", Some(true)),
        ("status:done or (severity:>MEDIUM assignee:none)", Some(true)),
        ("reporter:ANA reporter:@me", Some(true)),
        ("-assignee:@me", Some(true)),
        ("reporter:ben", Some(false)),
        ("reporter:zoe", None),
        ("reporter:zoe,ana", Some(true)),
        ("key:core-12 project:core", Some(true)),
        ("team:platform", Some(true)),
        ("team:idle,no-such", Some(false)),
        ("-team:no-such team:idle,platform", Some(true)),
        ("closed:2026", Some(false)),
        ("-closed:>=1999", Some(true)),
        ("created:2026-11-21 updated:2026-Q4", Some(true)),
        ("created:<1h", Some(true)),
        ("created:>1h", Some(false)),
        ("crash", None),
        ("crash status:DONE", Some(false)),
        ("crash or status:TRIAGED", Some(true)),
        ("-crash", None),
    ] {
        let query = Query::parse(text).unwrap();
        assert_eq!(query.admits(&row(), &facts()), expected, "{text}");
    }
}

#[test]
fn a_text_has_one_canonical_form() {
    for (text, canonical) in [
        ("  crash   \"exact  phrase\" ", "crash \"exact  phrase\""),
        ("IS:Open status:in_progress,Done", "is:open status:IN_PROGRESS,DONE"),
        ("severity:>=high,low", "severity:>=HIGH,LOW"),
        (
            "assignee:@ME,NONE reporter:\"Ana Maria\" reporter:\"ana\"",
            "assignee:@me,none reporter:\"Ana Maria\" reporter:ana",
        ),
        ("assignee:\"none\"", "assignee:\"none\""),
        ("Team:Platform,web-2", "team:platform,web-2"),
        ("tag:UI -tag:wontfix project:core key:core-012", "tag:ui -tag:wontfix project:CORE key:CORE-12"),
        (
            "created:>=2026-01-01 updated:<7d closed:2026-q3,2026,2026-07",
            "created:>=2026-01-01 updated:<7d closed:2026-Q3,2026,2026-07",
        ),
        ("created:2026-01..2026-Q2", "created:2026-01..2026-Q2"),
        ("sort:-updated a", "a sort:-updated"),
        ("a or sort:key b", "a or b sort:key"),
        ("((a) (b or (c)))", "a (b or c)"),
        ("a b or c d", "a b or c d"),
        ("(a b) or (c (d e))", "a b or c d e"),
        ("-(a) -(-(b c)) -(d or e) -(f g)", "-a b c -(d or e) -(f g)"),
        ("a OR b", "a or b"),
        ("oracle and 12:30", "oracle and 12:30"),
        (
            "\"http://x\" \"or\" \"-a\" \"C:\\dir\" \"say \\\"x\\\"\"",
            "\"http://x\" \"or\" \"-a\" \"C:\\dir\" \"say \\\"x\\\"\"",
        ),
    ] {
        assert_eq!(Query::parse(text).unwrap().to_string(), canonical, "{text}");
    }
}

#[test]
fn an_error_says_where_why_and_what_instead() {
    let deep = "(".repeat(1_000);
    let texts = [
        "stauts:OPEN",
        "label:ui",
        "has:children",
        "see http://x",
        "status:OPEN,CLOSED",
        "severity:>=HIHG",
        "is:done",
        "status: OPEN",
        "status:",
        "tag:ui,",
        "tag:a:b",
        "reporter:none",
        "created:yesterday",
        "created:7d",
        "created:2026-13",
        "created:2026-02..2026-01",
        "key:12",
        "project:c",
        "team:a_b",
        "sort:size",
        "sort:key,title",
        "sort:key sort:title",
        "(sort:key)",
        "-sort:key",
        "a or",
        "or a",
        "a or or b",
        "()",
        "(a",
        "a)",
        "foo(bar)",
        "\"a",
        "\" \"",
        "\"a\"b",
        "a -",
        "--verbose",
        "-or",
        "ä ö stauts:x",
        "nul\0",
        &deep,
    ];
    let mut table = Vec::new();
    for text in texts {
        let error = Query::parse(text).unwrap_err();
        let marked: String = text.chars().skip(error.at.start).take(error.at.len()).collect();
        let shown: String = text.chars().take(30).collect();
        if let Some(nearest) = &error.nearest {
            let before: String = text.chars().take(error.at.start).collect();
            let after: String = text.chars().skip(error.at.end).collect();
            let better = Query::parse(&format!("{before}{nearest}{after}")).err();
            assert!(better.is_none_or(|better| better.at.start > error.at.start), "{nearest} is no better");
        }
        table.push(format!("{shown:?} [{}] {error}", marked.escape_debug()));
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn too_long_is_too_long_and_deep_is_deep_enough() {
    assert!(Query::parse(&"x".repeat(MAX_QUERY_CHARS)).is_ok());
    assert_eq!(Query::parse(&"x".repeat(MAX_QUERY_CHARS + 1)).unwrap_err().at, 1_000..1_001);
    let nested = |depth: usize| format!("{}a{}", "-(b ".repeat(depth), ")".repeat(depth));
    let query = Query::parse(&nested(usize::from(MAX_DEPTH))).unwrap();
    assert_eq!(Query::parse(&query.to_string()).unwrap(), query);
    assert!(Query::parse(&nested(usize::from(MAX_DEPTH) + 1)).is_err());
}

#[test]
fn the_texts_and_the_people_of_a_query_are_known() {
    let query =
        Query::parse("crash \"exact phrase\" -left (a or assignee:Ana,none) -reporter:ANA,ben").unwrap();
    assert_eq!(query.free_text().unwrap(), "crash \"exact phrase\" a");
    assert_eq!(query.people(), ["ana", "ben"]);
    assert_eq!(Query::parse("status:OPEN").unwrap().free_text(), None);
}

#[test]
fn the_usual_order_is_not_written_down() {
    let query = Query::parse("ui sort:title").unwrap();
    assert_eq!(query.order().to_string(), "title");
    assert_eq!(query.clone().sorted("key".parse().unwrap()).to_string(), "ui sort:key");
    assert_eq!(query.clone().sorted(Sort::RELEVANCE).to_string(), "ui");
    assert_eq!(query.sorted(Sort::default()).to_string(), "ui sort:-updated");
    assert_eq!(Query::parse("tag:ui").unwrap().sorted(Sort::default()).to_string(), "tag:ui");
}
