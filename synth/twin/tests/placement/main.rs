//! Where pods go, who gives way, and which a `ReplicaSet` deletes: cases worked by hand, and decisions of the real controllers.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

mod consistency;
mod deletion;
mod filters;
mod preemption;
mod queue;
mod reading;
mod recorded;
mod scores;
mod speed;
mod world;
