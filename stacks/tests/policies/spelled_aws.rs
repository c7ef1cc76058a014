//! Words of AWS and of charts that rules know and no environment here uses: a misspelt one would let a fault pass, or find one where
//! there is none.

use serde_json::json;
use synth_framework::{Address, Expression, Mode, Root, Step, Traversal};

use crate::fixture::{argue, broken, remove_resource, set, text, texts};

const VALUES: &str = "/spec/source/helm/valuesObject";

#[test]
fn controllers_of_another_region_network_or_cluster_are_found() {
    let told = |application: &str, path: &str| {
        broken("LINK006", |platform| set(platform, "Application", application, &format!("{VALUES}/{path}"), "other"))
    };
    assert!(told("aws-load-balancer-controller", "region").contains("set `region` to `eu-north-1`"));
    assert!(told("aws-load-balancer-controller", "vpcTags/Name").contains("set `vpcTags.Name` to `small`"));
    assert!(told("karpenter", "settings/clusterName").contains("set `settings.clusterName` to `small`"));
}

#[test]
fn nodes_may_read_the_registry_by_its_older_policy() {
    let attachment = "aws_iam_role_policy_attachment.base_node_images";
    let older = text("arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly");
    assert_eq!(broken("LINK022", |platform| argue(platform, attachment, "policy_arn", older)), "");
}

#[test]
fn base_nodes_whose_pods_do_not_see_the_metadata_need_a_limit_of_volumes() {
    let seen = |template_too: bool| {
        broken("SCALE013", |platform| {
            argue(platform, "aws_eks_addon.aws_ebs_csi_driver", "configuration_values", text("{}"));
            set(platform, "EC2NodeClass", "default", "/spec/metadataOptions/httpPutResponseHopLimit", 2);
            if template_too {
                let hops = "metadata_options.http_put_response_hop_limit";
                argue(platform, "aws_launch_template.base_node", hops, Expression::Integer(2));
            }
        })
    };
    assert_ne!(seen(false), "");
    assert_eq!(seen(true), "");
}

#[test]
fn bottlerocket_on_base_nodes_has_its_second_volume_encrypted() {
    let image = text("BOTTLEROCKET_ARM_64");
    let found = broken("SEC002", |platform| argue(platform, "aws_eks_node_group.base", "ami_type", image));
    assert!(found.contains("leaves `/dev/xvdb`"), "{found}");
}

#[test]
fn a_root_that_nobody_releases_is_found_by_its_name() {
    let found = broken("SYNC004", |platform| remove_resource(platform, "helm_release.root"));
    assert!(found.starts_with("helm_release.root in "), "{found}");
}

/// More actions than a document has room for.
fn many() -> Expression {
    let many: Vec<String> = (0..20).map(|number| format!("ec2:{number:0>60}")).collect();
    texts(&many.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The length of a document whose statements have other arguments, as the finding about it says.
fn length(arguments: &[(&str, Expression)]) -> usize {
    let found = broken("SEC010", |platform| {
        for (path, value) in arguments {
            argue(platform, "data.aws_iam_policy_document.karpenter_node_lifecycle", path, value.clone());
        }
    });
    let (_, rest) = found.split_once("has a document of ").unwrap();
    rest.split_once(' ').unwrap().0.parse().unwrap()
}

#[test]
fn what_a_statement_leaves_out_counts_as_iam_counts_it() {
    let actions = length(&[("statement.actions", many())]);
    let not_actions = length(&[("statement.actions", Expression::Null), ("statement.not_actions", many())]);
    let silent = length(&[("statement.actions", many()), ("statement.effect", Expression::Null)]);
    let statements = (not_actions - actions) / "Not".len();
    assert_eq!(not_actions, actions + statements * "Not".len());
    assert!(statements > 1 && silent == actions, "{statements} {silent} {actions}");
    let resources = length(&[("statement.actions", many()), ("statement.resources", texts(&["*"]))]);
    let not_resources = [("statement.resources", Expression::Null), ("statement.not_resources", texts(&["*"]))];
    let not_resources = length(&[[("statement.actions", many())].as_slice(), &not_resources].concat());
    assert_eq!(not_resources, resources + statements * "Not".len());
}

#[test]
fn each_way_to_read_contents_is_closed_to_pull_requests() {
    for action in [
        "athena:GetQueryResults",
        "dynamodb:GetItem",
        "dynamodb:GetRecords",
        "ec2:GetConsoleOutput",
        "ec2:GetConsoleScreenshot",
        "ec2:GetPasswordData",
        "ecr:GetDownloadUrlForLayer",
        "kinesis:GetRecords",
        "lambda:GetFunction",
        "lambda:GetLayerVersion",
        "logs:GetLogEvents",
        "logs:GetLogRecord",
        "logs:GetQueryResults",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
    ] {
        let document = "data.aws_iam_policy_document.github_plan_network";
        let found = broken("SEC016", |platform| argue(platform, document, "statement.actions", texts(&[action])));
        assert!(found.contains(&format!("`{action}`, which reads the contents")), "{action}: {found}");
    }
}

#[test]
fn pull_requests_may_see_by_either_policy_and_read_versions_of_the_state_alone() {
    let access = "aws_eks_access_policy_association.plan";
    let view = text("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
    assert_eq!(broken("SEC016", |platform| argue(platform, access, "policy_arn", view)), "");
    let document = "data.aws_iam_policy_document.github_plan_network";
    let versions = broken("SEC016", |platform| {
        argue(platform, document, "statement.actions", texts(&["s3:GetObjectVersion"]));
        argue(platform, document, "statement.resources", texts(&["arn:aws:s3:::another/tideline/*"]));
    });
    assert!(versions.contains("`s3:GetObjectVersion` on more than this platform's state"), "{versions}");
}

#[test]
fn one_letter_that_is_left_open_makes_a_pattern() {
    let document = "data.aws_iam_policy_document.github_plan_network";
    let reading = |action: &str, resource: &str| {
        broken("SEC016", |platform| {
            argue(platform, document, "statement.actions", texts(&[action]));
            argue(platform, document, "statement.resources", texts(&[resource]));
        })
    };
    let key = "arn:aws:kms:eu-north-1:111122223333:key/?";
    assert!(reading("kms:Decrypt", key).contains("with more than one key"));
    let secret = "secretsmanager:GetSecretValu?";
    assert!(reading(secret, "arn:aws:s3:::one").contains(&format!("every `{secret}`")));
    assert!(reading("s3:GetBucketTagging", "arn:aws:s3:::?*").contains("on every resource"));
    let statement = "data.aws_iam_policy_document.karpenter_zonal_shift";
    let found = broken("SEC012", |platform| argue(platform, statement, "statement.actions", texts(&["iam:PassRol?"])));
    assert!(found.contains("allows `iam:PassRol?` on every resource"), "{found}");
}

#[test]
fn name_servers_answer_on_their_own_ports() {
    for (rule, said) in [
        ("dns_tcp", "tcp port 53 of the name servers"),
        ("dns_udp", "udp port 53 of the name servers"),
        ("unprivileged_tcp", "tcp port 9153 of the name servers"),
    ] {
        let rule = format!("aws_vpc_security_group_ingress_rule.nodes_among_themselves_{rule}");
        let found = broken("LINK021", |platform| remove_resource(platform, &rule));
        assert!(found.contains(said), "{rule}: {found}");
    }
}

#[test]
fn charts_are_named_as_their_makers_name_them() {
    let closed = |port: i64| {
        broken("LINK021", |platform| {
            let rule = "aws_vpc_security_group_ingress_rule.nodes_among_themselves_unprivileged_tcp";
            argue(platform, rule, "from_port", Expression::Integer(port));
            argue(platform, rule, "to_port", Expression::Integer(port));
        })
    };
    let all = closed(1);
    for who in ["6379 of Redis on", "26379 of Redis's sentinels on", "8080 of Karpenter on", "9093 of Alertmanager on"]
    {
        assert!(all.contains(who), "{who}: {all}");
    }
    let rollout = broken("HA013", |platform| {
        argue(platform, "aws_eks_node_group.base", "scaling_config.min_size", Expression::Integer(2));
        let never = json!({ "rollingUpdate": { "maxUnavailable": 0 } });
        set(platform, "Application", "karpenter", &format!("{VALUES}/strategy"), never);
    });
    assert!(rollout.contains("set `maxUnavailable: 1` in `strategy` of its values"), "{rollout}");
}

/// A reference to the ARN of a managed resource.
fn arn(stack: &str, type_name: &'static str, label: &str) -> Expression {
    let root = Root::Declared(Address { mode: Mode::Managed, type_name, label: label.into(), stack: stack.into() });
    Expression::Traversal(Traversal { root, steps: vec![Step::Attribute("arn".into())] })
}

#[test]
fn an_arn_is_as_long_as_aws_makes_it() {
    let account = "eu-north-1:111122223333";
    for (reference, arn) in [
        (arn("cluster", "aws_eks_cluster", "main"), format!("arn:aws:eks:{account}:cluster/small")),
        (
            arn("bootstrap", "aws_ecr_repository", "cors_proxy_server"),
            format!("arn:aws:ecr:{account}:repository/small/cors-proxy-server"),
        ),
        (
            arn("cluster", "aws_cloudwatch_log_group", "control_plane"),
            format!("arn:aws:logs:{account}:log-group:/aws/eks/small/cluster"),
        ),
        (arn("bootstrap", "aws_kms_key", "state"), format!("arn:aws:kms:{account}:key/{}", "0".repeat(36))),
    ] {
        let resources = |given: Expression| {
            length(&[("statement.actions", many()), ("statement.resources", Expression::List(vec![given]))])
        };
        assert_eq!(resources(reference), resources(text(&arn)), "{arn}");
    }
}
