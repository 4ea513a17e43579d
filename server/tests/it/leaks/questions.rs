//! What everybody asks, and what came back in a form that can be compared.

use http::header;
use serde_json::Value;
use server::testing::{Actor, Answer};

use super::{
    marks::{Marks, fresh, fresh_key},
    world::Viewer,
};
use crate::refusals::table::{Call, DOWNLOADS, FEEDS, PAGES, Page, Rule, Words, calls};

/// Something that can be asked.
#[derive(Debug, Clone)]
pub enum Question {
    Call(&'static str, Value),
    Page(String),
}

impl Question {
    /// Everything that can be asked about some words; `writing` is whether what changes something is asked too.
    pub fn all(words: &Words, writing: bool) -> Vec<Self> {
        // Whoever changes themselves or the organization is somebody else, or somewhere else, afterwards.
        let about_issues =
            |call: &Call| matches!(call.rule, Rule::Issue(_)) || call.function == "issues/create";
        let asked = calls().filter(|call| !call.writes || (writing && about_issues(call)));
        let asked = asked
            .flat_map(|call| (call.bodies)(words).into_iter().map(|body| Self::Call(call.function, body)));
        let pages = PAGES.iter().chain(DOWNLOADS).flat_map(|page| page.addresses(words)).map(Self::Page);
        let feeds = FEEDS.iter().flat_map(|feed| feed.addresses(words)).map(Self::Page);
        asked.chain(pages).chain(feeds).collect()
    }

    /// Whether it is about the organization as a whole, and the policy alone says which of its members may know.
    pub fn is_of_the_organization(&self) -> bool {
        let runs = |rule: Rule| matches!(rule, Rule::Org(_));
        match self {
            Self::Call(function, _) => calls().any(|call| call.function == *function && runs(call.rule)),
            Self::Page(address) => {
                let path = address.split('?').next().unwrap_or_default();
                let is = |page: &Page| path.ends_with(page.path.trim_start_matches("/{org}"));
                PAGES.iter().chain(DOWNLOADS).any(|page| runs(page.rule) && is(page))
            }
        }
    }

    /// Asks it.
    pub async fn ask(&self, actor: &Actor) -> Answer {
        match self {
            Self::Call(function, body) => actor.call(function, body.clone()).await,
            Self::Page(address) => actor.get(address).await,
        }
    }
}

/// An answer as one text: status, headers that say something, body.
pub fn text_of(answer: &Answer) -> String {
    let said = |name| {
        answer.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>()
    };
    format!("{} {:?}\n{}", answer.status.as_u16(), said(header::LOCATION), answer.body)
}

/// The same without what is another each time: the nonce, the names of forms and requests, positions of the log, and when
/// they were taken.
pub fn comparable(answer: &Answer) -> String {
    let policy = answer.headers.get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
    let nonce =
        policy.and_then(|policy| policy.split("'nonce-").nth(1)?.split('\'').next()).unwrap_or("no nonce");
    let text = text_of(answer).replace(nonce, "");
    let text = without(&text, "name=\"idempotency_key\" value=\"", |c| c != '"');
    let text = without(&text, "\"instance\":\"urn:uuid:", |c| c != '"');
    let text = without(&text, "\"recorded_at\":\"", |c| c != '"');
    // Also inside of a text that is JSON, and as people read it.
    let positions = ["seq=", "\"seq\":", "'seq':", "as of event ", "\"next\":", "\"head\":"];
    positions.iter().fold(text, |text, before| without(&text, before, |c| c.is_ascii_digit())).to_lowercase()
}

/// A text without what follows each `before`.
fn without(text: &str, before: &str, what: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(before);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| done + before + part.trim_start_matches(&what))
}

/// Words that ask for what a viewer may not see, and others of the same form that ask for what is not there. What of the
/// first the viewer may see is replaced in both.
pub fn hidden_and_missing(marks: &Marks, viewer: &Viewer, hidden: &Words, org: &str) -> (Words, Words) {
    let own = |text: &String| marks.own(viewer.name).any(|mark| mark.text == *text);
    let (project, number) = hidden.key.rsplit_once('-').unwrap();
    let (nobody, nothing, unknown) = (fresh(), fresh(), fresh_key());
    let foreign_project = !own(&project.to_owned());
    let missing = Words {
        org: if org == viewer.org { org.to_owned() } else { "nosuchplace".to_owned() },
        project: if foreign_project { fresh_key() } else { project.to_owned() },
        key: String::new(),
        word: fresh(),
        tag: fresh(),
        name: fresh(),
        address: fresh(),
        person: "987654321".to_owned(),
        flash: fresh(),
        file: "987654321".to_owned(),
    };
    let nowhere: usize = 900_000 + number.parse::<usize>().unwrap() % 7_919;
    let missing = Words { key: format!("{}-{nowhere}", missing.project), ..missing };
    let mut hidden = Words { org: org.to_owned(), ..hidden.clone() };
    let mut missing = missing;
    if !foreign_project {
        // One does make issues in a project of one's own.
        (hidden.project, missing.project) = (unknown.clone(), unknown);
    }
    if own(&hidden.name) {
        (hidden.name, missing.name) = (nobody.clone(), nobody);
        hidden.person.clone_from(&missing.person);
    }
    if own(&hidden.address) {
        (hidden.address, missing.address) = (nothing.clone(), nothing);
    }
    (hidden, missing)
}

/// A comparable answer without the words of its question.
pub fn blind(answer: &str, words: &Words) -> String {
    let number = words.key.rsplit('-').next().unwrap_or_default();
    let asked = [
        (words.key.as_str(), "«key»"),
        (number, "«number»"),
        (&words.project, "«project»"),
        (&words.word, "«word»"),
        (&words.tag, "«tag»"),
        (&words.name, "«name»"),
        (&words.address, "«address»"),
        (&words.flash, "«flash»"),
    ];
    // In addresses and members only: one of them is called as an element of HTML is.
    let answer = answer.replace("</main>", "").replace(&format!("/{}", words.org), "/«org»");
    let answer = answer.replace(&format!("\"org\":\"{}\"", words.org), "«org»");
    let beginning: String = words.word.chars().take(6).collect();
    let whole = asked.iter().fold(answer, |text, (word, sign)| text.replace(&word.to_lowercase(), sign));
    whole.replace(&beginning.to_lowercase(), "«beginning»")
}

/// Where two texts part, for people to read.
pub fn parting(one: &str, other: &str) -> String {
    let same = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[same.saturating_sub(150)..text.len().min(same + 150)])
            .into_owned()
    };
    format!("{}\n-- instead of\n{}", around(one), around(other))
}
