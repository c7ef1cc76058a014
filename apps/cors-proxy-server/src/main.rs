//! The `cors-proxy-server` command.

fn main() -> std::process::ExitCode {
    cors_proxy_server::main(std::env::args_os())
}
