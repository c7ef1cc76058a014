//! A load test: results read, judged by its schedule and objectives, and drawn on a page.
//!
//! It knows `JMeter`'s files and Prometheus' answers, and nothing of the platform that was loaded.

mod figures;
pub mod http;
mod page;
mod profile;
pub mod prometheus;
mod results;
mod run;
mod verdict;

pub use figures::Figures;
pub use page::Page;
pub use profile::Profile;
pub use results::Results;
pub use run::Run;
pub use verdict::{Objectives, Verdict};
