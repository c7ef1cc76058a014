//! `terraform`: a stack is applied or not, and the cluster has a public side or not.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

use crate::{
    Ended,
    call::{Call, count_down, some, text, texts},
};

/// Whether the plan in this folder gives the cluster a public side.
fn reaches(folder: &Path) -> bool {
    let opening = folder.join("opening_override.tf.json");
    let file = if opening.exists() { opening } else { folder.join("control-plane.tf.json") };
    let written: Json = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    written["resource"]["aws_eks_cluster"]["main"]["vpc_config"][0]["endpoint_public_access"].as_bool().unwrap()
}

/// Is this name in the list?
fn holds(list: &Json, name: &str) -> bool {
    list.as_array().unwrap().iter().any(|one| one == name)
}

pub(crate) fn answer(call: &Call, world: &mut Json) -> Ended {
    let folder = Path::new(call.at(0).trim_start_matches("-chdir="));
    let stack = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let state = folder.join("terraform.tfstate");
    match call.at(1) {
        "init" if call.has("-migrate-state") && state.exists() => {
            world["objects"].as_array_mut().unwrap().push(format!("tideline/{stack}.tfstate").into());
            fs::write(state, "").unwrap();
        }
        "providers" => {
            let file = folder.join(".terraform.lock.hcl");
            if some(&world["no_registry"]) {
                return Err("Error: Could not retrieve providers for locking".to_owned());
            }
            // What is pinned stays where Terraform sees it.
            let pinned = fs::read_to_string(&file).unwrap_or_else(|_| "# pinned".to_owned());
            fs::write(file, pinned).unwrap();
        }
        "state" if call.at(2) == "push" => {
            world["pushed"][stack] = fs::read_to_string(folder.join(call.at(3))).unwrap().into();
        }
        "state" => println!("{}", texts(&world["state"]).join("\n")),
        "plan" => {
            let destroy = call.has("-destroy");
            let plan = call.arguments.iter().find_map(|argument| argument.strip_prefix("-out="));
            fs::write(plan.unwrap_or_else(|| call.option("-out")), if destroy { "destroy" } else { "apply" }).unwrap();
            let moves = stack == "cluster" && !destroy && world["public"] != reaches(folder);
            return Ok(if holds(&world["applied"], stack) == destroy || moves { 2 } else { 0 });
        }
        "apply" => return apply(call, world, folder, stack),
        _ => {}
    }
    Ok(0)
}

fn apply(call: &Call, world: &mut Json, folder: &Path, stack: &str) -> Ended {
    if text(&world["unsaved"]) == stack {
        fs::write(folder.join("errored.tfstate"), format!("the state of {stack}")).unwrap();
        return Err("Error: Failed to save state".to_owned());
    }
    if fs::read_to_string(call.last()).unwrap() == "destroy" {
        if stack == "cluster" && count_down(&mut world["guardduty_again"]) {
            call.log("guardduty makes its endpoint again");
            world["guardduty"] = json!(["vpce-2"]);
        }
        if stack == "cluster" && (some(&world["guardduty"]) || some(&world["guardduty_groups"])) {
            // What can go is gone, and the state says so.
            world["cluster"] = "".into();
            eprintln!("Error: deleting EC2 Subnet (subnet-1): DependencyViolation");
            return Ok(1);
        }
        world["applied"].as_array_mut().unwrap().retain(|applied| applied != stack);
        if stack == "cluster" {
            world["cluster"] = "".into();
        }
        return Ok(0);
    }
    if stack == "cluster" {
        (world["cluster"], world["public"]) = (world["name"].clone(), reaches(folder).into());
    }
    if stack != "bootstrap" && !holds(&world["applied"], "add-ons") {
        if !some(&world["inside"]) && !some(&world["public"]) {
            return Err("Error: Kubernetes cluster unreachable".to_owned());
        }
        if some(&world["pending"]) {
            return Err("Error: another operation (install/upgrade/rollback) is in progress".to_owned());
        }
    }
    if !holds(&world["applied"], stack) {
        world["applied"].as_array_mut().unwrap().push(stack.into());
    }
    if stack == "bootstrap" {
        world["bucket"] = format!("tideline-state-{}", text(&world["account"])).into();
    }
    if folder.join("backend_override.tf.json").exists() {
        fs::write(folder.join("terraform.tfstate"), "{}").unwrap();
    }
    Ok(0)
}
