//! File descriptors: as many as the system gives, and what becomes of requests when there are none left.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::command::{addresses, command};
use crate::fixture::{ANY, get, mock, read_to_end};

/// The command where a shell has set a limit.
fn limited(limit: &str, flags: &[&str]) -> Command {
    let mut shell = Command::new("sh");
    let script = format!("ulimit {limit} && exec \"$0\" \"$@\"");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_cors-proxy-server"), "--listen", ANY, "--admin-listen", ANY]);
    shell.args(flags).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    shell
}

fn limit_of(child: &Child, column: usize) -> u64 {
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id().unwrap())).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    line.split_whitespace().nth(column).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_soft_limit_is_raised_to_the_hard_one() {
    let (child, ..) = addresses(&mut limited("-Sn 300", &[])).await;
    assert_eq!(limit_of(&child, 0), limit_of(&child, 1));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_at_the_start_if_it_was_asked_for() {
    for flags in [["--max-connections", "5000"], ["--max-in-flight", "5000"]] {
        let output = limited("-n 1024", &flags).output().await.unwrap();
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(line.contains(&flags.join(" ")) && line.contains("does not fit"), "{line}");
    }
}

#[tokio::test]
async fn with_few_descriptors_fewer_are_served_and_none_is_failed_by_the_lack_of_them() {
    let mock = mock().await;
    let target = mock.address.to_string();
    let (_child, address, admin) = addresses(&mut limited("-n 300", &["--allow-target", &target])).await;
    // More clients than there are descriptors, each with a request.
    let mut clients = Vec::new();
    for _ in 0..400 {
        let path = format!("/http://{target}/delay/20");
        clients.push(tokio::spawn(async move { get(address, &path, "").await }));
    }
    let live = timeout(Duration::from_secs(5), get(admin, "/livez", "")).await.unwrap();
    assert!(live.starts_with("HTTP/1.1 200 "), "{live}");
    for client in clients {
        let response = client.await.unwrap();
        assert!(response.starts_with("HTTP/1.1 200 ") || response.starts_with("HTTP/1.1 503 "), "{response}");
    }
}

/// What the proxy answers over a connection that it has already, once no other gets a descriptor.
async fn exhausted(child: &Child, address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"HEAD /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(300)).await;
    let pid = child.id().unwrap().to_string();
    let open = |number: &u32| std::fs::exists(format!("/proc/{pid}/fd/{number}")).unwrap();
    // Each new one gets the lowest number that is free.
    let free = (0..10_000).find(|number| !open(number)).unwrap();
    let limit = format!("--nofile={free}:{free}");
    assert!(Command::new("prlimit").args(["--pid", &pid, &limit]).status().await.unwrap().success());
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let both = read_to_end(&mut stream).await;
    both.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_a_descriptor_a_request_is_503_and_the_kubelet_is_answered() {
    let mock = mock().await;
    let targets = format!("{},name.test:{}", mock.address, mock.address.port());
    for host in [mock.address.to_string(), format!("name.test:{}", mock.address.port())] {
        let flags =
            ["--listen", ANY, "--admin-listen", ANY, "--allow-target", &targets, "--name-server", "127.0.0.1:9"];
        let (child, address, admin) = addresses(&mut command(&flags)).await;
        let answer = exhausted(&child, address, &format!("/http://{host}/posts/1")).await;
        let refused = answer.starts_with("HTTP/1.1 503 ") && answer.contains("connection_limit_reached");
        assert!(refused, "{host}: {answer}");
        let live = timeout(Duration::from_secs(5), get(admin, "/livez", "")).await.unwrap();
        assert!(live.starts_with("HTTP/1.1 200 "), "{live}");
    }
}
