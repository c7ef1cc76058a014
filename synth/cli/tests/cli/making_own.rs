//! `synth init`: an example becomes somebody's environment, by flags or by answers at a terminal.

use std::fs;

use crate::project::{Project, Run};

const DEFAULT: &str = "stacks/environments/default.toml";

/// The flags that a newcomer has to give.
const FLAGS: [&str; 16] = [
    "--account",
    "210987654321",
    "--region",
    "eu-west-1",
    "--repository",
    "https://github.com/tideline-dev/platform.git",
    "--owner-id",
    "4711",
    "--repository-id",
    "815",
    "--administrators",
    "arn:aws:iam::210987654321:role/operators",
    "--public-access",
    "51.15.0.0/24",
    "--domain",
    "argocd.tideline.dev",
];

/// The flags, with others in the place of some.
fn flags(changed: &[(&'static str, &'static str)]) -> Vec<&'static str> {
    let pairs =
        FLAGS.chunks(2).map(|pair| (pair[0], pair[1])).filter(|(flag, _)| changed.iter().all(|(of, _)| of != flag));
    let pairs = pairs.chain(changed.iter().copied()).flat_map(|(flag, value)| [flag, value]);
    ["init"].into_iter().chain(pairs.filter(|word| !word.is_empty())).collect()
}

/// The lines that are not comments.
fn values(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_environment_of_ones_own_passes_every_check_wherever_it_lies() {
    let private = [("--public-access", ""), ("--private-only", "")];
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("--region", "us-east-1")], "zones = [\"us-east-1a\", \"us-east-1b\", \"us-east-1c\"]"),
        (&[("--region", "ap-northeast-1")], "zones = [\"ap-northeast-1a\", \"ap-northeast-1c\", \"ap-northeast-1d\"]"),
        (&[], "zones = [\"eu-west-1a\", \"eu-west-1b\", \"eu-west-1c\"]"),
        (
            &[("--zones", "eu-west-1c, eu-west-1b eu-west-1a")],
            "zones = [\"eu-west-1c\", \"eu-west-1b\", \"eu-west-1a\"]",
        ),
        (&private[1..], "public_access_cidrs = []"),
    ];
    for (changed, line) in cases {
        let project = Project::new();
        let mut arguments = flags(changed);
        if changed == &private[1..] {
            arguments.retain(|word| !["--public-access", "51.15.0.0/24"].contains(word));
        }
        let run = project.synth(arguments.iter().chain(&["--drop-examples"])).succeeds();
        run.says_in_order(&["next\n", "make synth", "make up"]);
        let text = project.read(DEFAULT);
        assert!(text.contains(line), "{text}");
        let values = values(&text);
        for example in ["111122223333", "203.0.113.", "example"] {
            assert!(!values.contains(example), "`{example}` is left in:\n{values}");
        }
        assert_eq!(project.synth(["all"]).code, 0);
        let check = project.synth(["check"]);
        assert_eq!((check.code, check.stdout.as_str()), (0, ""), "{check:?}");
        let settings = project.synth(["settings", "--json"]).json();
        assert_eq!(settings["state_bucket"], "tideline-state-210987654321");
        assert_eq!(settings["example_values"], serde_json::json!([]));
    }
}

#[test]
fn only_values_change_and_comments_stay() {
    let project = Project::new();
    let before = project.read(DEFAULT);
    project.synth(flags(&[])).succeeds();
    let after = project.read(DEFAULT);
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(before.lines().count(), after.lines().count());
    assert!(changed.len() == 11 && changed.iter().all(|(old, _)| !old.starts_with('#')), "{changed:#?}");
}

#[test]
fn without_a_terminal_all_missing_flags_are_named_at_once() {
    let project = Project::new();
    let before = project.files("stacks");
    let run = project.synth(["init", "--account", "210987654321"]);
    run.fails(
        "the answers for `--region`, `--repository`, `--owner-id`, `--repository-id`, `--administrators`, \
         `--public-access or --private-only`, `--domain` are missing, and without a terminal nobody can be asked: give these flags",
    );
    assert_eq!(project.files("stacks"), before);
}

#[test]
fn bad_answers_are_refused_together_by_the_rules_of_the_settings() {
    let project = Project::new();
    let before = project.files("stacks");
    let bad = [
        ("--account", "12"),
        ("--region", "Stockholm"),
        ("--owner-id", "many"),
        ("--administrators", "root"),
        ("--public-access", "10.0.0.0/8"),
        ("--domain", "argocd.example.com"),
    ];
    let run = project
        .synth(flags(&bad))
        .fails("nothing is written: the settings of environment `default` would be invalid:\n");
    for line in [
        "  --account: `aws.account_id` is `12`, an account id of 12 digits is expected\n",
        "  --region: `aws.region` is `Stockholm`, ",
        "  --owner-id: `github.owner_id` is a string, an integer is expected\n",
        "  --administrators: `cluster.admin_principal_arns[0]` is `root`, ",
        "  --public-access or --private-only: `cluster.public_access_cidrs[0]` is `10.0.0.0/8`, which is private",
        "  --domain: `argocd.example.com` holds the example `example.com`: give your own value\n",
    ] {
        assert!(run.stderr.contains(line), "no `{line}` in:\n{}", run.stderr);
    }
    assert_eq!(project.files("stacks"), before, "nothing is half-written");
}

#[test]
fn an_address_over_ssh_brings_its_credentials() {
    let project = Project::new();
    project.synth(flags(&[("--repository", "git@github.com:tideline-dev/platform.git")])).succeeds();
    let text = project.read(DEFAULT);
    for line in ["credentials = \"ssh\"", "owner = \"tideline-dev\"", "repository = \"platform\"", "owner_id = 4711"] {
        assert!(text.contains(&format!("\n{line}\n")), "{text}");
    }
}

#[test]
fn another_run_keeps_what_is_there_and_changes_what_is_said() {
    let project = Project::new();
    project.synth(flags(&[])).succeeds();
    let first = project.read(DEFAULT);
    let run = project.synth(["init"]).succeeds();
    assert!(run.stdout.starts_with(&format!("{DEFAULT}  unchanged\n")), "{}", run.stdout);
    assert_eq!(project.read(DEFAULT), first);
    let run = project.synth(["init", "--region", "us-west-2", "--domain", "argocd.tideline.example.dev"]).succeeds();
    run.says_in_order(&[
        "~ aws.region: \"eu-west-1\" → \"us-west-2\"\n",
        "~ network.zones: [\"eu-west-1a\", \"eu-west-1b\", \"eu-west-1c\"] → [\"us-west-2a\", \"us-west-2b\", \"us-west-2c\"]\n",
        "~ argocd.domain: ",
    ]);
    assert_eq!(project.synth(["all"]).code, 0);
}

#[test]
fn a_domain_brings_its_names_and_another_run_keeps_them() {
    let project = Project::new();
    let changed = [("--domain", ""), ("--dns-domain", "platform.tideline.dev"), ("--dns-zone", "adopt")];
    let arguments = flags(&changed);
    let arguments = arguments.iter().filter(|word| **word != "--domain").chain(&["--drop-examples"]);
    project.synth(arguments).succeeds();
    let text = project.read(DEFAULT);
    for line in ["name = \"platform.tideline.dev\"", "zone = \"adopt\"", "domain = \"argocd.platform.tideline.dev\""] {
        assert!(text.contains(line), "no `{line}` in:\n{text}");
    }
    assert_eq!(project.synth(["all"]).code, 0);
    let check = project.synth(["check"]);
    assert_eq!((check.code, check.stdout.as_str()), (0, ""), "{check:?}");
    let again = project.synth(["init"]).succeeds();
    assert!(again.stdout.starts_with(&format!("{DEFAULT}  unchanged\n")), "{}", again.stdout);
    let moved = project.synth(["init", "--dns-domain", "tideline.dev"]).succeeds();
    moved.says_in_order(&["~ domain.name: ", "~ argocd.domain: "]);
    assert!(project.read(DEFAULT).contains("domain = \"argocd.tideline.dev\""), "one label below the new domain");
}

#[test]
fn a_bad_domain_is_refused_by_its_flag() {
    let project = Project::new();
    let before = project.files("stacks");
    let bad = [("--dns-domain", "platform tideline"), ("--dns-zone", "make")];
    let run = project.synth(flags(&bad)).fails("nothing is written");
    for line in ["  --dns-domain: `domain.name` is `platform tideline`", "  --dns-zone: `domain.zone` is `make`"] {
        assert!(run.stderr.contains(line), "no `{line}` in:\n{}", run.stderr);
    }
    assert_eq!(project.files("stacks"), before);
}

#[test]
fn examples_go_with_what_is_written_of_them_and_nothing_else() {
    let project = Project::new();
    for environment in ["default", "staging", "production"] {
        assert_eq!(project.synth(["all", "--env", environment]).code, 0);
    }
    project.write("out/staging/cluster/.terraform.lock.hcl", "# pinned\n");
    project.write("out/production/cluster/mine.md", "mine\n");
    project.write("stacks/environments/own.toml", "name = \"own\"\n[aws]\naccount_id = \"198765432109\"\n");
    let run = project.synth(flags(&[]).into_iter().chain(["--drop-examples"]));
    assert_eq!(run.code, 0, "{run:?}");
    run.says_in_order(&["- example environment `production`\n", "- example environment `staging`\n"]);
    assert!(run.stderr.contains("`out/production/cluster` holds files that `synth` did not write"), "{}", run.stderr);
    let names: Vec<_> = project.files("stacks/environments").into_keys().collect();
    assert_eq!(names, ["default.toml", "own.toml"]);
    assert!(!project.path("out/staging").exists());
    assert_eq!(project.files("out/production").into_keys().collect::<Vec<_>>(), ["cluster/mine.md"]);
    assert!(project.path("out/cluster/outputs.tf.json").exists());
}

#[test]
fn an_example_that_stays_must_still_stand() {
    let project = Project::new();
    let certificate = "[services.proxy]\ncertificate_arn = \"arn:aws:acm:eu-north-1:444455556666:certificate/1\"\n";
    project.append("stacks/environments/staging.toml", &format!("\n{certificate}"));
    let before = project.files("stacks");
    project
        .synth(flags(&[]))
        .fails("environment `staging` builds on this one, and its settings would be invalid; mend them first, or drop");
    assert_eq!(project.files("stacks"), before);
    project.synth(flags(&[]).into_iter().chain(["--drop-examples"])).succeeds();
}

#[test]
fn a_state_keeps_its_environment() {
    let project = Project::new();
    project.write("out/staging/bootstrap/terraform.tfstate", "{}");
    let before = project.files("stacks");
    let run = project.synth(flags(&[]).into_iter().chain(["--drop-examples"]));
    run.fails("`out/staging/bootstrap/terraform.tfstate` is a Terraform state, so `staging` is more than an example");
    assert_eq!(project.files("stacks"), before);
}

#[test]
fn another_environment_than_the_base_becomes_ones_own_too() {
    let project = Project::new();
    let before = project.read(DEFAULT);
    let production = ["--env", "production"];
    let run = project.synth(flags(&[]).into_iter().chain(production));
    run.fails("the answers for `--certificate`, `--origins` are missing, and without a terminal nobody can be asked: give these flags");
    let more = [("--certificate", "none"), ("--origins", "https://app.tideline.dev")];
    project.synth(flags(&more).into_iter().chain(production)).succeeds();
    let text = project.read("stacks/environments/production.toml");
    for line in [
        "account_id = \"210987654321\"",
        "url = \"https://github.com/tideline-dev/platform.git\"",
        "certificate_arn = \"\"",
    ] {
        assert!(text.contains(line), "no `{line}` in:\n{text}");
    }
    assert_eq!(project.read(DEFAULT), before, "the base stays as it is");
    for command in ["all", "check"] {
        assert_eq!(project.synth([command, "--env", "production"]).code, 0, "{command}");
    }
}

#[test]
fn what_nobody_is_asked_about_is_named_where_it_is_left() {
    let project = Project::new();
    let text = project.read(DEFAULT).replace("[aws.tags]\n", "[aws.tags]\nContact = \"ops@example.org\"\n");
    project.write(DEFAULT, &text);
    let run = project.synth(flags(&[])).finds();
    assert!(
        run.stdout.contains(": `aws.tags.Contact` is `ops@example.org`, an example: write your own value\n"),
        "{run:?}"
    );
    assert!(
        project.synth(["check"]).finds().stdout.starts_with("error[OWN001] aws.tags.Contact is `ops@example.org` in ")
    );
}

/// Answers at a terminal: `script` is Python's, whose standard library has pseudo-terminals.
fn answering(project: &Project, arguments: &[&str], answers: &str) -> Run {
    let script = "import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
os.write(terminal, sys.stdin.buffer.read())
while True:
    try:
        read = os.read(terminal, 4096)
    except OSError:
        break
    if not read:
        break
    sys.stdout.buffer.write(read)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))";
    let mut command = std::process::Command::new("python3");
    command.args(["-c", script, crate::project::SYNTH]).args(arguments).current_dir(project.path("."));
    let answers_file = project.path("answers");
    fs::write(&answers_file, answers).unwrap();
    command.stdin(fs::File::open(answers_file).unwrap());
    Run::of(command.output().unwrap())
}

#[test]
fn a_terminal_is_asked_with_defaults_and_asked_again_after_a_bad_answer() {
    let project = Project::new();
    let answers = "12\nus-east-1\n\n\nhttps://github.com/tideline-dev/platform.git\n\n4711\n815\n\nnone\nprivate\n\n\
                   argocd.tideline.dev\n\n\n210987654321\nyes\n";
    let run = answering(&project, &["init"], answers);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let said = run.stdout.replace("\r\n", "\n");
    for text in [
        "AWS account that everything is made in, 12 digits: ",
        "Three availability zones of the region [us-east-1a,us-east-1b,us-east-1c]: ",
        "gh api repos/tideline-dev/platform --jq .owner.id",
        "Label of the GitHub runners that reach the cluster [tideline-vpc]: ",
        "--account: `aws.account_id` is `12`, an account id of 12 digits is expected\n",
        "Remove the example environments `production`, `staging` and the files written for them? yes or no [yes]: ",
    ] {
        assert!(said.contains(text), "no `{text}` in:\n{said}");
    }
    let text = project.read(DEFAULT);
    for line in [
        "account_id = \"210987654321\"",
        "admin_principal_arns = []",
        "public_access_cidrs = []",
        "runner = \"tideline-vpc\"",
    ] {
        assert!(text.contains(line), "no `{line}` in:\n{text}");
    }
    assert!(!project.path("stacks/environments/staging.toml").exists());
    assert_eq!(project.synth(["all"]).code, 0);
}

#[test]
fn a_terminal_that_goes_away_leaves_everything_as_it_was() {
    let project = Project::new();
    let before = project.files("stacks");
    // The end of input, as a terminal gives it.
    let run = answering(&project, &["init"], "210987654321\n\u{4}");
    assert!(
        run.code == 2 && run.stdout.contains("no answer to `Region, such as eu-west-1`: nothing is written"),
        "{run:?}"
    );
    assert_eq!(project.files("stacks"), before);
}
