//! `GET /api/v1/events`: the log for programs. `?org=main&after=7` answers with what happened after position 7; `&wait=25`
//! waits for the next event if there is none yet. With `Accept: text/event-stream` the answer goes on for as long as
//! somebody listens (Server-Sent Events); the id of each event is its position, and `Last-Event-ID` goes on after it.
//!
//! Every look is a transaction of the person, who is found out anew: the bell says when to look, and a clock says so too,
//! for rings that were lost and for rights that were.

use app::api::from_form;
use axum::{
    Json,
    extract::{Request, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use std::{convert::Infallible, time::Duration};
use tokio::time::{Instant, sleep_until};
use tracker_domain::{
    error::{AppError, Problem},
    follow::{FollowLog, LogEvent, LogPage},
    id::Seq,
};

use super::{
    Http,
    caller::program,
    gate::{self, Asked},
    origin::same_origin,
    problem::problem,
};
use crate::{
    limits::{self, Seat},
    live::{Bell, Ear},
    services::follow::Follower,
};

/// How often it is looked, whatever the bell says; whoever is shut out hears nothing after twice that.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often something is said when nothing happens, so that nobody between takes the connection for dead.
const SAY_EVERY: Duration = Duration::from_secs(15);
/// When a browser comes back after the end of a stream.
const COME_BACK: Duration = Duration::from_secs(2);
/// Where a stream goes on.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Why a stream ends that could go on.
const CHANGED: &str = "You may see something else from now on. Come back.";
/// Proxies keep answers back until they are large; this one must not be.
const NO_BUFFER: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// See the module.
pub(super) async fn follow(State(http): State<Http>, request: Request) -> Response {
    let caller = program(&http.app.settings, &request);
    let (parts, _) = request.into_parts();
    let mut left = Vec::new();
    let answer = async {
        let asked = Asked { uri: &parts.uri, headers: &parts.headers, body: &[] };
        gate::pass(&http, &caller, &asked, &mut left).await?;
        // A page of another site must not read along with the visitor's cookie.
        if caller.token.is_none() && !same_origin(&http.app.settings, &parts.headers) {
            return Err(AppError::forbidden("Another site reads events with a token only."));
        }
        let asked = read(&parts)?;
        let ear = http.app.bell.ear();
        let (follower, head) = Follower::begin(&http.app, &caller, &asked.org).await?;
        let (place, limit, wait) = (asked.place(head)?, asked.limit()?, asked.wait()?);
        let seat = http.open.enter(follower.actor.user)?;
        let following = Following { follower, place, limit, bell: http.app.bell.clone(), ear, _seat: seat };
        if streams(&parts.headers) {
            return Ok(following.stream());
        }
        let page = following.wait(Duration::from_secs(wait.into())).await?;
        Ok(Json(page).into_response())
    };
    let mut response = answer.await.unwrap_or_else(problem);
    limits::tell(&mut response, &left);
    response
}

/// What is asked for; where a stream was broken off says its header.
fn read(parts: &Parts) -> Result<FollowLog, AppError> {
    let mut asked: FollowLog = from_form(parts.uri.query().unwrap_or_default().as_bytes())?;
    if let Some(last) = parts.headers.get(LAST_EVENT_ID) {
        let place = last.to_str().ok().and_then(|text| text.parse().ok());
        asked.after =
            Some(place.ok_or_else(|| {
                AppError::invalid("after", "Last-Event-ID is not the position of an event.")
            })?);
    }
    Ok(asked)
}

fn streams(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/event-stream"))
}

/// Somebody at a place in the log.
struct Following {
    follower: Follower,
    place: Seq,
    limit: u16,
    bell: Bell,
    ear: Ear,
    _seat: Seat,
}

impl Following {
    /// The next events, waited for if there are none.
    async fn wait(mut self, wait: Duration) -> Result<LogPage, AppError> {
        let until = Instant::now() + wait;
        loop {
            let Some(page) = self.follower.after(self.place, self.limit).await? else {
                return Ok(LogPage { events: Vec::new(), next: self.place, head: self.place });
            };
            if !page.events.is_empty() || Instant::now() >= until {
                return Ok(page);
            }
            self.place = page.next;
            if page.next == page.head && self.rest(until).await.is_none() {
                return Ok(page);
            }
        }
    }

    /// Waits for a ring, but not long; `None` when the program stops.
    async fn rest(&self, until: Instant) -> Option<()> {
        let look = until.min(Instant::now() + LOOK_EVERY);
        tokio::select! {
            () = self.rung() => Some(()),
            () = sleep_until(look) => Some(()),
            () = self.bell.over() => None,
        }
    }

    async fn rung(&self) {
        while !self.ear.heard().await.contains(&self.follower.org) {}
    }

    /// All events from here on.
    fn stream(self) -> Response {
        let begin = Event::default().retry(COME_BACK).id(self.place.to_string());
        let parts = stream::unfold(Some(self), |following| async move {
            let mut following = following?;
            let (said, goes_on) = following.hear().await;
            Some((stream::iter(said), goes_on.then_some(following)))
        });
        let events = stream::iter([begin]).chain(parts.flatten()).map(Ok::<_, Infallible>);
        let keep = KeepAlive::new().interval(SAY_EVERY).text("still here");
        let mut response = Sse::new(events).keep_alive(keep).into_response();
        response.headers_mut().extend([NO_BUFFER]);
        response
    }

    /// What there is to say next, and whether anything follows.
    async fn hear(&mut self) -> (Vec<Event>, bool) {
        loop {
            let page = match self.follower.after(self.place, self.limit).await {
                Ok(Some(page)) => page,
                Ok(None) => return (vec![end(AppError::forbidden(CHANGED))], false),
                Err(_) if self.bell.is_over() => return (Vec::new(), false),
                Err(error) => return (vec![end(error)], false),
            };
            let said = said(&page, self.place);
            self.place = page.next;
            if !said.is_empty() {
                return (said, true);
            }
            if self.rest(Instant::now() + LOOK_EVERY).await.is_none() {
                return (Vec::new(), false);
            }
        }
    }
}

/// The events of a page, and the position that was reached when that is not the last one's.
fn said(page: &LogPage, before: Seq) -> Vec<Event> {
    let mut said: Vec<Event> = page.events.iter().filter_map(event).collect();
    let told = page.events.last().map_or(before, |event| event.seq);
    if page.next > told {
        // Without data nobody hears it, but whoever comes back begins there.
        said.push(Event::default().id(page.next.to_string()));
    }
    said
}

fn event(event: &LogEvent) -> Option<Event> {
    Event::default().id(event.seq.to_string()).json_data(event).ok()
}

/// The last word: why there is no more.
fn end(error: AppError) -> Event {
    let problem = Problem::from(error);
    Event::default().event("end").json_data(problem).unwrap_or_default()
}
