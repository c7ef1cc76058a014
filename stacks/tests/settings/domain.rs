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
