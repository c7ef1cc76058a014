//! `kubectl`: each call lets a moment pass, in which the controllers of the world do their work.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::{
    Ended,
    call::{Call, count_down, show, some, text, texts},
};

/// The work of the controllers between two calls.
fn moment(call: &Call, world: &mut Json) {
    let children = world["children"].as_object().unwrap().clone();
    if some(&world["applications"]["root"]["automated"]) {
        for (name, wave) in children {
            if world["applications"].get(&name).is_none() {
                world["applications"][&name] =
                    json!({ "wave": wave, "automated": true, "finalizer": true, "deleting": false });
                call.log(&format!("argocd recreates {name}"));
            }
        }
    }
    let pools = &world["applications"]["node-pools"];
    if some(&pools["automated"]) && !some(&pools["deleting"]) && !some(&world["nodepools"]) {
        world["nodepools"] = json!(["spot"]);
        call.log("argocd recreates NodePool spot");
    }
    for (name, app) in world["applications"].as_object().unwrap().clone() {
        let finalizer = some(&app["finalizer"]);
        if !some(&app["deleting"]) || (finalizer && some(&app["confirm"]) && !some(&app["approved"])) {
            continue;
        }
        if finalizer && name == "cors-proxy-server" {
            world["services"] = json!([]);
        }
        if finalizer && name == "node-pools" {
            call.log("argocd deletes NodePools and EC2NodeClass together");
        }
        if !texts(&world["stuck"]).contains(&name) {
            world["applications"].as_object_mut().unwrap().shift_remove(&name);
            call.log(&format!("gone application {name}"));
        }
    }
    let runs = |world: &Json, name: &str| world["applications"].get(name).is_some();
    if !some(&world["services"]) && some(&world["balancers"]) && runs(world, "aws-load-balancer-controller") {
        world["balancers"].as_array_mut().unwrap().pop();
        call.log("gone load balancer");
    }
    if some(&world["claims_deleted"])
        && some(&world["nodeclaims"])
        && runs(world, "karpenter")
        && !count_down(&mut world["blocked"])
    {
        world["nodeclaims"].as_array_mut().unwrap().pop();
        call.log("gone NodeClaim");
    }
    if some(&world["pools_deleted"]) && !some(&world["nodeclaims"]) {
        world["nodepools"] = json!([]);
    }
    if some(&world["class_deleted"]) && !some(&world["nodeclaims"]) && runs(world, "karpenter") {
        world["nodeclasses"] = json!([]);
    }
    if some(&world["volumes_deleted"]) {
        world["volumes"] = json!([]);
    }
}

/// Objects of these names, each with more fields.
fn items(names: &Json, more: &Json) -> Json {
    let items = texts(names).into_iter().map(|name| {
        let mut item = json!({ "metadata": { "name": name, "namespace": "any" } });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    });
    json!({ "items": items.collect::<Vec<_>>() })
}

pub(crate) fn answer(call: &Call, world: &mut Json) -> Ended {
    if some(&world["unreachable"]) {
        return Err("Unable to connect to the server".to_owned());
    }
    moment(call, world);
    let kind = call.at(1).split('.').next().unwrap();
    match call.at(0) {
        "get" => get(kind, world),
        "patch" => {
            let patch: Json = serde_json::from_str(call.option("--patch")).unwrap();
            let app = &mut world["applications"][call.at(2)];
            if patch.get("spec").is_some() {
                app["automated"] = false.into();
            }
            if patch.get("metadata").is_some() {
                app["finalizer"] = false.into();
            }
        }
        "annotate" => {
            let approved = call.last().trim_start_matches("argocd.argoproj.io/deletion-approved=");
            #[expect(clippy::disallowed_methods, reason = "Argo CD compares with the hour that it is")]
            let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            world["applications"][call.at(2)]["approved"] = (approved >= now.as_str()).into();
        }
        "delete" => delete(call, kind, world),
        _ => {}
    }
    Ok(0)
}

fn get(kind: &str, world: &Json) {
    match kind {
        "customresourcedefinitions" => {
            for name in texts(&world["kinds"]) {
                println!("customresourcedefinition.apiextensions.k8s.io/{name}");
            }
        }
        "applications" => {
            let items = world["applications"].as_object().unwrap().iter().map(|(name, app)| {
                let wave = app["wave"].to_string();
                json!({ "metadata": { "name": name, "annotations": { "argocd.argoproj.io/sync-wave": wave } } })
            });
            show(&json!({ "items": items.collect::<Vec<_>>() }));
        }
        "nodepools" | "nodeclaims" => show(&items(&world[kind], &json!({}))),
        "ec2nodeclasses" => show(&items(&world["nodeclasses"], &json!({}))),
        "persistentvolumes" => {
            show(&items(&world["volumes"], &json!({ "spec": { "persistentVolumeReclaimPolicy": "Delete" } })));
        }
        "services,ingresses" => {
            show(&items(&world["services"], &json!({ "kind": "Service", "spec": { "type": "LoadBalancer" } })));
        }
        other => panic!("nobody gets `{other}`"),
    }
}

fn delete(call: &Call, kind: &str, world: &mut Json) {
    match kind {
        "customresourcedefinitions" => {
            for name in &call.arguments[2..] {
                let Some(index) = texts(&world["kinds"]).iter().position(|kind| kind == name) else { continue };
                if name.ends_with("karpenter.sh") && some(&world["nodeclaims"]) {
                    call.log(&format!("too early: {name}"));
                }
                world["kinds"].as_array_mut().unwrap().remove(index);
                call.log(&format!("gone definition {name}"));
            }
        }
        "applications" => {
            if let Some(app) = world["applications"].get_mut(call.at(2)) {
                app["deleting"] = true.into();
            }
        }
        "nodepools" => (world["pools_deleted"], world["claims_deleted"]) = (true.into(), true.into()),
        "nodeclaims" => world["claims_deleted"] = true.into(),
        "ec2nodeclasses" => {
            if some(&world["nodeclaims"]) {
                call.log("too early: EC2NodeClass");
            }
            world["class_deleted"] = true.into();
        }
        "persistentvolumeclaims" => world["volumes_deleted"] = true.into(),
        other => panic!("nobody deletes `{other}` of {:?}", text(&world["name"])),
    }
}
