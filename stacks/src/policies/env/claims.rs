//! The claims of an environment: each resource of which there can be one, with what tells it from others.

use super::unique::{TYPES, Unique, Within};
use crate::{Platform, view::Declared};

/// A resource that is unique within its partition, account or region.
pub(super) struct Claim<'a> {
    pub(super) unique: &'static Unique,
    pub(super) resource: Declared<'a>,
    /// The arguments that name it; empty where there is one of its kind.
    pub(super) name: Vec<String>,
}

impl Claim<'_> {
    /// Would AWS take one for the other, if both were in one place?
    pub(super) fn is(&self, other: &Claim<'_>) -> bool {
        self.unique.type_name == other.unique.type_name && self.name == other.name
    }
}

/// All claims of an environment, stack by stack. A name that AWS makes up (`name_prefix`) claims nothing.
pub(super) fn of(platform: &Platform) -> Vec<Claim<'_>> {
    let unique = TYPES.iter().filter(|unique| unique.within != Within::Parent);
    let claims = unique.flat_map(|unique| {
        let of_type = platform.declared().filter(|of| of.is_managed(unique.type_name));
        of_type.filter_map(move |resource| {
            let (first, others) =
                unique.by.split_first().map_or((None, unique.by), |(first, rest)| (Some(first), rest));
            let mut name: Vec<String> = match first {
                Some(first) => vec![resource.named(first)?],
                None => Vec::new(),
            };
            name.extend(others.iter().map(|argument| resource.named(argument).unwrap_or_default()));
            Some(Claim { unique, resource, name })
        })
    });
    claims.collect()
}
