//! How long requests take: means and tails of parts that follow each other, and of pods together.

use super::target::Target;

/// The time of a pod's answered requests: a floor, then nothing or an exponential draw, then the target. Of the first two parts mean and
/// variance are exact; that the rest of the shape is so is what queues do in heavy traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Latency {
    /// Seconds that each takes at least.
    floor: f64,
    /// The mean of what comes on top, in seconds.
    mean: f64,
    /// Its variance.
    variance: f64,
    /// How long the target takes.
    target: Option<Target>,
}

/// The times of all pods together, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "usual names")]
pub struct Quantiles {
    pub mean: f64,
    pub p50: f64,
    pub p99: f64,
}

/// Pods whose times differ by less than a thirty-second are counted as one.
const ALIKE: f64 = 1.0 / 32.0;

/// A distribution without its target: a floor, then with some probability an exponential draw of this mean.
#[derive(Clone, Copy)]
struct Shape {
    floor: f64,
    share: f64,
    mean: f64,
}

impl Latency {
    /// Always as long.
    pub fn of(seconds: f64) -> Self {
        Self { floor: seconds, ..Self::default() }
    }

    /// A part that takes this time on average, and as long each time.
    #[must_use]
    pub fn then(self, seconds: f64) -> Self {
        Self { floor: self.floor + seconds, ..self }
    }

    /// A part that takes no time at least, with its mean and variance, and that knows nothing of the others.
    #[must_use]
    pub fn then_about(self, mean: f64, variance: f64) -> Self {
        Self { mean: self.mean + mean, variance: self.variance + variance, ..self }
    }

    /// The part of the target.
    #[must_use]
    pub fn then_target(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    /// The mean, in seconds.
    pub fn mean(&self) -> f64 {
        self.floor + self.mean + self.target.map_or(0.0, |target| target.mean())
    }

    /// The share that takes longer than so many seconds.
    pub fn above(&self, seconds: f64) -> f64 {
        let (shape, target) = (self.shape(), self.target.unwrap_or(Target::NONE));
        target.atoms().iter().map(|(takes, share)| share * shape.above(seconds - takes)).sum()
    }

    /// Of a part with more than exponential variance, some do not wait at all; of one with less, all take longer than the floor.
    fn shape(&self) -> Shape {
        if self.mean <= 0.0 {
            return Shape { floor: self.floor, share: 0.0, mean: 1.0 };
        }
        let spread = self.variance / (self.mean * self.mean);
        if spread >= 1.0 {
            Shape { floor: self.floor, share: 2.0 / (1.0 + spread), mean: self.mean * (1.0 + spread) / 2.0 }
        } else {
            let deviation = self.variance.max(0.0).sqrt();
            Shape { floor: self.floor + self.mean - deviation, share: 1.0, mean: deviation.max(f64::MIN_POSITIVE) }
        }
    }
}

impl Shape {
    fn above(self, seconds: f64) -> f64 {
        let more = seconds - self.floor;
        if more < 0.0 { 1.0 } else { self.share * (-more / self.mean).exp() }
    }
}

/// The times of requests of several pods, each with how many it answered.
pub fn mixed(pods: impl IntoIterator<Item = (Latency, f64)>) -> Quantiles {
    let mut kinds: Vec<(Latency, f64)> = Vec::new();
    let (mut all, mut sum) = (0.0, 0.0);
    for (latency, answered) in pods.into_iter().filter(|(_, answered)| *answered > 0.0) {
        all += answered;
        sum += latency.mean() * answered;
        match kinds.iter_mut().find(|(kind, _)| kind.alike(&latency)) {
            Some((_, count)) => *count += answered,
            None => kinds.push((latency, answered)),
        }
    }
    if all <= 0.0 {
        return Quantiles::default();
    }
    let parts: Vec<(Shape, f64)> = kinds
        .iter()
        .flat_map(|(latency, count)| {
            let (shape, target) = (latency.shape(), latency.target.unwrap_or(Target::NONE));
            let atom =
                move |(takes, share): (f64, f64)| (Shape { floor: shape.floor + takes, ..shape }, share * count / all);
            target.atoms().into_iter().map(atom)
        })
        .collect();
    Quantiles { mean: sum / all, p50: quantile(&parts, 0.5), p99: quantile(&parts, 0.99) }
}

/// The mean time of requests of several pods, each with how many it answered, in seconds: that of [`mixed`], without its tails.
pub fn mean_of(pods: impl IntoIterator<Item = (Latency, f64)>) -> f64 {
    let (mut all, mut sum) = (0.0, 0.0);
    for (latency, answered) in pods.into_iter().filter(|(_, answered)| *answered > 0.0) {
        all += answered;
        sum += latency.mean() * answered;
    }
    if all > 0.0 { sum / all } else { 0.0 }
}

impl Latency {
    fn alike(&self, other: &Self) -> bool {
        let close = |one: f64, two: f64| (one - two).abs() <= ALIKE * one.abs().max(two.abs());
        self.target == other.target
            && close(self.floor, other.floor)
            && close(self.floor + self.mean, other.floor + other.mean)
            && close(self.variance, other.variance)
    }
}

/// The seconds within which this share of a mixture lies, by halving to within a thousandth.
fn quantile(parts: &[(Shape, f64)], share: f64) -> f64 {
    if let [(shape, _)] = parts {
        let tail = shape.share / (1.0 - share);
        return shape.floor + if tail > 1.0 { shape.mean * tail.ln() } else { 0.0 };
    }
    let above = |seconds: f64| parts.iter().map(|(shape, weight)| weight * shape.above(seconds)).sum::<f64>();
    let ends = parts.iter().map(|(shape, _)| shape.floor + shape.mean * (shape.share / (1.0 - share)).max(1.0).ln());
    let (mut low, mut high) = (0.0, ends.fold(0.0, f64::max));
    while above(high) > 1.0 - share {
        high = 2.0 * high + 1e-9;
    }
    while high - low > 1e-3 * high && high > 1e-9 {
        let middle = f64::midpoint(low, high);
        if above(middle) > 1.0 - share { low = middle } else { high = middle }
    }
    high
}
