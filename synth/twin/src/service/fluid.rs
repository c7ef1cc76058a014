//! A pod as a fluid, second by second.

use super::{
    Service, Workers, erlang,
    latency::Latency,
    quota,
    station::{self, Stay},
    target::Target,
};

/// What a pod is asked for in a tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Requests a second.
    pub rate: f64,
    /// Cores that are there for it: its part of its node, as far as others use theirs.
    pub cores: f64,
    /// How long its target takes.
    pub target: Target,
    /// Requests a second that the network of its node passes on.
    pub passes: f64,
}

/// What is left in a pod from one tick to the next. Pods of equal state and offer are one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct State {
    /// Requests that wait because more come than are answered.
    backlog: f64,
    /// The mean time, in seconds, that requests wait for others by chance.
    waits: f64,
    /// What clients send again.
    again: f64,
    /// The share of the workers' time that went into refusals.
    refusing: f64,
}

/// What became of a pod's requests in a tick. All are counts but where it says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tick {
    /// What came, with what was sent again.
    pub offered: f64,
    /// Of these, what was sent again.
    pub again: f64,
    /// Answered in time.
    pub answered: f64,
    /// Refused with 503.
    pub refused: f64,
    /// Let in, and not answered in time: by the target, or for the client.
    pub failed: f64,
    /// Sent to the target.
    pub forwarded: f64,
    /// Processor seconds.
    pub cpu: f64,
    /// In flight, on average.
    pub in_flight: f64,
    /// Waiting for a place in flight, at the end.
    pub waiting: f64,
    /// How long the answered took.
    pub latency: Latency,
}

/// Which of both bounds is the lower one, and what is held there.
struct Bound {
    /// Requests a second.
    most: f64,
    /// Requests that may wait behind it.
    room: f64,
    /// How many of these are in flight meanwhile.
    in_flight: f64,
}

/// How a backlog moves in a tick.
struct Backlog {
    end: f64,
    refused: f64,
    /// Its mean over the tick.
    mean: f64,
    /// The difference between its ends.
    moved: f64,
}

impl State {
    /// Do requests wait for something to be free, or come again?
    pub fn waits(&self) -> bool {
        self.backlog > 0.0 || self.again > 0.0
    }

    /// Nobody answers any more: how many wait in it, of whom nothing was told yet.
    pub fn stop(&mut self) -> f64 {
        std::mem::take(self).backlog
    }

    /// Moves the pod by so many seconds.
    pub fn tick(&mut self, service: &Service, offer: &Offer, seconds: f64) -> Tick {
        let again = self.again.min(service.clients.budget * offer.rate * seconds);
        let rate = offer.rate + again / seconds;
        let (cores, count) = (service.cores(offer.cores).max(1e-9), service.workers.count());
        let speed = (offer.cores / count).clamp(1e-9, 1.0);
        let held_by_target = held(&offer.target, service.timeout);
        let most = (cores / service.cost.work).min(offer.passes);
        let served = rate.min(most);
        let stay = station::stay(&service.cost, service.workers, served, speed, self.refusing);
        self.settle(&stay, seconds);
        let stalled = service.limit.map_or((0.0, 0.0), |limit| {
            quota::held_up(served, service.cost.work, service.cost.variability, limit, count)
        });
        let hold = stay.floor + stay.own.0 + self.waits + stalled.0 + held_by_target;
        // That the kernel holds a blocked worker up is within what its cores allow, and would count twice.
        let occupied = if matches!(service.workers, Workers::Blocking(_)) { hold - stalled.0 } else { hold };
        let bound = bound(service, (rate, cores, seconds), (most, occupied), held_by_target, self.backlog);
        let backlog = flow(self.backlog, rate, &bound, seconds);
        self.backlog = backlog.end;
        // By chance some find all places taken although there are enough on average.
        let enough = rate < bound.most && backlog.mean <= 0.0;
        let places = if enough {
            Chance::of(service.places(), rate * hold, hold, &offer.target, &bound)
        } else {
            Chance::default()
        };
        let refused = backlog.refused + rate * seconds * places.refused;
        let through = (rate * seconds - backlog.moved - refused).max(0.0);
        let late_target = service.timeout.map_or(0.0, |timeout| offer.target.above(timeout));
        let waited = backlog.mean / bound.most;
        let (jitter, deviation) = service.cost.jitter;
        let latency = Latency::of(service.cost.idle + stay.floor)
            .then_about(jitter, deviation * deviation)
            .then_about(stay.own.0, stay.own.1)
            .then_about(self.waits, scaled(stay.others, self.waits))
            .then_about(stalled.0, stalled.1)
            .then_about(places.mean, places.variance)
            .then(waited)
            .then_about(0.0, (backlog.moved / bound.most).powi(2) / 12.0)
            .then_target(offer.target);
        let late_client = service.clients.timeout.map_or(0.0, |timeout| latency.above(timeout));
        let failed = through * (1.0 - (1.0 - late_target) * (1.0 - late_client));
        let worked = (through / seconds).min(cores / service.cost.work);
        let work = station::each(&service.cost, service.workers, worked, speed);
        self.again = (refused + failed) * service.clients.again;
        self.refusing = refused / seconds * service.cost.refusal / (count * speed);
        Tick {
            offered: rate * seconds,
            again,
            answered: through - failed,
            refused,
            failed,
            forwarded: through,
            cpu: (through * work + refused * service.cost.refusal).min(cores * seconds),
            in_flight: (through / seconds * hold + backlog.mean.min(bound.in_flight)).min(service.places()),
            waiting: (backlog.end - bound.in_flight).max(0.0),
            latency,
        }
    }

    /// Queues of a load that has just come are shorter than they will be.
    fn settle(&mut self, stay: &Stay, seconds: f64) {
        let to = stay.others.0;
        let left = if to > self.waits && stay.settles > seconds / 20.0 { (-seconds / stay.settles).exp() } else { 0.0 };
        self.waits = to + (self.waits - to) * left;
    }
}

/// The variance of waiting, where its mean is not yet what it will be.
fn scaled((mean, variance): (f64, f64), waits: f64) -> f64 {
    if mean > 0.0 { variance * (waits / mean).powi(2) } else { 0.0 }
}

/// The seconds that a target holds a request, at most the time-out.
fn held(target: &Target, timeout: Option<f64>) -> f64 {
    match timeout {
        Some(timeout) if target.above(timeout) > 1e-9 => {
            target.atoms().iter().map(|(takes, share)| share * takes.min(timeout)).sum()
        }
        _ => target.mean(),
    }
}

/// What lets the fewest through, where the pod has so much of a backlog already.
fn bound(
    service: &Service,
    (rate, cores, seconds): (f64, f64, f64),
    (most, hold): (f64, f64),
    held_by_target: f64,
    backlog: f64,
) -> Bound {
    let (work, refusal, places, admission) =
        (service.cost.work, service.cost.refusal, service.places(), service.admission);
    let behind = |by_node: f64| {
        let most = by_node.min(places / hold);
        // Where processor or network are what lacks, requests wait for them in flight, too.
        let waits_in_flight = by_node < places / hold && !matches!(service.workers, Workers::Blocking(_));
        let in_flight = if waits_in_flight { (places - most * held_by_target).max(0.0) } else { 0.0 };
        Bound { most, room: admission.waiting.min(most * admission.patience) + in_flight, in_flight }
    };
    let bound = behind(most);
    if rate * work <= cores || most < cores / work || backlog + (rate - bound.most) * seconds <= bound.room {
        return bound;
    }
    // Refusals take time from those that are answered.
    behind(((cores - rate * refusal) / (work - refusal)).max(cores * 1e-3 / work))
}

fn flow(before: f64, rate: f64, bound: &Bound, seconds: f64) -> Backlog {
    let more = rate - bound.most;
    if before <= 0.0 && more <= 0.0 {
        return Backlog { end: 0.0, refused: 0.0, mean: 0.0, moved: 0.0 };
    }
    let start = before.min(bound.room);
    let unbound = start + more * seconds;
    let end = unbound.clamp(0.0, bound.room);
    let moving = if more.abs() > 0.0 { ((end - start) / more).clamp(0.0, seconds) } else { seconds };
    let mean = (f64::midpoint(start, end) * moving + end * (seconds - moving)) / seconds;
    Backlog { end, refused: before - start + (unbound - end).max(0.0), mean, moved: end - before }
}

/// Waiting for a place in flight where there are enough on average.
#[derive(Default)]
struct Chance {
    mean: f64,
    variance: f64,
    /// The share that waits too long.
    refused: f64,
}

impl Chance {
    fn of(places: f64, busy: f64, hold: f64, target: &Target, bound: &Bound) -> Self {
        let usage = (busy / places).min(0.995);
        let share = erlang::waits(places, usage * places);
        if share <= 1e-9 {
            return Self::default();
        }
        let spread = target.variance() / (hold * hold);
        let mean = hold * (1.0 + spread) / 2.0 / (places * (1.0 - usage));
        let too_long = share * (-bound.room / bound.most / mean).exp();
        let (waits, variance) = station::waiting(share, mean.min(bound.room / bound.most));
        Self { mean: waits, variance, refused: (1.0 - usage) * too_long / (1.0 - usage * too_long) }
    }
}
