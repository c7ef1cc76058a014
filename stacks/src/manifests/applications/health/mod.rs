//! When an object counts as healthy, so that the wave after it waits: Lua that Argo CD runs in place of its own judgement.
//!
//! Argo CD gives a script the object as `obj`, Lua's base, `table` and `package`, and `os` only by `require`, with `time` and
//! `date`: there are no functions of texts.

/// A script that replaces Argo CD's own judgement of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// The key in Argo CD's configuration.
    pub key: &'static str,
    /// The script.
    pub lua: &'static str,
}

/// An Application. Argo CD judges none, so that a wave of Applications would be over as soon as they exist. A sync that is
/// under way, or that another source will begin, counts as progress: until it ends the health is that of the version before.
const APPLICATION: Health =
    Health { key: "resource.customizations.health.argoproj.io_Application", lua: include_str!("application.lua") };

/// A definition of a kind. Argo CD tracks none, so that it does not see one become established, which its own judgement
/// waits for: a chart with definitions would be degraded for minutes though nothing is wrong.
const DEFINITION: Health = Health {
    key: "resource.customizations.health.apiextensions.k8s.io_CustomResourceDefinition",
    lua: include_str!("definition.lua"),
};

/// Prometheus and Alertmanager. Their operator's first status is one of failure, which fails the sync that made them: for a
/// quarter of an hour it counts as progress. So does a status of the generation before, which would let an update pass.
const PROMETHEUS: Health = Health {
    key: "resource.customizations.health.monitoring.coreos.com_Prometheus",
    lua: include_str!("monitoring.lua"),
};
const ALERTMANAGER: Health =
    Health { key: "resource.customizations.health.monitoring.coreos.com_Alertmanager", lua: PROMETHEUS.lua };

/// Every kind that is judged here.
pub const HEALTH: [Health; 4] = [APPLICATION, DEFINITION, PROMETHEUS, ALERTMANAGER];
