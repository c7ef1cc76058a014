//! The command as its users run it: the real binary, in a fresh project of its own.
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

#[cfg(unix)]
mod applying;
#[cfg(unix)]
mod bringing_up;
#[cfg(unix)]
mod bringing_up_checked;
#[cfg(unix)]
mod bringing_up_first;
mod changing_costs;
mod checking;
mod comparing;
mod completions;
mod costing;
mod documented_costs;
mod documented_scaling;
mod documents;
mod environments;
mod failing;
#[cfg(unix)]
mod guarding;
mod help;
mod images;
mod isolation;
#[cfg(unix)]
mod jobs;
#[cfg(unix)]
mod kept_states;
mod listing;
mod load_report;
#[cfg(unix)]
mod making_own;
mod obstacles;
mod offline;
mod parts;
mod pipes;
mod policies;
mod project;
#[cfg(unix)]
mod promoting;
#[cfg(unix)]
mod reaching;
#[cfg(unix)]
mod rebuilding;
#[cfg(unix)]
mod saved_plans;
mod settings;
mod simulating;
#[cfg(unix)]
mod tearing_down;
#[cfg(unix)]
mod tearing_down_offline;
mod upgrading;
#[cfg(unix)]
mod workflows;
#[cfg(unix)]
mod world;
mod writing;
