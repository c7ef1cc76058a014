//! Every policy passes on the platforms as they are, and reports a platform that is broken on purpose.
#![expect(clippy::unwrap_used, reason = "a test stops at what it does not expect")]

mod asking;
mod balancer;
mod certified;
mod cost;
mod delivery;
mod drain;
mod edge;
mod eksup;
mod entrances;
mod env;
mod fixture;
mod ha;
mod img;
mod keda;
mod link;
mod named;
mod obs;
mod own;
mod placed;
mod promises;
mod pull_request;
mod reach;
mod replaced;
mod scale;
mod sec;
mod seed;
mod spelled;
mod spelled_aws;
mod sync;
mod ver;
mod whole;
mod working;
mod zones;
