//! A control plane with the entrances of an environment, and external-dns as its chart makes it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use cluster::{
    Argo, ControlPlane, Environment, Item, Moto, Parts, Process, Programs, Release, Server, definitions, eventually,
    free_ports, root, title, version_under_test,
};
use serde_json::{Value as Json, json};

use crate::{gateway::Gateway, role::Role, zones::Zone};

const PROGRAM: &str = "external-dns";

/// It ends in the order of its members: first who asks, then who is asked.
pub(crate) struct World {
    program: Option<Process>,
    arguments: Vec<String>,
    variables: Vec<String>,
    log: PathBuf,
    pub(crate) gateway: Gateway,
    /// The domain's own.
    pub(crate) zone: Zone,
    /// Others of the account: what lies below the domain, the domain's in a VPC, and a domain of somebody else's.
    pub(crate) others: [Zone; 3],
    pub(crate) server: Server,
    pub(crate) environment: Environment,
    path: PathBuf,
    _plane: ControlPlane,
}

impl World {
    pub(crate) fn start() -> Self {
        let folder = root().join("target/cluster/run/dns");
        let programs = Programs::of(&version_under_test()).unwrap_or_else(|error| panic!("{error:#}"));
        let plane = ControlPlane::start(&programs, &folder, Parts::Judge).unwrap_or_else(|error| panic!("{error:#}"));
        let server = plane.server().unwrap();
        let argo = Argo::install(&server).unwrap();
        argo.define(&definitions().unwrap()).unwrap();
        let environment = Environment::fixture("named").unwrap_or_else(|error| panic!("{error:#}"));
        let of = ["platform", "entrances"];
        sync(&argo, environment.items.iter().filter(|item| of.contains(&item.application())));
        // Its definitions are left out, as the Application says.
        let rendered = rendered(&environment, &programs);
        sync(&argo, rendered.iter().filter(|item| item.object["kind"] != "CustomResourceDefinition"));
        let moto = Moto::start(&folder).unwrap_or_else(|error| panic!("{error:#}"));
        let moto = Arc::new(moto);
        let make = |domain, private| Zone::make(&moto, domain, private);
        let others = [make("staging.example.com", false), make("example.com", true), make("example.org", false)];
        let zone = make("example.com", false);
        let gateway = Gateway::before(moto.port(), Role::of(&environment, &zone.id));
        let pod = rendered.iter().find(|item| item.object["kind"] == "Deployment").expect("a Deployment");
        let pod = &pod.object["spec"]["template"]["spec"];
        let settings = &environment.settings.domain.external_dns;
        assert_eq!(pod["serviceAccountName"], settings.service_account.as_str());
        let kubeconfig = folder.join("external-dns.kubeconfig");
        plane.kubeconfig_of(&settings.namespace, &settings.service_account, &kubeconfig).unwrap();
        let (arguments, variables) = (arguments(pod, &kubeconfig), variables(pod, &gateway));
        let path = programs.path(PROGRAM);
        let log = folder.join("external-dns.log");
        Self {
            program: None,
            arguments,
            variables,
            log,
            gateway,
            zone,
            others,
            server,
            environment,
            path,
            _plane: plane,
        }
    }

    /// Starts it, or starts it anew, and waits until it has read the records of a zone once more.
    pub(crate) fn runs(&mut self) {
        self.program = None;
        let before = self.gateway.count("route53:ListResourceRecordSets");
        let mut all = vec!["-i".to_owned()];
        all.extend(self.variables.clone());
        all.push(self.path.display().to_string());
        all.extend(self.arguments.clone());
        self.program = Some(Process::start(Path::new("env"), &all, &self.log).unwrap());
        self.wait(60, |world| {
            let read = world.gateway.count("route53:ListResourceRecordSets");
            if read > before { Ok(()) } else { Err("no records were read".to_owned()) }
        });
    }

    /// Waits for something while it goes on running.
    pub(crate) fn wait(&mut self, seconds: u64, mut ask: impl FnMut(&Self) -> Result<(), String>) {
        let done = eventually(seconds, || {
            let ended = self.program.as_mut().is_some_and(Process::has_ended);
            assert!(!ended, "external-dns has ended: {}", self.said().lines().last().unwrap_or_default());
            ask(self)
        });
        done.unwrap_or_else(|reason| panic!("{reason}\nwhat it said is in `{}`", self.log.display()));
    }

    /// All that it said since it was started.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// An entrance of somebody's, which is not the environment's.
    pub(crate) fn entrance(name: &str, host: &str) -> Json {
        let backend = json!({ "service": { "name": name, "port": { "number": 80 } } });
        let rule =
            json!({ "host": host, "http": { "paths": [{ "path": "/", "pathType": "Prefix", "backend": backend }] } });
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": { "name": name, "namespace": "default" },
            "spec": { "ingressClassName": "alb", "rules": [rule] },
        })
    }

    /// Says where an entrance is reached, as the load balancer's controller does.
    pub(crate) fn is_reached_at(&self, entrance: &Json, balancer: &str) {
        let path = format!("{}/status", self.server.path(entrance).unwrap());
        let status = json!({ "status": { "loadBalancer": { "ingress": [{ "hostname": balancer }] } } });
        self.server.patch(&path, &status).unwrap().object().unwrap();
    }
}

fn sync<'a>(argo: &Argo, items: impl Iterator<Item = &'a Item>) {
    let items: Vec<_> = items.collect();
    let titles: Vec<_> = items.iter().map(|item| title(&item.object)).collect();
    let synced = argo.sync_of(items);
    let zeroes = |finding: &&String| !finding.contains(" is written as false and held as null\n");
    assert_eq!(synced.all.iter().filter(zeroes).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(!titles.is_empty() && synced.taken.len() == titles.len(), "{titles:?}\n{synced}");
}

/// What the chart makes of the Application's values; the program is the one whose image it names.
fn rendered(environment: &Environment, programs: &Programs) -> Vec<Item> {
    let releases = environment.releases().unwrap();
    let release: &Release = releases.iter().find(|release| release.chart == PROGRAM).expect("it is installed");
    let items = release.render().unwrap_or_else(|error| panic!("{error:#}"));
    let items = items.unwrap_or_else(|| panic!("{release:?} is not there: `make dns` brings it"));
    let images = items.iter().filter_map(|item| item.object.pointer("/spec/template/spec/containers/0/image"));
    let images: Vec<_> = images.map(|image| image.as_str().unwrap().rsplit(':').next().unwrap().to_owned()).collect();
    let program = programs.path(PROGRAM);
    let said = std::process::Command::new(&program).arg("--version").output();
    let said = said.unwrap_or_else(|error| panic!("`{}`: {error}: `make dns` builds it", program.display()));
    let said = String::from_utf8([said.stdout, said.stderr].concat()).unwrap();
    assert_eq!(images, [said.trim()], "the chart's image, and the program here");
    items
}

/// The arguments of its pod, and who it is and where it shows its metrics, which a pod need not be told.
fn arguments(pod: &Json, kubeconfig: &Path) -> Vec<String> {
    let [metrics] = free_ports().unwrap();
    let own = [format!("--kubeconfig={}", kubeconfig.display()), format!("--metrics-address=127.0.0.1:{metrics}")];
    let given = pod["containers"][0]["args"].as_array().expect("arguments").iter();
    given.map(|argument| argument.as_str().unwrap().to_owned()).chain(own).collect()
}

/// The variables of its pod, and what stands in place of the role that AWS gives it.
fn variables(pod: &Json, gateway: &Gateway) -> Vec<String> {
    let given = pod["containers"][0]["env"].as_array().into_iter().flatten();
    let given = given.map(|one| format!("{}={}", one["name"].as_str().unwrap(), one["value"].as_str().unwrap()));
    let own = [
        format!("AWS_ENDPOINT_URL={}", gateway.address()),
        "AWS_ACCESS_KEY_ID=mock".to_owned(),
        "AWS_SECRET_ACCESS_KEY=mock".to_owned(),
        "AWS_EC2_METADATA_DISABLED=true".to_owned(),
    ];
    given.chain(own).collect()
}
