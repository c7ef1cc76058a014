//! How people reach what runs: pages through a port-forward, and load balancers by their names.
//!
//! Everything is read off the built platform. What a chart makes has the name that the chart's templates give it under the
//! values that are set here.

use serde_json::Value as Json;

use crate::{
    Platform,
    names::ARGOCD_PASSWORD_SECRET,
    policies::view::{argocd_release, argocd_values, at, charts, items, number, text},
};

/// A page inside the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it is: `Argo CD`.
    pub name: &'static str,
    /// Namespace of the Service.
    pub namespace: String,
    /// The Service.
    pub service: String,
    /// Port of the Service.
    pub port: u16,
    /// Port that is free on most machines.
    pub local_port: u16,
    /// `http`, or `https` with a certificate that nobody signed.
    pub scheme: &'static str,
    /// Who signs in, where somebody must.
    pub login: Option<Login>,
    /// The chart by whose templates the Service and the Secret are named.
    pub chart: String,
}

/// The first user of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Name.
    pub user: &'static str,
    /// Secret that holds the first password, in the namespace of the page.
    pub secret: String,
    /// Key of the password in it.
    pub key: &'static str,
}

/// A Service that is reached from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balanced {
    /// The Service.
    pub service: String,
    /// Its namespace.
    pub namespace: String,
    /// Its port.
    pub port: u16,
}

impl Page {
    /// The command that leads to it from this machine, for as long as it runs.
    pub fn port_forward(&self) -> String {
        let Self { namespace, service, port, local_port, .. } = self;
        format!("kubectl port-forward --namespace {namespace} service/{service} {local_port}:{port}")
    }

    /// Its address while that command runs.
    pub fn url(&self) -> String {
        format!("{}://localhost:{}", self.scheme, self.local_port)
    }

    /// The command that prints the first password.
    pub fn password(&self) -> Option<String> {
        let Login { secret, key, .. } = self.login.as_ref()?;
        let namespace = &self.namespace;
        Some(format!(
            "kubectl get secret --namespace {namespace} {secret} --output jsonpath='{{.data.{key}}}' | base64 --decode; echo"
        ))
    }
}

impl Balanced {
    /// The command that prints the name of the load balancer.
    pub fn hostname(&self) -> String {
        let Self { service, namespace, .. } = self;
        format!(
            "kubectl get service --namespace {namespace} {service} --output \
             jsonpath='{{.status.loadBalancer.ingress[0].hostname}}'"
        )
    }

    /// `http`, or `https` where the load balancer has a certificate.
    pub fn scheme(&self) -> &'static str {
        if self.port == 443 { "https" } else { "http" }
    }
}

/// Every page.
pub fn pages(platform: &Platform) -> Vec<Page> {
    argocd(platform).into_iter().chain(observability(platform)).collect()
}

/// Every Service with a load balancer.
pub fn balanced(platform: &Platform) -> Vec<Balanced> {
    let services = platform.of_kind("Service").filter(|service| text(&service.object, "/spec/type") == "LoadBalancer");
    let balanced = services.map(|service| {
        let port = items(&service.object, "/spec/ports").first().and_then(|port| number(port, "/port"));
        let port = port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default();
        let namespace = text(&service.object, "/metadata/namespace").to_owned();
        Balanced { service: service.name().to_owned(), namespace, port }
    });
    balanced.collect()
}

/// The chart's `argocd-server/service.yaml`: ports 80 and 443 lead to one port, which speaks TLS unless it is told not to.
fn argocd(platform: &Platform) -> Option<Page> {
    let release = argocd_release(platform)?;
    let (values, _) = argocd_values(platform)?;
    let plain = values.pointer("/configs/params/server.insecure").is_some_and(|of| *of == true || of == "true");
    let name = release.text(|of| of.name())?;
    let full = fullname(&values, &name, "argocd");
    Some(Page {
        name: "Argo CD",
        namespace: release.text(|of| of.namespace())?,
        service: format!("{full}-server"),
        port: if plain { 80 } else { 443 },
        local_port: 8080,
        scheme: if plain { "http" } else { "https" },
        login: Some(Login { user: "admin", secret: ARGOCD_PASSWORD_SECRET.to_owned(), key: "password" }),
        chart: format!("argo-cd {}", release.text(|of| of.version()).unwrap_or_default()),
    })
}

/// The chart's `prometheus/service.yaml` and `alertmanager/service.yaml`, and `service.yaml` and `secret.yaml` of the chart of
/// Grafana that it brings.
fn observability(platform: &Platform) -> Vec<Page> {
    let Some(chart) = charts(platform).find(|chart| chart.name == "kube-prometheus-stack") else { return Vec::new() };
    let release = chart.application.name();
    let full = fullname(chart.values, release, chart.name);
    let grafana = fullname(at(chart.values, "/grafana"), release, "grafana");
    let version = text(&chart.application.object, "/spec/source/targetRevision");
    let page = |name, service, port, local_port, login| Page {
        name,
        namespace: chart.namespace.to_owned(),
        service,
        port,
        local_port,
        scheme: "http",
        login,
        chart: format!("{} {version}", chart.name),
    };
    let login = Login { user: "admin", secret: grafana.clone(), key: "admin-password" };
    vec![
        page("Grafana", grafana, 80, 3000, Some(login)),
        page("Prometheus", format!("{full}-prometheus"), 9090, 9090, None),
        page("Alertmanager", format!("{full}-alertmanager"), 9093, 9093, None),
    ]
}

/// What objects of a chart are named after, as Helm's charts have it: its own name is not said twice.
fn fullname(values: &Json, release: &str, chart: &str) -> String {
    match text(values, "/fullnameOverride") {
        "" if release.contains(chart) => release.to_owned(),
        "" => format!("{release}-{chart}"),
        full => full.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_chart_does_not_say_its_name_twice() {
        for (values, release, name) in [
            (json!({}), "argocd", "argocd"),
            (json!({}), "delivery", "delivery-argocd"),
            (json!({ "fullnameOverride": "cd" }), "argocd", "cd"),
            (Json::Null, "argocd", "argocd"),
        ] {
            assert_eq!(fullname(&values, release, "argocd"), name, "{values}");
        }
    }
}
