//! LINK: zonal shift, and how clients are known behind a load balancer that serves all zones.

use insta::{allow_duplicates, assert_snapshot};

use crate::fixture::{argue, broken, edit, found, set, text, with};

const PROXY: &str = "cors-proxy-server";

/// Sets an attribute of the proxy's load balancer, or of its target groups; `None` leaves it to AWS.
fn attribute(platform: &mut stacks::Platform, of: &str, name: &str, value: Option<&str>) {
    edit(platform, "Service", PROXY, |service| {
        let key = format!("service.beta.kubernetes.io/aws-load-balancer-{of}");
        let annotation = &mut service["metadata"]["annotations"][key.as_str()];
        let prefix = format!("{name}=");
        let others = annotation.as_str().unwrap().split(',').filter(|of| !of.starts_with(&prefix)).map(str::to_owned);
        let all: Vec<_> = others.chain(value.map(|value| format!("{prefix}{value}"))).collect();
        *annotation = all.join(",").into();
    });
}

fn balancer(name: &str, value: Option<&str>) -> impl Fn(&mut stacks::Platform) {
    move |platform| attribute(platform, "attributes", name, value)
}

fn targets(name: &str, value: Option<&str>) -> impl Fn(&mut stacks::Platform) {
    move |platform| attribute(platform, "target-group-attributes", name, value)
}

/// The values that the proxy's arguments give the flag of trusted ranges, changed.
fn read_from(platform: &mut stacks::Platform, ranges: &[&str]) {
    edit(platform, "Deployment", PROXY, |deployment| {
        let args = deployment.pointer_mut("/spec/template/spec/containers/0/args").unwrap().as_array_mut().unwrap();
        while let Some(at) = args.iter().position(|arg| arg == "--proxy-protocol-from") {
            args.drain(at..at + 2);
        }
        for range in ranges {
            args.extend(["--proxy-protocol-from".into(), (*range).into()]);
        }
    });
}

const PUBLIC: [&str; 3] = ["10.0.192.0/22", "10.0.196.0/22", "10.0.200.0/22"];

#[test]
fn a_zonal_shift_that_karpenter_or_the_balancer_does_not_follow_is_found() {
    let told = "/spec/source/helm/valuesObject/settings/enableZonalShift";
    assert_snapshot!(broken("LINK007", |platform| set(platform, "Application", "karpenter", told, false)), @r"
    Application/karpenter in manifests/karpenter.yaml is not told of the zonal shift that the cluster has
      mend: set `settings.enableZonalShift` to true
    ");
    for silent in [None, Some("false")] {
        allow_duplicates! {
            assert_snapshot!(broken("LINK007", balancer("zonal_shift.config.enabled", silent)), @r"
            Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml stays in an impaired zone that the cluster leaves: it does not opt in to zonal shift
              mend: set `zonal_shift.config.enabled=true` in the attributes of its load balancer
            ");
        }
    }
    let off = "zonal_shift_config.enabled";
    assert_snapshot!(broken("LINK007", |platform| argue(platform, "aws_eks_cluster.main", off, synth_framework::Expression::Bool(false))), @r"
    Application/karpenter in manifests/karpenter.yaml is told of a zonal shift that the cluster does not have, and panics at its start
      mend: set `settings.enableZonalShift` to false
    Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml opts in to zonal shift, which the cluster does not have
      mend: set `zonal_shift.config.enabled=false` in the attributes of its load balancer
    ");
}

#[test]
fn a_balancer_that_aws_cannot_shift_is_found() {
    let cuts = "target_health_state.unhealthy.connection_termination.enabled";
    for kept in [None, Some("true")] {
        allow_duplicates! {
            assert_snapshot!(broken("LINK007", targets(cuts, kept)), @r"
            Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml balances across zones and ends connections to unhealthy targets, which AWS does not support with zonal shift
              mend: set `target_health_state.unhealthy.connection_termination.enabled=false` in the attributes of its target groups
            ");
        }
    }
    assert_snapshot!(broken("LINK007", |platform| set(platform, "Service", PROXY, "/spec/ports/0/protocol", "UDP")), @r"
    Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml balances udp port 80 across zones, which AWS does not support with zonal shift
      mend: balance that port inside each zone, in a Service of its own
    ");
    let inside = broken("LINK007", |platform| {
        balancer("load_balancing.cross_zone.enabled", Some("false"))(platform);
        targets(cuts, None)(platform);
    });
    assert_eq!(inside, "", "inside zones AWS asks for nothing");
}

#[test]
fn each_step_of_zonal_shift_is_sound_and_the_middle_one_is_no_place_to_stay() {
    for (word, half_way) in [("on", false), ("aws-only", true), ("off", false)] {
        let platform = with(&format!("[cluster]\nzonal_shift = \"{word}\""));
        assert_eq!(found(&platform, "LINK007"), "", "{word}");
        assert_eq!(found(&platform, "LINK025").is_empty(), !half_way, "{word}");
    }
    let platform = with("[cluster]\nzonal_shift = \"aws-only\"");
    assert_snapshot!(found(&platform, "LINK025"), @r#"
    Application/karpenter in manifests/karpenter.yaml is not told of zonal shift, which the cluster has
      mend: once the cluster stack is applied, set `cluster.zonal_shift` to "on"; or, once Argo CD has synced this, to "off"
    "#);
}

#[test]
fn clients_that_collide_are_found_and_either_way_out_is_one() {
    let mend = "set `preserve_client_ip.enabled=false` and `proxy_protocol_v2.enabled=true` in the attributes of its target \
                groups, or `load_balancing.cross_zone.enabled=false` in its own";
    let collides = format!(
        "Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml keeps its clients' addresses and balances across zones: connections from one client port to two of its addresses can collide in one pod\n  mend: {mend}"
    );
    let keep = targets("preserve_client_ip.enabled", Some("true"));
    assert_eq!(broken("LINK026", &keep), collides);
    // AWS's default for nodes is to keep them, and a target group may balance across zones by itself.
    let by_default = broken("LINK026", |platform| {
        targets("preserve_client_ip.enabled", None)(platform);
        let kind = "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-nlb-target-type";
        set(platform, "Service", PROXY, kind, "instance");
        balancer("load_balancing.cross_zone.enabled", None)(platform);
        targets("load_balancing.cross_zone.enabled", Some("true"))(platform);
    });
    assert_eq!(by_default, collides);
    let inside = broken("LINK026", |platform| {
        keep(platform);
        balancer("load_balancing.cross_zone.enabled", Some("false"))(platform);
    });
    assert_eq!(inside, "", "inside zones each of its addresses has pods of its own");
}

#[test]
fn a_header_that_is_sent_and_not_read_is_found() {
    assert_snapshot!(broken("LINK027", |platform| read_from(platform, &PUBLIC[..2])), @r"
    Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml does not read the PROXY protocol header that its load balancer sends from 10.0.200.0/22
      mend: add `--proxy-protocol-from 10.0.200.0/22` to its arguments
    ");
    let subnet =
        broken("LINK027", |platform| argue(platform, "aws_subnet.public_a", "cidr_block", text("10.0.252.0/22")));
    assert!(
        subnet.contains("does not read the PROXY protocol header that its load balancer sends from 10.0.252.0/22"),
        "{subnet}"
    );
    assert!(subnet.contains("believes the PROXY protocol header of everybody in 10.0.192.0/22"), "{subnet}");
}

#[test]
fn a_header_that_others_could_send_is_found() {
    let all = ["10.0.0.0/16", PUBLIC[0], PUBLIC[1], PUBLIC[2]];
    assert_snapshot!(broken("LINK027", |platform| read_from(platform, &all)), @r"
    Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml believes the PROXY protocol header of everybody in 10.0.0.0/16, which holds more than its load balancer
      mend: name only the subnets of load balancers in `--proxy-protocol-from`
    ");
}

#[test]
fn a_header_that_is_read_and_not_sent_is_found_and_clients_that_nobody_names() {
    let left = targets("proxy_protocol_v2.enabled", Some("false"));
    let silent = broken("LINK027", &left);
    assert!(
        silent.starts_with("Service/cors-proxy-server in manifests/cors-proxy-server/service.yaml hides its clients"),
        "{silent}"
    );
    for range in PUBLIC {
        assert!(
            silent.contains(&format!("expects a PROXY protocol header from {range}, where no load balancer sends one")),
            "{silent}"
        );
    }
    let kept = broken("LINK027", |platform| {
        left(platform);
        targets("preserve_client_ip.enabled", Some("true"))(platform);
        read_from(platform, &[]);
    });
    assert_eq!(kept, "", "addresses that are kept need no header");
    let annotated = broken("LINK027", |platform| {
        left(platform);
        let asked = "/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-proxy-protocol";
        set(platform, "Service", PROXY, asked, "*");
    });
    assert_eq!(annotated, "", "the controller's own annotation asks for it too");
}
