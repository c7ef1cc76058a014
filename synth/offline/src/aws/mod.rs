//! Facts of AWS beyond the schema: accounts and regions, ids and ARNs, what replaces, what is refused.
//!
//! All of it is data, in a file for each type, so that a correction is a line; the engine does the rest.

mod account;
mod defaults;
mod documents;
mod filters;
mod policy;
mod recomputed;
mod replacements;
mod rules;
mod tags;
mod templates;
mod types;
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
        types::of(kind).rules.iter().flat_map(|rule| rule.check(config)).collect()
    }

    fn replaces(&self, kind: &str, path: &str, planned: &Mapping) -> bool {
        (path == "region" && self.version.has_regions()) || replacements::replaces(kind, path, planned)
    }

    fn recomputes(&self, kind: &str, path: &str, changed: &[String], planned: &Mapping) -> bool {
        recomputed::recomputes(types::of(kind).recomputes, path, changed, planned)
    }

    fn plan(&self, change: &Change<'_>, planned: &mut Mapping) -> Result<(), Problem> {
        let facts = types::of(change.kind);
        defaults::plan(facts, change, planned);
        if let Some(plan) = facts.plan {
            plan(change, planned);
        }
        documents::plan(facts.documents, change, planned);
        self.plan_region(change, planned);
        tags::plan(&self.default_tags, change, planned);
        facts.refuses.map_or(Ok(()), |refuses| refuses(change, planned))
    }

    fn follows_the_old_rules(&self, kind: &str) -> bool {
        !types::of(kind).newer_sdk
    }

    fn template(&self, kind: &str, path: &str) -> Option<&str> {
        templates::template(kind, path)
    }

    fn imported_by(&self, kind: &str) -> Option<&str> {
        types::of(kind).imported_by
    }

    fn fills_below(&self, kind: &str, path: &str) -> bool {
        templates::below(kind, path)
    }

    fn fact(&self, name: &str) -> Option<String> {
        self.named(name)
    }

    fn filter(&self, name: &str, text: &str) -> Option<String> {
        filters::filter(name, text)
    }

    fn identity(&self, kind: &str) -> &[&str] {
        types::identity(kind)
    }

    fn read(&self, kind: &str, state: &mut Mapping) -> Result<(), Problem> {
        types::of(kind).read.map_or(Ok(()), |read| read(self, state))
    }
}
