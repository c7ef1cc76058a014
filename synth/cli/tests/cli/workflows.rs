//! Everything that workflows and CI use exists: targets, scripts, settings, and the secrets and variables of the guide.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::Command,
};

use crate::project::{Project, Run, workspace};

/// Each workflow and what CI runs, with its name.
pub(crate) fn workflows() -> Vec<(String, String)> {
    let folder = workspace().join(".github/workflows");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| (path.file_name().unwrap().display().to_string(), fs::read_to_string(path).unwrap());
    let found: Vec<_> = files.chain([workspace().join(".ci/run")]).map(read).collect();
    assert!(found.len() >= 6, "{found:?}");
    found
}

/// The text after each occurrence of a word, as far as `belongs` says.
pub(crate) fn after<'a>(text: &'a str, word: &str, belongs: impl Fn(char) -> bool) -> Vec<&'a str> {
    let rests = text.match_indices(word).map(|(at, found)| &text[at + found.len()..]);
    rests.map(|rest| &rest[..rest.find(|char| !belongs(char)).unwrap_or(rest.len())]).collect()
}

fn named(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// The targets of the Makefile and of what it includes.
fn targets() -> BTreeMap<String, Vec<String>> {
    let files =
        ["Makefile", "apps/services.mk", "scripts/load.mk", "scripts/alerts.mk", "e2e/e2e.mk", "cluster/cluster.mk"];
    let text: String = files.map(|file| fs::read_to_string(workspace().join(file)).unwrap()).concat();
    let rules = text.lines().filter(|line| line.starts_with(|char: char| char.is_ascii_lowercase()));
    let split = |line: &str| {
        let (target, rest) = line.split_once(':')?;
        let needs = rest.split("##").next()?.split_whitespace().map(str::to_owned);
        target.bytes().all(|byte| byte != b' ').then(|| (target.to_owned(), needs.collect()))
    };
    rules.filter_map(split).collect()
}

#[test]
fn every_target_that_ci_or_a_workflow_makes_is_in_the_makefile() {
    let targets = targets();
    let lines = workflows();
    let lines = lines.iter().flat_map(|(file, text)| text.lines().map(move |line| (file, line)));
    let mut made = 0;
    for (file, line) in lines {
        let line = line.trim();
        let Some(called) = line.strip_prefix("- run: ").unwrap_or(line).strip_prefix("make ") else { continue };
        for target in called.split_whitespace().filter(|word| !word.contains('=') && *word != "&") {
            assert!(targets.contains_key(target), "{file} makes `{target}`");
            made += 1;
        }
    }
    assert!(made >= 3, "nothing is made");
    for need in &targets["ci"] {
        assert!(targets.contains_key(need), "`make ci` needs `{need}`");
    }
}

#[test]
fn every_script_that_is_called_is_there_and_may_run() {
    let makefiles = ["Makefile", "scripts/load.mk"].map(|file| fs::read_to_string(workspace().join(file)).unwrap());
    let texts = workflows().into_iter().map(|(_, text)| text).chain(makefiles);
    let path = |char: char| named(char) || "-./".contains(char);
    let mut called = BTreeSet::new();
    for text in texts {
        called.extend(after(&text, "scripts/", path).iter().map(|rest| format!("scripts/{rest}")));
        called.extend(after(&text, ".ci/", path).iter().map(|rest| format!(".ci/{rest}")));
    }
    for name in ["scripts/up.sh", "scripts/down.sh", "scripts/plans.sh", "scripts/lock.sh", ".ci/run"] {
        assert!(called.contains(name), "{name}: {called:?}");
    }
    for name in called.iter().filter(|name| !name.ends_with('/')) {
        let file = workspace().join(name);
        assert!(file.exists(), "{name} is called and is not there");
        let mode = fs::metadata(file).unwrap().permissions().mode();
        let script = name.rsplit('.').next() == Some("sh");
        assert!(!script || mode & 0o111 != 0, "{name} may not run");
    }
}

#[test]
fn workflows_ask_for_settings_that_there_are() {
    let settings = Project::new().synth(["settings"]).succeeds().stdout;
    let known: BTreeSet<_> = settings.lines().filter_map(|line| line.split_once('=')).map(|(key, _)| key).collect();
    let mut asked = 0;
    for (file, text) in workflows() {
        for output in after(&text, "steps.settings.outputs.", named) {
            let key = output.strip_prefix("from_").or_else(|| output.strip_prefix("to_")).unwrap_or(output);
            assert!(known.contains(key) || ["all", "plans"].contains(&key), "{file} asks for `{output}`");
            asked += 1;
        }
    }
    assert!(asked >= 8, "{asked}");
}

#[test]
fn the_guide_names_every_secret_and_variable_that_workflows_read() {
    let guide = fs::read_to_string(workspace().join("docs/delivery.md")).unwrap();
    let mut read = BTreeSet::new();
    for (_, text) in workflows() {
        for kind in ["secrets.", "vars."] {
            read.extend(after(&text, kind, named).into_iter().map(str::to_owned));
        }
    }
    assert!(read.contains("PLAN_PASSPHRASE") && read.contains("RUNNER"), "{read:?}");
    for name in &read {
        assert!(guide.contains(&format!("`{name}`")), "docs/delivery.md does not say what {name} is for");
    }
}

/// Inputs that actions only take with a warning, or not at all any more, and what to set instead.
const GONE: [(&str, &str, &str); 1] = [("actions/create-github-app-token", "app-id", "client-id")];

#[test]
fn no_action_gets_an_input_that_is_on_its_way_out() {
    let mut used = 0;
    for (file, text) in workflows() {
        for step in text.split("\n      - ") {
            for (action, input, instead) in
                GONE.iter().filter(|(action, ..)| step.contains(&format!("uses: {action}@")))
            {
                let gone = step.lines().any(|line| line.trim().starts_with(&format!("{input}:")));
                assert!(!gone, "{file} gives {action} `{input}`: use `{instead}`");
                assert!(step.contains(&format!("{instead}: ")), "{file} gives {action} no `{instead}`");
                used += 1;
            }
        }
    }
    assert!(used >= 2, "the actions are not used");
}

#[test]
fn an_action_is_pinned_by_one_commit_with_its_version_beside_it() {
    let mut pins = BTreeMap::new();
    for (file, text) in workflows() {
        for line in text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")) {
            let (action, pin) = line.split_once('@').unwrap_or_else(|| panic!("{file}: {line}"));
            let (commit, version) = pin.split_once(" # ").unwrap_or_else(|| panic!("{file}: {line} names no version"));
            let digits = commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(commit.len() == 40 && digits && !version.is_empty(), "{file}: {line}");
            let known = pins.entry(action.to_owned()).or_insert_with(|| pin.to_owned());
            assert_eq!(known, pin, "{file}: {action} is pinned in two ways");
        }
    }
    assert!(pins.len() >= 10, "{pins:?}");
}

#[test]
fn a_setting_without_a_comment_is_named_but_not_what_people_name_themselves() {
    let project = Project::new();
    let explained = "# Its name.\nname = \"x\"\n[karpenter.node_pools.spot]\n# Weight.\nweight = 1\n";
    let own =
        "[karpenter.node_pools.mine]\nweight = 2\n[services.internal.orders]\nport = 1\n[aws.tags]\nCost = \"7\"\n";
    let ask = |text: &str| {
        project.write("default.toml", text);
        let mut command = Command::new("python3");
        command.arg(workspace().join("scripts/explained.py")).arg("default.toml").current_dir(project.path(""));
        Run::of(command.output().unwrap())
    };
    ask(&[explained, own].concat()).succeeds();
    let run = ask(&[explained, "limit_cpu = 9\n", own, "[network]\ncidr = \"10.0.0.0/16\"\n"].concat()).finds();
    let named: Vec<_> = run.stdout.lines().map(|line| line.split(" has no comment").next().unwrap()).collect();
    assert_eq!(named, ["default.toml:6: `karpenter.node_pools.spot.limit_cpu`", "default.toml:14: `network.cidr`"]);
}
