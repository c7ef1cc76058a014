//! metrics-server: the last two points of each container, and what comes of them.
//!
//! The kubelet's cAdvisor looks at a container when it starts and then after 10 to 20 s each, at its own pace; metrics-server asks every
//! kubelet for what it has, keeps two points, and answers with the mean between them. Sources: cAdvisor 0.56.2, `manager/container.go`
//! (a wait is the interval and a random share of it; the kubelet's interval is 10 s); metrics-server 0.9.0, `pkg/storage/pod.go`.

use crate::{
    hpa::pod::Usage,
    random,
    time::{Span, Time},
};

/// A container's place in a [`Server`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Container(usize);

/// The pace of samples and scrapes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// `--metric-resolution`: 15 s in the manifests and the chart of metrics-server, 60 s without a word.
    pub resolution: Span,
    /// When its first scrape is, after the simulation's zero.
    pub phase: Span,
    /// The shortest wait between two of cAdvisor's looks at a container: the kubelet sets 10 s. None at all stands for figures that are
    /// read when they are asked for, as with the gate `PodAndContainerStatsFromCRI`.
    pub housekeeping: Span,
    /// How much longer a wait may be, as a share of the shortest: cAdvisor has 1.
    pub jitter: f64,
    /// Of which the waits come.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            resolution: Span::whole_seconds(15),
            phase: Span::ZERO,
            housekeeping: Span::whole_seconds(10),
            jitter: 1.0,
            seed: 0,
        }
    }
}

/// A container younger than this gives no figures from its start: metrics-server's `freshContainerMinMetricsResolution`.
const FRESH: Span = Span::whole_seconds(10);
/// A container is first looked at right after its start; what matters is that it is after.
const FIRST_LOOK: Span = Span(1);

/// What a container had used by a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    at: Time,
    /// Seconds of a vCPU since its start.
    used: f64,
    /// Bytes.
    memory: i64,
}

#[derive(Clone, Debug)]
struct Watched {
    key: u64,
    started: Time,
    runs: bool,
    looks: u64,
    next: Time,
    seen: (Time, f64),
    look: Option<Point>,
    last: Option<Point>,
    previous: Option<Point>,
}

/// What the API says of a pod, all of its containers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Thousandths of a vCPU.
    pub cpu: Usage,
    /// Thousandths of a byte.
    pub memory: Usage,
}

/// metrics-server, and the cAdvisor of every kubelet.
#[derive(Clone, Debug)]
pub struct Server {
    settings: Settings,
    next: Time,
    made: u64,
    watched: Vec<Watched>,
    free: Vec<usize>,
}

impl Server {
    /// One that knows no container yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, next: Time::ZERO + settings.phase, made: 0, watched: Vec::new(), free: Vec::new() }
    }

    /// A container starts. Its place may be that of one that was removed.
    pub fn start(&mut self, at: Time) -> Container {
        let watched = Watched {
            key: self.made,
            started: at,
            runs: true,
            looks: 0,
            next: at + FIRST_LOOK,
            seen: (at, 0.0),
            look: None,
            last: None,
            previous: None,
        };
        self.made += 1;
        if let Some(place) = self.free.pop() {
            self.watched[place] = watched;
            return Container(place);
        }
        self.watched.push(watched);
        Container(self.watched.len() - 1)
    }

    /// A container starts again: what it uses is counted from 0.
    pub fn restart(&mut self, container: Container, at: Time) {
        let watched = &mut self.watched[container.0];
        (watched.started, watched.runs, watched.look) = (at, true, None);
        (watched.next, watched.seen) = (at + FIRST_LOOK, (at, 0.0));
    }

    /// A container ends, and may start again.
    pub fn stop(&mut self, container: Container) {
        let watched = &mut self.watched[container.0];
        (watched.runs, watched.look) = (false, None);
    }

    /// A container is gone for good.
    pub fn remove(&mut self, container: Container) {
        self.stop(container);
        (self.watched[container.0].last, self.watched[container.0].previous) = (None, None);
        self.free.push(container.0);
    }

    /// Tells what a container has used by now: seconds of a vCPU since its start, and the bytes that it holds. It is called at every
    /// step and before a scrape; between two steps the use is even.
    pub fn observe(&mut self, container: Container, now: Time, used: f64, memory: i64) {
        let Settings { housekeeping, jitter, seed, .. } = self.settings;
        let watched = &mut self.watched[container.0];
        while watched.next <= now && watched.runs {
            let at = if housekeeping > Span::ZERO { watched.next } else { now };
            let (before, had) = watched.seen;
            let share = if now > before { (at - before).in_seconds() / (now - before).in_seconds() } else { 1.0 };
            watched.look = Some(Point { at, used: had + (used - had) * share, memory });
            watched.looks += 1;
            let wait = housekeeping.in_seconds() * (1.0 + jitter * random::share_of(seed, watched.key, watched.looks));
            watched.next = at + Span::seconds(wait).max(Span(1));
        }
        watched.seen = (now, used);
    }

    /// When the next scrape is due.
    pub fn next_scrape(&self) -> Time {
        self.next
    }

    /// Asks every kubelet. Where nothing new was looked at, the older two points stay.
    pub fn scrape(&mut self) {
        let resolution = self.settings.resolution;
        self.next += resolution;
        for watched in &mut self.watched {
            let Some(new) = watched.look else {
                (watched.last, watched.previous) = (None, None);
                continue;
            };
            let age = new.at - watched.started;
            watched.previous = if age >= FRESH && age < resolution {
                Some(Point { at: watched.started, used: 0.0, ..new })
            } else {
                match watched.last.filter(|last| watched.started < last.at) {
                    Some(last) if new.at > last.at => Some(last),
                    Some(_) => watched.previous.filter(|previous| previous.at < new.at),
                    None => None,
                }
            };
            watched.last = Some(new);
        }
    }

    /// All of its pods are gone at a scrape, and with them what they remembered.
    pub fn miss(&mut self) {
        self.next += self.settings.resolution;
        for watched in &mut self.watched {
            (watched.last, watched.previous) = (None, None);
        }
    }

    /// What the API says of a pod with these containers: nothing, while one of them has less than two points.
    pub fn figures(&self, containers: &[Container]) -> Option<Figures> {
        let mut figures: Option<Figures> = None;
        for container in containers {
            let watched = self.watched.get(container.0)?;
            let (last, previous) = (watched.last?, watched.previous?);
            let (at, window) = (last.at.whole_second(), last.at - previous.at);
            let cpu = Usage { value: thousandths(last.used - previous.used, window), at, window };
            let memory = Usage { value: last.memory.saturating_mul(1000), at, window };
            figures = Some(match figures {
                None => Figures { cpu, memory },
                Some(others) => Figures { cpu: both(others.cpu, cpu), memory: both(others.memory, memory) },
            });
        }
        figures
    }
}

/// The sum, at the time of the older.
fn both(one: Usage, other: Usage) -> Usage {
    let older = if other.at < one.at { other } else { one };
    Usage { value: one.value.saturating_add(other.value), ..older }
}

/// Seconds of a vCPU in a span, as thousandths: cut off to billionths by metrics-server, and rounded up by who reads it.
#[expect(clippy::cast_possible_truncation, reason = "a use beyond 64 bits of billionths is none")]
fn thousandths(used: f64, window: Span) -> i64 {
    let billionths = (used.max(0.0) * 1e9 / window.in_seconds()) as i64;
    billionths.div_euclid(1_000_000) + i64::from(billionths.rem_euclid(1_000_000) != 0)
}
