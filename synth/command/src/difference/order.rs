//! Changes whose order no merge keeps: Terraform waits for someone's approval, Argo CD for nobody's.

use serde_json::{Value as Json, json};
use synth_project::{Attribute, Project};

use super::{Change, Difference};

/// An order to keep, or one that a change cannot keep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    why: &'static str,
    mend: &'static str,
}

impl Order {
    /// The order of what is about to change, part by part, if the project knows one.
    pub(crate) fn of<'a, P: Project>(parts: impl Iterator<Item = (&'a str, &'a [Difference])> + Clone) -> Option<Self> {
        let becomes = |of: &Attribute| {
            let differences =
                parts.clone().filter(|(name, _)| *name == of.part).flat_map(|(_, differences)| differences);
            let changed = differences.into_iter().find(|difference| difference.address == of.address)?;
            let Change::Changed(attributes) = &changed.change else { return None };
            attributes.iter().find_map(|attribute| attribute.becomes(of.path)?.as_bool())
        };
        P::ORDERS.iter().find_map(|order| {
            let change = (becomes(&order.terraform), becomes(&order.argocd));
            let (_, why, mend) = order.steps.iter().find(|(step, ..)| *step == change)?;
            Some(Self { why, mend })
        })
    }

    pub(crate) fn json(&self) -> Json {
        json!({ "message": self.why, "mend": self.mend })
    }
}

impl std::fmt::Display for Order {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { why, mend } = self;
        write!(formatter, "order: {why}\n  mend: {mend}")
    }
}
