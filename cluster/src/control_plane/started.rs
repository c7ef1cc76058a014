//! How each program of a control plane is started: what it is told, and where it finds the others.

use std::fs;

use anyhow::Result;
use serde_json::json;

use super::ControlPlane;
use crate::process::Process;

const SERVICE_ADDRESSES: &str = "172.20.0.0/16";
const FAKE: &str = include_str!("../../fake/kwok.yaml");
const AUDIT: &str = include_str!("../../fake/audit.yaml");

impl ControlPlane {
    pub(super) fn etcd(&mut self) -> Result<()> {
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

    pub(super) fn api_server(&mut self, audited: bool) -> Result<()> {
        let mut arguments = vec![
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
        if audited {
            fs::write(self.folder.join("audit.yaml"), AUDIT)?;
            arguments.push(format!("--audit-policy-file={}", self.file("audit.yaml")));
            arguments.push(format!("--audit-log-path={}", self.file("audit.log")));
        }
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

    pub(super) fn controllers(&mut self) -> Result<()> {
        let mut arguments = self.asking_as("controllers", self.ports.controllers);
        arguments.extend([
            "--leader-elect=false".to_owned(),
            "--use-service-account-credentials=true".to_owned(),
            format!("--service-account-private-key-file={}", self.file("tokens.key")),
            format!("--root-ca-file={}", self.file("ca.crt")),
        ]);
        self.run("kube-controller-manager", &arguments)
    }

    pub(super) fn scheduler(&mut self) -> Result<()> {
        let mut arguments = self.asking_as("scheduler", self.ports.scheduler);
        arguments.extend(["--leader-elect=false".to_owned()]);
        self.run("kube-scheduler", &arguments)
    }

    pub(super) fn kubelets(&self, zone: &str, port: u16) -> Result<Process> {
        // A file of its own: another zone's program could read it while it is written.
        let config = format!("kwok-{zone}.yaml");
        fs::write(self.folder.join(&config), FAKE)?;
        let arguments = [
            format!("--kubeconfig={}", self.file("admin.kubeconfig")),
            format!("--config={}", self.file(&config)),
            "--manage-all-nodes=false".to_owned(),
            format!("--manage-nodes-with-label-selector=topology.kubernetes.io/zone={zone}"),
            "--node-ip=127.0.0.1".to_owned(),
            format!("--node-port={port}"),
            format!("--server-address=127.0.0.1:{port}"),
            format!("--tls-cert-file={}", self.file("server.crt")),
            format!("--tls-private-key-file={}", self.file("server.key")),
            // No leases: kwok passes over the pods of a node whose lease it does not see, and renews none any more once a node has come
            // back during a renewal. The stage `node-heartbeat` says that a node lives.
            "--node-lease-duration-seconds=0".to_owned(),
        ];
        Process::start(&self.programs.path("kwok"), &arguments, &self.folder.join(format!("kwok-{zone}.log")))
    }

    /// The API server finds it as a Service of the name `localhost`, which no node has to route.
    pub(super) fn metrics_server(&mut self) -> Result<()> {
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
