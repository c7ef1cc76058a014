//! Attributes that cannot be changed in place: `ForceNew` of the provider's resources.

use super::types::{self, Facts};
use crate::value::Mapping;

/// The attributes that replace a type of which nothing else is known: they name a thing or place it.
const DEFAULT: &[&str] = &[
    "availability_zone",
    "bucket",
    "cidr_block",
    "cluster_name",
    "name",
    "name_prefix",
    "region",
    "subnet_id",
    "vpc_id",
];

/// Does a change of this attribute replace the resource?
pub(crate) fn replaces(kind: &str, path: &str, planned: &Mapping) -> bool {
    let Facts { replaces, replaces_by, .. } = types::of(kind);
    if let Some((_, replaces)) = replaces_by.iter().find(|(name, _)| *name == path) {
        return replaces(planned.get(path));
    }
    let rules = replaces.unwrap_or(DEFAULT);
    rules.iter().any(|rule| path.strip_prefix(rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ranges_replace_and_tags_do_not() {
        let replaces = |kind, path| replaces(kind, path, &Mapping::new());
        assert!(replaces("aws_vpc", "cidr_block"));
        assert!(replaces("aws_eks_cluster", "name"));
        assert!(!replaces("aws_vpc", "tags"));
        assert!(!replaces("aws_eks_cluster", "version"));
    }

    #[test]
    fn a_block_stands_for_all_that_is_in_it() {
        let replaces = |kind, path| replaces(kind, path, &Mapping::new());
        assert!(replaces("aws_ecr_repository", "encryption_configuration.kms_key"));
        assert!(!replaces("aws_ecr_repository", "encryption_configuration_of_another"));
    }

    #[test]
    fn a_network_leaves_dedicated_hardware_in_place_and_comes_to_it_anew() {
        let planned = |tenancy: &str| Mapping::from([("instance_tenancy".into(), tenancy.into())]);
        assert!(replaces("aws_vpc", "instance_tenancy", &planned("dedicated")));
        assert!(!replaces("aws_vpc", "instance_tenancy", &planned("default")));
    }

    #[test]
    fn every_type_with_a_line_is_one_that_has_bindings() {
        let provider = crate::server::Provider::aws(crate::AwsVersion::Oldest).unwrap();
        for Facts { name: kind, replaces, replaces_by, .. } in
            types::ALL.iter().filter(|facts| facts.replaces.is_some())
        {
            let schema = provider.schema.resource_schemas.get(*kind).unwrap_or_else(|| panic!("no schema of {kind}"));
            for rule in replaces.unwrap_or_default().iter().chain(replaces_by.iter().map(|(name, _)| name)) {
                let mut level = schema.block.level();
                let mut found = true;
                for name in rule.split('.') {
                    found = found && (level.attributes.contains_key(name) || level.blocks.contains_key(name));
                    level = level.blocks.get(name).map_or(level, |block| block.block.level());
                }
                assert!(found, "{kind} has no {rule}");
            }
        }
    }
}
