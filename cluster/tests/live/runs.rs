//! Runs of jobs: the real controllers begin one by its schedule, and its pod ends.

use cluster::{Environment, Node, eventually, holds, name_of};
use serde_json::{Value as Json, json};

use crate::world::{PODS, TYPE, World, world};

const JOB: &str = "report";
const JOBS: &str = "/apis/batch/v1/namespaces/services/jobs";
const CRON_JOBS: &str = "/apis/batch/v1/namespaces/services/cronjobs";

const SETTINGS: &str = "
[services.jobs.report]
schedule = \"* * * * *\"
deadline_seconds = 50
cpu_request_millicores = 100
memory_mib = 64

[services.jobs.report.image]
tag = \"0.1.0\"
digest = \"\"
";

/// The pods of a Job.
fn pods(world: &World, job: &str) -> Vec<Json> {
    let owned = |pod: &Json| pod["metadata"]["ownerReferences"][0]["name"] == job;
    world.server.list(PODS).unwrap().into_iter().filter(owned).collect()
}

/// Waits for a Job to be done, and returns it.
fn done(world: &World, seconds: u64, of: impl Fn(&Json) -> bool) -> Json {
    let done = eventually(seconds, || {
        let jobs = world.server.list(JOBS).unwrap();
        let found = jobs.into_iter().find(&of).ok_or("no run has begun")?;
        if holds(&found, "Complete") { Ok(found) } else { Err(format!("{}: {}", name_of(&found), found["status"])) }
    });
    done.unwrap_or_else(|reason| panic!("{reason}"))
}

#[test]
fn a_run_begins_by_its_schedule_and_by_hand_and_argo_cd_sees_no_drift() {
    let (_turn, world) = world(&Node::in_each_zone(2, TYPE), 3);
    let environment = Environment::fixture_with(SETTINGS).unwrap_or_else(|error| panic!("{error:#}"));
    let items: Vec<_> = environment.items.iter().filter(|item| item.application() == JOB).collect();
    let synced = world.argo.sync_of(items.iter().copied());
    assert!(synced.all.is_empty() && synced.taken.len() == items.len(), "{synced}");

    let run = done(world, 120, |job| job["metadata"]["ownerReferences"][0]["name"] == JOB);
    let pods_of_run = pods(world, name_of(&run));
    let [pod] = pods_of_run.as_slice() else { panic!("{} has pods {pods_of_run:?}", name_of(&run)) };
    assert_eq!(pod["status"]["phase"], "Succeeded");
    assert_eq!(pod["metadata"]["annotations"]["karpenter.sh/do-not-disrupt"], "true");
    for item in &items {
        assert_eq!(world.argo.drift(item).unwrap(), [""; 0], "while it runs");
    }

    // As `kubectl create job --from` does it, by an administrator.
    let cron_job = world.server.get(&format!("{CRON_JOBS}/{JOB}")).unwrap().object().unwrap();
    let spec = cron_job["spec"]["jobTemplate"]["spec"].clone();
    let annotations = json!({ "cronjob.kubernetes.io/instantiate": "manual" });
    let metadata = json!({ "name": "report-now", "namespace": "services", "annotations": annotations });
    let by_hand = json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec });
    world.server.create(&by_hand, "").unwrap().object().unwrap_or_else(|words| panic!("{words}"));
    done(world, 60, |job| name_of(job) == "report-now");

    world.remove(&format!("{CRON_JOBS}/{JOB}"));
    for job in world.server.list(JOBS).unwrap() {
        world.remove(&format!("{JOBS}/{}", name_of(&job)));
    }
}
