//! Where `programs.sh` takes the programs of a control plane from. Stand-ins say their version, and one of Go says what it builds.

#![expect(clippy::unwrap_used, reason = "what helps tests may panic as they do")]

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, id},
};

const KUBERNETES: [&str; 3] = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
const OTHERS: [(&str, &str); 3] =
    [("etcd", "etcd Version: 3.6.16"), ("kwok", "kwok version v0.8.0"), ("metrics-server", "v0.8.1")];
/// The commands that the script itself needs.
const TOOLS: [&str; 7] = ["sh", "dirname", "head", "ln", "mkdir", "rm", "sed"];

/// A folder of its own, with what a machine has.
struct Machine {
    folder: PathBuf,
}

impl Machine {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("programs-{name}-{}", id()));
        fs::create_dir_all(folder.join("path")).unwrap();
        let path = env::var_os("PATH").unwrap();
        for tool in TOOLS {
            let found = env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file());
            symlink(found.unwrap_or_else(|| panic!("no {tool}")), folder.join("path").join(tool)).unwrap();
        }
        Self { folder }
    }

    fn script(&self, place: &str, text: &str) {
        let file = self.folder.join(place);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn has_kubernetes(&self, place: &str, version: &str) {
        for name in KUBERNETES {
            self.script(&format!("{place}/{name}"), &format!("echo Kubernetes v{version}"));
        }
    }

    fn has_others(&self, place: &str) {
        for (name, says) in OTHERS {
            self.script(&format!("{place}/{name}"), &format!("echo {says}"));
        }
    }

    /// A Go whose programs say the version that they are built with.
    fn has_go(&self) {
        self.script(
            "path/go",
            r#"while [ "$1" != -o ]; do shift; done
               place=$2 flags=$4; shift 4
               version=${flags#*gitVersion=}; version=${version%% *}
               for package; do
                   case $place in */) file=$place${package##*/} ;; *) file=$place ;; esac
                   echo "$package" >> "${0%/*}/../built"
                   echo "echo Kubernetes $version, etcd 3.6, kwok v0.8.0" > "$file"; chmod +x "$file"
               done"#,
        );
        let chmod = ["/bin/chmod", "/usr/bin/chmod"].into_iter().find(|file| Path::new(file).exists()).unwrap();
        symlink(chmod, self.folder.join("path/chmod")).unwrap();
    }

    /// Runs the script: did it end well, and what it says.
    fn run(&self, version: &str) -> (bool, String) {
        self.run_with(version, &[])
    }

    fn run_with(&self, version: &str, more: &[&str]) -> (bool, String) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs.sh");
        let mut command = Command::new(script);
        command.arg(version).arg("out").args(more).current_dir(&self.folder).env_clear();
        let done = command.env("PATH", self.folder.join("path")).env("KUBEBUILDER_ASSETS", "assets").output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(said).unwrap())
    }

    fn built(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("built")).unwrap_or_default();
        let _ = fs::remove_file(self.folder.join("built"));
        text.lines().map(|line| line.rsplit_once('/').unwrap().1.to_owned()).collect()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn programs_of_the_assets_come_before_those_of_the_path_and_need_no_go() {
    let machine = Machine::new("found");
    machine.has_kubernetes("assets", "1.36.1");
    machine.has_kubernetes("path", "1.36.2");
    machine.has_others("path");
    let (done, said) = machine.run("1.36");
    assert!(done, "{said}");
    // Links of a relative folder lead there from anywhere.
    let of = |name: &str| fs::canonicalize(machine.folder.join("out").join(name)).unwrap();
    let folder = fs::canonicalize(&machine.folder).unwrap();
    assert_eq!(of("kube-apiserver"), folder.join("assets/kube-apiserver"));
    assert_eq!(of("metrics-server"), folder.join("path/metrics-server"));
}

#[test]
fn without_go_one_line_names_what_is_missing_and_both_ways_to_it() {
    let machine = Machine::new("nothing");
    let (done, said) = machine.run("1.36");
    assert!(!done);
    assert_eq!(
        said,
        "error: no kube-apiserver kube-controller-manager kube-scheduler etcd kwok metrics-server for a control plane of \
         Kubernetes 1.36: put them into the folder that KUBEBUILDER_ASSETS names or on the PATH, or install Go (1.21 or \
         newer), which builds them\n"
    );
    assert!(!machine.folder.join("out").exists(), "nothing is left behind");
}

#[test]
fn what_is_built_of_its_module_alone_is_named_where_there_is_no_go() {
    let machine = Machine::new("modules");
    machine.has_kubernetes("assets", "1.36.1");
    machine.has_others("path");
    assert!(machine.run("1.36").0);
    let (done, said) = machine.run_with("1.36", &["keda"]);
    assert!(!done);
    assert!(said.starts_with("error: no keda for a control plane of Kubernetes 1.36: "), "{said}");
    let (_, said) = machine.run_with("1.36", &["karpenter"]);
    assert!(said.starts_with("error: no karpenter charts for a control plane of Kubernetes 1.36: "), "{said}");
    let (_, said) = machine.run_with("1.36", &["dns"]);
    assert!(said.starts_with("error: no external-dns external-dns' chart for a control plane of"), "{said}");
    // It says its version where others say errors.
    machine.script("path/external-dns", "echo v0.22.0 >&2");
    let (_, said) = machine.run_with("1.36", &["dns"]);
    assert!(said.contains("error: no external-dns' chart for a control plane of"), "{said}");
}

#[test]
fn programs_of_another_version_are_passed_over_and_named() {
    let machine = Machine::new("other");
    machine.has_kubernetes("assets", "1.35.9");
    machine.has_others("assets");
    machine.has_go();
    let (done, said) = machine.run("1.36");
    assert!(done, "{said}");
    assert!(said.contains("kube-scheduler: `assets/kube-scheduler` is passed over, it is not of v1.36."), "{said}");
    assert_eq!(machine.built(), KUBERNETES);
    assert_eq!(machine.run("1.36"), (true, String::new()), "what is there is not built again");
    assert_eq!(machine.built(), [""; 0]);
}

#[test]
fn what_became_another_version_since_is_looked_for_again() {
    let machine = Machine::new("since");
    machine.has_kubernetes("assets", "1.36.1");
    machine.has_others("assets");
    assert!(machine.run("1.36").0);
    machine.has_kubernetes("assets", "1.37.0");
    machine.has_go();
    let (done, said) = machine.run("1.36");
    assert!(done, "{said}");
    assert_eq!(machine.built(), KUBERNETES);
    let own = fs::read_to_string(machine.folder.join("assets/kube-apiserver")).unwrap();
    assert!(own.contains("v1.37.0"), "the assets are somebody's own: {own}");
    // One that was built is of the release that the module names.
    fs::remove_dir_all(machine.folder.join("assets")).unwrap();
    machine.has_others("path");
    machine.has_kubernetes("out", "1.36.0");
    let (done, said) = machine.run("1.36");
    assert!(done, "{said}");
    assert_eq!(machine.built(), KUBERNETES);
}

#[test]
fn a_version_that_nothing_builds_is_said_with_those_that_are_built() {
    let machine = Machine::new("unknown");
    machine.has_go();
    for version in ["1.99", "1.36.3"] {
        let (done, said) = machine.run(version);
        assert!(!done);
        assert!(said.contains(&format!("of Kubernetes `{version}`: `cluster/tools/kubernetes` builds 1.3")), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
