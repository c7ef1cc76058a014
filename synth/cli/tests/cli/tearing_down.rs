//! `make down`: in which order an environment goes, what it waits for, and when it gives up.

use serde_json::json;

use crate::world::World;

pub(crate) const SUSPEND_ROOT: &str =
    "kubectl patch applications.argoproj.io root --namespace argocd --type merge --patch {\"operation\"";
pub(crate) const DELETE_ROOT: &str = "kubectl delete applications.argoproj.io root";

#[test]
fn self_heal_ends_before_anything_is_deleted() {
    let world = World::running();
    let run = world.run("down.sh", &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(!world.happened("argocd recreates"), "{}", world.log().join("\n"));
    world.happened_in_order(&[SUSPEND_ROOT, DELETE_ROOT, "gone application root", "kubectl delete applications"]);
    let log = world.log();
    let deleted = |line: &&String| line.starts_with("kubectl delete") && !line.contains(" root ");
    let first = log.iter().position(|line| deleted(&line)).unwrap();
    let suspended = |line: &&String| line.contains("\"automated\":null");
    assert_eq!(log[..first].iter().filter(suspended).count(), 10, "the root and all nine children");
}

#[test]
fn the_fake_heals_when_it_is_left_alone() {
    let world = World::running();
    world.edit(|state| state["applications"]["admission"]["deleting"] = true.into());
    let script = "kubectl get applications.argoproj.io; kubectl get applications.argoproj.io";
    world.project.write("scripts/look.sh", script);
    assert_eq!(world.run("look.sh", &[]).code, 0);
    world.happened_in_order(&["gone application admission", "argocd recreates admission"]);
}

#[test]
fn everything_goes_before_what_would_have_removed_it() {
    let world = World::running();
    assert_eq!(world.run("down.sh", &[]).code, 0);
    world.happened_in_order(&[
        "gone application cors-proxy-server",
        "gone application admission",
        "gone application kube-prometheus-stack",
        "kubectl delete persistentvolumeclaims",
        "kubectl patch applications.argoproj.io node-pools --namespace argocd --type merge --patch {\"metadata\"",
        "kubectl delete applications.argoproj.io node-pools",
        "kubectl delete nodepools",
        "gone NodeClaim",
        "gone NodeClaim",
        "kubectl delete ec2nodeclasses",
        "gone application karpenter",
        "gone application karpenter-crd",
        "kubectl annotate applications.argoproj.io platform --namespace argocd --overwrite argocd.argoproj.io/deletion-approved=",
        "kubectl delete applications.argoproj.io platform",
        "gone application platform",
        "gone definition nodepools.karpenter.sh",
        "terraform -chdir=out/add-ons apply",
        "gone definition applications.argoproj.io",
        "terraform -chdir=out/cluster apply",
        "aws elbv2 describe-load-balancers",
    ]);
    world.happened_in_order(&["gone load balancer", "gone application aws-load-balancer-controller"]);
    assert!(!world.happened("too early") && !world.happened("argocd deletes NodePools"));
    assert_eq!(world.state()["applied"], json!(["bootstrap"]));
    // That of the network belongs to EKS, and goes with the cluster.
    assert_eq!(world.state()["kinds"], json!(["eniconfigs.crd.k8s.amazonaws.com"]));
}

#[test]
fn the_fake_keeps_namespaces_until_someone_says_that_they_may_go() {
    let world = World::running();
    world.edit(|state| {
        state["applications"]["root"]["automated"] = false.into();
        state["applications"]["platform"]["deleting"] = true.into();
    });
    world
        .project
        .write("scripts/look.sh", "kubectl get applications.argoproj.io; kubectl get applications.argoproj.io");
    assert_eq!(world.run("look.sh", &[]).code, 0);
    assert!(!world.happened("gone application platform"));
    let early =
        "kubectl annotate applications.argoproj.io platform argocd.argoproj.io/deletion-approved=2026-01-01T00:00:00Z";
    world.project.write("scripts/look.sh", &format!("{early}; kubectl get applications.argoproj.io"));
    assert_eq!(world.run("look.sh", &[]).code, 0);
    assert!(!world.happened("gone application platform"), "what was said before the deletion counts for nothing");
}

#[test]
fn every_group_of_a_definition_that_charts_bring_is_one_that_the_script_knows() {
    let script = crate::project::workspace().join("scripts/down.sh");
    let script = std::fs::read_to_string(script).unwrap();
    let (_, groups) = script.split_once("CHART_GROUPS=(").unwrap();
    let groups: Vec<_> = groups.split_once(')').unwrap().0.split_whitespace().collect();
    let world = World::running();
    let manifests = world.project.path("out/manifests");
    let mut folders = vec![manifests];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let version = text.lines().find_map(|line| line.strip_prefix("apiVersion: ")).unwrap();
            let group = version.split_once('/').map_or("", |(group, _)| group);
            // Kubernetes' own groups are short, or end in its own domain.
            let own = !group.contains('.') || group.ends_with(".k8s.io");
            if !own && group != "argoproj.io" {
                assert!(groups.contains(&group), "{group} of {}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn the_limit_of_a_blocked_node_is_kept_and_nothing_after_it_is_touched() {
    let world = World::running();
    world.edit(|state| state["blocked"] = 1_000_000.into());
    let run = world.run("down.sh", &[("NODES_LIMIT", "1")]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("gave up after 1 s: there is still NodeClaim:\nspot-1\nspot-2\n"), "{}", run.stderr);
    assert!(run.stderr.contains("poddisruptionbudgets"), "{}", run.stderr);
    assert!(!world.happened("gone application karpenter") && !world.happened("terraform"));
}

#[test]
fn a_node_that_is_slow_is_waited_for() {
    let world = World::running();
    world.edit(|state| state["blocked"] = 5.into());
    let run = world.run("down.sh", &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("waiting until there is no NodeClaim left, at most 60 s\n"), "{}", run.stdout);
    assert!(run.stdout.contains("spot-1, spot-2\n"), "{}", run.stdout);
}

#[test]
fn a_load_balancer_that_stays_stops_the_run() {
    let world = World::running();
    world.edit(|state| {
        state["applications"].as_object_mut().unwrap().remove("aws-load-balancer-controller");
        state["children"].as_object_mut().unwrap().remove("aws-load-balancer-controller");
    });
    let run = world.run("down.sh", &[("BALANCERS_LIMIT", "1")]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("there is still load balancer:\nbalancer\n"), "{}", run.stderr);
    assert!(!world.happened("kubectl delete nodepools") && !world.happened("terraform"));
}

#[test]
fn an_application_that_cannot_go_is_named() {
    let world = World::running();
    world.edit(|state| state["stuck"] = json!(["admission"]));
    let run = world.run("down.sh", &[("APPLICATIONS_LIMIT", "1")]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("there is still Application of wave 5:\nadmission\n"), "{}", run.stderr);
}

#[test]
fn a_volume_without_an_owner_is_named_before_the_network_goes() {
    let world = World::running();
    world.edit(|state| state["leaked"] = json!(["vol-1"]));
    let run = world.run("down.sh", &[("LEFTOVERS_LIMIT", "1")]);
    assert!(run.code == 1 && run.stderr.contains("vol-1"), "{run:?}");
    assert!(!world.happened("terraform"));
}

#[test]
fn an_interface_that_was_left_is_named_when_the_cluster_is_gone_already() {
    let world = World::running();
    world.edit(|state| {
        (state["cluster"], state["interfaces"]) = ("".into(), json!(["eni-1"]));
    });
    let run = world.run("down.sh", &[("LEFTOVERS_LIMIT", "1")]);
    assert!(run.code == 1 && run.stderr.contains("security group without an owner:\neni-1\n"), "{run:?}");
    assert!(!world.happened("terraform -chdir=out/cluster plan"));
}

#[test]
fn what_guardduty_made_goes_before_the_network_and_once_more_when_it_comes_back() {
    let world = World::running();
    world.edit(|state| {
        (state["guardduty"], state["guardduty_groups"]) = (json!(["vpce-1"]), json!(["sg-1"]));
        state["guardduty_again"] = 1.into();
    });
    let run = world.run("down.sh", &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("deleting what GuardDuty made in the network: vpce-1\n"), "{}", run.stdout);
    world.happened_in_order(&[
        "terraform -chdir=out/add-ons apply",
        "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids vpce-1",
        "aws ec2 delete-security-group --group-id sg-1",
        "terraform -chdir=out/cluster apply",
        "guardduty makes its endpoint again",
        "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids vpce-2",
        "terraform -chdir=out/cluster apply",
    ]);
    assert_eq!(world.state()["applied"], json!(["bootstrap"]));
}

#[test]
fn a_destroy_that_fails_for_another_reason_is_not_tried_again() {
    let world = World::running();
    world.edit(|state| state["unsaved"] = "cluster".into());
    let run = world.run("down.sh", &[]);
    assert!(
        run.code == 1 && run.stderr.contains("destroying the cluster stack failed: see the output above"),
        "{run:?}"
    );
    let applies = world.log().iter().filter(|line| line.starts_with("terraform -chdir=out/cluster apply")).count();
    assert_eq!(applies, 1);
}

#[test]
fn the_log_group_goes_at_the_end_however_often_eks_makes_it_again() {
    let world = World::running();
    world.edit(|state| {
        (state["log_group"], state["writes_late"]) = ("/aws/eks/tideline/cluster".into(), 3.into());
    });
    assert_eq!(world.run("down.sh", &[]).code, 0);
    world.happened_in_order(&[
        "terraform -chdir=out/cluster apply",
        "aws logs delete-log-group --log-group-name /aws/eks/tideline/cluster",
        "eks writes its log group again",
        "aws logs delete-log-group --log-group-name /aws/eks/tideline/cluster",
    ]);
    assert_eq!((world.state()["log_group"].clone(), world.state()["writes_late"].clone()), (json!(""), json!(0)));
}

#[test]
fn a_run_that_was_stopped_goes_on_and_a_third_finds_nothing_to_do() {
    let world = World::running();
    world.edit(|state| state["blocked"] = 1_000_000.into());
    assert_eq!(world.run("down.sh", &[("NODES_LIMIT", "1")]).code, 1);
    world.edit(|state| state["blocked"] = 0.into());
    let second = world.run("down.sh", &[]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let third = world.run("down.sh", &[]);
    assert_eq!(third.code, 0, "{}", third.stderr);
    assert!(
        third.stdout.contains("there is no cluster tideline") && third.stdout.contains("cluster: nothing to change")
    );
}

#[test]
fn the_wrong_account_is_refused_before_anything() {
    for (account, message) in
        [(json!("999999999999"), "are for account 999999999999"), (json!(null), "no working AWS credentials")]
    {
        let world = World::running();
        world.edit(|state| state["account"] = account);
        for script in ["down.sh", "up.sh"] {
            let run = world.run(script, &[]);
            assert!(run.code == 1 && run.stderr.contains(message), "{script}: {run:?}");
        }
        assert!(!world.happened("kubectl") && !world.happened("terraform"));
    }
}

#[test]
fn no_answer_is_a_no() {
    let world = World::running();
    for answers in ["", "n\n"] {
        let run = world.run_answering("down.sh", &[], answers);
        assert!(run.code == 1 && run.stderr.contains("stopped, because the answer was not yes"), "{run:?}");
    }
    assert!(!world.happened("kubectl") && !world.happened("terraform"));
}

#[test]
fn a_cluster_that_does_not_answer_is_not_taken_for_an_empty_one() {
    let world = World::running();
    world.edit(|state| state["unreachable"] = true.into());
    let run = world.run("down.sh", &[]);
    assert!(run.code != 0 && run.stderr.contains("Unable to connect"), "{run:?}");
    assert!(!world.happened("terraform"));
}

#[test]
fn the_application_of_the_node_pools_is_written_under_the_name_that_the_script_knows() {
    let world = World::running();
    let application = world.project.read("out/manifests/node-pools.yaml");
    assert!(application.contains("sync-wave: \"-2\""), "{application}");
    assert!(world.project.path("out/manifests/node-pools/ec2-node-class.yaml").exists());
}
