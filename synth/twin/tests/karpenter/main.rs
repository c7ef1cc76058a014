//! Karpenter's loops: recorded decisions replayed, and clusters of our own.

#![expect(clippy::unwrap_used, reason = "a test ends where there is nothing to unwrap")]

mod bounds;
mod cluster;
mod disruption;
mod faults;
mod leader;
mod recorded;
mod workloads;
