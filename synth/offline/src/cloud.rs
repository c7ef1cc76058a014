//! A provider's knowledge beyond its schema: the seam between the engine, which knows schemas, and a cloud's own facts.

use crate::{
    problem::Problem,
    value::{Mapping, Value},
};

/// A provider as one configuration made it. Every method has a default, which is what a schema alone can say.
pub trait Cloud: Send + Sync {
    /// Reports why what the provider manages cannot be reached: asked before a resource is read, planned or applied.
    fn reach(&self) -> Result<(), Problem> {
        Ok(())
    }

    /// The problems of a resource's or (`data.…`) a data source's configuration that its schema does not show.
    fn check(&self, kind: &str, config: &Mapping) -> Vec<Problem> {
        let _ = (kind, config);
        Vec::new()
    }

    /// Does a change of this attribute replace the resource? The path has names alone: `vpc_config.subnet_ids`.
    fn replaces(&self, kind: &str, path: &str, planned: &Mapping) -> bool {
        let _ = (kind, path, planned);
        false
    }

    /// Does the provider compute this attribute anew because of what changes? `changed` are paths as `replaces` has them.
    fn recomputes(&self, kind: &str, path: &str, changed: &[String], planned: &Mapping) -> bool {
        let _ = (kind, path, changed, planned);
        false
    }

    /// Says at plan what can be known before apply, or reports why the change cannot be made.
    fn plan(&self, change: &Change<'_>, planned: &mut Mapping) -> Result<(), Problem> {
        let _ = (change, planned);
        Ok(())
    }

    /// Is the resource made with the older SDK, which plans what the protocol forbids to all others: defaults of what is
    /// not computed, and blocks that nobody wrote? Terraform then checks less.
    fn follows_the_old_rules(&self, kind: &str) -> bool {
        let _ = kind;
        false
    }

    /// How a computed attribute is made, as a template (see `engine::template`); `data.` precedes a data source's type.
    fn template(&self, kind: &str, path: &str) -> Option<&str> {
        let _ = (kind, path);
        None
    }

    /// The text that an import takes, where it is not the `id`: a template of attributes alone.
    fn imported_by(&self, kind: &str) -> Option<&str> {
        let _ = kind;
        None
    }

    /// Is any attribute below this path made by a template?
    fn fills_below(&self, kind: &str, path: &str) -> bool {
        let _ = (kind, path);
        false
    }

    /// The value of a name that templates may use: the account, the region and the like.
    fn fact(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }

    /// The result of a filter of this provider's own on a text in a template: `{addon_name|addon}`.
    fn filter(&self, name: &str, text: &str) -> Option<String> {
        let _ = (name, text);
        None
    }

    /// The arguments that tell resources of a type apart, where not all of them do: two with the same are one.
    fn identity(&self, kind: &str) -> &[&str] {
        let _ = kind;
        &[]
    }

    /// Answers a data source as far as templates cannot; `state` begins as the configuration.
    fn read(&self, kind: &str, state: &mut Mapping) -> Result<(), Problem> {
        let _ = (kind, state);
        Ok(())
    }
}

/// A change of a resource: created where there is no prior state, otherwise updated.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The type of the resource.
    pub kind: &'a str,
    /// The configuration.
    pub config: &'a Mapping,
    /// The state before.
    pub prior: Option<&'a Mapping>,
}

/// A provider of which nothing is known but its schema.
#[derive(Clone, Copy, Debug, Default)]
pub struct SchemaOnly;

impl Cloud for SchemaOnly {}

/// Makes a provider from its configuration; null before Terraform has given one.
pub type Configure = Box<dyn Fn(&Value) -> Result<Box<dyn Cloud>, Problem> + Send + Sync>;
