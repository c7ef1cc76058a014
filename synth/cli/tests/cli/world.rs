//! A project beside a world of fakes: `aws`, `curl`, `gh`, `gpg`, `kubectl`, `terraform`, `docker` and `git` are the program `stand-in`.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::{Map, Value as Json, json};

use crate::project::{Project, Run, STACKS, SYNTH, TODAY, workspace};

const WORLD: &str = "world/world.json";

/// The program that stands for each of these.
const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");
const TOOLS: [&str; 8] = ["aws", "curl", "docker", "gh", "git", "gpg", "kubectl", "terraform"];
const DEFAULT: &str = "stacks/environments/default.toml";

/// Values of the examples, and what stands for them where something is made.
const OWN: [(&str, &str); 5] = [
    ("111122223333", "210987654321"),
    ("203.0.113.0/24", "51.15.0.0/24"),
    ("example-org", "tideline-dev"),
    ("example.com", "tideline.dev"),
    ("11111111-2222-3333-4444-555555555555", "6e4f2b1a-93d7-4c58-8a06-b7d1e5c3f920"),
];

/// The scripts of the repository, in a world that answers them.
pub(crate) struct World {
    pub(crate) project: Project,
    /// The settings of the default environment as they are shipped: nothing is made with them.
    pub(crate) examples: String,
}

/// The answers of a sound account to what `make up` asks before it begins.
fn asked(project: &Project) -> Map<String, Json> {
    let answers = json!({
        "name": "tideline", "pending": [], "address": "51.15.0.7", "inside": false, "public": false,
        "caller": "arn:aws:sts::210987654321:assumed-role/platform-admin/somebody",
        "principals": { "platform-admin": "arn:aws:iam::210987654321:role/platform-admin" },
        "zones": { "eu-north-1a": "eun1-az1", "eu-north-1b": "eun1-az2", "eu-north-1c": "eun1-az3" },
        "quotas": { "L-1216C47A": "1000.0", "L-34B43A08": "1000.0" },
        "scanning": { "scanType": "BASIC", "rules": [] },
        "builds": builds(project), "image_version": "1.36", "no_image": [], "release": "1.36.3-20260903",
        "log_group": "", "writes_late": 0, "interfaces": [], "guardduty": [], "guardduty_groups": [],
        "guardduty_again": 0,
    });
    answers.as_object().unwrap().clone()
}

/// The builds that EKS offers of each add-on: the one that the settings name, or any.
fn builds(project: &Project) -> Json {
    let settings = project.synth(["settings", "--json"]).succeeds().json();
    let named = settings["cluster"]["addon_versions"].as_object().unwrap().clone();
    let offered = named.into_iter().map(|(name, build)| {
        let build = if build == "" { json!("v1.7.2-eksbuild.1") } else { build };
        (name, json!([build]))
    });
    Json::Object(offered.collect())
}

/// GitHub's answers about a repository whose environments have reviewers.
fn guarded() -> Json {
    let reviewers =
        json!({ "protection_rules": [{ "type": "required_reviewers", "reviewers": [{ "type": "User" }] }] });
    json!({
        "repos/tideline-dev/tideline": { "visibility": "private" },
        "repos/tideline-dev/tideline/environments/development": reviewers,
        "repos/tideline-dev/tideline/environments/production": reviewers,
    })
}

impl World {
    /// An account in which nothing has been made, and both images pushed.
    pub(crate) fn empty() -> Self {
        // Made once, and copied: most tests begin here.
        static MADE: OnceLock<(BTreeMap<String, Vec<u8>>, String)> = OnceLock::new();
        let (files, examples) = MADE.get_or_init(|| {
            let made = Self::made();
            (made.project.files(""), made.examples)
        });
        let project = Project::of(files);
        for program in files.keys().filter(|path| path.starts_with("scripts/")) {
            fs::set_permissions(project.path(program), fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::create_dir_all(project.path("bin")).unwrap();
        for tool in TOOLS {
            symlink(STAND_IN, project.path(&format!("bin/{tool}"))).unwrap();
        }
        Self { project, examples: examples.clone() }
    }

    fn made() -> Self {
        let project = Project::new();
        let examples = project.read(DEFAULT);
        project.write(DEFAULT, &OWN.iter().fold(examples.clone(), |text, (example, own)| text.replace(example, own)));
        project.synth(["all"]).succeeds();
        let scripts = workspace().join("scripts").canonicalize().unwrap();
        fs::create_dir_all(project.path("scripts")).unwrap();
        for script in fs::read_dir(&scripts).unwrap() {
            let script = script.unwrap();
            if script.path().extension().is_some_and(|extension| extension == "sh") {
                let name = script.file_name().into_string().unwrap();
                fs::copy(script.path(), project.path(&format!("scripts/{name}"))).unwrap();
            }
        }
        let image = |digit: &str| {
            json!([{
                "imageDigest": format!("sha256:{}", digit.repeat(64)), "imagePushedAt": "2026-01-02", "imageTags": ["0.1.0-abc"],
            }])
        };
        let mut world = json!({
            "account": "210987654321", "bucket": "", "objects": [], "applied": [], "cluster": "", "unreachable": false,
            "images": { "tideline/cors-proxy-server": image("a"), "tideline/mock-target-server": image("b") },
            "pushes_after": 0, "merged_after": 0, "kinds": [], "applications": {}, "children": {}, "stuck": [],
            "services": [], "balancers": [], "nodepools": [], "nodeclaims": [], "nodeclasses": [], "volumes": [],
            "blocked": 0, "github": guarded(), "artifacts": {}, "kept": {}, "bucket_refuses": false, "unsaved": "", "pushed": {}, "leaked": [], "oidc": "", "spot": "", "state": [],
            "claims_deleted": false, "pools_deleted": false, "class_deleted": false, "volumes_deleted": false,
        });
        world.as_object_mut().unwrap().extend(asked(&project));
        project.write(WORLD, &world.to_string());
        Self { project, examples }
    }

    /// The account of production, whose endpoint is private, seen from outside.
    pub(crate) fn of_production() -> Self {
        let world = Self::empty();
        let (file, account) = ("stacks/environments/production.toml", "109876543210");
        let text = OWN.iter().fold(world.project.read(file), |text, (example, own)| text.replace(example, own));
        world.project.write(file, &text.replace("123456789012", account));
        world.project.synth(["all", "--env", "production"]).succeeds();
        world.edit(|state| {
            let admin = format!("arn:aws:iam::{account}:role/platform-admin");
            (state["account"], state["name"]) = (account.into(), "tideline-production".into());
            state["caller"] = format!("arn:aws:sts::{account}:assumed-role/platform-admin/somebody").into();
            state["principals"] = json!({ "platform-admin": admin });
            for service in ["cors-proxy-server", "mock-target-server"] {
                state["images"][format!("tideline-production/{service}")] =
                    state["images"][format!("tideline/{service}")].take();
            }
        });
        world
    }

    /// An account with everything running: Argo CD heals, Karpenter has nodes, a load balancer serves.
    pub(crate) fn running() -> Self {
        let world = Self::empty();
        let children = [
            ("cors-proxy-server", 10),
            ("mock-target-server", 10),
            ("admission", 5),
            ("kube-prometheus-stack", 0),
            ("node-pools", -2),
            ("karpenter", -3),
            ("aws-load-balancer-controller", -3),
            ("karpenter-crd", -5),
            ("platform", -10),
        ];
        world.edit(|state| {
            state["bucket"] = "tideline-state-210987654321".into();
            state["applied"] = json!(STACKS);
            state["cluster"] = "tideline".into();
            state["public"] = true.into();
            state["kinds"] = json!([
                "applications.argoproj.io",
                "nodepools.karpenter.sh",
                "nodeclaims.karpenter.sh",
                "ec2nodeclasses.karpenter.k8s.aws",
                "prometheuses.monitoring.coreos.com",
                "targetgroupbindings.elbv2.k8s.aws",
                "eniconfigs.crd.k8s.amazonaws.com",
            ]);
            let application =
                |wave: i32| json!({ "wave": wave, "automated": true, "finalizer": true, "deleting": false });
            state["applications"]["root"] = application(0);
            for (name, wave) in children {
                state["children"][name] = wave.into();
                state["applications"][name] = application(wave);
            }
            // Its namespaces go by word only.
            state["applications"]["platform"]["confirm"] = true.into();
            state["services"] = json!(["cors-proxy-server"]);
            state["balancers"] = json!(["balancer"]);
            state["nodepools"] = json!(["spot", "on-demand"]);
            state["nodeclaims"] = json!(["spot-1", "spot-2"]);
            state["nodeclasses"] = json!(["default"]);
            state["volumes"] = json!(["prometheus"]);
        });
        world
    }

    pub(crate) fn edit(&self, edit: impl FnOnce(&mut Json)) {
        self.project.edit(WORLD, edit);
    }

    pub(crate) fn state(&self) -> Json {
        serde_json::from_str(&self.project.read(WORLD)).unwrap()
    }

    /// A `PATH` with all that the scripts need but these.
    pub(crate) fn path_without(&self, missing: &[&str]) -> String {
        let bare = self.project.path("bare");
        fs::remove_dir_all(&bare).ok();
        fs::create_dir(&bare).unwrap();
        let shell = ["bash", "dirname", "mktemp", "rm", "cat", "grep", "awk", "sed", "head"];
        let tools = ["cargo", "curl", "jq", "aws", "gh", "kubectl", "terraform", "docker", "git"];
        for tool in shell.iter().chain(&tools).filter(|tool| !missing.contains(tool)) {
            let fake = self.project.path(&format!("bin/{tool}"));
            let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output().unwrap();
            let real = String::from_utf8(found.stdout).unwrap().trim().into();
            symlink(if fake.exists() { fake } else { real }, bare.join(tool)).unwrap();
        }
        bare.display().to_string()
    }

    /// Runs a script that gets `yes` for an answer to every question, with limits of a minute.
    pub(crate) fn run(&self, script: &str, variables: &[(&str, &str)]) -> Run {
        self.run_answering(script, &[&[("YES", "1")], variables].concat(), "")
    }

    pub(crate) fn run_answering(&self, script: &str, variables: &[(&str, &str)], answers: &str) -> Run {
        let path = format!("{}:{}", self.project.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command
            .arg(self.project.path(&format!("scripts/{script}")))
            .env("PATH", path)
            .env("SYNTH", format!("{SYNTH} --today {TODAY}"));
        command.env("FAKE_WORLD", self.project.path("world")).env("POLL", "0.02").env_remove("YES").env_remove("ENV");
        for limit in ["IMAGES", "PUBLISH", "APPLICATIONS", "BALANCERS", "VOLUMES", "NODES", "LEFTOVERS"] {
            command.env(format!("{limit}_LIMIT"), "60");
        }
        command.envs(variables.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
        Run::of(child.wait_with_output().unwrap())
    }

    /// Every call of a tool, and everything that the world did, in order.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.project.path("world/log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// Asserts that lines which begin so came in this order.
    #[track_caller]
    pub(crate) fn happened_in_order(&self, beginnings: &[&str]) {
        let log = self.log();
        let mut from = 0;
        for beginning in beginnings {
            let found = log[from..].iter().position(|line| line.starts_with(beginning));
            let Some(found) = found else {
                panic!("no `{beginning}` after line {from} of:\n{}", log.join("\n"));
            };
            from += found + 1;
        }
    }

    pub(crate) fn happened(&self, beginning: &str) -> bool {
        self.log().iter().any(|line| line.starts_with(beginning))
    }
}
