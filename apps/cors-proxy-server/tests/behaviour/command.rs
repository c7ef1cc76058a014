//! The command itself: bad configuration, signals, exit codes.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::fixture::ANY;

pub(crate) fn command(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cors-proxy-server"));
    command.args(flags).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn bad_configuration_is_one_clear_line_and_exit_2() {
    for (flags, environment, expected) in [
        (&["--listen", "nowhere"][..], ("UNUSED", ""), "'nowhere' for '--listen <ADDR>'"),
        (&["--allow-target", "169.254.169.254:80"], ("UNUSED", ""), "never exempted"),
        (
            &["--allow-origin", "https://a.example/path"],
            ("UNUSED", ""),
            "expected an origin such as `https://a.example`",
        ),
        (&["--rate-limit", "many"], ("UNUSED", ""), "REQUESTS/PERIOD"),
        (&["--allow-credentials"], ("UNUSED", ""), "needs --allow-origin"),
        (&["--unknown"], ("UNUSED", ""), "'--unknown'"),
        (&["--set-header", "Transfer-Encoding: chunked"], ("UNUSED", ""), "`transfer-encoding` cannot be set"),
        (&["--max-redirects", "101"], ("UNUSED", ""), "--max-redirects <COUNT>"),
        (&["--max-connections", "18446744073709551615"], ("UNUSED", ""), "--max-connections <COUNT>"),
        (&["--max-connection-age", "100000000000y"], ("UNUSED", ""), "at most a year"),
        (&["--idle-timeout", "0s"], ("UNUSED", ""), "more than zero"),
        (&["--listen", "127.0.0.1:9090"], ("UNUSED", ""), "need the same port"),
        (&["--https-redirect-listen", "0.0.0.0:9090"], ("UNUSED", ""), "need the same port"),
        (&[], ("TIDELINE_WORKERS", "0"), "--workers <COUNT>"),
        (&[], ("TIDELINE_TIMEOUT", "soon"), "--timeout <DURATION>"),
    ] {
        let output = command(flags).env(environment.0, environment.1).output().await.unwrap();
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {line}");
        assert_eq!(line.lines().count(), 1, "{flags:?}: {line}");
        assert!(line.contains(expected), "{flags:?}: {line}");
    }
}

#[tokio::test]
async fn help_names_every_flag_and_its_environment_variable() {
    let output = command(&["--help"]).output().await.unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    for flag in [
        "listen",
        "admin-listen",
        "https-redirect-listen",
        "allow-target",
        "allow-origin",
        "deny-origin",
        "require-header",
        "rate-limit",
        "max-redirects",
        "cors-max-age",
        "set-header",
        "remove-header",
        "max-body",
        "connect-timeout",
        "timeout",
        "tunnel-idle-timeout",
        "max-connections",
        "max-in-flight",
        "drain-delay",
        "drain-timeout",
        "workers",
        "trust-forwarded-from",
        "behind-edge",
        "cache-key",
        "proxy-protocol-from",
    ] {
        let variable = format!("TIDELINE_{}", flag.replace('-', "_").to_uppercase());
        assert!(help.contains(&format!("--{flag}")) && help.contains(&variable), "{flag}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = tokio::net::TcpListener::bind(ANY).await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (flag, other) in [("--listen", "--admin-listen"), ("--admin-listen", "--listen")] {
        let output = command(&[flag, &address, other, ANY]).output().await.unwrap();
        let line: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(line["error"].as_str().unwrap().starts_with(&format!("{flag} `{address}` cannot be bound")), "{line}");
    }
}

#[tokio::test]
async fn a_flag_goes_before_its_environment_variable() {
    let mut child = command(&["--drain-delay", "0s", "--listen", ANY, "--admin-listen", ANY]);
    child.env("TIDELINE_DRAIN_DELAY", "1h").env("TIDELINE_LISTEN", "192.0.2.1:1");
    let (mut child, _) = started(&mut child).await;
    assert_eq!(signalled(&mut child, "-TERM").await, Some(0));
}

#[tokio::test]
async fn a_reader_that_has_gone_away_is_no_error() {
    for (flag, code) in [("--help", 0), ("--version", 0), ("--unknown", 2)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = command(&[flag]);
        command.stdout(writer.try_clone().unwrap());
        if code == 2 {
            command.stderr(writer);
        }
        // `output` would pipe both streams anew.
        let output = command.spawn().unwrap().wait_with_output().await.unwrap();
        assert_eq!(output.status.code(), Some(code), "{flag}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{flag}");
    }
}

/// Starts the command and waits for the log line that says it is ready.
async fn ready(flags: &[&str]) -> Child {
    started(&mut command(&[&["--listen", ANY, "--admin-listen", ANY], flags].concat())).await.0
}

/// The same of any command; it tells the address for clients, too.
pub(crate) async fn started(command: &mut Command) -> (Child, SocketAddr) {
    let (child, address, _) = addresses(command).await;
    (child, address)
}

/// The same, with the address of the admin port. Warnings may come first.
pub(crate) async fn addresses(command: &mut Command) -> (Child, SocketAddr, SocketAddr) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = loop {
        let line = timeout(Duration::from_secs(20), lines.next_line()).await.unwrap().unwrap().unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        if line["level"] != "WARN" {
            break line;
        }
    };
    assert_eq!(line["message"], "ready");
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let [address, admin] = ["address", "admin"].map(|name| line[name].as_str().unwrap().parse().unwrap());
    (child, address, admin)
}

async fn signalled(child: &mut Child, signal: &str) -> Option<i32> {
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success());
    timeout(Duration::from_secs(20), child.wait()).await.unwrap().unwrap().code()
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    let mut child = ready(&["--drain-delay", "1h"]).await;
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(signalled(&mut child, "-TERM").await, Some(1));
}

#[tokio::test]
async fn both_signals_drain_and_exit_0() {
    let mut child = ready(&["--drain-delay", "100ms", "--workers", "1"]).await;
    assert_eq!(signalled(&mut child, "-TERM").await, Some(0));
    // A person at a terminal does not wait for load balancers.
    let mut child = ready(&["--drain-delay", "1h", "--workers", "2"]).await;
    assert_eq!(signalled(&mut child, "-INT").await, Some(0));
}

#[tokio::test]
async fn open_websockets_do_not_spoil_the_exit_code() {
    let mock = crate::fixture::mock().await;
    let flags = ["--listen", ANY, "--admin-listen", ANY, "--drain-delay", "0s", "--drain-timeout", "2s"];
    let target = mock.address.to_string();
    let (mut child, address) = started(&mut command(&[&flags[..], &["--allow-target", &target]].concat())).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let url = format!("ws://{address}/http://{target}/websocket");
    // Its client holds it open, whatever it is told.
    let _socket = tokio_tungstenite::client_async(url, stream).await.unwrap();
    assert_eq!(signalled(&mut child, "-TERM").await, Some(0));
}
