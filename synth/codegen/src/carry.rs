//! Carries over what a reading of the newer version lost: blocks that the oldest version has.
//!
//! A block that the reading lacks, or has as an attribute, was lost, unless the provider removed it: it was deprecated in the
//! oldest version, or the selection names it. Attributes are not carried: no reading lost one.

use std::fmt;

use synth_schema::{Block, ProviderSchema, Schema};

/// A block of the oldest version that the reading does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// Where it belongs, such as `aws_wafv2_web_acl.rule.statement`.
    pub path: String,
    /// Why the reading does not have it.
    pub cause: Cause,
}

/// Why a reading does not have a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The reading has nothing of that name.
    Lost,
    /// The reading has an attribute of that name.
    Attribute,
    /// The oldest version calls it deprecated: the provider removed it.
    Deprecated,
    /// The selection says that the provider removed it.
    Removed,
}

impl Cause {
    /// Is the oldest version's block put in the place?
    pub fn is_carried(self) -> bool {
        matches!(self, Self::Lost | Self::Attribute)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = match self.cause {
            Cause::Lost => "carried: the reading has nothing",
            Cause::Attribute => "carried: the reading has an attribute",
            Cause::Deprecated => "gone: deprecated before",
            Cause::Removed => "gone: named in the selection",
        };
        write!(f, "{} ({cause})", self.path)
    }
}

/// Puts the lost blocks of `oldest` into `reading`, and says of each block that was missing what became of it.
pub fn carry(reading: &mut ProviderSchema, oldest: &ProviderSchema, removed: &[String]) -> Vec<Missing> {
    let mut carrying = Carrying { removed, missing: Vec::new() };
    carrying.block(&mut reading.provider.block, &oldest.provider.block, "provider");
    let mut all = |reading: &mut std::collections::BTreeMap<String, Schema>, oldest: &_, prefix: &str| {
        let oldest: &std::collections::BTreeMap<String, Schema> = oldest;
        for (name, schema) in reading {
            if let Some(oldest) = oldest.get(name) {
                carrying.block(&mut schema.block, &oldest.block, &format!("{prefix}{name}"));
            }
        }
    };
    all(&mut reading.resource_schemas, &oldest.resource_schemas, "");
    all(&mut reading.data_source_schemas, &oldest.data_source_schemas, "data.");
    carrying.missing.sort();
    carrying.missing
}

struct Carrying<'a> {
    removed: &'a [String],
    missing: Vec<Missing>,
}

impl Carrying<'_> {
    fn block(&mut self, reading: &mut Block, oldest: &Block, place: &str) {
        for (name, nested) in &oldest.block_types {
            let path = format!("{place}.{name}");
            if let Some(known) = reading.block_types.get_mut(name) {
                self.block(&mut known.block, &nested.block, &path);
                continue;
            }
            let cause = if reading.attributes.contains_key(name) {
                Cause::Attribute
            } else if nested.block.deprecated {
                Cause::Deprecated
            } else if self.removed.contains(&path) {
                Cause::Removed
            } else {
                Cause::Lost
            };
            if cause.is_carried() {
                reading.attributes.remove(name);
                reading.block_types.insert(name.clone(), nested.clone());
            }
            self.missing.push(Missing { path, cause });
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, from_value, json};

    use super::{Block, Carrying, Cause, Missing};

    fn read(json: Json) -> Block {
        from_value(json).unwrap()
    }

    #[test]
    fn a_lost_block_is_carried_over_at_any_depth_and_a_removed_one_is_not() {
        let nested = |block: Json| json!({ "nesting_mode": "list", "max_items": 1, "block": block });
        let oldest = read(json!({ "block_types": { "rule": nested(json!({ "block_types": {
            "statement": nested(json!({ "attributes": { "limit": { "type": "number", "optional": true } } })),
            "lost": nested(json!({})),
            "old": nested(json!({ "deprecated": true })),
            "gone": nested(json!({})),
        } })) } }));
        let mut reading = read(json!({ "block_types": { "rule": nested(json!({ "attributes": {
            "statement": { "type": "dynamic", "optional": true },
            "new": { "type": "string", "optional": true },
        } })) } }));
        let removed = ["acl.rule.gone".to_owned()];
        let mut carrying = Carrying { removed: &removed, missing: Vec::new() };
        carrying.block(&mut reading, &oldest, "acl");
        let rule = &reading.block_types["rule"].block;
        assert!(rule.attributes.keys().eq(["new"]), "{:?}", rule.attributes);
        assert!(rule.block_types.keys().eq(["lost", "statement"]), "{:?}", rule.block_types);
        assert!(rule.block_types["statement"].block.attributes.contains_key("limit"));
        let missing = |path: &str, cause| Missing { path: format!("acl.rule.{path}"), cause };
        carrying.missing.sort();
        assert_eq!(
            carrying.missing,
            [
                missing("gone", Cause::Removed),
                missing("lost", Cause::Lost),
                missing("old", Cause::Deprecated),
                missing("statement", Cause::Attribute),
            ]
        );
    }
}
