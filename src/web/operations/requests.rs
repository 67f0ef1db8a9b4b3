//! Every request is counted, and how long it took, by its route: what costs next to nothing for a poll, for which all
//! is looked up once, at the start.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::RwLock;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Method;
use rocket::{Data, Request, Response, Route};

/// Seconds. The largest is more than any request may take.
const BOUNDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// A route as it is written, so that there are as many as there are routes: never an address that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RouteLabels {
    method: String,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct AnswerLabels {
    method: String,
    route: String,
    status: u16,
}

/// The counters of all routes.
#[derive(Clone)]
pub(crate) struct Requests {
    pub(super) answers: Family<AnswerLabels, Counter>,
    pub(super) durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    by_route: Arc<HashMap<Method, HashMap<String, OneRoute>>>,
    /// Of addresses that are no route's.
    elsewhere: Arc<OneRoute>,
}

struct OneRoute {
    labels: RouteLabels,
    durations: Histogram,
    /// By status: a handful.
    answers: RwLock<Vec<(u16, Counter)>>,
}

impl Requests {
    /// Counters for these routes.
    pub(crate) fn of(routes: &[Route]) -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let durations = Family::new_with_constructor(histogram);
        let one = |method: &str, route: &str| {
            let labels = RouteLabels { method: method.to_owned(), route: route.to_owned() };
            let durations = durations.get_or_create_owned(&labels);
            OneRoute { labels, durations, answers: RwLock::default() }
        };
        let mut by_route = HashMap::<_, HashMap<_, _>>::new();
        for route in routes {
            let path = route.uri.path();
            let of_method = by_route.entry(route.method).or_default();
            of_method.insert(path.to_owned(), one(route.method.as_str(), path));
        }
        let elsewhere = Arc::new(one("", ""));
        Self { answers: Family::default(), durations, by_route: Arc::new(by_route), elsewhere }
    }

    fn route(&self, request: &Request<'_>) -> &OneRoute {
        let found = request.route().and_then(|route| self.by_route.get(&route.method)?.get(route.uri.path()));
        found.unwrap_or(&self.elsewhere)
    }

    fn count(&self, route: &OneRoute, status: u16) {
        let known = |answers: &Vec<(u16, Counter)>| {
            let found = answers.iter().find(|(known, _)| *known == status);
            found.map(|(_, counter)| counter.inc())
        };
        if known(&route.answers.read()).is_some() {
            return;
        }
        let RouteLabels { method, route: path } = route.labels.clone();
        let counter = self.answers.get_or_create_owned(&AnswerLabels { method, route: path, status });
        counter.inc();
        let mut answers = route.answers.write();
        if !answers.iter().any(|(known, _)| *known == status) {
            answers.push((status, counter));
        }
    }
}

/// When a request came.
struct Came(Instant);

impl Came {
    fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| Self(Instant::now()))
    }
}

#[rocket::async_trait]
impl Fairing for Requests {
    fn info(&self) -> Info {
        Info { name: "Metrics", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        Came::of(request);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let route = self.route(request);
        route.durations.observe(Came::of(request).0.elapsed().as_secs_f64());
        self.count(route, response.status().code);
    }
}
