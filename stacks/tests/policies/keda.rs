//! SCALE: services that are scaled by what arrives, through KEDA.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::{Platform, policies};

use crate::fixture::{TODAY, broken, copy, edit, found, found_on, remove, set, with};

const PROXY: &str = "cors-proxy-server";
const KIND: &str = "ScaledObject";
const IN_FLIGHT: &str = "/spec/triggers/1/metadata";

/// The cheapest platform with a proxy that is scaled by everything.
const TRAFFIC: &str = "[services.cors_proxy_server]\nscale_on = [\"cpu\", \"in-flight\", \"requests\"]\n";

/// The findings of a policy once that is changed. It finds nothing before.
#[track_caller]
fn changed(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = with(TRAFFIC);
    assert_eq!(found(&platform, code), "", "the policy passes on the sound platform");
    change(&mut platform);
    found(&platform, code)
}

/// The same, of one value of the object.
#[track_caller]
fn changed_value(code: &str, pointer: &str, value: impl Into<Json>) -> String {
    changed(code, |platform| set(platform, KIND, PROXY, pointer, value))
}

#[test]
fn a_platform_with_keda_passes_as_one_without_it() {
    let errors = |platform: &Platform| policies::review(platform, TODAY).errors().count();
    assert_eq!(errors(&with(TRAFFIC)), 0);
    for alone in ["requests", "in-flight"] {
        assert_eq!(errors(&with(&format!("[services.cors_proxy_server]\nscale_on = [\"{alone}\"]\n"))), 0, "{alone}");
    }
}

#[test]
fn what_nobody_makes_an_autoscaler_of_is_found() {
    assert_snapshot!(changed("SCALE019", |platform| remove(platform, "Application", "keda")), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml is read by nobody: no Application installs KEDA
          mend: install the chart `keda`
        ");
    let wave = "/metadata/annotations/argocd.argoproj.io~1sync-wave";
    assert_snapshot!(changed("SCALE019", |platform| set(platform, "Application", "keda", wave, "10")), @r"
        Application/cors-proxy-server in manifests/cors-proxy-server.yaml is synced in wave 10, but KEDA, which defines what is in it, in wave 10
          mend: sync KEDA in an earlier wave
        ");
    let keeper = "services-by-hand";
    assert_snapshot!(changed("SCALE019", |platform| edit(platform, "ValidatingAdmissionPolicy", keeper, |policy| {
        let rule = &mut policy["spec"]["validations"][0]["expression"];
        *rule = rule.as_str().unwrap().replace(":keda:", ":other:").into();
    })), @r"
        ValidatingAdmissionPolicy/services-by-hand in manifests/admission/policy-by-hand.yaml refuses horizontalpodautoscalers that KEDA's operator writes
          mend: let `system:serviceaccount:keda:keda-operator` write horizontalpodautoscalers
        ValidatingAdmissionPolicy/services-by-hand in manifests/admission/policy-by-hand.yaml refuses scaledobjects that KEDA's operator writes
          mend: let `system:serviceaccount:keda:keda-operator` write scaledobjects
        ");
    let moved = with(&format!("{TRAFFIC}[keda]\nnamespace = \"scaling\"\n"));
    assert_eq!(found(&moved, "SCALE019"), "", "the operator is admitted from its own namespace");
}

#[test]
fn two_autoscalers_of_one_deployment_are_found() {
    let twice = |object: &mut Json| object["metadata"]["name"] = "another".into();
    assert_snapshot!(broken("SCALE020", |platform| {
        copy(platform, "HorizontalPodAutoscaler", PROXY, "cors-proxy-server/another.yaml", twice);
    }), @r"
        HorizontalPodAutoscaler/another in manifests/cors-proxy-server/another.yaml scales Deployment/cors-proxy-server, which HorizontalPodAutoscaler/cors-proxy-server scales already
          mend: keep one of them
        ");
    assert_snapshot!(changed("SCALE020", |platform| {
        copy(platform, "HorizontalPodAutoscaler", "mock-target-server", "cors-proxy-server/another.yaml", |object| {
            object["spec"]["scaleTargetRef"]["name"] = PROXY.into();
        });
    }), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml scales Deployment/cors-proxy-server, which HorizontalPodAutoscaler/mock-target-server scales already
          mend: keep one of them
        ");
}

#[test]
fn a_query_that_has_no_answer_is_found() {
    let query = format!("{IN_FLIGHT}/query");
    let sum = |of: &str, job: &str, namespace: &str| format!("sum({of}{{namespace=\"{namespace}\",job=\"{job}\"}})");
    let asked = |of: &str, job: &str, namespace: &str| changed_value("SCALE021", &query, sum(of, job, namespace));
    let series = "http_server_active_requests";
    assert_eq!(asked(series, PROXY, "services"), "");
    assert_snapshot!(asked("http_requests_in_flight", PROXY, "services"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` for `http_requests_in_flight`, which no service shows
          mend: ask for a series of apps/metrics.csv that says what arrives
        ");
    assert_snapshot!(asked(series, PROXY, "other"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` for the job `cors-proxy-server` of namespace `other`, as which no monitor scrapes its pods
          mend: ask for the job and the namespace of its own monitor
        ");
    assert_snapshot!(asked(series, "mock-target-server", "services"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` for the job `mock-target-server` of namespace `services`, as which no monitor scrapes its pods
          mend: ask for the job and the namespace of its own monitor
        ");
    assert_snapshot!(asked("http_server_request_duration_seconds_count", PROXY, "services"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` for `http_server_request_duration_seconds_count` itself, which only grows
          mend: ask for its rate
        ");
    assert_snapshot!(changed_value("SCALE021", &query, series), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` a query that is no sum of one series or of its rate: `http_server_active_requests`
          mend: ask for one number
        ");
    let (of, rate) = ("services", "/spec/triggers/2/metadata/query");
    let over = |window: &str| {
        let rate_of = "http_server_request_duration_seconds_count";
        let text = format!("sum(rate({rate_of}{{namespace=\"{of}\",job=\"{PROXY}\"}}[{window}]))");
        changed_value("SCALE021", rate, text)
    };
    assert_eq!(over("30s"), "");
    assert_snapshot!(over("20s"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `requests` for a rate over less than two scrapes
          mend: widen the range to four scrapes
        ");
    let gauge = format!("sum(rate({series}{{namespace=\"{of}\",job=\"{PROXY}\"}}[1m]))");
    assert_snapshot!(changed_value("SCALE021", rate, gauge), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `requests` for the rate of `http_server_active_requests`
          mend: ask for the series itself
        ");
    assert_snapshot!(changed("SCALE021", |platform| remove(platform, "ServiceMonitor", PROXY)), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` for the job `cors-proxy-server` of namespace `services`, as which no monitor scrapes its pods
          mend: ask for the job and the namespace of its own monitor
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `requests` for the job `cors-proxy-server` of namespace `services`, as which no monitor scrapes its pods
          mend: ask for the job and the namespace of its own monitor
        ");
    assert_snapshot!(changed_value("SCALE021", &format!("{IN_FLIGHT}/ignoreNullValues"), "true"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` a query whose missing answer counts as zero
          mend: set `ignoreNullValues` to `false`
        ");
    assert_snapshot!(changed_value("SCALE021", &format!("{IN_FLIGHT}/serverAddress"), "http://prometheus:9090"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml asks by its trigger `in-flight` a Prometheus at `http://prometheus:9090`, which nobody installs
          mend: name the platform's own
        ");
}

#[test]
fn an_autoscaler_that_goes_down_when_it_is_blind_is_found() {
    assert_snapshot!(changed_value("SCALE022", "/spec/fallback", ()), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml has no fallback for the time without an answer
          mend: add a `fallback`
        ");
    assert_snapshot!(changed_value("SCALE022", "/spec/fallback/behavior", ()), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml falls back on 3 pods where it has more: its behaviour is `static`
          mend: set `fallback.behavior` to `currentReplicasIfHigher`
        ");
    assert_snapshot!(changed_value("SCALE022", "/spec/fallback/replicas", 1), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml falls back on 1 pods, but may have 3 to 6
          mend: choose `fallback.replicas` between them
        ");
    let by_use = changed("SCALE022", |platform| {
        edit(platform, KIND, PROXY, |object| {
            object["spec"]["fallback"] = Json::Null;
            object["spec"]["triggers"] = json!([object["spec"]["triggers"][0]]);
        });
    });
    assert_eq!(by_use, "", "KEDA has none for what pods use");
}

#[test]
fn a_target_that_no_pod_comes_to_is_found() {
    let target = |target: u32| found(&with(&format!("{TRAFFIC}target_in_flight = {target}\n")), "SCALE023");
    assert_eq!(target(249), "");
    assert_snapshot!(target(250), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml adds pods from 275 requests in flight in each on, but a pod refuses from 275 on
          mend: lower `services.cors_proxy_server.target_in_flight` below 250
        ");
    assert_snapshot!(changed("SCALE023", |platform| {
        let args = json!(["--max-in-flight", "160", "--max-connections", "800"]);
        set(platform, "Deployment", PROXY, "/spec/template/spec/containers/0/args", args);
    }), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml adds pods from 165 requests in flight in each on, but a pod refuses from 160 on
          mend: lower `services.cors_proxy_server.target_in_flight` below 145
        ");
    let of_target = "[services.mock_target_server]\nscale_on = [\"in-flight\"]\ntarget_in_flight = 100000\n";
    assert_eq!(found(&with(of_target), "SCALE023"), "", "it refuses none");
}

#[test]
fn rules_of_autoscalers_hold_for_those_that_keda_makes() {
    assert_snapshot!(changed("SCALE005", |platform| set(platform, "Deployment", PROXY, "/spec/replicas", 0)), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml sets `replicas: 0`, which ScaledObject/cors-proxy-server owns
          mend: leave `spec.replicas` out
        ");
    assert_snapshot!(changed_value("SCALE011", "/spec/scaleTargetRef/name", "ghost"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml scales Deployment/ghost, which does not exist in namespace `services`
          mend: name a Deployment of its namespace in `scaleTargetRef`
        ");
    assert_snapshot!(changed("SCALE012", |platform| {
        remove(platform, "Application", "metrics-server");
        remove(platform, "HorizontalPodAutoscaler", "mock-target-server");
    }), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml scales by what pods use, which nothing measures
          mend: install `metrics-server`
        ");
    assert_snapshot!(found(&with(&format!("{TRAFFIC}min_replicas = 2\n")), "HA001"), @r"
        ScaledObject/cors-proxy-server in manifests/cors-proxy-server/scaled-object.yaml keeps only 2 of its pods at rest, fewer than one in each of 3 zones
          mend: raise `min_replicas` of the service to 3 or more
        ");
    let alone = with(&format!("{TRAFFIC}[keda]\nreplicas = 1\n"));
    assert_snapshot!(found(&alone, "HA012"), @r"
        Application/keda in manifests/keda.yaml runs 1 pod of keda
          mend: set its `replicas` to 2 or more
        ");
    let old = with(&format!("{TRAFFIC}[keda]\nchart_version = \"2.19.0\"\n"));
    assert_snapshot!(found_on(TODAY, &old, "VER007"), @r"
        helm_release.argocd with Kubernetes 1.36 in cluster/argocd.tf.json installs argo-cd 10.1.1: Argo CD 3.4 was tested with Kubernetes 1.32 to 1.35, but the cluster runs 1.36
          mend: set `argocd.chart_version` to a release that was tested with it, or say in a waiver who tested it
        Application/keda with Kubernetes 1.36 in manifests/keda.yaml installs keda 2.19.0: KEDA 2.19 was tested with Kubernetes 1.32 to 1.34, but the cluster runs 1.36
          mend: set `keda.chart_version` to a release that was tested with it, or say in a waiver who tested it
        ");
}
