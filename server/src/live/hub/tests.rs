//! The hub's promises, held against random lives of it.

use proptest::prelude::*;
use time::macros::datetime;
use tracker_domain::{
    event::Facts,
    id::{IssueKey, ProjectId},
    issue::{IssueRow, Severity},
    live::LiveItem,
    org::Person,
    workflow::Status,
};

use tracker_domain::event::Change;

use super::*;
use crate::live::LoadedIssue;

const ORG: OrgId = OrgId(1);
const AT: Timestamp = Timestamp(datetime!(2026-03-01 12:00 UTC));

fn person(id: i64) -> Person {
    Person { id: UserId(id), name: format!("P{id}") }
}

fn key(number: i64) -> IssueKey {
    format!("CORE-{number}").parse().unwrap()
}

/// Issue `n` belongs to person `n`.
fn touched(seq: i64, number: i64) -> Arc<LoadedEvent> {
    let row = IssueRow {
        key: key(number),
        title: "It breaks".into(),
        status: Status::Open,
        severity: Severity::Low,
        reporter: person(number),
        assignee: None,
        tags: vec![],
        comments: 0,
        created_at: AT,
        updated_at: AT,
        closed_at: None,
        version: seq,
    };
    let facts = Facts {
        project: ProjectId(1),
        reporter: UserId(number),
        severity: Severity::Low,
        status: Status::Open,
    };
    let issue =
        LoadedIssue { row, description: String::new(), description_html: String::new(), files: Vec::new() };
    let change = Change::IssueCreated { title: String::new() };
    event(seq, change, Some(facts), Some(Arc::new(issue)))
}

fn event(
    seq: i64,
    change: Change,
    facts: Option<Facts>,
    issue: Option<Arc<LoadedIssue>>,
) -> Arc<LoadedEvent> {
    let (seq, actor) = (Seq(seq), person(1));
    Arc::new(LoadedEvent { seq, at: AT, recorded_at: AT, actor, change, facts, issue, comment_html: None })
}

fn role_changed(seq: i64, user: i64, to: Role) -> Arc<LoadedEvent> {
    event(seq, Change::RoleChanged { user: UserId(user), from: Role::Reporter, to }, None, None)
}

fn topic(text: &str) -> Topic {
    format!("main/{text}").parse().unwrap()
}

fn actor(user: i64, role: Role) -> Actor {
    Actor { user: UserId(user), role }
}

fn connect(hub: &Hub, user: i64) -> Connected {
    hub.connect(UserId(user), SessionId(user))
}

fn messages(connected: &mut Connected) -> Vec<ServerMessage> {
    std::iter::from_fn(|| connected.queue.try_recv().ok()).map(|outgoing| outgoing.message).collect()
}

fn positions(messages: &[ServerMessage]) -> Vec<i64> {
    let items = messages.iter().filter_map(|message| match message {
        ServerMessage::Events { items, .. } => Some(items),
        _ => None,
    });
    items.flatten().map(position).collect()
}

fn position(item: &LiveItem) -> i64 {
    match item {
        LiveItem::Row { seq, .. } | LiveItem::Entry { seq, .. } | LiveItem::Counted { seq } => seq.0,
    }
}

/// Subscribes at the end of a log of `head` events and becomes live.
fn listen(hub: &Hub, to: &Connected, page: &str, actor: Actor, head: i64) {
    assert!(hub.subscribe(to.id, &topic(page), ORG, actor, Seq(head), Seq(head)));
    assert_eq!(hub.backlog(to.id, &topic(page)), Backlog::Done);
}

#[test]
fn each_page_gets_its_own_and_a_reporter_only_theirs() {
    let hub = Hub::default();
    let (mut maintainer, mut reporter) = (connect(&hub, 1), connect(&hub, 2));
    for page in ["issues", "issues/CORE-3", "insights"] {
        listen(&hub, &maintainer, page, actor(1, Role::Maintainer), 0);
        listen(&hub, &reporter, page, actor(2, Role::Reporter), 0);
    }
    messages(&mut maintainer);
    messages(&mut reporter);
    assert!(hub.publish(ORG, &[touched(1, 2), touched(2, 3)]));
    let mut all = positions(&messages(&mut maintainer));
    all.sort_unstable();
    assert_eq!(all, [1, 1, 2, 2, 2]);
    assert_eq!(positions(&messages(&mut reporter)), [1, 1]);
    hub.check().unwrap();
}

#[test]
fn whoever_is_shut_out_is_closed_at_once_unless_they_are_back_already() {
    let hub = Hub::default();
    let shut = |seq, user| event(seq, Change::MemberDisabled { user: UserId(user) }, None, None);
    let back = |seq, user| event(seq, Change::MemberEnabled { user: UserId(user) }, None, None);
    let (mut gone, mut stays, mut quick) = (connect(&hub, 1), connect(&hub, 2), connect(&hub, 3));
    for (connected, user) in [(&gone, 1), (&stays, 2), (&quick, 3)] {
        listen(&hub, connected, "issues", actor(user, Role::Admin), 0);
    }
    for connected in [&mut gone, &mut stays, &mut quick] {
        messages(connected);
    }
    assert!(hub.publish(ORG, &[shut(1, 1), shut(2, 3), back(3, 3), touched(4, 2)]));
    assert_eq!(gone.closing.try_recv(), Ok(close::FORBIDDEN));
    assert!(messages(&mut gone).is_empty(), "nothing is told after it");
    assert_eq!(positions(&messages(&mut stays)), [4]);
    assert!(matches!(messages(&mut quick)[..], [ServerMessage::Resync { .. }]));
    hub.check().unwrap();
}

#[test]
fn what_was_missed_is_filled_in_before_the_subscription_is_live() {
    let hub = Hub::default();
    let (other, mut late) = (connect(&hub, 1), connect(&hub, 2));
    listen(&hub, &other, "issues", actor(1, Role::Admin), 3);
    let page = topic("issues");
    assert!(hub.subscribe(late.id, &page, ORG, actor(2, Role::Admin), Seq(1), Seq(3)));
    assert_eq!(hub.backlog(late.id, &page), Backlog::Read(ORG, Seq(1)));
    assert!(hub.publish(ORG, &[touched(4, 1)]));
    hub.fill(late.id, &page, &[touched(2, 1), touched(3, 1)]);
    assert_eq!(hub.backlog(late.id, &page), Backlog::Read(ORG, Seq(3)));
    // Storage is ahead of the tailer.
    hub.fill(late.id, &page, &[touched(4, 1), touched(5, 1)]);
    assert_eq!(hub.backlog(late.id, &page), Backlog::Done);
    assert!(hub.publish(ORG, &[touched(5, 1), touched(6, 1)]));
    let heard = messages(&mut late);
    assert_eq!(positions(&heard), [2, 3, 4, 5, 6]);
    assert!(heard.contains(&ServerMessage::CaughtUp { topic: page, seq: Seq(5) }));
    hub.check().unwrap();
}

#[test]
fn who_missed_too_much_or_knows_more_than_the_log_loads_anew() {
    let hub = Hub::default();
    let mut one = connect(&hub, 1);
    for (since, head) in [(0, MAX_BEHIND + 1), (5, 4), (-1, 4)] {
        assert!(!hub.subscribe(one.id, &topic("issues"), ORG, actor(1, Role::Admin), Seq(since), Seq(head)));
        assert_eq!(messages(&mut one), [ServerMessage::Resync { topic: topic("issues") }]);
    }
    hub.check().unwrap();
    assert!(hub.watched().is_empty());
}

#[test]
fn the_tailer_stops_at_a_gap_and_passes_over_what_was_published() {
    let hub = Hub::default();
    let mut one = connect(&hub, 1);
    listen(&hub, &one, "issues", actor(1, Role::Admin), 0);
    assert!(!hub.publish(ORG, &[touched(1, 1), touched(3, 1)]));
    assert_eq!(hub.head(ORG), Some(Seq(1)));
    assert!(hub.publish(ORG, &[touched(1, 1), touched(2, 1), touched(3, 1)]));
    assert_eq!(positions(&messages(&mut one)), [1, 2, 3]);
}

#[test]
fn a_long_silence_is_told_now_and_then_and_always_covered() {
    let hub = Hub::default();
    let mut one = connect(&hub, 1);
    listen(&hub, &one, "issues/CORE-1", actor(1, Role::Admin), 0);
    messages(&mut one);
    for seq in 1..=250 {
        assert!(hub.publish(ORG, &[touched(seq, 2)]));
    }
    assert!(hub.publish(ORG, &[touched(251, 1)]));
    let ranges: Vec<_> = messages(&mut one)
        .into_iter()
        .filter_map(|message| match message {
            ServerMessage::Events { from, to, items, .. } => Some((from.0, to.0, items.len())),
            _ => None,
        })
        .collect();
    assert_eq!(ranges, [(1, 101, 0), (102, 202, 0), (203, 251, 1)]);
}

#[test]
fn a_changed_role_ends_the_subscription_and_a_lost_one_the_connection() {
    let hub = Hub::default();
    let (mut one, mut two) = (connect(&hub, 1), connect(&hub, 2));
    listen(&hub, &one, "issues", actor(1, Role::Maintainer), 0);
    listen(&hub, &two, "issues", actor(2, Role::Maintainer), 0);
    messages(&mut one);
    messages(&mut two);
    hub.publish(ORG, &[touched(1, 3), role_changed(2, 1, Role::Reporter), touched(3, 3)]);
    assert_eq!(messages(&mut one), [ServerMessage::Resync { topic: topic("issues") }]);
    assert_eq!(positions(&messages(&mut two)), [1, 3]);

    let seats = hub.seats();
    let sessions: HashSet<_> = seats.iter().map(|seat| seat.session).collect();
    hub.enforce(&seats, &sessions, &HashMap::from([((ORG, UserId(2)), Role::Maintainer)]));
    assert_eq!(messages(&mut two), []);
    hub.enforce(&seats, &sessions, &HashMap::from([((ORG, UserId(2)), Role::Admin)]));
    assert_eq!(messages(&mut two), [ServerMessage::Resync { topic: topic("issues") }]);
    listen(&hub, &two, "issues", actor(2, Role::Admin), 3);
    hub.enforce(&hub.seats(), &sessions, &HashMap::new());
    assert_eq!(two.closing.try_recv(), Ok(close::FORBIDDEN));
    hub.enforce(&hub.seats(), &HashSet::new(), &HashMap::new());
    assert_eq!(one.closing.try_recv(), Ok(close::SIGN_IN));
    assert_eq!(hub.connections(), 0);
    hub.check().unwrap();
}

#[test]
fn a_role_that_changed_before_the_subscription_was_made_is_noticed_too() {
    let hub = Hub::default();
    let mut one = connect(&hub, 1);
    assert!(hub.subscribe(one.id, &topic("issues"), ORG, actor(1, Role::Maintainer), Seq(0), Seq(1)));
    hub.fill(one.id, &topic("issues"), &[role_changed(1, 1, Role::Maintainer)]);
    assert_eq!(messages(&mut one), [ServerMessage::Resync { topic: topic("issues") }]);
    assert_eq!(hub.backlog(one.id, &topic("issues")), Backlog::Gone);
}

mod random;

proptest! {
    #[test]
    fn a_slow_browser_is_closed_and_nobody_else_notices(extra in 1..20usize) {
        let hub = Hub::default();
        let (mut slow, mut quick) = (connect(&hub, 1), connect(&hub, 2));
        listen(&hub, &slow, "issues", actor(1, Role::Admin), 0);
        listen(&hub, &quick, "issues", actor(2, Role::Admin), 0);
        let mut heard = vec![];
        for seq in 1..=(QUEUE + extra) as i64 {
            hub.publish(ORG, &[touched(seq, 1)]);
            heard.extend(positions(&messages(&mut quick)));
            prop_assert_eq!(hub.check(), Ok(()));
        }
        prop_assert_eq!(slow.closing.try_recv(), Ok(close::TOO_SLOW));
        prop_assert_eq!(hub.connections(), 1);
        prop_assert_eq!(heard, (1..=(QUEUE + extra) as i64).collect::<Vec<_>>());
    }
}
