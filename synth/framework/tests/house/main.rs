//! House rules that no compiler knows.

mod circles;
mod paths;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value as Json;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Rust source under a folder that is no test, with its text; nothing where the folder does not exist.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable entry").path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).expect("a readable source");
            found.push((path, text));
        }
    }
    found
}

/// The code of a source: no comments, and nothing from its tests on.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(index, line)| (index + 1, line))
}

#[test]
fn templates_are_written_in_one_file_only() {
    let mark = ["$", "{"].concat();
    // `format!` writes a brace as two, so both spellings are the mark; a dollar alone is how macros name things.
    let doubled = ["$", "{{"].concat();
    let renderer = Path::new("synth/framework/src/render.rs");
    let mut seen_in_renderer = false;
    let mut elsewhere = Vec::new();
    for folder in [
        "synth/framework/src",
        "synth/kubernetes/src",
        "synth/review/src",
        "synth/cli/src",
        "synth/load/src",
        "stacks/src",
    ] {
        for (path, text) in sources(&root().join(folder)) {
            let path = path.strip_prefix(root()).expect("the folder is under the root").to_owned();
            for (line, text) in code(&text).filter(|(_, text)| text.contains(&mark) || text.contains(&doubled)) {
                if path == renderer {
                    seen_in_renderer = true;
                } else {
                    elsewhere.push(format!("{}:{line}: {}", path.display(), text.trim()));
                }
            }
        }
    }
    assert!(
        seen_in_renderer,
        "the renderer writes no templates any more: does this test still look for the right thing?"
    );
    assert!(elsewhere.is_empty(), "only the renderer writes templates:\n{}", elsewhere.join("\n"));
}

/// The packages of a workspace, as cargo describes them.
fn packages(workspace: &str) -> Vec<Json> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--offline", "--no-deps", "--format-version", "1"];
    let output = Command::new(cargo).args(arguments).current_dir(root().join(workspace)).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut metadata: Json = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    serde_json::from_value(metadata["packages"].take()).expect("packages are an array")
}

/// The first source of every library and program.
fn targets() -> Vec<PathBuf> {
    let packages = ["", "cluster", "fuzz"].into_iter().flat_map(packages);
    let targets = packages.flat_map(|mut package| match package["targets"].take() {
        Json::Array(targets) => targets,
        other => panic!("targets are no array: {other}"),
    });
    let product = targets.filter(|target| !["test", "bench", "example", "custom-build"].contains(&kind(target)));
    product.map(|target| target["src_path"].as_str().expect("a target has a source").into()).collect()
}

fn kind(target: &Json) -> &str {
    target["kind"][0].as_str().expect("a target has a kind")
}

/// The crates of the workspace, each with those of the workspace that it is built from. Tests may use more.
fn dependencies() -> Vec<(String, BTreeSet<String>)> {
    let packages = packages("");
    let name = |package: &Json| package["name"].as_str().expect("a package has a name").to_owned();
    let members: BTreeSet<String> = packages.iter().map(name).collect();
    let depends = |package: &Json| {
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        dependencies
            .filter(|dependency| dependency["kind"] != "dev")
            .map(name)
            .filter(|dependency| members.contains(dependency))
            .collect()
    };
    packages.iter().map(|package| (name(package), depends(package))).collect()
}

#[test]
fn crates_point_one_way() {
    // Each crate, and all of ours that it may know. What is not listed may know no synth crate.
    let allowed: [(&str, &[&str]); 11] = [
        ("synth-framework", &[]),
        ("synth-kubernetes", &["synth-framework"]),
        ("synth-review", &["synth-framework"]),
        ("synth-schema", &[]),
        ("synth-codegen", &["synth-schema"]),
        ("synth-load", &[]),
        ("synth-offline", &["synth-schema"]),
        ("synth-bindings", &["synth-framework"]),
        ("stacks", &["synth-bindings", "synth-framework", "synth-kubernetes", "synth-review"]),
        ("synth", &["stacks", "synth-bindings", "synth-framework", "synth-load", "synth-offline", "synth-review"]),
        ("service", &[]),
    ];
    let synth: BTreeSet<&str> = allowed.iter().map(|(name, _)| *name).filter(|name| *name != "service").collect();
    for (name, dependencies) in dependencies() {
        let known = allowed.iter().find(|(member, _)| *member == name).map_or(&[][..], |(_, known)| known);
        let of_synth = dependencies.iter().filter(|dependency| synth.contains(dependency.as_str()));
        let forbidden: Vec<_> = of_synth.filter(|dependency| !known.contains(&dependency.as_str())).collect();
        assert!(forbidden.is_empty(), "`{name}` must not know {forbidden:?}");
    }
}
