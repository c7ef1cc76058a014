//! What scales: a Deployment, the autoscaler that owns the number of its pods, and its containers.

use serde_json::Value as Json;
use synth_kubernetes::{Amount, Manifest, quantity};

use super::{at, includes, items, number, strings, text};
use crate::{Platform, settings::Services};

pub(crate) const ZONE: &str = "topology.kubernetes.io/zone";
pub(crate) const HOST: &str = "kubernetes.io/hostname";

/// A Deployment and its autoscaler.
#[derive(Clone, Copy)]
pub(crate) struct Workload<'a> {
    pub(crate) deployment: &'a Manifest,
    pub(crate) scaler: &'a Manifest,
}

impl Platform {
    /// Every Deployment that an autoscaler owns.
    pub(crate) fn autoscaled(&self) -> Vec<Workload<'_>> {
        let scalers = self.of_kind("HorizontalPodAutoscaler");
        scalers
            .filter_map(|scaler| {
                let name = text(&scaler.object, "/spec/scaleTargetRef/name");
                let deployment = self.object("Deployment", scaler.namespace(), name)?;
                Some(Workload { deployment, scaler })
            })
            .collect()
    }
}

impl<'a> Workload<'a> {
    pub(crate) fn name(&self) -> &'a str {
        self.deployment.name()
    }

    pub(crate) fn namespace(&self) -> &'a str {
        self.deployment.namespace()
    }

    /// The key of a setting of the service.
    pub(crate) fn setting(&self, name: &str) -> String {
        format!("{}.{name}", Services::key(self.name()).join("."))
    }

    /// The pod's spec.
    pub(crate) fn pod(&self) -> &'a Json {
        at(&self.deployment.object, "/spec/template/spec")
    }

    pub(crate) fn containers(&self) -> &'a [Json] {
        items(self.pod(), "/containers")
    }

    /// The fewest pods; the API server's default is one.
    pub(crate) fn fewest(&self) -> u64 {
        number(&self.scaler.object, "/spec/minReplicas").unwrap_or(1)
    }

    /// The most pods.
    pub(crate) fn most(&self) -> u64 {
        number(&self.scaler.object, "/spec/maxReplicas").unwrap_or_default()
    }

    /// What one pod asks for; a container that does not say counts as nothing.
    pub(crate) fn requests(&self) -> Amount {
        let requests = self.containers().iter().map(|container| {
            let requests = at(container, "/resources/requests");
            let read = |key: &str, read: fn(&Json) -> Option<u64>| requests.get(key).and_then(read).unwrap_or_default();
            Amount::new(read("cpu", quantity::millicores), read("memory", quantity::mebibytes))
        });
        requests.fold(Amount::default(), |sum, requests| sum + requests)
    }

    /// Seconds from the stop signal's delay to the kill; the API server's default is 30.
    pub(crate) fn grace(&self) -> u64 {
        number(self.pod(), "/terminationGracePeriodSeconds").unwrap_or(30)
    }

    /// Is a selector, in this namespace, one of its pods?
    pub(crate) fn selected_by(&self, selector: &Json) -> bool {
        matches(selector, at(&self.deployment.object, "/spec/template/metadata/labels"))
    }

    /// The objects of a kind in its namespace whose selector, at a pointer, selects its pods.
    pub(crate) fn selecting(
        &self,
        platform: &'a Platform,
        kind: &'a str,
        pointer: &'a str,
    ) -> impl Iterator<Item = &'a Manifest> {
        let workload = *self;
        platform.of_kind(kind).filter(move |manifest| {
            manifest.namespace() == workload.namespace() && workload.selected_by(at(&manifest.object, pointer))
        })
    }

    /// The Services that lead to its pods.
    pub(crate) fn services(&self, platform: &'a Platform) -> impl Iterator<Item = &'a Manifest> + use<'a> {
        let labels = at(&self.deployment.object, "/spec/template/metadata/labels");
        let namespace = self.namespace();
        platform.of_kind("Service").filter(move |service| {
            let selector = at(&service.object, "/spec/selector");
            service.namespace() == namespace && selector.is_object() && includes(labels, selector)
        })
    }

    /// The constraints that spread its pods over what a key tells apart, kept to or only asked for.
    pub(crate) fn spread(&self, key: &str, when: &str) -> Option<&'a Json> {
        let mut all = items(self.pod(), "/topologySpreadConstraints").iter();
        all.find(|spread| text(spread, "/topologyKey") == key && text(spread, "/whenUnsatisfiable") == when)
    }

    /// The constraint that spreads its pods over zones, if there is one that holds them back.
    pub(crate) fn zone_spread(&self) -> Option<&'a Json> {
        self.spread(ZONE, "DoNotSchedule")
    }
}

/// Does a label selector match labels? One that says nothing matches everything.
pub(crate) fn matches(selector: &Json, labels: &Json) -> bool {
    let expressions = items(selector, "/matchExpressions").iter().all(|expression| {
        let value = labels.get(text(expression, "/key")).and_then(Json::as_str);
        let among = value.is_some_and(|value| strings(expression, "/values").contains(&value));
        match text(expression, "/operator") {
            "In" => among,
            "NotIn" => !among,
            "Exists" => value.is_some(),
            _ => value.is_none(),
        }
    });
    !selector.is_null() && expressions && includes(labels, at(selector, "/matchLabels"))
}

/// A container's port, given by name or number.
pub(crate) fn declared_port<'a>(containers: &'a [Json], port: &Json) -> Option<&'a Json> {
    let mut ports = containers.iter().flat_map(|container| items(container, "/ports"));
    ports.find(|declared| match port {
        Json::String(name) => text(declared, "/name") == name,
        number => declared["containerPort"] == *number,
    })
}

/// The number of a container's port, given by name or number.
pub(crate) fn container_port(containers: &[Json], port: &Json) -> Option<u64> {
    declared_port(containers, port).and_then(|declared| number(declared, "/containerPort"))
}

/// The values that a container's arguments give a flag.
pub(crate) fn flag<'a>(container: &'a Json, flag: &'a str) -> impl Iterator<Item = &'a str> {
    let args = strings(container, "/args");
    let next = args.iter().skip(1).copied().collect::<Vec<_>>();
    args.into_iter().zip(next).filter(move |(given, _)| *given == flag).map(|(_, value)| value)
}

/// A duration of Go in seconds: `30s`, `1h30m`.
pub(crate) fn seconds(duration: &str) -> Option<u64> {
    let (mut total, mut number) = (0, None::<u64>);
    for character in duration.chars() {
        let unit = match character {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            digit => {
                let digit = u64::from(digit.to_digit(10)?);
                number = Some(number.unwrap_or_default() * 10 + digit);
                continue;
            }
        };
        total += number.take()? * unit;
    }
    number.is_none().then_some(total)
}
