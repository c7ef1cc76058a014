//! `make up` in one go: images that are built here, a private endpoint seen from outside, and what a stopped run left.

use std::process::Command;

use serde_json::json;

use crate::world::World;

/// Runs Git itself in the project's folder.
#[track_caller]
fn git(world: &World, arguments: &[&str]) -> String {
    let identity = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.com"];
    let mut command = Command::new("git");
    command.args(identity).args(arguments).current_dir(world.project.path("."));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A clone of a repository that has everything but what the run writes, and how the run finds Git itself.
fn cloned(world: &World) -> Vec<(&'static str, String)> {
    let url = "https://github.com/tideline-dev/tideline.git";
    world.project.write(".gitignore", "/world/\n/bin/\n/origin.git/\n*_override.tf.json\n*.tfstate\n/tmp/\n/bare/\n");
    world.project.write("Cargo.toml", "# what images are made of\n");
    let origin = world.project.path("origin.git").display().to_string();
    git(world, &["init", "--quiet", "--initial-branch=main", "."]);
    git(world, &["init", "--quiet", "--bare", "--initial-branch=main", &origin]);
    git(world, &["add", "."]);
    git(world, &["commit", "--quiet", "--message", "All of it"]);
    git(world, &["push", "--quiet", &origin, "main"]);
    let found = Command::new("sh").args(["-c", "command -v git"]).output().unwrap();
    vec![
        ("REAL_GIT", String::from_utf8(found.stdout).unwrap().trim().to_owned()),
        ("GIT_CONFIG_COUNT", "3".to_owned()),
        ("GIT_CONFIG_KEY_0", format!("url.{origin}.insteadOf")),
        ("GIT_CONFIG_VALUE_0", url.to_owned()),
        ("GIT_CONFIG_KEY_1", "user.name".to_owned()),
        ("GIT_CONFIG_VALUE_1", "somebody".to_owned()),
        ("GIT_CONFIG_KEY_2", "user.email".to_owned()),
        ("GIT_CONFIG_VALUE_2", "somebody@example.com".to_owned()),
        ("BUILD", "1".to_owned()),
    ]
}

fn borrowed<'a>(variables: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn one_run_builds_pins_publishes_and_brings_everything_up() {
    let world = World::empty();
    world.edit(|state| state["images"] = json!({}));
    let variables = cloned(&world);
    let built = git(&world, &["rev-parse", "HEAD"]);
    let run = world.run("up.sh", &borrowed(&variables));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(world.state()["applied"], json!(["bootstrap", "cluster", "add-ons"]));
    let builds = world.log().into_iter().filter(|line| line.starts_with("docker buildx build")).collect::<Vec<_>>();
    assert!(builds.len() == 2 && builds.iter().all(|line| line.contains(&format!("REVISION={built}"))), "{builds:?}");
    assert_eq!(git(&world, &["status", "--porcelain"]), "", "nothing is left to commit");
    let published = git(&world, &["ls-tree", "-r", "--name-only", "--full-tree", "HEAD"]);
    for file in
        ["out/bootstrap/.terraform.lock.hcl", "out/cluster/.terraform.lock.hcl", "out/add-ons/.terraform.lock.hcl"]
    {
        assert!(published.contains(file), "{file} is in {published}");
    }
    assert_eq!(git(&world, &["rev-parse", "HEAD"]), git(&world, &["--git-dir=origin.git", "rev-parse", "main"]));
    assert_eq!(git(&world, &["show", "--format=%s", "--no-patch"]), "Bring up default");
}

#[test]
fn a_branch_that_takes_no_push_gets_its_commit_by_a_pull_request() {
    let world = World::empty();
    let variables = cloned(&world);
    let hook = "#!/bin/sh\ncase $1 in refs/heads/main) echo protected >&2; exit 1;; esac\n";
    world.project.write("origin.git/hooks/update", hook);
    let path = world.project.path("origin.git/hooks/update");
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut variables = borrowed(&variables);
    variables.push(("PUBLISH_LIMIT", "0"));
    let run = world.run("up.sh", &variables);
    assert!(
        run.code == 1
            && run.stdout.contains("main does not accept a push: open a pull request for the branch up-default-"),
        "{run:?}"
    );
    assert!(git(&world, &["--git-dir=origin.git", "branch", "--list"]).contains("up-default-"));
    assert!(!world.happened("terraform -chdir=out/cluster init"));
}

#[test]
fn sources_in_no_commit_build_no_image_and_settings_in_none_do() {
    let world = World::empty();
    world.edit(|state| state["images"] = json!({}));
    let variables = cloned(&world);
    world.project.append("stacks/environments/default.toml", "# mine\n");
    world.project.append("Cargo.toml", "# changed\n");
    let run = world.run("up.sh", &borrowed(&variables));
    assert!(
        run.code == 1 && run.stderr.contains("these changes are not committed, so no commit describes the images"),
        "{run:?}"
    );
    assert!(run.stderr.ends_with("commit them first\n M Cargo.toml\n"), "{}", run.stderr);
    git(&world, &["checkout", "--quiet", "Cargo.toml"]);
    assert_eq!(world.run("up.sh", &borrowed(&variables)).code, 0);
}

#[test]
fn each_environment_is_told_of_the_workflow_that_brings_its_images() {
    let advice = |world: &World, environment: &str| {
        world.edit(|state| state["images"] = json!({}));
        let run = world.run("up.sh", &[("ENV", environment), ("IMAGES_LIMIT", "0")]);
        assert_eq!(run.code, 1, "{run:?}");
        run.stdout
    };
    assert!(
        advice(&World::empty(), "default")
            .contains("run the workflow `images` on GitHub, or run this again with BUILD=1")
    );
    let told = advice(&World::of_production(), "production");
    assert!(told.contains(
        "run the workflow `promote` on GitHub, from an environment that runs the wanted images, to production"
    ));
    let workflow = std::fs::read_to_string(crate::project::workspace().join(".github/workflows/images.yml")).unwrap();
    assert!(
        workflow.contains("\n  ENVIRONMENT: default\n"),
        "the workflow builds for another environment than `make up` says"
    );
}

#[test]
fn a_private_endpoint_is_open_to_one_address_until_argo_cd_runs() {
    let world = World::of_production();
    let opening = "out/production/cluster/opening_override.tf.json";
    let run = world.run("up.sh", &[("ENV", "production")]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    run.says_in_order(&[
        "the endpoint of tideline-production is private: open it to 51.15.0.7 alone until Argo CD runs, and close it again?",
        "close the public endpoint?",
        "the endpoint of tideline-production is private again",
    ]);
    let apply = "terraform -chdir=out/production/cluster apply";
    world.happened_in_order(&[apply, "terraform -chdir=out/production/add-ons apply", apply]);
    assert!(world.state()["public"] == json!(false) && !world.project.path(opening).exists());
    // From outside there is nothing to do any more but to say so; from inside it is a run like any other.
    let outside = world.run("up.sh", &[("ENV", "production")]);
    assert!(
        outside.code == 1 && outside.stderr.contains("the Kubernetes API of tideline-production does not answer here")
    );
    world.edit(|state| state["inside"] = true.into());
    let inside = world.run("up.sh", &[("ENV", "production")]);
    assert!(inside.code == 0 && inside.stdout.contains("cluster: nothing to change"), "{inside:?}");
}

#[test]
fn a_run_that_stopped_with_the_endpoint_open_closes_it_the_next_time() {
    let world = World::of_production();
    world.edit(|state| {
        (state["cluster"], state["public"]) = ("tideline-production".into(), true.into());
        (state["bucket"], state["applied"]) = ("tideline-state-109876543210".into(), json!(["bootstrap", "cluster"]));
        state["objects"] = json!(["tideline/bootstrap.tfstate"]);
    });
    let run = world.run("up.sh", &[("ENV", "production")]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(world.state()["public"], json!(false));
    world.edit(|state| state["address"] = "".into());
    let unknown = World::of_production();
    unknown.edit(|state| state["address"] = "".into());
    let run = unknown.run("up.sh", &[("ENV", "production")]);
    assert!(run.code == 1 && run.stderr.contains("set CALLER_ADDRESS"), "{run:?}");
    assert_eq!(unknown.run("up.sh", &[("ENV", "production"), ("CALLER_ADDRESS", "198.51.100.9")]).code, 0);
}

#[test]
fn a_helm_that_was_killed_is_taken_up_unless_somebody_applies() {
    let secret = "sh.helm.release.v1.argocd.v1";
    let world = World::empty();
    let stopped = |world: &World, lock: &[&str]| {
        let objects: Vec<_> = ["tideline/bootstrap.tfstate"].iter().chain(lock).map(|key| json!(key)).collect();
        world.edit(|state| {
            (state["cluster"], state["public"], state["pending"]) = ("tideline".into(), true.into(), json!([secret]));
            (state["bucket"], state["applied"]) = ("tideline-state-210987654321".into(), json!(["bootstrap"]));
            state["objects"] = objects.into();
        });
    };
    stopped(&world, &[]);
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains(&format!("while Helm worked on argocd: forget that attempt ({secret})")),
        "{}",
        run.stdout
    );
    assert_eq!(world.state()["pending"], json!([]));
    let locked = World::empty();
    stopped(&locked, &["tideline/cluster.tfstate.tflock"]);
    let run = locked.run("up.sh", &[]);
    assert!(
        run.code == 1 && run.stderr.contains("another operation (install/upgrade/rollback) is in progress"),
        "{run:?}"
    );
    assert_eq!(locked.state()["pending"], json!([secret]));
}
