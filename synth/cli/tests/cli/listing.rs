//! `synth list` and `synth graph`: they read the code and touch nothing.

use crate::project::Project;

#[test]
fn parts_are_listed_with_their_files_and_counts() {
    let project = Project::new();
    let text = project.synth(["list"]).succeeds().stdout;
    assert!(text.contains("out/cluster  ") && text.contains(" resource"), "{text}");
    let json = project.synth(["list", "--json", "--env", "staging"]).succeeds().json();
    assert_eq!(json["environment"], "staging");
    let parts = json["parts"].as_array().unwrap();
    let cluster = parts.iter().find(|part| part["name"] == "cluster").unwrap();
    assert_eq!(cluster["directory"], "out/staging/cluster");
    assert!(cluster["files"].as_array().unwrap().contains(&"outputs.tf.json".into()), "{cluster}");
    assert!(cluster["resources"].is_u64() && cluster["data_sources"].is_u64(), "{cluster}");
    assert!(!project.path("out").exists());
}

#[test]
fn a_graph_is_drawn_in_three_languages() {
    let project = Project::new();
    let dot = project.synth(["graph", "cluster"]).succeeds().stdout;
    assert!(dot.starts_with("digraph \"cluster\" {\n") && dot.ends_with("}\n"), "{dot}");
    let mermaid = project.synth(["graph", "cluster", "--format", "mermaid"]).succeeds().stdout;
    assert!(mermaid.starts_with("graph LR\n"), "{mermaid}");
    let json = project.synth(["graph", "cluster", "--json"]).succeeds().json();
    let nodes = json["nodes"].as_array().unwrap();
    assert_eq!(dot.matches(" -> ").count(), json["edges"].as_array().unwrap().len());
    assert_eq!(mermaid.lines().filter(|line| line.contains('"')).count(), nodes.len());
    assert!(!project.path("out").exists());
}
