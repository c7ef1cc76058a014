//! The providers' side of Terraform's plugin protocol: gRPC over Unix sockets that only this user can reach.

mod calls;
mod grpc;
mod provider;
mod session;
mod signals;

pub use provider::Provider;
pub use session::Session;
