//! Which versions go together by what their makers publish, and until when AWS supports a version of Kubernetes.
//!
//! Each table says where it was read, and on which day. A row that is missing is no guess: the policies say that nothing is known.

mod builds;
mod charts;
mod old_apis;
mod releases;

pub(crate) use builds::{known_build, seen_with};
pub(crate) use charts::{KARPENTER_DRIFTS_ONCE, Tested};
pub(crate) use old_apis::OldApi;
pub use releases::Source;
pub(crate) use releases::{DOLLARS_A_MONTH, OLD_DAYS, PRICES, Release, STANDARD_SUPPORT, days};
