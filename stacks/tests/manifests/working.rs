//! Workers and jobs, each a table of settings.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use stacks::settings::Settings;
use synth_kubernetes::BuiltManifests;

use crate::{at, build, items, object, settings, text};

/// The environment with two workers and a job.
pub(crate) fn working() -> (Settings, BuiltManifests) {
    let settings = settings("working", include_str!("../fixtures/working.toml"));
    let built = build(&settings);
    (settings, built)
}

fn kinds(built: &BuiltManifests, name: &str) -> BTreeSet<String> {
    let own = built.objects().iter().filter(|object| object.name() == name);
    own.map(|object| object.kind().to_owned()).collect()
}

#[test]
fn a_table_makes_every_object_of_a_worker_and_of_a_job() {
    let (_, built) = working();
    let all = ["Application", "NetworkPolicy", "ServiceAccount"];
    let always = ["Deployment", "PodDisruptionBudget"];
    let asked = ["ScaledObject", "Service", "ServiceMonitor", "TriggerAuthentication"];
    let set = |of: &[&[&str]]| of.concat().into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(kinds(&built, "mailer"), set(&[&all, &always, &asked]));
    assert_eq!(kinds(&built, "indexer"), set(&[&all, &always, &["HorizontalPodAutoscaler"]]));
    assert_eq!(kinds(&built, "report"), set(&[&all, &["CronJob"]]));
}

#[test]
fn a_worker_without_a_port_is_asked_by_nobody_and_lets_nobody_in() {
    let (_, built) = working();
    let container = |name: &str| at(object(&built, "Deployment", name), "/spec/template/spec/containers/0").clone();
    let policy = |name: &str| object(&built, "NetworkPolicy", name);
    for key in ["ports", "readinessProbe", "livenessProbe", "startupProbe", "lifecycle"] {
        assert!(container("indexer").get(key).is_none(), "{key}");
    }
    assert_eq!(policy("indexer").pointer("/spec/ingress"), None);
    assert_eq!(policy("indexer").pointer("/spec/egress"), None);
    assert_eq!(at(policy("indexer"), "/spec/policyTypes"), &json!(["Ingress", "Egress"]));
    // Prometheus asks the other one, which resolves names and calls the target.
    assert_eq!(
        at(&container("mailer"), "/ports"),
        &json!([{ "containerPort": 9090, "name": "admin", "protocol": "TCP" }])
    );
    assert_eq!(at(policy("mailer"), "/spec/ingress/0/ports"), &json!([{ "port": 9090, "protocol": "TCP" }]));
    // It also gets the credentials of its role, and reaches its queue.
    let ways_out = items(policy("mailer"), "/spec/egress");
    let ports: Vec<_> = ways_out.iter().map(|way| at(way, "/ports/0/port").clone()).collect();
    assert_eq!(ports, [json!(53), json!(3000), json!(80), json!(443)]);
    let called = json!([{ "podSelector": { "matchLabels": { "app.kubernetes.io/name": "mailer" } } }]);
    let target = items(object(&built, "NetworkPolicy", "mock-target-server"), "/spec/ingress");
    assert!(target.iter().any(|rule| rule["from"].as_array().unwrap().contains(&called[0])), "{target:?}");
}

#[test]
fn a_worker_leaves_in_the_time_that_it_asks_for() {
    let (_, built) = working();
    let grace = |name: &str| {
        at(object(&built, "Deployment", name), "/spec/template/spec/terminationGracePeriodSeconds").clone()
    };
    assert_eq!((grace("mailer"), grace("indexer")), (json!(60), json!(30)));
}

#[test]
fn pods_follow_a_queue_as_kedas_operator_asks_for_it() {
    let (_, built) = working();
    let triggers = items(object(&built, "ScaledObject", "mailer"), "/spec/triggers");
    let queue = json!({
        "type": "aws-sqs-queue",
        "name": "queue",
        "metricType": "AverageValue",
        "metadata": {
            "awsRegion": "eu-north-1",
            "queueLength": "20",
            "queueURL": "https://sqs.eu-north-1.amazonaws.com/111122223333/mails",
            "scaleOnInFlight": "true",
        },
        "authenticationRef": { "name": "mailer" },
    });
    assert_eq!(triggers[1], queue);
    let asks = at(object(&built, "TriggerAuthentication", "mailer"), "/spec");
    assert_eq!(asks, &json!({ "podIdentity": { "provider": "aws" } }));
    let values = at(object(&built, "Application", "keda"), "/spec/source/helm/valuesObject");
    assert_eq!(at(values, "/podAnnotations"), &json!({ "keda": { "tideline/role": "working-keda-operator" } }));
}

#[test]
fn a_run_is_never_two_and_begins_anew_where_it_was_taken_away() {
    let (_, built) = working();
    let job = at(object(&built, "CronJob", "report"), "/spec");
    let of = |pointer: &str| at(job, pointer).clone();
    assert_eq!((text(job, "/schedule"), text(job, "/timeZone")), ("30 3 * * *", "Europe/Stockholm"));
    assert_eq!((of("/concurrencyPolicy"), of("/startingDeadlineSeconds")), (json!("Forbid"), json!(600)));
    let run = "/jobTemplate/spec";
    assert_eq!(of(&format!("{run}/activeDeadlineSeconds")), json!(1200));
    assert_eq!(of(&format!("{run}/backoffLimit")), json!(2));
    assert_eq!(of(&format!("{run}/podReplacementPolicy")), json!("Failed"));
    let ignored =
        json!([{ "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] }]);
    assert_eq!(of(&format!("{run}/podFailurePolicy/rules")), ignored);
    let pod = format!("{run}/template/spec");
    assert_eq!(of(&format!("{pod}/restartPolicy")), json!("Never"), "a policy for failures asks for it");
    assert_eq!(of(&format!("{pod}/containers/0/args")), json!(["--yesterday"]));
    assert_eq!(of(&format!("{run}/template/metadata/annotations")), json!({ "karpenter.sh/do-not-disrupt": "true" }));
}

#[test]
fn the_quota_has_room_for_a_run_beside_one_by_hand() {
    let (_, built) = working();
    let plain = build(&settings("working", &{
        let text = include_str!("../fixtures/working.toml");
        text.split("[services.jobs.report]").next().unwrap().to_owned()
    }));
    let hard = |built: &BuiltManifests, of: &str| {
        let quota = built.of_kind("ResourceQuota").next().unwrap().object().clone();
        let amount = at(&quota, &format!("/spec/hard/{of}")).as_str().unwrap().to_owned();
        amount.trim_end_matches(|unit: char| !unit.is_ascii_digit()).parse::<u64>().unwrap()
    };
    for (of, more) in [("pods", 2), ("requests.cpu", 1000), ("requests.memory", 1024), ("limits.memory", 1024)] {
        assert_eq!(hard(&built, of), hard(&plain, of) + more, "{of}");
    }
}

#[test]
fn admission_knows_who_needs_no_probes_and_what_keda_writes() {
    let (_, built) = working();
    let expressions = |name: &str| -> String {
        let rules = items(object(&built, "ValidatingAdmissionPolicy", name), "/spec/validations");
        rules.iter().map(|rule| text(rule, "/expression")).collect()
    };
    assert!(
        expressions("services-templates")
            .contains("object.spec.template.spec.?serviceAccountName.orValue('') in [\"indexer\"]")
    );
    assert!(!expressions("services-templates").contains("mailer"));
    assert!(expressions("services-by-hand").contains("triggerauthentications"));
}

#[test]
fn somebody_hears_of_a_run_that_did_not_begin() {
    let (_, built) = working();
    let rule: &Json = object(&built, "PrometheusRule", "jobs");
    let alert = at(rule, "/spec/groups/0/rules/0");
    assert_eq!(text(alert, "/alert"), "JobNotStarted");
    assert!(text(alert, "/expr").ends_with("> 600"), "{alert}");
    let runbooks = include_str!("../../../docs/runbooks.md");
    assert!(runbooks.contains("\n## JobNotStarted\n"));
}
