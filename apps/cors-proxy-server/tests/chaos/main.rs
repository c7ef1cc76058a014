//! No request may fail while replicas come and go: rolling restarts with faults injected, and scaling out and in.
//!
//! Proxies and mocks are processes of their own, each tier behind a small TCP balancer, while an open-loop client keeps
//! its rate.

#![allow(clippy::print_stdout, reason = "what a run came to is for the person who started it")]
#![allow(clippy::unwrap_used, reason = "a test panics to fail")]

mod balancer;
mod load;
mod replica;
mod restarts;
mod scaling;

use std::process::ExitCode;

/// The process of a mock: this test binary, started again by the tests.
#[test]
#[ignore = "started as a replica by the other tests"]
fn mock_replica() {
    if let Ok(flags) = std::env::var(replica::MOCK_FLAGS) {
        let arguments = std::iter::once("mock-target-server").chain(flags.split(' ')).map(Into::into);
        assert_eq!(mock_target_server::main(arguments), ExitCode::SUCCESS);
    }
}
