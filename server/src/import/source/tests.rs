//! The samples of `server/tests/it/samples`, read as records.

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Kind, open};
use crate::import::{
    map::Map,
    record::{NoteKind, Record, Refused, What},
};
use tracker_domain::{text::MAX_BODY_BYTES, workflow::Status};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/samples").join(name)
}

fn read(kind: Kind, path: &Path, map: Map) -> Vec<Result<Record, Refused>> {
    let mut source = open(kind, path, map).unwrap();
    let mut all = Vec::new();
    for record in source.by_ref() {
        all.push(record);
        assert!(all.len() < 10_000, "it does not end");
    }
    assert_eq!(source.bytes_read(), source.bytes_total());
    all.iter().flatten().for_each(keeps_its_promises);
    all
}

/// A file of its own, gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(bytes: &[u8]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tracker-source-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

/// What `record::Record` promises.
fn keeps_its_promises(record: &Record) {
    let times = record.changes.iter().map(|change| change.at);
    let times: Vec<_> = times.chain(record.comments.iter().map(|comment| comment.at)).collect();
    assert!(times.iter().all(|at| *at >= record.created_at), "{record:?}");
    assert!(record.changes.is_sorted_by_key(|change| change.at), "{record:?}");
    assert!(record.comments.is_sorted_by_key(|comment| comment.at), "{record:?}");
    assert!(record.comments.iter().all(|comment| comment.updated_at >= comment.at), "{record:?}");
    let (mut status, mut severity) = (Status::Open, record.opening.severity);
    let (mut assignee, mut title) = (record.opening.assignee.clone(), record.opening.title.clone());
    for change in &record.changes {
        match change.what.clone() {
            What::Status { from, to } => {
                assert_eq!((std::mem::replace(&mut status, to), from != to), (from, true))
            }
            What::Severity { from, to } => {
                assert_eq!((std::mem::replace(&mut severity, to), from != to), (from, true))
            }
            What::Assignee { from, to } => {
                let differs = from != to;
                assert_eq!((std::mem::replace(&mut assignee, to), differs), (from, true));
            }
            What::Title { from, to } => {
                let differs = from != to;
                assert_eq!((std::mem::replace(&mut title, to), differs), (from, true));
            }
            What::Description => {}
        }
    }
    assert_eq!(
        (status, severity, &assignee, &title),
        (record.status, record.severity, &record.assignee, &record.title)
    );
    assert_eq!(record.resolved_at.is_some(), record.status == Status::Done);
    assert!(record.tags.is_sorted() && record.tags.len() <= 20);
}

fn told(all: &[Result<Record, Refused>]) -> String {
    let mut out = String::new();
    for one in all {
        match one {
            Ok(record) => writeln!(out, "{}\n", serde_json::to_string_pretty(record).unwrap()).unwrap(),
            Err(refused) => writeln!(out, "refused: {refused}\n").unwrap(),
        }
    }
    out
}

/// Of each record what was changed, of each refusal why.
fn answers(all: &[Result<Record, Refused>]) -> String {
    let mut out = String::new();
    for one in all {
        match one {
            Ok(record) => {
                let notes: Vec<&str> = record.notes.iter().map(|note| note.text.as_str()).collect();
                writeln!(out, "line {}: {} taken; {}", record.line, record.key, notes.join("; ")).unwrap();
            }
            Err(refused) => writeln!(out, "{refused}").unwrap(),
        }
    }
    out
}

#[test]
fn a_history_becomes_records() {
    insta::assert_snapshot!(told(&read(Kind::History, &sample("history.jsonl"), Map::default())));
}

#[test]
fn a_history_is_the_same_when_it_is_packed() {
    let plain = fs::read(sample("history.jsonl")).unwrap();
    // Two members one after the other, as `cat a.gz b.gz` makes them.
    let (first, second) = plain.split_at(plain.len() / 2);
    let mut packed = Vec::new();
    for part in [first, second] {
        let mut encoder = GzEncoder::new(&mut packed, Compression::fast());
        encoder.write_all(part).unwrap();
        encoder.finish().unwrap();
    }
    let file = Scratch::new(&packed);
    let all = read(Kind::History, &file.0, Map::default());
    assert_eq!(all, read(Kind::History, &sample("history.jsonl"), Map::default()));
    // Cut off in the middle: what is before is taken, the rest is said.
    let file = Scratch::new(&packed[..packed.len() - 200]);
    let all = read(Kind::History, &file.0, Map::default());
    assert!(all.iter().filter(|one| one.is_ok()).count() >= 2);
    let refused = all.last().unwrap().as_ref().unwrap_err();
    assert!(refused.why.starts_with("the file cannot be read from here on"), "{refused}");
}

#[test]
fn each_bad_line_has_its_answer_and_stops_nothing() {
    insta::assert_snapshot!(answers(&read(Kind::History, &sample("hostile.jsonl"), Map::default())));
}

#[test]
fn what_jira_answers_becomes_records() {
    insta::assert_snapshot!(told(&read(Kind::Jira, &sample("jira.json"), Map::default())));
}

#[test]
fn jiras_issues_may_be_lines_or_a_list_too() {
    let whole: serde_json::Value = serde_json::from_slice(&fs::read(sample("jira.json")).unwrap()).unwrap();
    let expected = read(Kind::Jira, &sample("jira.json"), Map::default());
    let list = Scratch::new(whole["issues"].to_string().as_bytes());
    assert_eq!(read(Kind::Jira, &list.0, Map::default()), expected);
    let lines: Vec<String> = whole["issues"].as_array().unwrap().iter().map(ToString::to_string).collect();
    let lines = Scratch::new(lines.join("\n").as_bytes());
    assert_eq!(read(Kind::Jira, &lines.0, Map::default()), expected);
    let pages = Scratch::new(format!("{whole}\n{whole}").as_bytes());
    assert_eq!(read(Kind::Jira, &pages.0, Map::default()).len(), 2 * expected.len());
}

#[test]
fn what_github_answers_becomes_records() {
    insta::assert_snapshot!(told(&read(Kind::Github, &sample("github"), Map::default())));
}

#[test]
fn a_file_of_github_is_the_same_as_the_folder() {
    let folder = read(Kind::Github, &sample("github"), Map::default());
    assert_eq!(read(Kind::Github, &sample("github.jsonl"), Map::default()), folder);
}

#[test]
fn a_table_becomes_records() {
    let map = Map::read(&sample("table.toml")).unwrap();
    insta::assert_snapshot!(told(&read(Kind::Csv, &sample("table.csv"), map)));
}

#[test]
fn a_table_without_what_it_needs_is_refused_at_once() {
    let why = |text: &str, map: &str| {
        let file = Scratch::new(text.as_bytes());
        let error = open(Kind::Csv, &file.0, Map::parse(map).unwrap()).map(drop).unwrap_err();
        error.rsplit_once(&format!("{}: ", file.0.display())).unwrap().1.to_owned()
    };
    assert_eq!(why("a,b\n1,2\n", ""), "no column is the title; name it in the map file. There are: a, b");
    assert_eq!(
        why("title\n1\n", "[csv.columns]\nstatus = \"State\"\n"),
        "there is no column State, which the map file names for status"
    );
    assert_eq!(why("title\n1\n", "[csv]\ndelimiter = \"→\"\n"), "csv.delimiter must be an ASCII character");
    assert!(open(Kind::Github, &sample("github/timeline"), Map::default()).is_err());
    assert!(open(Kind::History, Path::new("/nowhere"), Map::default()).is_err());
}

#[test]
fn long_texts_are_shortened_and_say_so() {
    let line = |key: &str, body: &str, comment: &str| {
        let comment = serde_json::json!({ "created_at": "2024-01-01", "body": comment });
        let issue = serde_json::json!({ "key": key, "title": key, "status": "Open", "created_at": "2024-01-01",
            "body": body, "body_format": "jira_wiki", "environment": "here", "comments": [comment] });
        issue.to_string()
    };
    let long = "ünder *bold*\n".repeat(3 << 17);
    let text =
        [line("LO-1", &long, &long), line("LO-2", &"x".repeat(17 << 20), ""), line("LO-3", "short", "too")]
            .join("\n");
    let file = Scratch::new(text.as_bytes());
    let all = read(Kind::History, &file.0, Map::default());
    let first = all[0].as_ref().unwrap();
    for text in [&first.description, &first.comments[0].body] {
        assert!(text.as_str().len() <= MAX_BODY_BYTES && text.as_str().len() > MAX_BODY_BYTES - 5_000);
        assert!(text.as_str().starts_with("*Shortened on import: the first 25"), "{}", &text.as_str()[..80]);
    }
    assert!(first.description.as_str().ends_with("> here\n"));
    let kinds: Vec<NoteKind> = first.notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, [NoteKind::Shortened, NoteKind::Shortened]);
    assert_eq!(all[1].as_ref().unwrap_err(), &Refused::new(2, "it has more than 16 MiB"));
    assert_eq!(all[2].as_ref().unwrap().key, "LO-3");
}

#[test]
fn a_quotation_mark_that_is_never_closed_ends_the_table() {
    let text = format!("title,created\na,2024-01-01\n\"b,{}\n", "x".repeat(20 << 20));
    let file = Scratch::new(text.as_bytes());
    let mut source = open(Kind::Csv, &file.0, Map::default()).unwrap();
    assert!(source.next().unwrap().is_ok());
    assert!(source.next().unwrap().unwrap_err().why.contains("one row has more than 16 MiB"));
    assert!(source.next().is_none());
}

#[test]
fn one_project_takes_everything_if_told_so() {
    let map = Map::default().into_one_project("ALL".parse().unwrap());
    let all = read(Kind::History, &sample("history.jsonl"), map);
    assert!(all.iter().flatten().all(|record| record.project.as_str() == "ALL"));
    assert!(
        all.iter().flatten().all(|record| record.notes.iter().all(|note| note.kind != NoteKind::Project))
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_too_much(parts in proptest::collection::vec(prop_oneof![
        proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\n", "\"issues\"", "\"key\"", "\"A-1\"", "\"", "\\", "null", "1", "\u{1f}", ";", "title,created\n", "\u{feff}",
            "{\"key\":\"A-1\",\"title\":\"t\",\"status\":\"Open\",\"created_at\":\"2024-01-01\"}\n",
            "{\"issues\":[{\"key\":\"A-1\",\"fields\":{}}]}", "{\"number\":1,\"state\":\"open\",\"created_at\":\"2024-01-01\"}\n",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ], 0..30)) {
        let file = Scratch::new(&parts.concat());
        for kind in [Kind::History, Kind::Jira, Kind::Github, Kind::Csv] {
            if let Ok(source) = open(kind, &file.0, Map::default()) {
                let all: Vec<_> = source.take(1_000).collect();
                prop_assert!(all.len() < 1_000);
                all.iter().flatten().for_each(keeps_its_promises);
            }
        }
    }
}
