use super::{AWS_PROVIDER, STRACE, TERRAFORM, Tool, aws_provider, terraform};

const MISSING: Result<&str, &str> = Err("it is not there");

/// The decision in an environment of these variables.
fn decided(tool: &Tool, variables: &[(&str, &str)], found: Result<&str, &str>) -> Result<Option<String>, String> {
    let variable = |wanted: &str| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| (*value).to_owned())
    };
    tool.decide(variable, || found.map(str::to_owned).map_err(str::to_owned))
}

#[test]
fn what_is_there_is_used() {
    assert_eq!(decided(&TERRAFORM, &[], Ok("here")), Ok(Some("here".to_owned())));
    assert_eq!(decided(&TERRAFORM, &[("CI", "true")], Ok("here")), Ok(Some("here".to_owned())));
}

#[test]
fn what_is_missing_fails_with_a_way_to_get_it_and_one_to_skip_it() {
    let said = "this test needs Terraform: it is not there; install Terraform 1.11 or newer, and put it on the PATH; \
                or set TIDELINE_SKIP_TERRAFORM=1";
    assert_eq!(decided(&TERRAFORM, &[], MISSING), Err(said.to_owned()));
    for (tool, skip) in [(&AWS_PROVIDER, "set TIDELINE_SKIP_TERRAFORM=1"), (&STRACE, "set TIDELINE_SKIP_STRACE=1")] {
        assert!(decided(tool, &[("CI", "false")], MISSING).is_err_and(|said| said.ends_with(skip)), "{}", tool.name);
    }
}

#[test]
fn what_is_to_be_skipped_is_not_looked_for() {
    for tool in [&TERRAFORM, &AWS_PROVIDER, &STRACE] {
        for found in [MISSING, Ok("here")] {
            assert_eq!(decided(tool, &[(tool.skip, "1")], found), Ok(None), "{}", tool.name);
        }
        assert!(decided(tool, &[(tool.skip, "0")], MISSING).is_err(), "{}", tool.name);
    }
}

#[test]
fn nothing_is_skipped_where_ci_is_true() {
    let variables = [("CI", "true"), ("TIDELINE_SKIP_TERRAFORM", "1")];
    let said = decided(&AWS_PROVIDER, &variables, MISSING);
    assert!(said.is_err_and(|said| said.ends_with("where CI=true, nothing is skipped")));
    assert_eq!(decided(&AWS_PROVIDER, &variables, Ok("here")), Ok(Some("here".to_owned())));
}

/// Nobody sets its variable.
const NEEDED: Tool = Tool { name: "it", get: "get it", skip: "TIDELINE_SKIP_NOTHING" };

#[test]
fn a_test_gets_what_is_found() {
    assert_eq!(NEEDED.find(|| Ok("here")), Some("here"));
}

#[test]
#[should_panic(expected = "this test needs it: it is not there; get it; ")]
fn a_test_ends_where_what_it_needs_is_missing() {
    NEEDED.find(|| MISSING.map_err(str::to_owned));
}

#[test]
fn the_provider_is_there_or_skipped_with_terraform() {
    let program = terraform();
    assert!(program.as_ref().is_none_or(|program| program.is_file()), "{program:?}");
    assert_eq!(aws_provider(|| Ok("installed")), program.map(|_| "installed"));
}
