//! A real Prometheus that finds the services as their `ServiceMonitor`s say, with the labels that the operator's relabelling
//! gives.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cluster::{Environment, Process, eventually, free_ports, name_of, root};
use serde_json::{Value as Json, json};

use crate::services::{Services, ask};

/// It runs, or is away.
pub(crate) struct Prometheus {
    folder: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl Prometheus {
    /// Starts one that scrapes the services of an environment.
    pub(crate) fn start(environment: &Environment, services: &Services, folder: &Path) -> Self {
        let folder = folder.join("prometheus");
        fs::create_dir_all(&folder).unwrap();
        let scrapes: Vec<_> = kind(environment, "ServiceMonitor")
            .filter(|monitor| monitor["metadata"]["namespace"] == environment.settings.services.namespace.as_str())
            .map(|monitor| scrape(environment, services, monitor))
            .collect();
        let config = json!({ "scrape_configs": scrapes });
        fs::write(folder.join("prometheus.yml"), format!("{config:#}\n")).unwrap();
        let [port] = free_ports().unwrap();
        let mut prometheus = Self { folder, port, process: None };
        prometheus.back();
        prometheus
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it.
    pub(crate) fn goes(&mut self) {
        self.process = None;
    }

    /// Starts it, with what it has kept.
    pub(crate) fn back(&mut self) {
        let program = root().join("target/cluster/prometheus/prometheus");
        assert!(program.exists(), "there is no `{}`: `make keda` builds it", program.display());
        let arguments = [
            format!("--config.file={}", self.folder.join("prometheus.yml").display()),
            format!("--storage.tsdb.path={}", self.folder.join("data").display()),
            "--storage.tsdb.no-lockfile".to_owned(),
            format!("--web.listen-address=127.0.0.1:{}", self.port),
        ];
        let process = Process::start(&program, &arguments, &self.folder.with_extension("log")).unwrap();
        self.process = Some(process);
        let ready = eventually(30, || ask(self.port, "/-/ready").map_err(|error| format!("Prometheus: {error}")));
        ready.unwrap_or_else(|reason| panic!("{reason}"));
    }
}

/// What Prometheus' operator makes of a monitor: a target of each Service that has the port, so that two would count twice.
fn scrape(environment: &Environment, services: &Services, monitor: &Json) -> Json {
    let spec = &monitor["spec"];
    let [endpoint] = spec["endpoints"].as_array().unwrap().as_slice() else { panic!("one endpoint is read here") };
    let selector = spec["selector"]["matchLabels"].as_object().unwrap();
    let found = kind(environment, "Service").filter(|service| {
        let ports = service["spec"]["ports"].as_array().unwrap();
        let labels = &service["metadata"]["labels"];
        service["metadata"]["namespace"] == monitor["metadata"]["namespace"]
            && selector.iter().all(|(key, value)| labels[key.as_str()] == *value)
            && ports.iter().any(|port| port["name"] == endpoint["port"])
    });
    let targets: Vec<_> = found
        .map(|service| {
            let job = service["metadata"]["labels"][spec["jobLabel"].as_str().unwrap()].as_str().unwrap();
            json!({
                "targets": [format!("127.0.0.1:{}", services.admin(job))],
                "labels": {
                    "namespace": service["metadata"]["namespace"], "service": name_of(service), "job": job,
                    "endpoint": endpoint["port"], "pod": format!("{job}-0"), "container": job,
                },
            })
        })
        .collect();
    json!({
        "job_name": format!("serviceMonitor/{}", name_of(monitor)),
        "metrics_path": endpoint["path"],
        "scrape_interval": endpoint["interval"],
        // Prometheus wants it to be no longer than the interval.
        "scrape_timeout": "10s",
        "sample_limit": spec["sampleLimit"],
        "static_configs": targets,
    })
}

fn kind<'a>(environment: &'a Environment, kind: &'a str) -> impl Iterator<Item = &'a Json> {
    environment.items.iter().map(|item| &item.object).filter(move |object| object["kind"] == kind)
}
