//! Arguments and blocks that newer versions of a provider have, and the oldest that a stack accepts does not.

use std::collections::HashMap;

use super::Found;
use crate::{
    body::{Body, Content},
    declaration::Declaration,
    problem::Location,
    stack::BuiltStack,
};

/// A version, as its numbers.
type Version = Vec<u64>;

pub(super) fn check(stack: &BuiltStack, found: &mut Found) {
    let mut constraints = HashMap::new();
    for placed in stack.declarations() {
        if let Declaration::Terraform(terraform) = &placed.declaration {
            constraints.extend(terraform.required_providers.iter().map(|(info, versions)| (info.source, &**versions)));
        }
    }
    let constraints: HashMap<_, _> =
        constraints.into_iter().map(|(source, versions)| (source, (versions, oldest(versions)))).collect();
    for placed in stack.declarations() {
        let (provider, body) = match &placed.declaration {
            Declaration::Resource(resource) => (resource.provider, &resource.body),
            Declaration::Provider(provider) => (provider.provider, &provider.body),
            _ => continue,
        };
        let Some((versions, oldest)) = constraints.get(provider.source) else { continue };
        newer(body, &mut Vec::new(), oldest, &mut |location, blocks, name, since| {
            let declared = match &placed.declaration {
                Declaration::Resource(resource) => stack.address(resource).to_string(),
                _ => format!("provider.{}", provider.name),
            };
            let place: String = blocks.iter().fold(declared, |place, block| format!("{place}.{block}"));
            let source = provider.source;
            let known = format!("{source} is known to have it since {since}, but the stack accepts `{versions}`");
            found.report(
                location,
                format!("`{place}` sets `{name}`: {known}: leave it out, or require {since} or newer"),
            );
        });
    }
}

/// Told where something stands that the oldest version lacks: the blocks around it, its name, and the version that has it.
type Report<'a> = dyn FnMut(Location, &[&str], &str, &str) + 'a;

/// Reports what is written although it is known from a newer version on than the oldest, with the blocks that it is in.
fn newer<'a>(body: &'a Body, blocks: &mut Vec<&'a str>, oldest: &Version, report: &mut Report<'_>) {
    for entry in body.entries() {
        let name = &*entry.name;
        let since = match &entry.content {
            Content::Argument(_) => body.schema().attribute(name).and_then(|attribute| attribute.since),
            Content::Blocks(_) => body.schema().block(name).and_then(|block| block.since),
        };
        if let Some(since) = since.filter(|since| *oldest < version(since)) {
            report(entry.location, blocks, name, since);
        } else if let Content::Blocks(inner) = &entry.content {
            blocks.push(name);
            for block in inner {
                newer(&block.body, blocks, oldest, report);
            }
            blocks.pop();
        }
    }
}

/// The oldest version that a constraint accepts; without a lower bound, one before all others.
fn oldest(constraint: &str) -> Version {
    let bounds = constraint.split(',').filter_map(|part| {
        let part = part.trim();
        let bound = [">=", "~>", ">", "="].iter().find_map(|operator| part.strip_prefix(operator)).unwrap_or(part);
        (!bound.starts_with(['<', '!'])).then(|| version(bound))
    });
    bounds.max().unwrap_or_default()
}

/// Its numbers, up to the first that is none.
fn version(text: &str) -> Version {
    text.trim().split('.').map_while(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{oldest, version};

    #[test]
    fn the_oldest_version_is_the_highest_lower_bound() {
        for (constraint, wanted) in [
            (">= 5.100.0, < 7.0.0", "5.100.0"),
            ("< 7.0.0, >= 6.0.0, != 6.1.0, >= 6.66.0", "6.66.0"),
            ("~> 6.9", "6.9"),
            ("6.66.0", "6.66.0"),
            ("= 6.66.0", "6.66.0"),
            ("> 6.2.0", "6.2.0"),
            ("< 7.0.0", ""),
        ] {
            assert_eq!(oldest(constraint), version(wanted), "{constraint}");
        }
        assert!(version("5.100.0") < version("6.0.0") && version("6.9.0") < version("6.66.0"));
    }
}
