//! What stands before the proxy: each policy of EDGE passes on the fixture with an edge, and finds what breaks it.

use serde_json::{Value as Json, json};
use stacks::{Platform, policies};
use synth_framework::Expression;

use crate::fixture::{BASE, argue, build, edit, found, resource, settings, small, text};

const EDGE: &str = include_str!("../fixtures/edge.toml");

fn fronted() -> Platform {
    build(&settings("fronted", &[BASE, EDGE]))
}

#[track_caller]
fn broken(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = fronted();
    assert_eq!(found(&platform, code), "", "the policy passes on the sound platform");
    change(&mut platform);
    found(&platform, code)
}

fn arguments(platform: &mut Platform, change: impl Fn(&mut Vec<Json>)) {
    edit(platform, "Deployment", "cors-proxy-server", |object| {
        change(object.pointer_mut("/spec/template/spec/containers/0/args").unwrap().as_array_mut().unwrap());
    });
}

#[test]
fn no_policy_finds_anything_of_an_edge() {
    let platform = fronted();
    let about = |code: &&str| !found(&platform, code).is_empty();
    let codes: Vec<_> = policies::all().map(|policy| policy.code).filter(about).collect();
    assert_eq!(codes, ["VER007"], "the fixtures' Argo CD is as old as everywhere");
}

#[test]
fn an_origin_that_nobody_makes_is_found() {
    let found = broken("EDGE001", |platform| argue(platform, "aws_lb.proxy", "name", text("other")));
    insta::assert_snapshot!(found, @r"
    data.aws_lb.proxy in fronted/edge/origin.tf.json looks for a load balancer `fronted-proxy`, which no stack makes
      mend: let the cluster stack make it, or give it that name
    ");
}

#[test]
fn ways_around_the_edge_are_found() {
    let found = broken("EDGE002", |platform| {
        argue(platform, "aws_lb.proxy", "internal", Expression::Bool(false));
        argue(
            platform,
            "aws_vpc_security_group_ingress_rule.balancer_from_cloudfront_80",
            "prefix_list_id",
            Expression::Null,
        );
    });
    insta::assert_snapshot!(found, @r"
    aws_lb.proxy in fronted/cluster/balancer.tf.json is behind the edge, and has addresses on the internet
      mend: set `internal` to true: CloudFront reaches it inside the VPC
    aws_vpc_security_group_ingress_rule.balancer_from_cloudfront_80 in fronted/cluster/balancer.tf.json lets others than CloudFront reach the load balancer behind the edge
      mend: admit the prefix list of CloudFront's servers alone
    ");
}

#[test]
fn times_that_cut_the_proxy_off_are_found() {
    let found = broken("EDGE003", |platform| {
        arguments(platform, |args| {
            args.extend([json!("--timeout"), json!("2m"), json!("--idle-timeout"), json!("20s")]);
        });
    });
    insta::assert_snapshot!(found, @r"
    aws_cloudfront_distribution.main in fronted/edge/distribution.tf.json waits 60 s for the proxy, which waits 120 s for its targets
      mend: raise `origin_read_timeout` above the proxy's `--timeout`, or lower that
    aws_cloudfront_distribution.main in fronted/edge/distribution.tf.json keeps connections for 50 s, the proxy for 20 s
      mend: lower `origin_keepalive_timeout` below the proxy's `--idle-timeout`, or raise that
    ");
}

#[test]
fn a_key_without_what_answers_vary_by_is_found() {
    let found = broken("EDGE004", |platform| {
        let path = "parameters_in_cache_key_and_forwarded_to_origin.headers_config.headers.items";
        argue(platform, "aws_cloudfront_cache_policy.proxy", path, Expression::List(vec![text("Origin")]));
    });
    insta::assert_snapshot!(found, @r"
    aws_cloudfront_cache_policy.proxy in fronted/edge/caching.tf.json keeps responses without Access-Control-Request-Headers, Access-Control-Request-Method, Authorization, Host, Sec-Fetch-Site in its key, by which the proxy's answers vary
      mend: add them to the headers of its key
    Deployment/cors-proxy-server in fronted/manifests/cors-proxy-server/deployment.yaml takes Accept, Accept-Language, Access-Control-Request-Headers, Access-Control-Request-Method, Authorization, Host, Sec-Fetch-Site for a key of the edge's cache
      mend: name the headers of the cache policy in `--cache-key`
    ");
}

#[test]
fn a_proxy_that_does_not_know_the_key_is_found() {
    let found = broken("EDGE004", |platform| arguments(platform, |args| args.retain(|of| *of != json!("--cache-key"))));
    insta::assert_snapshot!(found, @r"
    Deployment/cors-proxy-server in fronted/manifests/cors-proxy-server/deployment.yaml does not know by what its responses are kept, and keeps nothing from the edge
      mend: name the headers of the cache policy in `--cache-key`
    ");
}

#[test]
fn a_limit_by_what_requests_say_is_found() {
    let found = broken("EDGE005", |platform| {
        let path = "rule.statement.rate_based_statement.aggregate_key_type";
        argue(platform, "aws_wafv2_web_acl.main", path, text("FORWARDED_IP"));
    });
    insta::assert_snapshot!(found, @r"
    aws_wafv2_web_acl.main in fronted/edge/firewall.tf.json refuses no address that asks too often
      mend: add a rule that blocks by `rate_based_statement` with `aggregate_key_type` IP
    ");
}

#[test]
fn an_open_bucket_of_logs_and_one_that_serves_everybody_are_found() {
    let found = broken("EDGE006", |platform| {
        let block = "aws_s3_bucket_public_access_block.access_log";
        argue(platform, block, "restrict_public_buckets", Expression::Bool(false));
    });
    insta::assert_snapshot!(found, @r"
    aws_s3_bucket.access_log in fronted/edge/logs.tf.json may be opened to everybody
      mend: set all four of its public access block
    ");
}

#[test]
fn a_proxy_that_believes_anybody_is_found_and_one_that_does_not_believe_its_edge() {
    let found_behind = broken("EDGE007", |platform| {
        arguments(platform, |args| {
            args.retain(|of| *of != json!("--behind-edge"));
            args.extend([json!("--trust-forwarded-from"), json!("10.0.0.0/8")]);
        });
    });
    insta::assert_snapshot!(found_behind, @r"
    Deployment/cors-proxy-server in fronted/manifests/cors-proxy-server/deployment.yaml does not believe the edge, and takes its servers for the clients
      mend: give it `--behind-edge`
    Deployment/cors-proxy-server in fronted/manifests/cors-proxy-server/deployment.yaml believes the forwarded addresses of everybody in 10.0.0.0/8
      mend: remove `--trust-forwarded-from`: an edge is believed by `--behind-edge`
    ");
    let mut platform = small();
    arguments(&mut platform, |args| args.push(json!("--behind-edge")));
    insta::assert_snapshot!(found(&platform, "EDGE007"), @r"
    Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml believes forwarded addresses, and no edge is before it
      mend: remove `--behind-edge`
    ");
}

/// With a host whose certificate is somebody else's, outside of every zone or as the domain itself.
fn of_host(host: &str, overrides: &str) -> Platform {
    let arn = "arn:aws:acm:us-east-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    let keys = format!("enabled = true\nhost = \"{host}\"\ncertificate_arn = \"{arn}\"\n");
    build(&settings("fronted", &[BASE, &EDGE.replace("enabled = true\n", &keys), overrides]))
}

#[test]
fn a_host_of_the_edge_that_leads_elsewhere_is_found() {
    let found_elsewhere = broken("EDGE008", |platform| {
        let record = "aws_route53_record.viewers";
        argue(platform, record, "alias.name", text("fronted-proxy.elb.eu-north-1.amazonaws.com"));
        argue(platform, "aws_route53_record.viewers_ipv6", "type", text("TXT"));
    });
    insta::assert_snapshot!(found_elsewhere, @r"
    aws_route53_record.viewers in fronted/edge/names.tf.json leads `proxy.example.com`, the host of the edge, elsewhere
      mend: remove it, or let its alias lead to the distribution
    aws_cloudfront_distribution.main in fronted/edge/distribution.tf.json is reached as `proxy.example.com`, which has no record AAAA
      mend: add alias records of both kinds that lead to it
    ");
    let elsewhere = of_host("www.example.org", "");
    assert_eq!(found(&elsewhere, "EDGE008"), "", "whose zone is somebody else's, has records there");
}

#[test]
fn the_domain_itself_may_be_the_host_of_the_edge() {
    for zone in ["create", "adopt"] {
        let platform = of_host("example.com", &format!("[domain]\nzone = \"{zone}\"\n"));
        assert_eq!(found(&platform, "EDGE008"), "", "who may issue certificates leads nobody anywhere: {zone}");
    }
    let mut platform = of_host("example.com", "");
    argue(&mut platform, "aws_route53_record.authorities", "type", text("CNAME"));
    assert!(found(&platform, "EDGE008").contains("leads `example.com`, the host of the edge, elsewhere"));
}

#[test]
fn a_certificate_of_the_edge_that_cloudfront_does_not_take_is_found() {
    let found = broken("EDGE008", |platform| {
        argue(platform, "aws_acm_certificate.host", "domain_name", text("www.example.com"));
        resource(platform, "aws_acm_certificate.host", |certificate| certificate.provider_alias = None);
    });
    insta::assert_snapshot!(found, @r"
    aws_acm_certificate.host in fronted/edge/names.tf.json is not for `proxy.example.com`, the host of the edge
      mend: set `domain_name` to that host
    aws_acm_certificate.host in fronted/edge/names.tf.json lies in the environment's region, where CloudFront does not look
      mend: make it by the provider `global`
    ");
}
