//! What is known of AWS beyond the schema: accounts and regions, ids and ARNs, what replaces, what is refused.
//!
//! All of it is data in tables, so that a correction is a line; the engine does the rest.

mod account;
mod answers;
mod defaults;
mod documents;
mod identities;
mod policy;
mod recomputed;
mod replacements;
mod rules;
mod service_templates;
mod sizes;
mod tags;
mod templates;
mod version;
mod zones;

use anyhow::Result;

pub use self::version::AwsVersion;

use self::account::Account;
use crate::{
    cloud::{Change, Cloud},
    problem::Problem,
    server::Provider,
    value::{Mapping, Value},
};

/// The provider's source address.
const ADDRESS: &str = "registry.terraform.io/hashicorp/aws";

/// The types made with the newer SDK.
const NEWER_SDK: &[&str] = &[
    "aws_eks_pod_identity_association",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
];

impl Provider {
    /// AWS as a version of the provider has it, with the resources and data sources that have bindings.
    pub fn aws(version: AwsVersion) -> Result<Self> {
        let configure =
            move |config: &Value| Account::read(config, version).map(|account| Box::new(account) as Box<dyn Cloud>);
        Self::new(ADDRESS, version.schemas(), Box::new(configure))
    }
}

impl Cloud for Account {
    fn check(&self, kind: &str, config: &Mapping) -> Vec<Problem> {
        rules::check(kind, config)
    }

    fn replaces(&self, kind: &str, path: &str, planned: &Mapping) -> bool {
        (path == "region" && self.version.has_regions()) || replacements::replaces(kind, path, planned)
    }

    fn recomputes(&self, kind: &str, path: &str, changed: &[String], planned: &Mapping) -> bool {
        recomputed::recomputes(kind, path, changed, planned)
    }

    fn plan(&self, change: &Change<'_>, planned: &mut Mapping) -> Result<(), Problem> {
        defaults::plan(change, planned);
        self.plan_region(change, planned);
        tags::plan(&self.default_tags, change, planned);
        sizes::judge(change.kind, change.prior, planned)
    }

    fn follows_the_old_rules(&self, kind: &str) -> bool {
        !NEWER_SDK.contains(&kind)
    }

    fn template(&self, kind: &str, path: &str) -> Option<&str> {
        templates::template(kind, path)
    }

    fn imported_by(&self, kind: &str) -> Option<&str> {
        identities::imported_by(kind)
    }

    fn fills_below(&self, kind: &str, path: &str) -> bool {
        templates::below(kind, path)
    }

    fn fact(&self, name: &str) -> Option<String> {
        self.named(name)
    }

    fn filter(&self, name: &str, text: &str) -> Option<String> {
        answers::filter(name, text)
    }

    fn identity(&self, kind: &str) -> &[&str] {
        identities::identity(kind)
    }

    fn read(&self, kind: &str, state: &mut Mapping) -> Result<(), Problem> {
        answers::read(self, kind, state)
    }
}
