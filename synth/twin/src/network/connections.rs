//! Connections over pods: as many to each, on average, as it has a part of those that were chosen since it came.

use std::collections::VecDeque;

use crate::random::Random;

/// How long a client and a pod keep a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kept {
    /// For one request.
    Never,
    /// Until an age in seconds that is drawn for each between half of this and all of it, as `--max-connection-age` does.
    Until(f64),
    /// For as long as both live.
    Forever,
}

/// Connections that were opened in the same second, and those of the pods present then that still are.
#[derive(Clone, Copy, Debug)]
struct Cohort {
    /// Seconds, of the pool's own clock.
    opened: i64,
    /// How many are left.
    connections: f64,
    /// Pods that they are spread over.
    pods: f64,
}

/// The connections of one set of targets among which each connection chooses alike, as expected numbers. Pods are told apart by the
/// second in which they joined alone: those of the same second have as many each.
///
/// Between zones that do not serve each other, each zone is a set of its own.
#[derive(Clone, Debug)]
pub struct Connections {
    kept: Kept,
    now: i64,
    pods: f64,
    cohorts: VecDeque<Cohort>,
    /// Connections of a pod, by how many of the newest cohorts it has a part of.
    each: Vec<f64>,
    open: f64,
}

impl Connections {
    /// Without a pod and a connection.
    pub fn new(kept: Kept) -> Self {
        Self { kept, now: 0, pods: 0.0, cohorts: VecDeque::new(), each: vec![0.0], open: 0.0 }
    }

    /// The second by its own clock, by which pods are told apart.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// So many pods are targets from this second on.
    pub fn join(&mut self, pods: f64) {
        self.pods += pods;
    }

    /// A pod that joined in this second gets no new connection from now on, and those that it has open anew elsewhere. Where it keeps
    /// them for a while, it leaves at the end of that.
    pub fn leave(&mut self, joined: i64) {
        for cohort in self.cohorts.iter_mut().filter(|cohort| cohort.opened > joined && cohort.pods > 0.0) {
            cohort.connections -= cohort.connections / cohort.pods;
            cohort.pods -= 1.0;
        }
        self.cohorts.retain(|cohort| cohort.pods > 0.5);
        self.pods = (self.pods - 1.0).max(0.0);
        self.sum();
    }

    /// A second passes, at whose end so many connections are open: some have come of age, and what is missing is opened. Returns how many
    /// were. Where none is kept, these are the second's requests.
    pub fn tick(&mut self, connections: f64) -> f64 {
        self.now += 1;
        let mut open = 0.0;
        for cohort in &mut self.cohorts {
            cohort.connections *= self.kept.stays(self.now - cohort.opened);
            open += cohort.connections;
        }
        while self.cohorts.front().is_some_and(|cohort| cohort.connections <= 0.0) {
            self.cohorts.pop_front();
        }
        let fewer = if open > connections { connections / open } else { 1.0 };
        if fewer < 1.0 {
            self.cohorts.iter_mut().for_each(|cohort| cohort.connections *= fewer);
        }
        let opened = (connections - open).max(0.0);
        if self.pods <= 0.0 {
            self.sum();
            return 0.0;
        }
        match self.cohorts.back_mut() {
            // Where nothing comes of age and nobody came, they are all alike.
            Some(last) if self.kept == Kept::Forever && (last.pods - self.pods).abs() < 0.5 => {
                last.connections += opened;
            }
            _ => self.cohorts.push_back(Cohort { opened: self.now, connections: opened, pods: self.pods }),
        }
        self.sum();
        opened
    }

    /// Sums up once what every pod asks for.
    fn sum(&mut self) {
        self.open = self.cohorts.iter().map(|cohort| cohort.connections).sum();
        let mut all = 0.0;
        self.each.clear();
        self.each.push(all);
        self.each.extend(self.cohorts.iter().rev().map(|cohort| {
            all += cohort.connections / cohort.pods;
            all
        }));
    }

    /// The connections of each pod that joined in this second.
    pub fn of(&self, joined: i64) -> f64 {
        let oldest = self.cohorts.front().is_none_or(|cohort| cohort.opened > joined);
        let before = if oldest { 0 } else { self.cohorts.partition_point(|cohort| cohort.opened <= joined) };
        self.each[self.cohorts.len() - before]
    }

    /// All that are open.
    pub fn all(&self) -> f64 {
        self.open
    }
}

impl Kept {
    /// The share of connections of one second less that reach this age, in seconds.
    #[expect(clippy::cast_precision_loss, reason = "ages are short")]
    fn stays(self, age: i64) -> f64 {
        match self {
            Self::Never => 0.0,
            Self::Forever => 1.0,
            Self::Until(most) => {
                let reach = |age: f64| (2.0 * (1.0 - age / most)).clamp(0.0, 1.0);
                let before = reach(age as f64 - 1.0);
                if before > 0.0 { reach(age as f64) / before } else { 0.0 }
            }
        }
    }
}

/// The connections of the busiest of so many pods, about: the mean and as many more as the largest of normal draws lies above it.
pub fn busiest(connections: f64, pods: f64) -> f64 {
    let mean = connections / pods;
    if pods > 1.0 { (mean + (2.0 * mean * (1.0 - 1.0 / pods) * pods.ln()).sqrt()).min(connections) } else { mean }
}

/// How many connections carry a client's requests, as many as make for the same unevenness if all carried alike: a client that takes the
/// connection used last, as the proxy does, uses the first for most of what it does. `in_flight` is the mean, of a Poisson process.
pub fn carrying(in_flight: f64) -> f64 {
    let (mut exactly, mut fewer, mut all, mut squares) = ((-in_flight).exp(), 0.0, 0.0_f64, 0.0);
    if in_flight > 100.0 || exactly >= 1.0 {
        return in_flight.max(1.0);
    }
    let mut nth = 0.0;
    // Beyond it all are used by less than one in a million.
    while fewer < 1.0 - 1e-6 && nth < 200.0 {
        fewer += exactly;
        nth += 1.0;
        exactly *= in_flight / nth;
        let used = 1.0 - fewer;
        all += used;
        squares += used * used;
    }
    if squares > 0.0 { all * all / squares } else { 1.0 }
}

/// Spreads connections by chance over targets of these weights.
pub fn draw(connections: u64, weights: &[f64], random: &mut Random) -> Vec<u64> {
    let (mut left, mut weight) = (connections, weights.iter().sum::<f64>());
    let each = |own: &f64| {
        let drawn = random.binomial(left, if weight > 0.0 { (own / weight).min(1.0) } else { 0.0 });
        left -= drawn;
        weight -= own;
        drawn
    };
    weights.iter().map(each).collect()
}
