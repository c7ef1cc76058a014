//! The services: processor time, requests in flight, queues, and what is refused.
//!
//! A pod is a room for requests in flight with a waiting room before it ([`Admission`]), workers that take processor time ([`Workers`]),
//! and a target that takes time alone ([`Target`]). [`State::tick`] moves a pod by a second as a fluid, with the queues' means and tails
//! of steady state; [`sampled()`] follows each request by itself, and is what the fluid is held to. The constants of the two services are
//! measured ([`Calibration`]).

mod calibration;
mod erlang;
mod fluid;
mod latency;
mod memory;
mod quota;
mod retry;
mod sampled;
mod station;
mod target;

pub use calibration::{CALIBRATION, Calibration};
pub use fluid::{Offer, State, Tick};
pub use latency::{Latency, Quantiles, mean_of, mixed};
pub use memory::{Places, Resident};
pub use retry::retried;
pub use sampled::{Sample, sampled};
pub use target::Target;

/// What a pod of a service is like.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Processor time of requests.
    pub cost: Cost,
    /// Who does the work.
    pub workers: Workers,
    /// `limits.cpu` in cores, which the kernel enforces by periods of 100 ms.
    pub limit: Option<f64>,
    /// How many requests are let in.
    pub admission: Admission,
    /// Seconds that the target may take to answer, `--timeout`; then the request has failed.
    pub timeout: Option<f64>,
    /// The clients.
    pub clients: Clients,
}

/// Processor seconds of a request on the machine that it was measured on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Of its work.
    pub work: f64,
    /// Of waking an idle worker: what comes while others are served does not pay for it.
    pub wake: f64,
    /// Of refusing one.
    pub refusal: f64,
    /// The squared coefficient of variation of its work: 0 is always as much, 1 exponential.
    pub variability: f64,
    /// Seconds in which nobody works for it: the network, and until the kernel lets an awakened worker run.
    pub idle: f64,
    /// Mean and deviation of what comes on top of that by chance: interrupts, and whatever else runs.
    pub jitter: (f64, f64),
}

/// Who does a pod's work, and in which order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Workers {
    /// So many threads, each with connections of its own, first come first served. The services of this project.
    Each(usize),
    /// So many threads that take from one queue, first come first served.
    Pool(usize),
    /// So many threads with connections of their own that work at all requests at once, by turns: processor sharing.
    Sharing(usize),
    /// So many threads that each have one request from its beginning until its target has answered, as gunicorn's sync workers do.
    Blocking(usize),
}

/// How many requests a pod lets in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Admission {
    /// In flight at once.
    pub in_flight: f64,
    /// Waiting for a place in flight.
    pub waiting: f64,
    /// Seconds that each waits at most; who waits longer, or finds no place, is refused with 503.
    pub patience: f64,
}

/// What clients do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clients {
    /// Seconds after which they give up.
    pub timeout: Option<f64>,
    /// The share of what was refused or failed that they send again, a second later.
    pub again: f64,
    /// What they send again is at most this share of their requests.
    pub budget: f64,
}

impl Default for Clients {
    /// They wait for ever and send nothing again.
    fn default() -> Self {
        Self { timeout: None, again: 0.0, budget: 0.1 }
    }
}

impl Admission {
    /// Everybody is let in.
    pub const ALL: Self = Self { in_flight: f64::INFINITY, waiting: 0.0, patience: 0.0 };
}

impl Workers {
    /// How many there are.
    #[expect(clippy::cast_precision_loss, reason = "few threads")]
    pub fn count(self) -> f64 {
        let (Self::Each(count) | Self::Pool(count) | Self::Sharing(count) | Self::Blocking(count)) = self;
        count.max(1) as f64
    }
}

impl Service {
    /// The cores that it can use of those that are there for it.
    pub fn cores(&self, cores: f64) -> f64 {
        cores.min(self.workers.count()).min(self.limit.unwrap_or(f64::INFINITY))
    }

    /// The requests a second that a pod can answer, however many come, where `cores` are there for it and its target takes so long.
    pub fn most(&self, cores: f64, target: &Target) -> f64 {
        let by_cores = self.cores(cores) / self.cost.work;
        let held = self.cost.work + target.mean();
        by_cores.min(self.places() / held)
    }

    /// Requests that may be in flight at once.
    fn places(&self) -> f64 {
        match self.workers {
            Workers::Blocking(_) => self.workers.count().min(self.admission.in_flight),
            _ => self.admission.in_flight,
        }
    }
}
