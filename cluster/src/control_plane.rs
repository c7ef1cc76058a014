//! One control plane, on free ports of the loopback device. It ends with the process that started it.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{
    authority::{Authority, key_pair},
    nodes::ZONES,
    process::Process,
    programs::Programs,
    server::Server,
    waiting::eventually,
};

const SERVICE_ADDRESSES: &str = "172.20.0.0/16";
const FAKE: &str = include_str!("../fake/kwok.yaml");

/// Which programs run beside the API server and the controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// None: objects are judged, and nothing is scheduled.
    Judge,
    /// The scheduler and the kubelets of three zones.
    Nodes,
    /// These, and the metrics of pods.
    Metrics,
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

#[derive(Clone, Copy, Debug)]
struct Ports {
    etcd: u16,
    peers: u16,
    server: u16,
    controllers: u16,
    scheduler: u16,
    metrics: u16,
    kubelets: [u16; ZONES.len()],
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
        plane.api_server()?;
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
        if runs == Parts::Metrics {
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

    /// Do all programs still run? The first that does not is the error, with the end of what it said.
    pub fn check(&mut self) -> Result<()> {
        for (name, process) in &mut self.processes {
            if process.has_ended() {
                bail!("{name} has ended: {}", last_lines(&self.folder.join(format!("{name}.log"))));
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

    fn etcd(&mut self) -> Result<()> {
        let (clients, peers) =
            (format!("http://127.0.0.1:{}", self.ports.etcd), format!("http://127.0.0.1:{}", self.ports.peers));
        let arguments = [
            format!("--data-dir={}", self.file("etcd")),
            format!("--listen-client-urls={clients}"),
            format!("--advertise-client-urls={clients}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--initial-cluster=default={peers}"),
            "--log-level=warn".to_owned(),
            // What is here is gone with the run.
            "--unsafe-no-fsync".to_owned(),
        ];
        self.run("etcd", &arguments)
    }

    fn api_server(&mut self) -> Result<()> {
        let arguments = [
            "--bind-address=127.0.0.1".to_owned(),
            // Nobody reaches the Service `kubernetes` here, and an address of the loopback device is refused for it.
            "--endpoint-reconciler-type=none".to_owned(),
            format!("--secure-port={}", self.ports.server),
            format!("--etcd-servers=http://127.0.0.1:{}", self.ports.etcd),
            format!("--service-cluster-ip-range={SERVICE_ADDRESSES}"),
            "--allow-privileged=true".to_owned(),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--enable-admission-plugins=NodeRestriction".to_owned(),
            format!("--client-ca-file={}", self.file("ca.crt")),
            format!("--tls-cert-file={}", self.file("server.crt")),
            format!("--tls-private-key-file={}", self.file("server.key")),
            format!("--service-account-issuer=https://127.0.0.1:{}", self.ports.server),
            format!("--service-account-key-file={}", self.file("tokens.pub")),
            format!("--service-account-signing-key-file={}", self.file("tokens.key")),
            format!("--requestheader-client-ca-file={}", self.file("front-proxy-ca.crt")),
            "--requestheader-allowed-names=aggregator".to_owned(),
            "--requestheader-username-headers=X-Remote-User".to_owned(),
            "--requestheader-group-headers=X-Remote-Group".to_owned(),
            "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
            format!("--proxy-client-cert-file={}", self.file("aggregator.crt")),
            format!("--proxy-client-key-file={}", self.file("aggregator.key")),
        ];
        self.run("kube-apiserver", &arguments)
    }

    /// A program that asks the API server as an account, for its own callers' rights too, and serves on a port.
    fn asking_as(&self, account: &str, port: u16) -> Vec<String> {
        let kubeconfig = self.file(&format!("{account}.kubeconfig"));
        vec![
            format!("--kubeconfig={kubeconfig}"),
            format!("--authentication-kubeconfig={kubeconfig}"),
            format!("--authorization-kubeconfig={kubeconfig}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
        ]
    }

    fn controllers(&mut self) -> Result<()> {
        let mut arguments = self.asking_as("controllers", self.ports.controllers);
        arguments.extend([
            "--leader-elect=false".to_owned(),
            "--use-service-account-credentials=true".to_owned(),
            format!("--service-account-private-key-file={}", self.file("tokens.key")),
            format!("--root-ca-file={}", self.file("ca.crt")),
        ]);
        self.run("kube-controller-manager", &arguments)
    }

    fn scheduler(&mut self) -> Result<()> {
        let mut arguments = self.asking_as("scheduler", self.ports.scheduler);
        arguments.extend(["--leader-elect=false".to_owned()]);
        self.run("kube-scheduler", &arguments)
    }

    fn kubelets(&self, zone: &str, port: u16) -> Result<Process> {
        fs::write(self.folder.join("kwok.yaml"), FAKE)?;
        let arguments = [
            format!("--kubeconfig={}", self.file("admin.kubeconfig")),
            format!("--config={}", self.file("kwok.yaml")),
            "--manage-all-nodes=false".to_owned(),
            format!("--manage-nodes-with-label-selector=topology.kubernetes.io/zone={zone}"),
            "--node-ip=127.0.0.1".to_owned(),
            format!("--node-port={port}"),
            format!("--server-address=127.0.0.1:{port}"),
            format!("--tls-cert-file={}", self.file("server.crt")),
            format!("--tls-private-key-file={}", self.file("server.key")),
            "--node-lease-duration-seconds=40".to_owned(),
        ];
        Process::start(&self.programs.path("kwok"), &arguments, &self.folder.join(format!("kwok-{zone}.log")))
    }

    /// The API server finds it as a Service of the name `localhost`, which no node has to route.
    fn metrics_server(&mut self) -> Result<()> {
        let mut arguments = self.asking_as("admin", self.ports.metrics);
        arguments.extend([
            format!("--tls-cert-file={}", self.file("server.crt")),
            format!("--tls-private-key-file={}", self.file("server.key")),
            "--kubelet-use-node-status-port".to_owned(),
            "--kubelet-insecure-tls".to_owned(),
            "--metric-resolution=15s".to_owned(),
        ]);
        self.run("metrics-server", &arguments)?;
        let server = self.server()?;
        let name = json!({ "name": "metrics-server", "namespace": "kube-system" });
        let spec =
            json!({ "type": "ExternalName", "externalName": "localhost", "ports": [{ "port": self.ports.metrics }] });
        let service = json!({ "apiVersion": "v1", "kind": "Service", "metadata": name, "spec": spec });
        let api = json!({
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": { "name": "v1beta1.metrics.k8s.io" },
            "spec": {
                "group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
                "insecureSkipTLSVerify": true,
                "service": { "name": "metrics-server", "namespace": "kube-system", "port": self.ports.metrics },
            },
        });
        for object in [service, api] {
            server.create(&object, "")?.object().map_err(anyhow::Error::msg)?;
        }
        Ok(())
    }
}

impl Ports {
    /// Ports that are free now; all are held until the last is found.
    fn free() -> Result<Self> {
        let mut held = Vec::new();
        let mut port = || {
            let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            anyhow::Ok(port)
        };
        Ok(Self {
            etcd: port()?,
            peers: port()?,
            server: port()?,
            controllers: port()?,
            scheduler: port()?,
            metrics: port()?,
            kubelets: [port()?, port()?, port()?],
        })
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
