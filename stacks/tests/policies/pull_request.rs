//! SEC: what pull requests may do.

use insta::assert_snapshot;

use crate::fixture::{argue, broken, text, texts};

#[test]
fn a_role_for_pull_requests_with_a_policy_of_aws_is_found() {
    let attachment = "aws_iam_role_policy_attachment.github_plan_network";
    let everything = text("arn:aws:iam::aws:policy/ReadOnlyAccess");
    assert_snapshot!(broken("SEC016", |platform| argue(platform, attachment, "policy_arn", everything)), @r"
    aws_iam_role_policy_attachment.github_plan_network in bootstrap/github.tf.json gives pull requests `arn:aws:iam::aws:policy/ReadOnlyAccess`, whose actions nobody here has named
      mend: grant a policy of its own that names what plans call
    ");
}

#[test]
fn what_pull_requests_could_read_or_change_is_found() {
    let allowing = |actions: &[&str]| {
        let document = "data.aws_iam_policy_document.github_plan_network";
        broken("SEC016", |platform| argue(platform, document, "statement.actions", texts(actions)))
    };
    assert_snapshot!(allowing(&["s3:GetObject", "ec2:Get*", "ec2:CreateTags", "kms:Decrypt"]), @r"
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `s3:GetObject` on every resource, in its statement `Network`
      mend: name the resources
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call every `ec2:Get*`, in its statement `Network`
      mend: name the actions that plans call
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `ec2:CreateTags`, which does more than look, in its statement `Network`
      mend: leave it to the role that applies
    aws_iam_policy.github_plan_network in bootstrap/github.tf.json lets pull requests call `kms:Decrypt` on every resource, in its statement `Network`
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
    assert_eq!(reading("arn:aws:s3:::state/*"), "");
}
