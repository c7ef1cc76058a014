//! Where in the Rust source stands what Terraform complains about: it names files of a copy, and nobody wrote those.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use anstream::adapter::strip_str;
use anyhow::Result;
use synth_framework::{Declaration, Location, source};
use synth_project::{Built, Part, Project};

use crate::report::PLACE;

/// The addresses that Terraform complained about, each with its place in the source.
#[derive(Debug)]
pub(crate) struct Origins(BTreeMap<String, Location>);

impl Origins {
    /// Looks for addresses of a part in what Terraform said.
    pub(crate) fn of<P: Project>(part: &Part<P>, settings: &P::Settings, complaints: &str) -> Result<Self> {
        let mut found = BTreeMap::new();
        // Most runs have none, and need no second build of the part.
        if complaints.is_empty() {
            return Ok(Self(found));
        }
        let Built::Stack(stack) = part.build(settings)? else { return Ok(Self(found)) };
        let plain = strip_str(complaints).to_string();
        let named: BTreeSet<_> = plain.lines().filter(|line| !is_excerpt(line)).flat_map(addresses).collect();
        for placed in stack.declarations() {
            let (address, location) = match &placed.declaration {
                Declaration::Resource(resource) => (stack.address(resource).to_string(), resource.location),
                Declaration::Output(output) => (format!("output.{}", output.name), output.location),
                _ => continue,
            };
            if named.contains(&*address) {
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

/// Does the line quote a file that was written? It may name what is in order.
fn is_excerpt(line: &str) -> bool {
    let line = line.trim_start_matches(['\u{2502}', ' ']);
    line.split_once(':').is_some_and(|(number, _)| number.parse::<u32>().is_ok())
}

/// The words that could be addresses in a line such as `with aws_subnet.private["a"],`, without what follows a label.
fn addresses(line: &str) -> impl Iterator<Item = &str> {
    let inside = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    line.split(move |letter| !inside(letter)).filter_map(|word| {
        let word = word.trim_matches('.');
        let parts = if word.starts_with("data.") { 3 } else { 2 };
        let end = word.match_indices('.').nth(parts - 1).map_or(word.len(), |(at, _)| at);
        word.contains('.').then(|| &word[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_wherever_it_is_named() {
        for (line, expected) in [
            ("\u{2502}   with aws_subnet.private[\"a\"],", "aws_subnet.private"),
            ("  with data.aws_vpc.main,", "data.aws_vpc.main"),
            ("Resource aws_s3_bucket.state has lifecycle.prevent_destroy set, but the", "aws_s3_bucket.state"),
            ("A reference to aws_vpc.main.nothing.", "aws_vpc.main"),
        ] {
            assert!(addresses(line).any(|address| address == expected), "{line}");
        }
    }

    #[test]
    fn what_terraform_quotes_is_not_what_it_complains_about() {
        assert!(is_excerpt("\u{2502}   12:     \"vpc_id\": \"${aws_vpc.main.id}\""));
        assert!(!is_excerpt("  on network.tf.json line 12, in resource.aws_subnet:"));
    }
}
