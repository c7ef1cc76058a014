//! OWN: values of the examples under an account that is somebody's.

use stacks::policies;

use crate::fixture::{TODAY, found, large, settings, small, with};

const ACCOUNT: &str = "aws.account_id = \"210987654321\"\n";
const LEFT: &str =
    "cluster.public_access_cidrs = [\"203.0.113.0/24\"]\nstate.bucket = \"tideline-state-111122223333\"\n";

#[test]
fn what_is_left_of_the_examples_is_found_in_every_setting_at_once() {
    let found = found(&with(&format!("{ACCOUNT}{LEFT}")), "OWN001");
    for (key, value, example) in [
        ("state.bucket", "tideline-state-111122223333", "111122223333"),
        ("github.owner", "example-org", "example-org"),
        ("repository.url", "https://github.com/example-org/tideline.git", "example-org"),
        ("cluster.public_access_cidrs[0]", "203.0.113.0/24", "203.0.113.0/24"),
        ("cluster.admin_principal_arns[0]", "arn:aws:iam::111122223333:role/platform-admin", "111122223333"),
        ("argocd.domain", "argocd.development.example.com", "example.com"),
    ] {
        let line = found.lines().find(|line| line.starts_with(&format!("{key} in ")));
        let line = line.unwrap_or_else(|| panic!("no `{key}` in:\n{found}"));
        assert!(line.contains(&format!("is `{value}` in test.toml:")), "{line}");
        assert!(value == example || line.contains(&format!("holds the example `{example}`")), "{line}");
    }
    let mends = found.lines().filter(|line| line.contains("mend: write your own value there, or run `synth init`"));
    assert_eq!(mends.count() * 2, found.lines().count(), "{found}");
}

#[test]
fn the_command_that_asks_is_that_of_the_environment() {
    let trial = crate::fixture::build(&settings("trial", &[crate::fixture::BASE, ACCOUNT]));
    let found = found(&trial, "OWN001");
    assert!(found.contains("or run `synth init --env trial`, which asks for them"), "{found}");
}

#[test]
fn an_example_is_found_inside_tags_origins_targets_and_certificates() {
    let overrides = format!(
        "{ACCOUNT}[aws.tags]\nContact = \"ops@example.org\"\n[services.proxy]\nallow_targets = [\"192.0.2.7:443\"]\n\
         allow_origins = [\"https://app.example.com\"]\n\
         certificate_arn = \"arn:aws:acm:eu-north-1:210987654321:certificate/11111111-2222-3333-4444-555555555555\"\n"
    );
    let found = found(&with(&overrides), "OWN001");
    for (key, example) in [
        ("aws.tags.Contact", "example.org"),
        ("services.proxy.allow_targets[0]", "192.0.2.0/24"),
        ("services.proxy.allow_origins[0]", "example.com"),
        ("services.proxy.certificate_arn", "11111111-2222-3333-4444-555555555555"),
    ] {
        let named = |line: &str| line.starts_with(&format!("{key} in ")) && line.contains(&format!("`{example}`"));
        assert!(found.lines().any(named), "no `{key}` in:\n{found}");
    }
}

#[test]
fn an_environment_of_an_example_account_is_an_example_as_a_whole() {
    for platform in [small(), large()] {
        assert!(platform.settings.is_example() && !platform.settings.example_values.is_empty());
        assert_eq!(found(&platform, "OWN001"), "");
    }
}

#[test]
fn settings_that_are_all_somebodys_pass() {
    let base = include_str!("../fixtures/default.toml");
    let own = [
        ("111122223333", "210987654321"),
        ("example-org", "tideline-dev"),
        ("203.0.113.0/24", "51.15.0.0/24"),
        ("example.com", "tideline.dev"),
    ];
    let text = own.iter().fold(base.to_owned(), |text, (example, own)| text.replace(example, own));
    let settings = settings("default", &[&text]);
    assert_eq!((settings.is_example(), &settings.example_values[..]), (false, &[][..]));
    let platform = crate::fixture::build(&settings);
    let review = policies::review(&platform, TODAY);
    assert!(review.passes(), "{:?}", review.findings);
}
