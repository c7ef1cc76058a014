//! SEC: doors left open.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use synth_framework::{Content, Expression};

use crate::fixture::{
    argue, broken, copy_resource, edit, found, remove, remove_resource, resource, set, text, texts, with,
};

const PROXY: &str = "cors-proxy-server";
const CONTAINER: &str = "/spec/template/spec/containers/0";

#[test]
fn metadata_within_reach_of_pods_is_found() {
    let hops = "metadata_options.http_put_response_hop_limit";
    assert_snapshot!(broken("SEC001", |platform| argue(platform, "aws_launch_template.base_node", hops, Expression::Integer(2))), @r"
        aws_launch_template.base_node in cluster/base-nodes.tf.json serves instance metadata with tokens `required` and a hop limit of `2`
          mend: require tokens, and set the hop limit to 1
        ");
    let tokens = "/spec/metadataOptions/httpTokens";
    assert_snapshot!(broken("SEC001", |platform| set(platform, "EC2NodeClass", "default", tokens, "optional")), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml serves instance metadata with tokens `optional` and a hop limit of `1`
          mend: require tokens, and set the hop limit to 1
        ");
}

#[test]
fn a_volume_that_is_not_encrypted_is_found() {
    let path = "block_device_mappings.ebs.encrypted";
    assert_snapshot!(broken("SEC002", |platform| argue(platform, "aws_launch_template.base_node", path, text("false"))), @r"
        aws_launch_template.base_node in cluster/base-nodes.tf.json makes nodes with a volume that is not encrypted
          mend: set `encrypted`
        ");
    let node = "/spec/blockDeviceMappings/0/ebs/encrypted";
    assert_snapshot!(broken("SEC002", |platform| set(platform, "EC2NodeClass", "default", node, ())), @r"
        EC2NodeClass/default in manifests/node-pools/ec2-node-class.yaml makes nodes with a volume that is not encrypted
          mend: set `encrypted`
        ");
    assert_snapshot!(broken("SEC002", |platform| set(platform, "StorageClass", "gp3-encrypted", "/parameters/encrypted", "false")), @r"
        StorageClass/gp3-encrypted in manifests/platform/storage-class.yaml makes volumes that are not encrypted
          mend: set `encrypted`
        ");
}

#[test]
fn the_second_volume_of_bottlerocket_left_as_its_image_has_it_is_found() {
    let image = text("BOTTLEROCKET_x86_64");
    assert_snapshot!(
        broken("SEC002", |platform| argue(platform, "aws_eks_node_group.base", "ami_type", image)),
        @r"
        aws_eks_node_group.base in cluster/base-nodes.tf.json leaves `/dev/xvdb`, where Bottlerocket keeps images and what pods write, as its image defines it
          mend: map it in the launch template, too, and set `encrypted`
        "
    );
    assert_eq!(found(&with("[base_nodes]\nami_type = \"BOTTLEROCKET_x86_64\""), "SEC002"), "");
}

#[test]
fn an_endpoint_open_to_everyone_is_found() {
    assert_snapshot!(
        broken("SEC003", |platform| {
            argue(platform, "aws_eks_cluster.main", "vpc_config.endpoint_public_access", Expression::Bool(true));
            argue(platform, "aws_eks_cluster.main", "vpc_config.public_access_cidrs", texts(&["0.0.0.0/0"]));
        }),
        @r"
        aws_eks_cluster.main in cluster/control-plane.tf.json has a public endpoint that every address reaches
          mend: name ranges in `cluster.public_access_cidrs`, or none for a private endpoint
        "
    );
}

#[test]
fn a_private_endpoint_that_every_address_may_reach_is_found() {
    let rule = "aws_vpc_security_group_ingress_rule.control_plane_from_sg_0a1b2c3d";
    assert_snapshot!(broken("SEC003", |platform| argue(platform, rule, "cidr_ipv4", Expression::String("0.0.0.0/0".into()))), @r"
        aws_vpc_security_group_ingress_rule.control_plane_from_sg_0a1b2c3d in cluster/security-groups.tf.json lets every address reach the private endpoint
          mend: name the ranges of whoever needs it in `cluster.private_access_cidrs`
        ");
}

#[test]
fn an_endpoint_open_to_two_halves_of_everyone_is_found() {
    let halves = with("[cluster]\npublic_access_cidrs = [\"0.0.0.0/1\", \"128.0.0.0/1\"]");
    assert!(found(&halves, "SEC003").contains("that every address reaches"));
    assert_eq!(found(&with("[cluster]\npublic_access_cidrs = [\"8.0.0.0/8\"]"), "SEC003"), "");
}

#[test]
fn secrets_without_a_key_are_found() {
    let resources = "encryption_config.resources";
    assert_snapshot!(broken("SEC004", |platform| argue(platform, "aws_eks_cluster.main", resources, texts(&[]))), @r"
        aws_eks_cluster.main in cluster/control-plane.tf.json does not encrypt its secrets with a key of our own
          mend: add an `encryption_config` for secrets
        ");
}

#[test]
fn pods_that_are_not_restricted_are_found() {
    let label = "/metadata/labels/pod-security.kubernetes.io~1enforce";
    assert_snapshot!(broken("SEC005", |platform| set(platform, "Namespace", "services", label, "baseline")), @r"
        Namespace/services in manifests/platform/namespace-services.yaml holds the pods of services and does not enforce restricted pod security
          mend: label it `pod-security.kubernetes.io/enforce: restricted`
        ");
    assert_snapshot!(
        broken("SEC005", |platform| {
            set(platform, "Deployment", PROXY, &format!("{CONTAINER}/securityContext"), ());
            set(platform, "Deployment", PROXY, "/spec/template/spec/securityContext", ());
        }),
        @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` that may run as root
          mend: set `runAsNonRoot: true`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` that may gain privileges
          mend: set `allowPrivilegeEscalation: false`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` that keeps capabilities
          mend: drop the capabilities `ALL`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` that has no seccomp profile
          mend: set the seccomp profile `RuntimeDefault`
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml has a container `cors-proxy-server` that may change its own files
          mend: set `readOnlyRootFilesystem: true`
        "
    );
}

#[test]
fn a_token_in_a_service_is_found() {
    let token = "/spec/template/spec/automountServiceAccountToken";
    assert_snapshot!(broken("SEC006", |platform| set(platform, "Deployment", PROXY, token, ())), @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml mounts a token of the Kubernetes API
          mend: set `automountServiceAccountToken: false`
        ");
}

#[test]
fn a_namespace_that_admits_by_default_is_found() {
    assert_snapshot!(broken("SEC007", |platform| remove(platform, "NetworkPolicy", "default-deny")), @r"
        Namespace/services in manifests/platform/namespace-services.yaml holds the pods of services and does not deny Ingress by default
          mend: declare a NetworkPolicy that selects all of its pods for Ingress and admits nothing
        Namespace/services in manifests/platform/namespace-services.yaml holds the pods of services and does not deny Egress by default
          mend: declare a NetworkPolicy that selects all of its pods for Egress and admits nothing
        ");
}

#[test]
fn policies_that_nobody_enforces_are_found() {
    let address = "aws_eks_addon.vpc_cni";
    assert_snapshot!(broken("SEC008", |platform| argue(platform, address, "configuration_values", text("{}"))), @r#"
        aws_eks_addon.vpc_cni in cluster/add-ons.tf.json enforces no NetworkPolicy
          mend: set `enableNetworkPolicy` to "true" in its configuration
        "#);
}

#[test]
fn a_strict_mode_that_cuts_off_the_name_servers_is_found() {
    let address = "aws_eks_addon.vpc_cni";
    let mode = |mode: &str| {
        let configuration = json!({ "enableNetworkPolicy": "true", "env": { "NETWORK_POLICY_ENFORCING_MODE": mode } });
        broken("SEC017", |platform| argue(platform, address, "configuration_values", text_of(&configuration)))
    };
    assert_snapshot!(mode("strict"), @r"
        aws_eks_addon.vpc_cni in cluster/add-ons.tf.json cuts off every pod that no NetworkPolicy selects: those of kube-system, monitoring
          mend: leave `NETWORK_POLICY_ENFORCING_MODE` out
        ");
    assert_eq!(mode("standard"), "");
}

fn text_of(json: &Json) -> Expression {
    Expression::String(json.to_string().into())
}

#[test]
fn a_proxy_that_reaches_private_addresses_is_found() {
    let excepts = "/spec/egress/2/to/0/ipBlock/except";
    assert_snapshot!(
        broken("SEC009", |platform| edit(platform, "NetworkPolicy", PROXY, |policy| {
            let excepts = policy.pointer_mut(excepts).unwrap().as_array_mut().unwrap();
            excepts.retain(|range| range != "169.254.0.0/16" && range != "10.0.0.0/8");
        })),
        @r"
        NetworkPolicy/cors-proxy-server in manifests/cors-proxy-server/network-policy.yaml lets cors-proxy-server, which the internet reaches, reach 10.0.0.0/8
          mend: exclude the range in `ipBlock.except`, or name the address in `allow_targets`
        NetworkPolicy/cors-proxy-server in manifests/cors-proxy-server/network-policy.yaml lets cors-proxy-server, which the internet reaches, reach 169.254.169.254/32
          mend: exclude the range in `ipBlock.except`, or name the address in `allow_targets`
        NetworkPolicy/cors-proxy-server in manifests/cors-proxy-server/network-policy.yaml lets cors-proxy-server, which the internet reaches, reach 169.254.170.2/32
          mend: exclude the range in `ipBlock.except`, or name the address in `allow_targets`
        NetworkPolicy/cors-proxy-server in manifests/cors-proxy-server/network-policy.yaml lets cors-proxy-server, which the internet reaches, reach 169.254.170.23/32
          mend: exclude the range in `ipBlock.except`, or name the address in `allow_targets`
        "
    );
    assert_snapshot!(broken("SEC009", |platform| set(platform, "NetworkPolicy", PROXY, "/spec/egress/2/to", ())), @r"
        NetworkPolicy/cors-proxy-server in manifests/cors-proxy-server/network-policy.yaml lets cors-proxy-server, which the internet reaches, reach every address
          mend: exclude the range in `ipBlock.except`, or name the address in `allow_targets`
        ");
    assert_snapshot!(
        broken("SEC009", |platform| set(platform, "NetworkPolicy", PROXY, "/spec/egress/2/to", json!([{ "ipBlock": { "cidr": "10.9.8.7/32" } }]))),
        @r"
        NetworkPolicy/cors-proxy-server in manifests/cors-proxy-server/network-policy.yaml lets cors-proxy-server, which the internet reaches, reach 10.9.8.7/32
          mend: exclude the range in `ipBlock.except`, or name the address in `allow_targets`
        "
    );
    assert_snapshot!(
        broken("SEC009", |platform| edit(platform, "Deployment", PROXY, |object| {
            let args = object.pointer_mut(&format!("{CONTAINER}/args")).unwrap().as_array_mut().unwrap();
            args.extend([Json::from("--allow-target"), "169.254.169.254:80".into()]);
        })),
        @r"
        Deployment/cors-proxy-server in manifests/cors-proxy-server/deployment.yaml allows the target `169.254.169.254:80`, which hands out credentials
          mend: remove it from `allow_targets`
        "
    );
}

#[test]
fn a_document_too_long_for_iam_is_found() {
    let address = "data.aws_iam_policy_document.karpenter_node_lifecycle";
    let many = |number: u32| -> Vec<String> { (0..number).map(|number| format!("ec2:{number:0>60}")).collect() };
    let lengthen = |number| {
        move |platform: &mut stacks::Platform| {
            let actions: Vec<String> = many(number);
            let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
            argue(platform, address, "statement.actions", texts(&actions));
        }
    };
    assert_snapshot!(broken("SEC010", lengthen(20)), @r"
        aws_iam_policy.karpenter_node_lifecycle in cluster/karpenter.tf.json has a document of 10549 characters, but IAM allows 6144
          mend: split it into several policies, one for each concern
        ");
    assert_eq!(broken("SEC010", lengthen(2)), "");
}

#[test]
fn an_eleventh_policy_of_a_role_is_found() {
    let copies = |platform: &mut stacks::Platform| {
        for number in 0..5 {
            let label = format!("more_{number}");
            copy_resource(platform, "aws_iam_role_policy_attachment.karpenter_interruption", &label, |_| {});
        }
    };
    assert_snapshot!(broken("SEC011", copies), @r"
        aws_iam_role.karpenter in cluster/karpenter.tf.json has 11 managed policies, but IAM attaches 10
          mend: join small ones, or make some inline
        ");
}

#[test]
fn wildcards_on_every_resource_are_found() {
    let address = "data.aws_iam_policy_document.karpenter_zonal_shift";
    assert_snapshot!(broken("SEC012", |platform| argue(platform, address, "statement.actions", texts(&["ec2:*"]))), @r"
        aws_iam_policy.karpenter_zonal_shift in cluster/karpenter.tf.json allows `ec2:*` on every resource, in its statement `AllowZonalShiftStatusReadOnly`
          mend: name the actions, or the resources
        ");
}

#[test]
fn a_role_for_any_workflow_is_found() {
    let address = "data.aws_iam_policy_document.github_push_trust";
    assert_snapshot!(broken("SEC013", |platform| argue(platform, address, "statement.condition.values", texts(&["repo:*"]))), @r"
        aws_iam_role.github_push in bootstrap/github.tf.json trusts the runs `repo:*`, a pattern that matches more than named runs
          mend: require `sub` and `aud` by `StringEquals`, with the repository and its branch or environment
        aws_iam_role.github_push in bootstrap/github.tf.json trusts tokens made for others: it does not require the `aud` `sts.amazonaws.com`
          mend: require `sub` and `aud` by `StringEquals`, with the repository and its branch or environment
        ");
    assert_snapshot!(
        broken("SEC013", |platform| argue(platform, address, "statement.condition.variable", text("aws:SourceAccount"))),
        @r"
        aws_iam_role.github_push in bootstrap/github.tf.json trusts every workflow on GitHub: it requires no `sub`
          mend: require `sub` and `aud` by `StringEquals`, with the repository and its branch or environment
        aws_iam_role.github_push in bootstrap/github.tf.json trusts tokens made for others: it does not require the `aud` `sts.amazonaws.com`
          mend: require `sub` and `aud` by `StringEquals`, with the repository and its branch or environment
        "
    );
}

#[test]
fn a_role_for_a_name_that_a_stranger_may_take_is_found() {
    let (address, numbers) =
        ("data.aws_iam_policy_document.github_push_trust", "[github]\nowner_id = 1\nrepository_id = 2");
    assert_eq!(found(&with(numbers), "SEC013"), "");
    let mut platform = with(numbers);
    let stranger = texts(&["repo:example-org-1/tideline-2:ref:refs/heads/main"]);
    argue(&mut platform, address, "statement.condition.values", stranger);
    assert_snapshot!(found(&platform, "SEC013"), @r"
    aws_iam_role.github_push in bootstrap/github.tf.json trusts `repo:example-org-1/tideline-2:ref:refs/heads/main`, but the repository's tokens begin with `repo:example-org/tideline:` or `repo:example-org@1/tideline@2:`
      mend: require `sub` and `aud` by `StringEquals`, with the repository and its branch or environment
    aws_iam_role.github_push in bootstrap/github.tf.json trusts tokens made for others: it does not require the `aud` `sts.amazonaws.com`
      mend: require `sub` and `aud` by `StringEquals`, with the repository and its branch or environment
    ");
}

#[test]
fn a_bucket_that_may_become_public_is_found() {
    assert_snapshot!(broken("SEC014", |platform| remove_resource(platform, "aws_s3_bucket_public_access_block.state")), @r"
        aws_s3_bucket.state in bootstrap/state.tf.json does not block public access
          mend: declare an `aws_s3_bucket_public_access_block` for it
        ");
    assert_snapshot!(
        broken("SEC014", |platform| resource(platform, "aws_s3_bucket_public_access_block.state", |block| {
            assert!(block.body.entries().iter().any(|entry| matches!(entry.content, Content::Argument(_))));
            block.override_argument("block_public_policy", Expression::Bool(false));
        })),
        @r"
        aws_s3_bucket.state in bootstrap/state.tf.json does not block public access
          mend: declare an `aws_s3_bucket_public_access_block` for it
        "
    );
}

#[test]
fn a_role_that_other_pods_may_take_is_found() {
    let trust = "data.aws_iam_policy_document.karpenter_trust";
    assert_snapshot!(
        broken("SEC015", |platform| resource(platform, trust, |document| {
            document.override_argument("statement.condition.variable", text("aws:SourceOrgID"));
        })),
        @r"
    aws_iam_role.karpenter in cluster/karpenter.tf.json trusts pods whatever their `eks-cluster-arn`
      mend: require `arn:aws:eks:eu-north-1:111122223333:cluster/small` of `aws:RequestTag/eks-cluster-arn`
    aws_iam_role.karpenter in cluster/karpenter.tf.json trusts pods whatever their `kubernetes-namespace`
      mend: require `kube-system` of `aws:RequestTag/kubernetes-namespace`
    aws_iam_role.karpenter in cluster/karpenter.tf.json trusts pods whatever their `kubernetes-service-account`
      mend: require `karpenter` of `aws:RequestTag/kubernetes-service-account`
    "
    );
    let account = "aws_eks_pod_identity_association.karpenter";
    assert_snapshot!(broken("SEC015", |platform| argue(platform, account, "service_account", text("other"))), @r"
    aws_iam_role.karpenter in cluster/karpenter.tf.json trusts pods of the `kubernetes-service-account` karpenter, but is given to `other`
      mend: require `other` of `aws:RequestTag/kubernetes-service-account`
    ");
    let addon = "aws_eks_addon.vpc_cni";
    let path = "pod_identity_association.service_account";
    assert_snapshot!(broken("SEC015", |platform| argue(platform, addon, path, text("other"))), @r"
    aws_iam_role.vpc_cni in cluster/add-ons.tf.json trusts pods of the `kubernetes-service-account` aws-node, but is given to `other`
      mend: require `other` of `aws:RequestTag/kubernetes-service-account`
    ");
}

#[test]
fn policies_inside_a_role_that_are_too_long_together_are_found() {
    let document = "data.aws_iam_policy_document.flow_logs";
    let actions: Vec<String> = (0..170).map(|number| format!("logs:{number:0>60}")).collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let long = |number: usize| texts(&actions[..number]);
    let inside = "aws_iam_role_policy.flow_logs";
    assert_snapshot!(broken("SEC010", |platform| argue(platform, document, "statement.actions", long(170))), @r"
        aws_iam_role.flow_logs in cluster/flow-logs.tf.json has inline policies of 11729 characters in all, but IAM allows 10240
          mend: turn some into managed policies, and attach those
        ");
    assert_eq!(broken("SEC010", |platform| argue(platform, document, "statement.actions", long(80))), "");
    let twice = broken("SEC010", |platform| {
        argue(platform, document, "statement.actions", long(80));
        copy_resource(platform, inside, "more", |_| {});
    });
    assert!(twice.contains("has inline policies of"), "{twice}");
}

#[test]
fn what_a_node_class_does_not_say_is_karpenters_default() {
    let class = |path: &str, value: Json| {
        broken("SEC001", |platform| set(platform, "EC2NodeClass", "default", path, value.clone()))
    };
    assert_eq!(class("/spec/metadataOptions", Json::Null), "");
    assert_eq!(class("/spec/metadataOptions/httpTokens", Json::Null), "");
    assert_eq!(class("/spec/metadataOptions/httpPutResponseHopLimit", Json::Null), "");
    assert!(class("/spec/metadataOptions/httpPutResponseHopLimit", 2.into()).contains("a hop limit of `2`"));
    let volumes = |platform: &mut stacks::Platform| {
        set(platform, "EC2NodeClass", "default", "/spec/blockDeviceMappings", ());
    };
    assert!(broken("SEC002", volumes).contains("with a volume that is not encrypted"));
}

#[test]
fn an_endpoint_that_every_address_of_version_6_may_reach_is_found() {
    let rule = "aws_vpc_security_group_ingress_rule.control_plane_from_sg_0a1b2c3d";
    assert!(broken("SEC003", |platform| argue(platform, rule, "cidr_ipv6", text("::/0"))).contains(rule));
    assert_eq!(broken("SEC003", |platform| argue(platform, rule, "cidr_ipv6", text("2001:db8::/32"))), "");
}

#[test]
fn a_policy_that_admits_something_denies_nothing() {
    let admits = json!([{ "from": [{ "podSelector": {} }] }]);
    let found = broken("SEC007", |platform| set(platform, "NetworkPolicy", "default-deny", "/spec/ingress", admits));
    assert!(found.contains("does not deny Ingress by default"), "{found}");
    let chosen = json!({ "matchLabels": { "app.kubernetes.io/name": PROXY } });
    let found =
        broken("SEC007", |platform| set(platform, "NetworkPolicy", "default-deny", "/spec/podSelector", chosen));
    assert_eq!(found.matches("by default").count(), 2, "{found}");
    let expressions = json!({ "matchExpressions": [{ "key": "tier", "operator": "Exists" }] });
    let found =
        broken("SEC007", |platform| set(platform, "NetworkPolicy", "default-deny", "/spec/podSelector", expressions));
    assert_eq!(found.matches("by default").count(), 2, "{found}");
}
