//! The code that both services share: accept loop, limits, drain, admin port, logs, metrics and trace ids.
//!
//! It knows no routes: a service hands over what answers requests, mostly a warp filter, and gets a server that Kubernetes can
//! roll without a failed request.

mod admin;
mod args;
mod body;
mod connection;
mod drain;
mod durations;
mod flaw;
mod held;
mod log;
mod metrics;
mod process;
pub mod proxy_protocol;
mod redirect;
mod resources;
mod room;
mod routes;
mod server;
mod slots;
mod status;
mod trace;
mod wire;
mod workers;

pub use args::{LogLevel, ServerArgs, address, bytes, duration, patience};
pub use body::{BoxError, Label, RequestBody, ResponseBody, reply};
pub use connection::{KEEPALIVE, KeepAlive, UNSENT, Windows, bound_unsent};
pub use drain::Drain;
pub use durations::{Durations, Fold};
pub use metrics::{Metrics, OTHER_METHOD, method_name};
pub use process::{Service, run};
pub use redirect::CONNECTIONS as REDIRECTS;
pub use resources::Resources;
pub use room::{Cost, OWN, Wanted, fit};
pub use routes::{Arrival, Routes, WarpRoutes};
pub use server::{BUFFER, Server};
pub use status::Status;
pub use trace::TraceParent;
pub use wire::{Direction, Wire};
pub use workers::worker;
