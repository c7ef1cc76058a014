//! What a pod of a service asks for beside processor time and memory: what stands in its environment, what it may do in AWS, on
//! which nodes it runs. Each may be left out of a table, and then asks for nothing.

use std::collections::BTreeMap;

use super::plain;
use crate::settings::declare::section;
use crate::settings::problem::Problems;
use crate::settings::rules::{Anything, IfSet, between, set, shaped};
use crate::settings::tree;
use crate::settings::{Architecture, CapacityType, Host, KeyId, Queue, SecretRef, Store, Target, Topic, shape};

/// Names that EKS writes into the environment of pods that have a role, and those by which programs find credentials elsewhere,
/// which come first.
const OF_CREDENTIALS: [&str; 9] = [
    "AWS_CONTAINER_",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
];

/// What begins the names by which programs on the crate `service` take their flags.
const OF_FLAGS: &str = "TIDELINE_";

/// The word for whatever has a public address.
pub(crate) const INTERNET: &str = "internet";

section! {
    /// A build of a service in the account's registry.
    pub struct Image {
        /// Tag, never `latest`.
        pub tag: String where shaped("a tag other than `latest`", shape::image_tag),
        /// Digest, which then is what runs.
        pub digest: Option<String> where IfSet(shaped("a digest of `sha256:` and 64 hexadecimal digits", shape::image_digest)),
    }
}

section! {
    /// What a pod may do in AWS, by the names of what is there, in the account and the region of the platform.
    pub struct Permissions {
        /// Objects of buckets below a prefix, and items of tables, that it may read.
        pub read: Vec<Store> where set(Anything); else Vec::new(),
        /// The same that it may write and delete.
        pub write: Vec<Store> where set(Anything); else Vec::new(),
        /// Queues that it may send to.
        pub send: Vec<Queue> where set(Anything); else Vec::new(),
        /// Queues that it may take messages from.
        pub receive: Vec<Queue> where set(Anything); else Vec::new(),
        /// Topics that it may publish to.
        pub publish: Vec<Topic> where set(Anything); else Vec::new(),
        /// Keys of KMS with which the above is encrypted, or a secret that it asks for.
        pub keys: Vec<KeyId> where set(Anything); else Vec::new(),
    }
    else default;
}

impl Permissions {
    /// Does a pod need a role for it? Keys alone allow nothing: they are of what is encrypted with them.
    pub fn need_role(&self) -> bool {
        *self != Self { keys: self.keys.clone(), ..Self::default() }
    }
}

section! {
    /// What a pod may use at most; 0 sets no bound of its own.
    pub struct Limits {
        /// Processor time, in thousandths of a vCPU; above it a pod is slowed down. 0 lets it use what its node has left.
        pub cpu_millicores: u32 where between(0, 64_000); else 0,
        /// Memory in MiB, above which a pod is killed. 0 allows what it asks for.
        pub memory_mib: u32 where between(0, 262_144); else 0,
    }
    else default;
}

section! {
    /// The nodes on which a pod runs.
    pub struct Nodes {
        /// How they are bought; `""` takes what the pools prefer.
        pub capacity_type: Option<CapacityType>; else None,
        /// Architectures of its image; none takes what the pools have.
        pub architectures: Vec<Architecture> where set(Anything); else Vec::new(),
    }
    else default;
}

section! {
    /// How the kubelet finds out that a pod has started, is ready, and is alive.
    pub struct Probes {
        /// Path of the question whether it has started, and then whether it is alive.
        pub liveness_path: String where path; else "/livez".to_owned(),
        /// Path of the question whether it is ready.
        pub readiness_path: String where path; else "/readyz".to_owned(),
        /// Seconds that it may take to start.
        pub startup_seconds: u32 where between(1, 3600); else 30,
        /// Seconds between two questions whether it is ready.
        pub readiness_period_seconds: u32 where between(1, 300); else 5,
        /// Seconds between two questions whether it is alive.
        pub liveness_period_seconds: u32 where between(1, 300); else 10,
        /// Answers that may fail in a row before it counts as dead.
        pub liveness_failures: u32 where between(1, 100); else 3,
    }
    else default;
}

fn path(text: &String) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~?=&%".contains(&byte);
    if text.starts_with('/') && text.bytes().all(allowed) {
        return Ok(());
    }
    Err(format!("is `{text}`, a path such as `/healthz` is expected"))
}

/// A table of what runs, under its name: services, workers and jobs have these fields alike.
macro_rules! runs {
    ($of:expr, $name:expr, $table:expr) => {
        $crate::settings::services::pod::Runs {
            name: $name,
            table: $table,
            image: &$of.image,
            cpu_request_millicores: $of.cpu_request_millicores,
            memory_mib: $of.memory_mib,
            asks: $crate::settings::services::pod::Asks {
                arguments: &$of.arguments,
                environment: &$of.environment,
                secrets: &$of.secrets,
                egress: &$of.egress,
                permissions: &$of.permissions,
                limits: &$of.limits,
                nodes: &$of.nodes,
            },
        }
    };
}

pub(super) use runs;

/// One of the things that run, whatever it is: what all of them have.
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    /// Its name, and that of its service account, its folder and its repository.
    pub name: &'a str,
    /// The table of [`Services`](super::Services) in which it stands.
    pub table: &'static str,
    /// Image that runs.
    pub image: &'a Image,
    /// Processor time that each pod asks for, in thousandths of a vCPU.
    pub cpu_request_millicores: u32,
    /// Memory that each pod asks for, in MiB.
    pub memory_mib: u32,
    /// What else a pod asks for.
    pub asks: Asks<'a>,
}

/// What a pod asks for beside processor time and memory.
#[derive(Debug, Clone, Copy)]
pub struct Asks<'a> {
    /// Arguments after those that the platform gives.
    pub arguments: &'a [String],
    /// Variables of its environment.
    pub environment: &'a BTreeMap<String, String>,
    /// Variables of its environment whose values AWS keeps.
    pub secrets: &'a BTreeMap<String, SecretRef>,
    /// What it reaches outside of the cluster.
    pub egress: &'a [Target],
    /// What it may do in AWS.
    pub permissions: &'a Permissions,
    /// What it may use at most.
    pub limits: &'a Limits,
    /// Where it runs.
    pub nodes: &'a Nodes,
}

impl Runs<'_> {
    /// The memory that a pod may use, in MiB.
    pub fn memory_limit_mib(&self) -> u32 {
        match self.asks.limits.memory_mib {
            0 => self.memory_mib,
            limit => limit,
        }
    }
}

/// The name of a variable of an environment.
pub(super) fn variable(name: &str) -> Result<(), String> {
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let sound =
        name.bytes().next().is_some_and(first) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !sound {
        return Err("is not a name of a variable: use letters, digits and `_`, no digit first".to_owned());
    }
    if OF_CREDENTIALS.iter().any(|taken| name.starts_with(taken)) {
        return Err("is for credentials, which pods get by their role: name in `permissions` what it may do".to_owned());
    }
    if name.starts_with(OF_FLAGS) {
        return Err("is a flag of the service, which policies read in `arguments`: say it there".to_owned());
    }
    Ok(())
}

/// What a pod does not reach by its network policy's `egress`, and where it is said.
fn egress_fits(egress: &[Target], section: &str, problems: &mut Problems<'_>) {
    for (index, target) in egress.iter().enumerate() {
        let message = match &target.host {
            Host::Address(address) if address.is_link_local() || address.is_loopback() => {
                "belongs to the pod or its node, which hands out credentials: remove it"
            }
            Host::Address(address) if address.is_unspecified() => {
                "is nobody's address: write `internet:443` for public addresses"
            }
            Host::Name(_) if target.service().is_some() => {
                "is a Service of the cluster: name this one in the `callers` of that"
            }
            Host::Name(name) if name != INTERNET && !name.contains('.') => {
                "names no host: use one such as `orders.example.com:5432`, or `internet:443` for public addresses"
            }
            _ => continue,
        };
        let key = format!("{}[{index}]", tree::child(section, "egress"));
        problems.report(&key, format!("is `{target}`, which {message}"));
    }
}

/// What does not fit within one table, which stands at `section`.
pub(super) fn asks_fit(runs: &Runs<'_>, section: &str, problems: &mut Problems<'_>) {
    let asks = &runs.asks;
    let (secrets, environment) = (tree::child(section, "secrets"), tree::child(section, "environment"));
    for name in asks.secrets.keys().filter(|name| asks.environment.contains_key(*name)) {
        let other = tree::child(&environment, name);
        problems.report_name(&tree::child(&secrets, name), format!("is `{other}`, too: keep one of them"));
    }
    if !asks.permissions.keys.is_empty() && !asks.permissions.need_role() && asks.secrets.is_empty() {
        let message = "opens keys, but there is nothing else that they could have encrypted: name it, or remove them";
        problems.report(&tree::child(&tree::child(section, "permissions"), "keys"), message.to_owned());
    }
    egress_fits(asks.egress, section, problems);
    plain::holds_no_secret(asks.environment, asks.arguments, section, problems);
    let limits = tree::child(section, "limits");
    let (cpu, memory) = (asks.limits.cpu_millicores, asks.limits.memory_mib);
    let bounds = [
        ("cpu_millicores", cpu, "cpu_request_millicores", runs.cpu_request_millicores),
        ("memory_mib", memory, "memory_mib", runs.memory_mib),
    ];
    for (name, limit, request, asked) in bounds {
        if limit != 0 && limit < asked {
            let key = tree::child(&limits, name);
            let request = problems.other(&key, &tree::child(section, request), asked);
            problems.report(&key, format!("is {limit}, below {request}, which a pod asks for: raise it"));
        }
    }
}
