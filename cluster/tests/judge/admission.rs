//! Objects before the admission policies, each with the answer that is wanted. Nothing is written: every request is a dry run.

use std::sync::{Mutex, MutexGuard, PoisonError};

use cluster::{Answer, User, eventually, title};
use serde_json::{Value as Json, json};

use crate::{
    WORLD,
    pods::{KINDS, REGISTRY, container, good, maker, object},
    record::RECORDS,
};

mod changes;
mod table;

/// One test at a time: some take a rule away for a while.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = &*RECORDS;
    turn
}

/// A request, and the words that the answer must have; none where the object is to be taken.
struct Row {
    what: String,
    object: Json,
    user: User,
    refused: Option<&'static str>,
}

/// The rows whose answer is another one.
fn wrong(rows: &[Row]) -> Vec<String> {
    let answers = rows
        .iter()
        .map(|row| (row, WORLD.server.acting_as(row.user.clone()).create(&row.object, "dryRun=All").unwrap()));
    answers
        .filter(|(row, answer)| !fits(row.refused, answer))
        .map(|(row, answer)| {
            let wanted = row.refused.map_or("taken".to_owned(), |words| format!("refused with `{words}`"));
            format!("{} ({}): wanted {wanted}, was {answer}", row.what, title(&row.object))
        })
        .collect()
}

fn fits(refused: Option<&str>, answer: &Answer) -> bool {
    match refused {
        None => answer.is_ok(),
        Some(words) => !answer.is_ok() && answer.words().contains(words),
    }
}

fn hold(rows: &[Row]) {
    let wrong = wrong(rows);
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// A good pod of each kind in the services' namespace, spoilt.
fn in_every_kind(what: &str, refused: Option<&'static str>, spoil: impl Fn(&mut Json)) -> Vec<Row> {
    KINDS
        .iter()
        .map(|kind| {
            let mut pod = good();
            spoil(&mut pod);
            Row { what: what.to_owned(), object: object(kind, "services", pod), user: maker(kind), refused }
        })
        .collect()
}

fn image(image: &'static str) -> impl Fn(&mut Json) {
    move |pod| pod["containers"][0]["image"] = json!(image.replace("REGISTRY", REGISTRY))
}

const FOREIGN: &str = "every image comes from 111122223333.dkr.ecr.eu-north-1.amazonaws.com";
const UNPINNED: &str = "every image has a digest or a tag other than latest";
const GAINS: &str = "every container drops all capabilities, never gains privileges and cannot write its root";
const UNPROBED: &str = "every container has a readiness probe and a liveness probe";
const BY_HAND: &str = "the services' objects change in Git";
/// Pods answer to Kubernetes' own standard first.
const STANDARD: &str = "violates PodSecurity \"restricted:v1.36\"";

#[test]
fn a_pod_that_breaks_no_rule_is_taken_in_every_kind() {
    let _turn = turn();
    let mut rows = in_every_kind("a good pod", None, |_| ());
    rows.extend(in_every_kind(
        "a pod of a digest",
        None,
        image("REGISTRY/a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
    ));
    hold(&rows);
}

#[test]
fn an_image_of_elsewhere_is_refused_in_every_kind_and_place() {
    let _turn = turn();
    let mut rows = in_every_kind("a foreign image", Some(FOREIGN), image("docker.io/library/nginx:1.29"));
    rows.extend(in_every_kind(
        "a registry's name as the beginning of another",
        Some(FOREIGN),
        image("REGISTRY.example.com/a:1"),
    ));
    rows.extend(in_every_kind("a foreign init container", Some(FOREIGN), |pod| {
        pod["initContainers"] = json!([container("first")]);
        pod["initContainers"][0].as_object_mut().unwrap().retain(|key, _| !key.ends_with("Probe"));
        pod["initContainers"][0]["image"] = json!("docker.io/library/busybox:1.37");
    }));
    rows.extend(in_every_kind("a foreign image as a volume", Some(FOREIGN), |pod| {
        pod["volumes"] = json!([{ "name": "v", "image": { "reference": "docker.io/library/busybox:1.37" } }]);
    }));
    hold(&rows);
}

#[test]
fn an_image_that_may_change_is_refused_in_every_kind() {
    let _turn = turn();
    let mut rows = in_every_kind("latest", Some(UNPINNED), image("REGISTRY/a:latest"));
    rows.extend(in_every_kind("no tag", Some(UNPINNED), image("REGISTRY/a")));
    rows.extend(in_every_kind("a digest of nothing", Some(UNPINNED), image("REGISTRY/a@sha256:")));
    rows.retain(|row| !(row.what == "a digest of nothing" && row.object["kind"] == "Pod"));
    hold(&rows);
}

#[test]
fn a_container_without_probes_is_taken_only_where_it_ends() {
    let _turn = turn();
    let rows = in_every_kind("no probes", Some(UNPROBED), |pod| {
        pod["containers"][0].as_object_mut().unwrap().retain(|key, _| !key.ends_with("Probe"));
    });
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|mut row| {
            if ["Job", "CronJob"].contains(&row.object["kind"].as_str().unwrap()) {
                row.refused = None;
            }
            row
        })
        .collect();
    let bare = || rows[0].object.clone();
    let (mut labelled, mut owned) = (bare(), bare());
    labelled["metadata"]["labels"]["batch.kubernetes.io/job-name"] = json!("judged");
    owned["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "batch/v1", "kind": "Job", "name": "judged", "uid": "0a1b2c3d-0000-4000-8000-000000000000", "controller": true,
    }]);
    let job = User::of("system:serviceaccount:kube-system:job-controller", &["system:masters"]);
    rows.push(Row {
        what: "a Job's label alone".to_owned(),
        object: labelled,
        user: maker("Pod"),
        refused: Some(UNPROBED),
    });
    rows.push(Row { what: "a Job's pod".to_owned(), object: owned, user: job, refused: None });
    hold(&rows);
}

#[test]
fn a_container_of_unknown_size_is_refused_where_nothing_gives_it_one() {
    let _turn = turn();
    let rows = in_every_kind(
        "no requests and limits",
        Some("every container requests cpu and memory, and limits memory"),
        |pod| {
            pod["containers"][0].as_object_mut().unwrap().remove("resources");
        },
    );
    let rows: Vec<_> = rows
        .into_iter()
        .map(|mut row| {
            // The namespace's LimitRange gives pods what they lack, before the rule sees them.
            if row.object["kind"] == "Pod" {
                row.refused = None;
            }
            row
        })
        .collect();
    hold(&rows);
}

#[test]
fn more_rights_than_a_service_needs_are_refused_in_every_kind() {
    let _turn = turn();
    let mut rows = in_every_kind("root", Some("the pod runs as a user other than root"), |pod| {
        pod["securityContext"]["runAsNonRoot"] = json!(false);
    });
    rows.extend(in_every_kind("gaining privileges", Some(GAINS), |pod| {
        pod["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = json!(true);
    }));
    rows.extend(in_every_kind("capabilities kept", Some(GAINS), |pod| {
        pod["containers"][0]["securityContext"]["capabilities"] = json!({});
    }));
    for row in rows.iter_mut().filter(|row| row.object["kind"] == "Pod") {
        row.refused = Some(STANDARD);
    }
    // The standard says nothing of a root that can be written.
    rows.extend(in_every_kind("a root that can be written", Some(GAINS), |pod| {
        pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = json!(false);
    }));
    hold(&rows);
}

#[test]
fn a_token_of_the_service_account_is_refused_in_every_kind_and_form() {
    let _turn = turn();
    let mut rows =
        in_every_kind("a mounted token", Some("token"), |pod| pod["automountServiceAccountToken"] = json!(true));
    rows.extend(in_every_kind("a token unsaid", Some("token"), |pod| {
        pod.as_object_mut().unwrap().remove("automountServiceAccountToken");
    }));
    rows.extend(in_every_kind("a projected token", Some("token"), |pod| {
        let sources = json!([{ "serviceAccountToken": { "path": "token" } }]);
        pod["volumes"] = json!([{ "name": "v", "projected": { "sources": sources } }]);
    }));
    hold(&rows);
}

#[test]
fn the_standards_of_namespaces_admit_what_runs_there_and_nothing_else() {
    let _turn = turn();
    let host = |pod: &mut Json| {
        pod["hostNetwork"] = json!(true);
        pod["hostPID"] = json!(true);
        pod["volumes"] = json!([{ "name": "v", "hostPath": { "path": "/" } }]);
    };
    let admin = || User::of("system:serviceaccount:kube-system:daemon-set-controller", &["system:masters"]);
    let mut of_host = good();
    host(&mut of_host);
    let mut chart = of_host.clone();
    chart["containers"][0]["image"] = json!("quay.io/prometheus/node-exporter:v1.10.2");
    chart["containers"][0].as_object_mut().unwrap().retain(|key, _| ["name", "image"].contains(&key.as_str()));
    let row = |what: &str, namespace: &str, pod: &Json, refused| Row {
        what: what.to_owned(),
        object: object("Pod", namespace, pod.clone()),
        user: admin(),
        refused,
    };
    hold(&[
        row("a pod of the host", "services", &of_host, Some(STANDARD)),
        row("a chart's pod of the host", "monitoring", &chart, None),
        row("a system's pod of the host", "kube-system", &chart, None),
        row("a pod of the host", "argocd", &of_host, Some(STANDARD)),
    ]);
}

#[test]
fn nobody_but_argo_cd_and_the_cluster_writes_the_services_objects() {
    let _turn = turn();
    let config = |namespace: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "judged", "namespace": namespace }, "data": { "a": "b" },
        })
    };
    let mut rows = Vec::new();
    for (user, refused) in [
        (User::of("alice", &["system:masters"]), Some(BY_HAND)),
        (User::of("arn:aws:sts::111122223333:assumed-role/admin/alice", &["system:masters"]), Some(BY_HAND)),
        (User::of("system:serviceaccount:services:cors-proxy-server", &["system:masters"]), Some(BY_HAND)),
        (User::service_account("argocd", "argocd-application-controller"), None),
        (User::of("system:kube-controller-manager", &["system:masters"]), None),
    ] {
        let what = format!("by `{}`", user.name);
        rows.push(Row { what: what.clone(), object: config("services"), user: user.clone(), refused });
        rows.push(Row {
            what: what.clone(),
            object: object("Deployment", "services", good()),
            user: user.clone(),
            refused,
        });
        // What is no service's is nobody's business here.
        rows.push(Row { what, object: config("monitoring"), user, refused: None });
    }
    hold(&rows);
}

#[test]
fn an_application_names_a_project_that_bounds_it() {
    let _turn = turn();
    let mut application = crate::environment("default").object("Application", "cors-proxy-server").unwrap().clone();
    application["metadata"]["name"] = json!("judged");
    application["spec"]["project"] = json!("default");
    let user = User::service_account("argocd", "argocd-application-controller");
    let mut known = application.clone();
    known["spec"]["project"] = json!("services");
    hold(&[
        Row { what: "the open project".to_owned(), object: application, user: user.clone(), refused: Some("project") },
        Row { what: "a project of ours".to_owned(), object: known, user, refused: None },
    ]);
}

/// Waits until a rule's change has reached the API server's own cache.
fn until(what: &str, ask: impl Fn() -> bool) {
    let reached = eventually(30, || if ask() { Ok(()) } else { Err(what.to_owned()) });
    reached.unwrap_or_else(|reason| panic!("{reason}"));
}
