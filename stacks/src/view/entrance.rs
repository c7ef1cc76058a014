//! Ways in from outside of the cluster, as Ingresses say them.

use k8s_openapi::api::networking::v1::{HTTPIngressPath, Ingress};

use super::{Meta as _, Object, Workload};
use crate::Platform;

/// A host and a path that lead to the pods of a workload.
#[derive(Clone, Copy)]
pub(crate) struct Entrance<'a> {
    pub(crate) ingress: Object<'a, Ingress>,
    /// The name under which it is reached; empty for any.
    pub(crate) host: &'a str,
    pub(crate) path: &'a HTTPIngressPath,
}

impl<'a> Entrance<'a> {
    /// Is it reached from the internet?
    pub(crate) fn is_public(&self) -> bool {
        self.annotation("scheme") == "internet-facing"
    }

    /// The load balancer, by the name of the group that shares it, and else by the Ingress's own.
    pub(crate) fn balancer(&self) -> &'a str {
        match self.annotation("group.name") {
            "" => self.ingress.name(),
            group => group,
        }
    }

    /// What paths begin with that it takes, without the `/` at its end.
    pub(crate) fn below(&self) -> &'a str {
        self.path.path.as_deref().unwrap_or_default().trim_end_matches('/')
    }

    /// Does it take every path that another takes?
    pub(crate) fn holds(&self, other: &Entrance<'_>) -> bool {
        other.below().strip_prefix(self.below()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Where its load balancer has it among others: by the order that it names, then by namespace and name, then the longer path first.
    /// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/ingress/annotations/>
    pub(crate) fn rank(&self) -> impl Ord + use<'a> {
        let order: i64 = self.annotation("group.order").parse().unwrap_or_default();
        (order, self.ingress.namespace(), self.ingress.name(), std::cmp::Reverse(self.below().len()))
    }

    /// The Service to which it leads.
    pub(crate) fn service(&self) -> &'a str {
        self.path.backend.service.as_ref().map(|service| service.name.as_str()).unwrap_or_default()
    }

    /// The port to which it leads, by name or number.
    pub(crate) fn port(&self) -> String {
        let port = self.path.backend.service.as_ref().and_then(|service| service.port.as_ref());
        let named = port.and_then(|port| port.name.clone());
        named.or_else(|| Some(port?.number?.to_string())).unwrap_or_default()
    }

    /// An annotation of the load balancer controller, by the last part of its name; empty if there is none.
    pub(crate) fn annotation(&self, name: &str) -> &'a str {
        let name = format!("alb.ingress.kubernetes.io/{name}");
        self.ingress.typed().annotations().get(&name).map(String::as_str).unwrap_or_default()
    }

    /// An attribute of its load balancer or target groups, by the annotation that has it.
    pub(crate) fn attribute(&self, of: &str, name: &str) -> Option<&'a str> {
        let attributes = self.annotation(of).split(',').filter_map(|of| of.split_once('='));
        attributes.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl Platform {
    /// Every host and path of every Ingress.
    pub(crate) fn entrances(&self) -> impl Iterator<Item = Entrance<'_>> {
        self.every::<Ingress>().flat_map(|ingress| {
            let rules = ingress.typed().spec.iter().flat_map(|spec| spec.rules.iter().flatten());
            rules.flat_map(move |rule| {
                let host = rule.host.as_deref().unwrap_or_default();
                let paths = rule.http.iter().flat_map(|http| &http.paths);
                paths.map(move |path| Entrance { ingress, host, path })
            })
        })
    }
}

impl<'a> Workload<'a> {
    /// The entrances that lead to its Services.
    pub(crate) fn entrances(&self, platform: &'a Platform) -> Vec<Entrance<'a>> {
        let services: Vec<_> = self.services(platform).map(|service| service.name()).collect();
        let leads = |entrance: &Entrance<'a>| {
            entrance.ingress.namespace() == self.namespace() && services.contains(&entrance.service())
        };
        platform.entrances().filter(leads).collect()
    }
}
