//! The difference between two versions of a part, by the addresses that Terraform uses.
//!
//! It sees meaning, not layout: files, key order and comments do not count.

mod addresses;
mod attributes;
mod contents;
mod order;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value as Json, json};

pub(crate) use attributes::AttributeChange;
pub(crate) use order::Order;

use crate::directory::{State, Survey};

/// One thing that differs.
#[derive(Debug)]
pub(crate) struct Difference {
    /// Its address: `aws_vpc.main`, `output.cluster_name`, or `file values.yaml`.
    pub(crate) address: String,
    /// How it differs.
    pub(crate) change: Change,
}

/// How something differs.
#[derive(Debug)]
pub(crate) enum Change {
    /// It is in the code only.
    Added,
    /// It is in both, with these differences.
    Changed(Vec<AttributeChange>),
    /// It is in the directory only.
    Removed,
}

impl Change {
    /// The word for it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed(_) => "changed",
            Self::Removed => "removed",
        }
    }
}

impl Difference {
    /// The address and the changes of its attributes.
    pub(crate) fn json(&self) -> Json {
        let attributes = match &self.change {
            Change::Changed(attributes) => attributes.iter().map(AttributeChange::json).collect(),
            Change::Added | Change::Removed => Vec::new(),
        };
        json!({ "address": self.address, "attributes": attributes })
    }
}

/// The differences between what lies in a directory and what the code says, sorted by address.
pub(crate) fn difference(survey: &Survey<'_>) -> Result<Vec<Difference>> {
    let mut old = BTreeMap::new();
    let mut new = BTreeMap::new();
    // What a file that is the same declares is the same.
    for (file, state) in survey.files.iter().filter(|(_, state)| *state != State::Unchanged) {
        if let State::Different(bytes) = state {
            read(survey, &file.path, bytes, &mut old)?;
        }
        read(survey, &file.path, file.text.as_bytes(), &mut new)?;
    }
    for (path, bytes) in &survey.stale {
        read(survey, path, bytes, &mut old)?;
    }
    let addresses: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differences = addresses.into_iter().filter_map(|address| {
        let change = match (old.get(address), new.get(address)) {
            (Some(old), Some(new)) => {
                let changes = attributes::changes(old, new);
                if changes.is_empty() {
                    return None;
                }
                Change::Changed(changes)
            }
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
        };
        Some(Difference { address: address.clone(), change })
    });
    Ok(differences.collect())
}

fn read(survey: &Survey<'_>, path: &str, bytes: &[u8], into: &mut BTreeMap<String, Json>) -> Result<()> {
    if path.ends_with(".tf.json") {
        let configuration = serde_json::from_slice(bytes)
            .with_context(|| format!("reading `{}`", survey.directory.join(path).display()))?;
        addresses::declared(configuration, into);
    } else {
        into.insert(format!("file {path}"), contents::of(path, &String::from_utf8_lossy(bytes)));
    }
    Ok(())
}
