//! Which instance types rules leave.

use super::{Requirement, Requirements};
use crate::catalogue::{Catalogue, TypeSet};

impl Requirements {
    /// The types that obey every rule about labels that types have.
    pub fn types(&self, catalogue: &Catalogue) -> TypeSet {
        let mut left = TypeSet::all(catalogue.types().len());
        for (key, rule) in self.iter() {
            if let Some(types) = rule.types(key, catalogue) {
                left.keep(&types);
            }
        }
        left
    }
}

impl Requirement {
    /// The types of which the label may have a value that is left; none is said where types do not have the label.
    pub fn types(&self, key: &str, catalogue: &Catalogue) -> Option<TypeSet> {
        let label = catalogue.label(key)?;
        let mut left = TypeSet::none(catalogue.types().len());
        for (_, types) in label.values.iter().filter(|(value, _)| self.has(value)) {
            left.join(types);
        }
        if self.forbids() {
            left.join(&label.without);
        }
        Some(left)
    }
}
