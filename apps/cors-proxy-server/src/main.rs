//! The `cors-proxy-server` command.

/// A request allocates some blocks of several KiB, for which glibc's allocator has no quick path. Huge pages are left
/// out, because they would add half to the resident memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cors_proxy_server::main(std::env::args_os())
}
