//! Grafana, which shows what Prometheus has, and asks the same as Argo CD who people are.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EnvVarSource, SecretKeySelector};

use crate::{
    charts::{
        self,
        prometheus_stack::{Component, Dashboards, Grafana, Rights, Sidecar},
    },
    settings::{Provider, Settings, SignOn},
};

/// The label by which Grafana finds the `ConfigMap`s that hold dashboards.
pub(in crate::manifests) const DASHBOARD_LABEL: &str = "grafana_dashboard";

pub(super) fn values(pods: Component, settings: &Settings) -> Grafana {
    let sign_on = &settings.domain.sign_on;
    Grafana {
        fullname_override: None,
        pods,
        rbac: Rights { namespaced: true },
        sidecar: Sidecar {
            resources: charts::sized("50m", "128Mi"),
            dashboards: Dashboards {
                label: DASHBOARD_LABEL.to_owned(),
                search_namespace: settings.observability.namespace.clone(),
            },
        },
        ini: ini(settings),
        env_value_from: section(sign_on).map(|section| secrets(section, &sign_on.secret)).unwrap_or_default(),
    }
}

/// A section of Grafana's configuration.
fn entries<const COUNT: usize>(entries: [(&str, String); COUNT]) -> BTreeMap<String, String> {
    entries.map(|(key, value)| (key.to_owned(), value)).into()
}

/// The section about who knows people.
fn section(sign_on: &SignOn) -> Option<&'static str> {
    match sign_on.provider {
        Provider::Nobody => None,
        Provider::Github => Some("github"),
        Provider::Oidc => Some("generic_oauth"),
    }
}

/// Grafana's own name, and who knows people.
fn ini(settings: &Settings) -> BTreeMap<String, BTreeMap<String, String>> {
    let sign_on = &settings.domain.sign_on;
    let server = settings.grafana_host().map(|host| {
        let root = format!("https://{host}/");
        ("server".to_owned(), entries([("domain", host), ("root_url", root)]))
    });
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    let own = section(sign_on).map(|section| {
        let mut of = entries([
            ("enabled", "true".to_owned()),
            ("allow_sign_up", "true".to_owned()),
            ("role_attribute_path", roles(sign_on)),
            // Whoever is in none of the groups does not get in.
            ("role_attribute_strict", "true".to_owned()),
        ]);
        of.extend(match sign_on.provider {
            Provider::Github => entries([
                ("scopes", "user:email,read:org".to_owned()),
                ("allowed_organizations", given(&sign_on.organization)),
            ]),
            _ => entries([
                ("name", settings.name.clone()),
                ("scopes", "openid profile email groups".to_owned()),
                ("auth_url", given(&sign_on.authorize_url)),
                ("token_url", given(&sign_on.token_url)),
                ("api_url", given(&sign_on.userinfo_url)),
                ("use_pkce", "true".to_owned()),
            ]),
        });
        (format!("auth.{section}"), of)
    });
    let form =
        (!sign_on.local_admin).then(|| ("auth".to_owned(), entries([("disable_login_form", "true".to_owned())])));
    server.into_iter().chain(own).chain(form).collect()
}

/// The role of whoever signs in, by a question to what is told of them.
fn roles(sign_on: &SignOn) -> String {
    let name = |group: &String| match (&sign_on.provider, &sign_on.organization) {
        // Grafana names a team of GitHub so.
        (Provider::Github, Some(organization)) => format!("@{organization}/{group}"),
        _ => group.clone(),
    };
    let role = |groups: &[String], role: &str| {
        let all = groups.iter().map(|group| format!("contains(groups[*], '{}') && '{role}'", name(group)));
        all.collect::<Vec<_>>()
    };
    [role(&sign_on.admins, "Admin"), role(&sign_on.readers, "Viewer")].concat().join(" || ")
}

/// The client by which Grafana is known there. Without the Secret Grafana starts all the same, and signs nobody in that way.
fn secrets(section: &str, secret: &str) -> BTreeMap<String, EnvVarSource> {
    let of = |key: &str| EnvVarSource {
        secret_key_ref: Some(SecretKeySelector { name: secret.to_owned(), key: key.to_owned(), optional: Some(true) }),
        ..EnvVarSource::default()
    };
    let named = |key: &str| format!("GF_AUTH_{}_{}", section.to_uppercase(), key.replace('-', "_").to_uppercase());
    ["client-id", "client-secret"].map(|key| (named(key), of(key))).into()
}
