//! A control plane that stays: a process of its own holds it, until a file that says so is gone.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use cluster::{Argo, ControlPlane, Node, Parts, Programs, definitions};

use crate::Cli;

const FOLDER: &str = "target/cluster/up";
const PAUSE: Duration = Duration::from_millis(200);
/// Longer than a start and a sync take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);

/// The environment to bring up.
#[derive(Args)]
pub(crate) struct Up {
    /// The environment to sync.
    #[arg(long = "env", default_value = "default")]
    environment: String,
}

/// Starts the holding process, and waits until all is synced.
pub(crate) fn up(cli: &Cli, up: &Up) -> Result<bool> {
    let folder = Path::new(FOLDER);
    fs::create_dir_all(folder)?;
    if !lock()?.is_free {
        eprintln!("error: a control plane is running already: stop it with `make cluster-down`");
        return Ok(false);
    }
    let _ = fs::remove_file(folder.join("ready"));
    File::create(folder.join("running"))?;
    let log = File::create(folder.join("log"))?;
    let mut child = Command::new(std::env::current_exe()?);
    // A group of its own, so that an interrupt of the terminal does not reach it.
    std::os::unix::process::CommandExt::process_group(&mut child, 0);
    let mut child = child
        .args(["serve", "--env", &up.environment, "--environments", &cli.environments, "--kubernetes", &cli.kubernetes])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let begin = Instant::now();
    while !folder.join("ready").exists() {
        if child.try_wait()?.is_some() || begin.elapsed() > PATIENCE {
            let _ = fs::remove_file(folder.join("running"));
            let said = fs::read_to_string(folder.join("log"))?;
            bail!("{}", said.trim_end().trim_start_matches("error: "));
        }
        sleep(PAUSE);
    }
    eprint!("{}", fs::read_to_string(folder.join("ready"))?);
    Ok(true)
}

/// Tells the holding process to end, and waits for it.
pub(crate) fn down() -> Result<bool> {
    let running = Path::new(FOLDER).join("running");
    if running.exists() {
        fs::remove_file(running)?;
    } else {
        eprintln!("no control plane is running");
        return Ok(true);
    }
    let begin = Instant::now();
    while !lock()?.is_free {
        if begin.elapsed() > PATIENCE {
            bail!("the control plane of `{FOLDER}` does not stop");
        }
        sleep(PAUSE);
    }
    Ok(true)
}

/// Holds a control plane until the file `running` is gone.
pub(crate) fn serve(cli: &Cli, up: &Up) -> Result<bool> {
    let held = lock()?;
    if !held.is_free {
        bail!("a control plane is running already: stop it with `make cluster-down`");
    }
    let folder = Path::new(FOLDER);
    let environment = cli.environment(&up.environment)?;
    let version = cli.version(&environment);
    let plane = ControlPlane::start(&Programs::of(&version)?, &folder.join("run"), Parts::Metrics)?;
    let server = plane.server()?;
    let argo = Argo::install(&server)?;
    argo.define(&definitions()?)?;
    for node in Node::in_each_zone(2, "m7i.2xlarge") {
        node.join(&server)?;
    }
    let findings = argo.sync(&environment);
    let kubeconfig = plane.kubeconfig();
    let namespace = &environment.settings.services.namespace;
    let lines = [
        format!("Kubernetes {version} with `{}` in it: {} objects", environment.name, findings.taken.len()),
        format!("  export KUBECONFIG={}", kubeconfig.display()),
        format!("  kubectl get pods --namespace {namespace} --output wide --watch    # or k9s"),
        format!(
            "  kubectl annotate pods --namespace {namespace} --all kwok.x-k8s.io/usage-cpu=450m --overwrite    # load: the autoscalers follow in a minute"
        ),
        "  kubectl drain a-0 --ignore-daemonsets    # a node leaves, as the disruption budgets allow".to_owned(),
        "`make cluster-down` stops it".to_owned(),
    ];
    let said = findings.all.iter().map(|finding| format!("{finding}\n"));
    let text: String = said.chain(lines.map(|line| format!("{line}\n"))).collect();
    fs::write(folder.join("writing"), text)?;
    fs::rename(folder.join("writing"), folder.join("ready"))?;
    while folder.join("running").exists() {
        sleep(PAUSE);
    }
    drop(plane);
    fs::remove_file(folder.join("ready")).context("saying that nothing runs any more")?;
    drop(held);
    Ok(true)
}

struct Lock {
    /// Held as long as the file is open.
    _file: File,
    is_free: bool,
}

/// Whoever holds a control plane holds this file.
fn lock() -> Result<Lock> {
    let path = Path::new(FOLDER).join("lock");
    let file = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("opening `{}`", path.display()))?;
    let is_free = file.try_lock().is_ok();
    Ok(Lock { _file: file, is_free })
}
