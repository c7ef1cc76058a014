//! `make down` with the real Terraform: it destroys what `synth apply --all` made, once a cluster of fakes is empty.

use std::{fs, path::Path};

use serde_json::Value as Json;
use synth_offline::{AwsVersion, Provider, Session};

use crate::{
    project::{Run, STACKS},
    tearing_down::{DELETE_ROOT, SUSPEND_ROOT},
    world::World,
};

/// A world in which everything runs, and whose stacks have been applied.
struct Applied {
    world: World,
    session: Session,
    terraform: String,
}

impl Applied {
    fn new(terraform: &Path) -> Self {
        let world = World::running();
        let applied = world.project.synth(["apply", "--all"]);
        assert_eq!(applied.code, 0, "{}{}", applied.stdout, applied.stderr);
        // Beside what is applied: the state, and the override by which it stays there and not in a bucket.
        for stack in STACKS {
            for file in ["terraform.tfstate", "offline_override.tf.json"] {
                let from = world.project.path(&format!("target/offline/default/{stack}/{file}"));
                fs::copy(from, world.project.path(&format!("out/{stack}/{file}"))).unwrap();
            }
        }
        let charts = world.project.path("out/add-ons");
        let session =
            Session::start(vec![Provider::aws(AwsVersion::Newest).unwrap(), Provider::helm(&charts).unwrap()]).unwrap();
        Self { world, session, terraform: terraform.to_str().unwrap().to_owned() }
    }

    fn down(&self) -> Run {
        let configuration = self.world.project.path("target/offline/default/cluster/offline.tfrc");
        self.world.run(
            "down.sh",
            &[
                ("REAL_TERRAFORM", &self.terraform),
                ("TF_REATTACH_PROVIDERS", self.session.reattach()),
                ("TF_CLI_CONFIG_FILE", configuration.to_str().unwrap()),
                ("TF_CLI_ARGS", "-no-color"),
                ("CHECKPOINT_DISABLE", "1"),
            ],
        )
    }

    /// How many resources the state of a stack holds.
    fn resources(&self, stack: &str) -> usize {
        let state = self.world.project.read(&format!("out/{stack}/terraform.tfstate"));
        let state: Json = serde_json::from_str(&state).unwrap();
        let resources = state["resources"].as_array().unwrap().iter().filter(|of| of["mode"] == "managed");
        resources.map(|resource| resource["instances"].as_array().unwrap().len()).sum()
    }
}

#[test]
fn the_cluster_is_emptied_before_terraform_destroys_it_and_the_bootstrap_stack_stays() {
    let Some(terraform) = synth_tools::terraform() else { return };
    let applied = Applied::new(&terraform);
    let world = &applied.world;
    world.edit(|state| state["blocked"] = 3.into());
    let before = STACKS.map(|stack| applied.resources(stack));
    assert!(before.iter().all(|resources| *resources > 0), "{before:?}");
    let bootstrap = world.project.read("out/bootstrap/terraform.tfstate");

    let run = applied.down();
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(STACKS.map(|stack| applied.resources(stack)), [before[0], 0, 0]);
    assert_eq!(world.project.read("out/bootstrap/terraform.tfstate"), bootstrap);

    world.happened_in_order(&[
        SUSPEND_ROOT,
        DELETE_ROOT,
        "gone application root",
        // The last child whose self-heal ends, and the first that goes.
        "kubectl patch applications.argoproj.io platform --namespace argocd --type merge --patch {\"operation\"",
        "kubectl delete applications.argoproj.io",
        "gone NodeClaim",
        "gone application platform",
        "terraform -chdir=out/add-ons init",
        "terraform -chdir=out/add-ons plan",
        "terraform -chdir=out/add-ons apply",
        "terraform -chdir=out/cluster init",
        "terraform -chdir=out/cluster plan",
        "terraform -chdir=out/cluster apply",
    ]);
    let log = world.log();
    let first = log.iter().position(|line| line.starts_with("terraform")).unwrap();
    // Argo CD's own definitions go after the release that has objects of these kinds.
    let definition = |line: &&String| line.contains("customresourcedefinitions") || line.starts_with("gone definition");
    let in_kubernetes = |line: &&String| ["kubectl", "argocd", "gone"].iter().any(|begin| line.starts_with(begin));
    let later = log[first..].iter().filter(|line| !definition(line)).find(in_kubernetes);
    assert_eq!(later, None, "Kubernetes is empty by then");
    assert!(!world.happened("argocd recreates"), "{}", log.join("\n"));
    let state = world.state();
    for kind in ["applications", "services", "balancers", "nodeclaims", "nodepools", "nodeclasses", "volumes"] {
        assert!(state[kind].as_array().is_none_or(Vec::is_empty), "{kind}: {state}");
        assert!(state[kind].as_object().is_none_or(serde_json::Map::is_empty), "{kind}: {state}");
    }

    let [_, cluster, add_ons] = before;
    run.says_in_order(&[
        "==> self-heal: nothing may come back",
        "waiting until there is no root Application left, at most 60 s",
        "waiting until there is no Application of wave 10 left, at most 60 s",
        "waiting until there is no Service or Ingress with a load balancer left, at most 60 s",
        "waiting until there is no load balancer left, at most 60 s",
        "waiting until there is no persistent volume left, at most 60 s",
        "waiting until there is no NodeClaim left, at most 60 s",
        "spot-1, spot-2",
        "waiting until there is no EC2NodeClass left, at most 60 s",
        "waiting until there is no Application of wave -3 left, at most 60 s",
        "waiting until there is no volume, interface or security group without an owner left, at most 60 s",
        &format!("Plan: 0 to add, 0 to change, {add_ons} to destroy."),
        &format!("Apply complete! Resources: 0 added, 0 changed, {add_ons} destroyed."),
        &format!("Plan: 0 to add, 0 to change, {cluster} to destroy."),
        &format!("Apply complete! Resources: 0 added, 0 changed, {cluster} destroyed."),
        "waiting until there is no thing that costs money left, at most 60 s",
    ]);

    world.edit(|state| state["cluster"] = "".into());
    let again = applied.down();
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    again.says_in_order(&["there is no cluster tideline", "cluster: nothing to change"]);
}
