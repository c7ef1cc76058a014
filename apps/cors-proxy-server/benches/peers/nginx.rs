//! nginx with one worker: a peer, and a target.

use std::path::Path;
use std::process::Command;

use crate::process::{installed, pinned, write};

/// A command that runs it on one core by a configuration of its own name, which holds this in its part `http`.
pub(crate) fn command(core: usize, folder: &Path, name: &str, http: &str) -> Command {
    let program = installed("nginx", "the Debian package nginx-light");
    let at = folder.display();
    let file = write(
        folder,
        &format!("{name}.conf"),
        &format!(
            "daemon off; worker_processes 1; pid {at}/{name}.pid; error_log /dev/null;\n\
             events {{ worker_connections 20000; }}\n\
             http {{\n  access_log off; keepalive_requests 1000000000;\n\
             client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;\n\
             uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;\n\
             {http}\n}}\n"
        ),
    );
    let mut command = pinned(core, &program, folder);
    command.arg("-p").arg(folder).arg("-c").arg(file).args(["-e", "/dev/null"]);
    command
}

/// The least that makes it a CORS proxy.
pub(crate) const BARE: &str = "add_header Access-Control-Allow-Origin *;";

/// What the proxy tells the target and the page, in nginx's words.
pub(crate) const ALIKE: &str = "proxy_set_header Host $proxy_host; proxy_set_header X-Forwarded-For $remote_addr;\n\
    proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Port $server_port;\n\
    proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Via '1.1 cors-proxy-server';\n\
    proxy_set_header Traceparent 00-$request_id-b7ad6b7169203331-01; proxy_set_header Cookie '';\n\
    proxy_set_header Forwarded ''; proxy_hide_header Set-Cookie; proxy_hide_header Access-Control-Allow-Origin;\n\
    add_header Access-Control-Allow-Origin *; add_header Access-Control-Expose-Headers *;\n\
    add_header X-Request-Url $proxy_host$request_uri; add_header X-Final-Url $proxy_host$request_uri;\n\
    add_header X-Content-Type-Options nosniff; add_header Content-Security-Policy sandbox;";

/// Bodies pass as they come, and may be as long as the proxy's: thousands of them would fill the disk.
pub(crate) const STREAMING: &str = "client_max_body_size 10m; proxy_request_buffering off; proxy_max_temp_file_size 0;";
