//! The command line of the mock target.

use std::net::SocketAddr;

use clap::Parser;
use service::ServerArgs;

/// A target for the CORS proxy and its load tests
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Args {
    /// Address for clients, on port 3000 if it names none; containers set 0.0.0.0
    #[arg(long, env = "TIDELINE_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDR", value_parser = |text: &str| service::address(text, 3000))]
    pub listen: SocketAddr,
    /// Address for probes and metrics, on port 9091 if it names none
    #[arg(long, env = "TIDELINE_ADMIN_LISTEN", default_value = "127.0.0.1:9091", value_name = "ADDR", value_parser = |text: &str| service::address(text, 9091))]
    pub admin_listen: SocketAddr,
    /// Seed of everything random, so that a run can be repeated
    #[arg(long, env = "TIDELINE_SEED", default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// Limits, drain and telemetry.
    #[command(flatten)]
    pub server: ServerArgs,
}

impl AsRef<ServerArgs> for Args {
    fn as_ref(&self) -> &ServerArgs {
        &self.server
    }
}
