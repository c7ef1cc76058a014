//! A load test: results read, judged by its schedule and objectives, and drawn on a page.
//!
//! It knows `JMeter`'s files and Prometheus' answers, and nothing of the platform that was loaded: what was expected of that is told
//! as plain figures.

mod comparison;
mod expected;
mod figures;
pub mod http;
mod page;
mod profile;
pub mod prometheus;
mod results;
mod run;
mod verdict;

pub use comparison::Comparison;
pub use expected::{Expected, Second, Service};
pub use figures::Figures;
pub use page::Page;
pub use profile::Profile;
pub use results::Results;
pub use run::{HERE, Run, TESTED};
pub use verdict::{Objectives, Verdict};
