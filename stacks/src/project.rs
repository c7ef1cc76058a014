//! The platform as a project: its parts, its settings and its rules.

use synth_project::{Built, Family, Kept, Kind, Layer, Order, Part, Project};
use synth_review::{SettingPlace, Waiver};

use crate::{
    Platform, add_ons, base_images, bootstrap, cluster, edge, load_test, manifests, orders, picture, policies,
    settings::{Settings, SettingsError},
};

/// Every part, in the order in which they are applied.
const PARTS: &[Part<Platform>] = &[
    Part {
        name: "bootstrap",
        directory: "bootstrap",
        summary: "state bucket, image registry, and GitHub's roles",
        kind: Kind::Stack(bootstrap::define),
        absent: Part::<Platform>::always,
    },
    Part {
        name: "cluster",
        directory: "cluster",
        summary: "network, EKS, base nodes, Karpenter's AWS side and Argo CD",
        kind: Kind::Stack(cluster::define),
        absent: Part::<Platform>::always,
    },
    Part {
        name: "add-ons",
        directory: "add-ons",
        summary: "the root Application and the repository's credentials: hands the cluster to GitOps",
        kind: Kind::Stack(add_ons::define),
        absent: Part::<Platform>::always,
    },
    Part {
        name: "edge",
        directory: "edge",
        summary: "CloudFront and WAF before the proxy, static content, and the logs and alarms of both",
        kind: Kind::Stack(edge::define),
        absent: |settings| (!settings.edge.enabled).then_some("`edge.enabled` is false"),
    },
    Part {
        name: "manifests",
        directory: "manifests",
        summary: "what Argo CD syncs: system charts, node pools, both services, policies and dashboards",
        kind: Kind::Manifests(manifests::build),
        absent: Part::<Platform>::always,
    },
    Part {
        name: "load-test",
        directory: "load-testing",
        summary: "the JMeter plan: requests a second rise, hold and fall, through the proxy to the mock target",
        kind: Kind::Files(load_test::build),
        absent: Part::<Platform>::always,
    },
    Part {
        name: "picture",
        directory: "picture",
        summary: "the architecture as a drawing: zones, nodes, services, and the paths of a request and of a change",
        kind: Kind::Picture(picture::build),
        absent: Part::<Platform>::always,
    },
];

impl Project for Platform {
    type Settings = Settings;

    const COMMAND: &'static str = "synth";
    const ENVIRONMENTS: &'static str = "stacks/environments";
    const SCRATCH: &'static str = "target/offline";
    // It holds everybody's state, and its bucket refuses to be destroyed, as in AWS.
    const KEPT: Option<Kept> = Some(Kept { part: "bootstrap", reason: "its bucket is protected" });
    const ORDERS: &'static [Order] = orders::ALL;
    const PARTS: &'static [Part<Self>] = PARTS;
    const FAMILIES: &'static [Family<Self>] = policies::FAMILIES;

    fn of(settings: &Settings, parts: Vec<Built>) -> Self {
        let dockerfile = base_images::DOCKERFILE.to_owned();
        Self { settings: settings.clone(), parts, neighbours: Vec::new(), dockerfile }
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn parts(&self) -> &[Built] {
        &self.parts
    }

    fn extend(&mut self, parts: Vec<Built>) {
        self.parts.extend(parts);
    }

    fn beside(self, neighbours: Vec<Self>) -> Self {
        Self { neighbours, ..self }
    }
}

impl synth_project::Settings for Settings {
    type Error = SettingsError;

    fn parse(environment: &str, layers: &[Layer]) -> Result<Self, SettingsError> {
        Self::parse(environment, layers)
    }

    fn environment(&self) -> &str {
        &self.environment
    }

    fn directory(&self, part: &str) -> String {
        self.directory(part)
    }

    fn waivers(&self) -> &[Waiver] {
        &self.waivers
    }

    fn place(&self, key: &str) -> Option<SettingPlace> {
        self.place(key)
    }

    fn notice(&self) -> Option<String> {
        self.is_example().then(|| {
            let (environment, account) = (&self.environment, &self.aws.account_id);
            format!(
                "environment `{environment}` is an example: account {account} belongs to nobody; `{}` makes it yours",
                self.init_command()
            )
        })
    }
}
