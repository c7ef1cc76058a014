//! `aws`: an account with what the scripts ask for.

use std::fs;

use serde_json::{Value as Json, json};

use crate::{
    Ended,
    call::{Call, count_down, show, some, text, texts},
};

fn refuse(code: &str) -> String {
    format!("An error occurred ({code}) when calling the operation")
}

pub(crate) fn answer(call: &Call, world: &mut Json) -> Ended {
    let (service, operation) = (call.at(0), call.at(1));
    match service {
        "ec2" => ec2(call, operation, world),
        "ecr" => ecr(call, operation, world),
        "eks" => return eks(call, operation, world),
        "elbv2" => balancers(call, operation, world),
        "iam" => return iam(call, operation, world),
        "logs" => logs(call, operation, world),
        "s3" => return s3(call, operation, world),
        "s3api" => return buckets(call, operation, world),
        "service-quotas" => return quota(call, operation, world),
        "ssm" => return parameter(call, world),
        "sts" if world["account"].is_null() => return Err("Unable to locate credentials".to_owned()),
        "sts" if call.option("--query") == "Account" => println!("{}", text(&world["account"])),
        "sts" => println!("{}", text(&world["caller"])),
        _ => {}
    }
    Ok(0)
}

fn ec2(call: &Call, operation: &str, world: &mut Json) {
    match operation {
        "describe-availability-zones" => {
            for (name, id) in world["zones"].as_object().unwrap() {
                println!("{name}\t{}", text(id));
            }
        }
        "describe-instance-types" => println!("4"),
        "describe-instances" => {
            let nodes = texts(&world["nodeclaims"]).into_iter().map(|name| format!("i-{name}"));
            show(&nodes.collect());
        }
        // The network is there as long as its stack is.
        "describe-vpcs" if world["applied"].as_array().unwrap().iter().any(|stack| stack == "cluster") => {
            show(&json!(["vpc-1"]));
        }
        "describe-vpc-endpoints" => show(&world["guardduty"]),
        "delete-vpc-endpoints" => world["guardduty"] = json!([]),
        "describe-security-groups" if call.line().contains("GuardDutyManagedSecurityGroup-vpc-1") => {
            show(&world["guardduty_groups"]);
        }
        "delete-security-group" => world["guardduty_groups"] = json!([]),
        "describe-volumes" => show(&world["leaked"]),
        "describe-network-interfaces" => show(&world["interfaces"]),
        _ => show(&json!([])),
    }
}

fn ecr(call: &Call, operation: &str, world: &mut Json) {
    let images = world["images"].get(call.option("--repository-name")).cloned().unwrap_or_else(|| json!([]));
    match operation {
        "describe-images" => {
            let images = if count_down(&mut world["pushes_after"]) { json!([]) } else { images };
            show(&json!({ "imageDetails": images }));
        }
        "batch-get-image" => {
            let digest = call.option("--image-ids").trim_start_matches("imageDigest=");
            let there = images.as_array().unwrap().iter().any(|image| image["imageDigest"] == digest);
            println!("{}", if there { digest } else { "" });
        }
        "get-login-password" => println!("password"),
        "get-registry-scanning-configuration" => show(&json!({ "scanningConfiguration": world["scanning"] })),
        _ => {}
    }
}

fn eks(call: &Call, operation: &str, world: &Json) -> Ended {
    match operation {
        "describe-addon-versions" => {
            let builds = world["builds"].as_object().ok_or("Could not connect to the endpoint URL")?;
            let builds = builds.get(call.option("--addon-name")).map(texts).unwrap_or_default();
            println!("{}", builds.join("\t"));
        }
        "describe-cluster" => match call.option("--query").trim_start_matches("cluster.") {
            "endpoint" => println!("https://api"),
            "resourcesVpcConfig.endpointPublicAccess" => {
                println!("{}", if some(&world["public"]) { "True" } else { "False" });
            }
            "certificateAuthority.data" => println!("YQ=="),
            other => panic!("nobody asks a cluster for `{other}`"),
        },
        "get-token" => show(&json!({ "status": { "token": "secret" } })),
        "list-clusters" => println!("{}", text(&world["cluster"])),
        _ => {}
    }
    Ok(0)
}

fn balancers(call: &Call, operation: &str, world: &Json) {
    match operation {
        "describe-load-balancers" => {
            println!("{}", [vec!["other".to_owned()], texts(&world["balancers"])].concat().join("\t"));
        }
        "describe-tags" => {
            let from = call.arguments.iter().position(|argument| argument == "--resource-arns").unwrap() + 1;
            let described = call.arguments[from..].iter().map(|arn| {
                let tag = json!({ "Key": "elbv2.k8s.aws/cluster", "Value": "tideline" });
                json!({ "ResourceArn": arn, "Tags": if arn == "other" { vec![] } else { vec![tag] } })
            });
            show(&json!({ "TagDescriptions": described.collect::<Vec<_>>() }));
        }
        _ => {}
    }
}

fn iam(call: &Call, operation: &str, world: &Json) -> Ended {
    match operation {
        "get-role" | "get-user" => {
            let name = [call.option("--role-name"), call.option("--user-name")].concat();
            let arn = world["principals"].get(&name).filter(|arn| some(arn)).ok_or_else(|| refuse("NoSuchEntity"))?;
            println!("{}", text(arn));
        }
        "list-open-id-connect-providers" => println!("{}", text(&world["oidc"])),
        "list-roles" => println!("{}", text(&world["spot"])),
        _ => {}
    }
    Ok(0)
}

fn logs(call: &Call, operation: &str, world: &mut Json) {
    match operation {
        "describe-log-groups" if call.option("--output") == "text" => println!("{}", text(&world["log_group"])),
        "describe-log-groups" => {
            if !some(&world["log_group"]) && count_down(&mut world["writes_late"]) {
                world["log_group"] = format!("/aws/eks/{}/cluster", text(&world["name"])).into();
                call.log("eks writes its log group again");
                show(&json!([world["log_group"]]));
                return;
            }
            let group = &world["log_group"];
            show(&if some(group) { json!([group]) } else { json!([]) });
        }
        "delete-log-group" => world["log_group"] = "".into(),
        _ => {}
    }
}

/// The key of an object, of its address.
fn key_of(address: &str) -> &str {
    address.trim_start_matches("s3://").split_once('/').map(|(_, key)| key).unwrap_or_default()
}

fn s3(call: &Call, operation: &str, world: &mut Json) -> Ended {
    let target = call.last();
    if operation == "rm" {
        world["kept"].as_object_mut().unwrap().shift_remove(key_of(target)).unwrap();
        return Ok(0);
    }
    let source = call.at(call.arguments.len() - 2);
    if target.starts_with("s3://") {
        if some(&world["bucket_refuses"]) {
            return Err("upload failed: An error occurred (ExpiredToken)".to_owned());
        }
        world["kept"][key_of(target)] = fs::read_to_string(source).unwrap().into();
    } else if let Some(kept) = world["kept"].get(key_of(source)) {
        fs::write(target, text(kept)).unwrap();
    } else {
        let stack = source.rsplit('/').next().unwrap().trim_end_matches(".tfstate");
        if !texts(&world["objects"]).contains(&format!("tideline/{stack}.tfstate")) {
            return Err(refuse("404"));
        }
        let resources = texts(&world["state"]).into_iter().map(|address| {
            let kind = address.split('.').next().unwrap();
            json!({ "mode": "managed", "type": kind })
        });
        show(&json!({ "resources": resources.collect::<Vec<_>>() }));
    }
    Ok(0)
}

fn buckets(call: &Call, operation: &str, world: &Json) -> Ended {
    match operation {
        "list-buckets" => println!("{}", text(&world["bucket"])),
        "list-objects-v2" => {
            let keys = world["kept"].as_object().unwrap().keys().filter(|key| key.starts_with(call.option("--prefix")));
            let keys: Vec<_> = keys.collect();
            show(&if keys.is_empty() { Json::Null } else { json!(keys) });
        }
        "head-object" if !texts(&world["objects"]).iter().any(|key| key == call.option("--key")) => {
            return Err("Not Found".to_owned());
        }
        _ => {}
    }
    Ok(0)
}

fn quota(call: &Call, operation: &str, world: &Json) -> Ended {
    if operation == "get-aws-default-service-quota" {
        println!("5.0");
        return Ok(0);
    }
    let quota = world["quotas"].get(call.option("--quota-code")).filter(|quota| some(quota));
    println!("{}", text(quota.ok_or_else(|| refuse("NoSuchResourceException"))?));
    Ok(0)
}

fn parameter(call: &Call, world: &Json) -> Ended {
    let name = call.option("--name");
    let absent = texts(&world["no_image"]).iter().any(|part| name.contains(part.as_str()));
    if absent || !name.contains(&format!("{}/", text(&world["image_version"]))) {
        return Err(refuse("ParameterNotFound"));
    }
    let is_release = name.ends_with("/release_version") || name.ends_with("/image_version");
    println!("{}", if is_release { text(&world["release"]) } else { "ami-1" });
    Ok(0)
}
