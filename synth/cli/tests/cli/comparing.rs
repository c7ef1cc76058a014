//! `synth diff`: differences by address, whatever the layout of the files.

use serde_json::json;

use crate::project::Project;

const OUTPUTS: &str = "out/cluster/outputs.tf.json";

#[test]
fn what_was_just_written_has_no_differences() {
    let project = Project::written();
    let run = project.synth(["diff", "cluster"]).succeeds();
    assert_eq!(run.stdout, "cluster  out/cluster  no differences\n");
}

#[test]
fn addresses_are_added_changed_and_removed() {
    let project = Project::written();
    let mut required = json!(null);
    project.edit(OUTPUTS, |outputs| {
        let output = outputs["output"].as_object_mut().unwrap();
        output.remove("cluster_name");
        output.insert("retired".to_owned(), json!({ "value": 1 }));
        outputs["resource"] = json!({ "aws_eip": { "retired": {} } });
    });
    project.edit("out/cluster/terraform.tf.json", |file| {
        required = std::mem::replace(&mut file["terraform"]["required_version"], json!(">= 1.0"));
    });
    let run = project.synth(["diff", "cluster"]).finds();
    let expected = format!(
        "cluster  out/cluster  1 added, 1 changed, 2 removed\n  \
         - aws_eip.retired\n  \
         + output.cluster_name\n  \
         - output.retired\n  \
         ~ terraform.required_version\n      \
         ~ \">= 1.0\" → {required}\n"
    );
    assert_eq!(run.stdout, expected);
}

#[test]
fn order_comments_and_files_are_no_differences() {
    let project = Project::written();
    let text = project.read("out/cluster/terraform.tf.json");
    let moved: serde_json::Value = serde_json::from_str(&text).unwrap();
    project.edit("out/cluster/terraform.tf.json", |file| *file = json!({ "//": "Synthesized from nowhere" }));
    project.edit(OUTPUTS, |outputs| {
        for (section, content) in moved.as_object().unwrap().iter().filter(|(section, _)| *section != "//") {
            outputs[section] = content.clone();
        }
    });
    project.synth(["check"]).finds();
    project.synth(["diff"]).succeeds();
}

const KARPENTER: &str = "out/manifests/karpenter.yaml";
const CONTROL_PLANE: &str = "out/cluster/control-plane.tf.json";

/// A project whose `out/` tells AWS and Karpenter of zonal shift, or does not, and whose settings say `word`.
fn zonal_shift(in_aws: bool, in_karpenter: bool, word: &str) -> Project {
    let project = Project::written();
    let settings = "stacks/environments/default.toml";
    project
        .write(settings, &project.read(settings).replace("zonal_shift = \"on\"", &format!("zonal_shift = \"{word}\"")));
    project.edit(CONTROL_PLANE, |file| {
        file["resource"]["aws_eks_cluster"]["main"]["zonal_shift_config"][0]["enabled"] = json!(in_aws);
    });
    let told = |told: bool| format!("enableZonalShift: {told}");
    project.write(KARPENTER, &project.read(KARPENTER).replace(&told(true), &told(in_karpenter)));
    project
}

#[test]
fn zonal_shift_goes_on_and_off_in_two_steps_whose_order_is_said() {
    for (in_aws, in_karpenter, word, why, mend) in [
        (
            false,
            false,
            "on",
            "this turns zonal shift on in one step",
            "set `cluster.zonal_shift` to \"aws-only\" first, and to \"on\" once",
        ),
        (
            true,
            true,
            "off",
            "this turns zonal shift off in one step",
            "set `cluster.zonal_shift` to \"aws-only\" first, and to \"off\" once",
        ),
        (
            false,
            false,
            "aws-only",
            "this turns zonal shift on in AWS, the first of two steps",
            "apply the cluster stack before",
        ),
        (
            true,
            false,
            "on",
            "this turns zonal shift on in Karpenter, the second of two steps",
            "merge this once the cluster stack is applied",
        ),
        (
            true,
            true,
            "aws-only",
            "this turns zonal shift off in Karpenter, the first of two steps",
            "let Argo CD sync Karpenter before",
        ),
        (
            true,
            false,
            "off",
            "this turns zonal shift off in AWS, the second of two steps",
            "apply the cluster stack once Argo CD",
        ),
    ] {
        let project = zonal_shift(in_aws, in_karpenter, word);
        let run = project.synth(["diff"]).finds();
        let said = format!("\norder: {why}");
        assert!(run.stdout.contains(&said) && run.stdout.contains(&format!("\n  mend: {mend}")), "{}", run.stdout);
        let json = project.synth(["diff", "--json"]).finds().json();
        assert!(json["order"][0]["message"].as_str().unwrap().contains(why), "{json}");
        // Whoever writes without looking first is told as well, once.
        let written = project.synth(["all"]);
        assert!(written.code == 0 && written.stderr.contains(&said[1..]), "{}", written.stderr);
        assert!(!project.synth(["all"]).stderr.contains("order:"));
    }
}

#[test]
fn what_has_no_order_is_not_given_one() {
    let project = Project::new();
    assert!(!project.synth(["diff"]).finds().stdout.contains("order:"), "a new environment is told all at once");
    assert!(!project.synth(["all"]).succeeds().stderr.contains("order:"));
    let karpenter = project.read(KARPENTER);
    project.write(KARPENTER, &karpenter.replace("replicas: 2", "replicas: 1"));
    assert_eq!(project.synth(["diff", "--json"]).finds().json()["order"], json!([]));
}

#[test]
fn nothing_written_yet_means_everything_is_added() {
    let project = Project::new();
    let json = project.synth(["diff", "cluster", "--json"]).finds().json();
    let part = &json["parts"][0];
    assert!(part["added"].as_array().unwrap().contains(&json!("output.cluster_name")), "{part}");
    assert_eq!((&part["changed"], &part["removed"]), (&json!([]), &json!([])));
    assert!(!project.path("out").exists());
}

#[test]
fn scripts_get_the_paths_of_changed_attributes() {
    let project = Project::written();
    project.edit(OUTPUTS, |outputs| outputs["output"]["cluster_name"]["sensitive"] = json!(true));
    let json = project.synth(["diff", "cluster", "--json"]).finds().json();
    let changed = json!([{ "address": "output.cluster_name", "attributes": [{ "path": "sensitive", "old": true }] }]);
    assert_eq!(json["parts"][0]["changed"], changed);
}

#[test]
fn manifests_are_compared_by_path() {
    let project = Project::written();
    let path = "out/manifests/cors-proxy-server/deployment.yaml";
    let text = project.read(path);
    let image = text.lines().find_map(|line| line.trim().strip_prefix("image: ")).unwrap();
    // A comment is no difference.
    project.write(path, &format!("# Edited.\n{}", text.replace(&format!("image: {image}"), "image: other:1")));
    let run = project.synth(["diff", "manifests"]).finds();
    let expected = "manifests  out/manifests  1 changed\n  \
         ~ file cors-proxy-server/deployment.yaml\n      \
         ~ spec.template.spec.containers[0].image: \"other:1\" → ";
    assert!(run.stdout.starts_with(expected), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 3, "{}", run.stdout);
}

#[test]
fn json_beside_a_stack_and_inside_a_config_map_is_compared_by_path() {
    let project = Project::written();
    project.edit("out/cluster/argocd-values.json", |values| values["configs"]["retired"] = json!(true));
    let run = project.synth(["diff", "cluster"]).finds();
    let expected = "  ~ file argocd-values.json\n      - configs.retired: true\n";
    assert!(run.stdout.ends_with(expected), "{}", run.stdout);
    let path = "out/manifests/observability/dashboard-traffic.yaml";
    project.write(path, &project.read(path).replace("\"title\": \"Latency\"", "\"title\": \"Old\""));
    let run = project.synth(["diff", "manifests"]).finds();
    let changed = r#"].title: "Old" → "Latency""#;
    assert!(run.stdout.contains(r#"~ data["traffic.json"].panels["#) && run.stdout.contains(changed), "{}", run.stdout);
}

#[test]
fn a_manifest_that_cannot_be_read_is_compared_as_a_text() {
    let project = Project::written();
    project.write("out/manifests/cors-proxy-server/deployment.yaml", "<<<<<<< HEAD\na: 1\n=======\na: 2\n");
    let run = project.synth(["diff", "manifests"]).finds();
    assert!(run.stdout.contains("~ \"<<<<<<< HEAD"), "{}", run.stdout);
}

#[test]
fn a_file_that_is_gone_is_removed_as_a_whole() {
    let project = Project::written();
    project.write("out/cluster/old.yaml", "a: 1\n");
    project.append("out/cluster/.synth-files", "old.yaml\n");
    let run = project.synth(["diff", "cluster"]).finds();
    assert!(run.stdout.ends_with("1 removed\n  - file old.yaml\n"), "{}", run.stdout);
}

#[test]
fn a_file_that_is_no_json_is_an_error() {
    let project = Project::written();
    project.write(OUTPUTS, "<<<<<<< HEAD\n");
    project.synth(["diff"]).fails("reading `out/cluster/outputs.tf.json`: expected value at line 1 column 1");
}
