//! The nodes that the real Karpenter buys for the services as they are synthesized, and how these nodes change.
//!
//! AWS is an account on this machine that gives the cheapest offer of a request; nodes do not exist, and are ready 10 s after
//! their launch. Prices are figures to decide by.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]
#![expect(clippy::print_stdout, reason = "what is bought is shown, beside what must hold of it")]

mod bought;
mod changes;
mod cheapest;
mod growth;
mod world;
