//! Which versions go together by what their makers publish, and until when AWS supports a version of Kubernetes.
//!
//! Each table says where it was read, and on which day. A row that is missing is no guess: the policies say that nothing is known.

mod builds;
mod charts;
mod releases;
mod removed;

pub(crate) use builds::{known_build, seen_with};
pub(crate) use charts::{KARPENTER_DRIFTS_ONCE, Tested};
pub use releases::Source;
pub(crate) use releases::{DOLLARS_A_MONTH, OLD_DAYS, PRICES, Release, days};
pub(crate) use removed::Removed;
