//! The bucket of Terraform's state: versioned, encrypted, reached over TLS only, backed up, and never destroyed by accident.

use synth_bindings::{
    aws_backup_plan, aws_backup_selection, aws_backup_vault, aws_iam_role_policy_attachment, aws_kms_alias,
    aws_kms_key, aws_s3_bucket, aws_s3_bucket_lifecycle_configuration as lifecycle_configuration, aws_s3_bucket_policy,
    aws_s3_bucket_public_access_block, aws_s3_bucket_server_side_encryption_configuration as encryption,
    aws_s3_bucket_versioning as versioning,
};
use synth_framework::{Stack, output, run, text};

use super::{
    access_log::access_log,
    bucket::{close, tls_alone},
};
use crate::{
    iam::{
        account_administers, condition, denies_plain_http, deny, document, grant_aws_policy, principals, service_role,
    },
    settings::Settings,
};

/// The header by which a request chooses how its object is encrypted.
const ENCRYPTION: &str = "s3:x-amz-server-side-encryption";

/// The parts of the state that the rest of the stack uses.
pub(super) struct State {
    /// The bucket.
    pub bucket: aws_s3_bucket::Handle,
    /// The bucket that its requests are logged to.
    pub log: aws_s3_bucket::Handle,
    /// The key that encrypts it.
    pub key: aws_kms_key::Handle,
}

/// Declares the bucket with all that guards it.
pub(super) fn state(settings: &Settings, stack: &Stack) -> State {
    let key = key(settings, stack);
    let bucket = aws_s3_bucket("state")
        .bucket(settings.state_bucket())
        .force_destroy(false)
        .lifecycle(|lifecycle| lifecycle.prevent_destroy(true))
        .add_to(stack);
    let enabled = versioning("state")
        .bucket(bucket.id())
        .versioning_configuration(versioning::versioning_configuration().status("Enabled"))
        .add_to(stack);
    run("replaced_states_are_kept")
        .assert(enabled.bucket().equals(bucket.id()), "another bucket keeps versions")
        .assert(
            enabled.versioning_configuration().status().equals("Enabled"),
            "a state that is lost or broken has no earlier version",
        )
        .add_to(stack);
    let blocked = close("state", &bucket, None, stack);
    run("the_state_is_never_public")
        .assert(blocked.bucket().equals(bucket.id()), "public access is blocked for another bucket")
        .assert(blocked.block_public_acls(), "the bucket may be opened by an access list")
        .assert(blocked.block_public_policy(), "the bucket may be opened by a policy")
        .assert(blocked.ignore_public_acls(), "an access list of the bucket can open it")
        .assert(blocked.restrict_public_buckets(), "a policy of the bucket can open it")
        .add_to(stack);
    let encrypted = encryption("state")
        .bucket(bucket.id())
        .rule(
            encryption::rule().bucket_key_enabled(true).apply_server_side_encryption_by_default(
                encryption::rule::apply_server_side_encryption_by_default()
                    .sse_algorithm("aws:kms")
                    .kms_master_key_id(key.arn()),
            ),
        )
        .add_to(stack);
    run("the_state_is_encrypted_with_its_own_key")
        .assert(encrypted.bucket().equals(bucket.id()), "another bucket is encrypted")
        .assert(
            encrypted.rule().every("rule", |rule| {
                let by_default = rule.apply_server_side_encryption_by_default();
                let own = by_default.kms_master_key_id().equals(key.arn());
                by_default.sse_algorithm().equals("aws:kms").and(own)
            }),
            "the state is encrypted with another key, or with none",
        )
        .assert(key.enable_key_rotation(), "the key of the state is never renewed")
        .add_to(stack);
    bucket_policy(&bucket, &blocked, stack);
    expiry(settings, &bucket, &enabled, stack);
    backup(settings, &bucket, &key, &enabled, stack);
    output("state_bucket", bucket.id()).description("Bucket of Terraform's state.").add_to(stack);
    let log = access_log(settings, &bucket, &stack.file("state-log"));
    State { bucket, log, key }
}

fn key(settings: &Settings, stack: &Stack) -> aws_kms_key::Handle {
    let key = aws_kms_key("state")
        .description(format!("Encrypts the Terraform state of {}.", settings.name))
        .enable_key_rotation(true)
        .deletion_window_in_days(30)
        .policy(document(stack, "state_key", account_administers(settings)).json())
        .lifecycle(|lifecycle| lifecycle.prevent_destroy(true))
        .add_to(stack);
    aws_kms_alias("state").name(settings.state_key_alias()).target_key_id(key.key_id()).add_to(stack);
    key
}

fn bucket_policy(bucket: &aws_s3_bucket::Handle, blocked: &aws_s3_bucket_public_access_block::Handle, stack: &Stack) {
    let [plain, old] = tls_alone(bucket);
    let unencrypted = deny("DenyOtherEncryption", ["s3:PutObject"])
        .principals(principals(["*"]))
        .resources([text!("{}/*", bucket.arn())])
        .condition(condition("StringNotEquals", ENCRYPTION, ["aws:kms"]))
        // A negation holds for an absent key, too; but what leaves encryption to the bucket gets the bucket's key.
        .condition(condition("Null", ENCRYPTION, ["false"]));
    let policy = document(stack, "state_bucket", [plain, old, unencrypted]);
    let attached =
        aws_s3_bucket_policy("state").bucket(bucket.id()).policy(policy.json()).depends_on(blocked).add_to(stack);
    run("the_state_is_reached_over_tls_alone")
        .assert(denies_plain_http(&policy, "s3:*"), "the bucket answers over plain HTTP")
        .assert(attached.bucket().equals(bucket.id()), "the policy is of another bucket")
        .add_to(stack);
}

/// Replaced versions stay long enough to go back to, and the newest of them for good.
fn expiry(settings: &Settings, bucket: &aws_s3_bucket::Handle, enabled: &versioning::Handle, stack: &Stack) {
    use lifecycle_configuration::rule;
    lifecycle_configuration("state")
        .bucket(bucket.id())
        .rule(
            lifecycle_configuration::rule()
                .id("replaced-versions")
                .status("Enabled")
                .filter(rule::filter().prefix(""))
                .noncurrent_version_expiration(
                    rule::noncurrent_version_expiration()
                        .noncurrent_days(settings.state.noncurrent_version_days)
                        .newer_noncurrent_versions(20),
                )
                .abort_incomplete_multipart_upload(rule::abort_incomplete_multipart_upload().days_after_initiation(7)),
        )
        .depends_on(enabled)
        .add_to(stack);
}

fn backup(
    settings: &Settings,
    bucket: &aws_s3_bucket::Handle,
    key: &aws_kms_key::Handle,
    enabled: &versioning::Handle,
    stack: &Stack,
) {
    let role = service_role(stack, settings, "backup", "backup.amazonaws.com");
    let policies: [aws_iam_role_policy_attachment::Handle; 2] = [
        grant_aws_policy(stack, settings, &role, "backup_s3", "AWSBackupServiceRolePolicyForS3Backup"),
        grant_aws_policy(stack, settings, &role, "restore_s3", "AWSBackupServiceRolePolicyForS3Restore"),
    ];
    let vault = aws_backup_vault("state")
        .name(settings.named("state"))
        .kms_key_arn(key.arn())
        .lifecycle(|lifecycle| lifecycle.prevent_destroy(true))
        .add_to(stack);
    let plan = aws_backup_plan("state")
        .name(settings.named("state"))
        .rule(
            aws_backup_plan::rule()
                .rule_name("daily")
                .target_vault_name(vault.name())
                .schedule("cron(0 3 * * ? *)")
                .lifecycle(aws_backup_plan::rule::lifecycle().delete_after(settings.state.backup_retention_days)),
        )
        .add_to(stack);
    // AWS Backup takes buckets only while versioning is on, and with a role that already has its policies.
    aws_backup_selection("state")
        .name(settings.named("state"))
        .plan_id(plan.id())
        .iam_role_arn(role.arn())
        .resources([bucket.arn()])
        .depends_on((enabled, policies.as_slice()))
        .add_to(stack);
}
