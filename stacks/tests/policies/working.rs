//! Workers and jobs: what holds for services holds for them, and what is theirs alone.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::Platform;

use crate::fixture::{BASE, TODAY, build, edit, found, of_the_guide, remove, set, settings};

pub(crate) const WORKING: &str = include_str!("../fixtures/working.toml");

/// What the fixture's last layers add to the plainest environment.
fn with(overrides: &str) -> Platform {
    build(&settings("working", &[BASE, WORKING, overrides]))
}

fn working() -> Platform {
    with("")
}

/// The findings of a policy once the fixture is changed. It finds nothing before.
#[track_caller]
fn changed(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = working();
    assert_eq!(found(&platform, code), "", "the policy passes on the sound platform");
    change(&mut platform);
    found(&platform, code)
}

/// The same once its settings are others.
#[track_caller]
fn changed_by(code: &str, overrides: &str) -> String {
    changed(code, |platform| *platform = with(overrides))
}

#[test]
fn workers_and_jobs_pass_every_policy() {
    let review = stacks::policies::review(&working(), TODAY);
    let findings: Vec<_> = review.findings.iter().filter(|of| of.code != "VER007").map(ToString::to_string).collect();
    assert_eq!(findings.join("\n"), "");
}

#[test]
fn only_a_container_without_a_port_needs_no_probes() {
    let probes = |worker: &'static str| {
        changed("HA005", |platform| {
            edit(platform, "Deployment", worker, |object| {
                let container = &mut object["spec"]["template"]["spec"]["containers"][0];
                for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
                    container.as_object_mut().unwrap().remove(probe);
                }
            });
        })
    };
    assert_eq!(probes("indexer"), "");
    assert_snapshot!(probes("mailer"), @r"
    Deployment/mailer in working/manifests/mailer/deployment.yaml has a container `mailer` without a `readinessProbe`
      mend: give the container a `readinessProbe`
    Deployment/mailer in working/manifests/mailer/deployment.yaml has a container `mailer` without a `livenessProbe`
      mend: give the container a `livenessProbe`
    Deployment/mailer in working/manifests/mailer/deployment.yaml has a container `mailer` without a `startupProbe`
      mend: give the container a `startupProbe`
    ");
}

#[test]
fn a_worker_that_needs_longer_than_spot_gives_is_found_where_spot_may_be() {
    let long = "[services.workers.mailer]\nstop_seconds = 300\n";
    assert_snapshot!(changed_by("DRAIN009", long), @r"
    Deployment/mailer in working/manifests/mailer/deployment.yaml may take 300 s to end what it has begun, but on the nodes of NodePool/spot it has 115 s: Spot gives 120 s, of which 5 s pass before the pod is told
      mend: lower `stop_seconds` to 115 or less, or set `nodes.capacity_type` to `on-demand`
    ");
    let kept = format!("{long}nodes = {{ capacity_type = \"on-demand\" }}\n");
    assert_eq!(changed_by("DRAIN009", &kept), "");
}

#[test]
fn a_queue_that_keda_may_not_count_is_found() {
    const KIND: &str = "ScaledObject";
    let trigger = |key: &str, value: &str| {
        changed("SCALE026", |platform| {
            set(platform, KIND, "mailer", &format!("/spec/triggers/1/metadata/{key}"), value);
        })
    };
    assert_snapshot!(trigger("queueURL", "https://sqs.eu-north-1.amazonaws.com/111122223333/letters"), @r"
    ScaledObject/mailer in working/manifests/mailer/scaled-object.yaml asks by its trigger `queue` for `https://sqs.eu-north-1.amazonaws.com/111122223333/letters`, which the role of KEDA's operator may not read
      mend: allow `sqs:GetQueueAttributes` on `arn:aws:sqs:eu-north-1:111122223333:letters` to the role of its service account `keda-operator`
    ");
    assert_snapshot!(trigger("queueURL", "https://sqs.eu-north-1.amazonaws.com/210987654321/mails"), @r"
    ScaledObject/mailer in working/manifests/mailer/scaled-object.yaml asks by its trigger `queue` for `https://sqs.eu-north-1.amazonaws.com/210987654321/mails`, which is no queue of this account and region
      mend: name a queue of the platform's own account and region
    ");
    assert_snapshot!(trigger("awsRegion", "eu-west-1"), @r"
    ScaledObject/mailer in working/manifests/mailer/scaled-object.yaml asks by its trigger `queue` for `https://sqs.eu-north-1.amazonaws.com/111122223333/mails`, which is no queue of this account and region
      mend: name a queue of the platform's own account and region
    ");
    assert_snapshot!(trigger("scaleOnInFlight", "false"), @r"
    ScaledObject/mailer in working/manifests/mailer/scaled-object.yaml asks by its trigger `queue` for messages that nobody has taken yet: pods go while they still work on the last ones
      mend: set `scaleOnInFlight` to `true`
    ");
    let alone = changed("SCALE026", |platform| remove(platform, "TriggerAuthentication", "mailer"));
    assert_snapshot!(alone, @r"
    ScaledObject/mailer in working/manifests/mailer/scaled-object.yaml asks by its trigger `queue` without a TriggerAuthentication that lets it ask with its role
      mend: name one with `podIdentity.provider: aws` in `authenticationRef`
    ");
    let other = changed("SCALE026", |platform| {
        set(platform, "TriggerAuthentication", "mailer", "/spec/podIdentity/provider", "azure-workload");
    });
    assert_eq!(other, alone);
    assert_snapshot!(changed("SCALE022", |platform| set(platform, KIND, "mailer", "/spec/fallback", ())), @r"
    ScaledObject/mailer in working/manifests/mailer/scaled-object.yaml has no fallback for the time without an answer
      mend: add a `fallback`
    ");
}

#[test]
fn a_run_at_a_time_that_clocks_jump_over_is_found() {
    let at = |time: &str| changed_by("SCALE028", &format!("[services.jobs.report]\nschedule = \"{time}\"\n"));
    assert_snapshot!(at("30 2 * * *"), @r"
    CronJob/report in working/manifests/report/cron-job.yaml does not run on 2026-03-29, when clocks of its time zone jump over 02:30:00
      mend: set `services.jobs.report.schedule` to a time that every day has, or run it by `Etc/UTC`
    ");
    assert_eq!(at("30 2 * * mon"), "", "clocks change on Sundays");
    let zone = |zone: &str| at(&format!("30 2 * * *\"\ntime_zone = \"{zone}"));
    assert_eq!(zone("Etc/UTC"), "");
}

#[test]
fn a_run_that_lasts_until_the_next_is_found() {
    let often =
        |minutes: u32| changed_by("SCALE027", &format!("[services.jobs.report]\nschedule = \"*/{minutes} * * * *\"\n"));
    assert_eq!(often(20), "");
    assert_snapshot!(often(15), @r"
    CronJob/report in working/manifests/report/cron-job.yaml may last 1200 s, but the next run is due after 900 s, and does not begin while one lasts
      mend: lower `services.jobs.report.deadline_seconds` to 900 or less, or let it run less often
    ");
    let endless = |object: &mut Json| object["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] = Json::Null;
    assert_snapshot!(changed("SCALE027", |platform| edit(platform, "CronJob", "report", endless)), @r"
    CronJob/report in working/manifests/report/cron-job.yaml may last any time, but the next run is due after 86400 s, and does not begin while one lasts
      mend: lower `services.jobs.report.deadline_seconds` to 86400 or less, or let it run less often
    ");
    let beside = changed("SCALE027", |platform| {
        edit(platform, "CronJob", "report", |object| {
            endless(object);
            object["spec"]["concurrencyPolicy"] = "Allow".into();
        });
    });
    assert_eq!(beside, "", "runs may overlap");
}

#[test]
fn a_run_that_its_node_does_not_wait_for_is_found() {
    let lasts =
        |seconds: u32| changed_by("DRAIN012", &format!("[services.jobs.report]\ndeadline_seconds = {seconds}\n"));
    assert_eq!(lasts(1770), "");
    assert_snapshot!(lasts(1771), @r"
    CronJob/report in working/manifests/report/cron-job.yaml may last 1801 s with the time to leave, but a node of NodePool/on-demand that has to go waits 1800 s for it
      mend: lower `services.jobs.report.deadline_seconds` to 1770 or less, or raise `karpenter.termination_grace_period` to 1801s or more
    ");
}

#[test]
fn a_long_run_on_spot_alone_is_found() {
    let on = |bought: &str, seconds: u32| {
        let text = format!(
            "[services.jobs.report]\ndeadline_seconds = {seconds}\nnodes = {{ capacity_type = \"{bought}\" }}\n"
        );
        changed_by("DRAIN013", &text)
    };
    assert_eq!(on("spot", 1800), "");
    assert_eq!(on("on-demand", 7200), "");
    assert_snapshot!(on("spot", 7200), @r"
    CronJob/report in working/manifests/report/cron-job.yaml runs on Spot alone, and may last 7200 s
      mend: set `services.jobs.report.nodes.capacity_type` to `on-demand`, or lower `services.jobs.report.deadline_seconds` to 1800 or less
    ");
}

#[test]
fn what_holds_for_pods_of_services_holds_for_those_of_jobs() {
    let container = "/spec/jobTemplate/spec/template/spec/containers/0";
    let job = |code: &str, pointer: &str, value: Json| {
        changed(code, |platform| set(platform, "CronJob", "report", pointer, value))
    };
    assert_snapshot!(job("IMG001", &format!("{container}/image"), json!("111122223333.dkr.ecr.eu-north-1.amazonaws.com/working/report")), @r"
    CronJob/report in working/manifests/report/cron-job.yaml runs `111122223333.dkr.ecr.eu-north-1.amazonaws.com/working/report`, which may be another image tomorrow
      mend: use a version as the tag, or a digest
    ");
    assert_snapshot!(job("SEC006", "/spec/jobTemplate/spec/template/spec/automountServiceAccountToken", json!(true)), @r"
    CronJob/report in working/manifests/report/cron-job.yaml mounts a token of the Kubernetes API
      mend: set `automountServiceAccountToken: false`
    ");
    assert_snapshot!(job("SEC005", &format!("{container}/securityContext/readOnlyRootFilesystem"), json!(false)), @r"
    CronJob/report in working/manifests/report/cron-job.yaml has a container `report` that may change its own files
      mend: set `readOnlyRootFilesystem: true`
    ");
    assert_snapshot!(changed("LINK014", |platform| remove(platform, "ServiceAccount", "report")), @r"
    CronJob/report in working/manifests/report/cron-job.yaml names ServiceAccount/report, which does not exist
      mend: declare the ServiceAccount, or name another
    ");
    let large = "[services.jobs.report]\ncpu_request_millicores = 64000\n";
    assert_snapshot!(changed_by("SCALE001", large), @r"
    NodePool/on-demand in working/manifests/node-pools/node-pool-on-demand.yaml makes no node that hosts a pod of report (64000m and 512Mi)
      mend: allow larger nodes, or lower `cpu_request_millicores` or `memory_mib` of the service
    ");
    let stays = "[services.jobs.report]\nstop_seconds = 3600\n";
    assert_snapshot!(changed_by("DRAIN005", stays), @r"
    NodePool/on-demand in working/manifests/node-pools/node-pool-on-demand.yaml ends its nodes after 1800 s, but their pods may take 3600 s to leave
      mend: raise `karpenter.termination_grace_period` to 3600s or more
    NodePool/spot in working/manifests/node-pools/node-pool-spot.yaml ends its nodes after 1800 s, but their pods may take 3600 s to leave
      mend: raise `karpenter.termination_grace_period` to 3600s or more
    ");
}

#[test]
fn the_default_environment_passes_with_the_worker_and_the_job_of_the_guide() {
    for (heading, kind, name) in
        [("### A worker on a queue", "ScaledObject", "mailer"), ("### A nightly job", "CronJob", "report")]
    {
        let platform = build(&settings("default", &[BASE, of_the_guide(heading)]));
        let review = stacks::policies::review(&platform, TODAY);
        let findings = review.findings.iter().filter(|of| of.code != "VER007").map(ToString::to_string);
        assert_eq!(findings.collect::<Vec<_>>().join("\n"), "", "{heading}");
        assert!(platform.objects().any(|object| object.kind() == kind && object.name() == name), "{heading}");
    }
}
