//! How people reach what runs: pages through a port-forward, and load balancers by their names.
//!
//! Everything is read off the built platform. What a chart makes has the name that the chart's templates give it under the
//! values that are set here.

use synth_bindings::{aws_cloudfront_distribution, aws_route53_record};

use crate::{
    Platform,
    charts::prometheus_stack,
    names::ARGOCD_PASSWORD_SECRET,
    view::{Entrance, argocd_release, argocd_values},
};

/// A page inside the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its name for people: `Argo CD`.
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
    /// The name under which it is reached, and is that from the internet?
    pub entrance: Option<(String, bool)>,
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
    /// The load balancer's name, where Terraform makes it.
    pub made: Option<String>,
    /// The name that leads to it.
    pub host: Option<String>,
    /// The command that prints the name of the edge before it, where there is one: nobody else reaches the load balancer.
    pub edge: Option<String>,
}

/// A service that is reached from outside by a name, on a load balancer that others share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The Service.
    pub service: String,
    /// Its namespace.
    pub namespace: String,
    /// Its address, of the paths that lead to it.
    pub url: String,
    /// Is it reached from the internet, or else from inside the VPC?
    pub public: bool,
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
        if let Some(edge) = &self.edge {
            return edge.clone();
        }
        if let Some(name) = &self.made {
            return format!(
                "aws elbv2 describe-load-balancers --names {name} --query 'LoadBalancers[0].DNSName' --output text"
            );
        }
        format!(
            "kubectl get service --namespace {namespace} {service} --output \
             jsonpath='{{.status.loadBalancer.ingress[0].hostname}}'"
        )
    }

    /// `http`, or `https` where the load balancer has a certificate, or an edge is before it.
    pub fn scheme(&self) -> &'static str {
        if self.port == 443 || self.edge.is_some() { "https" } else { "http" }
    }
}

/// Every page.
pub fn pages(platform: &Platform) -> Vec<Page> {
    let mut pages: Vec<_> = argocd(platform).into_iter().chain(observability(platform)).collect();
    for page in &mut pages {
        let mut entrances = platform.entrances();
        let entrance = entrances
            .find(|of| (of.ingress.namespace(), of.service()) == (page.namespace.as_str(), page.service.as_str()));
        page.entrance = entrance.map(|of| (of.host.to_owned(), of.is_public()));
    }
    pages
}

/// Every service that is entered by a name, other than the pages.
pub fn entered(platform: &Platform) -> Vec<Entered> {
    let pages = pages(platform);
    let is_page = |of: &Entrance<'_>| {
        let named = (of.ingress.namespace(), of.service());
        pages.iter().any(|page| (page.namespace.as_str(), page.service.as_str()) == named)
    };
    let entered = platform.entrances().filter(|of| !is_page(of)).map(|of| Entered {
        service: of.service().to_owned(),
        namespace: of.ingress.namespace().to_owned(),
        url: format!("https://{}{}", of.host, of.path.path.as_deref().unwrap_or("/")),
        public: of.is_public(),
    });
    entered.collect()
}

/// Every Service with a load balancer.
pub fn balanced(platform: &Platform) -> Vec<Balanced> {
    let balanced = platform.balancers().map(|balancer| {
        let port = balancer.leads().first().and_then(|leads| u16::try_from(leads.port).ok()).unwrap_or_default();
        let (service, namespace) = (balancer.service.name().to_owned(), balancer.service.namespace().to_owned());
        let made = balancer.made().and_then(|made| made.text(|of| of.name()));
        Balanced {
            service,
            namespace,
            port,
            made,
            host: balancer.host().or_else(|| host(platform)),
            edge: edge(platform),
        }
    });
    // One load balancer has several groups: the one that speaks TLS is the one to ask.
    let mut balanced: Vec<_> = balanced.collect();
    balanced.sort_by_key(|balanced| std::cmp::Reverse(balanced.port));
    balanced.dedup_by(|one, other| one.made.is_some() && one.made == other.made);
    balanced
}

/// The name that a record leads to the edge.
fn host(platform: &Platform) -> Option<String> {
    platform.resources::<aws_route53_record::Handle>().find_map(|record| {
        let alias = record.blocks(|of| of.alias()).next()?;
        alias.leads(|of| of.name())?.of_type::<aws_cloudfront_distribution::Handle>()?;
        record.text(|of| of.name())
    })
}

/// The command that prints the name under which viewers reach the edge.
fn edge(platform: &Platform) -> Option<String> {
    let distribution = platform.resources::<aws_cloudfront_distribution::Handle>().next()?;
    if let Some(host) = distribution.texts(|of| of.aliases()).into_iter().flatten().next() {
        return Some(format!("echo {host}"));
    }
    let comment = distribution.text(|of| of.comment())?;
    Some(format!(
        "aws cloudfront list-distributions --query \"DistributionList.Items[?Comment=='{comment}'].DomainName\" --output text"
    ))
}

/// The chart's `argocd-server/service.yaml`: ports 80 and 443 lead to one port, which speaks TLS unless it is told not to.
fn argocd(platform: &Platform) -> Option<Page> {
    let release = argocd_release(platform)?;
    let (values, _) = argocd_values(platform)?;
    let plain = values.configs.params.insecure == Some(true);
    let name = release.text(|of| of.name())?;
    let full = fullname(values.fullname_override.as_deref(), &name, "argocd");
    Some(Page {
        name: "Argo CD",
        namespace: release.text(|of| of.namespace())?,
        service: format!("{full}-server"),
        port: if plain { 80 } else { 443 },
        local_port: 8080,
        scheme: if plain { "http" } else { "https" },
        login: values.configs.cm.takes_passwords().then(|| Login {
            user: "admin",
            secret: ARGOCD_PASSWORD_SECRET.to_owned(),
            key: "password",
        }),
        chart: format!("argo-cd {}", release.text(|of| of.version()).unwrap_or_default()),
        entrance: None,
    })
}

/// The chart's `prometheus/service.yaml` and `alertmanager/service.yaml`, and `service.yaml` and `secret.yaml` of the chart of
/// Grafana that it brings.
fn observability(platform: &Platform) -> Vec<Page> {
    let Some(chart) = platform.chart::<prometheus_stack::Values>() else { return Vec::new() };
    let release = chart.application.name();
    let full = fullname(Some(&chart.values.fullname_override), release, chart.name);
    let grafana = fullname(chart.values.grafana.fullname_override.as_deref(), release, "grafana");
    let version = chart.version;
    let page = |name, service, port, local_port, login| Page {
        name,
        namespace: chart.namespace.to_owned(),
        service,
        port,
        local_port,
        scheme: "http",
        login,
        chart: format!("{} {version}", chart.name),
        entrance: None,
    };
    let login = Login { user: "admin", secret: grafana.clone(), key: "admin-password" };
    let login = chart.values.grafana.takes_passwords().then_some(login);
    vec![
        page("Grafana", grafana, 80, 3000, login),
        page("Prometheus", format!("{full}-prometheus"), 9090, 9090, None),
        page("Alertmanager", format!("{full}-alertmanager"), 9093, 9093, None),
    ]
}

/// The name that a chart's objects are named after, as Helm's charts have it: the chart's own is not said twice.
fn fullname(given: Option<&str>, release: &str, chart: &str) -> String {
    match given.unwrap_or_default() {
        "" if release.contains(chart) => release.to_owned(),
        "" => format!("{release}-{chart}"),
        full => full.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_does_not_say_its_name_twice() {
        for (values, release, name) in [
            (None, "argocd", "argocd"),
            (None, "delivery", "delivery-argocd"),
            (Some("cd"), "argocd", "cd"),
            (Some(""), "argocd", "argocd"),
        ] {
            assert_eq!(fullname(values, release, "argocd"), name, "{values:?}");
        }
    }
}
