//! What stands in a table as everybody may read it: nothing that is called as secrets are, because settings are committed to Git.

use std::collections::BTreeMap;

use crate::settings::problem::Problems;
use crate::settings::tree;

/// The last words of names of secrets. A name that goes on, such as `TOKEN_FILE`, `PASSWORD_PATH`, `API_KEY_NAME` or `SECRET_URL`, is of
/// something else.
const SECRETS: [&str; 15] = [
    "PASSWORD",
    "PASSWD",
    "PASS",
    "PWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "CREDENTIALS",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "SECRET_KEY",
    "SESSION_KEY",
    "SIGNING_KEY",
    "ENCRYPTION_KEY",
];

/// Values that tell nobody anything.
const SWITCHES: [&str; 9] = ["", "true", "false", "yes", "no", "on", "off", "0", "1"];

/// How flags begin that turn something on or off.
const TURNING: [&str; 5] = ["ALLOW_", "DISABLE_", "ENABLE_", "NO_", "REQUIRE_"];

/// How values begin that name a secret and are none: files, and what AWS knows by an ARN or an alias.
const NAMING: [&str; 4] = ["/", "./", "arn:", "alias/"];

/// Is it called as secrets are, as a variable or as a flag?
fn is_called_a_secret(name: &str) -> bool {
    let name = name.trim_start_matches('-').replace('-', "_").to_ascii_uppercase();
    let ends = |of: &&str| {
        let before = name.strip_suffix(*of);
        before.is_some_and(|before| before.is_empty() || before.ends_with('_') || *of == "PASSWORD")
    };
    SECRETS.iter().any(ends) && !TURNING.iter().any(|beginning| name.starts_with(beginning))
}

/// May it be one? Switches, numbers and what says where it is are none: a file, an ARN, an alias, an address
/// without credentials.
fn may_be_a_secret(value: &str) -> bool {
    let switch = SWITCHES.contains(&value.to_ascii_lowercase().as_str());
    let number = value.bytes().all(|byte| byte.is_ascii_digit());
    let address = value.contains("://") && !value.contains('@');
    !(switch || number || address || NAMING.iter().any(|beginning| value.starts_with(beginning)))
}

/// Refuses secrets by the names of variables and of flags. No message has their values.
pub(super) fn holds_no_secret(
    environment: &BTreeMap<String, String>,
    arguments: &[String],
    section: &str,
    problems: &mut Problems<'_>,
) {
    let secrets = tree::child(section, "secrets");
    let mend = format!("settings are committed to Git: keep it in AWS, and name it in `{secrets}`");
    let variables = environment.iter().filter(|(name, value)| is_called_a_secret(name) && may_be_a_secret(value));
    for (name, _) in variables {
        let key = tree::child(&tree::child(section, "environment"), name);
        let none = format!("what is none has a name such as `{name}_NAME`");
        problems.report(&key, format!("is called as secrets are, and {mend}; {none}"));
    }
    for (index, argument) in arguments.iter().enumerate().filter(|(_, argument)| argument.starts_with('-')) {
        let next = arguments.get(index + 1).map(String::as_str).filter(|next| !next.starts_with('-'));
        let (flag, value) =
            argument.split_once('=').map_or((argument.as_str(), next), |(flag, value)| (flag, Some(value)));
        if is_called_a_secret(flag) && value.is_some_and(may_be_a_secret) {
            let key = format!("{}[{index}]", tree::child(section, "arguments"));
            let message = format!("gives `{flag}`, which is called as secrets are, and {mend}");
            problems.report(&key, format!("{message}, as a variable that the program reads"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_called_a_secret, may_be_a_secret};

    #[test]
    fn names_of_secrets_end_in_one_of_the_words() {
        for name in [
            "PASSWORD",
            "PGPASSWORD",
            "MYSQL_PWD",
            "DB_PASS",
            "DATABASE_PASSWORD",
            "stripe_api_key",
            "--password",
            "--api-token",
            "CLIENT_SECRET",
        ] {
            assert!(is_called_a_secret(name), "{name}");
        }
        for name in [
            "TOKEN_FILE",
            "PASSWORD_PATH",
            "SECRET_NAME",
            "TOKEN_URL",
            "PARTITION_KEY",
            "PUBLIC_KEY",
            "NONSECRET",
            "COMPASS",
            "--allow-empty-password",
        ] {
            assert!(!is_called_a_secret(name), "{name}");
        }
    }

    #[test]
    fn switches_and_places_are_no_secrets() {
        for value in [
            "",
            "true",
            "No",
            "4096",
            "/run/secrets/token",
            "./signing.pem",
            "arn:aws:secretsmanager:eu-north-1:1:secret:a",
            "alias/orders",
            "https://id.example.com/token",
        ] {
            assert!(!may_be_a_secret(value), "{value}");
        }
        for value in ["hunter2", "$(A)", "postgres://orders:hunter2@db"] {
            assert!(may_be_a_secret(value), "{value}");
        }
    }
}
