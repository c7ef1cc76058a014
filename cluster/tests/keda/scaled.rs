//! A service as KEDA and the autoscaler show it, beside what the twin would do.

use std::fmt;

use cluster::{Server, holds};
use serde_json::Value as Json;
use synth_kubernetes::{Custom, keda::ScaledObjectSpec};
use synth_twin::{
    hpa::{
        proposal::Question,
        settings::{Flags, Settings, Source, Target},
    },
    quantity::thousandths,
    time::Time,
};

const AUTOSCALERS: &str = "/apis/autoscaling/v2/namespaces/services/horizontalpodautoscalers";
const SCALED_OBJECTS: &str = "/apis/keda.sh/v1alpha1/namespaces/services/scaledobjects";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/services/deployments";

/// One look at a service.
pub(crate) struct Scaled {
    pub(crate) service: String,
    object: Json,
    autoscaler: Json,
    /// What its Deployment asks for, and how many of these are ready.
    pub(crate) replicas: u64,
    pub(crate) ready: u64,
}

impl Scaled {
    /// Looks at one; none is there before KEDA has made its autoscaler.
    pub(crate) fn look(server: &Server, service: &str) -> Result<Self, String> {
        let get = |path: &str| {
            let answer = server.get(&format!("{path}/{service}")).map_err(|error| format!("{error:#}"))?;
            answer.object()
        };
        let (object, autoscaler, deployment) = (get(SCALED_OBJECTS)?, get(AUTOSCALERS)?, get(DEPLOYMENTS)?);
        let count = |pointer: &str| deployment.pointer(pointer).and_then(Json::as_u64).unwrap_or_default();
        let (replicas, ready) = (count("/spec/replicas"), count("/status/readyReplicas"));
        Ok(Self { service: service.to_owned(), object, autoscaler, replicas, ready })
    }

    /// Has it so many pods, all of them ready?
    pub(crate) fn has(&self, replicas: u64) -> Result<(), String> {
        if (self.replicas, self.ready) == (replicas, replicas) { Ok(()) } else { Err(self.to_string()) }
    }

    /// Is it KEDA's fallback that counts?
    pub(crate) fn falls_back(&self) -> bool {
        holds(&self.object, "Fallback")
    }

    pub(crate) fn desired(&self) -> u64 {
        self.autoscaler["status"]["desiredReplicas"].as_u64().unwrap_or_default()
    }

    /// The replicas that the autoscaler found at its last sync.
    pub(crate) fn current(&self) -> u64 {
        self.autoscaler["status"]["currentReplicas"].as_u64().unwrap_or_default()
    }

    pub(crate) fn is_ready(&self) -> Result<(), String> {
        cluster::is_ready(&self.object)?;
        if holds(&self.autoscaler, "ScalingActive") { Ok(()) } else { Err(self.to_string()) }
    }

    /// The replicas that the fallback promises for those that are there.
    pub(crate) fn fallback(&self) -> u64 {
        let fallback = &self.object["spec"]["fallback"];
        assert_eq!(fallback["behavior"], "currentReplicasIfHigher");
        fallback["replicas"].as_u64().unwrap().max(self.replicas)
    }

    /// The most failures in a row of one of its metrics.
    pub(crate) fn failures(&self) -> u64 {
        let health = self.object["status"]["health"].as_object();
        let count = |metric: &Json| metric["numberOfFailures"].as_u64().unwrap_or_default();
        health.into_iter().flat_map(|metrics| metrics.values()).map(count).max().unwrap_or_default()
    }

    /// The autoscaler is the one that this repository says KEDA would make.
    pub(crate) fn is_as_foreseen(&self) {
        let read: Custom<ScaledObjectSpec> = serde_json::from_value(self.object.clone()).unwrap();
        let foreseen = read.autoscaler();
        assert_eq!(foreseen.metadata.name.as_deref(), self.autoscaler["metadata"]["name"].as_str());
        assert_eq!(self.autoscaler["spec"], serde_json::to_value(&foreseen.spec).unwrap(), "{}", self.service);
    }

    /// What the twin makes of the value of its external metric that the autoscaler showed at its last sync; nothing where one of
    /// its metrics was not shown.
    pub(crate) fn twin(&self) -> Option<u64> {
        let settings = Settings::read(&serde_json::from_value(self.autoscaler.clone()).unwrap(), &Flags::default());
        let settings = settings.unwrap();
        let shown = self.autoscaler["status"]["currentMetrics"].as_array()?;
        if shown.len() != settings.metrics.len() || shown.iter().any(|metric| metric["type"] == "") {
            return None;
        }
        let current = i32::try_from(self.current()).unwrap();
        let flags = Flags::default();
        let question =
            Question { now: Time::default(), current, tolerances: settings.tolerances, cpu: false, flags: &flags };
        let proposals = settings.metrics.iter().filter_map(|metric| {
            let Source::External { metric: name } = &metric.source else { return None };
            let Target::AverageValue(target) = metric.target else { panic!("{name} has no target for each pod") };
            let of = shown.iter().find(|of| of["external"]["metric"]["name"] == name.as_str())?;
            let each = thousandths(of["external"]["current"]["averageValue"].as_str()?).unwrap();
            Some(question.of_average(target, each * i64::from(current), current).replicas)
        });
        let largest = proposals.max().unwrap_or_else(|| panic!("{} has no external metric", self.service));
        u64::try_from(largest.clamp(settings.min, settings.max)).ok()
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, replicas, ready, .. } = self;
        let (desired, shown) = (self.desired(), &self.autoscaler["status"]["currentMetrics"]);
        write!(f, "{service}: {replicas} replicas, {ready} ready, {desired} desired, {} failures", self.failures())?;
        let conditions = self.autoscaler["status"]["conditions"].as_array();
        let mut untrue =
            conditions.into_iter().flatten().filter(|one| one["type"] != "ScalingLimited" && one["status"] != "True");
        untrue.try_for_each(|one| write!(f, "; {}: {}", one["reason"], one["message"]))?;
        write!(f, "; {shown}")
    }
}
