//! The proxies that are compared, each in the configuration that its own manual advises for a reverse proxy.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::load::Outcome;
use crate::process::{Process, service};

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
    CorsAnywhere,
}

impl Peer {
    pub(crate) const ALL: [Self; 6] =
        [Self::Ours, Self::OursAlone, Self::Nginx, Self::NginxAlike, Self::Haproxy, Self::CorsAnywhere];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "cors-proxy-server",
            Self::OursAlone => "cors-proxy-server, one worker",
            Self::Nginx => "nginx proxy_pass, keep-alive",
            Self::NginxAlike => "nginx, with the proxy's headers",
            Self::Haproxy => "HAProxy",
            Self::CorsAnywhere => "cors-anywhere",
        }
    }

    pub(crate) async fn start(self, listen: SocketAddr, upstream: SocketAddr, folder: &Path) -> (Process, Duration) {
        let (address, target) = (listen.to_string(), upstream.to_string());
        match self {
            Self::Ours | Self::OursAlone => {
                let workers = if self == Self::Ours { "2" } else { "1" };
                let flags = [
                    "--listen",
                    &address,
                    "--admin-listen",
                    "127.0.0.1:0",
                    "--workers",
                    workers,
                    "--allow-target",
                    &target,
                    "--max-connection-age",
                    "1h",
                ];
                Process::start(0, &service("cors-proxy-server"), &flags, folder, listen).await
            }
            Self::Nginx | Self::NginxAlike => {
                let headers = if self == Self::NginxAlike { ALIKE } else { BARE };
                let file = write(folder, "nginx.conf", &nginx(listen, upstream, folder, headers));
                let flags = ["-p", &folder.display().to_string(), "-c", &file.display().to_string(), "-e", "/dev/null"];
                Process::start(0, &installed("nginx", "the Debian package nginx-light"), &flags, folder, listen).await
            }
            Self::Haproxy => {
                let file = write(folder, "haproxy.cfg", &haproxy(listen, upstream));
                let program = installed("haproxy", "the Debian package haproxy");
                Process::start(0, &program, &["-db", "-f", &file.display().to_string()], folder, listen).await
            }
            Self::CorsAnywhere => {
                let module = folder.join("node_modules/cors-anywhere");
                assert!(module.exists(), "the npm package cors-anywhere is missing in {}", folder.display());
                let script = format!("require('cors-anywhere').createServer().listen({}, '127.0.0.1')", listen.port());
                let file = write(folder, "cors-anywhere.js", &script);
                Process::start(0, &installed("node", "Node.js"), &[&file.display().to_string()], folder, listen).await
            }
        }
    }

    /// Tells of requests that failed. Some peers close a connection when they find that of the target closed; of ours none may fail.
    pub(crate) fn forgive(self, outcome: &Outcome) {
        assert!(outcome.failed == 0 || !matches!(self, Self::Ours | Self::OursAlone), "{} failed", outcome.failed);
        if outcome.failed > 0 {
            eprintln!("{}: {} of {} had to be sent again", self.name(), outcome.failed, outcome.requests());
        }
    }

    /// The request for a path of the target, which the client sends again and again.
    pub(crate) fn request(self, listen: SocketAddr, upstream: SocketAddr, path: &str) -> String {
        let path = match self {
            Self::Ours | Self::OursAlone | Self::CorsAnywhere => format!("/http://{upstream}{path}"),
            Self::Nginx | Self::NginxAlike | Self::Haproxy => path.to_owned(),
        };
        format!(
            "GET {path} HTTP/1.1\r\nHost: {listen}\r\nOrigin: http://page.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"
        )
    }
}

fn installed(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.exists());
    found.unwrap_or_else(|| panic!("{name} is missing: install {package}"))
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

/// The least that makes it a CORS proxy.
const BARE: &str = "add_header Access-Control-Allow-Origin *;";

/// What the proxy tells the target and the page, in nginx's words.
const ALIKE: &str = "proxy_set_header Host $proxy_host; proxy_set_header X-Forwarded-For $remote_addr;\n\
    proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Port $server_port;\n\
    proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Via '1.1 cors-proxy-server';\n\
    proxy_set_header Traceparent 00-$request_id-b7ad6b7169203331-01; proxy_set_header Cookie '';\n\
    proxy_set_header Forwarded ''; proxy_hide_header Set-Cookie; proxy_hide_header Access-Control-Allow-Origin;\n\
    add_header Access-Control-Allow-Origin *; add_header Access-Control-Expose-Headers *;\n\
    add_header X-Request-Url $proxy_host$request_uri; add_header X-Final-Url $proxy_host$request_uri;\n\
    add_header X-Content-Type-Options nosniff; add_header Content-Security-Policy sandbox;";

fn nginx(listen: SocketAddr, upstream: SocketAddr, folder: &Path, headers: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log /dev/null;\n\
         events {{ worker_connections 20000; }}\n\
         http {{\n  access_log off; keepalive_requests 1000000000;\n\
         client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;\n\
         uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n\
         upstream target {{ server {upstream}; keepalive 64; keepalive_requests 1000000000; }}\n\
         server {{\n    listen {listen};\n    location / {{\n      proxy_pass http://target; proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; {headers}\n    }}\n  }}\n}}\n"
    )
}

fn haproxy(listen: SocketAddr, upstream: SocketAddr) -> String {
    format!(
        "global\n  nbthread 1\n  maxconn 9000\n\
         defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n\
         frontend page\n  bind {listen}\n  http-response set-header Access-Control-Allow-Origin *\n  default_backend target\n\
         backend target\n  http-reuse always\n  server target {upstream}\n"
    )
}
