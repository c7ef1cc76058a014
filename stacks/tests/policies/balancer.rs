//! The proxy's load balancer, where Terraform makes it: what the policies say of the controller's, they say of this one.

use serde_json::json;
use stacks::{Platform, policies};
use synth_framework::Expression;

use crate::fixture::{BASE, NAMED, argue, build, found, set, settings, text};

fn named() -> Platform {
    build(&settings("named", &[BASE, NAMED]))
}

#[track_caller]
pub(crate) fn broken(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = named();
    assert_eq!(found(&platform, code), "", "the policy passes on the sound platform");
    change(&mut platform);
    found(&platform, code)
}

#[test]
fn no_policy_finds_anything_of_a_balancer_of_terraform_s() {
    let platform = named();
    let about = |code: &&str| !found(&platform, code).is_empty();
    let codes: Vec<_> = policies::all().map(|policy| policy.code).filter(about).collect();
    assert_eq!(codes, ["VER007"], "the fixtures' Argo CD is as old as everywhere");
}

#[test]
fn a_group_that_keeps_a_leaving_pod_longer_than_it_lives_is_found() {
    let found = broken("DRAIN002", |platform| {
        argue(platform, "aws_lb_target_group.proxy", "deregistration_delay", text("600"));
    });
    insta::assert_snapshot!(found, @r"
    Deployment/cors-proxy-server in named/manifests/cors-proxy-server/deployment.yaml is killed after 95 s, but the load balancer of Service/cors-proxy-server keeps its connections for 600 s
      mend: raise `terminationGracePeriodSeconds` to 600 or more, or lower `deregistration_delay_seconds`
    ");
}

#[test]
fn a_group_that_cuts_a_leaving_pod_s_connections_is_found() {
    let found = broken("DRAIN008", |platform| {
        argue(platform, "aws_lb_target_group.proxy", "deregistration_delay", text("1"));
    });
    insta::assert_snapshot!(found, @r"
    aws_lb_target_group.proxy in named/cluster/balancer.tf.json ends connections 1 s after a pod is deregistered, but Deployment/cors-proxy-server promises them 90 s
      mend: raise `deregistration_delay_seconds` to 90 or more
    ");
}

#[test]
fn a_binding_that_comes_with_the_pods_is_found() {
    let found = broken("DRAIN007", |platform| {
        set(platform, "TargetGroupBinding", "cors-proxy-server", "/metadata/annotations", json!({}));
    });
    insta::assert_snapshot!(found, @r"
    TargetGroupBinding/cors-proxy-server in named/manifests/cors-proxy-server/target-group-binding.yaml is synced no earlier than Deployment/cors-proxy-server, whose first pods then have no readiness gate
      mend: give it a lower `argocd.argoproj.io/sync-wave`
    ");
}

#[test]
fn health_checks_of_another_path_are_found() {
    let found = broken("LINK009", |platform| {
        argue(platform, "aws_lb_target_group.proxy", "health_check.path", text("/"));
    });
    insta::assert_snapshot!(found, @r"
    aws_lb_target_group.proxy in named/cluster/balancer.tf.json checks health at `/`, but the readiness probe uses `/readyz`
      mend: give its health check the port and path of the readiness probe
    ");
}

#[test]
fn a_balancer_that_stays_in_an_impaired_zone_is_found() {
    let found = broken("LINK007", |platform| {
        argue(platform, "aws_lb.proxy", "enable_zonal_shift", Expression::Bool(false));
    });
    insta::assert_snapshot!(found, @r"
    aws_lb_target_group.redirect in named/cluster/balancer.tf.json stays in an impaired zone that the cluster leaves: it does not opt in to zonal shift
      mend: set `zonal_shift.config.enabled=true` in the attributes of its load balancer
    aws_lb_target_group.proxy in named/cluster/balancer.tf.json stays in an impaired zone that the cluster leaves: it does not opt in to zonal shift
      mend: set `zonal_shift.config.enabled=true` in the attributes of its load balancer
    ");
}

#[test]
fn a_header_that_nobody_sends_is_found() {
    let found = broken("LINK027", |platform| {
        argue(platform, "aws_lb_target_group.proxy", "proxy_protocol_v2", Expression::Bool(false));
    });
    insta::assert_snapshot!(found, @r"
    aws_lb_target_group.proxy in named/cluster/balancer.tf.json hides its clients from cors-proxy-server: it neither keeps their addresses nor sends them in a header
      mend: set `proxy_protocol_v2.enabled=true` in the attributes of its target groups
    ");
}
