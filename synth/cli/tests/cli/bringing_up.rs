//! `make up`: the order of the first run, what it waits for, and that it can be run again.

use serde_json::json;

use crate::{project::STACKS, world::World};

#[test]
fn the_first_run_makes_everything_in_order_and_moves_the_state() {
    let world = World::empty();
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    world.happened_in_order(&[
        "aws sts get-caller-identity",
        "terraform -chdir=out/bootstrap init -input=false -reconfigure",
        "terraform -chdir=out/bootstrap apply",
        "terraform -chdir=out/bootstrap init -input=false -migrate-state",
        "aws ecr describe-images",
        "git fetch",
        "terraform -chdir=out/cluster apply",
        "terraform -chdir=out/add-ons apply",
    ]);
    assert_eq!(world.state()["applied"], json!(["bootstrap", "cluster", "add-ons"]));
    for left in ["terraform.tfstate", "backend_override.tf.json"] {
        assert!(!world.project.path(&format!("out/bootstrap/{left}")).exists(), "{left}");
    }
}

#[test]
fn images_are_pinned_by_digest_before_the_manifests_are_looked_for() {
    let world = World::empty();
    assert_eq!(world.run("up.sh", &[]).code, 0);
    let settings = world.project.read("stacks/environments/default.toml");
    assert!(settings.contains(&format!("digest = \"sha256:{}\"", "a".repeat(64))), "{settings}");
    let deployment = world.project.read("out/manifests/mock-target-server/deployment.yaml");
    assert!(deployment.contains(&format!("@sha256:{}", "b".repeat(64))), "{deployment}");
}

#[test]
fn a_second_run_changes_nothing() {
    let world = World::empty();
    assert_eq!(world.run("up.sh", &[]).code, 0);
    let before = (world.project.files("out"), world.project.files("stacks"));
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for stack in STACKS {
        assert!(run.stdout.contains(&format!("{stack}: nothing to change\n")), "{}", run.stdout);
    }
    assert_eq!((world.project.files("out"), world.project.files("stacks")), before);
}

#[test]
fn a_run_that_stopped_before_the_state_moved_goes_on_with_the_local_one() {
    let world = World::empty();
    world.edit(|state| {
        state["bucket"] = "tideline-state-210987654321".into();
        state["applied"] = json!(["bootstrap"]);
    });
    world.project.write("out/bootstrap/terraform.tfstate", "{}");
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("an earlier run stopped before its state moved"), "{}", run.stdout);
    assert_eq!(world.state()["objects"], json!(["tideline/bootstrap.tfstate"]));
}

#[test]
fn a_bucket_of_somebody_else_is_refused() {
    let world = World::empty();
    world.edit(|state| state["bucket"] = "tideline-state-210987654321".into());
    let run = world.run("up.sh", &[]);
    assert!(run.code == 1 && run.stderr.contains("but holds no state tideline/bootstrap.tfstate"), "{run:?}");
    assert!(!world.happened("terraform -chdir=out/bootstrap init"));
}

#[test]
fn images_that_come_later_are_waited_for() {
    let world = World::empty();
    world.edit(|state| state["pushes_after"] = 3.into());
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("run the workflow `images` on GitHub, or run this again with BUILD=1"),
        "{}",
        run.stdout
    );
    run.says_in_order(&[
        "waiting until there is no repository without an image left, at most 60 s\n",
        " s  tideline/cors-proxy-server\n",
        "  none left, after ",
    ]);
}

#[test]
fn images_that_never_come_stop_the_run_before_the_cluster() {
    let world = World::empty();
    world.edit(|state| state["images"] = json!({}));
    let run = world.run("up.sh", &[("IMAGES_LIMIT", "1")]);
    assert!(run.code == 1 && run.stderr.contains("there is still repository without an image"), "{run:?}");
    assert!(!world.happened("terraform -chdir=out/cluster init"));
}

#[test]
fn manifests_that_git_has_not_are_named_and_waited_for() {
    let world = World::empty();
    world.edit(|state| state["merged_after"] = 2.into());
    let run = world.run("up.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.says_in_order(&[
        "waiting until there is no file that differs from Git left, at most 60 s\n",
        " s  out/manifests/project.yaml\n",
        "  none left, after ",
    ]);
    world.edit(|state| state["merged_after"] = 1_000_000.into());
    let run = world.run("up.sh", &[("PUBLISH_LIMIT", "1")]);
    assert!(run.code == 1 && run.stderr.contains("commit, push and merge these"), "{run:?}");
}

#[test]
fn providers_are_pinned_once_before_git_is_looked_at() {
    let world = World::empty();
    world.project.write("out/cluster/.terraform.lock.hcl", "# ours\n");
    assert_eq!(world.run("up.sh", &[]).code, 0);
    world.happened_in_order(&[
        "terraform -chdir=out/bootstrap providers lock -platform=linux_amd64 -platform=linux_arm64",
        "terraform -chdir=out/add-ons providers lock",
        "git fetch",
        "git ls-files --others --exclude-standard -- stacks/environments out/manifests out/bootstrap out/cluster out/add-ons",
    ]);
    assert!(!world.happened("terraform -chdir=out/cluster providers"), "what is pinned stays as it is");
    assert_eq!(world.project.read("out/cluster/.terraform.lock.hcl"), "# ours\n");
}

#[test]
fn what_is_pinned_keeps_its_version_until_an_upgrade_is_asked_for() {
    const FILE: &str = "out/cluster/.terraform.lock.hcl";
    let world = World::empty();
    world.project.write(FILE, "# ours\n");
    assert_eq!(world.run("lock.sh", &[]).code, 0);
    assert_eq!(world.project.read(FILE), "# ours\n");
    assert_eq!(world.project.read("out/add-ons/.terraform.lock.hcl"), "# pinned");
    world.edit(|state| state["no_registry"] = true.into());
    let run = world.run("lock.sh", &[("UPGRADE", "1")]);
    assert_eq!((run.code, world.project.read(FILE)), (1, "# ours\n".to_owned()));
    assert!(run.stderr.contains("error: out/add-ons is unchanged; Terraform's output above names"), "{}", run.stderr);
    world.edit(|state| state["no_registry"] = false.into());
    assert_eq!(world.run("lock.sh", &[("UPGRADE", "1")]).code, 0);
    assert_eq!(world.project.read(FILE), "# pinned");
    assert!(!world.project.path("out/cluster/.terraform.lock.hcl.before").exists());
}

#[test]
fn values_of_the_examples_are_refused_together_before_anything_is_asked() {
    let world = World::empty();
    world.project.write("stacks/environments/default.toml", &world.examples);
    let run = world.run("up.sh", &[]);
    let lines = [
        "error: environment default still has example values; `cargo run -p synth -- init` asks for your own:\n",
        "  aws.account_id = 111122223333\n",
        "  cluster.public_access_cidrs[0] = 203.0.113.0/24\n",
    ];
    assert!(run.code == 1 && lines.iter().all(|line| run.stderr.contains(line)), "{run:?}");
    assert!(world.log().is_empty(), "{:?}", world.log());
    let one_left = world.examples.replace("111122223333", "210987654321").replace("example-org", "tideline-dev");
    world.project.write("stacks/environments/default.toml", &one_left.replace("203.0.113.0", "51.15.0.0"));
    let run = world.run("up.sh", &[]);
    assert!(run.code == 1 && run.stderr.ends_with(":\n  argocd.domain = argocd.development.example.com\n"), "{run:?}");
    assert!(world.log().is_empty(), "{:?}", world.log());
    let run = world.run("up.sh", &[("ENV", "production")]);
    assert!(run.code == 1 && run.stderr.contains("`cargo run -p synth -- init --env production` asks"), "{run:?}");
}

#[test]
fn missing_tools_are_named_together_before_anything_is_asked() {
    let world = World::empty();
    for (script, tools) in [("up.sh", &["aws", "terraform"][..]), ("down.sh", &["kubectl", "aws"])] {
        let bare = world.path_without(tools);
        let run = world.run(script, &[("PATH", &bare)]);
        let named = tools.iter().all(|tool| run.stderr.contains(tool));
        assert!(run.code == 1 && run.stderr.starts_with("error: not found: ") && named, "{script}: {run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
    assert!(world.log().is_empty(), "{:?}", world.log());
}

const SUBJECT: &str = "repos/tideline-dev/tideline/actions/oidc/customization/sub";

#[test]
fn tokens_that_no_role_trusts_are_named_with_what_to_set_before_anything_is_made() {
    let numbers = json!({
        "use_default": true, "use_immutable_subject": false, "sub_claim_prefix": "repo:tideline-dev@1001/tideline@2002",
    });
    let keys = json!({ "use_default": false, "include_claim_keys": ["repository_id", "ref"] });
    for (answer, message) in [
        (
            numbers,
            "GitHub begins the tokens of tideline-dev/tideline with `repo:tideline-dev@1001/tideline@2002`, but the roles \
             trust `repo:tideline-dev/tideline`: set owner_id = 1001, owner = \"tideline-dev\", repository = \"tideline\" and \
             repository_id = 2002 under [github] in stacks/environments/default.toml\n",
        ),
        (
            json!({ "use_default": true, "sub_claim_prefix": "repo:elsewhere/tideline" }),
            "set owner = \"elsewhere\", repository = \"tideline\" under [github]",
        ),
        (keys, "writes a subject of repository_id, ref into the tokens of tideline-dev/tideline, which no role trusts"),
    ] {
        let world = World::empty();
        world.edit(|state| state["github"][SUBJECT] = answer);
        let run = world.run("up.sh", &[]);
        assert!(run.code == 1 && run.stderr.contains(message), "{run:?}");
        assert!(!world.happened("terraform"));
    }
}

#[test]
fn a_subject_that_an_organization_makes_is_one_too() {
    let world = World::empty();
    world.edit(|state| {
        state["github"][SUBJECT] = json!({ "use_default": false, "sub_claim_prefix": "repo:tideline-dev/tideline" });
        state["github"]["orgs/tideline-dev/actions/oidc/customization/sub"] = json!({ "include_claim_keys": ["ref"] });
    });
    let run = world.run("up.sh", &[]);
    assert!(run.code == 1 && run.stderr.contains("GitHub writes a subject of ref into"), "{run:?}");
}

#[test]
fn tokens_with_numbers_are_those_of_settings_with_numbers() {
    let world = World::empty();
    let file = "stacks/environments/default.toml";
    let text = world.project.read(file).replace("owner_id = 0", "owner_id = 1001");
    world.project.write(file, &text.replace("repository_id = 0", "repository_id = 2002"));
    for prefix in ["repo:tideline-dev@1001/tideline@2002", "repo:tideline-dev/tideline"] {
        world.edit(|state| state["github"][SUBJECT] = json!({ "use_default": true, "sub_claim_prefix": prefix }));
        let run = world.run("up.sh", &[]);
        assert!(run.code == 0 && !run.stderr.contains("not checked"), "{run:?}");
    }
}

#[test]
fn what_github_cannot_be_asked_is_said_with_the_question() {
    let question = "make sure that `sub_claim_prefix` in `gh api repos/tideline-dev/tideline/actions/oidc/customization/sub` is \
                    `repo:tideline-dev/tideline`\n";
    let world = World::empty();
    let run = world.run("up.sh", &[]);
    assert!(run.code == 0 && run.stderr.contains("not checked, because `gh` got no answer: "), "{run:?}");
    assert!(run.stderr.contains(question), "{run:?}");
    world.edit(|state| state["github"][SUBJECT] = json!({ "use_default": true }));
    let run = world.run("up.sh", &[]);
    assert!(run.code == 0 && run.stderr.contains("GitHub names no `sub_claim_prefix`: make sure that"), "{run:?}");
    let world = World::empty();
    let bare = world.path_without(&["gh"]);
    let run = world.run("up.sh", &[("PATH", &bare)]);
    assert!(run.stderr.contains("not checked, because `gh` is not installed: make sure that"), "{run:?}");
}

#[test]
fn a_no_applies_nothing() {
    let world = World::empty();
    let run = world.run_answering("up.sh", &[], "n\n");
    assert!(run.code == 1 && run.stdout.contains("create all this in account 210987654321? [y/N] "), "{run:?}");
    assert!(!world.happened("terraform -chdir=out/bootstrap apply"));
}

#[test]
fn secrets_of_the_repository_are_missed_before_anything_is_made() {
    let world = World::empty();
    let file = "stacks/environments/default.toml";
    let text = world.project.read(file).replace("credentials = \"none\"", "credentials = \"token\"");
    world.project.write(file, &text);
    let run = world.run("up.sh", &[]);
    let message = "not set: TF_VAR_repository_username TF_VAR_repository_token;";
    assert!(run.code == 1 && run.stderr.contains(message), "{run:?}");
    assert!(!world.happened("terraform"));
    let given = [("TF_VAR_repository_username", "git"), ("TF_VAR_repository_token", "secret")];
    assert_eq!(world.run("up.sh", &given).code, 0);
}

#[test]
fn no_plan_outlives_the_run() {
    let world = World::empty();
    let folder = world.project.path("tmp");
    std::fs::create_dir(&folder).unwrap();
    assert_eq!(world.run("up.sh", &[("TMPDIR", folder.to_str().unwrap())]).code, 0);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}
