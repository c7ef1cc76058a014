//! Single values: what is read, and what is refused.

use stacks::settings::Settings;
use synth_framework::{IntoValue, Value};

use crate::{BASE, layer, problems};

/// The key in question, a value that is refused, and a part of the reason.
const REFUSED: &[(&str, &str, &str)] = &[
    ("aws.region", r#""Stockholm""#, "a region such as"),
    ("aws.region", r#""us-est-1""#, "did you mean `us-east-1`?"),
    ("aws.region", r#""eu-nroth-1""#, "did you mean `eu-north-1`?"),
    ("aws.region", r#""me-west-1""#, "not an AWS region with EKS"),
    ("aws.region", r#""us-west-1""#, "AWS gives an account only 2 zones, but the platform needs 3"),
    ("aws.region", r#""cn-north-1""#, "in the partition `aws-cn`, which is not supported: registries"),
    ("aws.region", r#""eusc-de-east-1""#, "in the partition `aws-eusc`, which is not supported: its services have"),
    ("aws.region", r#""us-iso-east-1""#, "in the partition `aws-iso`, which is not supported: it has no way"),
    ("aws.region", r#""us-isob-east-1""#, "in the partition `aws-iso-b`, which"),
    ("aws.region", r#""eu-isoe-west-1""#, "in the partition `aws-iso-e`, which"),
    ("aws.region", r#""us-isof-south-1""#, "in the partition `aws-iso-f`, which"),
    ("aws.provider_floor", r#""5.99.0""#, "a version of the AWS provider from 5.100.0 on and below 7.0.0"),
    ("aws.provider_floor", r#""7.0.0""#, "is `7.0.0`, a version of the AWS provider from 5.100.0 on"),
    ("aws.provider_floor", r#"">= 6.0.0""#, "a version of the AWS provider"),
    ("aws.provider_floor", r#""6.66""#, "a version of the AWS provider"),
    ("aws.account_id", r#""11112222333x""#, "an account id of 12 digits is expected"),
    ("aws.account_id", "111122223333", "is an integer, a string is expected"),
    ("aws.tags", r#"{ "aws:team" = "a" }"#, "is not a tag key"),
    ("state.bucket", r#""Tideline.State""#, "a bucket name"),
    ("state.bucket", r#""a-bucket-whose-name-is-as-long-as-s3-allows-but-for-its-log-too""#, "3 to 58 characters"),
    ("github.oidc_provider", r#""keep""#, "one of `create` and `adopt` is expected"),
    ("github.guard", r#""reviewer""#, "one of `reviewers` and `dispatch` is expected"),
    ("github.guard", r#""reviewer""#, "did you mean `reviewers`?"),
    ("github.attestations", r#""public""#, "one of `when-public`, `always` and `never` is expected"),
    ("registry.scanning", r#""keep""#, "one of `create` and `adopt` is expected"),
    ("repository.url", r#""github.com/example-org/tideline""#, "a repository such as"),
    ("repository.credentials", r#""ssh""#, "needs an SSH address"),
    ("repository.revision", r#""--upload-pack=x""#, "a branch, tag or commit is expected"),
    ("network.zones", r#"["eu-north-1a", "eu-north-1b", "eu-north-1a"]"#, "is in this list twice"),
    ("network.nat_gateways", r#""one""#, "one of `per-zone` and `single` is expected"),
    ("network.flow_log_retention_days", "15", "choose one of `1`, `3`, `5`, `7`, `14`"),
    ("network.interface_endpoints", r#"["com.amazonaws/ecr"]"#, "the short name of a service"),
    ("network.interface_endpoints", r#"["1s"]"#, "the short name of a service"),
    ("network.interface_endpoints", r#"["s3"]"#, "a gateway endpoint that costs nothing: remove it"),
    ("cluster.kubernetes_version", r#""1.38""#, "choose one of `1.35`, `1.36` and `1.37`"),
    ("cluster.log_types", r#"["api", "kubelet"]"#, "one of `api`"),
    ("cluster.kms_deletion_window_days", "6", "but must be from 7 to 30"),
    ("cluster.admin_principal_arns", r#"["arn:aws:sts::111122223333:assumed-role/a/b"]"#, "the ARN of an IAM role"),
    ("cluster.admin_principal_arns", r#"["arn:aws-cn:iam::111122223333:role/a"]"#, "is in the partition `aws`"),
    ("cluster.volume_attach_limit", "0", "but must be from 1 to 100"),
    ("observability.own_series", "-1", "but must be from 0 to"),
    ("cluster.addon_versions.coredns", r#""latest""#, "`\"\"` or an exact build"),
    ("base_nodes.ami_type", r#""AL2_x86_64""#, "one of `AL2023_x86_64_STANDARD`"),
    ("base_nodes.instance_types", "[]", "is empty: name at least one"),
    (
        "base_nodes.instance_types",
        r#"["m7i.xlarge", "m7i.xlage"]"#,
        "is not a known instance type (categories c, m, r and t",
    ),
    ("base_nodes.instance_types", r#"["m7i.xlarge", "m7i.xlage"]"#, "did you mean `m7i.xlarge`?"),
    ("base_nodes.instance_types", r#"["m4.xlarge", "m7i.xlarge"]"#, "is not a known instance type"),
    ("base_nodes.instance_types", r#"["m7i.xlarge", "c6a.xlarge"]"#, "which AWS does not offer in"),
    (
        "base_nodes.instance_types",
        r#"["m8id.xlarge"]"#,
        "no type that AWS offers in 3 zones of `eu-north-1`, at best in 2",
    ),
    ("base_nodes.release_version", r#""1.36.3-20261303""#, "a version of Kubernetes and a day"),
    ("base_nodes.release_version", r#""1.62.1-5d9ac849""#, "not a release of `base_nodes.ami_type`"),
    ("base_nodes.release_version", r#""1.35.6-20260903""#, "name a release that begins with `1.36.`"),
    ("services.proxy.late_connections_seconds", "301", "but must be from 0 to 300"),
    ("base_nodes.min_size", "-1", "but must be from 0 to"),
    ("argocd.chart_version", r#""10.x""#, "an exact version"),
    ("argocd.notifications_secret", r#""https://hooks.example.com/secret""#, "the name of a Secret"),
    ("observability.receivers.secret", r#""https://hooks.example.com/secret""#, "the name of a Secret"),
    ("observability.receivers.secret", "\"\"", "name the Secret that has it"),
    ("observability.receivers.slack_channel", r#""alerts""#, "a channel such as"),
    ("observability.receivers.sns_topic_arn", r#""alerts""#, "the ARN of a topic"),
    ("observability.receivers.mail_to", r#"["On call <on-call@example.com>"]"#, "an address such as"),
    ("observability.receivers.mail_server", r#""smtp.example.com""#, "a server such as"),
    ("argocd.domain", r#""https://argocd.example.com""#, "a host name"),
    ("karpenter.ami_alias", r#""al2023@latest""#, "a dated image"),
    ("karpenter.ami_alias", r#""al2023@v20261303""#, "a dated image"),
    ("karpenter.ami_alias", r#""al2023@v20260931""#, "a dated image"),
    ("karpenter.expire_after", r#""14 days""#, "a duration"),
    ("karpenter.termination_grace_period", r#""Never""#, "a duration"),
    ("karpenter.node_pools.spot.architectures", r#"["x86_64"]"#, "one of `amd64` and `arm64` is expected"),
    ("karpenter.node_pools.spot.weight", "101", "but must be from 1 to 100"),
    ("services.namespace", r#""kube-system""#, "belongs to Kubernetes"),
    ("services.namespace", r#""monitoring""#, "is taken by `observability.namespace`"),
    ("services.unreachable_seconds", "301", "but must be from 0 to 300"),
    ("services.cors_proxy_server.port", "1024", "but must be from 1025 to 65535"),
    ("services.cors_proxy_server.image.tag", r#""latest""#, "a tag other than `latest`"),
    ("services.cors_proxy_server.image.digest", r#""sha256:12""#, "64 hexadecimal digits"),
    ("services.proxy.allow_targets", r#"["10.0.0.1"]"#, "a target such as"),
    ("services.proxy.allow_origins", r#"["https://app.example.com/"]"#, "`*` or an origin"),
    ("services.proxy.certificate_arn", r#""arn:aws:acm:us-east-1:111122223333:certificate/1""#, "its own region"),
    (
        "services.proxy.certificate_arn",
        r#""arn:aws-us-gov:acm:eu-north-1:111122223333:certificate/1""#,
        "but `aws.region`",
    ),
    ("edge.countries", r#"["UK"]"#, "or `GB` for the United Kingdom, is expected"),
    ("edge.countries", r#"["SE", "ZZ"]"#, "is `ZZ`, a country's two letters"),
    ("edge.alarm_topic_arn", r#""arn:aws:sns:us-east-1:111122223333:alarms.fifo""#, "a FIFO topic"),
    ("edge.alarm_topic_arn", r#""arn:aws-cn:sns:us-east-1:111122223333:alarms""#, "begin it with `arn:aws:`"),
    ("karpenter.service_account", r#""default""#, "the account of all pods of its namespace"),
    ("karpenter.service_account", r#""aws-node""#, "which another part of the platform has in `kube-system`"),
    (
        "load_balancer_controller.service_account",
        r#""karpenter""#,
        "in the same namespace, and an account has one role",
    ),
    ("load_balancer_controller.namespace", r#""services""#, "where only services may run"),
    ("load_test.rate", "0", "but must be from 1 to"),
    ("state.key_prefix", "\"errored/mine\"", "not below `errored`"),
];

#[test]
fn values_out_of_shape_are_refused_at_their_own_line() {
    for (key, value, reason) in REFUSED {
        let (table, name) = key.rsplit_once('.').unwrap();
        let found = problems(&format!("\n[{table}]\n{name} = {value}\n"));
        let [problem] = found.as_slice() else { panic!("`{key} = {value}` gave {found:#?}") };
        assert!(problem.message.contains(reason), "`{key} = {value}` gave: {problem}");
        assert!(problem.key.starts_with(key), "`{key} = {value}` gave: {problem}");
        assert_eq!((problem.file.as_str(), problem.line), ("stacks/environments/staging.toml", 3));
    }
}

#[test]
fn an_open_setting_is_none() {
    let settings = Settings::parse("default", &[layer("default", BASE)]).unwrap();
    assert_eq!(settings.github.owner_id, None);
    assert_eq!(settings.services.proxy.certificate_arn, None);
    assert_eq!(settings.cluster.addon_versions.eks_node_monitoring_agent, None);
}

#[test]
fn subjects_of_tokens_name_the_repository_and_then_its_numbers() {
    let read = |numbers: &str| {
        let layers = [layer("default", BASE), layer("staging", &format!("[github]\n{numbers}"))];
        Settings::parse("staging", &layers).unwrap().github.subjects()
    };
    assert_eq!(read(""), ["repo:example-org/tideline"]);
    let both = ["repo:example-org/tideline", "repo:example-org@7/tideline@42"];
    assert_eq!(read("owner_id = 7\nrepository_id = 42"), both);
}

#[test]
fn typed_settings_are_strings_in_a_stack() {
    let settings = Settings::parse("default", &[layer("default", BASE)]).unwrap();
    let text = |value: Value<String>| format!("{:?}", value.expression());
    assert_eq!(text((&settings.network.cidr).into_value()), r#"String("10.0.0.0/16")"#);
    assert_eq!(text(settings.cluster.kubernetes_version.into_value()), r#"String("1.36")"#);
    assert_eq!(text(settings.cluster.support_type.into_value()), r#"String("STANDARD")"#);
}

#[test]
fn the_partition_follows_the_region() {
    let mut aws = Settings::parse("default", &[layer("default", BASE)]).unwrap().aws;
    assert_eq!((aws.partition(), aws.registry().as_str()), ("aws", "111122223333.dkr.ecr.eu-north-1.amazonaws.com"));
    aws.region = "us-gov-west-1".parse().unwrap();
    assert_eq!(aws.partition(), "aws-us-gov");
}

#[test]
fn a_setting_knows_the_line_of_the_last_file_that_names_it() {
    let staging = "[karpenter.node_pools.spot]\n\nlimit_cpu = 32\n";
    let settings = Settings::parse("staging", &[layer("default", BASE), layer("staging", staging)]).unwrap();
    let place = |key| settings.place(key).map(|place| (place.file, place.line, place.column));
    let overridden = place("karpenter.node_pools.spot.limit_cpu");
    assert_eq!(overridden, Some(("stacks/environments/staging.toml".to_owned(), 3, 13)));
    let (file, line, _) = place("karpenter.node_pools.on-demand.limit_cpu").unwrap();
    assert_eq!(file, "stacks/environments/default.toml");
    assert!(BASE.lines().nth(line - 1).unwrap().starts_with("limit_cpu = "));
    assert_eq!(place("services.internal.orders.port"), place("services.internal"));
    assert_eq!(place("nothing.of_the_kind"), None);
}
