//! The real KEDA: its operator and its server of external metrics, each with the rights that the chart gives its account.
//!
//! Its webhooks, which an Application lets fail open, are not started, and what its operator signs for itself is signed here.

mod rights;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{
    authority::Authority,
    conditions::holds,
    control_plane::{ControlPlane, free_ports},
    definitions,
    process::Process,
    programs::Programs,
    server::Server,
    waiting::eventually,
};

const OPERATOR: &str = "keda-operator";
const ADAPTER: &str = "keda-adapter";
/// The accounts of both, as the chart names them.
const ACCOUNTS: [(&str, &str); 2] = [(OPERATOR, OPERATOR), (ADAPTER, "keda-metrics-server")];
const DEFINITIONS: &str = "keda-crds";
const SERVICE: &str = "keda-operator-metrics-apiserver";
const API: &str = "v1beta1.external.metrics.k8s.io";

/// A running KEDA. It ends in the order of its members: first who asks, then who is asked.
#[derive(Debug)]
pub struct Keda {
    adapter: Process,
    operator: Process,
    /// Where the operator shows its metrics.
    shows: u16,
    folder: PathBuf,
}

impl Keda {
    /// Makes its kinds, by the definitions that its own module brings.
    pub fn define(programs: &Programs, server: &Server) -> Result<()> {
        definitions::define(server, &programs.path(DEFINITIONS), "make keda")
    }

    /// Starts it in a namespace, which it makes, and waits until the API server hears it.
    pub fn start(programs: &Programs, plane: &ControlPlane, namespace: &str, folder: &Path) -> Result<Self> {
        Self::start_as(programs, plane, namespace, folder, &[])
    }

    /// The same, with more variables, which say as whom it asks others.
    pub fn start_as(
        programs: &Programs,
        plane: &ControlPlane,
        namespace: &str,
        folder: &Path,
        more: &[(&str, &str)],
    ) -> Result<Self> {
        let server = plane.server()?;
        for object in rights::objects(namespace) {
            server.create(&object, "")?.object().map_err(anyhow::Error::msg)?;
        }
        let folder = folder.canonicalize()?;
        let certificates = folder.join("keda-certificates");
        fs::create_dir_all(&certificates)?;
        Authority::new(&certificates, "ca")?.serves_and_asks("tls")?;
        let of = |file: &str| certificates.join(file).display().to_string();
        let [metrics, health, service, secure, shown] = free_ports()?;
        let arguments = [
            "--leader-elect=false".to_owned(),
            "--zap-log-level=info".to_owned(),
            "--enable-webhook-patching=false".to_owned(),
            "--enable-cert-rotation=false".to_owned(),
            format!("--cert-dir={}", certificates.display()),
            format!("--metrics-bind-address=127.0.0.1:{metrics}"),
            format!("--health-probe-bind-address=127.0.0.1:{health}"),
            format!("--metrics-service-bind-address=127.0.0.1:{service}"),
        ];
        let kubeconfig = |program: &str| {
            let account = ACCOUNTS.iter().find(|(of, _)| *of == program).map_or(program, |(_, account)| account);
            plane.kubeconfig_of(namespace, account, &folder.join(format!("{program}.kubeconfig")))
        };
        let start = |program: &str, kubeconfig: &Path, arguments: &[String]| {
            let log = folder.join(format!("{program}.log"));
            run(&programs.path(program), namespace, kubeconfig, (arguments, more), &log)
        };
        let operator = start(OPERATOR, &kubeconfig(OPERATOR)?, &arguments)?;
        let asks_as = kubeconfig(ADAPTER)?;
        let arguments = [
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={secure}"),
            // Whatever it shows of itself, it shows on every device.
            format!("--port={shown}"),
            format!("--metrics-service-address=127.0.0.1:{service}"),
            format!("--client-ca-file={}", of("ca.crt")),
            format!("--tls-cert-file={}", of("tls.crt")),
            format!("--tls-private-key-file={}", of("tls.key")),
            format!("--cert-dir={}", certificates.display()),
            format!("--lister-kubeconfig={}", asks_as.display()),
            format!("--authentication-kubeconfig={}", asks_as.display()),
            format!("--authorization-kubeconfig={}", asks_as.display()),
        ];
        let adapter = start(ADAPTER, &asks_as, &arguments)?;
        register(&server, namespace, secure)?;
        let mut keda = Self { adapter, operator, shows: metrics, folder };
        let path = format!("/apis/apiregistration.k8s.io/v1/apiservices/{API}");
        let heard = eventually(60, || {
            let api = server.get(&path).map_err(|error| format!("{error:#}"))?.object()?;
            // A program that has ended is not waited for.
            match keda.check() {
                Ok(()) if holds(&api, "Available") => Ok(Ok(())),
                Ok(()) => Err(format!("{API} is not available: {}", api["status"]["conditions"])),
                Err(error) => Ok(Err(error)),
            }
        });
        heard.map_err(anyhow::Error::msg).context("waiting for KEDA")??;
        Ok(keda)
    }

    /// The port of the operator's own metrics.
    pub fn metrics(&self) -> u16 {
        self.shows
    }

    /// Do both still run? If not, the end of what one said is the error.
    pub fn check(&mut self) -> Result<()> {
        for (name, process) in [(OPERATOR, &mut self.operator), (ADAPTER, &mut self.adapter)] {
            if process.has_ended() {
                let said = fs::read_to_string(self.folder.join(format!("{name}.log"))).unwrap_or_default();
                bail!("{name} has ended: {}", said.lines().last().unwrap_or_default());
            }
        }
        Ok(())
    }
}

/// Runs one of its programs with the chart's variables, and nothing of this process's own environment: it may hold a proxy.
fn run(
    program: &Path,
    namespace: &str,
    kubeconfig: &Path,
    (arguments, more): (&[String], &[(&str, &str)]),
    log: &Path,
) -> Result<Process> {
    let variables = [
        ("KUBECONFIG", kubeconfig.display().to_string()),
        ("WATCH_NAMESPACE", String::new()),
        ("POD_NAMESPACE", namespace.to_owned()),
        // A pod reads it where its account's token lies.
        ("KEDA_CLUSTER_OBJECT_NAMESPACE", namespace.to_owned()),
        ("OPERATOR_NAME", OPERATOR.to_owned()),
        ("KEDA_HTTP_DEFAULT_TIMEOUT", "3000".to_owned()),
        ("KEDA_RESTRICT_SECRET_ACCESS", "true".to_owned()),
    ];
    let mut all = vec!["-i".to_owned()];
    all.extend(variables.iter().map(|(name, value)| format!("{name}={value}")));
    all.extend(more.iter().map(|(name, value)| format!("{name}={value}")));
    all.push(program.display().to_string());
    all.extend_from_slice(arguments);
    Process::start(Path::new("env"), &all, log)
}

/// The API server finds it as a Service of the name `localhost`, which no node has to route.
fn register(server: &Server, namespace: &str, port: u16) -> Result<()> {
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": SERVICE, "namespace": namespace },
        "spec": { "type": "ExternalName", "externalName": "localhost", "ports": [{ "port": port }] },
    });
    let api = json!({
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": { "name": API },
        "spec": {
            "group": "external.metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100,
            "insecureSkipTLSVerify": true,
            "service": { "name": SERVICE, "namespace": namespace, "port": port },
        },
    });
    for object in [service, api] {
        server.create(&object, "")?.object().map_err(anyhow::Error::msg)?;
    }
    Ok(())
}
