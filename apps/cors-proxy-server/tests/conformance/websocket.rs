//! Autobahn's cases, driven by kosoku, which runs them where Python 2 is gone: through the proxy they end as without it,
//! and well. The proxy is between a client that tries everything and a server, and between a server that does and a client.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_tungstenite::accept_async;

use crate::server::{ANY, proxy};
use crate::tools::{installed, node, started};

/// Framing, pings, reserved bits, opcodes, fragments, UTF-8, closing, and fragments made on the way.
const PROTOCOL: &[&str] = &["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"];

/// Sizes and speed, and of the 216 cases of compression those of the plainest offer.
const LIMITS: &[&str] = &["9.*", "12.1.*", "13.1.*"];

/// How each case ended.
type Report = BTreeMap<String, String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make conformance"]
async fn a_server_passes_the_cases_of_the_protocol_through_the_proxy() {
    let own = own_echo().await;
    both_ways_to(own, PROTOCOL, 240).await;
    let (_child, port) = started(node("echo.js")).await;
    both_ways_to(SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())), PROTOCOL, 240).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make conformance"]
async fn a_server_passes_the_cases_of_limits_and_compression_through_the_proxy() {
    let (_child, port) = started(node("echo.js")).await;
    both_ways_to(SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())), LIMITS, 90).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "make conformance"]
async fn a_client_passes_the_cases_through_the_proxy() {
    let cases = [PROTOCOL, &["12.1.1", "12.1.10", "13.1.1", "13.1.10"]].concat();
    let direct = client("direct", &cases, false).await;
    let through = client("through", &cases, true).await;
    same(&direct, &through, 240);
}

async fn both_ways_to(server: SocketAddr, cases: &[&str], least: usize) {
    let proxy = proxy(&[server], &[]).await;
    let direct = report(&format!("ws://{server}/"), cases).await;
    let through = report(&format!("ws://{proxy}/http://{server}/"), cases).await;
    same(&direct, &through, least);
}

/// Both have run the same cases, and none has failed; whether a server fails fast or only in time is a matter of luck.
fn same(direct: &Report, through: &Report, least: usize) {
    assert!(direct.len() >= least && direct.keys().eq(through.keys()), "{} and {}", direct.len(), through.len());
    for (way, report) in [("without the proxy", direct), ("through it", through)] {
        let failed: Vec<_> = report.iter().filter(|(_, outcome)| !is_fine(outcome)).collect();
        assert!(failed.is_empty(), "{way}: {failed:?}");
    }
    println!("{} cases, without the proxy and through it", direct.len());
}

fn is_fine(outcome: &str) -> bool {
    outcome.split(", ").all(|word| ["OK", "NON-STRICT", "INFORMATIONAL"].contains(&word))
}

/// Lets kosoku be the client.
async fn report(url: &str, cases: &[&str]) -> Report {
    let folder = folder();
    let mut command = kosoku("fuzzingclient", url, cases, &folder);
    let output = command.args(["-p", "4"]).output().await.unwrap();
    read(&folder).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Lets kosoku be the server, and `ws` the client, through the proxy or not.
async fn client(name: &str, cases: &[&str], through: bool) -> Report {
    let folder = folder();
    let port = TcpListener::bind(ANY).await.unwrap().local_addr().unwrap();
    let mut server = kosoku("fuzzingserver", &port.to_string(), cases, &folder).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    lines.next_line().await.unwrap().expect("it listens");
    let proxy = proxy(&[port], &[]).await;
    let base = if through { format!("ws://{proxy}/http://{port}") } else { format!("ws://{port}") };
    let output = node("cases.js").arg(base).stdin(Stdio::null()).output().await.unwrap();
    assert!(output.status.success(), "{name}: {output:?}");
    let _ = server.wait().await;
    read(&folder).expect("the server reports")
}

fn kosoku(mode: &str, address: &str, cases: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(installed("python/bin/kosoku"));
    command.args(["-m", mode, address, "-o"]).arg(folder).kill_on_drop(true);
    for case in cases {
        command.args(["-i", case]);
    }
    command
}

/// A folder of its own for each report.
fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("conformance-{}-{}", std::process::id(), fastrand::u32(..)));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn read(folder: &Path) -> Option<Report> {
    let text = std::fs::read(folder.join("index.json")).ok()?;
    let agents: serde_json::Value = serde_json::from_slice(&text).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let cases = agents.as_object().unwrap().values().next()?.as_object().unwrap();
    let outcome =
        |case: &serde_json::Value| ["behavior", "behaviorClose"].map(|of| case[of].as_str().unwrap()).join(", ");
    Some(cases.iter().map(|(name, case)| (name.clone(), outcome(case))).collect())
}

/// An echo by the library that the other tests use.
async fn own_echo() -> SocketAddr {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(mut socket) = accept_async(stream).await else { return };
                while let Some(Ok(message)) = socket.next().await {
                    if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}
