//! The real Karpenter, with its real AWS provider, as its Application's values start it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    account::Account, control_plane::free_ports, definitions, environment::Environment, process::Process,
    programs::Programs, server::Server,
};
use anyhow::{Context, Result, bail, ensure};

const PROGRAM: &str = "karpenter";
const DEFINITIONS: &str = "karpenter-crds";

/// A running controller.
#[derive(Debug)]
pub struct Karpenter {
    process: Process,
    log: PathBuf,
}

/// Each value of the chart's `settings` and the variable that its template makes of it.
const VARIABLES: [(&str, &str); 9] = [
    ("clusterName", "CLUSTER_NAME"),
    ("interruptionQueue", "INTERRUPTION_QUEUE"),
    ("enableZonalShift", "ENABLE_ZONAL_SHIFT"),
    ("preferencePolicy", "PREFERENCE_POLICY"),
    ("batchIdleDuration", "BATCH_IDLE_DURATION"),
    ("batchMaxDuration", "BATCH_MAX_DURATION"),
    ("minValuesPolicy", "MIN_VALUES_POLICY"),
    ("reservedENIs", "RESERVED_ENIS"),
    ("vmMemoryOverheadPercent", "VM_MEMORY_OVERHEAD_PERCENT"),
];

/// The same for `settings.featureGates`, with the chart's defaults.
const GATES: [(&str, &str, bool); 6] = [
    ("reservedCapacity", "ReservedCapacity", true),
    ("spotToSpotConsolidation", "SpotToSpotConsolidation", false),
    ("nodeRepair", "NodeRepair", false),
    ("nodeOverlay", "NodeOverlay", false),
    ("staticCapacity", "StaticCapacity", false),
    ("capacityBuffer", "CapacityBuffer", false),
];

impl Karpenter {
    /// Makes its kinds, by the definitions that its own module brings.
    pub fn define(programs: &Programs, server: &Server) -> Result<()> {
        definitions::define(server, &programs.path(DEFINITIONS), "make karpenter")
    }

    /// Starts it as an environment's Application does, save `over`: variables that a test sets otherwise.
    pub fn start(
        programs: &Programs,
        environment: &Environment,
        account: &Account,
        kubeconfig: &Path,
        folder: &Path,
        over: &[(&str, &str)],
    ) -> Result<Self> {
        let mut variables = variables(environment)?;
        variables.extend(endpoints(account, environment.settings.aws.region.name)?);
        let [metrics, health] = free_ports()?;
        let plain = [
            ("KUBECONFIG", kubeconfig.display().to_string()),
            ("SYSTEM_NAMESPACE", environment.settings.karpenter.namespace.clone()),
            ("KARPENTER_SERVICE", PROGRAM.to_owned()),
            ("METRICS_PORT", metrics.to_string()),
            ("HEALTH_PROBE_PORT", health.to_string()),
            ("DISABLE_LEADER_ELECTION", "true".to_owned()),
            ("LOG_LEVEL", "debug".to_owned()),
        ];
        variables.extend(plain.map(|(name, value)| (name.to_owned(), value)));
        for (name, value) in over {
            variables.retain(|(known, _)| known != name);
            variables.push(((*name).to_owned(), (*value).to_owned()));
        }
        // Nothing of this process's own environment: it may hold what reaches a real cloud.
        let mut arguments = vec!["-i".to_owned()];
        arguments.extend(variables.iter().map(|(name, value)| format!("{name}={value}")));
        arguments.push(programs.path(PROGRAM).display().to_string());
        let log = folder.join("karpenter.log");
        Ok(Self { process: Process::start(Path::new("env"), &arguments, &log)?, log })
    }

    /// Does it still run? If not, the end of what it said is the error.
    pub fn check(&mut self) -> Result<()> {
        if self.process.has_ended() {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            bail!("karpenter has ended: {}", said.lines().last().unwrap_or_default());
        }
        Ok(())
    }
}

/// The environment variables that the chart's template makes of the Application's values. A value that is not known
/// here is an error: it would be left out.
fn variables(environment: &Environment) -> Result<Vec<(String, String)>> {
    let application = environment.object("Application", PROGRAM)?;
    let values = &application["spec"]["source"]["helm"]["valuesObject"];
    let settings = values["settings"].as_object().context("the chart has no `settings`")?;
    let mut variables = Vec::new();
    for (key, value) in settings {
        if key == "featureGates" {
            continue;
        }
        let known = VARIABLES.iter().find(|(name, _)| name == key);
        let (_, name) = known.with_context(|| format!("the chart makes nothing of `settings.{key}` here"))?;
        variables.push(((*name).to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    let gates = &settings.get("featureGates").cloned().unwrap_or_default();
    for key in gates.as_object().into_iter().flat_map(|gates| gates.keys()) {
        ensure!(GATES.iter().any(|(name, ..)| name == key), "there is no gate `{key}`");
    }
    let gates = GATES.map(|(key, name, default)| format!("{name}={}", gates[key].as_bool().unwrap_or(default)));
    variables.push(("FEATURE_GATES".to_owned(), gates.join(",")));
    let cpu = values["controller"]["resources"]["requests"]["cpu"].as_str().context("its CPU is not asked for")?;
    let millis = cpu.parse::<u64>().map(|cores| cores * 1000).or_else(|_| cpu.trim_end_matches('m').parse());
    variables.push(("CPU_REQUESTS".to_owned(), millis.context("its CPU is no quantity")?.to_string()));
    Ok(variables)
}

/// Everything that it could ask of AWS, asked of the account: no call may leave the loopback device.
fn endpoints(account: &Account, region: &str) -> Result<Vec<(String, String)>> {
    let mut all = vec![("AWS_ENDPOINT_URL".to_owned(), account.endpoint().to_owned())];
    let services = ["EC2", "SSM", "IAM", "EKS", "PRICING", "SQS", "STS", "ARC_ZONAL_SHIFT"];
    all.extend(services.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), account.endpoint().to_owned())));
    for (name, address) in &all {
        ensure!(address.starts_with("http://127.0.0.1:"), "{name} would be `{address}`");
    }
    let plain = [
        ("AWS_REGION", region),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    all.extend(plain.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(all)
}
