//! From the command line to the exit code: 0 after a whole drain, 1 after a failure or a deadline, 2 for bad configuration.

use std::ffi::OsString;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Parser;
use clap::error::ErrorKind;
use tokio::runtime::Builder;

use crate::drain::{Signals, Stop};
use crate::{Metrics, Resources, Routes, Server, ServerArgs, log};

/// A service that has parsed all of its configuration: where it listens and which routes it serves.
#[derive(Debug)]
pub struct Service<B> {
    /// Limits, drain and telemetry.
    pub args: ServerArgs,
    /// The address for clients.
    pub listen: SocketAddr,
    /// The address for probes and metrics.
    pub admin_listen: SocketAddr,
    /// The address of a port without TLS, of which every request is sent to HTTPS.
    pub redirect_listen: Option<SocketAddr>,
    /// The metrics that the routes report to.
    pub metrics: Metrics,
    /// Builds the routes, inside the runtime.
    pub routes: B,
}

/// Parses `arguments`, the program's name first, lets `configure` check them all against what the system gives, and serves
/// until a signal ends it.
pub fn run<A, B, R>(
    arguments: impl IntoIterator<Item = OsString>,
    configure: impl FnOnce(A, Resources) -> anyhow::Result<Service<B>>,
) -> ExitCode
where
    A: Parser + AsRef<ServerArgs>,
    B: FnOnce() -> anyhow::Result<R>,
    R: Routes,
{
    let service = A::try_parse_from(arguments).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that has gone away (`--help | head`) has had enough.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => refuse(&one_line(&error.to_string())),
    });
    let prepared = |args: A| {
        log::start(args.as_ref().log_level);
        let resources = Resources::claim(args.as_ref().memory).context("raising the limit of file descriptors")?;
        let resources = resources.beside_workers(args.as_ref().worker_threads());
        checked(configure(args, resources)?)
    };
    let service = service.and_then(|args| prepared(args).map_err(|error| refuse(&format!("error: {error:#}"))));
    match service {
        Ok(service) => serve(service),
        Err(code) => code,
    }
}

/// Two listeners cannot share a port, which the kernel would only say once one of them is bound.
fn checked<B>(service: Service<B>) -> anyhow::Result<Service<B>> {
    let redirect = service.redirect_listen.map(|listen| ("--https-redirect-listen", listen));
    let own = [("--listen", service.listen), ("--admin-listen", service.admin_listen)];
    let all: Vec<_> = own.into_iter().chain(redirect).collect();
    for (nth, (flag, one)) in all.iter().enumerate() {
        for (other_flag, other) in &all[nth + 1..] {
            let overlap = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
            ensure!(
                one.port() == 0 || one.port() != other.port() || !overlap,
                "{flag} `{one}` and {other_flag} `{other}` need the same port: choose another for one of them"
            );
        }
    }
    Ok(service)
}

fn refuse(line: &str) -> ExitCode {
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(io::stderr(), "{line}");
    ExitCode::from(2)
}

/// Clap's message about a bad flag in one line, without its usage and hints.
fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim);
    lines
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn serve<R: Routes>(service: Service<impl FnOnce() -> anyhow::Result<R>>) -> ExitCode {
    let runtime = Builder::new_current_thread().enable_all().build().context("starting the runtime");
    let outcome = runtime.and_then(|runtime| {
        let outcome = runtime.block_on(serve_until_signal(service));
        // Whatever the deadline cut off must not keep the process alive.
        runtime.shutdown_background();
        outcome
    });
    match outcome {
        Ok(0) => ExitCode::SUCCESS,
        Ok(cut_off) => {
            tracing::warn!(cut_off, "the drain timeout cut off connections");
            ExitCode::FAILURE
        }
        Err(error) => {
            let error = format!("{error:#}");
            tracing::error!(error, "stopped");
            ExitCode::FAILURE
        }
    }
}

async fn serve_until_signal<R: Routes>(service: Service<impl FnOnce() -> anyhow::Result<R>>) -> anyhow::Result<usize> {
    let Service { args, listen, admin_listen, redirect_listen, metrics, routes } = service;
    let mut signals = Signals::register().context("listening for signals")?;
    let routes = routes()?;
    let server = Server::bind(args, listen, admin_listen, metrics)?;
    let server = match redirect_listen {
        Some(listen) => server.redirecting(listen)?,
        None => server,
    };
    let (address, admin) = (server.address()?, server.admin_address()?);
    if let Some(redirect) = server.redirect_address() {
        tracing::info!(%redirect, "to https");
    }
    tracing::info!(%address, %admin, "ready");

    let drain = server.drain();
    let watch = tokio::spawn(async move {
        let stop = signals.next().await;
        tracing::info!(?stop, "draining");
        match stop {
            Stop::Gracefully => drain.begin(),
            Stop::Promptly => drain.close(),
        }
        signals.next().await;
        tracing::warn!("stopped by a second signal");
        std::process::exit(1);
    });
    let cut_off = server.run(routes).await;
    watch.abort();
    if cut_off == 0 {
        tracing::info!("drained");
    }
    Ok(cut_off)
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_bad_flag_is_one_line() {
        let message = "error: invalid value 'x' for '--listen <ADDR>': invalid socket address syntax\n\nFor more information, try '--help'.\n";
        assert_eq!(one_line(message), "error: invalid value 'x' for '--listen <ADDR>': invalid socket address syntax");
    }
}
