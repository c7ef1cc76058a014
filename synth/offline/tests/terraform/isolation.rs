//! Nothing leaves the process: a run connects to the providers' sockets, and to nothing else in the world.

use std::process::Command;

use serde_json::json;

use crate::bench::{aws, bench};

/// What this test runs itself as, under `strace`.
const TRACED: &str = "a_whole_run_for_the_tracer";

/// Every address that a whole run connects to, Terraform's and its own threads', by the kernel's own account.
#[test]
fn no_connection_leaves_the_process_but_to_its_own_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("connections");
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o"])
        .arg(&log)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("isolation::{TRACED}"), "--ignored", "--nocapture"])
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_PROFILE", "production")
        .output();
    let traced = match traced {
        Ok(traced) => traced,
        Err(error) if std::env::var("CI").is_ok_and(|ci| ci == "true") => panic!("strace: {error}"),
        Err(error) => {
            eprintln!("skipped: strace does not start: {error}");
            return;
        }
    };
    let text = String::from_utf8_lossy(&traced.stderr);
    if text.contains("ptrace") || text.contains("not permitted") {
        assert!(!std::env::var("CI").is_ok_and(|ci| ci == "true"), "strace: {text}");
        eprintln!("skipped: strace may not trace here: {text}");
        return;
    }
    assert!(traced.status.success(), "{text}{}", String::from_utf8_lossy(&traced.stdout));
    let log = std::fs::read_to_string(log).unwrap();
    let connections: Vec<&str> = log.lines().filter(|line| line.contains("connect(")).collect();
    assert!(connections.iter().any(|line| line.contains("AF_UNIX")), "the tracer saw nothing: {log}");
    for line in log.lines().filter(|line| line.contains("sa_family=")) {
        assert!(line.contains("sa_family=AF_UNIX"), "{line}");
    }
}

#[test]
#[ignore = "run by the test above, under strace"]
fn a_whole_run_for_the_tracer() {
    let Some(bench) = bench() else { return };
    let stack = aws(json!({
        "data": { "aws_caller_identity": { "current": {} } },
        "resource": { "aws_vpc": { "main": { "cidr_block": "10.0.0.0/16" } } },
        "output": { "account": { "value": "${data.aws_caller_identity.current.account_id}" } },
    }));
    bench.apply(&stack);
    bench.run(&stack, &["destroy", "-auto-approve"]).succeeds();
}
