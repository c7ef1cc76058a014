//! Names and sign-on: what cannot work is refused with its key and a remedy.

use crate::{problems, refused};

const NAMED: &str = "[argocd]\ndomain = \"argocd.example.com\"\n[domain]\nname = \"example.com\"\n";

#[test]
fn a_domain_needs_no_other_key() {
    assert_eq!(refused(NAMED), "");
    assert_eq!(
        refused("[domain.sign_on]\nprovider = \"github\"\norganization = \"example-org\"\nadmins = [\"a\"]"),
        ""
    );
}

#[test]
fn names_lie_one_label_below_the_domain_and_apart() {
    for (settings, key, says) in [
        ("[domain]\nname = \"example.com\"", "argocd.domain", "use `argocd.example.com`"),
        ("[domain]\nname = \"com\"", "domain.name", "a domain such as `example.com` is expected"),
        (&format!("{NAMED}proxy = \"argocd\""), "domain.proxy", "choose another"),
        (&format!("{NAMED}grafana = \"proxy\""), "domain.grafana", "choose another"),
        (&format!("{NAMED}grafana = \"a.b\""), "domain.grafana", "a label such as `proxy` is expected"),
        (&format!("{NAMED}zone = \"made\""), "domain.zone", "one of `create` and `adopt`"),
        (
            &format!("{NAMED}[services.cors_proxy_server]\nadmin_port = 8081"),
            "services.cors_proxy_server.admin_port",
            "sends requests without TLS to HTTPS",
        ),
        (
            &format!("name = \"{}\"\n{NAMED}", "n".repeat(24)),
            "name",
            "of 33 characters, but Elastic Load Balancing allows 32: use at most 23 characters",
        ),
    ] {
        let found = refused(settings);
        assert!(found.contains(&format!("`{key}` ")) && found.contains(says), "{settings}: {found}");
    }
    assert_eq!(refused(&format!("name = \"{}\"\n{NAMED}", "n".repeat(23))), "");
    assert_eq!(refused(&format!("name = \"{}\"", "n".repeat(24))), "", "nobody names a target group without a domain");
}

#[test]
fn sign_on_that_lacks_something_is_refused() {
    for (settings, missing) in [
        ("provider = \"github\"", &["organization", "admins"][..]),
        ("provider = \"oidc\"", &["issuer", "authorize_url", "token_url", "userinfo_url", "admins"]),
        ("local_admin = false", &["local_admin"]),
        ("provider = \"saml\"", &["provider"]),
        ("issuer = \"http://id.example.com\"", &["issuer"]),
        ("admins = [\"a,b\"]", &["admins[0]"]),
        ("admins = [\"it's\"]", &["admins[0]"]),
        ("admins = [\"role:readonly\"]", &["admins[0]"]),
        ("readers = [\"a\", \"proj:a:b\"]", &["readers[1]"]),
        ("provider = \"github\"\norganization = \"example-org\"\nadmins = [\"Platform Team\"]", &["admins[0]"]),
        ("scopes = [\"open id\"]", &["scopes[0]"]),
        (&format!("{OIDC}scopes = [\"email\"]"), &["scopes"]),
    ] {
        let found = problems(&format!("[domain.sign_on]\n{settings}"));
        let text = refused(&format!("[domain.sign_on]\n{settings}"));
        assert_eq!(found.len(), missing.len(), "{settings}: {text}");
        for key in missing {
            assert!(text.contains(&format!("`domain.sign_on.{key}` ")), "{settings}: {text}");
        }
    }
}

/// All that an issuer of `OpenID` Connect needs.
const OIDC: &str = "provider = \"oidc\"\nissuer = \"https://id.example.com\"\nauthorize_url = \"https://id.example.com/a\"\n\
                    token_url = \"https://id.example.com/t\"\nuserinfo_url = \"https://id.example.com/u\"\nadmins = [\"Platform Team\"]\n";

#[test]
fn groups_of_an_issuer_have_any_name_and_teams_of_github_their_slug() {
    assert_eq!(refused(&format!("[domain.sign_on]\n{OIDC}scopes = [\"openid\", \"email\"]")), "");
    let teams = "[domain.sign_on]\nprovider = \"github\"\norganization = \"example-org\"\nadmins = [\"Platform Team\"]";
    assert!(refused(teams).contains("write `platform-team`"), "{}", refused(teams));
}

#[test]
fn what_the_provider_does_not_read_is_refused() {
    let github = "[domain.sign_on]\nprovider = \"github\"\norganization = \"example-org\"\nadmins = [\"a\"]\nissuer = \"https://id.example.com\"\n";
    insta::assert_snapshot!(refused(github), @"staging.toml:5:10: `domain.sign_on.issuer` is set, but `domain.sign_on.provider` is `github`, which does not read it: remove it");
    let oidc = format!("[domain.sign_on]\n{OIDC}organization = \"example-org\"\n");
    insta::assert_snapshot!(refused(&oidc), @"staging.toml:8:16: `domain.sign_on.organization` is set, but `domain.sign_on.provider` is `oidc`, which does not read it: remove it");
    let off = "[domain.sign_on]\nprovider = \"\"\norganization = \"example-org\"\n";
    assert_eq!(refused(off), "", "an environment may turn off what all have");
}

#[test]
fn nothing_is_opened_that_has_no_name() {
    let open = "[domain]\nargocd_scheme = \"internet-facing\"\ngrafana_scheme = \"internet-facing\"\n";
    insta::assert_snapshot!(refused(open), @r"
    staging.toml:2:17: `domain.argocd_scheme` is `internet-facing`, but `domain.name` is empty, so that nothing leads there: set it, or remove this
    staging.toml:3:18: `domain.grafana_scheme` is `internet-facing`, but `domain.name` is empty, so that nothing leads there: set it, or remove this
    ");
}

#[test]
fn external_dns_has_a_place_and_an_account_of_its_own() {
    let of = |keys: &str| refused(&format!("{NAMED}[domain.external_dns]\n{keys}"));
    assert_eq!(
        of("namespace = \"argocd\"\nservice_account = \"karpenter\""),
        "",
        "the same name elsewhere is another account"
    );
    assert_eq!(refused("[domain.external_dns]\nservice_account = \"karpenter\""), "", "without a domain there is none");
    for (keys, key, says) in [
        ("service_account = \"karpenter\"", "service_account", "in the same namespace, and an account has one role"),
        ("service_account = \"ebs-csi-controller-sa\"", "service_account", "which another part of the platform has"),
        ("service_account = \"default\"", "service_account", "the account of all pods of its namespace that name none"),
        ("namespace = \"services\"", "namespace", "where only services may run"),
    ] {
        let found = of(keys);
        assert!(found.contains(&format!("`domain.external_dns.{key}` ")) && found.contains(says), "{keys}: {found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
    // Where another setting becomes that of external-dns, which stands in no file, the table says so.
    let found = refused(&format!("{NAMED}[karpenter]\nservice_account = \"external-dns\""));
    assert!(found.contains("`domain.external_dns.service_account` is `external-dns`"), "{found}");
}

#[test]
fn a_name_that_a_load_balancer_may_not_have_is_refused_where_terraform_makes_one() {
    for name in ["internal", "internal-shop"] {
        let named = format!("name = \"{name}\"\n");
        assert_eq!(refused(&named), "", "the controller makes names of its own");
        for owner in [NAMED, "[edge]\nenabled = true\n"] {
            let found = refused(&format!("{named}{owner}"));
            assert!(
                found.contains("`name` ") && found.contains("refuses those that begin with `internal-`"),
                "{found}"
            );
        }
    }
}

#[test]
fn a_certificate_of_another_partition_than_its_region_s_is_refused() {
    let arn = "arn:aws-cn:acm:us-east-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    let found = refused(&format!("[edge]\nhost = \"www.example.com\"\ncertificate_arn = \"{arn}\"\n"));
    assert!(found.contains("`edge.certificate_arn` ") && found.contains("begin it with `arn:aws:`"), "{found}");
}

const ARN: &str = "arn:aws:acm:us-east-1:111122223333:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";

#[test]
fn an_edge_takes_its_host_from_the_domain() {
    let edge = |keys: &str| format!("{NAMED}[edge]\nenabled = true\n{keys}");
    let elsewhere = format!("host = \"www.example.org\"\ncertificate_arn = \"{ARN}\"");
    for keys in ["", "host = \"www.example.com\"", &format!("certificate_arn = \"{ARN}\""), &elsewhere] {
        assert_eq!(refused(&edge(keys)), "", "{keys}");
    }
    assert_eq!(
        refused(&edge("[services.cors_proxy_server]\nadmin_port = 8081")),
        "",
        "nothing is redirected behind an edge"
    );
    for (keys, key, says) in [
        ("host = \"www.example.org\"", "edge.certificate_arn", "or use a host such as `proxy.example.com`"),
        ("host = \"example.com\"", "edge.certificate_arn", "or use a host such as `proxy.example.com`"),
        ("host = \"a.b.example.com\"", "edge.certificate_arn", "name a certificate of it in us-east-1"),
        (
            "host = \"argocd.example.com\"",
            "edge.host",
            "which `argocd.domain`, `argocd.example.com` has: choose another",
        ),
        ("host = \"grafana.example.com\"", "edge.host", "`grafana.example.com` has: choose another"),
        (
            "host = \"www.example.com\"\n[services.mock_target_server.entrance]\nhost = \"www.example.com\"",
            "services.mock_target_server.entrance.host",
            "is `www.example.com`, the name that `edge.host` makes: choose another",
        ),
        (
            "[services.mock_target_server.entrance]\nhost = \"proxy.example.com\"",
            "services.mock_target_server.entrance.host",
            "the name that `domain.proxy` makes: choose another, or set `edge.host`",
        ),
    ] {
        let found = refused(&edge(keys));
        assert!(found.contains(&format!("`{key}` ")) && found.contains(says), "{keys}: {found}");
    }
    assert_eq!(refused(&edge("host = \"proxy.example.com\"")), "", "it is the proxy's name that it takes over");
    let long = |letters: usize| format!("name = \"{}\"\n{}", "n".repeat(letters), edge(""));
    assert!(
        refused(&long(27))
            .contains("of 33 characters, but Elastic Load Balancing allows 32: use at most 26 characters")
    );
    assert_eq!(refused(&long(26)), "", "behind an edge there is no target group of redirects");
}

#[test]
fn the_name_of_argo_cd_is_nobody_else_s_without_a_domain_too() {
    let argocd = "[argocd]\ndomain = \"argocd.example.com\"\n";
    let edge = format!("[edge]\nenabled = true\nhost = \"argocd.example.com\"\ncertificate_arn = \"{ARN}\"\n");
    insta::assert_snapshot!(refused(&[argocd, &edge].concat()), @"staging.toml:5:8: `edge.host` makes the name `argocd.example.com`, which `argocd.domain`, `argocd.example.com` has: choose another");
    let entrance = "[services.mock_target_server.entrance]\nhost = \"argocd.example.com\"\n";
    insta::assert_snapshot!(refused(&[argocd, entrance].concat()), @"staging.toml:4:8: `services.mock_target_server.entrance.host` is `argocd.example.com`, the name that `argocd.domain` makes: choose another");
}
