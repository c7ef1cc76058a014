//! Policies: rules that look at everything that is synthesized, before anything is written.
//!
//! Rules look at a type of the caller's; this crate knows codes, findings and waivers, and how they are shown. It does
//! no I/O.

mod finding;
mod policy;
mod review;
pub mod style;

pub use finding::{Finding, Findings, Place, SettingPlace, Severity};
pub use policy::Policy;
pub use review::{Review, Waiver};
