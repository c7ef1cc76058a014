//! Names, certificates, entrances and sign-on: what goes wrong between them is found.

use serde_json::json;
use stacks::Platform;

use crate::{
    balancer::broken,
    fixture::{BASE, NAMED, argue, build, found, remove_resource, set, settings, text, texts},
};

const OF_GUIDE: &str = "[domain]\nname = \"example.com\"\n[argocd]\ndomain = \"argocd.example.com\"\n";

fn under(overrides: &str) -> Platform {
    build(&settings("named", &[BASE, OF_GUIDE, overrides]))
}

/// Where a value of a chart stands in its Application.
fn value(name: &str) -> String {
    format!("/spec/source/helm/valuesObject/{name}")
}

const BINDING: (&str, &str) = ("TargetGroupBinding", "cors-proxy-server");

#[test]
fn a_binding_to_a_name_that_no_group_has_is_found() {
    let found = broken("LINK033", |platform| {
        set(platform, BINDING.0, BINDING.1, "/spec/targetGroupName", "other");
    });
    insta::assert_snapshot!(found, @r"
    aws_lb_target_group.proxy in named/cluster/balancer.tf.json is called `named-proxy`, which 0 TargetGroupBindings name
      mend: let one `TargetGroupBinding` name it in `targetGroupName`
    TargetGroupBinding/cors-proxy-server in named/manifests/cors-proxy-server/target-group-binding.yaml fills the target group `other`, which nobody makes
      mend: name a target group of the cluster stack, its type, and a port of the Service
    ");
}

#[test]
fn a_binding_to_a_port_that_the_service_lacks_is_found() {
    let found = broken("LINK033", |platform| {
        set(platform, BINDING.0, BINDING.1, "/spec/serviceRef/port", "https");
    });
    assert!(found.contains("a port that Service/cors-proxy-server does not have"), "{found}");
    let found = broken("LINK033", |platform| {
        argue(platform, "aws_lb_target_group.proxy", "target_type", text("instance"));
    });
    assert!(found.contains("has targets of type `ip`, but those of its group are `instance`"), "{found}");
}

#[test]
fn a_port_that_the_nodes_do_not_admit_is_found() {
    let found = broken("LINK034", |platform| {
        remove_resource(platform, "aws_vpc_security_group_ingress_rule.nodes_from_balancer_8081");
    });
    insta::assert_snapshot!(found, @r"
    aws_lb_target_group.redirect in named/cluster/balancer.tf.json sends clients to tcp port 8081 of cors-proxy-server, which the nodes' security group does not admit from the load balancer's
      mend: let tcp port 8081 in from the load balancer's security group
    ");
    let found = broken("LINK034", |platform| {
        remove_resource(platform, "aws_vpc_security_group_ingress_rule.nodes_from_balancer_9090");
    });
    assert!(found.contains("sends health checks to tcp port 9090"), "{found}");
}

#[test]
fn a_redirect_port_that_no_network_policy_admits_is_found() {
    let found = broken("LINK012", |platform| {
        set(platform, "NetworkPolicy", "cors-proxy-server", "/spec/ingress/0/ports/2/port", 8082);
    });
    assert!(found.contains("the clients of aws_lb_target_group.redirect on tcp port 8081"), "{found}");
}

#[test]
fn a_name_that_the_certificate_does_not_cover_is_found() {
    let found = broken("LINK035", |platform| {
        argue(platform, "aws_acm_certificate.main", "domain_name", text("argocd.example.com"));
    });
    insta::assert_snapshot!(found, @r"
    Ingress/grafana in named/manifests/entrances/ingress-grafana.yaml serves `grafana.example.com`, which the certificate for argocd.example.com does not cover
      mend: choose a name one label below the domain, or give it a certificate of its own
    aws_route53_record.proxy in named/cluster/names.tf.json serves `proxy.example.com`, which the certificate for argocd.example.com does not cover
      mend: choose a name one label below the domain, or give it a certificate of its own
    ");
    let deeper = under("[services.mock_target_server.entrance]\nhost = \"a.b.example.com\"\n");
    assert!(self::found(&deeper, "LINK035").contains("serves `a.b.example.com`"));
}

#[test]
fn a_certificate_of_its_own_covers_any_name() {
    let arn = "arn:aws:acm:eu-north-1:111122223333:certificate/11111111-2222-3333-4444-555555555555";
    let own =
        format!("[services.mock_target_server.entrance]\nhost = \"a.b.example.com\"\ncertificate_arn = \"{arn}\"\n");
    assert_eq!(found(&under(&own), "LINK035"), "");
}

#[test]
fn an_entrance_of_another_domain_is_found() {
    let other = under("[services.mock_target_server.entrance]\nhost = \"orders.other.example\"\n");
    insta::assert_snapshot!(found(&other, "LINK036"), @r"
    Ingress/mock-target-server in named/manifests/mock-target-server/ingress.yaml is reached as `orders.other.example`, for which nobody makes a record
      mend: choose a name below `domain.name`
    ");
}

/// Everything by which an issuer of `OpenID` Connect signs people in.
const SIGNED: &str = "[domain]\nargocd_scheme = \"internet-facing\"\n[domain.sign_on]\nprovider = \"oidc\"\nissuer = \"https://id.example.com\"\n\
                      authorize_url = \"https://id.example.com/a\"\ntoken_url = \"https://id.example.com/t\"\n\
                      userinfo_url = \"https://id.example.com/u\"\nadmins = [\"platform\"]\n";

#[test]
fn a_public_entrance_without_sign_on_is_found() {
    let open = under("[domain]\nargocd_scheme = \"internet-facing\"\ngrafana_scheme = \"internet-facing\"\n");
    insta::assert_snapshot!(found(&open, "SEC020"), @r#"
    Ingress/argocd in named/manifests/entrances/ingress-argocd.yaml opens `argocd.example.com` to the internet, where nobody but its own users signs in
      mend: set `domain.sign_on.provider`, and `domain.sign_on.local_admin` to false, or `domain.argocd_scheme` to "internal"
    Ingress/grafana in named/manifests/entrances/ingress-grafana.yaml opens `grafana.example.com` to the internet, where nobody but its own users signs in
      mend: set `domain.sign_on.provider`, and `domain.sign_on.local_admin` to false, or `domain.grafana_scheme` to "internal"
    "#);
}

#[test]
fn a_public_entrance_where_a_password_suffices_is_found() {
    let both = SIGNED.replacen("[domain]\n", "[domain]\ngrafana_scheme = \"internet-facing\"\n", 1);
    insta::assert_snapshot!(found(&under(&both), "SEC020"), @r#"
    Ingress/argocd in named/manifests/entrances/ingress-argocd.yaml opens `argocd.example.com` to the internet, where its own `admin` signs in by a password, too
      mend: set `domain.sign_on.local_admin` to false, or `domain.argocd_scheme` to "internal"
    Ingress/grafana in named/manifests/entrances/ingress-grafana.yaml opens `grafana.example.com` to the internet, where its own `admin` signs in by a password, too
      mend: set `domain.sign_on.local_admin` to false, or `domain.grafana_scheme` to "internal"
    "#);
    let alone = format!("{SIGNED}local_admin = false\n");
    assert_eq!(found(&under(&alone), "SEC020"), "");
    let mut platform = build(&settings("named", &[BASE, NAMED]));
    assert_eq!(found(&platform, "SEC020"), "");
    let scheme = "/metadata/annotations/alb.ingress.kubernetes.io~1scheme";
    set(&mut platform, "Ingress", "grafana", scheme, "internet-facing");
    assert_eq!(found(&platform, "SEC020"), "", "neither page nor header takes a password");
    set(&mut platform, "Application", "kube-prometheus-stack", &value("grafana/grafana.ini/auth.basic"), json!({}));
    assert!(found(&platform, "SEC020").contains("Ingress/grafana"), "Grafana takes a password in a header by itself");
}

#[test]
fn whoever_may_change_every_zone_is_found() {
    let changes = texts(&["route53:ChangeResourceRecordSets"]);
    let found = broken("SEC021", |platform| {
        argue(platform, "data.aws_iam_policy_document.external_dns", "statement.actions", changes);
    });
    assert!(found.contains("changes records of every zone of the account"), "{found}");
}

#[test]
fn records_that_are_not_marked_as_this_cluster_s_are_found() {
    let found = broken("SEC021", |platform| {
        set(platform, "Application", "external-dns", &value("txtOwnerId"), "default");
    });
    assert!(found.contains("does not mark its records"), "{found}");
    let found = broken("SEC021", |platform| {
        set(platform, "Application", "external-dns", &value("domainFilters"), json!([]));
    });
    assert!(found.contains("keeps records of other domains"), "{found}");
}

#[test]
fn external_dns_reads_every_zone_and_changes_its_own_alone() {
    let platform = build(&settings("named", &[BASE, NAMED]));
    let cluster = platform.parts.iter().find(|part| part.name() == "cluster").unwrap();
    let files = cluster.files();
    let file = files.iter().find(|file| file.path == "external-dns.tf.json").unwrap();
    let json: serde_json::Value = serde_json::from_str(&file.text).unwrap();
    let statements = json["data"]["aws_iam_policy_document"]["external_dns"]["statement"].as_array().unwrap();
    let about = |action: &str| {
        let of = statements.iter().find(|of| of["actions"].as_array().unwrap().contains(&action.into())).unwrap();
        of["resources"].clone()
    };
    assert_eq!(about("route53:ListResourceRecordSets"), json!(["arn:aws:route53:::hostedzone/*"]));
    let own = json!(["arn:aws:route53:::hostedzone/${aws_route53_zone.main.zone_id}"]);
    assert_eq!(about("route53:ChangeResourceRecordSets"), own);
}

#[test]
fn a_namespace_that_nobody_makes_is_found_with_its_setting() {
    insta::assert_snapshot!(found(&under("[domain.external_dns]\nnamespace = \"dns\"\n"), "LINK013"), @r"
    Application/external-dns in named/manifests/external-dns.yaml syncs to namespace `dns`, which nothing creates
      mend: set `domain.external_dns.namespace` to one that is there, such as `kube-system`
    ");
}

#[test]
fn a_chart_of_external_dns_that_nobody_knows_is_found() {
    let found = found(&under("[domain.external_dns]\nchart_version = \"9.9.9\"\n"), "VER007");
    assert!(found.contains("installs external-dns 9.9.9, but it is not known which Kubernetes versions"), "{found}");
    assert!(found.contains("set `domain.external_dns.chart_version`"), "{found}");
    assert!(!self::found(&under(""), "VER007").contains("external-dns"));
}
