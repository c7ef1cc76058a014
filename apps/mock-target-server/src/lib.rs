//! A target for the proxy and its load tests: json-server's posts and todos, and every way an upstream can behave.
//!
//! Everything is bounded and, with a seed, repeatable. It sends no CORS headers: that is what the proxy is for.

mod answer;
mod args;
mod collection;
mod dice;
mod routes;

pub use args::Args;
pub use routes::routes;

use std::ffi::OsString;
use std::process::ExitCode;

use service::{Metrics, Service};

/// Bytes of a connection: its task, its buffers, the kernel's socket.
const CONNECTION: u64 = 64 << 10;

/// Runs the server as `arguments` say, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    service::run(arguments, |mut args: Args, resources| {
        let [connections] = service::fit(resources, [args.server.connections(CONNECTION)])?;
        args.server.max_connections = Some(connections);
        Ok(Service {
            metrics: Metrics::new("mock-target-server", env!("CARGO_PKG_VERSION")),
            listen: args.listen,
            admin_listen: args.admin_listen,
            redirect_listen: None,
            routes: move || Ok(routes(args.seed)),
            args: args.server,
        })
    })
}
