//! LINK and SEC: a service that asks for secrets and for what it may do in AWS.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use stacks::{Platform, policies};

use crate::fixture::{
    BASE, SMALL, TODAY, argue, build, edit, found, of_the_guide, remove, remove_resource, set, settings, text, texts,
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
fn the_default_environment_passes_with_what_the_guide_asks_for() {
    let asked = of_the_guide("### Give a service a secret and a bucket");
    let platform = build(&settings("default", &[BASE, of_the_guide("## Add a service"), asked]));
    let review = policies::review(&platform, TODAY);
    let errors: Vec<_> = review.errors().map(|finding| format!("{} {}", finding.code, finding.message)).collect();
    assert_eq!(errors, [""; 0]);
    let orders = platform.settings.services.runs().find(|runs| runs.name == "orders").unwrap();
    assert_eq!((orders.asks.secrets.len(), orders.asks.permissions.need_role()), (2, true));
}

#[test]
fn secrets_that_nobody_brings_are_found() {
    assert_snapshot!(changed("LINK028", |platform| remove(platform, "Application", "external-secrets")), @r"
    ExternalSecret/orders in manifests/orders/external-secret.yaml is read by nobody: no Application installs the External Secrets Operator
      mend: install the chart `external-secrets`
    ");
    let wave = "/metadata/annotations/argocd.argoproj.io~1sync-wave";
    assert_snapshot!(changed("LINK028", |platform| set(platform, "Application", "external-secrets", wave, "10")), @r"
    Application/orders in manifests/orders.yaml is synced in wave 10, but the External Secrets Operator, which defines what is in it, in wave 10
      mend: sync the operator in an earlier wave
    ");
    assert_snapshot!(changed("LINK028", |platform| set(platform, "ExternalSecret", "orders", wave, "0")), @r"
    Deployment/orders in manifests/orders/deployment.yaml is synced with the list of its secrets or before it, and waits for what comes after it
      mend: sync `ExternalSecret/orders` in an earlier wave
    ");
    let scope = "/spec/source/helm/valuesObject/scopedNamespace";
    assert_snapshot!(changed("LINK028", |platform| set(platform, "Application", "external-secrets", scope, "other")), @r"
    Application/external-secrets in manifests/external-secrets.yaml looks at the namespace `other` alone, but orders asks for secrets in `services`
      mend: name that namespace
    ");
    assert_snapshot!(changed("LINK028", |platform| remove(platform, "SecretStore", "orders-parameterstore")), @r"
    ExternalSecret/orders in manifests/orders/external-secret.yaml asks the store `orders-parameterstore`, which is not there
      mend: name a `SecretStore` of its namespace
    ");
    assert_snapshot!(changed("LINK028", |platform| set(platform, "ExternalSecret", "orders", "/spec/data/2/secretKey", "LICENSE")), @r"
    Deployment/orders in manifests/orders/deployment.yaml reads `LICENCE` of the Secret `orders`, which nobody makes
      mend: list it in the `ExternalSecret` of that Secret
    ExternalSecret/orders in manifests/orders/external-secret.yaml puts `LICENSE` into the Secret `orders`, which no pod reads
      mend: take it out, or read it
    ");
}

#[test]
fn a_secret_that_its_maker_may_not_write_or_that_others_may_is_found() {
    let by_hand = |platform: &mut Platform, change: &dyn Fn(&mut Json)| {
        edit(platform, "ValidatingAdmissionPolicy", "services-by-hand", |policy| change(&mut policy["spec"]));
    };
    assert_snapshot!(changed("LINK028", |platform| by_hand(platform, &|spec| {
        let rule = &mut spec["validations"][0]["expression"];
        *rule = rule.as_str().unwrap().replace("[\"orders\"]", "[\"prices\"]").into();
    })), @r"
    ValidatingAdmissionPolicy/services-by-hand in manifests/admission/policy-by-hand.yaml refuses the Secret `orders` that the External Secrets Operator writes
      mend: let `system:serviceaccount:external-secrets:external-secrets` write it
    ");
    assert_snapshot!(changed("LINK028", |platform| by_hand(platform, &|spec| {
        let rules = spec["matchConstraints"]["resourceRules"].as_array_mut().unwrap();
        rules.retain(|rule| rule["resources"] != json!(["secrets"]));
    })), @r"
    ExternalSecret/orders in manifests/orders/external-secret.yaml makes a Secret that anybody in its namespace may write, too
      mend: let an admission policy admit Secrets from the External Secrets Operator alone
    ");
}

#[test]
fn a_secret_that_the_operator_may_not_read_is_found() {
    let data = |index: u32, part: &str| format!("/spec/data/{index}/remoteRef/{part}");
    assert_snapshot!(changed("LINK029", |platform| {
        set(platform, "ExternalSecret", "orders", &data(2, "key"), "prices/licence");
        set(platform, "ExternalSecret", "orders", &data(3, "key"), "/prices/payment-token");
    }), @r"
    ExternalSecret/orders in manifests/orders/external-secret.yaml asks for `prices/licence`, which the role of the External Secrets Operator may not read
      mend: allow it `secretsmanager:GetSecretValue` on `arn:aws:secretsmanager:eu-north-1:111122223333:secret:prices/licence-??????`
    ExternalSecret/orders in manifests/orders/external-secret.yaml asks for `/prices/payment-token`, which the role of the External Secrets Operator may not read
      mend: allow it `ssm:GetParameter` on `arn:aws:ssm:eu-north-1:111122223333:parameter/prices/payment-token`
    ");
    let account = "aws_eks_pod_identity_association.external_secrets";
    let other = |platform: &mut Platform| argue(platform, account, "service_account", text("other"));
    assert_snapshot!(changed("LINK029", other), @r"
    ExternalSecret/orders in manifests/orders/external-secret.yaml asks for `orders/database`, which the role of the External Secrets Operator may not read
      mend: allow it `secretsmanager:GetSecretValue` on `arn:aws:secretsmanager:eu-north-1:111122223333:secret:orders/database-??????`
    ExternalSecret/orders in manifests/orders/external-secret.yaml asks for `orders/licence`, which the role of the External Secrets Operator may not read
      mend: allow it `secretsmanager:GetSecretValue` on `arn:aws:secretsmanager:eu-north-1:111122223333:secret:orders/licence-??????`
    ExternalSecret/orders in manifests/orders/external-secret.yaml asks for `/orders/payment-token`, which the role of the External Secrets Operator may not read
      mend: allow it `ssm:GetParameter` on `arn:aws:ssm:eu-north-1:111122223333:parameter/orders/payment-token`
    ");
}

#[test]
fn a_role_that_pods_do_not_come_to_is_found() {
    let association = "aws_eks_pod_identity_association.service_orders";
    assert_snapshot!(changed("LINK030", |platform| remove_resource(platform, association)), @r"
    Deployment/orders in manifests/orders/deployment.yaml asks for permissions, but no role is for its service account `orders`
      mend: give the role of its permissions to the account that its pods run as
    ");
    assert_snapshot!(changed("LINK030", |platform| argue(platform, association, "service_account", text("order"))), @r"
    aws_eks_pod_identity_association.service_orders in cluster/services.tf.json gives a role to service account `order` of namespace `services`, which no pod runs as
      mend: name the service account of the pods that need it
    Deployment/orders in manifests/orders/deployment.yaml asks for permissions, but no role is for its service account `orders`
      mend: give the role of its permissions to the account that its pods run as
    ");
    let ways_out = |platform: &mut Platform, keep: &dyn Fn(&Json) -> bool| {
        edit(platform, "NetworkPolicy", "orders", |policy| {
            policy["spec"]["egress"].as_array_mut().unwrap().retain(|rule| keep(&rule["ports"][0]["port"]));
        });
    };
    assert_snapshot!(changed("LINK030", |platform| ways_out(platform, &|port| *port != 80)), @r"
    Deployment/orders in manifests/orders/deployment.yaml has a role, but no network policy lets its pods reach the agent that hands out its credentials
      mend: admit egress to `169.254.170.23/32` on port 80
    ");
    assert_snapshot!(changed("LINK030", |platform| ways_out(platform, &|port| *port != 443)), @r"
    Deployment/orders in manifests/orders/deployment.yaml has a role, but no network policy lets its pods reach AWS
      mend: admit egress to the internet on port 443
    ");
    assert_snapshot!(changed("LINK030", |platform| {
        edit(platform, "ValidatingAdmissionPolicy", "services-pods", |policy| {
            for rule in policy["spec"]["validations"].as_array_mut().unwrap() {
                let rule = &mut rule["expression"];
                *rule = rule.as_str().unwrap().replace("[\"orders\"]", "[\"prices\"]").into();
            }
        });
    }), @r"
    ValidatingAdmissionPolicy/services-pods in manifests/admission/policy-pods.yaml refuses pods of `orders` with the token that EKS puts into them for their role
      mend: admit the volume `eks-pod-identity-token` of audience `pods.eks.amazonaws.com` for the account
    ");
}

#[test]
fn a_role_of_a_service_for_what_has_no_name_is_found() {
    let topics = "data.aws_iam_policy_document.service_orders_topics";
    let secrets = "data.aws_iam_policy_document.external_secrets_secrets";
    assert_snapshot!(changed("SEC018", |platform| {
        argue(platform, topics, "statement.resources", texts(&["arn:aws:s3:::*", "*"]));
        argue(platform, topics, "statement.actions", texts(&["sns:Pub*"]));
        argue(platform, secrets, "statement.resources", texts(&["arn:aws:secretsmanager:eu-north-1:111122223333:secret:*"]));
    }), @r"
    aws_iam_policy.service_orders_topics in cluster/services.tf.json allows a service `sns:Pub*`, in its statement `Publish`
      mend: name the actions
    aws_iam_policy.service_orders_topics in cluster/services.tf.json allows a service something on `arn:aws:s3:::*`, in its statement `Publish`
      mend: name the bucket, table, queue, topic, key or secret
    aws_iam_policy.service_orders_topics in cluster/services.tf.json allows a service something on `*`, in its statement `Publish`
      mend: name the bucket, table, queue, topic, key or secret
    aws_iam_policy.external_secrets_secrets in cluster/external-secrets.tf.json allows a service something on `arn:aws:secretsmanager:eu-north-1:111122223333:secret:*`, in its statement `Read`
      mend: name the bucket, table, queue, topic, key or secret
    ");
}

#[test]
fn what_the_platform_made_for_itself_is_no_services() {
    let found = |permissions: &str| {
        let permissions = format!("[services.mock_target_server.permissions]\n{permissions}\n");
        found(&build(&settings("default", &[BASE, SMALL, &permissions])), "SEC022")
    };
    assert_snapshot!(found("read = [\"s3://small-state-111122223333/cluster\"]\nreceive = [\"sqs://small-karpenter\"]"), @r"
    aws_s3_bucket.state in bootstrap/state.tf.json is the platform's own, but `mock-target-server` may read there: `small-state-111122223333` is in `services.mock_target_server.permissions.read`
      mend: remove it from `services.mock_target_server.permissions.read`, and name one that was made for `mock-target-server`
    aws_sqs_queue.interruption in cluster/interruption.tf.json is the platform's own, but `mock-target-server` may receive there: `small-karpenter` is in `services.mock_target_server.permissions.receive`
      mend: remove it from `services.mock_target_server.permissions.receive`, and name one that was made for `mock-target-server`
    ");
    assert_eq!(found("read = [\"s3://small-other-111122223333\"]\nsend = [\"sqs://small\"]"), "");
}

#[test]
fn what_an_environment_beside_made_for_itself_is_no_services() {
    let permissions = "[services.mock_target_server.permissions]\nread = [\"s3://other-state-111122223333\"]\n\
                       receive = [\"sqs://other-karpenter\"]\n";
    let beside = |aws: &str| {
        let other = build(&settings("other", &[BASE, SMALL, "name = \"other\"\n", aws]));
        let platform = build(&settings("default", &[BASE, SMALL, permissions]));
        found(&Platform { neighbours: vec![other], ..platform }, "SEC022")
    };
    assert_snapshot!(beside(""), @r"
    aws_s3_bucket.state in other/bootstrap/state.tf.json is environment `other`'s own, but `mock-target-server` may read there: `other-state-111122223333` is in `services.mock_target_server.permissions.read`
      mend: remove it from `services.mock_target_server.permissions.read`, and name one that was made for `mock-target-server`
    aws_sqs_queue.interruption in other/cluster/interruption.tf.json is environment `other`'s own, but `mock-target-server` may receive there: `other-karpenter` is in `services.mock_target_server.permissions.receive`
      mend: remove it from `services.mock_target_server.permissions.receive`, and name one that was made for `mock-target-server`
    ");
    assert_eq!(beside("[aws]\naccount_id = \"999922223333\"\n"), "", "a role reaches nothing of another account");
    let region = "[aws]\nregion = \"eu-west-1\"\n[network]\nzones = [\"eu-west-1a\", \"eu-west-1b\", \"eu-west-1c\"]\n";
    let elsewhere = beside(region);
    assert!(elsewhere.contains("aws_s3_bucket.state") && !elsewhere.contains("aws_sqs_queue"), "{elsewhere}");
}

#[test]
fn memory_above_the_request_is_for_the_settings_to_allow() {
    let limited = |limits: &str| build(&settings("default", &[BASE, SMALL, limits]));
    let meant = limited("[services.mock_target_server.limits]\nmemory_mib = 512\n");
    assert_eq!(found(&meant, "SCALE008"), "");
    let mut other = meant;
    set(
        &mut other,
        "Deployment",
        "mock-target-server",
        "/spec/template/spec/containers/0/resources/limits/memory",
        "1Gi",
    );
    assert_snapshot!(found(&other, "SCALE008"), @r"
    Deployment/mock-target-server in manifests/mock-target-server/deployment.yaml has a container `mock-target-server` that requests 256Mi of memory but may use 1Gi
      mend: set `resources.limits.memory` to the request
    ");
}

/// A service that reads so many tables, and asks for so many secrets.
fn many(tables: usize, secrets: usize) -> Platform {
    let tables = (0..tables).map(|number| format!("\"dynamodb://one-of-many-tables-of-the-shop-{number}\""));
    let secrets =
        (0..secrets).map(|number| format!("MANY_{number} = \"secretsmanager:shop/one-of-many-secrets-{number}\"\n"));
    let (tables, secrets) = (tables.collect::<Vec<_>>().join(", "), secrets.collect::<String>());
    let table = "services.internal.orders";
    let many = format!("[{table}.permissions]\nread = [{tables}]\n[{table}.secrets]\n{secrets}");
    build(&settings("default", &[BASE, SMALL, ASKING, &many]))
}

#[test]
fn what_a_service_asks_for_is_as_many_documents_as_it_takes() {
    let platform = many(100, 330);
    assert_eq!(found(&platform, "SEC010") + &found(&platform, "SEC011") + &found(&platform, "LINK029"), "");
}

#[test]
fn more_than_a_role_holds_is_found_with_its_setting() {
    assert_snapshot!(found(&many(500, 0), "SEC011"), @r"
    aws_iam_role.service_orders in cluster/services.tf.json has 26 managed policies, but IAM attaches 10
      mend: name less in `services.internal.orders.permissions`, such as a prefix in place of many
    ");
    let secrets = found(&many(0, 900), "SEC011");
    assert!(secrets.contains("mend: name less in `services.internal.orders.secrets`"), "{secrets}");
}
