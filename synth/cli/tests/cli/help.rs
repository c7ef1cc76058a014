//! The help, word for word.

use crate::project::Project;

fn help(arguments: &[&str]) -> String {
    Project::new().synth(arguments).succeeds().stdout
}

#[test]
fn help_explains_the_command() {
    insta::assert_snapshot!(help(&["--help"]));
}

#[test]
fn help_explains_each_command() {
    for command in [
        "cluster",
        "all",
        "list",
        "check",
        "diff",
        "graph",
        "plan",
        "apply",
        "destroy",
        "test",
        "load-report",
        "images",
        "settings",
        "init",
        "access",
        "upgrade",
        "cost",
    ] {
        insta::assert_snapshot!(format!("help_{command}"), help(&[command, "-h"]));
    }
}
