//! Grafana, which shows what Prometheus has, and asks the same as Argo CD who people are.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EnvVarSource, SecretKeySelector};

use crate::{
    charts::{
        self,
        grafana::{Dashboards, DataSources, Grafana, Rights, Sidecar},
        prometheus_stack::Component,
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
                skip_reload: (!sign_on.local_admin).then_some(true),
            },
            datasources: (!sign_on.local_admin).then(fetched_before),
        },
        ini: ini(settings),
        env_value_from: section(sign_on).map(|section| secrets(section, &sign_on.secret)).unwrap_or_default(),
    }
}

/// The sources of data where no password lets anybody tell Grafana of them: they are listed once, before it starts, for one that
/// watched would never end. Dashboards it looks for by itself, twice a minute.
///
/// Source: `templates/_pod.tpl` and `templates/_config.tpl` of the chart of Grafana, 12.11.1.
fn fetched_before() -> DataSources {
    DataSources { init_datasources: true, skip_reload: true, watch_method: "LIST".to_owned() }
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
                ("scopes", sign_on.scopes.join(" ")),
                ("auth_url", given(&sign_on.authorize_url)),
                ("token_url", given(&sign_on.token_url)),
                ("api_url", given(&sign_on.userinfo_url)),
                ("use_pkce", "true".to_owned()),
            ]),
        });
        (format!("auth.{section}"), of)
    });
    // Without a domain it is reached by a port of this machine alone, over HTTP.
    let cookies = settings.grafana_host().map(|_| ("security", "cookie_secure", "true"));
    let passwords = [("auth", "disable_login_form", "true"), ("auth.basic", "enabled", "false")];
    let passwords = passwords.into_iter().filter(|_| !sign_on.local_admin);
    let single = |(section, key, value): (&str, &str, &str)| (section.to_owned(), entries([(key, value.to_owned())]));
    server.into_iter().chain(own).chain(cookies.into_iter().chain(passwords).map(single)).collect()
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
