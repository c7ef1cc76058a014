//! A real API server judges every environment's objects. One control plane serves all tests of a run.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

mod acceptance;
mod admission;
mod charts;
mod expressions;
mod planted;
mod pods;
mod record;
mod rights;

use std::sync::LazyLock;

use cluster::{Argo, ControlPlane, Environment, Parts, Programs, Server, definitions, version_under_test};

/// The environments of the fixtures.
const ENVIRONMENTS: [&str; 9] =
    ["small", "large", "staging", "production", "working", "edge", "named", "everything", "default"];

/// The control plane, with Argo CD's account and every definition in it.
struct World {
    /// It ends when the run does.
    _plane: ControlPlane,
    server: Server,
    argo: Argo,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let programs = Programs::of(&version_under_test()).unwrap_or_else(|error| panic!("{error:#}"));
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cluster/run/judge");
    let plane = ControlPlane::start(&programs, &folder, Parts::Judge).unwrap_or_else(|error| panic!("{error:#}"));
    let server = plane.server().unwrap();
    let argo = Argo::install(&server).unwrap();
    argo.define(&definitions().unwrap()).unwrap();
    World { _plane: plane, server, argo }
});

fn environment(name: &str) -> Environment {
    Environment::fixture(name).unwrap_or_else(|error| panic!("{error:#}"))
}
