//! A pod, request by request: what the fluid is held to. Slow, and exact for the model's assumptions.

mod servers;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use self::servers::Servers;
use super::{Offer, Service};
use crate::random::Random;

/// What became of requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Seconds that each of the answered took, sorted.
    pub answered: Vec<f64>,
    /// Refused with 503.
    pub refused: u64,
    /// Let in, and not answered in time.
    pub failed: u64,
    /// Processor seconds.
    pub cpu: f64,
    /// Until the last came.
    pub seconds: f64,
}

/// A moment that can be compared.
#[derive(Clone, Copy, PartialEq)]
struct Moment(f64);

impl Eq for Moment {}

impl Ord for Moment {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The requests of a pod that are under way.
struct Pod<'a> {
    service: &'a Service,
    offer: &'a Offer,
    random: Random,
    servers: Servers,
    /// When each request came.
    came: Vec<f64>,
    places: f64,
    /// Processor seconds that are not counted.
    spent: f64,
    in_flight: f64,
    /// Requests that wait for a place, with the moment at which they give up.
    waiting: VecDeque<(f64, usize)>,
    /// Requests at the target, by when it answers.
    asked: BinaryHeap<Reverse<(Moment, usize)>>,
    sample: Sample,
}

/// Follows requests that come at these moments, in seconds and in order, until all are done. What came before `from` is served and not counted.
/// The offer's rate is that of the moments.
pub fn sampled(
    service: &Service,
    offer: &Offer,
    moments: impl IntoIterator<Item = f64>,
    from: f64,
    seed: u64,
) -> Sample {
    let mut pod = Pod {
        service,
        offer,
        random: Random::seeded(seed),
        servers: Servers::of(service, offer.cores),
        came: Vec::new(),
        places: service.places(),
        spent: 0.0,
        in_flight: 0.0,
        waiting: VecDeque::new(),
        asked: BinaryHeap::new(),
        sample: Sample::default(),
    };
    for moment in moments {
        pod.until(moment, from);
        pod.arrive(moment, from);
    }
    pod.sample.seconds = pod.came.last().map_or(0.0, |last| last - from);
    pod.until(f64::INFINITY, from);
    pod.sample.answered.sort_unstable_by(f64::total_cmp);
    pod.sample
}

impl Pod<'_> {
    /// Lets everything happen that does before a moment.
    fn until(&mut self, moment: f64, from: f64) {
        loop {
            let served = self.servers.next();
            let told = self.asked.peek().map_or(f64::INFINITY, |Reverse((at, _))| at.0);
            let given_up = self.waiting.front().map_or(f64::INFINITY, |(until, _)| *until);
            let next = served.min(told).min(given_up);
            if next > moment || next.is_infinite() {
                self.servers.advance(moment);
                return;
            }
            self.servers.advance(next);
            if given_up <= next {
                if let Some((_, request)) = self.waiting.pop_front() {
                    self.refuse(request, from);
                }
            } else if told <= next {
                if let Some(Reverse((_, request))) = self.asked.pop() {
                    self.leave(request, next, from);
                }
            } else {
                while let Some(request) = self.servers.done() {
                    self.ask(request, next);
                }
            }
        }
    }

    fn arrive(&mut self, now: f64, from: f64) {
        let request = self.came.len();
        self.came.push(now);
        if now < from {
            self.spent = self.servers.spent();
        }
        let admission = self.service.admission;
        if self.in_flight < self.places {
            self.enter(request);
        } else if waiting(&self.waiting) < admission.waiting && admission.patience > 0.0 {
            self.waiting.push_back((now + admission.patience, request));
        } else {
            self.refuse(request, from);
        }
    }

    fn enter(&mut self, request: usize) {
        self.in_flight += 1.0;
        self.servers.serve(request, &self.service.cost, &mut self.random);
    }

    /// The worker is done with it, and the target is asked.
    fn ask(&mut self, request: usize, now: f64) {
        let takes = self.offer.target.draw(&mut self.random).min(self.service.timeout.unwrap_or(f64::INFINITY));
        self.asked.push(Reverse((Moment(now + takes), request)));
    }

    fn leave(&mut self, request: usize, now: f64, from: f64) {
        self.in_flight -= 1.0;
        if self.came[request] >= from {
            let took =
                now - self.came[request] + self.service.cost.idle + jitter(self.service.cost.jitter, &mut self.random);
            let late = |limit: Option<f64>| limit.is_some_and(|limit| took >= limit);
            if late(self.service.timeout) || late(self.service.clients.timeout) {
                self.sample.failed += 1;
            } else {
                self.sample.answered.push(took);
            }
            self.sample.cpu = self.servers.spent() - self.spent;
        }
        if let Some((_, next)) = self.waiting.pop_front() {
            self.enter(next);
        }
    }

    fn refuse(&mut self, request: usize, from: f64) {
        if self.came[request] >= from {
            self.sample.refused += 1;
        }
        self.servers.refuse(self.service.cost.refusal);
    }
}

/// A draw of this mean and deviation: for some nothing, for the others exponential.
fn jitter((mean, deviation): (f64, f64), random: &mut Random) -> f64 {
    if mean <= 0.0 {
        return 0.0;
    }
    let of_those = f64::midpoint(mean, deviation * deviation / mean);
    if random.share() * of_those < mean { of_those * random.exponential() } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "few requests wait")]
fn waiting(queue: &VecDeque<(f64, usize)>) -> f64 {
    queue.len() as f64
}

impl Sample {
    /// The mean, in seconds.
    #[expect(clippy::cast_precision_loss, reason = "counts of requests")]
    pub fn mean(&self) -> f64 {
        self.answered.iter().sum::<f64>() / self.answered.len() as f64
    }

    /// The seconds within which this share was answered, by nearest rank.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of requests"
    )]
    pub fn quantile(&self, share: f64) -> f64 {
        let rank = (self.answered.len() as f64 * share).ceil() as usize;
        self.answered.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }

    /// The share of all that was refused.
    #[expect(clippy::cast_precision_loss, reason = "counts of requests")]
    pub fn refused_share(&self) -> f64 {
        self.refused as f64 / (self.answered.len() as u64 + self.refused + self.failed) as f64
    }
}
