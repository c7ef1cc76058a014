//! SEC: what pull requests may do.

use insta::assert_snapshot;

use crate::fixture::{argue, broken, text, texts};

#[test]
fn a_role_for_pull_requests_with_a_policy_of_aws_is_found() {
    let attachment = "aws_iam_role_policy_attachment.github_plan_network";
    let everything = text("arn:aws:iam::aws:policy/ReadOnlyAccess");
    assert_snapshot!(broken("SEC016", |platform| argue(platform, attachment, "policy_arn", everything)), @r"
    aws_iam_role_policy_attachment.github_plan_network in bootstrap/github.tf.json gives pull requests `arn:aws:iam::aws:policy/ReadOnlyAccess`, a policy whose actions are not listed here
      mend: grant a policy of its own that names the actions that plans call
    ");
}

#[test]
fn what_pull_requests_could_read_or_change_is_found() {
    let allowing = |actions: &[&str]| {
        let document = "data.aws_iam_policy_document.github_plan_network";
        broken("SEC016", |platform| argue(platform, document, "statement.actions", texts(actions)))
    };
    assert_snapshot!(allowing(&["s3:GetObject", "ec2:Get*", "ec2:CreateTags", "kms:Decrypt"]), @r"
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `s3:GetObject` on every resource in its statement `Network`
      mend: name the resources
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call every `ec2:Get*` in its statement `Network`
      mend: name the actions that plans call
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `ec2:CreateTags`, which does more than read, in its statement `Network`
      mend: leave it to the role that applies
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `kms:Decrypt` on every resource in its statement `Network`
      mend: name the resources
    ");
    assert_eq!(allowing(&["ec2:DescribeImages"]), "");
}

#[test]
fn every_object_is_every_resource_for_pull_requests_too() {
    let reading = |resource: &str| {
        let document = "data.aws_iam_policy_document.github_plan_network";
        broken("SEC016", |platform| {
            argue(platform, document, "statement.actions", texts(&["s3:GetObject"]));
            argue(platform, document, "statement.resources", texts(&[resource]));
        })
    };
    for everything in ["arn:aws:s3:::*", "arn:aws:s3:::*/*", "*"] {
        assert!(reading(everything).contains("call `s3:GetObject` on every resource"), "{everything}");
    }
    assert_eq!(reading("arn:aws:s3:::small-state-111122223333/tideline/*"), "");
    assert_snapshot!(reading("arn:aws:s3:::another/tideline/*"), @r"
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `s3:GetObject` on more than this platform's state in its statement `Network`
      mend: name only `arn:aws:s3:::small-state-111122223333/tideline/*`
    ");
}

#[test]
fn what_lies_in_things_is_read_by_no_plan_whatever_it_names() {
    let document = "data.aws_iam_policy_document.github_plan_registry";
    let layers = texts(&["ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer"]);
    assert_snapshot!(broken("SEC016", |platform| argue(platform, document, "statement.actions", layers)), @r"
    aws_iam_policy.github_plan_registry in bootstrap/github.tf.json lets pull requests call `ecr:GetDownloadUrlForLayer`, which reads the contents of resources, in its statement `Repositories`
      mend: leave it out: no plan asks for it
    aws_iam_policy.github_plan_registry in bootstrap/github.tf.json lets pull requests call `ecr:GetDownloadUrlForLayer`, which reads the contents of resources, in its statement `Scanning`
      mend: leave it out: no plan asks for it
    ");
    let document = "data.aws_iam_policy_document.github_plan_network";
    assert_snapshot!(broken("SEC016", |platform| {
        argue(platform, document, "statement.actions", texts(&["kms:Decrypt"]));
        argue(platform, document, "statement.resources", texts(&["arn:aws:kms:eu-north-1:111122223333:key/*"]));
    }), @r"
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `kms:Decrypt` with more than one key in its statement `Network`
      mend: name the key of the state
    ");
}

#[test]
fn a_cluster_that_pull_requests_see_or_change_is_found() {
    let access = "aws_eks_access_policy_association.plan";
    assert_snapshot!(broken("SEC016", |platform| argue(platform, access, "access_scope.type", text("cluster"))), @r"
    aws_eks_access_policy_association.plan in cluster/access.tf.json lets pull requests see more of the cluster than the namespace `argocd`
      mend: give it an `access_scope` of the type `namespace` with `argocd` alone
    ");
    let beside = texts(&["argocd", "services"]);
    assert_ne!(broken("SEC016", |platform| argue(platform, access, "access_scope.namespaces", beside)), "");
    let edit = text("arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy");
    assert_snapshot!(broken("SEC016", |platform| argue(platform, access, "policy_arn", edit)), @r"
    aws_eks_access_policy_association.plan in cluster/access.tf.json gives pull requests `arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy`, which allows more than reading
      mend: associate `AmazonEKSAdminViewPolicy`
    ");
}
