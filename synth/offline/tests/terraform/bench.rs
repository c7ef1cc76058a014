//! A stack in a fresh folder, with providers of its own and the Terraform of this machine.

use std::process::Output;

use serde_json::{Value as Json, json};
use synth_offline::{AwsVersion, Provider, Run, SchemaOnly, Scratch, Session, Terraform};
use tempfile::TempDir;

/// The edge provider's address.
pub(crate) const EDGE: &str = "registry.terraform.io/tideline/edge";

/// The AWS provider's address.
pub(crate) const AWS: &str = "registry.terraform.io/hashicorp/aws";

/// One stack under test.
pub(crate) struct Bench {
    folder: TempDir,
    session: Session,
    terraform: Terraform,
}

/// The Terraform of this machine. `None` where it is skipped.
pub(crate) fn terraform() -> Option<Terraform> {
    synth_tools::terraform().map(|program| Terraform::at(program).unwrap())
}

/// A bench with the newest AWS, where there is a Terraform.
pub(crate) fn bench() -> Option<Bench> {
    bench_of(AwsVersion::Newest)
}

/// A bench with a version of AWS, where there is a Terraform.
pub(crate) fn bench_of(version: AwsVersion) -> Option<Bench> {
    let terraform = terraform()?;
    let schemas = include_str!("../fixtures/edge.json");
    let edge = Provider::new(EDGE, schemas, Box::new(|_| Ok(Box::new(edge_cloud::Edge)))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let helm = Provider::helm(folder.path()).unwrap();
    let session = Session::start(vec![Provider::aws(version).unwrap(), helm, edge]).unwrap();
    Some(Bench { folder, session, terraform })
}

impl Bench {
    /// The folder that Terraform runs in.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Runs Terraform over a configuration.
    pub(crate) fn run(&self, stack: &Json, arguments: &[&str]) -> Said {
        self.run_with(&[("main.tf.json", &stack.to_string())], arguments)
    }

    /// Runs Terraform over files.
    pub(crate) fn run_with(&self, files: &[(&str, &str)], arguments: &[&str]) -> Said {
        let scratch = Scratch::write(self.folder.path(), files.iter().copied()).unwrap();
        let run = Run::new(&self.terraform, &self.session, &scratch, false);
        let init = run.output(&["init", "-input=false", "-no-color"]).unwrap();
        if !init.status.success() {
            return Said(init);
        }
        Said(run.output(&[arguments, &["-no-color"]].concat()).unwrap())
    }

    /// Applies, and proves that nothing is left to do.
    pub(crate) fn apply(&self, stack: &Json) -> Json {
        self.run(stack, &["apply", "-auto-approve"]).succeeds();
        self.run(stack, &["plan", "-detailed-exitcode"]).exits(0);
        self.state()
    }

    /// The values of every resource, by address.
    pub(crate) fn state(&self) -> Json {
        let scratch = Scratch::write(self.folder.path(), self.files().iter().map(|(name, text)| (&**name, &**text)));
        let run = Run::new(&self.terraform, &self.session, scratch.as_ref().unwrap(), false);
        let shown = run.output(&["show", "-json"]).unwrap();
        let shown: Json = serde_json::from_slice(&shown.stdout).unwrap();
        let resources = shown["values"]["root_module"]["resources"].as_array().cloned().unwrap_or_default();
        resources
            .iter()
            .map(|resource| (resource["address"].as_str().unwrap().to_owned(), resource["values"].clone()))
            .collect()
    }

    /// The actions of a plan on each resource: `["create"]`, `["update"]`, `["delete", "create"]`.
    pub(crate) fn actions(&self, stack: &Json) -> Json {
        self.run(stack, &["plan", "-out=plan"]).succeeds();
        let shown = self.run(stack, &["show", "-json", "plan"]);
        let plan: Json = serde_json::from_slice(&shown.0.stdout).unwrap();
        let changes = plan["resource_changes"].as_array().cloned().unwrap_or_default();
        changes
            .iter()
            .map(|change| (change["address"].as_str().unwrap().to_owned(), change["change"]["actions"].clone()))
            .collect()
    }

    fn files(&self) -> Vec<(String, String)> {
        let main = std::fs::read_to_string(self.folder.path().join("main.tf.json")).unwrap();
        vec![("main.tf.json".to_owned(), main)]
    }
}

/// The output of Terraform.
pub(crate) struct Said(pub(crate) Output);

impl Said {
    /// Both streams, as a person reads them.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&[&*self.0.stdout, &*self.0.stderr].concat()).into_owned()
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(code), "{}", self.text());
        self
    }

    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        self.exits(0)
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        // Terraform breaks lines where its box ends.
        let said = self.text().replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(text), "`{text}` is missing in\n{}", self.text());
        self
    }
}

/// A stack of the AWS provider.
pub(crate) fn aws(rest: Json) -> Json {
    let mut stack = json!({
        "terraform": [{
            "required_version": ">= 1.11",
            "required_providers": [{ "aws": { "source": "hashicorp/aws", "version": "5.100.0" } }],
            "backend": [{ "s3": [{ "bucket": "never-reached", "key": "k", "region": "eu-north-1" }] }],
        }],
        "provider": { "aws": [{
            "region": "eu-north-1",
            "allowed_account_ids": ["111122223333"],
            "default_tags": [{ "tags": { "Project": "tideline" } }],
        }] },
    });
    stack.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    stack
}

/// A stack of the edge provider.
pub(crate) fn edge(rest: Json) -> Json {
    let mut stack = json!({ "terraform": [{ "required_providers": [{ "edge": { "source": "tideline/edge" } }] }] });
    stack.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    stack
}

mod edge_cloud {
    use super::SchemaOnly;
    use synth_offline::{Cloud, Mapping};

    /// A provider of the schema alone, but for one attribute that replaces, at every depth.
    pub(crate) struct Edge;

    impl Cloud for Edge {
        fn replaces(&self, _kind: &str, path: &str, planned: &Mapping) -> bool {
            path.ends_with("place") || SchemaOnly.replaces("", path, planned)
        }
    }
}
