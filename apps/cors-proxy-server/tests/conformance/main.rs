//! Conformance: what others wrote, and what documents say clause by clause, against the proxy on real sockets. What needs
//! tools or long is run by `make conformance`.

#![allow(clippy::unwrap_used, reason = "a test panics to fail")]
#![allow(clippy::print_stdout, reason = "what a run came to is for the person who started it")]

mod anywhere;
mod grpc_web;
mod mutations;
mod recorder;
mod responses;
mod server;
mod smuggling;
mod tools;
mod tunnels;
mod vector;
mod websocket;
