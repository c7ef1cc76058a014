//! Ways in from outside of the cluster.

use insta::assert_snapshot;
use serde_json::json;
use stacks::{Platform, policies};

use crate::fixture::{BASE, SMALL, TODAY, build, edit, found, of_the_guide, set, settings, with};

const TARGET: &str = "mock-target-server";

/// The target with an entrance, and as long a way out as that needs.
const ENTERED: &str = "[services.mock_target_server]\npre_stop_seconds = 15\ndrain_delay_seconds = 45\n\
    [services.mock_target_server.entrance]\nhost = \"target.example.com\"\n";

/// The findings once an annotation of the Ingress has another value, or none.
#[track_caller]
fn annotated(code: &str, name: &str, value: Option<&str>) -> String {
    changed(code, |platform| {
        edit(platform, "Ingress", TARGET, |object| {
            let name = format!("alb.ingress.kubernetes.io/{name}");
            let annotations = object["metadata"]["annotations"].as_object_mut().unwrap();
            match value {
                Some(value) => drop(annotations.insert(name, json!(value))),
                None => drop(annotations.remove(&name)),
            }
        });
    })
}

/// The findings once the platform with an entrance is changed. There are none before.
#[track_caller]
fn changed(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = with(ENTERED);
    assert_eq!(found(&platform, code), "");
    change(&mut platform);
    found(&platform, code)
}

#[test]
fn an_entrance_to_nowhere_is_found() {
    assert_snapshot!(changed("LINK031", |platform| {
        set(platform, "Ingress", TARGET, "/spec/rules/0/http/paths/0/backend/service/name", "nobody");
    }), @r"
    Ingress/mock-target-server in manifests/mock-target-server/ingress.yaml leads to Service/nobody, which has no pods
      mend: name the Service of a Deployment of its namespace
    ");
    assert_snapshot!(changed("LINK031", |platform| {
        set(platform, "Ingress", TARGET, "/spec/rules/0/http/paths/0/backend/service/port/name", "web");
    }), @r"
    Ingress/mock-target-server in manifests/mock-target-server/ingress.yaml leads to port `web` of Service/mock-target-server, which is none of it, or of no container
      mend: name a port of the Service that leads to one of the container
    ");
}

#[test]
fn a_load_balancer_that_the_pods_do_not_admit_is_found() {
    assert_snapshot!(changed("LINK031", |platform| {
        edit(platform, "NetworkPolicy", TARGET, |object| {
            object["spec"]["ingress"].as_array_mut().unwrap().retain(|rule| rule["from"][0].get("ipBlock").is_none());
        });
    }), @r"
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is sent requests by the load balancer of Ingress/mock-target-server on port 3000 from 10.0.0.0/18, which no network policy admits
      mend: admit tcp port 3000 from 10.0.0.0/18 in the pods' network policy
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is sent requests by the load balancer of Ingress/mock-target-server on port 9091 from 10.0.0.0/18, which no network policy admits
      mend: admit tcp port 9091 from 10.0.0.0/18 in the pods' network policy
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is sent requests by the load balancer of Ingress/mock-target-server on port 3000 from 10.0.64.0/18, which no network policy admits
      mend: admit tcp port 3000 from 10.0.64.0/18 in the pods' network policy
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is sent requests by the load balancer of Ingress/mock-target-server on port 9091 from 10.0.64.0/18, which no network policy admits
      mend: admit tcp port 9091 from 10.0.64.0/18 in the pods' network policy
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is sent requests by the load balancer of Ingress/mock-target-server on port 3000 from 10.0.128.0/18, which no network policy admits
      mend: admit tcp port 3000 from 10.0.128.0/18 in the pods' network policy
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml is sent requests by the load balancer of Ingress/mock-target-server on port 9091 from 10.0.128.0/18, which no network policy admits
      mend: admit tcp port 9091 from 10.0.128.0/18 in the pods' network policy
    ");
}

#[test]
fn an_entrance_that_asks_another_question_than_the_probe_is_found() {
    assert_snapshot!(annotated("LINK031", "healthcheck-path", Some("/")), @r"
    Ingress/mock-target-server in manifests/mock-target-server/ingress.yaml asks for health at `/` on port `9091`, but the readiness probe of Deployment/mock-target-server at `/readyz` on `admin`
      mend: give its health check the port and path of the readiness probe
    ");
}

#[test]
fn entrances_of_one_load_balancer_that_disagree_are_found() {
    let other = ENTERED.replace("mock_target_server", "internal.orders").replace("target.example", "orders.example");
    let table = "[services.internal.orders]\ncallers = []\nport = 8080\nadmin_port = 9090\nmin_replicas = 3\n\
        max_replicas = 3\ncpu_request_millicores = 100\nmemory_mib = 64\nscale_on = [\"cpu\"]\n\
        target_cpu_utilization = 60\ntarget_requests_per_second = 600\ntarget_in_flight = 150\n\
        drain_timeout_seconds = 30\n";
    let image = "[services.internal.orders.image]\ntag = \"0.1.0\"\ndigest = \"\"\n";
    let other = other.replace("[services.internal.orders]\n", table);
    let mut platform = with(&[ENTERED, &other, image].concat());
    for code in ["LINK031", "LINK032", "DRAIN007", "DRAIN014", "SEC019"] {
        assert_eq!(found(&platform, code), "", "{code}");
    }
    edit(&mut platform, "Ingress", "orders", |object| {
        object["metadata"]["annotations"]["alb.ingress.kubernetes.io/scheme"] = json!("internet-facing");
    });
    assert_snapshot!(found(&platform, "LINK032"), @r"
    Ingress/orders in manifests/orders/ingress.yaml says `scheme: internet-facing` of the load balancer `small-internal`, and Ingress/mock-target-server `internal`
      mend: say the same, or name another `group.name`
    ");
}

#[test]
fn pods_that_leave_before_their_load_balancer_knows_are_found() {
    assert_snapshot!(found(&with(&ENTERED.replace("45", "5")), "DRAIN014"), @r"
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml accepts for 20 s after it is told to stop, but the load balancer of Ingress/mock-target-server may send new requests for 60 s
      mend: raise `pre_stop_seconds` and `drain_delay_seconds` to 60 or more together
    ");
    assert_snapshot!(annotated("DRAIN014", "target-group-attributes", None), @r"
    Ingress/mock-target-server in manifests/mock-target-server/ingress.yaml waits 300 s for the answers of a pod that goes, but Deployment/mock-target-server promises them 90 s and is killed after 95
      mend: let `deregistration_delay.timeout_seconds` lie between the two
    ");
    assert_snapshot!(changed("DRAIN014", |platform| {
        edit(platform, "Ingress", TARGET, |object| {
            object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] = json!("0");
        });
    }), @r"
    Ingress/mock-target-server in manifests/mock-target-server/ingress.yaml is synced no earlier than Deployment/mock-target-server, whose first pods then have no readiness gate
      mend: give it a lower `argocd.argoproj.io/sync-wave`
    ");
}

#[test]
fn an_entrance_over_plain_http_is_found() {
    assert_snapshot!(annotated("SEC019", "ssl-redirect", None), @r"
    Ingress/mock-target-server in manifests/mock-target-server/ingress.yaml answers over plain HTTP, too
      mend: annotate it `alb.ingress.kubernetes.io/listen-ports` with HTTPS, and `ssl-redirect` with its port
    ");
    assert_snapshot!(annotated("SEC019", "listen-ports", Some(r#"[{"HTTP":80}]"#)), @r"
    Ingress/mock-target-server in manifests/mock-target-server/ingress.yaml listens to plain HTTP alone
      mend: annotate it `alb.ingress.kubernetes.io/listen-ports` with HTTPS, and `ssl-redirect` with its port
    ");
}

#[test]
fn the_default_environment_passes_with_the_site_of_the_guide_with_and_without_a_domain() {
    let slow = "[services.internal.orders]\npre_stop_seconds = 15\ndrain_delay_seconds = 45\n";
    let domain = "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n";
    for more in ["", domain] {
        let layers = [BASE, of_the_guide("## Add a service"), slow, of_the_guide("### A site under a name"), more];
        let platform = build(&settings("default", &layers));
        let review = policies::review(&platform, TODAY);
        let errors: Vec<_> = review.errors().map(|finding| format!("{} {}", finding.code, finding.message)).collect();
        assert_eq!(errors, [""; 0], "{more}");
        assert!(platform.objects().any(|object| object.kind() == "Ingress" && object.name() == "orders"));
    }
}

#[test]
fn a_rule_behind_one_that_takes_all_of_its_requests_is_found() {
    let orders = |path: &str| {
        let table = of_the_guide("## Add a service").replace("orders", "a-site");
        format!("{table}\n[services.internal.a-site.entrance]\nhost = \"shop.example.com\"\npath = \"{path}\"\n")
    };
    let shop = "[services.mock_target_server.entrance]\nhost = \"shop.example.com\"\npath = \"/orders\"\n";
    let built = |path: &str| build(&settings("small", &[BASE, SMALL, &orders(path), shop]));
    for path in ["/", "/ord", "/orders/new"] {
        assert_eq!(found(&built(path), "LINK031"), "", "{path}");
    }
    let mut platform = built("/");
    let order = "/metadata/annotations/alb.ingress.kubernetes.io~1group.order";
    set(&mut platform, "Ingress", TARGET, order, ());
    assert_snapshot!(found(&platform, "LINK031"), @r"
    Ingress/mock-target-server in small/manifests/mock-target-server/ingress.yaml is never asked: the load balancer tries Ingress/a-site first, which takes all of `shop.example.com` below `/`
      mend: give it a lower `alb.ingress.kubernetes.io/group.order`
    ");
}

/// So many services with an entrance each.
fn many(number: usize) -> String {
    let table = of_the_guide("## Add a service");
    let site = |number: usize| {
        let name = format!("site-{number}");
        let table = table.replace("orders", &name);
        format!("{table}\n[services.internal.{name}.entrance]\nhost = \"{name}.example.com\"\n")
    };
    (0..number).map(site).collect()
}

#[test]
fn more_than_a_load_balancer_may_have_is_found() {
    assert_eq!(found(&with(&many(26)), "SCALE029"), "", "one of them is the listener's own");
    assert_snapshot!(found(&with(&many(27)), "SCALE029"), @r"
    Ingress/site-9 in manifests/site-9/ingress.yaml is one of 27 ways in that share the load balancer `small-internal`, which may come to 27 certificates, but AWS allows 26
      mend: let several entrances name one certificate that covers all their hosts, as that of a domain does, or ask AWS for more
    ");
    let domain = "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n";
    assert_eq!(found(&with(&[&many(27), domain].concat()), "SCALE029"), "", "the domain has one certificate for all");
    let most = found(&with(&many(101)), "SCALE029");
    for what in
        ["101 certificates, but AWS allows 26", "101 rules, but AWS allows 100", "101 target groups", "1212 targets"]
    {
        assert!(most.contains(what), "{what}: {most}");
    }
}
