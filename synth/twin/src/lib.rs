//! The capacity twin: what Kubernetes, Karpenter and the load balancer do with the very objects that are written, second by second.
//!
//! It reads no file and no clock, and knows no chance but its seed: equal input gives equal bytes. It knows no stack either: it takes
//! Kubernetes' objects and Karpenter's, and small structs of what a cluster is besides. Each module is named for what it models.

pub mod catalogue;
pub mod cost;
pub mod engine;
pub mod hpa;
pub mod karpenter;
pub mod load;
pub mod metrics;
pub mod network;
pub mod pods;
pub mod quantity;
pub mod random;
pub mod replay;
pub mod replicaset;
pub mod resources;
pub mod scheduler;
pub mod service;
pub mod simulation;
pub mod time;
