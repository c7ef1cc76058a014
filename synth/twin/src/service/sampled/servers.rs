//! The workers of a pod, with the work that each has before it.

use std::collections::VecDeque;

use super::super::{Cost, Service, Workers, quota::PERIOD};
use crate::random::Random;

/// A request and the processor seconds that it still needs.
struct Job {
    request: Option<usize>,
    left: f64,
}

pub(super) struct Servers {
    kind: Workers,
    queues: Vec<VecDeque<Job>>,
    /// The worker that refused last.
    turn: usize,
    /// Processor seconds a second of each worker.
    speed: f64,
    quota: Option<Quota>,
    now: f64,
    spent: f64,
    done: VecDeque<usize>,
}

/// Of a limit: processor seconds of a period, and what is left of this one's.
struct Quota {
    each: f64,
    left: f64,
    ends: f64,
}

/// Work that is less than this is done.
const NOTHING: f64 = 1e-12;

impl Servers {
    pub(super) fn of(service: &Service, cores: f64) -> Self {
        let count = match service.workers {
            Workers::Each(count) | Workers::Sharing(count) => count.max(1),
            Workers::Pool(_) | Workers::Blocking(_) => 1,
        };
        let threads = service.workers.count();
        let quota = service.limit.filter(|limit| *limit < threads).map(|limit| limit * PERIOD);
        Self {
            kind: service.workers,
            queues: (0..count).map(|_| VecDeque::new()).collect(),
            turn: 0,
            speed: (cores / threads).min(1.0),
            quota: quota.map(|each| Quota { each, left: each, ends: PERIOD }),
            now: 0.0,
            spent: 0.0,
            done: VecDeque::new(),
        }
    }

    /// How many jobs of a queue are worked at, and the share of a worker that each gets.
    fn served(&self, queue: &VecDeque<Job>) -> (usize, f64) {
        let waiting = queue.len();
        match self.kind {
            Workers::Each(_) => (waiting.min(1), self.speed),
            Workers::Pool(count) | Workers::Blocking(count) => (waiting.min(count.max(1)), self.speed),
            #[expect(clippy::cast_precision_loss, reason = "few requests at once")]
            Workers::Sharing(_) => (waiting, self.speed / waiting.max(1) as f64),
        }
    }

    /// Processor seconds a second of all of them, now.
    fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "few requests at once")]
        let of = |queue| {
            let (jobs, each) = self.served(queue);
            jobs as f64 * each
        };
        if self.quota.as_ref().is_some_and(|quota| quota.left <= NOTHING) {
            0.0
        } else {
            self.queues.iter().map(of).sum()
        }
    }

    /// The moment of the next thing that happens: a request is done, the quota is used up, or a period begins.
    pub(super) fn next(&self) -> f64 {
        if !self.done.is_empty() {
            return self.now;
        }
        if self.queues.iter().all(VecDeque::is_empty) {
            return f64::INFINITY;
        }
        let rate = self.rate();
        let of_queue = |queue: &VecDeque<Job>| {
            let (jobs, each) = self.served(queue);
            queue.iter().take(jobs).map(|job| job.left).fold(f64::INFINITY, f64::min) / each
        };
        let done =
            if rate > 0.0 { self.queues.iter().map(of_queue).fold(f64::INFINITY, f64::min) } else { f64::INFINITY };
        let quota = self.quota.as_ref().map_or(f64::INFINITY, |quota| {
            let used_up = if rate > 0.0 { self.now + quota.left / rate } else { f64::INFINITY };
            used_up.min(quota.ends)
        });
        (self.now + done).min(quota)
    }

    /// Works until a moment, at which nothing has changed before.
    pub(super) fn advance(&mut self, moment: f64) {
        if moment.is_infinite() {
            return;
        }
        let (rate, gone) = (self.rate(), moment - self.now);
        self.now = moment;
        if rate > 0.0 && gone > 0.0 {
            self.spent += rate * gone;
            for at in 0..self.queues.len() {
                let (jobs, each) = self.served(&self.queues[at]);
                self.queues[at].iter_mut().take(jobs).for_each(|job| job.left -= each * gone);
            }
            if let Some(quota) = &mut self.quota {
                quota.left -= rate * gone;
            }
        }
        if let Some(quota) = &mut self.quota
            && moment >= quota.ends - NOTHING
        {
            // Whole periods may have passed while nobody worked.
            quota.ends += ((moment - quota.ends) / PERIOD).floor().max(0.0) * PERIOD + PERIOD;
            quota.left = quota.each;
        }
        for at in 0..self.queues.len() {
            let (mut jobs, _) = self.served(&self.queues[at]);
            let (queue, mut nth) = (&mut self.queues[at], 0);
            while nth < jobs {
                match queue.remove(nth) {
                    Some(job) if job.left > NOTHING => {
                        queue.insert(nth, job);
                        nth += 1;
                    }
                    ended => {
                        self.done.extend(ended.and_then(|job| job.request));
                        jobs -= 1;
                    }
                }
            }
        }
    }

    /// A request whose work has ended.
    pub(super) fn done(&mut self) -> Option<usize> {
        self.done.pop_front()
    }

    /// A request begins.
    pub(super) fn serve(&mut self, request: usize, cost: &Cost, random: &mut Random) {
        // Connections are shared out evenly, and whose requests come next is chance.
        let at = random.below(self.queues.len());
        let idle = match self.kind {
            Workers::Pool(count) => self.queues[at].len() < count,
            Workers::Blocking(_) => true,
            _ => self.queues[at].is_empty(),
        };
        let work = cost.work * factor(cost.variability, random) + if idle { cost.wake } else { 0.0 };
        self.queues[at].push_back(Job { request: Some(request), left: work });
    }

    /// A refusal is work, too.
    pub(super) fn refuse(&mut self, work: f64) {
        if work > 0.0 {
            self.turn = (self.turn + 1) % self.queues.len();
            self.queues[self.turn].push_back(Job { request: None, left: work });
        }
    }

    /// Processor seconds so far.
    pub(super) fn spent(&self) -> f64 {
        self.spent
    }
}

/// A draw of mean 1 and this squared coefficient of variation: a share of it is constant, and the rest exponential.
fn factor(variability: f64, random: &mut Random) -> f64 {
    let deviation = variability.sqrt();
    if deviation <= 1.0 { 1.0 - deviation + deviation * random.exponential() } else { random.exponential() }
}
