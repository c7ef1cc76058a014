//! Attributes that the provider computes anew because something else changes: `ComputedIf` of its resources.

use crate::value::{Mapping, Value};

/// The attributes of which one must change.
#[derive(Debug)]
pub(super) enum Cause {
    /// One of these.
    One(&'static [&'static str]),
    /// Anything but these.
    AllBut(&'static [&'static str]),
    /// Anything but these, while the flag is set.
    While(&'static str, &'static [&'static str]),
}

use Cause::{AllBut, One, While};

/// Does a change of these paths change this attribute?
pub(super) fn recomputes(causes: &[(&str, Cause)], path: &str, changed: &[String], planned: &Mapping) -> bool {
    let mut causes = causes.iter().filter(|(at, _)| *at == path);
    causes.any(|(_, cause)| cause.is_there(changed, planned))
}

impl Cause {
    fn is_there(&self, changed: &[String], planned: &Mapping) -> bool {
        let among = |names: &[&str], path: &str| names.contains(&path.split('.').next().unwrap_or_default());
        match self {
            One(names) => changed.iter().any(|path| among(names, path)),
            AllBut(names) => changed.iter().any(|path| !among(names, path)),
            While(flag, names) => {
                planned.get(*flag) == Some(&Value::Bool(true)) && changed.iter().any(|path| !among(names, path))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::types, *};

    fn recomputed(attribute: &str, changed: &str, update: bool) -> bool {
        let planned = Mapping::from([("update_default_version".into(), update.into())]);
        recomputes(types::of("aws_launch_template").recomputes, attribute, &[changed.to_owned()], &planned)
    }

    #[test]
    fn a_launch_template_has_a_new_version_when_it_makes_other_nodes() {
        assert!(recomputed("latest_version", "metadata_options.http_tokens", false));
        assert!(!recomputed("latest_version", "description", false));
    }

    #[test]
    fn the_new_version_is_the_default_where_that_is_asked_for() {
        assert!(recomputed("default_version", "image_id", true));
        assert!(!recomputed("default_version", "image_id", false));
    }

    #[test]
    fn every_line_is_of_an_attribute_that_is_computed() {
        let provider = crate::server::Provider::aws(crate::AwsVersion::Oldest).unwrap();
        for facts in types::ALL {
            for (path, _) in facts.recomputes {
                let kind = facts.name;
                assert!(provider.schema.resource_schemas[kind].block.attributes[*path].computed, "{kind}.{path}");
            }
        }
    }
}
