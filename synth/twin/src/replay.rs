//! Recordings of real controllers, and whether the twin decides as they did.

pub mod karpenter;
