//! Which builds run where: changes of tags and digests in the environments' files.

use std::fs;

use crate::project::Project;

const DEFAULT: &str = "stacks/environments/default.toml";
const STAGING: &str = "stacks/environments/staging.toml";

/// `sha256:` and 64 times the same digit.
fn digest(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

fn pinned(app: &str, digit: char) -> String {
    format!("{app}@{}", digest(digit))
}

/// The lines that two texts do not share, as `-` and `+`.
fn changed(before: &str, after: &str) -> Vec<String> {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    assert_eq!(before.len(), after.len(), "lines came or went");
    let lines = before.iter().zip(&after).filter(|(old, new)| old != new);
    lines.flat_map(|(old, new)| [format!("-{old}"), format!("+{new}")]).collect()
}

#[test]
fn only_the_digest_of_the_one_service_changes() {
    let project = Project::new();
    let before = project.read(DEFAULT);
    let run = project.synth(["images", "set", &pinned("cors-proxy-server", 'a')]).succeeds();
    let expected = format!("{DEFAULT}\n  ~ cors-proxy-server digest: \"\" → {}\n", digest('a'));
    assert_eq!(run.stdout, expected);
    let changes = changed(&before, &project.read(DEFAULT));
    assert_eq!(changes, ["-digest = \"\"".to_owned(), format!("+digest = \"{}\"", digest('a'))]);
}

#[test]
fn several_services_get_one_tag() {
    let project = Project::new();
    let images = [pinned("cors-proxy-server", 'a'), pinned("mock-target-server", 'b')];
    project.synth(["images", "set", &images[0], &images[1], "--tag", "0.2.0-abc"]).succeeds();
    let listed = project.synth(["images", "list", "--json"]).succeeds().json();
    let found: Vec<_> = listed.as_array().unwrap().iter().map(|image| (&image["tag"], &image["digest"])).collect();
    assert_eq!(found, [(&"0.2.0-abc".into(), &digest('a').into()), (&"0.2.0-abc".into(), &digest('b').into())]);
}

#[test]
fn comments_and_spaces_around_a_value_stay() {
    let project = Project::new();
    let odd = "\n[services]\ncors_proxy_server.image = { tag   = '0.1.0' , digest=\"\" } # ours\n";
    let text = project.read(STAGING).split_once("\n# What runs here").unwrap().0.to_owned();
    project.write(STAGING, &(text.clone() + odd));
    project.synth(["images", "set", &pinned("cors-proxy-server", 'c'), "--env", "staging"]).succeeds();
    let expected = odd.replace("digest=\"\"", &format!("digest=\"{}\"", digest('c')));
    assert_eq!(project.read(STAGING), text + &expected);
}

#[test]
fn a_file_without_the_table_gets_one() {
    let project = Project::new();
    project.write("stacks/environments/trial.toml", "# A trial.\nname = \"trial\"\n");
    project.synth(["images", "set", &pinned("mock-target-server", 'd'), "--env", "trial"]).succeeds();
    let expected =
        format!("# A trial.\nname = \"trial\"\n\n[services.mock_target_server.image]\ndigest = \"{}\"\n", digest('d'));
    assert_eq!(project.read("stacks/environments/trial.toml"), expected);
}

#[test]
fn what_is_pinned_is_what_the_manifests_run() {
    let project = Project::new();
    project.synth(["images", "set", &pinned("cors-proxy-server", 'e'), "--env", "staging"]).succeeds();
    assert_eq!(project.synth(["manifests", "--env", "staging"]).code, 0);
    let deployment = project.read("out/staging/manifests/cors-proxy-server/deployment.yaml");
    assert!(deployment.contains(&format!("tideline-staging/cors-proxy-server@{}", digest('e'))), "{deployment}");
}

#[test]
fn setting_what_is_set_already_touches_nothing() {
    let project = Project::new();
    let arguments = ["images", "set", &pinned("cors-proxy-server", 'a')];
    project.synth(arguments).succeeds();
    let modified = || fs::metadata(project.path(DEFAULT)).unwrap().modified().unwrap();
    let before = modified();
    assert_eq!(project.synth(arguments).succeeds().stdout, format!("{DEFAULT}  unchanged\n"));
    assert_eq!(modified(), before);
}

#[test]
fn what_is_refused_leaves_every_file_as_it_was() {
    let project = Project::new();
    let before = project.files("stacks");
    let good = pinned("cors-proxy-server", 'a');
    let refused: [(&[&str], &str); 5] = [
        (&["set", &pinned("nope", 'a')], "there is no service `nope`: choose one of `cors-proxy-server`, `mock-target"),
        (&["set", &good, &pinned("nope", 'a')], "there is no service `nope`"),
        (&["set", &good, "mock-target-server@sha256:12"], "is `sha256:12`, a digest of `sha256:` and 64 hexadecimal"),
        (&["set", &good, "--tag", "latest"], "a tag other than `latest` is expected"),
        (&["promote", "--from", "default", "--to", "staging"], "`cors-proxy-server` has no digest in environment"),
    ];
    for (arguments, message) in refused {
        project.synth([&["images"], arguments].concat()).fails(message);
    }
    for arguments in [&["set"][..], &["set", "cors-proxy-server"], &["set", "@sha256:12"], &["promote"], &[]] {
        let run = project.synth([&["images"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
    }
    assert_eq!(project.files("stacks"), before);
}

#[test]
fn an_environment_that_would_change_unseen_is_named() {
    let project = Project::new();
    let text = project
        .read(STAGING)
        .replace("[services.cors_proxy_server.image]\ntag = \"0.1.0\"\n", "[services.cors_proxy_server.image]\n");
    project.write(STAGING, &text);
    let run = project.synth(["images", "set", &pinned("cors-proxy-server", 'a')]);
    run.fails("environment `staging` has no image of its own for `cors-proxy-server`")
        .fails("`[services.cors_proxy_server.image]` in `stacks/environments/staging.toml`");
}

#[test]
fn promotion_takes_tag_and_digest_and_leaves_the_source() {
    let project = Project::new();
    let images = [pinned("cors-proxy-server", 'a'), pinned("mock-target-server", 'b')];
    project.synth(["images", "set", &images[0], &images[1], "--tag", "0.2.0-abc"]).succeeds();
    let source = project.read(DEFAULT);
    project.synth(["images", "promote", "--from", "default", "--to", "staging"]).succeeds();
    assert_eq!(project.read(DEFAULT), source);
    let list = |environment: &str| project.synth(["images", "list", "--env", environment]).succeeds().stdout;
    // Each environment has repositories of its own.
    assert_eq!(list("staging").replace("tideline-staging/", "tideline/"), list("default"));
    assert!(list("production").contains("no digest"));
}

#[test]
fn promotion_may_be_of_one_service() {
    let project = Project::new();
    project.synth(["images", "set", &pinned("mock-target-server", 'f'), "--env", "staging"]).succeeds();
    let arguments = ["images", "promote", "--from", "staging", "--to", "production", "mock-target-server"];
    let run = project.synth(arguments).succeeds();
    assert!(
        run.stdout.contains("~ mock-target-server digest") && !run.stdout.contains("cors-proxy-server"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_environment_is_not_promoted_to_itself() {
    let arguments = ["images", "promote", "--from", "staging", "--to", "staging"];
    Project::new().synth(arguments).fails("`--from` and `--to` are both `staging`: name two environments");
}
