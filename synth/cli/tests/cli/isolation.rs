//! Nothing leaves the machine: `plan`, `apply`, `destroy` and `test` connect to the providers' sockets, and to nothing
//! else in the world.

use std::process::Command;

use crate::project::{Project, SYNTH};

/// Every address that each command connects or sends to, with Terraform and all that it starts, by the kernel's own
/// account. Whoever runs it has credentials, and no proxy in the way.
#[test]
fn no_command_connects_to_anything_but_its_own_sockets() {
    let (Some(_), Some(strace)) = (synth_tools::terraform(), synth_tools::strace()) else { return };
    let project = Project::new();
    for arguments in [
        &["plan", "cluster"][..],
        &["apply", "bootstrap"],
        &["apply", "cluster"],
        &["apply", "add-ons"],
        &["destroy", "add-ons"],
        &["destroy", "cluster"],
        &["test", "bootstrap"],
    ] {
        let log = project.path("connections");
        let traced = Command::new(&strace)
            .args(["-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o"])
            .arg(&log)
            .arg(SYNTH)
            .args(arguments)
            .current_dir(project.path("."))
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            .env("AWS_PROFILE", "production")
            .env_remove("HTTPS_PROXY")
            .env_remove("HTTP_PROXY")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[&*traced.stdout, &*traced.stderr].concat()).into_owned();
        assert!(traced.status.success(), "{arguments:?}: {said}");
        let log = std::fs::read_to_string(log).unwrap();
        let named: Vec<_> = log.lines().filter(|line| line.contains("sa_family=")).collect();
        let own = named.iter().filter(|line| line.contains("sa_family=AF_UNIX") && line.contains("/synth-"));
        assert!(own.count() > 0, "{arguments:?}: the tracer saw no connection to the providers: {log}");
        for line in named {
            assert!(line.contains("sa_family=AF_UNIX"), "{arguments:?}: {line}");
        }
    }
}
