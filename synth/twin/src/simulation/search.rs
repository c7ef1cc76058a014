//! The largest load that a platform takes without a failed request.

use super::{Binding, Options, Unfit, run, setup::Setup};
use crate::load::Load;

/// The search ends when both ends are so near, as a share.
const NEAR: f64 = 0.01;

/// Beyond this rate nobody asks.
const HIGHEST: f64 = 1e7;

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Largest {
    /// Requests a second at the top, of which every one is answered: within 1 % of the largest.
    pub rate: f64,
    /// What lacks a little above; nothing where no bound was found up to ten million.
    pub binding: Option<Binding>,
    /// How many runs it took.
    pub runs: usize,
}

/// Bisects for the largest rate at the curve's top at which no request is refused or fails. `tell` hears of each run.
///
/// # Errors
/// As [`run`].
pub fn largest(
    setup: &Setup,
    load: &Load,
    options: &Options,
    mut tell: impl FnMut(f64, bool),
) -> Result<Largest, Unfit> {
    let mut runs = 0;
    let mut fails = |rate: f64| -> Result<Option<Binding>, Unfit> {
        runs += 1;
        let scaled = load.clone().scaled_to(rate).map_err(|flaws| Unfit(vec![flaws.to_string()]))?;
        let trace = run(setup, &scaled, options)?;
        let binding = Binding::of(setup, &trace);
        tell(rate, binding.is_none());
        Ok(binding)
    };
    let (mut low, mut high) = (0.0, load.peak().max(1.0));
    let mut binding = loop {
        match fails(high)? {
            Some(binding) => break Some(binding),
            None if high >= HIGHEST => {
                low = high;
                break None;
            }
            None => (low, high) = (high, high * 4.0),
        }
    };
    while binding.is_some() && high - low > NEAR * high && high > 1.0 {
        let middle = if low > 0.0 { (low * high).sqrt() } else { high / 4.0 };
        match fails(middle)? {
            Some(found) => (high, binding) = (middle, Some(found)),
            None => low = middle,
        }
    }
    Ok(Largest { rate: low, binding, runs })
}
