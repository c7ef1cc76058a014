//! The whole chain by which KEDA scales, each link a real one: requests, the services' metrics, Prometheus, KEDA, the autoscaler
//! that it makes, replicas. Only the pods do not exist: one process of each service serves for all of them.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]
#![expect(clippy::print_stdout, reason = "how long each step took is shown, beside what must hold of it")]

mod chain;
mod prometheus;
mod queue;
mod scaled;
mod services;
mod sqs;
mod world;
