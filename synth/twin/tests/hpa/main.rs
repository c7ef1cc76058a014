//! The autoscaler, the way of metrics to it, and recordings of real ones.

mod closed;
mod external;
mod given;
mod limits;
mod metrics;
mod object;
mod pod;
mod proposals;
mod recordings;
mod replays;
mod seed;
mod syncs;
mod vectors;
mod worked;
