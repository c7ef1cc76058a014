//! The flags that both services have. Where they listen is each service's own, because the defaults differ.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// Limits, drain and telemetry of one server.
#[derive(Args, Clone, Debug)]
pub struct ServerArgs {
    /// Connections held open at once; further ones wait in the kernel's backlog
    #[arg(long, env = "TIDELINE_MAX_CONNECTIONS", default_value = "8192", value_name = "COUNT")]
    pub max_connections: NonZeroUsize,
    /// How long a keep-alive connection may be idle; keep it above the load balancer's own (an ALB has 60 s)
    #[arg(long, env = "TIDELINE_IDLE_TIMEOUT", default_value = "90s", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub idle_timeout: Duration,
    /// How long the head of one request may take to arrive
    #[arg(long, env = "TIDELINE_HEADER_TIMEOUT", default_value = "10s", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub header_timeout: Duration,
    /// Oldest age of a connection, jittered down to half of it, so that clients reconnect and find new pods
    #[arg(long, env = "TIDELINE_MAX_CONNECTION_AGE", default_value = "60s", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub max_connection_age: Duration,
    /// After SIGTERM, how long to keep serving while load balancers notice that the service is not ready
    #[arg(long, env = "TIDELINE_DRAIN_DELAY", default_value = "10s", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub drain_delay: Duration,
    /// After the delay, how long requests in flight may take before the process exits regardless
    #[arg(long, env = "TIDELINE_DRAIN_TIMEOUT", default_value = "20s", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub drain_timeout: Duration,
    /// Worker threads [default: the CPU limit of the container, else the cores]
    #[arg(long, env = "TIDELINE_WORKERS", value_name = "COUNT")]
    pub workers: Option<NonZeroUsize>,
    /// Least severe level that is logged; `debug` logs every request
    #[arg(long, env = "TIDELINE_LOG_LEVEL", default_value = "info", value_name = "LEVEL")]
    pub log_level: LogLevel,
}

impl ServerArgs {
    /// The number of worker threads: as asked, else what the container's CPU quota and affinity allow.
    pub fn worker_threads(&self) -> NonZeroUsize {
        self.workers.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }
}

/// Severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Failures of the service itself.
    Error,
    /// What an operator may want to look at.
    Warn,
    /// Starts, drains and failed requests.
    Info,
    /// Every request.
    Debug,
}
