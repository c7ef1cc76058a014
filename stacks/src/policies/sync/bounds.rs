//! Which Applications there may be, what they may carry, and who else may write.

use std::collections::BTreeSet;

use k8s_openapi::api::admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use synth_kubernetes::argocd::GroupKind;
use synth_review::{Findings, Place, Policy, Severity};

use crate::{
    Platform,
    names::{APP_PROJECT, DEFAULT_PROJECT, SERVICES_PROJECT},
    view::{AppProject, Application, Root, RootObjects, includes},
};

/// Every project, and where it is written.
fn projects(platform: &Platform) -> Vec<(&AppProject, Place)> {
    let root = Root::of(platform);
    let others = platform.every::<AppProject>().map(|project| (project.typed(), project.place()));
    root.objects.projects.iter().map(|project| (project, root.place.clone())).chain(others).collect()
}

fn name(project: &AppProject) -> &str {
    project.metadata.name.as_deref().unwrap_or_default()
}

pub(super) const CLOSED_PROJECTS: Policy<Platform> = Policy {
    code: "SYNC004",
    name: "closed-projects",
    severity: Severity::Error,
    explanation: "Argo CD's project `default` allows everything, and a project limits an Application only where it \
                  names repositories, namespaces and kinds: a service's folder could otherwise carry roles and \
                  webhooks.",
    check: closed_projects,
};

fn closed_projects(platform: &Platform, findings: &mut Findings) {
    let projects = projects(platform);
    let named = |wanted: &str| projects.iter().find(|(project, _)| name(project) == wanted);
    let closed = named(DEFAULT_PROJECT).is_some_and(|(project, _)| {
        let spec = &project.spec;
        spec.source_repos.is_empty()
            && spec.destinations.is_empty()
            && spec.cluster_resource_whitelist.is_empty()
            && spec.namespace_resource_whitelist.is_empty()
            && spec.namespace_resource_blacklist == [GroupKind::new("*", "*")]
    });
    if !closed {
        findings.report(
            Root::of(platform).place,
            "leaves the project `default` open, as Argo CD makes it: to every source, every namespace and every kind",
            "close it beside the root Application: allow no source, no destination and no kind",
        );
    }
    for (project, place) in &projects {
        let spec = &project.spec;
        let wild = |text: &String| text.contains('*');
        let any = |kinds: &[GroupKind]| kinds.iter().any(|of| wild(&of.group) || wild(&of.kind));
        let open = [
            ("sourceRepos", spec.source_repos.iter().any(wild)),
            ("destinations", spec.destinations.iter().any(|to| wild(&to.namespace) || wild(&to.server))),
            ("clusterResourceWhitelist", any(&spec.cluster_resource_whitelist)),
            ("namespaceResourceWhitelist", any(&spec.namespace_resource_whitelist)),
        ];
        for (list, _) in open.iter().filter(|(_, open)| *open) {
            findings.report(
                place.clone(),
                format!("opens the project `{}` with a wildcard in `{list}`", name(project)),
                "name the values that it needs",
            );
        }
    }
    let Some((services, place)) = named(SERVICES_PROJECT) else { return };
    let settings = &platform.settings;
    let applications = platform.every::<Application>().filter(|of| of.spec.project == SERVICES_PROJECT);
    let folders = applications.filter_map(|of| of.typed().spec.source.path.as_deref());
    let made: BTreeSet<_> = folders
        .flat_map(|folder| platform.objects_of(folder))
        .map(|object| GroupKind::new(object.group(), object.kind()))
        .collect();
    // What an edit takes out of the folders Argo CD takes away only where the project still admits it.
    let asked = OF_SETTINGS.map(|(group, kind)| GroupKind::new(group, kind));
    let admitted: BTreeSet<_> = services.spec.namespace_resource_whitelist.iter().cloned().collect();
    let spec = &services.spec;
    let spaces: BTreeSet<_> = spec.destinations.iter().map(|to| to.namespace.as_str()).collect();
    let exact = spec.source_repos == [settings.repository.url.as_str()]
        && spaces == [settings.services.namespace.as_str()].into()
        && spec.cluster_resource_whitelist.is_empty()
        && admitted.is_superset(&made)
        && admitted.difference(&made).all(|kind| asked.contains(kind));
    if !exact {
        findings.report(
            place.clone(),
            format!("opens the project `{SERVICES_PROJECT}` to more than services are made of"),
            "admit only this repository, the services' namespace, and the kinds in their folders",
        );
    }
}

/// Kinds of which services are made where their settings ask for it.
const OF_SETTINGS: [(&str, &str); 8] = [
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("batch", "CronJob"),
    ("elbv2.k8s.aws", "TargetGroupBinding"),
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "SecretStore"),
    ("keda.sh", "ScaledObject"),
    ("keda.sh", "TriggerAuthentication"),
    ("networking.k8s.io", "Ingress"),
];

/// Policies of admission, and what binds them.
type Admission<'a> = (Vec<&'a ValidatingAdmissionPolicy>, Vec<&'a ValidatingAdmissionPolicyBinding>);

/// Is there a policy that refuses, and a binding that denies in this namespace?
fn denies((policies, bindings): &Admission<'_>, namespace: &str, resource: &str, says: impl Fn(&str) -> bool) -> bool {
    let labels = [("kubernetes.io/metadata.name".to_owned(), namespace.to_owned())].into();
    policies.iter().any(|policy| {
        let Some(spec) = policy.spec.as_ref() else { return false };
        let rules = spec.match_constraints.as_ref().and_then(|of| of.resource_rules.as_deref()).unwrap_or_default();
        let matched = rules.iter().any(|rule| {
            let operations = rule.operations.as_deref().unwrap_or_default();
            rule.resources.iter().flatten().any(|of| of == resource)
                && ["CREATE", "UPDATE"].iter().all(|of| operations.iter().any(|operation| operation == of))
        });
        let judged = spec.validations.iter().flatten().any(|rule| says(&rule.expression));
        let bound = bindings.iter().map(|binding| &binding.spec).any(|binding| {
            let selector = binding.match_resources.as_ref().and_then(|of| of.namespace_selector.as_ref());
            let selected = selector.and_then(|of| of.match_labels.as_ref());
            Some(&binding.policy_name) == policy.metadata.name.as_ref()
                && binding.validation_actions.iter().any(|action| action == "Deny")
                && selected.is_none_or(|selected| includes(&labels, selected))
        });
        spec.failure_policy.as_deref() == Some("Fail") && matched && judged && bound
    })
}

pub(super) const APPLICATIONS_OF_OUR_PROJECTS: Policy<Platform> = Policy {
    code: "SYNC005",
    name: "applications-of-our-projects",
    severity: Severity::Error,
    explanation: "The root Application may make any Application and any project; only the API server can refuse those \
                  outside the platform's own projects.",
    check: applications_of_our_projects,
};

fn applications_of_our_projects(platform: &Platform, findings: &mut Findings) {
    let root = Root::of(platform);
    let RootObjects { admission_policies, admission_bindings, .. } = root.objects;
    let admission = (admission_policies.iter().collect(), admission_bindings.iter().collect());
    let namespace = &platform.settings.argocd.namespace;
    let mut report = |message: String, mend: &str| {
        findings.report(root.place.clone(), message, mend);
    };
    let ours = |expression: &str| expression.contains(APP_PROJECT) && expression.contains(SERVICES_PROJECT);
    for resource in ["applications", "appprojects"] {
        if !denies(&admission, namespace, resource, ours) {
            report(
                format!("admits {resource} that are not the platform's own to the namespace `{namespace}`"),
                "bind a ValidatingAdmissionPolicy there, beside the root Application",
            );
        }
    }
    for application in platform.every::<Application>() {
        let project = application.spec.project.as_str();
        if ![APP_PROJECT, SERVICES_PROJECT].contains(&project) {
            findings.report(
                application.place(),
                format!("is of the project `{project}`, whose Applications the API server refuses"),
                format!("put it into `{APP_PROJECT}` or `{SERVICES_PROJECT}`"),
            );
        }
    }
}

pub(super) const GIT_ALONE_WRITES: Policy<Platform> = Policy {
    code: "SYNC006",
    name: "git-alone-writes",
    severity: Severity::Error,
    explanation: "Self-heal does not see what is added to an object, such as an open rule of a network policy, a \
                  variable or a sidecar: so only Argo CD may write the services' objects.",
    check: git_alone_writes,
};

fn git_alone_writes(platform: &Platform, findings: &mut Findings) {
    let settings = &platform.settings;
    let admission = (
        platform.every::<ValidatingAdmissionPolicy>().map(|policy| policy.typed()).collect(),
        platform.every::<ValidatingAdmissionPolicyBinding>().map(|binding| binding.typed()).collect(),
    );
    let controller = format!("system:serviceaccount:{}:argocd-application-controller", settings.argocd.namespace);
    let by_name =
        |expression: &str| expression.contains("request.userInfo.username") && expression.contains(&controller);
    let Some(application) = platform.every::<Application>().find(|application| application.name() == "admission")
    else {
        return;
    };
    let services: BTreeSet<_> = platform
        .objects()
        .filter(|object| object.namespace() == settings.services.namespace)
        .map(|object| plural(object.kind()))
        .collect();
    for resource in services {
        if !denies(&admission, &settings.services.namespace, &resource, by_name) {
            findings.report(
                application.place(),
                format!(
                    "lets everybody who may edit objects add to {resource} of `{}`, which self-heal does not see",
                    settings.services.namespace
                ),
                format!("refuse everybody but Argo CD there, for {resource} too"),
            );
        }
    }
}

/// The resource of a kind.
fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if lower.ends_with('s') => format!("{lower}es"),
        None => format!("{lower}s"),
    }
}
