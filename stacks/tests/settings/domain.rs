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
    ] {
        let found = problems(&format!("[domain.sign_on]\n{settings}"));
        let text = refused(&format!("[domain.sign_on]\n{settings}"));
        assert_eq!(found.len(), missing.len(), "{settings}: {text}");
        for key in missing {
            assert!(text.contains(&format!("`domain.sign_on.{key}` ")), "{settings}: {text}");
        }
    }
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
            "edge.host",
            "which `services.mock_target_server.entrance.host`, `www.example.com` has: choose another",
        ),
        (
            "[services.mock_target_server.entrance]\nhost = \"proxy.example.com\"",
            "services.mock_target_server.entrance.host",
            "under which viewers reach the edge: choose another, or set `edge.host`",
        ),
    ] {
        let found = refused(&edge(keys));
        assert!(found.contains(&format!("`{key}` ")) && found.contains(says), "{keys}: {found}");
    }
    let long = |letters: usize| format!("name = \"{}\"\n{}", "n".repeat(letters), edge(""));
    assert!(
        refused(&long(27))
            .contains("of 33 characters, but Elastic Load Balancing allows 32: use at most 26 characters")
    );
    assert_eq!(refused(&long(26)), "", "behind an edge there is no target group of redirects");
}
