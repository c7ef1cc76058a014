//! How long a target takes to answer, besides what its own service is modelled to take.

use crate::random::Random;

/// A distribution of seconds. The mock draws the same by `/delay` and `/latency`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the parameters' usual names")]
pub enum Target {
    Constant { seconds: f64 },
    Uniform { from: f64, to: f64 },
    Exponential { mean: f64 },
    Lognormal { median: f64, sigma: f64 },
}

/// The probabilities between which a distribution is taken for its quantile in the middle. Those that are asked for, a half and 99 %, are
/// such middles.
const CUTS: [f64; 21] = [
    0.0, 0.1, 0.2, 0.3, 0.4, 0.495, 0.505, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.955, 0.97, 0.98, 0.9895, 0.9905, 0.995,
    0.999, 1.0,
];

impl Target {
    /// At once.
    pub const NONE: Self = Self::Constant { seconds: 0.0 };

    /// The mean, in seconds.
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Constant { seconds } => seconds,
            Self::Uniform { from, to } => f64::midpoint(from, to),
            Self::Exponential { mean } => mean,
            Self::Lognormal { median, sigma } => median * (sigma * sigma / 2.0).exp(),
        }
    }

    /// The variance, in seconds squared.
    pub fn variance(&self) -> f64 {
        match *self {
            Self::Constant { .. } => 0.0,
            Self::Uniform { from, to } => (to - from) * (to - from) / 12.0,
            Self::Exponential { mean } => mean * mean,
            Self::Lognormal { sigma, .. } => self.mean() * self.mean() * ((sigma * sigma).exp() - 1.0),
        }
    }

    /// The seconds within which this share answers.
    pub fn quantile(&self, share: f64) -> f64 {
        match *self {
            Self::Constant { seconds } => seconds,
            Self::Uniform { from, to } => from + (to - from) * share,
            Self::Exponential { mean } => -mean * (1.0 - share).ln(),
            Self::Lognormal { median, sigma } => median * (sigma * normal_quantile(share)).exp(),
        }
    }

    /// The share that takes longer than so many seconds.
    pub fn above(&self, seconds: f64) -> f64 {
        match *self {
            Self::Constant { seconds: always } => f64::from(u8::from(always > seconds)),
            Self::Uniform { from, to } => ((to - seconds) / (to - from)).clamp(0.0, 1.0),
            Self::Exponential { mean } => (-seconds / mean).exp().min(1.0),
            Self::Lognormal { median, sigma } => normal_above((seconds / median).ln() / sigma),
        }
    }

    /// One draw.
    pub fn draw(&self, random: &mut Random) -> f64 {
        match *self {
            Self::Constant { seconds } => seconds,
            Self::Uniform { from, to } => from + (to - from) * random.share(),
            Self::Exponential { mean } => mean * random.exponential(),
            Self::Lognormal { median, sigma } => median * (sigma * random.normal()).exp(),
        }
    }

    /// Seconds and the share that each stands for.
    pub(super) fn atoms(&self) -> Vec<(f64, f64)> {
        if let Self::Constant { seconds } = *self {
            return vec![(seconds, 1.0)];
        }
        let atom = |cuts: &[f64]| (self.quantile(f64::midpoint(cuts[0], cuts[1])), cuts[1] - cuts[0]);
        CUTS.windows(2).map(atom).collect()
    }
}

/// The share of a normal distribution above a number of deviations: Abramowitz and Stegun 26.2.17, to within 7.5e-8.
pub(super) fn normal_above(deviations: f64) -> f64 {
    let at = deviations.abs();
    let t = 1.0 / (1.0 + 0.231_641_9 * at);
    let polynomial = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let above = normal_density(at) * polynomial.iter().fold(0.0, |sum, coefficient| (sum + coefficient) * t);
    if deviations < 0.0 { 1.0 - above } else { above }
}

/// The density of a normal distribution.
pub(super) fn normal_density(deviations: f64) -> f64 {
    (-deviations * deviations / 2.0).exp() / std::f64::consts::TAU.sqrt()
}

/// The deviations below which a share of a normal distribution lies: Abramowitz and Stegun 26.2.23, to within 4.5e-4.
fn normal_quantile(share: f64) -> f64 {
    let tail = share.min(1.0 - share).max(1e-12);
    let t = (-2.0 * tail.ln()).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let above = t - numerator / denominator;
    if share < 0.5 { -above } else { above }
}
