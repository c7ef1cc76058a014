//! The providers' side of Terraform's plugin protocol: gRPC over Unix sockets that only this user can reach.

mod calls;
mod grpc;
mod session;
mod signals;

pub use session::{Provider, Session};
