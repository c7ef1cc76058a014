//! The problems of a stack: what is wrong, where it was declared, and how to mend it.

use std::{fmt, panic, sync::Arc};

/// A place in the Rust source.
pub type Location = &'static panic::Location<'static>;

/// One thing that the types could not catch.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The stack that has it.
    pub stack: Arc<str>,
    /// A text that says what is wrong and how to mend it: lower case, no full stop.
    pub message: String,
    /// Where it was declared.
    pub location: Location,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, location, .. } = self;
        write!(formatter, "{}:{}:{}: {message}", source_path(location), location.line(), location.column())
    }
}

/// All problems of a stack, in the order of the source.
#[derive(Clone, Debug)]
pub struct Problems(Vec<Problem>);

impl From<Vec<Problem>> for Problems {
    fn from(problems: Vec<Problem>) -> Self {
        Self(problems)
    }
}

impl Problems {
    /// The problems, one by one.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.0.first() else { return Ok(()) };
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(formatter, "stack `{}` has {} problem{plural}", first.stack, self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(formatter, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

/// The source file of a location, with forward slashes on every platform.
pub fn source_path(location: Location) -> String {
    location.file().replace('\\', "/")
}

/// The file and the line of a location, as editors open it.
pub fn source(location: Location) -> String {
    format!("{}:{}", source_path(location), location.line())
}

/// The known name nearest to a mistaken one, when it is near enough to be meant.
pub fn nearest<'a>(mistaken: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = mistaken.chars().count() / 3 + 1;
    let longer = |name: &str| mistaken.len() >= 3 && name.starts_with(mistaken);
    known
        .map(|name| (strsim::levenshtein(mistaken, name), name))
        .filter(|(distance, name)| *distance <= limit || longer(name))
        .min()
        .map(|(_, name)| name)
}

/// The question that ends a message about a mistaken name, when a known one is near enough to be meant.
pub fn did_you_mean<'a>(mistaken: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(mistaken, known).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const KNOWN: [&str; 7] = ["name", "cidr_block", "subnet_ids", "tags", "tags_all", "vpc_id", "enable_dns_support"];

    #[test]
    fn a_mistake_suggests_the_name_that_was_meant() {
        let cases = [
            ("nmae", Some("name")),
            ("names", Some("name")),
            ("subnet_id", Some("subnet_ids")),
            ("subnets", Some("subnet_ids")),
            ("tag", Some("tags")),
            ("vpcid", Some("vpc_id")),
            ("cidr", Some("cidr_block")),
            ("enable_dns", Some("enable_dns_support")),
            ("ENABLE", None),
            ("zone", None),
            ("x", None),
            ("", None),
        ];
        for (mistaken, meant) in cases {
            assert_eq!(nearest(mistaken, KNOWN.into_iter()), meant, "{mistaken}");
        }
    }

    #[test]
    fn of_equally_near_names_the_first_in_order_is_suggested() {
        assert_eq!(nearest("tab", ["tag", "tap", "taa"].into_iter()), Some("taa"));
    }
}
