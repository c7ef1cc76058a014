//! The seed's published experiment, replayed from its own objects.
//!
//! [`printed`] takes the CPU that `kubectl` printed as input and lets the controllers do the rest; [`points`] compares that with what was
//! published. [`free`] takes the load alone: it cannot come to the published curve, since half of that run's requests waited for a worker
//! or a socket that was blocked, of which nothing is known but that it was so.

mod draws;
mod events;
mod objects;
mod points;
mod printed;
mod published;
mod story;

pub use draws::{Draws, draws};
pub use events::events;
pub use objects::{MOCK, PROXY, setup};
pub use points::{Point, age, points, written};
pub use printed::{Unknowns, printed};
pub use published::{REPORT, Report, Second, printed_rows, seconds};
pub use story::{Command, Counts, Decided, NodeStory, PodStory, Printed};

use super::{Options, Unfit, run, trace::Trace};
use crate::{
    karpenter::Version,
    load::{Flaws, Load},
};

/// Requests a second at the top.
pub const TOP: f64 = 1000.0;
/// Seconds from nothing to the top, and seconds that it holds.
pub const RAMP: f64 = 300.0;
#[expect(missing_docs, reason = "as above")]
pub const HOLD: f64 = 120.0;
/// Seconds afterwards in which nothing is offered: pods and nodes go.
const AFTERWARDS: f64 = 780.0;

/// The load of the test plan, and nothing for a while afterwards.
pub fn load() -> Result<Load, Flaws> {
    let end = RAMP + HOLD;
    Load::through([(0.0, 0.0), (RAMP, TOP), (end, TOP), (end + 0.001, 0.0), (end + AFTERWARDS, 0.0)])
}

/// The experiment with nothing but its load as input.
///
/// # Errors
/// Objects that make no sense.
pub fn free(version: Version, options: &Options) -> Result<Trace, Unfit> {
    let load = load().map_err(|flaws| Unfit(vec![flaws.to_string()]))?;
    run(&setup(version), &load, options)
}
