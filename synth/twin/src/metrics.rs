//! The way of a pod's use to the autoscaler: samples, scrapes, windows.
//!
//! An autoscaler decides by what was, not by what is: [`server`] is the way of processor time and memory, [`prometheus`] that of what
//! services count themselves, and [`keda`] stands between the latter and an `External` metric. Phases of all of them are settings or
//! come of a seed.

pub mod keda;
pub mod prometheus;
pub mod server;
