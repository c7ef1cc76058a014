//! The KMS keys of the cluster: one for Kubernetes secrets, one for logs.

use synth_bindings::{KeyArn, aws_kms_alias, aws_kms_key, data::aws_iam_policy_document::statement};
use synth_framework::{Ref, Stack, run, text};

use crate::{
    iam::{account_administers, allow, condition, document, services},
    settings::Settings,
};

/// The keys, by what they encrypt.
pub(super) struct Keys {
    /// Kubernetes secrets.
    pub secrets: Ref<KeyArn>,
    /// CloudWatch logs.
    pub logs: Ref<KeyArn>,
}

/// Declares the keys.
pub(super) fn keys(settings: &Settings, stack: &Stack) -> Keys {
    Keys {
        secrets: key(settings, stack, "secrets", "Kubernetes secrets", vec![account_administers(settings)]),
        logs: key(settings, stack, "logs", "logs", vec![account_administers(settings), logs_may_use(settings)]),
    }
}

fn key(
    settings: &Settings,
    stack: &Stack,
    label: &str,
    purpose: &str,
    statements: Vec<statement::Block>,
) -> Ref<KeyArn> {
    let key = aws_kms_key(label)
        .description(format!("Encrypts the {purpose} of {}.", settings.name))
        .enable_key_rotation(true)
        .deletion_window_in_days(settings.cluster.kms_deletion_window_days)
        .policy(document(stack, &format!("{label}_key"), statements).json())
        .add_to(stack);
    run(format!("the_key_of_{label}_rotates"))
        .assert(key.enable_key_rotation(), text!("the key of {} is never renewed", label))
        .add_to(stack);
    aws_kms_alias(label).name(format!("alias/{}", settings.named(label))).target_key_id(key.key_id()).add_to(stack);
    key.arn()
}

/// CloudWatch encrypts with the key only for log groups of this cluster.
fn logs_may_use(settings: &Settings) -> statement::Block {
    let aws = &settings.aws;
    let groups = format!("arn:{}:logs:{}:{}:log-group:*", aws.partition(), aws.region, aws.account_id);
    allow("LogsEncrypt", ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"])
        .principals(services([format!("logs.{}.amazonaws.com", aws.region)]))
        .resources(["*"])
        .condition(condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", [groups]))
}
