//! The work that is the same for every provider, by schema: check, plan, apply, read, import.
//!
//! It knows no provider; what a provider knows beyond its schema comes through [`Cloud`](crate::cloud::Cloud).

mod apply;
mod check;
mod difference;
mod identity;
mod import;
mod merge;
mod plan;
mod template;

pub(crate) use apply::{apply, fill};
pub(crate) use check::check;
pub(crate) use identity::{Known, seed};
pub(crate) use import::{IMPORTED, complete, import};
pub(crate) use merge::answered;
pub(crate) use plan::{Planned, plan};
pub(crate) use template::Resource;
