//! Nothing that somebody gets tells them of anything that is not theirs. Two organizations and several reporters have
//! marked texts in every field (see [`world`]), and everybody asks everything (see `refusals::table`, which has to have a
//! row for each function and page). Then
//!
//! - no answer, live message or export has a mark that is not the asker's;
//! - the answer to a question about what is hidden is the answer to the same question about what does not exist;
//! - whatever others do where one does not see it, one's own answers stay the same: the numbers, orders and ranks too.
//!
//! The last test takes the policy down, and row-level security alone has to keep the same apart.

mod mails;
pub mod marks;
mod questions;
pub mod world;

use base64::{Engine, prelude::BASE64_STANDARD};
use futures::StreamExt;
use marks::{Mark, found};
use questions::{Question, blind, comparable, hidden_and_missing, parting, text_of};
use server::testing::FirstWallDown;
use std::{collections::BTreeSet, time::Duration};
use tokio_tungstenite::tungstenite::Message;
use tracker_domain::live::ClientMessage;
use world::{Viewer, World};

use crate::{export::exported, live::tab::Tab, refusals::every_path_has_a_row};

/// What `viewer` asks about what they may see: about one issue everything, about the others their pages; and the doors.
fn own_questions(world: &World, viewer: &Viewer) -> Vec<Question> {
    let mut own = world.issues.iter().filter(|issue| issue.seen_by.contains(&viewer.name));
    let first = own.next().map(|issue| Question::all(&issue.words, false)).unwrap_or_default();
    let pages = own.map(|issue| Question::Page(format!("/{}/issues/{}", viewer.org, issue.words.key)));
    let doors = [Question::Page("/login".to_owned()), Question::Call("accounts/door", serde_json::json!({}))];
    first.into_iter().chain(pages).chain(doors).collect()
}

/// Asks everything as everybody, about what is theirs and what is not, and says what came back that should not have.
async fn leaks(world: &World, walls: Walls) -> Vec<String> {
    let mut leaks = Vec::new();
    for viewer in &world.viewers {
        for question in own_questions(world, viewer) {
            let answer = question.ask(&viewer.actor).await;
            let found = found(walls.foreign(world, viewer, &question), &text_of(&answer));
            if !found.is_empty() {
                leaks.push(format!("{} gets {found:?} from {question:?}", viewer.name));
            }
        }
        // One that is hidden in their own organization, and one of the other; both asked for in both.
        let mut seen = BTreeSet::new();
        let hidden = world.issues.iter().filter(|issue| !issue.seen_by.contains(&viewer.name));
        for issue in hidden.filter(|issue| seen.insert(issue.words.org.clone())) {
            let orgs: BTreeSet<_> = [viewer.org, issue.words.org.as_str()].into_iter().collect();
            for org in orgs.into_iter().filter(|org| world.is_a_stranger_or_looks(viewer, org)) {
                let (there, missing) = hidden_and_missing(&world.marks, viewer, &issue.words, org);
                let asked = Question::all(&there, true).into_iter().zip(Question::all(&missing, true));
                for (question, control) in asked {
                    let (answer, nothing) =
                        (question.ask(&viewer.actor).await, control.ask(&viewer.actor).await);
                    let (answer, nothing) =
                        (blind(&comparable(&answer), &there), blind(&comparable(&nothing), &missing));
                    let found = found(walls.foreign(world, viewer, &question), &answer);
                    if !found.is_empty() {
                        leaks.push(format!("{} gets {found:?} from {question:?}", viewer.name));
                    }
                    if answer != nothing && !question.is_of_the_organization() {
                        leaks.push(format!(
                            "{} can tell that there is {question:?}:\n{}",
                            viewer.name,
                            parting(&answer, &nothing)
                        ));
                    }
                }
            }
        }
    }
    leaks
}

/// What is between a viewer and what is not theirs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walls {
    Both,
    /// The policy allows everything: its members alone may then ask about an organization as a whole.
    Second,
}

impl Walls {
    /// The marks that must not be in the answer.
    fn foreign<'a>(
        self,
        world: &'a World,
        viewer: &'a Viewer,
        question: &Question,
    ) -> impl Iterator<Item = &'a Mark> {
        let open = self == Self::Second && question.is_of_the_organization();
        // Who is of both organizations stands in both.
        let of_both = |mark: &Mark| mark.what.ends_with(" of bo");
        world
            .marks
            .foreign(viewer.name)
            .filter(move |mark| !open || (mark.org != viewer.org && !of_both(mark)))
    }
}

#[track_caller]
fn none(leaks: &[String]) {
    let shown: Vec<_> = leaks.iter().take(5).cloned().collect();
    assert!(leaks.is_empty(), "{} leaks, of which\n{}", leaks.len(), shown.join("\n\n"));
}

#[tokio::test]
async fn no_answer_has_what_is_not_the_askers_and_what_is_hidden_is_as_what_is_not_there() {
    let world = World::new().await;
    every_path_has_a_row(&world.app.routes());
    none(&leaks(&world, Walls::Both).await);
}

/// So that the test above shows something: each mark is found by those whose it is.
#[tokio::test]
async fn everybody_finds_what_is_theirs() {
    let world = World::new().await;
    // What no function of these shows: addresses stand for people of one name only, and a form comes back once.
    let nowhere = |what: &str| {
        ["the audit trail", "the address", "the machine", "the mailed", "the subject", "what "]
            .iter()
            .any(|begin| what.starts_with(begin))
    };
    for viewer in &world.viewers {
        let mut all = String::new();
        for question in own_questions(&world, viewer) {
            all += &text_of(&question.ask(&viewer.actor).await);
        }
        let missed: Vec<_> = world
            .marks
            .own(viewer.name)
            .filter(|mark| {
                mark.org == viewer.org
                    && !nowhere(&mark.what)
                    && !all.to_lowercase().contains(&mark.text.to_lowercase())
            })
            .map(|mark| mark.what.clone())
            .collect();
        assert_eq!(missed, Vec::<String>::new(), "{}", viewer.name);
    }
}

/// All answers of a viewer, to be compared with those at another time.
async fn answers(world: &World, viewer: &Viewer) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    // To read the audit trail is in the audit trail.
    let about_others = |question: &Question| !format!("{question:?}").contains("audit");
    for question in own_questions(world, viewer).into_iter().filter(about_others) {
        answers.push((format!("{question:?}"), comparable(&question.ask(&viewer.actor).await)));
    }
    answers
}

#[tokio::test]
async fn what_others_do_out_of_sight_changes_no_answer() {
    let world = World::new().await;
    for (others, untouched) in [
        (
            vec![("eve", "farnorth"), ("roy", "farnorth"), ("bo", "farnorth")],
            vec!["ana@main", "max@main", "rea@main", "bo@main", "nobody"],
        ),
        (
            vec![("ana", "main"), ("max", "main"), ("rob", "main")],
            vec!["rea@main", "bo@main", "eve@farnorth", "roy@farnorth", "bo@farnorth"],
        ),
    ] {
        let viewers: Vec<_> =
            world.viewers.iter().filter(|viewer| untouched.contains(&viewer.name)).collect();
        let mut before = Vec::new();
        for viewer in &viewers {
            before.push(answers(&world, viewer).await);
        }
        for (person, org) in others {
            world.stir(person, org).await;
        }
        world.count().await;
        for (viewer, before) in viewers.iter().zip(before) {
            for ((question, before), (_, after)) in before.into_iter().zip(answers(&world, viewer).await) {
                assert!(before == after, "{}: {question}\n{}", viewer.name, parting(&before, &after));
            }
        }
    }
}

/// Everything that a tab hears until the server has nothing more to say.
async fn overheard(tab: &mut Tab) -> String {
    let mut heard = String::new();
    while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_millis(700), tab.0.next()).await {
        match message {
            Message::Text(text) => heard += &text,
            Message::Close(_) => break,
            _ => {}
        }
    }
    heard
}

/// What everybody hears on every topic, from the beginning of the log and while everybody is busy.
async fn overheard_by_all(world: &World) -> Vec<(&Viewer, String)> {
    let address = world.app.serve().await;
    let mut tabs = Vec::new();
    for viewer in world.viewers.iter().filter(|viewer| viewer.name != "nobody") {
        for org in ["main", "farnorth"].into_iter().filter(|org| world.is_a_stranger_or_looks(viewer, org)) {
            let issues = world.issues.iter().map(|issue| format!("{org}/issues/{}", issue.words.key));
            for topic in issues.chain([format!("{org}/issues"), format!("{org}/insights")]) {
                let mut tab = Tab::open(address, &viewer.actor).await;
                tab.say(&ClientMessage::Subscribe {
                    topic: topic.parse().unwrap(),
                    since: tracker_domain::id::Seq(0),
                })
                .await;
                tabs.push((viewer, topic, tab));
            }
        }
    }
    for issue in &world.issues {
        let person = world.actor(issue.elder);
        let body =
            serde_json::json!({ "org": issue.words.org, "key": issue.words.key, "body": issue.words.word });
        person.call("comments/add", body).await.ok();
    }
    let heard = futures::future::join_all(tabs.iter_mut().map(|(.., tab)| overheard(tab))).await;
    // What they asked for themselves is said back to them.
    tabs.iter()
        .zip(heard)
        .map(|((viewer, topic, _), heard)| (*viewer, heard.replace(topic.as_str(), "")))
        .collect()
}

#[tokio::test]
async fn nobody_hears_what_is_not_theirs() {
    let world = World::new().await;
    let mut leaks = Vec::new();
    let mut heard_own = BTreeSet::new();
    for (viewer, heard) in overheard_by_all(&world).await {
        let foreign = found(world.marks.foreign(viewer.name), &heard);
        if !foreign.is_empty() {
            leaks.push(format!("{} hears {foreign:?}: {heard}", viewer.name));
        }
        if !found(world.marks.own(viewer.name), &heard).is_empty() {
            heard_own.insert(viewer.name);
        }
    }
    none(&leaks);
    assert_eq!(heard_own.len(), world.viewers.len() - 1, "{heard_own:?}");
}

#[tokio::test]
async fn an_export_has_one_organization_alone() {
    let world = World::new().await;
    for org in ["main", "farnorth"] {
        let mut lines = String::from_utf8(exported(&world.app, org).await).unwrap();
        let files: String = lines.lines().filter_map(bytes_of_a_file).collect();
        lines += &files;
        let of_both = |what: &str| what == "the name of bo" || what == "the address of bo";
        let foreign = world.marks.all().iter().filter(|mark| mark.org != org && !of_both(&mark.what));
        assert_eq!(found(foreign, &lines), Vec::<&str>::new(), "{org}");
        let own = world.marks.all().iter().filter(|mark| mark.org == org);
        assert!(found(own, &lines).len() > 10, "{org}: {lines}");
        let own = world.marks.all().iter().filter(|mark| mark.org == org);
        assert!(!found(own, &files).is_empty(), "{org}: {files}");
    }
}

/// What a line of an export that has bytes of a file says in the clear.
fn bytes_of_a_file(line: &str) -> Option<String> {
    let part = line.strip_prefix("{\"part\":\"")?.strip_suffix("\"}")?;
    Some(String::from_utf8(BASE64_STANDARD.decode(part).unwrap()).unwrap())
}

#[tokio::test]
async fn an_answer_that_was_kept_is_given_to_nobody_else() {
    let world = World::new().await;
    let key = &world.issues[1].words.key;
    let body =
        serde_json::json!({ "org": "main", "key": key, "body": "Mine", "idempotency_key": "guessed-0001" });
    world.actor("rea").call("comments/add", body.clone()).await.ok();
    let same = world.actor("rob").call("comments/add", body).await;
    assert_eq!(same.status, 404, "{}", same.body);
}

/// The first wall is down: whoever is signed in is allowed everything. What the second wall keeps is everything of the
/// other organization, and from a reporter what others reported; members, teams and the audit trail of their own
/// organization it leaves to the policy. The live path reads as the system and asks the policy
/// for each viewer; it is behind the first wall alone within an organization, and keeps organizations apart by itself.
#[tokio::test]
async fn without_the_policy_the_database_keeps_the_same_apart() {
    let world = World::new().await;
    let _down = FirstWallDown::now();
    none(&leaks(&world, Walls::Second).await);
    let mut leaks = Vec::new();
    for (viewer, heard) in overheard_by_all(&world).await {
        let foreign = world.marks.foreign(viewer.name).filter(|mark| mark.org != viewer.org);
        let of_both = |what: &&str| !what.ends_with(" of bo");
        let foreign: Vec<_> = found(foreign, &heard).into_iter().filter(of_both).collect();
        if !foreign.is_empty() {
            leaks.push(format!("{} hears {foreign:?}: {heard}", viewer.name));
        }
    }
    none(&leaks);
}

/// A column that can hold a text holds a mark, or cannot tell anybody anything.
#[tokio::test]
async fn every_text_of_the_schema_is_marked() {
    let world = World::new().await;
    // Words of a list, what is stored as a keyed hash or under a name that is random, and what the program itself keeps.
    let plain = [
        "attachments.media_type",
        "attachments.object",
        "attachments.state",
        "audit.action",
        "audit.address",
        "audit.details",
        "cells.body",
        "cells.kind",
        "cells.layer",
        "credentials.password_hash",
        "factor_challenges.purpose",
        "factor_challenges.state",
        "daily_stats.severity",
        "daily_stats.status",
        "events.kind",
        "events.origin",
        "flashes.id",
        "idempotency_keys.answer",
        "idempotency_keys.endpoint",
        "idempotency_keys.key",
        "idempotency_keys.scope",
        "import_marks.what",
        "invitations.role",
        "issue_links.relation",
        "issues.severity",
        "issues.status",
        "mail_tokens.kind",
        "memberships.role",
        "organizations.slug",
        "organizations.zone",
        "passkeys.credential",
        "provider_accounts.issuer",
        "provider_accounts.provider",
        "provider_logins.org",
        "provider_logins.provider",
        "reader_cursors.reader",
        "search_texts.scope",
        "sessions.address",
        "signing_keys.kid",
        "spells.began",
        "spells.severity",
        "spells.status",
        "stock.severity",
        "stock.status",
        "teams.slug",
        "tokens.ending",
        "tokens.scopes",
        "users.zone",
    ];
    let pattern = world.marks.all().iter().map(|mark| mark.text.clone()).collect::<Vec<_>>().join("|");
    let mut unmarked = Vec::new();
    for (table, column) in world.app.text_columns().await {
        let name = format!("{table}.{column}");
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE \"{column}\"::text ~* '{pattern}'");
        if world.app.owner_count(&sql).await == 0 && !plain.contains(&name.as_str()) {
            unmarked.push(name);
        }
    }
    assert_eq!(unmarked, Vec::<String>::new(), "mark them in server/tests/it/leaks/world.rs");
}
