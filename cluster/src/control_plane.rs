//! One control plane, on free ports of the loopback device. It ends with the process that started it.

mod ports;
mod started;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};

use self::ports::Ports;
pub use self::ports::free_ports;
use crate::{
    authority::{Authority, key_pair},
    nodes::ZONES,
    process::Process,
    programs::Programs,
    server::Server,
    waiting::eventually,
};

/// Which programs run beside the API server and the controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// None: objects are judged, and nothing is scheduled.
    Judge,
    /// The scheduler and the kubelets of three zones.
    Nodes,
    /// These, and the metrics of pods.
    Metrics,
    /// These, and a log of what autoscalers ask of the server.
    Autoscalers,
}

/// A running control plane.
#[derive(Debug)]
pub struct ControlPlane {
    folder: PathBuf,
    programs: Programs,
    processes: Vec<(&'static str, Process)>,
    zones: Mutex<Vec<Option<Process>>>,
    ports: Ports,
}

impl ControlPlane {
    /// Starts one in a folder, which it empties first.
    pub fn start(programs: &Programs, folder: &Path, runs: Parts) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("emptying `{}`", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
        let folder = folder.canonicalize()?;
        let ports = Ports::free()?;
        let address = format!("https://127.0.0.1:{}", ports.server);
        let authority = Authority::new(&folder, "ca")?;
        authority.serves("server")?;
        authority.kubeconfig("admin", "admin", &["system:masters"], &address)?;
        authority.kubeconfig("controllers", "system:kube-controller-manager", &[], &address)?;
        authority.kubeconfig("scheduler", "system:kube-scheduler", &[], &address)?;
        Authority::new(&folder, "front-proxy-ca")?.knows("aggregator", "aggregator", &[])?;
        key_pair(&folder, "tokens")?;
        let mut plane =
            Self { folder, programs: programs.clone(), processes: Vec::new(), zones: Mutex::default(), ports };
        plane.etcd()?;
        plane.api_server(runs == Parts::Autoscalers)?;
        plane.wait("kube-apiserver", |server| {
            let answer = server.get("/readyz").map_err(|error| format!("{error:#}"))?;
            if answer.is_ok() { Ok(()) } else { Err(answer.to_string()) }
        })?;
        plane.controllers()?;
        if runs != Parts::Judge {
            plane.scheduler()?;
            plane.zones.get_mut().unwrap_or_else(PoisonError::into_inner).resize_with(ZONES.len(), || None);
            ZONES.iter().try_for_each(|zone| plane.power(zone, true))?;
        }
        if matches!(runs, Parts::Metrics | Parts::Autoscalers) {
            plane.metrics_server()?;
        }
        // Whoever makes a pod needs its namespace's account, which a controller makes.
        plane.wait("kube-controller-manager", |server| {
            let answer = server.get("/api/v1/namespaces/default/serviceaccounts/default");
            answer.map_err(|error| format!("{error:#}"))?.object().map(drop)
        })?;
        Ok(plane)
    }

    /// The server, asked as its administrator.
    pub fn server(&self) -> Result<Server> {
        Server::of(&self.kubeconfig())
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("admin.kubeconfig")
    }

    /// Writes the kubeconfig of an account, which asks with a token as a pod of the account does.
    pub fn kubeconfig_of(&self, namespace: &str, account: &str, file: &Path) -> Result<PathBuf> {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
        let asked = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": { "expirationSeconds": 7200 },
        });
        let answer = self.server()?.request("POST", &path, Some(("application/json", &asked)))?;
        let token = answer.object().map_err(anyhow::Error::msg).context(path)?["status"]["token"].clone();
        let mut kubeconfig: Json = serde_json::from_str(&fs::read_to_string(self.kubeconfig())?)?;
        kubeconfig["users"][0]["user"] = json!({ "token": token });
        fs::write(file, format!("{kubeconfig:#}\n")).with_context(|| format!("writing `{}`", file.display()))?;
        Ok(file.to_owned())
    }

    /// What autoscalers asked of the server, an event of its audit a line, where [`Parts::Autoscalers`] run.
    pub fn audit(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    /// Do all programs still run? The first that does not is the error, with the end of what it said.
    pub fn check(&mut self) -> Result<()> {
        for (name, process) in &mut self.processes {
            if process.has_ended() {
                bail!("{name} has ended: {}", last_lines(&self.folder.join(format!("{name}.log"))));
            }
        }
        let zones = self.zones.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (zone, process) in ZONES.iter().zip(zones) {
            if process.as_mut().is_some_and(Process::has_ended) {
                bail!("kwok of {zone} has ended: {}", last_lines(&self.folder.join(format!("kwok-{zone}.log"))));
            }
        }
        Ok(())
    }

    /// Gives the kubelets of a zone power, or takes it: without, none of its nodes says anything any more.
    pub fn power(&self, zone: &str, on: bool) -> Result<()> {
        let index = ZONES.iter().position(|known| *known == zone).with_context(|| format!("no zone `{zone}`"))?;
        let slot = &mut self.zones.lock().unwrap_or_else(PoisonError::into_inner)[index];
        if !on {
            *slot = None;
        } else if slot.as_mut().is_none_or(Process::has_ended) {
            *slot = Some(self.kubelets(zone, self.ports.kubelets[index])?);
        }
        Ok(())
    }

    fn wait(&mut self, name: &str, ask: impl Fn(&Server) -> Result<(), String>) -> Result<()> {
        let server = self.server()?;
        let ready = eventually(120, || {
            let answer = ask(&server);
            // A program that has ended is not waited for.
            match self.check() {
                Ok(()) => answer.map(Ok),
                Err(error) => Ok(Err(error)),
            }
        });
        ready.map_err(anyhow::Error::msg).with_context(|| format!("waiting for {name}"))?
    }

    fn run(&mut self, name: &'static str, arguments: &[String]) -> Result<()> {
        let log = self.folder.join(format!("{name}.log"));
        self.processes.push((name, Process::start(&self.programs.path(name), arguments, &log)?));
        Ok(())
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
