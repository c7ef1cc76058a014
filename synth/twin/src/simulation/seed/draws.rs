//! How much hangs on what was not told: the same run, with that drawn by lot.

use super::{
    points::points,
    printed::{Unknowns, printed},
};
use crate::{karpenter::Version, random::Random, simulation::build::Unfit, time::Span};

/// The points of the way up, before anything goes down.
const WAY_UP: usize = 4;

/// What came of so many draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draws {
    /// How many there were.
    pub all: usize,
    /// Those in which pods count when the rows say that they did, so that there were 2 and then 4.
    pub way_up: usize,
    /// Of these, those in which every other point is as published too.
    pub rest: usize,
}

impl Unknowns {
    /// What was not told, drawn by lot: each phase anywhere in its period, and a sync of 20 to 100 ms.
    pub fn drawn(seed: u64) -> Self {
        let mut random = Random::seeded(seed);
        let mut span = |below: usize| Span(i64::try_from(random.below(below)).unwrap_or_default());
        Self { sync: span(15_000), took: Span(20 + span(81).0), scrape: span(15_000), look: span(10_000), seed }
    }
}

/// Runs the experiment with so many draws.
///
/// # Errors
/// As [`printed`].
pub fn draws(version: Version, count: u64) -> Result<Draws, Unfit> {
    let mut came = Draws::default();
    for seed in 1..=count {
        let points = points(&printed(version, Unknowns::drawn(seed))?);
        came.all += 1;
        if points.iter().take(WAY_UP).all(|point| point.agrees) {
            came.way_up += 1;
            came.rest += usize::from(points.iter().all(|point| point.agrees));
        }
    }
    Ok(came)
}
