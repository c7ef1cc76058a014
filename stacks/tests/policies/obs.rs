//! OBS: alerts that ask for nothing, replicas that differ, and a Prometheus that dies when it is needed.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::Platform;

use crate::fixture::{broken, edit, found, large, remove, set, with};

const STACK: &str = "kube-prometheus-stack";

/// Sets a value of the stack; `null` removes it.
fn value(pointer: &str, value: impl Into<Json>) -> impl FnOnce(&mut Platform) {
    let (pointer, value) = (format!("/spec/source/helm/valuesObject{pointer}"), value.into());
    move |platform| set(platform, "Application", STACK, &pointer, value)
}

#[test]
fn alerts_that_say_only_that_nodes_are_well_filled_are_found() {
    assert_snapshot!(broken("OBS001", value("/defaultRules/disabled/KubeCPUOvercommit", ())), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml raises KubeCPUOvercommit for as long as nodes and quotas are well filled
          mend: turn them off in `defaultRules.disabled` of its values
        ");
    assert_snapshot!(broken("OBS001", value("/defaultRules/disabled", ())), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml raises KubeCPUOvercommit and KubeCPUQuotaOvercommit and KubeMemoryOvercommit and KubeMemoryQuotaOvercommit and KubeQuotaFullyUsed and KubeletTooManyPods for as long as nodes and quotas are well filled
          mend: turn them off in `defaultRules.disabled` of its values
        ");
    // A group that is off as a whole raises none of them.
    let mut off = with("");
    value("/defaultRules/disabled", ())(&mut off);
    value("/defaultRules/rules", json!({ "kubernetesResources": false, "kubernetesSystem": false }))(&mut off);
    assert_eq!(found(&off, "OBS001"), "");
}

#[test]
fn replicas_that_answer_by_turns_are_found() {
    assert_snapshot!(broken("OBS002", value("/prometheus/service", ())), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml spreads requests over 2 pods of prometheus, each with data of its own
          mend: set `prometheus.service.sessionAffinity` of its values to `ClientIP`
        ");
    assert_snapshot!(broken("OBS002", value("/alertmanager/service/sessionAffinity", "None")), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml spreads requests over 2 pods of alertmanager, each with data of its own
          mend: set `alertmanager.service.sessionAffinity` of its values to `ClientIP`
        ");
    assert_snapshot!(broken("OBS002", value("/grafana/replicas", 2)), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml runs 2 pods of Grafana, each with users, sessions and changes of its own
          mend: leave `grafana.replicas` of its values at 1
        ");
    let mut single = with("[observability]\nprometheus_replicas = 1");
    value("/prometheus/service", ())(&mut single);
    assert_eq!(found(&single, "OBS002"), "", "one pod answers like itself");
}

#[test]
fn a_prometheus_too_small_for_the_series_of_the_maximum_is_found() {
    let memory = "/prometheus/prometheusSpec/resources/limits/memory";
    assert_snapshot!(broken("OBS003", value(memory, "1Gi")), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml gives Prometheus 1024Mi, but the autoscalers' maximum makes 292575 series in three hours, which take 1399Mi: 16 nodes and 137 pods, 12 of them of services
          mend: raise `observability.own_series`, so that `prometheus.prometheusSpec.resources` of its values is 1399Mi or more
        ");
}

/// Whatever the maximum is, the memory is enough for what the pools then make.
#[test]
fn the_memory_of_prometheus_follows_from_the_largest_size() {
    let of = |platform: &Platform| {
        assert_eq!(found(platform, "OBS003"), "");
        let stack = platform.objects().find(|of| of.kind() == "Application" && of.name() == STACK).unwrap();
        let memory =
            &stack.object()["spec"]["source"]["helm"]["valuesObject"]["prometheus"]["prometheusSpec"]["resources"];
        memory["limits"]["memory"].as_str().unwrap().strip_suffix("Mi").unwrap().parse::<u64>().unwrap()
    };
    let sizes = [(6, 500, 256), (90, 500, 256), (400, 500, 256), (200, 1700, 128), (200, 100, 2048), (60, 14_000, 512)];
    let services = sizes.map(|(most, cpu, memory)| {
        of(&with(&format!(
            "[services.cors_proxy_server]\nmax_replicas = {most}\ncpu_request_millicores = {cpu}\nmemory_mib = {memory}"
        )))
    });
    assert!(services[0] < services[1] && services[1] < services[2], "{services:?}");
    assert!(of(&with("[observability]\nown_series = 1000000")) > services[0] + 4000);
    of(&large());
}

#[test]
fn a_prometheus_that_comes_to_its_limit_unannounced_is_found() {
    assert_snapshot!(broken("OBS003", |platform| remove(platform, "PrometheusRule", "observability")), @r"
        Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml tells nobody before Prometheus reaches the limit of its memory
          mend: alert on `container_memory_working_set_bytes` of its container, as a share of its limit
        ");
    let at_the_limit = |rules: &mut Json| {
        let alert = &mut rules["spec"]["groups"][0]["rules"][0]["expr"];
        *alert = alert.as_str().unwrap().replace("> 0.8", "> 1.0").into();
    };
    assert_ne!(broken("OBS003", |platform| edit(platform, "PrometheusRule", "observability", at_the_limit)), "");
}

#[test]
fn an_environment_that_tells_nobody_is_found() {
    let untold = "[observability.receivers]\nwebhook = false\n";
    assert_snapshot!(found(&with(untold), "OBS004"), @r"
    Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml has no receiver for critical alerts: only somebody who looks at Alertmanager sees them
      mend: name a receiver in `observability.receivers`
    ");
    let pages_only = with(&format!("{untold}pagerduty = true"));
    let mail_only = "secret = \"\"\nmail_to = [\"a@example.com\"]\nmail_from = \"b@example.com\"\nmail_server = \"smtp.example.com:25\"";
    for told in [pages_only, with(&format!("{untold}{mail_only}")), large()] {
        assert_eq!(found(&told, "OBS004"), "");
    }
}

#[test]
fn critical_alerts_that_another_receiver_gets_are_found() {
    assert_ne!(broken("OBS004", value("/alertmanager/config/route/routes/1/receiver", "nobody")), "");
    assert_ne!(broken("OBS004", value("/alertmanager/config/receivers/1/webhook_configs", json!([]))), "");
}

#[test]
fn secrets_of_receivers_in_git_or_nowhere_are_found() {
    let webhook = "/alertmanager/config/receivers/1/webhook_configs/0";
    assert_snapshot!(broken("OBS005", value(&format!("{webhook}/url"), "https://hooks.example.com/T0")), @r"
    Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml has the `url` of receiver `critical` in Git, where everybody who reads the repository sees it (webhook_configs)
      mend: put it into a Secret, and name its file in `url_file`
    ");
    assert_snapshot!(broken("OBS005", value("/alertmanager/alertmanagerSpec/secrets", json!([]))), @r"
    Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml reads the url_file of receiver `critical` at `/etc/alertmanager/secrets/alert-receivers/webhook-url`, where no Secret is mounted
      mend: name its Secret in `alertmanager.alertmanagerSpec.secrets` of its values
    Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml reads the url_file of receiver `warning` at `/etc/alertmanager/secrets/alert-receivers/webhook-url`, where no Secret is mounted
      mend: name its Secret in `alertmanager.alertmanagerSpec.secrets` of its values
    ");
    assert_eq!(found(&large(), "OBS005"), "");
}
