//! LINK and SEC: a service that asks for secrets and for what it may do in AWS.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::{Platform, policies};

use crate::fixture::{
    BASE, SMALL, TODAY, argue, build, edit, found, remove, remove_resource, set, settings, text, texts,
};

const ASKING: &str = include_str!("../fixtures/asking.toml");

fn asking() -> Platform {
    build(&settings("default", &[BASE, SMALL, ASKING]))
}

/// The findings of a policy once that is changed. It finds nothing before.
#[track_caller]
fn changed(code: &str, change: impl FnOnce(&mut Platform)) -> String {
    let mut platform = asking();
    assert_eq!(found(&platform, code), "", "the policy passes on the sound platform");
    change(&mut platform);
    found(&platform, code)
}

#[test]
fn a_platform_whose_service_asks_for_much_passes_as_one_without_it() {
    let review = policies::review(&asking(), TODAY);
    let errors: Vec<_> = review.errors().map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    assert_eq!(errors, [""; 0]);
}

#[test]
fn secrets_that_nobody_brings_are_found() {
    assert_snapshot!(changed("LINK028", |platform| remove(platform, "Application", "external-secrets")), @"");
    let wave = "/metadata/annotations/argocd.argoproj.io~1sync-wave";
    assert_snapshot!(changed("LINK028", |platform| set(platform, "Application", "external-secrets", wave, "10")), @"");
    assert_snapshot!(changed("LINK028", |platform| set(platform, "ExternalSecret", "orders", wave, "0")), @"");
    let scope = "/spec/source/helm/valuesObject/scopedNamespace";
    assert_snapshot!(changed("LINK028", |platform| set(platform, "Application", "external-secrets", scope, "other")), @"");
    assert_snapshot!(changed("LINK028", |platform| remove(platform, "SecretStore", "orders-parameterstore")), @"");
    assert_snapshot!(changed("LINK028", |platform| set(platform, "ExternalSecret", "orders", "/spec/data/2/secretKey", "LICENSE")), @"");
}

#[test]
fn a_secret_that_its_maker_may_not_write_or_that_others_may_is_found() {
    let by_hand = |platform: &mut Platform, change: &dyn Fn(&mut Json)| {
        edit(platform, "ValidatingAdmissionPolicy", "services-by-hand", |policy| change(&mut policy["spec"]));
    };
    assert_snapshot!(changed("LINK028", |platform| by_hand(platform, &|spec| {
        let rule = &mut spec["validations"][0]["expression"];
        *rule = rule.as_str().unwrap().replace("[\"orders\"]", "[\"prices\"]").into();
    })), @"");
    assert_snapshot!(changed("LINK028", |platform| by_hand(platform, &|spec| {
        let rules = spec["matchConstraints"]["resourceRules"].as_array_mut().unwrap();
        rules.retain(|rule| rule["resources"] != json!(["secrets"]));
    })), @"");
}

#[test]
fn a_secret_that_the_operator_may_not_read_is_found() {
    let data = |index: u32, part: &str| format!("/spec/data/{index}/remoteRef/{part}");
    assert_snapshot!(changed("LINK029", |platform| {
        set(platform, "ExternalSecret", "orders", &data(2, "key"), "prices/licence");
        set(platform, "ExternalSecret", "orders", &data(3, "key"), "/prices/payment-token");
    }), @"");
    let account = "aws_eks_pod_identity_association.external_secrets";
    let other = |platform: &mut Platform| argue(platform, account, "service_account", text("other"));
    assert_snapshot!(changed("LINK029", other), @"");
}

#[test]
fn a_role_that_pods_do_not_come_to_is_found() {
    let association = "aws_eks_pod_identity_association.service_orders";
    assert_snapshot!(changed("LINK030", |platform| remove_resource(platform, association)), @"");
    assert_snapshot!(changed("LINK030", |platform| argue(platform, association, "service_account", text("order"))), @"");
    let ways_out = |platform: &mut Platform, keep: &dyn Fn(&Json) -> bool| {
        edit(platform, "NetworkPolicy", "orders", |policy| {
            policy["spec"]["egress"].as_array_mut().unwrap().retain(|rule| keep(&rule["ports"][0]["port"]));
        });
    };
    assert_snapshot!(changed("LINK030", |platform| ways_out(platform, &|port| *port != 80)), @"");
    assert_snapshot!(changed("LINK030", |platform| ways_out(platform, &|port| *port != 443)), @"");
    assert_snapshot!(changed("LINK030", |platform| {
        edit(platform, "ValidatingAdmissionPolicy", "services-pods", |policy| {
            for rule in policy["spec"]["validations"].as_array_mut().unwrap() {
                let rule = &mut rule["expression"];
                *rule = rule.as_str().unwrap().replace("[\"orders\"]", "[\"prices\"]").into();
            }
        });
    }), @"");
}

#[test]
fn a_role_of_a_service_for_what_has_no_name_is_found() {
    let objects = "data.aws_iam_policy_document.service_orders_objects";
    let secrets = "data.aws_iam_policy_document.external_secrets_secrets";
    assert_snapshot!(changed("SEC018", |platform| {
        argue(platform, objects, "statement.0.resources", texts(&["arn:aws:s3:::*", "*"]));
        argue(platform, objects, "statement.1.actions", texts(&["s3:List*"]));
        argue(platform, secrets, "statement.0.resources", texts(&["arn:aws:secretsmanager:eu-north-1:111122223333:secret:*"]));
    }), @"");
}
