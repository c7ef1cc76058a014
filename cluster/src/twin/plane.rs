//! The real control plane with Karpenter: it is started, gets the environment's objects and a load, and is looked at.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, ensure};
use cluster::{
    Account, Argo, ControlPlane, Environment, Item, Karpenter, Kubelets, Parts, Programs, Server, daemon_sets,
    definitions, eventually, is_ready, name_of,
};
use serde_json::Value as Json;

use super::{curve::Curve, recorded::Recording, seen::Seen, syncs};

const FOLDER: &str = "target/cluster/run/twin";
/// One look begins so long after the one before it, on a machine that is not too busy.
const PAUSE: Duration = Duration::from_millis(200);
/// So many looks may fail one after the other.
const PATIENCE: u32 = 20;
/// What is synced before the services are.
const BASE: [&str; 3] = ["platform", "admission", "node-pools"];

/// It ends in the order of its members: first who asks, then who is asked.
pub(super) struct Plane {
    environment: Environment,
    version: String,
    server: Server,
    argo: Argo,
    karpenter: Karpenter,
    _kubelets: Kubelets,
    account: Account,
    control: ControlPlane,
    folder: PathBuf,
    /// Held as long as the folder is used.
    _lock: File,
}

impl Plane {
    /// Starts one with all but the services in it, and waits until Karpenter may buy.
    pub(super) fn start(environment: Environment, programs: &Programs, version: &str) -> Result<Self> {
        let folder = Path::new(FOLDER);
        let lock = lock(folder)?;
        eprintln!("starting a control plane of Kubernetes {version} and Karpenter");
        let control = ControlPlane::start(programs, folder, Parts::Autoscalers)?;
        let server = control.server()?;
        let argo = Argo::install(&server)?;
        let ours: Vec<_> = definitions()?.into_iter().filter(|one| !name_of(one).contains("karpenter")).collect();
        argo.define(&ours)?;
        Karpenter::define(programs, &server)?;
        let base = || environment.items.iter().filter(|item| BASE.contains(&item.application()));
        let findings = argo.sync_of(base());
        ensure!(findings.taken.len() == base().count(), "{findings}");
        for daemon_set in daemon_sets() {
            server.create(&daemon_set, "")?.object().map_err(anyhow::Error::msg)?;
        }
        let alias = environment.settings.karpenter.ami_alias.to_string();
        let image = alias.split_once('@').map_or("", |(_, date)| date);
        let account = Account::start(
            &environment.settings,
            version,
            "https://127.0.0.1:1",
            &[image],
            &folder.join("account.log"),
        )?;
        let karpenter = Karpenter::start(programs, &environment, &account, &control.kubeconfig(), folder, &[])?;
        let kubelets = Kubelets::start(&server);
        let mut plane = Self {
            environment,
            version: version.to_owned(),
            server,
            argo,
            karpenter,
            _kubelets: kubelets,
            account,
            control,
            folder: folder.to_owned(),
            _lock: lock,
        };
        plane.wait_for_pools()?;
        Ok(plane)
    }

    fn wait_for_pools(&mut self) -> Result<()> {
        let ready = eventually(120, || {
            self.karpenter.check().map_err(|error| format!("{error:#}"))?;
            for list in ["/apis/karpenter.k8s.aws/v1/ec2nodeclasses", "/apis/karpenter.sh/v1/nodepools"] {
                let objects = self.server.list(list).map_err(|error| format!("{error:#}"))?;
                if objects.is_empty() {
                    return Err(format!("there is nothing in {list}"));
                }
                objects.iter().try_for_each(is_ready)?;
            }
            let metrics = self.server.get("/apis/metrics.k8s.io/v1beta1").map_err(|error| format!("{error:#}"))?;
            if metrics.is_ok() { Ok(()) } else { Err(metrics.to_string()) }
        });
        ready.map_err(anyhow::Error::msg).context("waiting for Karpenter's pools, and metrics")
    }

    /// Runs the curve, and returns what was seen: for the twin, and as files for people.
    pub(super) fn record(mut self, text: &str, curve: &Curve) -> Result<(Recording, BTreeMap<String, String>)> {
        let services: Vec<String> = self.environment.services().map(str::to_owned).collect();
        // A whole second, as the API server keeps no smaller parts.
        let zero = now()?.div_euclid(1000) * 1000 + 1000;
        sleep(Duration::from_millis(u64::try_from(zero - now()?).unwrap_or_default()));
        let mut seen = Seen::new(self.server.clone(), zero, &services);
        let applied = self.apply(&services, zero)?;
        let (mut said, mut failed) = (0.0, 0);
        loop {
            let begun = std::time::Instant::now();
            let second = seconds(zero)?;
            if second >= curve.end() {
                break;
            }
            self.karpenter.check()?;
            self.control.check()?;
            match seen.look(second, |service| curve.at(service, second)) {
                Ok(()) => failed = 0,
                // A server that is busy is asked again.
                Err(error) => {
                    failed += 1;
                    ensure!(failed < PATIENCE, "{failed} looks failed, the last by: {error:#}");
                    eprintln!("a look failed: {error:#}");
                }
            }
            if second - said >= 30.0 {
                said = second;
                eprintln!("{second:5.0} s of {:.0}: {}", curve.end(), seen.words());
            }
            sleep(PAUSE.saturating_sub(begun.elapsed()));
        }
        let faults = self.account.seen()?.faults;
        ensure!(faults.is_empty(), "the account could not answer {faults:?}");
        let syncs = syncs::read(&self.control.audit(), zero, &services)?;
        let log = fs::read_to_string(self.folder.join("karpenter.log")).context("reading Karpenter's log")?;
        let pools: Vec<Json> = self.pools().cloned().collect();
        let recording = Recording {
            environment: self.environment.name.clone(),
            kubernetes: self.version.clone(),
            zero,
            curve: text.to_owned(),
            applied,
            karpenter: seen.karpenter(&log, &pools, &syncs, curve.end()),
            scrapes: seen.scrapes(),
            states: seen.states.clone(),
            syncs,
        };
        let files = seen.files(&recording, curve, |service| {
            self.environment.object("HorizontalPodAutoscaler", service).cloned().unwrap_or_default()
        });
        Ok((recording, files))
    }

    fn pools(&self) -> impl Iterator<Item = &Json> {
        self.environment.items.iter().map(|item| &item.object).filter(|object| object["kind"] == "NodePool")
    }

    /// Applies the services and their autoscalers, and notes when each Deployment was.
    fn apply(&self, services: &[String], zero: i64) -> Result<BTreeMap<String, f64>> {
        let mut applied = BTreeMap::new();
        let of = |item: &&Item| services.iter().any(|service| service == item.application());
        for item in self.environment.items.iter().filter(of) {
            let (before, answer) = (seconds(zero)?, self.argo.apply(item)?);
            ensure!(answer.is_ok(), "{}: {answer}", cluster::title(&item.object));
            if item.object["kind"] == "Deployment" {
                applied.insert(name_of(&item.object).to_owned(), before);
            }
        }
        Ok(applied)
    }
}

/// A run empties the folder, so there is one at a time.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.with_extension("lock");
    fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
    let file = File::options().create(true).append(true).open(&path);
    let file = file.with_context(|| format!("opening `{}`", path.display()))?;
    ensure!(file.try_lock().is_ok(), "`{}` is held: another run is under way", path.display());
    Ok(file)
}

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "it is compared with what the API server writes")]
fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

/// Seconds since the run's zero.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of a run")]
fn seconds(zero: i64) -> Result<f64> {
    Ok((now()? - zero) as f64 / 1000.0)
}
