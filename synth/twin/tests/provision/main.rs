//! What can be bought, and which nodes Karpenter buys for pods that wait: against tables and recordings of the real controller.

mod catalogue;
mod requirements;
