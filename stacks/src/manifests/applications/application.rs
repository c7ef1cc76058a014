//! One child Application: its source, its wave, and what of its objects others own.

use serde::Serialize;
use synth_kubernetes::{
    Manifests,
    argocd::{ApplicationSpec, Automated, Backoff, Destination, Helm, IgnoredDifference, Retry, Source, SyncPolicy},
    custom,
};

use crate::{
    names::{APP_PROJECT, SYNC_WAVE},
    settings::{Settings, Version},
};

/// The order of syncs: a wave begins when the one before is healthy, and deletion goes the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wave {
    /// Namespaces, priorities and storage, which all others name.
    Platform = -10,
    /// cert-manager, which all others may ask for certificates.
    Certificates = -8,
    /// The issuers that they ask.
    Issuers = -6,
    /// Definitions of Karpenter's kinds.
    Definitions = -5,
    /// Karpenter and the load balancer controller, on the base nodes.
    Controllers = -3,
    /// Pools of nodes, on which everything after this runs.
    Nodes = -2,
    /// Metrics for autoscalers and for people; defines the kinds of the next wave.
    Metrics = 0,
    /// Alerts, dashboards and what is scraped.
    Observability = 3,
    /// Admission policies, before anything that they look at.
    Admission = 5,
    /// The services.
    Services = 10,
}

/// Where a chart comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChartSource {
    /// The repository's address; a registry has no scheme.
    pub(super) repository: &'static str,
    pub(super) name: &'static str,
    pub(super) version: Version,
    /// Whether its `crds/` folder is left to another Application.
    pub(super) skip_crds: bool,
}

/// A child Application under construction.
#[derive(Clone, Debug)]
pub(super) struct Application {
    name: String,
    argocd_namespace: String,
    project: &'static str,
    wave: Wave,
    pub(super) source: Source,
    pub(super) destination: Destination,
    ignored: Vec<IgnoredDifference>,
    confirmed: bool,
    location: &'static std::panic::Location<'static>,
}

impl Application {
    /// Syncs the folder of its own name beside it.
    #[track_caller]
    pub(super) fn folder(settings: &Settings, name: &str, wave: Wave, namespace: &str) -> Self {
        let source = Source {
            repo_url: settings.repository.url.to_string(),
            target_revision: settings.repository.revision.clone(),
            path: Some(format!("{}/{name}", settings.manifests_path())),
            ..Source::default()
        };
        Self::new(settings, name, wave, namespace, source)
    }

    /// Syncs a chart as a release of the chart's name.
    #[track_caller]
    pub(super) fn chart(
        settings: &Settings,
        chart: ChartSource,
        wave: Wave,
        namespace: &str,
        values: &impl Serialize,
    ) -> Self {
        let values_object = serde_json::to_value(values).expect("values are structs with texts as keys");
        let source = Source {
            repo_url: chart.repository.to_owned(),
            chart: Some(chart.name.to_owned()),
            target_revision: chart.version.to_string(),
            helm: Some(Helm {
                release_name: chart.name.to_owned(),
                skip_crds: chart.skip_crds,
                skip_tests: true,
                values_object,
            }),
            ..Source::default()
        };
        Self::new(settings, chart.name, wave, namespace, source)
    }

    #[track_caller]
    fn new(settings: &Settings, name: &str, wave: Wave, namespace: &str, source: Source) -> Self {
        let argocd_namespace = settings.argocd.namespace.clone();
        let destination = Destination::in_cluster(namespace);
        let location = std::panic::Location::caller();
        Self {
            name: name.to_owned(),
            argocd_namespace,
            project: APP_PROJECT,
            wave,
            source,
            destination,
            ignored: Vec::new(),
            confirmed: false,
            location,
        }
    }

    /// Puts it into another project than the platform's.
    pub(super) fn of_project(self, project: &'static str) -> Self {
        Self { project, ..self }
    }

    /// Leaves a part of live objects to whoever owns it.
    pub(super) fn ignoring(mut self, difference: IgnoredDifference) -> Self {
        self.ignored.push(difference);
        self
    }

    /// Leaves the number of a Deployment's pods to its autoscaler.
    pub(super) fn autoscaled(self, deployment: &str) -> Self {
        self.ignoring(IgnoredDifference {
            group: "apps".to_owned(),
            kind: "Deployment".to_owned(),
            name: deployment.to_owned(),
            json_pointers: vec!["/spec/replicas".to_owned()],
            ..IgnoredDifference::default()
        })
    }

    /// Leaves the certificates of webhooks to whoever signs them.
    pub(super) fn webhooks_signed_elsewhere(self, configuration: &str) -> Self {
        ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"].into_iter().fold(
            self,
            |application, kind| {
                application.ignoring(IgnoredDifference {
                    group: "admissionregistration.k8s.io".to_owned(),
                    kind: kind.to_owned(),
                    name: configuration.to_owned(),
                    jq_path_expressions: vec![".webhooks[]?.clientConfig.caBundle".to_owned()],
                    ..IgnoredDifference::default()
                })
            },
        )
    }

    /// Goes once somebody has confirmed that, and not with the edit that leaves it out.
    pub(super) fn confirmed(self) -> Self {
        Self { confirmed: true, ..self }
    }

    pub(super) fn add_to(self, manifests: &Manifests) {
        let spec = ApplicationSpec {
            project: self.project.to_owned(),
            source: self.source,
            destination: self.destination,
            sync_policy: SyncPolicy {
                automated: Automated { prune: true, self_heal: true },
                // Without the second, what is ignored would still be written at each sync.
                sync_options: ["ServerSideApply=true", "RespectIgnoreDifferences=true"].map(str::to_owned).into(),
                retry: Retry {
                    limit: Some(10),
                    refresh: true,
                    backoff: Some(Backoff {
                        duration: "5s".to_owned(),
                        factor: Some(2),
                        max_duration: "3m".to_owned(),
                    }),
                },
            },
            ignore_differences: self.ignored,
            revision_history_limit: Some(5),
        };
        let object = custom(&self.name, spec)
            .in_namespace(self.argocd_namespace)
            .annotation(SYNC_WAVE, (self.wave as i32).to_string())
            // Deletes what it made first; without the path the API server warns of a name that others might use.
            .finalizer("resources-finalizer.argocd.argoproj.io/foreground");
        let object =
            if self.confirmed { object.annotation("argocd.argoproj.io/sync-options", "Prune=confirm") } else { object };
        object.add_at(self.location, manifests, &self.name);
    }
}
