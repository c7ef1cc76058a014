//! Autoscalers that KEDA makes: whether it is there and may make them, and whether each Deployment has one alone.

use std::collections::BTreeMap;

use k8s_openapi::api::admissionregistration::v1::ValidatingAdmissionPolicy;
use synth_review::{Findings, Policy, Severity};

use crate::{
    Platform,
    charts::{
        Values as _,
        keda::{OPERATOR, Values},
    },
    view::{Meta as _, ScaledObject},
};

pub(super) const KEDA_MAKES_AUTOSCALERS: Policy<Platform> = Policy {
    code: "SCALE019",
    name: "keda-makes-autoscalers",
    severity: Severity::Error,
    explanation: "A ScaledObject is only what KEDA makes an autoscaler of: where KEDA is not installed before it, or \
                  may not write where it lies, the number of pods stays as it is, whatever the load.",
    check: keda_makes_autoscalers,
};

fn keda_makes_autoscalers(platform: &Platform, findings: &mut Findings) {
    let keda = platform.chart::<Values>();
    for object in platform.every::<ScaledObject>() {
        let Some(keda) = &keda else {
            findings.report(
                object.place(),
                "is read by nobody: no Application installs KEDA",
                format!("install the chart `{}`", Values::CHART),
            );
            continue;
        };
        let wave = keda.application.wave();
        for application in platform.applications_of(&object.manifest.path).filter(|of| of.wave() <= wave) {
            findings.report(
                application.place(),
                format!(
                    "is synced in wave {}, but KEDA, which defines what is in it, in wave {wave}",
                    application.wave()
                ),
                "sync KEDA in an earlier wave",
            );
        }
    }
    let Some(keda) = keda.filter(|_| platform.every::<ScaledObject>().next().is_some()) else { return };
    let operator = format!("system:serviceaccount:{}:{OPERATOR}", keda.namespace);
    for policy in platform.every::<ValidatingAdmissionPolicy>() {
        let Some(spec) = policy.typed().spec.as_ref() else { continue };
        let rules = spec.match_constraints.as_ref().and_then(|of| of.resource_rules.as_deref()).unwrap_or_default();
        let resources = || rules.iter().flat_map(|rule| rule.resources.iter().flatten());
        for written in ["horizontalpodautoscalers", "scaledobjects"] {
            let refuses = spec.validations.iter().flatten().any(|rule| {
                rule.expression.contains("request.userInfo.username") && !rule.expression.contains(&operator)
            });
            if refuses && resources().any(|of| of == written) {
                findings.report(
                    policy.place(),
                    format!("refuses {written} that KEDA's operator writes"),
                    format!("let `{operator}` write {written}"),
                );
            }
        }
    }
}

pub(super) const ONE_AUTOSCALER: Policy<Platform> = Policy {
    code: "SCALE020",
    name: "one-autoscaler",
    severity: Severity::Error,
    explanation: "Of two autoscalers of one Deployment each undoes what the other does, so that Kubernetes lets neither \
                  act; KEDA refuses an object for what has an autoscaler already.",
    check: one_autoscaler,
};

fn one_autoscaler(platform: &Platform, findings: &mut Findings) {
    let mut owners = BTreeMap::new();
    for scaler in platform.autoscalers() {
        let target = &scaler.typed().spec.scale_target_ref;
        let place = scaler.place();
        let target = (scaler.namespace(), target.kind.as_str(), target.name.as_str());
        if let Some(first) = owners.get(&target) {
            let message = format!("scales {}/{}, which {first} scales already", target.1, target.2);
            findings.report(place, message, "keep one of them");
        } else {
            owners.insert(target, place.subject);
        }
    }
}
