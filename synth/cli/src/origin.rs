//! Where in the Rust source stands what Terraform complains about: it names files of a copy, and nobody wrote those.

use std::{collections::BTreeMap, fmt};

use anstream::adapter::strip_str;
use anyhow::Result;
use stacks::{Built, Part, settings::Settings};
use synth_framework::{Declaration, Location};

use crate::{report::PLACE, review::source};

/// What Terraform complained about, by address, with its place in the source.
#[derive(Debug)]
pub(crate) struct Origins(BTreeMap<String, Location>);

impl Origins {
    /// Looks for addresses of a part in what Terraform said.
    pub(crate) fn of(part: &Part, settings: &Settings, complaints: &str) -> Result<Self> {
        let mut found = BTreeMap::new();
        let Built::Stack(stack) = part.build(settings)? else { return Ok(Self(found)) };
        let plain = strip_str(complaints).to_string();
        let named: Vec<_> = plain.lines().filter_map(address).collect();
        for placed in stack.declarations() {
            let (address, location) = match &placed.declaration {
                Declaration::Resource(resource) => (stack.address(resource).to_string(), resource.location),
                Declaration::Output(output) => (format!("output.{}", output.name), output.location),
                _ => continue,
            };
            if named.iter().any(|named| *named == address) {
                found.insert(address, location);
            }
        }
        Ok(Self(found))
    }
}

impl fmt::Display for Origins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (address, location) in &self.0 {
            writeln!(formatter, "{address} is declared at {PLACE}{}{PLACE:#}", source(location))?;
        }
        Ok(())
    }
}

/// The address in a line such as `with aws_subnet.private["a"],` or `on vpc.tf.json line 3, in resource.aws_vpc.main:`,
/// without the key of an instance.
fn address(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['\u{2502}', ' ']).trim_end();
    let named = match line.strip_prefix("with ") {
        Some(rest) => rest.strip_suffix(',')?,
        None => line.split_once(" line ")?.1.split_once(", in ")?.1.strip_suffix(':')?,
    };
    let named = named.strip_prefix("resource.").unwrap_or(named);
    let named = named.split('[').next()?;
    // What follows the label is an argument or a block.
    let parts = if named.starts_with("data.") { 3 } else { 2 };
    let end = named.match_indices('.').nth(parts - 1).map_or(named.len(), |(at, _)| at);
    Some(&named[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_each_form_of_terraforms() {
        for (line, expected) in [
            ("\u{2502}   with aws_subnet.private[\"a\"],", "aws_subnet.private"),
            ("  with data.aws_vpc.main,", "data.aws_vpc.main"),
            ("  on network.tf.json line 3, in resource.aws_vpc.main:", "aws_vpc.main"),
            ("  on network.tf.json line 3, in resource.aws_vpc.main.timeouts:", "aws_vpc.main"),
            ("  on outputs.tf.json line 3, in output.vpc_id:", "output.vpc_id"),
        ] {
            assert_eq!(address(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn a_line_without_an_address_has_none() {
        for line in ["Error: Missing region", "\u{2502} with nothing to do", "  on x.tf.json line 3:"] {
            assert_eq!(address(line), None, "{line}");
        }
    }
}
