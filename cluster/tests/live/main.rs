//! The services on fake nodes in three zones: where the real scheduler puts them, what the budgets let go, and how the real
//! autoscaler follows load. One control plane serves all tests of a run, and one test at a time has it.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

mod drains;
mod failures;
mod load;
mod placement;
mod runs;
mod scaling;
mod world;
