//! Random lives of the hub: whatever happens, each page is told all that it may see, once and in order.

use super::*;
use crate::live::item::item;

#[derive(Debug, Clone)]
enum Step {
    Write(i64),
    Move(usize, Role),
    Tail(i64),
    Subscribe(usize, usize, i64),
    Fill(usize, usize, i64),
    Unsubscribe(usize, usize),
    Reconnect(usize),
    Read(usize),
}

const PAGES: [&str; 3] = ["issues", "issues/CORE-2", "insights"];

fn step() -> impl Strategy<Value = Step> {
    let (who, page, some) = (0..3usize, 0..PAGES.len(), 1..6i64);
    prop_oneof![
        8 => (1..4i64).prop_map(Step::Write),
        1 => (who.clone(), proptest::sample::select(Role::ALL)).prop_map(|(w, r)| Step::Move(w, r)),
        6 => some.clone().prop_map(Step::Tail),
        3 => (who.clone(), page.clone(), 0..8i64).prop_map(|(w, p, back)| Step::Subscribe(w, p, back)),
        6 => (who.clone(), page.clone(), some).prop_map(|(w, p, n)| Step::Fill(w, p, n)),
        1 => (who.clone(), page).prop_map(|(w, p)| Step::Unsubscribe(w, p)),
        1 => who.clone().prop_map(Step::Reconnect),
        2 => who.prop_map(Step::Read),
    ]
}

/// What a browser knows of one page: from where it has been told everything, and what it was told.
#[derive(Debug, Default)]
struct Page {
    at: Option<i64>,
    from: i64,
    told: Vec<i64>,
}

struct World {
    hub: Hub,
    log: Vec<Arc<LoadedEvent>>,
    roles: [Role; 3],
    people: Vec<(Connected, [Page; 3])>,
}

impl World {
    fn new() -> Self {
        let hub = Hub::default();
        let people = (0..3).map(|who| (connect(&hub, who + 1), Default::default())).collect();
        Self { hub, log: vec![], roles: [Role::Reporter, Role::Maintainer, Role::Admin], people }
    }

    fn end(&self) -> i64 {
        self.log.len() as i64
    }

    fn after(&self, seq: Seq, n: i64) -> Vec<Arc<LoadedEvent>> {
        self.log.iter().skip(seq.0 as usize).take(n as usize).cloned().collect()
    }

    /// The browser applies ranges exactly as the protocol says, and fails on anything else.
    fn read(&mut self, who: usize) {
        let (connected, pages) = &mut self.people[who];
        for message in messages(connected) {
            let page = |topic: &Topic| PAGES.iter().position(|page| super::topic(page) == *topic).unwrap();
            match message {
                ServerMessage::Events { topic, from, to, items } => {
                    let page = &mut pages[page(&topic)];
                    let at = page.at.expect("events for a page that does not listen");
                    assert_eq!(from.0, at + 1);
                    assert!(items.iter().all(|item| (from.0..=to.0).contains(&position(item))));
                    page.told.extend(items.iter().map(position));
                    page.at = Some(to.0);
                }
                ServerMessage::Resync { topic } => pages[page(&topic)].at = None,
                ServerMessage::CaughtUp { topic, seq } => assert_eq!(pages[page(&topic)].at, Some(seq.0)),
                other => panic!("{other:?}"),
            }
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Write(number) => self.log.push(touched(self.end() + 1, number)),
            Step::Move(who, role) => {
                self.roles[who] = role;
                self.log.push(role_changed(self.end() + 1, who as i64 + 1, role));
            }
            Step::Tail(n) => {
                let Some(head) = self.hub.head(ORG) else { return };
                assert!(self.hub.publish(ORG, &self.after(head, n)));
            }
            Step::Subscribe(who, page, back) => {
                self.read(who);
                let since = (self.end() - back).max(0);
                let actor = actor(who as i64 + 1, self.roles[who]);
                let (connected, pages) = &mut self.people[who];
                let end = Seq(self.log.len() as i64);
                assert!(self.hub.subscribe(connected.id, &topic(PAGES[page]), ORG, actor, Seq(since), end));
                pages[page] = Page { at: Some(since), from: since, told: vec![] };
            }
            Step::Fill(who, page, n) => {
                let (id, topic) = (self.people[who].0.id, topic(PAGES[page]));
                if let Backlog::Read(_, after) = self.hub.backlog(id, &topic) {
                    self.hub.fill(id, &topic, &self.after(after, n));
                }
            }
            Step::Unsubscribe(who, page) => {
                self.read(who);
                self.hub.unsubscribe(self.people[who].0.id, &topic(PAGES[page]));
                self.people[who].1[page] = Page::default();
            }
            Step::Reconnect(who) => {
                self.people[who] = (connect(&self.hub, who as i64 + 1), Default::default())
            }
            Step::Read(who) => self.read(who),
        }
    }

    /// Everything is written, tailed, filled and read; then every page knows exactly what there is for it.
    fn settle(&mut self) {
        for _ in 0..2 {
            for (who, page) in (0..3).flat_map(|who| (0..PAGES.len()).map(move |page| (who, page))) {
                for _ in 0..self.log.len() {
                    self.take(Step::Fill(who, page, 6));
                }
            }
            self.take(Step::Tail(self.end()));
        }
        for who in 0..3 {
            self.read(who);
            let actor = actor(who as i64 + 1, self.roles[who]);
            for (page, known) in self.people[who].1.iter().enumerate().filter(|(_, known)| known.at.is_some())
            {
                let all = self.log.iter().skip(known.from as usize);
                let visible: Vec<_> =
                    all.filter_map(|event| item(&topic(PAGES[page]).page, actor, event)).collect();
                assert_eq!(
                    known.told,
                    visible.iter().map(position).collect::<Vec<_>>(),
                    "{who} {}",
                    PAGES[page]
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn every_page_hears_all_that_it_may_see_once_and_in_order(steps in proptest::collection::vec(step(), 0..120)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            prop_assert_eq!(world.hub.check(), Ok(()));
        }
        world.settle();
        prop_assert_eq!(world.hub.check(), Ok(()));
    }
}
