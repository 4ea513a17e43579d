//! Floods are refused before they cost anything: by address at the ways in, by token at the API.
//!
//! Kept in memory, each process for itself: with three processes behind a balancer a flood gets through three times as
//! much, which is still little. What must not be multiplied or forgotten, the delay after wrong passwords, is in the
//! database (`services::patience`). To limit another function, name it in [`classes`].

mod classes;
mod open;
mod told;

pub use classes::{Class, class};
use governor::{
    Quota, RateLimiter, clock::Clock as GovernorClock, middleware::StateInformationMiddleware, nanos::Nanos,
    state::keyed::HashMapStateStore,
};
use ipnet::{IpNet, Ipv6Net};
pub use open::{MOST_OPEN, Open, Seat};
use std::{
    fmt,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
pub use told::{Counted, Left, POLICY, STATE, tell};
use tracker_domain::{error::AppError, time::Clock};

use crate::{config, session::SessionHash};

/// After so many questions a limiter forgets those who have been quiet.
const FORGET_EVERY: u32 = 4_096;
/// Mails to one mailbox an hour.
const MAILS: u32 = 5;
/// Whatever is not the most common way in has this part of the limit.
const SHARE: u32 = 3;

/// The program's clock, as the library reads one.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(u64::try_from(self.0.now().micros()).unwrap_or_default().saturating_mul(1_000))
    }
}

/// One limit, for each key apart; `None` when it is switched off.
struct Limit<K: Hash + Eq + Clone> {
    limiter: Option<RateLimiter<K, HashMapStateStore<K>, Ticks, StateInformationMiddleware>>,
    ticks: Ticks,
    asked: AtomicU32,
    full: Left,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// So many at once, and as many again in the course of `within`; programs read its name.
    fn new(ticks: &Ticks, name: &'static str, many: u32, within: Duration) -> Self {
        let quota = NonZeroU32::new(many)
            .and_then(|many| Some(Quota::with_period(within / many.get())?.allow_burst(many)));
        let limiter = quota.map(|quota| RateLimiter::new(quota, HashMapStateStore::default(), ticks.clone()));
        let full = Left::full(name, many, within);
        Self { limiter, ticks: ticks.clone(), asked: AtomicU32::new(0), full }
    }

    fn ask(&self, key: &K) -> Counted {
        let Some(limiter) = &self.limiter else { return Counted::free() };
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        match limiter.check_key(key) {
            Ok(state) => {
                Counted { left: Some(self.full.after(state.remaining_burst_capacity())), outcome: Ok(()) }
            }
            Err(until) => {
                let wait = until.wait_time_from(self.ticks.now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                let retry_after = u32::try_from(seconds).unwrap_or(u32::MAX).max(1);
                let outcome = Err(AppError::RateLimited { retry_after });
                Counted { left: Some(self.full.until(retry_after)), outcome }
            }
        }
    }
}

/// See the module.
pub struct Limits {
    entrances: Limit<(Option<Class>, IpAddr)>,
    others: Limit<(Class, IpAddr)>,
    mailboxes: Limit<SessionHash>,
    addresses: Limit<IpAddr>,
    tokens: Limit<i64>,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Limits {
    /// With these settings, by this clock.
    pub fn new(settings: &config::Limits, clock: Arc<dyn Clock>) -> Self {
        let (ticks, minute) = (Ticks(clock), Duration::from_secs(60));
        let mails = if settings.sign_in == 0 { 0 } else { MAILS };
        Self {
            entrances: Limit::new(&ticks, "entrance", settings.sign_in, minute),
            others: Limit::new(&ticks, "account", settings.sign_in.div_ceil(SHARE), minute),
            mailboxes: Limit::new(&ticks, "mailbox", mails, Duration::from_secs(3600)),
            addresses: Limit::new(&ticks, "address", settings.address, minute),
            tokens: Limit::new(&ticks, "token", settings.token, minute),
        }
    }

    /// Whether one more request of this class may come from an address, and about a mailbox.
    pub fn entrance(&self, class: Class, from: &str, mailbox: Option<SessionHash>) -> Counted {
        let counted = match (subscriber(from), class) {
            (None, _) => Counted::free(),
            (Some(from), Class::Proof) => self.entrances.ask(&(Some(class), from)),
            (Some(from), Class::Account | Class::Mail) => self.others.ask(&(class, from)),
        };
        match mailbox.filter(|_| class == Class::Mail && counted.outcome.is_ok()) {
            Some(mailbox) => self.mailboxes.ask(&mailbox),
            None => counted,
        }
    }

    /// The same for what fits no class and still costs: something that is no token, a refusal that is kept for a page.
    pub fn stray(&self, from: &str) -> Result<(), AppError> {
        subscriber(from).map_or(Ok(()), |from| self.entrances.ask(&(None, from)).outcome)
    }

    /// Whether one more request without a token may come from an address.
    pub fn address(&self, from: &str) -> Counted {
        subscriber(from).map_or_else(Counted::free, |from| self.addresses.ask(&from))
    }

    /// Whether one more request may come by this token.
    pub fn token(&self, id: i64) -> Counted {
        self.tokens.ask(&id)
    }
}

/// Whom an address stands for: itself, or the 64 bits that an IPv6 subscriber has. Nobody for an address that is not
/// known and for the machine itself, which floods nobody but its owner.
fn subscriber(address: &str) -> Option<IpAddr> {
    let ip: IpAddr = address.parse().ok()?;
    match ip {
        ip if ip.is_loopback() => None,
        IpAddr::V6(ip) => Some(IpAddr::V6(prefix(ip))),
        ip => Some(ip),
    }
}

fn prefix(ip: Ipv6Addr) -> Ipv6Addr {
    Ipv6Net::new(ip, 64).map_or(ip, |network| network.network())
}

/// The network that a person's attempts are counted by: 24 bits of IPv4, 64 of IPv6. A text that is no address is its
/// own.
pub fn network(address: &str) -> String {
    let bits = |ip: &IpAddr| if ip.is_ipv4() { 24 } else { 64 };
    let network = address.parse::<IpAddr>().ok().and_then(|ip| IpNet::new(ip, bits(&ip)).ok());
    network.map_or_else(|| address.to_owned(), |network| network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use time::{OffsetDateTime, macros::datetime};
    use tracker_domain::time::Timestamp;

    struct Hand(Mutex<OffsetDateTime>);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp(*self.0.lock().unwrap())
        }
    }

    fn limits(sign_in: u32) -> (Limits, Arc<Hand>) {
        let hand = Arc::new(Hand(Mutex::new(datetime!(2026-11-21 12:00 UTC))));
        let settings = config::Limits { sign_in, token: 2, ..config::Limits::default() };
        (Limits::new(&settings, hand.clone()), hand)
    }

    #[test]
    fn an_address_has_its_limit_and_gets_it_back_with_time() {
        let (limits, hand) = limits(6);
        let ask = |from: &str| limits.entrance(Class::Proof, from, None).outcome;
        assert!((0..6).all(|_| ask("203.0.113.9").is_ok()));
        assert_eq!(ask("203.0.113.9"), Err(AppError::RateLimited { retry_after: 10 }));
        assert!(ask("203.0.113.10").is_ok(), "another address has its own");
        assert!(
            limits.entrance(Class::Account, "203.0.113.9", None).outcome.is_ok(),
            "another class has its own"
        );
        *hand.0.lock().unwrap() += Duration::from_secs(10);
        assert!(ask("203.0.113.9").is_ok() && ask("203.0.113.9").is_err());
    }

    #[test]
    fn what_is_left_is_told() {
        let (limits, hand) = limits(6);
        let left = |counted: Counted| counted.left.unwrap().to_string();
        assert_eq!(left(limits.token(1)), "\"token\";r=1;t=30");
        assert_eq!(left(limits.token(1)), "\"token\";r=0;t=60");
        assert_eq!(left(limits.token(1)), "\"token\";r=0;t=30", "refused: until the next one");
        assert_eq!(limits.token(2).left.unwrap().policy(), "\"token\";q=2;w=60");
        *hand.0.lock().unwrap() += Duration::from_secs(60);
        assert_eq!(left(limits.token(1)), "\"token\";r=1;t=30");
    }

    #[test]
    fn the_machine_itself_is_free_and_so_is_everybody_when_it_is_switched_off() {
        let (strict, _) = limits(1);
        for from in ["127.0.0.1", "::1", ""] {
            assert!((0..50).all(|_| strict.entrance(Class::Proof, from, None).outcome.is_ok()), "{from}");
        }
        let (off, _) = limits(0);
        assert!((0..500).all(|_| off.entrance(Class::Mail, "203.0.113.9", None).outcome.is_ok()));
    }

    #[test]
    fn one_mailbox_gets_few_mails_whoever_asks_for_them() {
        let (limits, _) = limits(600);
        let ask = |n: u8| {
            limits.entrance(Class::Mail, &format!("203.0.113.{n}"), Some(SessionHash([1; 32]))).outcome
        };
        assert!((0..5).all(|n| ask(n).is_ok()));
        assert_eq!(ask(9), Err(AppError::RateLimited { retry_after: 720 }));
        assert!(limits.entrance(Class::Mail, "203.0.113.9", Some(SessionHash([2; 32]))).outcome.is_ok());
    }

    #[test]
    fn neighbours_in_a_network_are_one() {
        assert_eq!(network("203.0.113.9"), "203.0.113.0/24");
        assert_eq!(network("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
        assert_eq!(network(""), "");
        assert_eq!(subscriber("2001:db8:1:2:3::4"), subscriber("2001:db8:1:2::9"));
        assert_ne!(subscriber("203.0.113.9"), subscriber("203.0.113.8"));
    }
}
