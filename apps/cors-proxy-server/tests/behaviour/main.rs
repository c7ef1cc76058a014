//! The proxy's behaviour on real sockets, against the mock target and scripted upstreams.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

mod browser;
mod command;
mod connections;
mod cors;
mod descriptors;
mod edges;
mod fixture;
mod forwarding;
mod fronted;
mod hostile;
mod https;
mod lifecycle;
mod limits;
mod metrics;
mod naming;
mod protocol;
mod proxy_protocol;
mod redirects;
mod streaming;
mod tls;
mod uploads;
mod websocket;
