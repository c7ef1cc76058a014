//! The selection file: which types of which providers have bindings.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// The selection, by the provider's local name.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Selection {
    /// The providers.
    pub providers: BTreeMap<String, Selected>,
}

/// The selection of one provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selected {
    /// The source address without its host, such as `hashicorp/aws`.
    pub source: String,
    /// The exact version whose schema is read.
    pub version: String,
    /// Type names of resources.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Type names of data sources.
    #[serde(default)]
    pub data: Vec<String>,
    /// A file in `schemas/` that is read in the provider's place: what is known of its schema from elsewhere, compressed.
    pub reading: Option<String>,
    /// Blocks that are left out, by their path, such as `aws_wafv2_web_acl.rule.statement.not_statement`.
    #[serde(default)]
    pub omits: Vec<String>,
    /// The oldest version that stacks plan under, whose schema is kept beside.
    pub floor: Option<Floor>,
}

/// The oldest version that stacks plan under, and how the newer one differs from it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The exact version.
    pub version: String,
    /// Selected types that it does not have.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// Blocks that it has without a mark of deprecation and that are gone in the newer version, by their path.
    #[serde(default)]
    pub removed: Vec<String>,
}

impl Selection {
    /// Reads a selection file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?;
        Self::parse(&text).with_context(|| format!("reading `{}`", path.display()))
    }

    /// Reads the text of a selection file.
    pub fn parse(text: &str) -> Result<Self> {
        let selection: Self = toml::from_str(text)?;
        for (provider, selected) in &selection.providers {
            for (section, names) in [("resources", &selected.resources), ("data", &selected.data)] {
                for (index, name) in names.iter().enumerate() {
                    if names[..index].contains(name) {
                        bail!("`{provider}.{section}` names `{name}` twice: keep one");
                    }
                }
            }
        }
        Ok(selection)
    }
}

impl Selected {
    /// The full source address, as schemas name it.
    pub fn address(&self) -> String {
        format!("registry.terraform.io/{}", self.source)
    }

    /// The same selection of the oldest version, if there is one.
    pub fn of_floor(&self) -> Option<Self> {
        let floor = self.floor.as_ref()?;
        let had = |names: &[String]| names.iter().filter(|name| !floor.lacks.contains(name)).cloned().collect();
        Some(Self {
            source: self.source.clone(),
            version: floor.version.clone(),
            resources: had(&self.resources),
            data: had(&self.data),
            reading: None,
            omits: self.omits.clone(),
            floor: None,
        })
    }
}
