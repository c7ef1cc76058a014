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

/// Every Rust source under a folder that is no test, with its text.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable entry").path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
            let text = fs::read_to_string(&path).expect("a readable source");
            found.push((path, text));
        }
    }
    found
}

/// Does the module above declare this one for tests alone? A file that is merely called `tests.rs` is a source like others.
fn is_test(path: &Path) -> bool {
    let (Some(name), Some(folder)) = (path.file_stem().and_then(|name| name.to_str()), path.parent()) else {
        return false;
    };
    let above = [folder.with_extension("rs"), folder.join("mod.rs"), folder.join("lib.rs"), folder.join("main.rs")];
    let declared = format!("#[cfg(test)]\nmod {name};");
    above.iter().filter_map(|path| fs::read_to_string(path).ok()).any(|text| text.contains(&declared))
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
        "synth/project/src",
        "synth/review/src",
        "synth/cli/src",
        "synth/command/src",
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

#[test]
fn files_of_tests_are_told_from_files_about_tests() {
    let path = |path: &str| root().join(path);
    assert!(is_test(&path("synth/framework/src/render/tests.rs")), "declared under `#[cfg(test)]`");
    for about in ["validate", "write"] {
        assert!(
            !is_test(&path(&format!("synth/framework/src/{about}/tests.rs"))),
            "Terraform's tests are a matter of {about}"
        );
    }
}

/// Names that reach beyond the program: files, processes, the network, the environment, the clock, standard streams.
const OUTSIDE: [&str; 24] = [
    "std::fs",
    "fs::",
    "File::",
    "OpenOptions",
    "std::process",
    "Command::",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "std::env",
    "env::var",
    "env::args",
    "env::current_dir",
    "SystemTime",
    "Instant::",
    "Timestamp::now",
    "Zoned::now",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "io::std",
];

/// The name by which a line reaches beyond the program, if it does: no longer word ends with it.
fn reaches(line: &str) -> Option<&'static str> {
    OUTSIDE.into_iter().find(|outside| {
        let mut found = line.match_indices(outside);
        found.any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'))
    })
}

#[test]
fn what_is_built_from_settings_reaches_nothing_outside() {
    let mut found = Vec::new();
    for folder in [
        "synth/framework/src",
        "synth/kubernetes/src",
        "synth/project/src",
        "synth/review/src",
        "synth/bindings/src",
        "stacks/src",
    ] {
        for (path, text) in sources(&root().join(folder)) {
            for (line, text) in code(&text).filter(|(_, text)| reaches(text).is_some()) {
                found.push(format!("{}:{line}: {}", path.display(), text.trim()));
            }
        }
    }
    assert!(found.is_empty(), "the command alone does I/O:\n{}", found.join("\n"));
}

#[test]
fn io_is_known_by_its_names() {
    for line in [
        "use std::fs;",
        "let text = fs::read_to_string(path);",
        "Command::new(\"terraform\")",
        "eprintln!(\"x\")",
        "Zoned::now()",
        "std::net::TcpListener::bind(address)",
    ] {
        assert!(reaches(line).is_some(), "{line}");
    }
    for line in ["let prefs::x = 1;", "schemas_env::read()", "include_str!(\"x\")", "SomeFile::new()"] {
        assert_eq!(reaches(line), None, "{line}");
    }
}

/// The keys by which a line reads what has no type of its own: `.get("key")`, `["key"]`, `.pointer("/key")`.
fn keys(line: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    for read in [".get(\"", ".pointer(\"", "[\""] {
        for (at, _) in line.match_indices(read) {
            let of_value = line[..at].ends_with(|of: char| of.is_alphanumeric() || ['_', ']', ')'].contains(&of));
            let key = line[at + read.len()..].split('"').next().unwrap_or_default();
            keys.extend(of_value.then_some(key));
        }
    }
    keys
}

/// Keys that policies and their view may read: in Kubernetes' own maps of texts, and where they say what an object is.
const KEYS: [(&str, &str); 9] = [
    ("stacks/src/policies/link/aws.rs", "Name"),
    ("stacks/src/policies/sec/nodes.rs", "encrypted"),
    ("stacks/src/policies/sec/pods.rs", "NETWORK_POLICY_ENFORCING_MODE"),
    ("stacks/src/policies/sec/pods.rs", "pod-security.kubernetes.io/enforce"),
    ("stacks/src/policies/sync/watching.rs", "app.kubernetes.io/component"),
    ("stacks/src/policies/sync/watching.rs", "helm.sh/hook"),
    ("stacks/src/view/charts.rs", "apiVersion"),
    ("stacks/src/view/charts.rs", "kind"),
    ("stacks/src/view/resources.rs", "tags"),
];

#[test]
fn policies_read_fields_that_the_compiler_knows() {
    let mut found = BTreeSet::new();
    for folder in ["stacks/src/policies", "stacks/src/view"] {
        for (path, text) in sources(&root().join(folder)) {
            let path = path.strip_prefix(root()).expect("the folder is under the root").display().to_string();
            found.extend(code(&text).flat_map(|(_, line)| keys(line)).map(|key| (path.clone(), key.to_owned())));
        }
    }
    let known = KEYS.map(|(path, key)| (path.to_owned(), key.to_owned()));
    assert_eq!(found, known.into(), "a field of a type is read by its name, a chart's value by its struct");
    assert_eq!(keys("at(&value[\"spec\"], x).get(\"name\") + list.pointer(\"/a\")"), ["name", "/a", "spec"]);
    assert_eq!(keys("for name in [\"one\", \"two\"] { vec![\"three\"] }"), Vec::<&str>::new());
}

#[test]
fn a_decision_says_when_it_was_taken() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the document is there");
    let (_, decisions) = text.split_once("## Decisions\n").expect("decisions are a part of it");
    let dated = |decision: &str| {
        let day = decision.trim_end().strip_suffix(')').and_then(|text| text.rsplit_once('('));
        day.is_some_and(|(_, day)| day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
    };
    let undated: Vec<_> = decisions.split("\n\n").filter(|part| part.starts_with("**") && !dated(part)).collect();
    assert!(undated.is_empty(), "no day at the end of:\n{}", undated.join("\n"));
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
    let allowed: [(&str, &[&str]); 16] = [
        ("synth-framework", &[]),
        ("synth-kubernetes", &["synth-framework"]),
        ("synth-review", &["synth-framework"]),
        ("synth-project", &["synth-framework", "synth-kubernetes", "synth-review"]),
        ("synth-schema", &[]),
        // For tests alone, which may know it without being listed.
        ("synth-tools", &[]),
        ("synth-codegen", &["synth-schema"]),
        ("synth-page", &[]),
        ("synth-load", &["synth-page"]),
        ("synth-twin", &["synth-kubernetes"]),
        ("synth-offline", &["synth-schema"]),
        ("synth-bindings", &["synth-framework"]),
        (
            "stacks",
            &["synth-bindings", "synth-framework", "synth-kubernetes", "synth-project", "synth-review", "synth-twin"],
        ),
        ("synth-command", &["synth-framework", "synth-offline", "synth-project", "synth-review"]),
        ("synth", &["stacks", "synth-command", "synth-load", "synth-page", "synth-project", "synth-twin"]),
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
