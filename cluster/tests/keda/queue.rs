//! A worker's pods follow the messages of its queue: those that wait, and those that somebody works on.

use cluster::{
    Argo, ControlPlane, Environment, Item, Keda, Node, Parts, Programs, Server, definitions, eventually, holds_for,
    name_of, root, version_under_test,
};

use crate::{scaled::Scaled, sqs::Sqs};

const WORKER: &str = "mailer";
const QUEUE: &str = "mails";

/// The worker of the fixture, by its queue alone.
const SETTINGS: &str = "
[services.workers.mailer]
min_replicas = 3
max_replicas = 12
cpu_request_millicores = 100
memory_mib = 64
scale_on = [\"queue\"]
queue = \"sqs://mails\"
target_messages = 20

[services.workers.mailer.permissions]
receive = [\"sqs://mails\"]

[services.workers.mailer.image]
tag = \"0.1.0\"
digest = \"\"
";

/// In place of five minutes, which are the same in everything else.
const WINDOW: u64 = 15;

const REST: u64 = 3;
/// Messages of seven pods, more than the fallback's six, so that nobody takes the one for the other.
const MESSAGES: usize = 140;
const LOADED: u64 = 7;

/// What the operator has in place of the role that AWS gives it.
const CREDENTIALS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "mock"), ("AWS_SECRET_ACCESS_KEY", "mock"), ("AWS_EC2_METADATA_DISABLED", "true")];

/// The worker's objects, as they are synced; where AWS answers, and how long a quiet worker waits, are not as they are written.
fn items(environment: &Environment, sqs: &str) -> Vec<Item> {
    let of = ["platform", "admission", WORKER];
    let mut items: Vec<_> = environment.items.iter().filter(|item| of.contains(&item.application())).cloned().collect();
    for item in items.iter_mut().filter(|item| item.object["kind"] == "ScaledObject") {
        let spec = &mut item.object["spec"];
        spec["triggers"][0]["metadata"]["awsEndpoint"] = sqs.into();
        spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"] =
            WINDOW.into();
    }
    items
}

#[track_caller]
fn wait(server: &Server, seconds: u64, replicas: u64) {
    let reached = eventually(seconds, || {
        let scaled = Scaled::look(server, WORKER)?;
        scaled.is_ready()?;
        if scaled.falls_back() { Err(format!("{scaled}, and it falls back")) } else { scaled.has(replicas) }
    });
    reached.unwrap_or_else(|reason| panic!("{replicas} pods are wanted: {reason}"));
}

#[test]
fn messages_become_replicas_and_those_in_work_keep_them() {
    let folder = root().join("target/cluster/run/keda-queue");
    let programs = Programs::of(&version_under_test()).unwrap_or_else(|error| panic!("{error:#}"));
    let plane = ControlPlane::start(&programs, &folder, Parts::Metrics).unwrap_or_else(|error| panic!("{error:#}"));
    let server = plane.server().unwrap();
    let argo = Argo::install(&server).unwrap();
    let ours: Vec<_> = definitions().unwrap().into_iter().filter(|one| !name_of(one).contains("keda")).collect();
    argo.define(&ours).unwrap();
    Keda::define(&programs, &server).unwrap_or_else(|error| panic!("{error:#}"));
    for node in Node::in_each_zone(4, "m7i.xlarge") {
        node.join(&server).unwrap();
    }
    let environment = Environment::fixture_with(SETTINGS).unwrap_or_else(|error| panic!("{error:#}"));
    let sqs = Sqs::start(QUEUE, &folder);
    let _keda = Keda::start_as(&programs, &plane, &environment.settings.keda.namespace, &folder, &CREDENTIALS)
        .unwrap_or_else(|error| panic!("{error:#}\nwhat they said is in `{}`", folder.display()));
    let items = items(&environment, &sqs.address());
    let synced = argo.sync_of(&items);
    assert!(synced.all.is_empty() && synced.taken.len() == items.len(), "{synced}");

    wait(&server, 180, REST);
    println!("at rest: {REST} pods");
    Scaled::look(&server, WORKER).unwrap().is_as_foreseen();
    sqs.send(MESSAGES);
    wait(&server, 180, LOADED);
    println!("{MESSAGES} messages wait: {LOADED} pods");

    let taken = sqs.take(MESSAGES);
    let held = holds_for(60, || Scaled::look(&server, WORKER)?.has(LOADED));
    held.unwrap_or_else(|reason| panic!("{reason}"));
    println!("all of them are in work for a minute: {LOADED} pods");
    sqs.delete(&taken);
    wait(&server, 600, REST);
    println!("all of them are done: {REST} pods");

    // Whoever looks at Git sees nothing of what KEDA wrote.
    for item in items.iter().filter(|item| item.application() == WORKER) {
        assert_eq!(argo.drift(item).unwrap(), [""; 0]);
    }
}
