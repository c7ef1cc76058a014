//! `synth upgrade`: where a version stands, what does not fit, and the steps to a later one.

use std::{collections::BTreeSet, fs};

use serde_json::Value as Json;

use crate::project::{Project, workspace};

/// Settings of the version before, as an environment that waited has them.
const BEFORE: &str = "name = \"tideline-before\"\n\
                      [cluster]\nkubernetes_version = \"1.35\"\n\
                      [cluster.addon_versions]\nkube_proxy = \"v1.35.2-eksbuild.4\"\ncoredns = \"v1.13.1-eksbuild.2\"\n\
                      [base_nodes]\nrelease_version = \"1.35.4-20260520\"\n\
                      [karpenter]\nchart_version = \"1.11.1\"\nami_alias = \"al2023@v20260520\"\n";

fn before(more: &str) -> Project {
    let project = Project::new();
    project.write("stacks/environments/before.toml", &format!("{BEFORE}{more}"));
    project
}

fn planned(project: &Project, arguments: &[&str]) -> Json {
    let arguments = ["upgrade", "--json"].iter().chain(arguments);
    project.synth(arguments).json()
}

#[test]
fn the_way_to_the_newest_version_is_told_step_by_step() {
    let run = before("").synth(["upgrade", "--env", "before", "--today", "2026-11-30"]).finds();
    assert_eq!(run.stderr, "");
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn each_step_names_its_settings_and_what_publishes_a_value_that_is_not_known() {
    let project = before("");
    let told = planned(&project, &["--env", "before", "--to", "1.36"]);
    let steps = told["steps"].as_array().unwrap();
    let titles: Vec<_> = steps.iter().map(|step| step["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        [
            "charts that know Kubernetes 1.36, while the cluster is of 1.35",
            "an image of Karpenter's nodes that there is for Kubernetes 1.36, too",
            "Kubernetes 1.36"
        ]
    );
    let settings = |step: usize| steps[step]["settings"].as_array().unwrap().iter();
    let value = |step, key: &str| settings(step).find(|of| of["key"] == key).unwrap_or_else(|| panic!("{key}: {told}"));
    assert_eq!(value(2, "cluster.kubernetes_version")["value"], "1.36");
    assert_eq!(value(2, "cluster.addon_versions.kube_proxy")["value"], "v1.36.0-eksbuild.25");
    assert_eq!(value(2, "base_nodes.release_version")["value"], "1.36.3-20260903");
    assert_eq!(value(1, "karpenter.ami_alias")["value"], "al2023@v20260903");
    let chart = value(0, "karpenter.chart_version");
    assert!(chart["value"].is_null() && chart["how"].as_str().unwrap().starts_with("1.13.0 or later, below 1.15.0"));
    assert!(chart["answered_by"].as_str().unwrap().starts_with("https://"), "{chart}");
    let drifts =
        |step: usize| steps[step]["replaces"].as_array().unwrap().iter().any(|of| of["what"] == "Karpenter's nodes");
    assert_eq!([drifts(0), drifts(1), drifts(2)], [true; 3], "1.12 puts the certificates into the hash");
    assert!(told["karpenter_nodes"]["seconds"].as_f64().unwrap() > 60.0, "{}", told["karpenter_nodes"]);
    assert_eq!(told["fits"], true, "{told}");
}

/// The targets of the Makefile and of what it includes.
fn targets() -> Vec<String> {
    let files = ["Makefile", "cluster/cluster.mk"].map(|path| fs::read_to_string(workspace().join(path)).unwrap());
    let lines = files.iter().flat_map(|text| text.lines()).filter(|line| line.contains(": ") && line.contains("## "));
    lines.filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect()
}

#[test]
fn every_target_that_a_step_names_is_there_and_has_a_control_plane_of_that_version() {
    let told = planned(&before(""), &["--env", "before", "--to", "1.37"]);
    let steps = told["steps"].as_array().unwrap().iter();
    let run: Vec<_> = steps.flat_map(|step| step["run"].as_array().unwrap()).map(|of| of.as_str().unwrap()).collect();
    let words: Vec<_> =
        run.iter().filter_map(|line| line.strip_prefix("make ")).flat_map(str::split_whitespace).collect();
    let (values, named): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| word.contains('='));
    let targets = targets();
    assert!(named.len() > 6 && named.iter().all(|of| targets.iter().any(|target| target == of)), "{named:?}");
    let versions: BTreeSet<_> = values.iter().filter_map(|value| value.strip_prefix("KUBERNETES=")).collect();
    assert_eq!(versions, BTreeSet::from(["1.36", "1.37"]));
    for version in versions {
        assert!(workspace().join("cluster/tools/kubernetes").join(version).is_dir(), "{version}");
    }
    let applied = run.iter().find(|line| line.contains("terraform.yml")).unwrap();
    assert!(applied.contains("terraform -chdir=out/before/cluster apply"), "{applied}");
}

#[test]
fn what_was_set_as_the_plan_says_has_one_step_less() {
    let project = before("");
    let set = BEFORE.replace("20260520\"\n", "20260903\"\n").replace("1.11.1", "1.14.1");
    project.write("stacks/environments/before.toml", &format!("{set}[argocd]\nchart_version = \"10.4.0\"\n"));
    let told = planned(&project, &["--env", "before", "--to", "1.36"]);
    assert_eq!(told["steps"].as_array().unwrap().len(), 1, "{told}");
}

#[test]
fn what_nobody_tested_stays_a_finding_and_a_waiver_of_one_version_is_to_go() {
    let told = planned(&Project::new(), &["--to", "1.37"]);
    let steps = told["steps"].as_array().unwrap();
    let last = &steps[steps.len() - 1];
    let codes: Vec<_> = last["findings"].as_array().unwrap().iter().map(|of| of["code"].as_str().unwrap()).collect();
    // Argo CD, KEDA and Karpenter.
    assert_eq!(codes, ["VER007", "VER007", "VER007"], "{last}");
    assert_eq!(last["waivers_to_remove"][0]["subject"], "helm_release.argocd with Kubernetes 1.36");
    assert_eq!(told["fits"], false);
    let build = last["settings"].as_array().unwrap().iter().find(|of| of["key"] == "cluster.addon_versions.vpc_cni");
    assert!(build.unwrap()["how"].as_str().unwrap().contains("one minor version at a time"), "{last}");
}

#[test]
fn what_was_removed_is_found_before_the_cluster_is_of_that_version() {
    let run = Project::new().synth(["upgrade"]).finds();
    assert!(
        run.stdout.contains("aws eks list-insights --region eu-north-1 --cluster-name tideline\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("aws eks update-cluster-version --region eu-north-1 --name tideline --kubernetes-version 1.36\n")
    );
}

#[test]
fn a_version_that_is_newest_has_no_step() {
    let project = Project::new();
    let run = project.synth(["upgrade", "--to", "1.36"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.ends_with("no step: nothing later than 1.36 was asked for, or is on EKS\n"), "{}", run.stdout);
    let run = project.synth(["upgrade", "--today", "2026-09-30"]);
    assert!(run.code == 0 && run.stdout.contains("no step"), "EKS has 1.37 from the next day on: {}", run.stdout);
}

#[test]
fn an_end_that_comes_near_is_a_finding_for_whoever_waits_for_one() {
    let project = before("[github]\nenvironment = \"before\"\n");
    let run = project.synth(["upgrade", "--all", "--within", "60"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "no support ends within 60 days\n"));
    let run = project.synth(["upgrade", "--all", "--within", "60", "--today", "2027-01-27"]).finds();
    assert_eq!(
        run.stdout,
        "before: standard support of Kubernetes 1.35 until 2027-03-27, in 59 days: EKS then upgrades the control plane by \
         itself, and neither nodes nor add-ons; days https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html \
         (2026-11-29)\n"
    );
    let run = project.synth(["upgrade", "--all", "--within", "60", "--today", "2027-03-29"]).finds();
    let since = "EKS may upgrade the control plane by itself any day, and neither nodes nor add-ons";
    let ended =
        format!("before: standard support of Kubernetes 1.35 ended 2027-03-27, 2 days ago: {since}; days https://");
    assert!(run.stdout.starts_with(&ended), "{}", run.stdout);
    let run = project.synth(["upgrade", "--env", "before", "--today", "2027-03-29"]).finds();
    assert!(run.stdout.contains(&format!("\nsince        2027-03-27: {since}\n")), "{}", run.stdout);
    let newest = BEFORE.replace("before", "newest").replace("1.35", "1.37");
    project.write("stacks/environments/newest.toml", &newest);
    let run = project.synth(["upgrade", "--env", "newest", "--within", "60", "--today", "2027-11-01"]).finds();
    assert_eq!(
        run.stdout,
        "newest: standard support of Kubernetes 1.37 until 2027-12-01, in 30 days: EKS then upgrades the control plane by \
         itself, and neither nodes nor add-ons; days reckoned: 14 months from 2026-10-01, when others saw it on EKS, by the \
         rule of https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html (2026-11-29)\n"
    );
    let extended = before("");
    extended.write(
        "stacks/environments/before.toml",
        &BEFORE.replace("[cluster]\n", "[cluster]\nsupport_type = \"EXTENDED\"\n"),
    );
    let all = extended.synth(["upgrade", "--all", "--within", "30", "--json", "--today", "2028-03-01"]).finds().json();
    let near: Vec<_> = all.as_array().unwrap().iter().map(|of| of["near"].as_bool().unwrap()).collect();
    assert_eq!(near, [true, true, true, true], "the others were upgraded long ago: {all}");
    assert_eq!((&all[0]["until"], &all[0]["days"]), (&"2028-03-27".into(), &26.into()), "{all}");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_way_on() {
    let project = before("");
    for (asked, said) in [
        (&["--to", "1.38"][..], "`--to` is `1.38`, which this platform does not know: choose one of `1.37`"),
        (&["--to", "newest", "--env", "before"], "choose one of `1.36`, `1.37`"),
        (
            &["--to", "1.35"],
            "`aws eks update-cluster-version --region eu-north-1 --name tideline --kubernetes-version 1.35`",
        ),
        (&["--to", "1.37", "--today", "2026-08-30"], "which EKS has from 2026-10-01 on only"),
        (&["--today", "2020-02-30"], "'2020-02-30'"),
        (&["--rate=-1"], "expected requests a second from 0 to 1000000000"),
        (&["--rate", "1e12"], "`--rate` is 1000000000000: expected requests a second from 0 to 1000000000"),
        (&["--within", "60", "--to", "1.37"], "cannot be used with"),
    ] {
        project.synth(["upgrade"].iter().chain(asked)).fails(said);
    }
    let two = project.synth(["upgrade", "--to", "newest", "--rate=-1", "--env", "before"]).fails("2 problems").stderr;
    assert!(two.contains("`--rate` is -1") && two.contains("`--to` is `newest`"), "{two}");
    let both = project.synth(["upgrade", "--to", "1.34", "--today", "2020-01-01"]).fails("`1.34`").stderr;
    assert!(both.contains("before EKS had Kubernetes 1.36: name a day from 2026-06-02 on"), "{both}");
}

#[test]
fn all_environments_that_are_broken_are_named_together() {
    let project = before("");
    project.append("stacks/environments/production.toml", "\n[cluster]\nkubernetes_version = \"1.36\"\n");
    project.append("stacks/environments/staging.toml", "\nnobody = 1\n");
    let run = project.synth(["upgrade", "--all"]).fails("2 problems");
    assert!(run.stderr.contains("production.toml:") && run.stderr.contains("staging.toml:"), "{}", run.stderr);
}
