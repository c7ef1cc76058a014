//! The `mock-target-server` command.

fn main() -> std::process::ExitCode {
    mock_target_server::main(std::env::args_os())
}
