//! What can be bought, and which nodes Karpenter buys for pods that wait: against tables and recordings of the real controller.

#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod catalogue;
mod launch;
mod recordings;
mod requirements;
mod scheduling;
mod speed;
