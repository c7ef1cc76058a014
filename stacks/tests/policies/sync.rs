//! SYNC: fixes, waves, data, projects, and what people learn of Argo CD.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::Platform;
use synth_framework::Expression;

use crate::fixture::{argue, asset, broken, copy, edit, remove, set, with};

/// Changes Argo CD's values.
fn argocd(edit: impl Fn(&mut Json)) -> impl FnOnce(&mut Platform) {
    move |platform| asset(platform, "argocd-values.json", edit)
}

/// Changes the object of a kind and name of the root Application's release.
fn root(kind: &'static str, name: &'static str, edit: impl Fn(&mut Json)) -> impl FnOnce(&mut Platform) {
    move |platform| {
        asset(platform, "root-values.json", |values| {
            let objects = values["objects"].as_array_mut().unwrap();
            let object = objects.iter_mut().find(|of| of["kind"] == kind && of["metadata"]["name"] == name);
            edit(object.unwrap_or_else(|| panic!("there is no {kind}/{name}")));
        });
    }
}

/// Takes the object of a kind and name out of the root Application's release.
fn without(kind: &'static str, name: &'static str) -> impl FnOnce(&mut Platform) {
    move |platform| {
        asset(platform, "root-values.json", |values| {
            let objects = values["objects"].as_array_mut().unwrap();
            objects.retain(|of| of["kind"] != kind || of["metadata"]["name"] != name);
        });
    }
}

#[test]
fn syncs_that_never_see_their_fix_are_found() {
    let refresh = "/spec/syncPolicy/retry/refresh";
    assert_snapshot!(broken("SYNC001", |platform| set(platform, "Application", "karpenter", refresh, false)), @r"
    Application/karpenter in manifests/karpenter.yaml lets `karpenter` retry the commit that failed instead of the one that mends it
      mend: set `retry.refresh`
    ");
    assert_snapshot!(broken("SYNC001", root("Application", "root", |root| root["spec"]["syncPolicy"]["retry"] = json!({}))), @r"
    helm_release.root in add-ons/root-values.json lets `root` retry the commit that failed instead of the one that mends it
      mend: set `retry.refresh`
    helm_release.root in add-ons/root-values.json lets `root` retry without a limit, or at a pace that cannot be added up
      mend: give its `retry` a limit, a duration, a factor and a maximum duration
    ");
    let bound = "controller.sync.timeout.seconds";
    assert_snapshot!(broken("SYNC001", argocd(|values| values["configs"]["params"][bound] = 60.into())), @r"
    helm_release.argocd in cluster/argocd-values.json lets a sync take 60 s, but a child's retries and a bring-up take 1635 s
      mend: set `controller.sync.timeout.seconds` to 1635 or more, and at most 3600
    ");
    assert_snapshot!(broken("SYNC001", argocd(|values| values["configs"]["params"] = json!({}))), @r"
    helm_release.argocd in cluster/argocd-values.json lets a sync take 0 s, but a child's retries and a bring-up take 1635 s
      mend: set `controller.sync.timeout.seconds` to 1635 or more, and at most 3600
    ");
    assert_snapshot!(broken("SYNC001", |platform| set(platform, "Application", "platform", "/spec/syncPolicy/retry/limit", 30)), @r"
    helm_release.argocd in cluster/argocd-values.json lets a sync take 1800 s, but a child's retries and a bring-up take 5235 s
      mend: set `controller.sync.timeout.seconds` to 5235 or more, and at most 3600
    ");
}

#[test]
fn another_judgement_of_health_is_found() {
    let key = "resource.customizations.health.monitoring.coreos.com_Alertmanager";
    assert_snapshot!(broken("SYNC002", argocd(|values| drop(values["configs"]["cm"].as_object_mut().unwrap().remove(key)))), @r"
    helm_release.argocd in cluster/argocd-values.json does not use the health check of `resource.customizations.health.monitoring.coreos.com_Alertmanager` that is tested
      mend: give it the script of `stacks/src/manifests/applications/health`
    ");
    let key = "resource.customizations.health.argoproj.io_Application";
    assert_snapshot!(broken("SYNC002", argocd(|values| values["configs"]["cm"][key] = "return { status = 'Healthy' }".into())), @r"
    helm_release.argocd in cluster/argocd-values.json does not use the health check of `resource.customizations.health.argoproj.io_Application` that is tested
      mend: give it the script of `stacks/src/manifests/applications/health`
    ");
}

#[test]
fn data_that_one_edit_deletes_is_found() {
    let options = "/metadata/annotations/argocd.argoproj.io~1sync-options";
    assert_snapshot!(broken("SYNC003", |platform| set(platform, "Namespace", "monitoring", options, ())), @r"
    Namespace/monitoring in manifests/platform/namespace-monitoring.yaml can be deleted with all its data without a confirmation: it lacks `Prune=confirm`
      mend: set `Prune=confirm,Delete=confirm` in its annotation `argocd.argoproj.io/sync-options`
    Namespace/monitoring in manifests/platform/namespace-monitoring.yaml can be deleted with all its data without a confirmation: it lacks `Delete=confirm`
      mend: set `Prune=confirm,Delete=confirm` in its annotation `argocd.argoproj.io/sync-options`
    ");
    assert_snapshot!(broken("SYNC003", |platform| set(platform, "Namespace", "services", options, "Prune=confirm")), @r"
    Namespace/services in manifests/platform/namespace-services.yaml can be deleted with all its data without a confirmation: it lacks `Delete=confirm`
      mend: set `Prune=confirm,Delete=confirm` in its annotation `argocd.argoproj.io/sync-options`
    ");
    let deleted =
        "/spec/source/helm/valuesObject/prometheus/prometheusSpec/persistentVolumeClaimRetentionPolicy/whenDeleted";
    assert_snapshot!(broken("SYNC003", |platform| set(platform, "Application", "kube-prometheus-stack", deleted, "Delete")), @r"
    Application/kube-prometheus-stack in manifests/kube-prometheus-stack.yaml lets volumes be deleted with their pods: `prometheus/prometheusSpec/persistentVolumeClaimRetentionPolicy/whenDeleted` is not `Retain`
      mend: set it to `Retain`
    ");
}

#[test]
fn open_projects_are_found() {
    assert_snapshot!(broken("SYNC004", without("AppProject", "default")), @r"
    helm_release.root in add-ons/root-values.json leaves the project `default` open, as Argo CD makes it: to every source, every namespace and every kind
      mend: close it beside the root Application: allow no source, no destination and no kind
    ");
    assert_snapshot!(broken("SYNC004", root("AppProject", "default", |project| {
        project["spec"]["destinations"] = json!([{ "server": "*", "namespace": "*" }]);
    })), @r"
    helm_release.root in add-ons/root-values.json leaves the project `default` open, as Argo CD makes it: to every source, every namespace and every kind
      mend: close it beside the root Application: allow no source, no destination and no kind
    helm_release.root in add-ons/root-values.json opens the project `default` with a wildcard in `destinations`
      mend: name the values that it needs
    ");
    assert_snapshot!(broken("SYNC004", |platform| set(platform, "AppProject", "platform", "/spec/sourceRepos/0", "*")), @r"
    AppProject/platform in manifests/project.yaml opens the project `platform` with a wildcard in `sourceRepos`
      mend: name the values that it needs
    ");
    let cluster = "/spec/clusterResourceWhitelist";
    let roles = json!([{ "group": "rbac.authorization.k8s.io", "kind": "ClusterRole" }]);
    assert_snapshot!(broken("SYNC004", |platform| set(platform, "AppProject", "services", cluster, roles)), @r"
    AppProject/services in manifests/project-services.yaml opens the project `services` to more than services are made of
      mend: admit only this repository, the services' namespace, and the kinds in their folders
    ");
    assert_snapshot!(broken("SYNC004", |platform| edit(platform, "AppProject", "services", |project| {
        project["spec"]["namespaceResourceWhitelist"].as_array_mut().unwrap().push(json!({ "group": "", "kind": "Secret" }));
    })), @r"
    AppProject/services in manifests/project-services.yaml opens the project `services` to more than services are made of
      mend: admit only this repository, the services' namespace, and the kinds in their folders
    ");
}

#[test]
fn applications_of_any_project_are_found() {
    assert_snapshot!(broken("SYNC005", without("ValidatingAdmissionPolicyBinding", "argocd-projects")), @r"
    helm_release.root in add-ons/root-values.json admits appprojects that are not the platform's own to the namespace `argocd`
      mend: bind a ValidatingAdmissionPolicy there, beside the root Application
    ");
    let only_told = |binding: &mut Json| binding["spec"]["validationActions"] = json!(["Warn"]);
    assert_snapshot!(broken("SYNC005", root("ValidatingAdmissionPolicyBinding", "argocd-applications", only_told)), @r"
    helm_release.root in add-ons/root-values.json admits applications that are not the platform's own to the namespace `argocd`
      mend: bind a ValidatingAdmissionPolicy there, beside the root Application
    ");
    let created = |policy: &mut Json| {
        policy["spec"]["matchConstraints"]["resourceRules"][0]["operations"] = json!(["CREATE"]);
    };
    assert_snapshot!(broken("SYNC005", root("ValidatingAdmissionPolicy", "argocd-projects", created)), @r"
    helm_release.root in add-ons/root-values.json admits appprojects that are not the platform's own to the namespace `argocd`
      mend: bind a ValidatingAdmissionPolicy there, beside the root Application
    ");
    assert_snapshot!(broken("SYNC005", |platform| set(platform, "Application", "karpenter", "/spec/project", "default")), @r"
    Application/karpenter in manifests/karpenter.yaml is of the project `default`, whose Applications the API server refuses
      mend: put it into `platform` or `services`
    ");
}

/// The first finding of several.
fn first(found: &str) -> String {
    found.lines().take(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn other_writers_of_the_services_objects_are_found() {
    let binding = "services-by-hand";
    let only_told = json!(["Audit"]);
    let found = broken("SYNC006", |platform| {
        set(platform, "ValidatingAdmissionPolicyBinding", binding, "/spec/validationActions", only_told);
    });
    assert_snapshot!(first(&found), @r"
    Application/admission in manifests/admission.yaml lets everybody who may edit objects add to deployments of `services`, which self-heal does not see
      mend: refuse everybody but Argo CD there, for deployments too
    ");
    let kinds = found.lines().filter_map(|line| line.split_once(" add to ")?.1.split_once(' '));
    let kinds: Vec<_> = kinds.map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        [
            "deployments",
            "horizontalpodautoscalers",
            "limitranges",
            "networkpolicies",
            "poddisruptionbudgets",
            "resourcequotas",
            "serviceaccounts",
            "servicemonitors",
            "services",
        ]
    );
    assert_snapshot!(broken("SYNC006", |platform| copy(platform, "ServiceAccount", "cors-proxy-server", "platform/secret.yaml", |object| {
        object["kind"] = "Secret".into();
    })), @r"
    Application/admission in manifests/admission.yaml lets everybody who may edit objects add to secrets of `services`, which self-heal does not see
      mend: refuse everybody but Argo CD there, for secrets too
    ");
    assert_eq!(
        found,
        broken("SYNC006", |platform| edit(platform, "ValidatingAdmissionPolicy", binding, |policy| {
            policy["spec"]["validations"][0]["expression"] = "true".into();
        }))
    );
}

#[test]
fn an_argo_cd_that_nobody_watches_is_found() {
    assert_snapshot!(broken("SYNC007", argocd(|values| values["controller"]["metrics"]["enabled"] = false.into())), @r"
    helm_release.argocd in cluster/argocd-values.json exposes no metrics of Argo CD's application-controller
      mend: set `controller.metrics.enabled`
    ");
    assert_snapshot!(broken("SYNC007", |platform| remove(platform, "ServiceMonitor", "argocd-server")), @r"
    helm_release.argocd in cluster/argocd-values.json exposes metrics of Argo CD's server that nothing scrapes
      mend: add a ServiceMonitor for the port `http-metrics` of that component in `argocd`
    ");
    assert_snapshot!(broken("SYNC007", |platform| remove(platform, "PrometheusRule", "delivery")), @r#"
    helm_release.argocd in cluster/argocd-values.json has no alert for an Application that cannot be compared with Git
      mend: alert on `argocd_app_info` with `sync_status="Unknown"`
    helm_release.argocd in cluster/argocd-values.json has no alert for an Application that is degraded
      mend: alert on `argocd_app_info` with `health_status=~"Degraded`
    helm_release.argocd in cluster/argocd-values.json has no alert for an Application that differs from Git
      mend: alert on `argocd_app_info` with `sync_status="OutOfSync"`
    helm_release.argocd in cluster/argocd-values.json has no alert for an Application that syncs for too long
      mend: alert on `argocd_app_info` with `operation="sync"`
    helm_release.argocd in cluster/argocd-values.json has no alert for an Application that no controller watches
      mend: alert on `argocd_app_info` with `absent(argocd_app_info`
    "#);
    let bound = "controller.sync.timeout.seconds";
    assert_snapshot!(broken("SYNC007", argocd(|values| values["configs"]["params"][bound] = 1200.into())), @r"
    helm_release.argocd in cluster/argocd-values.json ends a sync after 1200 s, before the alert `ApplicationSyncsLong` fires
      mend: let the alert fire earlier
    ");
}

#[test]
fn notifications_are_off_without_a_receiver_and_watched_with_one() {
    let told = with("[argocd]\nnotifications_secret = \"argocd-notifications\"");
    assert_eq!(crate::fixture::found(&told, "SYNC007"), "");
    let enabled = argocd(|values| values["notifications"] = json!({ "enabled": true, "metrics": { "enabled": true } }));
    assert_snapshot!(broken("SYNC007", enabled), @r"
    helm_release.argocd in cluster/argocd-values.json exposes metrics of Argo CD's notifications-controller that nothing scrapes
      mend: add a ServiceMonitor for the port `http-metrics` of that component in `argocd`
    ");
}

#[test]
fn a_release_that_does_not_ask_what_argo_cd_found_is_reported() {
    let job = "root-follows-git";
    assert_snapshot!(broken("SYNC008", without("Job", job)), @r"
    helm_release.root in add-ons/root-values.json succeeds even if Argo CD cannot find the revision that the root Application follows
      mend: let a Job, as a hook after install and upgrade, wait for a commit in the root's status
    ");
    assert_snapshot!(broken("SYNC008", root("Job", job, |job| job["metadata"]["annotations"]["helm.sh/hook"] = "post-install".into())), @r"
    helm_release.root in add-ons/root-values.json succeeds even if Argo CD cannot find the revision that the root Application follows
      mend: let a Job, as a hook after install and upgrade, wait for a commit in the root's status
    ");
    assert_snapshot!(broken("SYNC008", root("Job", job, |job| {
        job["spec"]["template"]["spec"]["containers"][0]["args"] = json!(["version"]);
    })), @r"
    helm_release.root in add-ons/root-values.json does not wait for a commit of that revision
      mend: wait for it in the Job's pod
    ");
    assert_snapshot!(broken("SYNC008", |platform| argue(platform, "helm_release.root", "timeout", Expression::Integer(60))), @r"
    helm_release.root in add-ons/root.tf.json gives up after 60 s, before its Job does
      mend: give it more than the 720 s of `activeDeadlineSeconds`
    ");
}

#[test]
fn a_repo_server_that_dies_of_an_empty_cache_is_found() {
    let limit = "reposerver.parallelism.limit";
    assert_snapshot!(broken("SYNC009", argocd(|values| values["configs"]["params"][limit] = 8.into())), @r"
        helm_release.argocd in cluster/argocd-values.json renders 8 Applications at once, which take 1632Mi, but the repo server is killed at 512Mi
          mend: lower `reposerver.parallelism.limit` in `configs.params` to 2, or give `repoServer.resources` 1632Mi
        ");
    // Argo CD takes zero, and nothing, for no limit.
    assert_snapshot!(broken("SYNC009", argocd(|values| values["configs"]["params"][limit] = 0.into())), @r"
        helm_release.argocd in cluster/argocd-values.json renders every Application at once when the cache is empty, but 512Mi are enough for only 2
          mend: set `reposerver.parallelism.limit` in `configs.params` to 2
        ");
    let memory = |values: &mut Json| values["repoServer"]["resources"]["limits"]["memory"] = "256Mi".into();
    assert_snapshot!(broken("SYNC009", argocd(memory)), @r"
        helm_release.argocd in cluster/argocd-values.json renders 2 Applications at once, which take 480Mi, but the repo server is killed at 256Mi
          mend: lower `reposerver.parallelism.limit` in `configs.params` to 1, or give `repoServer.resources` 480Mi
        ");
    let unlimited = |values: &mut Json| values["repoServer"]["resources"]["limits"] = json!({});
    assert_snapshot!(broken("SYNC009", argocd(unlimited)), @r"
        helm_release.argocd in cluster/argocd-values.json lets the repo server take all of its node's memory
          mend: limit `memory` in `repoServer.resources`
        ");
}
