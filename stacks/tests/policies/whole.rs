//! Tests of all policies together.

use std::collections::BTreeSet;

use stacks::{
    Platform,
    policies::{self, FAMILIES},
};
use synth_review::Severity;

use crate::fixture::{BASE, TODAY, build, large, of_the_guide, settings, small, with};

const STAGING: &str = include_str!("../fixtures/staging.toml");
const PRODUCTION: &str = include_str!("../fixtures/production.toml");

fn errors(platform: &Platform) -> String {
    let review = policies::review(platform, TODAY);
    review.errors().map(|finding| finding.to_string()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_fixtures_pass_without_a_waiver() {
    let of = |environment: &str, text: &str| build(&settings(environment, &[BASE, text]));
    let working = of("working", crate::working::WORKING);
    let certified = of("certified", crate::certified::CERTIFIED);
    let mut shapes = vec![of("default", ""), of("staging", STAGING), of("production", PRODUCTION)];
    shapes.extend(vec![small(), large(), working, certified]);
    for platform in shapes {
        assert_eq!(errors(&platform), "", "{}", platform.settings.environment);
    }
}

#[test]
fn the_default_environment_passes_with_the_service_of_the_guide() {
    let platform = build(&settings("default", &[BASE, of_the_guide("## Add a service")]));
    assert_eq!(errors(&platform), "");
    let scales = |kind: &str| ["HorizontalPodAutoscaler", "ScaledObject"].contains(&kind);
    assert_eq!(platform.objects().filter(|object| scales(object.kind())).count(), 3);
}

#[test]
fn all_that_may_be_asked_for_at_once_passes() {
    let everything = include_str!("../fixtures/everything.toml");
    let platform = build(&settings("everything", &[BASE, everything]));
    assert_eq!(errors(&platform), "");
    let kinds = ["Certificate", "CronJob", "ExternalSecret", "Ingress", "ScaledObject", "TargetGroupBinding"];
    for kind in kinds {
        assert!(platform.objects().any(|object| object.kind() == kind), "{kind}");
    }
    assert!(platform.parts.iter().any(|part| part.name() == "edge"), "the edge is there");
}

#[test]
fn codes_are_their_familys_prefix_and_a_running_number() {
    for family in FAMILIES {
        for (index, policy) in family.policies.iter().enumerate() {
            assert_eq!(policy.code, format!("{}{:03}", family.prefix, index + 1));
        }
    }
}

#[test]
fn the_documents_count_the_policies_right() {
    let number = policies::all().count();
    assert!(include_str!("../../../README.md").contains(&format!("{number} [policies]")), "{number} in the README");
    assert!(include_str!("../../../docs/seed.md").contains(&format!("{number} policies")), "{number} in docs/seed.md");
}

#[test]
fn every_policy_has_a_name_and_a_reason_of_its_own() {
    let mut names = BTreeSet::new();
    for policy in policies::all() {
        assert!(names.insert(policy.name), "`{}` is the name of two policies", policy.name);
        assert!(policy.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", policy.name);
        assert!(policy.explanation.ends_with('.') && policy.explanation.len() > 40, "{}", policy.code);
        assert!(!policy.explanation.contains("  "), "{}: {}", policy.code, policy.explanation);
    }
    assert!(names.len() >= 25, "{}", names.len());
}

#[test]
fn every_policy_is_broken_by_a_test() {
    let tests = [
        include_str!("asking.rs"),
        include_str!("ha.rs"),
        include_str!("balancer.rs"),
        include_str!("certified.rs"),
        include_str!("named.rs"),
        include_str!("scale.rs"),
        include_str!("keda.rs"),
        include_str!("link.rs"),
        include_str!("cost.rs"),
        include_str!("delivery.rs"),
        include_str!("drain.rs"),
        include_str!("edge.rs"),
        include_str!("sec.rs"),
        include_str!("img.rs"),
        include_str!("ver.rs"),
        include_str!("entrances.rs"),
        include_str!("env.rs"),
        include_str!("obs.rs"),
        include_str!("own.rs"),
        include_str!("placed.rs"),
        include_str!("pull_request.rs"),
        include_str!("reach.rs"),
        include_str!("sync.rs"),
        include_str!("working.rs"),
        include_str!("zones.rs"),
    ]
    .concat();
    let untested: Vec<_> =
        policies::all().map(|policy| policy.code).filter(|code| !tests.contains(&format!("\"{code}\""))).collect();
    assert_eq!(untested, [""; 0]);
}

#[test]
fn findings_name_the_rust_that_declares_what_is_wrong() {
    let review = policies::review(&with("[services.cors_proxy_server]\nmin_replicas = 2"), TODAY);
    let finding = review.errors().next().unwrap();
    assert_eq!(finding.severity, Severity::Error);
    assert!(finding.place.location.unwrap().file().ends_with("stacks/src/manifests/services/workload.rs"));
    assert_eq!(finding.place.file, "manifests/cors-proxy-server/horizontal-pod-autoscaler.yaml");
}

#[test]
fn a_waiver_in_the_settings_accepts_a_finding() {
    let waived = with(
        "[[waivers]]\ncode = \"HA008\"\nsubject = \"aws_nat_gateway.main_a\"\nreason = \"a trial\"\n\
         [[waivers]]\ncode = \"VER007\"\nsubject = \"helm_release.argocd with Kubernetes 1.36\"\nreason = \"tried\"\n",
    );
    let review = policies::review(&waived, TODAY);
    assert!(review.passes() && review.findings.is_empty(), "{:?}", review.findings);
    assert_eq!(review.waived[0].1.reason, "a trial");
}

#[test]
fn a_waiver_of_nothing_is_reported() {
    let waived = with("[[waivers]]\ncode = \"HA001\"\nsubject = \"Deployment/none\"\nreason = \"none any more\"\n");
    let review = policies::review(&waived, TODAY);
    assert!(!review.passes());
    assert_eq!(review.unused[0].subject, "Deployment/none");
}
