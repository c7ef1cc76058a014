//! The autoscaler, the way of metrics to it, and recordings of real ones.

mod given;
mod object;
mod recordings;
mod seed;
mod vectors;
mod worked;
