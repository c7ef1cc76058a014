//! Values that belong to nobody: what the settings are shipped with, and what is reserved for documentation. They are looked
//! for in every text, so that none stays behind inside an ARN, a bucket's name or an address.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::problem::Problems;
use super::tree::{Node, Value};

/// Accounts of AWS's documentation, which the environments are shipped with.
const ACCOUNTS: [&str; 4] = ["111122223333", "444455556666", "777788889999", "123456789012"];

/// Names that the environments are shipped with.
const NAMES: [&str; 2] = ["example-org", "11111111-2222-3333-4444-555555555555"];

/// Domains that are reserved for documentation: <https://www.rfc-editor.org/rfc/rfc2606>.
const DOMAINS: [&str; 4] = ["example.com", "example.net", "example.org", ".example"];

/// Ranges that are reserved for documentation: <https://www.rfc-editor.org/rfc/rfc5737>.
const RANGES: [Ipv4Net; 3] = [
    Ipv4Net::new_assert(Ipv4Addr::new(192, 0, 2, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24),
    Ipv4Net::new_assert(Ipv4Addr::new(203, 0, 113, 0), 24),
];

/// A setting that holds a value of the examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleValue {
    /// Dotted key, such as `cluster.public_access_cidrs[0]`.
    pub key: String,
    /// The value that stands there.
    pub value: String,
    /// The part of it that is an example.
    pub example: String,
    /// File, as the layer gave it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
}

/// Is this an account of the examples?
pub fn is_example_account(account: &str) -> bool {
    ACCOUNTS.contains(&account)
}

/// Every example at or below a value, names of tables included.
pub(super) fn find(node: &Node, problems: &Problems<'_>) -> Vec<ExampleValue> {
    let mut found = Vec::new();
    add(node, problems, &mut found);
    found
}

fn add(node: &Node, problems: &Problems<'_>, found: &mut Vec<ExampleValue>) {
    let of = |key: &str, text: &str| {
        let example = example_in(text)?;
        let (file, line) = problems.line(key);
        Some(ExampleValue { key: key.to_owned(), value: text.to_owned(), example, file, line })
    };
    match &node.value {
        Value::Text(text) => found.extend(of(&node.key, text)),
        Value::List(items) => items.iter().for_each(|item| add(item, problems, found)),
        Value::Table(entries) => {
            for (name, entry) in entries {
                found.extend(of(&entry.key, name));
                add(entry, problems, found);
            }
        }
        Value::Integer(_) | Value::Boolean(_) | Value::Other(_) => {}
    }
}

/// The part of a text that is an example, if there is one.
pub fn example_in(text: &str) -> Option<String> {
    // Every example has a digit or a word with this letter, which most texts have not.
    if !text.bytes().any(|byte| byte.is_ascii_digit() || byte.eq_ignore_ascii_case(&b'x')) {
        return None;
    }
    let text = text.to_lowercase();
    // Twelve digits among others are part of another number.
    let account = |before: char, after: char| !before.is_ascii_digit() && !after.is_ascii_digit();
    let name = |before: char, after: char| !before.is_alphanumeric() && !after.is_alphanumeric();
    let inside = |letter: char| letter.is_alphanumeric() || letter == '-';
    let fixed = ACCOUNTS.iter().find(|wanted| stands(&text, wanted, account));
    let fixed = fixed.or_else(|| NAMES.iter().find(|wanted| stands(&text, wanted, name)));
    let fixed = fixed.or_else(|| {
        DOMAINS.iter().find(|wanted| {
            let inner = wanted.starts_with('.');
            // `example.com.tideline.dev` is somebody's, and so is `myexample.com`.
            stands(&text, wanted, |before, after| inside(before) == inner && !inside(after) && after != '.')
        })
    });
    fixed.map(|fixed| fixed.trim_start_matches('.').to_owned()).or_else(|| range_in(&text))
}

/// Does the text hold this one, between letters that suit? At the ends stands a space.
fn stands(text: &str, wanted: &str, suits: impl Fn(char, char) -> bool) -> bool {
    text.match_indices(wanted).any(|(start, _)| {
        let before = text[..start].chars().next_back().unwrap_or(' ');
        let after = text[start + wanted.len()..].chars().next().unwrap_or(' ');
        suits(before, after)
    })
}

/// A reserved range that an address or a range in the text lies in.
fn range_in(text: &str) -> Option<String> {
    let words = text.split(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | '/'));
    let mut ranges = words.filter(|word| word.contains('.')).filter_map(|word| {
        let word = word.trim_matches(['.', '/']);
        word.parse().or_else(|_| word.parse().map(|address: Ipv4Addr| address.into())).ok()
    });
    let found = ranges.find_map(|range: Ipv4Net| RANGES.iter().find(|reserved| reserved.contains(&range)));
    found.map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_found_wherever_it_stands() {
        for (text, example) in [
            ("111122223333", "111122223333"),
            ("tideline-state-444455556666", "444455556666"),
            ("state123456789012", "123456789012"),
            ("arn:aws:iam::111122223333:role/platform-admin", "111122223333"),
            ("arn:aws:acm:eu-north-1:210987654321:certificate/11111111-2222-3333-4444-555555555555", NAMES[1]),
            ("https://github.com/example-org/tideline.git", "example-org"),
            ("git@github.com:Example-Org/tideline.git", "example-org"),
            ("argocd.development.example.com", "example.com"),
            ("https://app.example.org:8443", "example.org"),
            ("example.net", "example.net"),
            ("https://page.example", "example"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("203.0.113.128/25", "203.0.113.0/24"),
            ("http://198.51.100.7:8080", "198.51.100.0/24"),
            ("192.0.2.1:443", "192.0.2.0/24"),
        ] {
            assert_eq!(example_in(text).as_deref(), Some(example), "{text}");
        }
    }

    #[test]
    fn what_is_somebodys_is_no_example() {
        for text in [
            "210987654321",
            "1111222233334",
            "myexample.com",
            "my-example.com",
            "example.community",
            "example.com.tideline.dev",
            "example.co.uk",
            "examples",
            "0.0.0.0/0",
            "203.0.114.0/24",
            "203.0.113.0.1",
            "v1.36.0-eksbuild.25",
            "ecr.api",
            "",
        ] {
            assert_eq!(example_in(text), None, "{text}");
        }
    }
}
