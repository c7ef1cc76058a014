//! Images on their way from one environment to another in the same account: one registry, and a role for each of the two.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use serde_json::Value as Json;

use crate::project::{Project, Run, workspace};

/// Tools that refuse what the role of the moment may not reach, and write down the rest.
const TOOLS: [(&str, &str); 3] = [
    (
        "skopeo",
        r#"for image in "${@: -2}"; do [[ $image == dir:* || $image == docker://$REGISTRY/$ALLOWED/* ]] || exit 1; done
[[ ${*: -1} != dir:* ]] || mkdir "${5#dir:}"
echo "skopeo ${*: -2}" >>"$LOG""#,
    ),
    (
        "cosign",
        r#"[[ ${*: -1} == $REGISTRY/$ALLOWED/* ]] || exit 1
[[ $1 != verify || $ALLOWED != tideline-trial ]] || exit 1
echo "cosign $1 ${*: -1}" >>"$LOG""#,
    ),
    (
        "aws",
        r#"[[ $4 == $ALLOWED/* ]] || exit 1
echo "aws $2 $4" >>"$LOG""#,
    ),
];

fn digest(digit: char) -> String {
    format!("sha256:{}", String::from(digit).repeat(64))
}

fn promote(project: &Project, step: &str, environment: &str) -> Run {
    let settings: Json =
        serde_json::from_str(&project.synth(["settings", "--json", "--env", environment]).succeeds().stdout).unwrap();
    let path = format!("{}:{}", project.path("tools").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(workspace().join("scripts/promote.sh"));
    command.arg(step).env("PATH", path).env("LOG", project.path("log")).env("FOLDER", project.path("images"));
    command.env("IMAGES", settings["images"].to_string()).env("REGISTRY", settings["registry"].as_str().unwrap());
    command.env("ALLOWED", settings["name"].as_str().unwrap());
    for name in ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_REF"] {
        command.env(name, "x");
    }
    Run::of(command.output().unwrap())
}

fn tool(folder: &Path, name: &str, body: &str) {
    let file = folder.join(name);
    fs::write(&file, format!("#!/usr/bin/env bash\n{body}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn each_role_touches_its_own_repositories_alone() {
    let project = Project::new();
    let guide = fs::read_to_string(workspace().join("docs/day-2.md")).unwrap();
    let trial = guide.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    project.write("stacks/environments/trial.toml", trial);
    for name in ["production", "staging"] {
        fs::remove_file(project.path(&format!("stacks/environments/{name}.toml"))).unwrap();
    }
    fs::create_dir(project.path("tools")).unwrap();
    for (name, body) in TOOLS {
        tool(&project.path("tools"), name, body);
    }
    let (proxy, target) = (format!("cors-proxy-server@{}", digest('a')), format!("mock-target-server@{}", digest('b')));
    project.synth(["images", "set", &proxy, &target]).succeeds();
    project.synth(["images", "promote", "--from", "default", "--to", "trial"]).succeeds();
    for (step, environment) in [("pull", "default"), ("push", "trial")] {
        let run = promote(&project, step, environment);
        assert_eq!(run.code, 0, "{step}: {run:?}");
    }
    let registry = "111122223333.dkr.ecr.eu-north-1.amazonaws.com";
    let images = project.path("images").display().to_string();
    let log = project.read("log").replace(registry, "R").replace(&images, "I").replace(&"a".repeat(64), "a");
    insta::assert_snapshot!(log.replace(&"b".repeat(64), "b"), @r"
    cosign verify R/tideline/cors-proxy-server@sha256:a
    skopeo docker://R/tideline/cors-proxy-server@sha256:a dir:I/cors-proxy-server
    cosign verify R/tideline/mock-target-server@sha256:b
    skopeo docker://R/tideline/mock-target-server@sha256:b dir:I/mock-target-server
    aws batch-get-image tideline-trial/cors-proxy-server
    skopeo dir:I/cors-proxy-server docker://R/tideline-trial/cors-proxy-server:0.1.0
    cosign sign R/tideline-trial/cors-proxy-server@sha256:a
    aws batch-get-image tideline-trial/mock-target-server
    skopeo dir:I/mock-target-server docker://R/tideline-trial/mock-target-server:0.1.0
    cosign sign R/tideline-trial/mock-target-server@sha256:b
    ");
    // Whoever copied with one sign-in, as between two accounts, would be refused.
    assert_ne!(promote(&project, "pull", "trial").code, 0);
}
