//! The proxies that are compared, each in the configuration that its own manual advises for a reverse proxy.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::load;
use crate::nginx::{self, ALIKE, BARE, STREAMING};
use crate::process::{Process, free_address, installed, pinned, service, write};
use crate::upstream::CERTIFICATE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Two workers, as in its pods.
    Ours,
    /// One worker.
    OursAlone,
    Nginx,
    /// It writes the headers that the proxy writes, in both directions.
    NginxAlike,
    Haproxy,
    Pingora,
    CorsAnywhere,
}

/// What a proxy is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Requests to a target that speaks HTTP.
    Plain,
    /// Requests to a target that speaks TLS.
    Secure,
    /// Clients that do not do their part.
    Flood,
}

/// A proxy's own address, its target, and what for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) listen: SocketAddr,
    pub(crate) target: SocketAddr,
    pub(crate) work: Work,
}

impl Setup {
    pub(crate) fn new(target: SocketAddr, work: Work) -> Self {
        Self { listen: free_address(), target, work }
    }

    fn scheme(self) -> &'static str {
        if self.work == Work::Secure { "https" } else { "http" }
    }
}

impl Peer {
    pub(crate) const ALL: [Self; 7] =
        [Self::Ours, Self::OursAlone, Self::Nginx, Self::NginxAlike, Self::Haproxy, Self::Pingora, Self::CorsAnywhere];

    /// Those whose memory is of interest: each program once.
    pub(crate) const FLOODED: [Self; 5] = [Self::Ours, Self::Nginx, Self::Haproxy, Self::Pingora, Self::CorsAnywhere];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "cors-proxy-server",
            Self::OursAlone => "cors-proxy-server, one worker",
            Self::Nginx => "nginx proxy_pass, keep-alive",
            Self::NginxAlike => "nginx, with the proxy's headers",
            Self::Haproxy => "HAProxy",
            Self::Pingora => "pingora 0.9, one thread",
            Self::CorsAnywhere => "cors-anywhere",
        }
    }

    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursAlone)
    }

    pub(crate) fn speaks_tls(self) -> bool {
        self != Self::Pingora
    }

    /// Starts it on core 0, and tells how long that took.
    pub(crate) async fn start(self, setup: Setup, folder: &Path) -> (Process, Duration) {
        let command = match self {
            Self::Ours => ours(setup, folder, "2"),
            Self::OursAlone => ours(setup, folder, "1"),
            Self::Nginx => nginx::command(0, folder, "nginx", &reverse(setup, BARE)),
            Self::NginxAlike => nginx::command(0, folder, "nginx", &reverse(setup, ALIKE)),
            Self::Haproxy => haproxy(setup, folder),
            Self::Pingora => pingora(setup, folder),
            Self::CorsAnywhere => cors_anywhere(setup, folder),
        };
        Process::start(command, setup.listen).await
    }

    /// The path by which a client asks it for a path of the target.
    pub(crate) fn path(self, setup: Setup, path: &str) -> String {
        match self {
            Self::Ours | Self::OursAlone | Self::CorsAnywhere => {
                format!("/{}://{}{path}", setup.scheme(), setup.target)
            }
            Self::Nginx | Self::NginxAlike | Self::Haproxy | Self::Pingora => path.to_owned(),
        }
    }

    /// The request for a path of the target, which the client sends again and again.
    pub(crate) fn get(self, setup: Setup, path: &str) -> String {
        load::get(setup.listen, &self.path(setup, path))
    }
}

fn ours(setup: Setup, folder: &Path, workers: &str) -> Command {
    let mut command = pinned(0, &service("cors-proxy-server"), folder);
    command.args(["--listen", &setup.listen.to_string(), "--admin-listen", "127.0.0.1:0", "--workers", workers]);
    command.args(["--allow-target", &setup.target.to_string(), "--max-connection-age", "1h"]);
    match setup.work {
        Work::Plain => &mut command,
        Work::Secure => command.env("SSL_CERT_FILE", CERTIFICATE),
        Work::Flood => command.args(["--memory", "256MiB"]),
    };
    command
}

fn reverse(setup: Setup, headers: &str) -> String {
    let Setup { listen, target, work } = setup;
    let more = match work {
        Work::Plain => "",
        // Of its own accord it speaks at most TLS 1.2.
        Work::Secure => "proxy_ssl_protocols TLSv1.3;",
        Work::Flood => STREAMING,
    };
    format!(
        "upstream target {{ server {target}; keepalive 64; keepalive_requests 1000000000; }}\n\
         server {{\n    listen {listen};\n    location / {{\n      proxy_pass {}://target; proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; {headers} {more}\n    }}\n  }}",
        setup.scheme()
    )
}

fn haproxy(setup: Setup, folder: &Path) -> Command {
    let Setup { listen, target, work } = setup;
    let tls = if work == Work::Secure { format!("ssl verify required ca-file {CERTIFICATE}") } else { String::new() };
    let file = write(
        folder,
        "haproxy.cfg",
        &format!(
            "global\n  nbthread 1\n  maxconn 9000\n\
             defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n\
             frontend page\n  bind {listen}\n  http-response set-header Access-Control-Allow-Origin *\n\
             default_backend target\n\
             backend target\n  http-reuse always\n  server target {target} {tls}\n"
        ),
    );
    let mut command = pinned(0, &installed("haproxy", "the Debian package haproxy"), folder);
    command.args(["-db", "-f"]).arg(file);
    command
}

fn pingora(setup: Setup, folder: &Path) -> Command {
    let program = folder.join("pingora/release/pingora-peer");
    assert!(program.exists(), "{} is missing: `make bench-proxy` builds it", program.display());
    let mut command = pinned(0, &program, folder);
    command.args([setup.listen.to_string(), setup.target.to_string()]);
    command
}

fn cors_anywhere(setup: Setup, folder: &Path) -> Command {
    let module = folder.join("node_modules/cors-anywhere");
    assert!(module.exists(), "the npm package cors-anywhere is missing in {}", folder.display());
    // Of its own accord it opens a connection for each request.
    let options = match setup.work {
        Work::Secure => "{httpProxyOptions: {agent: new (require('https').Agent)({keepAlive: true})}}",
        Work::Plain | Work::Flood => "",
    };
    let port = setup.listen.port();
    let script = format!("require('cors-anywhere').createServer({options}).listen({port}, '127.0.0.1')");
    let mut command = pinned(0, &installed("node", "Node.js"), folder);
    command.arg(write(folder, "cors-anywhere.js", &script)).env("NODE_EXTRA_CA_CERTS", CERTIFICATE);
    command
}
