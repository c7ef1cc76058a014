//! What a load test showed: results read, judged against its schedule and objectives, and drawn on a page.

pub(crate) mod figures;
pub(crate) mod page;
pub(crate) mod profile;
pub(crate) mod prometheus;
pub(crate) mod results;
pub(crate) mod run;
pub(crate) mod verdict;
