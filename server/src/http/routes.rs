//! The routes of the program, and a list of them: whoever adds one adds it here, so that the test of who gets which
//! answer knows of it and fails until it has a row there. A test holds that no other file makes a router of axum.

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    response::IntoResponse,
    routing::{MethodRouter, Route},
};
use std::{collections::BTreeSet, convert::Infallible};
use tower::{Layer, Service};

/// A router that knows its paths.
#[derive(Debug)]
pub struct Routes<S = ()> {
    router: Router<S>,
    paths: BTreeSet<String>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None yet.
    pub fn new() -> Self {
        Self { router: Router::new(), paths: BTreeSet::new() }
    }

    /// Adds one.
    #[must_use]
    pub fn route(mut self, path: &str, to: MethodRouter<S>) -> Self {
        self.paths.insert(path.to_owned());
        Self { router: self.router.route(path, to), paths: self.paths }
    }

    /// Adds a service that answers at one path.
    #[must_use]
    pub fn file<T>(mut self, path: &str, to: T) -> Self
    where
        T: Service<Request, Error = Infallible, Future: Send, Response: IntoResponse>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.paths.insert(path.to_owned());
        Self { router: self.router.route_service(path, to), paths: self.paths }
    }

    /// Adds a service that answers at every path below one.
    #[must_use]
    pub fn folder<T>(mut self, path: &str, to: T) -> Self
    where
        T: Service<Request, Error = Infallible, Future: Send, Response: IntoResponse>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.paths.insert(format!("{path}/{{*file}}"));
        Self { router: self.router.nest_service(path, to), paths: self.paths }
    }

    /// Who answers where nobody else does.
    #[must_use]
    pub fn fallback<H: Handler<T, S>, T: 'static>(self, to: H) -> Self {
        Self { router: self.router.fallback(to), paths: self.paths }
    }

    /// Adds those of another part.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.paths.append(&mut other.paths);
        Self { router: self.router.merge(other.router), paths: self.paths }
    }

    /// Puts something around those that were added so far.
    #[must_use]
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error: Into<Infallible>, Future: Send, Response: IntoResponse>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        Self { router: self.router.layer(layer), paths: self.paths }
    }

    /// Gives the handlers what they need.
    #[must_use]
    pub fn with_state(self, state: S) -> Routes {
        Routes { router: self.router.with_state(state), paths: self.paths }
    }

    /// Which they are, in axum's notation.
    pub fn paths(&self) -> &BTreeSet<String> {
        &self.paths
    }

    /// For serving them.
    pub fn into_router(self) -> Router<S> {
        self.router
    }
}

/// One service that answers everything: what stands around all routes, with them inside.
pub(super) fn alone<T>(service: T) -> Router
where
    T: Service<Request, Error = Infallible, Future: Send, Response: IntoResponse>
        + Clone
        + Send
        + Sync
        + 'static,
{
    Router::new().fallback_service(service)
}
