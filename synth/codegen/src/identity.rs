//! The table of identities: which attributes give one, and which arguments take it.
//!
//! A pattern names `type.attribute.path`, with a `data.` or `provider.` before the type where it is one; `*` stands for
//! anything. Patterns are tried in the order of the file. One that decides nothing is an error: the table stays true.

use std::cell::Cell;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    plain: Vec<String>,
    #[serde(default)]
    identity: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    is: String,
    #[serde(default)]
    given_by: Vec<String>,
    #[serde(default)]
    taken_by: Vec<String>,
    #[serde(default)]
    literal_only: bool,
}

/// A kind of string that no other may stand in for.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Its Rust name, such as `VpcId`.
    pub name: String,
    /// A sentence that says what it is.
    pub is: String,
    literal_only: bool,
}

/// The rules of the table, and which of them decided something.
#[derive(Debug)]
pub struct Rules {
    identities: Vec<Identity>,
    plain: Vec<Rule>,
    given: Vec<Rule>,
    taken: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    pattern: String,
    identity: usize,
    used: Cell<bool>,
}

impl Rule {
    fn new(pattern: String, identity: usize) -> Self {
        Self { pattern, identity, used: Cell::new(false) }
    }
}

impl Rules {
    /// Reads the text of a table.
    pub fn parse(text: &str) -> Result<Self> {
        let table: Table = toml::from_str(text).context("reading the table of identities")?;
        let mut rules = Self { identities: Vec::new(), plain: Vec::new(), given: Vec::new(), taken: Vec::new() };
        rules.plain.extend(table.plain.into_iter().map(|pattern| Rule::new(pattern, usize::MAX)));
        for (index, entry) in table.identity.into_iter().enumerate() {
            let Entry { name, is, given_by, taken_by, literal_only } = entry;
            if rules.identities.iter().any(|identity| identity.name == name) {
                bail!("the identity `{name}` is in the table twice: keep one");
            }
            rules.identities.push(Identity { name, is, literal_only });
            rules.given.extend(given_by.into_iter().map(|pattern| Rule::new(pattern, index)));
            rules.taken.extend(taken_by.into_iter().map(|pattern| Rule::new(pattern, index)));
        }
        Ok(rules)
    }

    /// Every identity, in the order of the table.
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }

    /// The identity that an argument takes.
    pub fn taken(&self, subject: &str) -> Option<&str> {
        self.decide(&self.taken, subject)
    }

    /// The identity that an attribute gives: its own, or the one that it takes as an argument.
    pub fn given(&self, subject: &str) -> Option<&str> {
        self.decide(&self.given, subject).or_else(|| self.taken(subject))
    }

    fn decide(&self, rules: &[Rule], subject: &str) -> Option<&str> {
        let rule = rules.iter().find(|rule| matches(&rule.pattern, subject))?;
        if let Some(plain) = self.plain.iter().find(|rule| matches(&rule.pattern, subject)) {
            plain.used.set(true);
            return None;
        }
        rule.used.set(true);
        Some(&self.identities[rule.identity].name)
    }

    /// Refuses rules that decided nothing, and identities that no attribute gives.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        for rule in [&self.plain, &self.given, &self.taken].into_iter().flatten().filter(|rule| !rule.used.get()) {
            wrong.push(format!("the pattern `{}` matches nothing in the selection: remove it", rule.pattern));
        }
        for (index, identity) in self.identities.iter().enumerate() {
            let given = self.given.iter().any(|rule| rule.identity == index && rule.used.get());
            if given == identity.literal_only {
                wrong.push(if given {
                    format!("`{}` is given by an attribute: remove `literal_only`", identity.name)
                } else {
                    format!("no attribute gives a `{}`: set `literal_only = true`", identity.name)
                });
            }
        }
        if wrong.is_empty() { Ok(()) } else { bail!("the table of identities is stale: {}", wrong.join("; ")) }
    }
}

/// Does the pattern, in which `*` stands for anything, match the whole text?
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            let ends = rest.char_indices().map(|(end, _)| end).chain([rest.len()]);
            ends.map(|end| &rest[end..]).any(|rest| matches(after, rest))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rules, matches};

    const TABLE: &str = r#"
        plain = ["*.odd.vpc_id"]
        [[identity]]
        name = "VpcId"
        is = "The id of a VPC."
        given_by = ["aws_vpc.id"]
        taken_by = ["*.vpc_id"]
    "#;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*.vpc_id", "aws_eks_cluster.vpc_config.vpc_id"));
        assert!(matches("aws_*.role*", "aws_x.role"));
        assert!(!matches("*.vpc_id", "aws_x.my_vpc_id"));
        assert!(!matches("aws_vpc.id", "data.aws_vpc.id"));
    }

    #[test]
    fn what_is_given_is_not_taken_by_the_same_argument() {
        let rules = Rules::parse(TABLE).unwrap();
        assert_eq!((rules.taken("aws_vpc.id"), rules.given("aws_vpc.id")), (None, Some("VpcId")));
        assert_eq!(
            (rules.taken("aws_subnet.vpc_id"), rules.given("aws_subnet.vpc_id")),
            (Some("VpcId"), Some("VpcId"))
        );
    }

    #[test]
    fn a_plain_pattern_wins() {
        assert_eq!(Rules::parse(TABLE).unwrap().taken("aws_x.odd.vpc_id"), None);
    }

    #[test]
    fn a_stale_table_is_refused_as_a_whole() {
        let error = Rules::parse(TABLE).unwrap().check().unwrap_err().to_string();
        for part in ["`*.odd.vpc_id` matches nothing", "`aws_vpc.id` matches nothing", "no attribute gives a `VpcId`"] {
            assert!(error.contains(part), "{error}");
        }
    }
}
