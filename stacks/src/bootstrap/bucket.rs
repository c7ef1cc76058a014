//! The rules of every bucket: access by policies alone, nothing public, and TLS.

use synth_bindings::{
    Aws, aws_s3_bucket, aws_s3_bucket_ownership_controls as ownership, aws_s3_bucket_public_access_block as block,
    aws_s3_bucket_server_side_encryption_configuration as encryption, data::aws_iam_policy_document::statement,
};
use synth_framework::{ProviderHandle, Stack, text};

use crate::iam::{condition, deny, principals};

/// Declares that no access list counts, and that nothing opens a bucket to the public. The provider is that of its region, where
/// that is not the environment's.
#[track_caller]
pub(crate) fn close(
    label: &str,
    bucket: &aws_s3_bucket::Handle,
    provider: Option<&ProviderHandle<Aws>>,
    stack: &Stack,
) -> block::Handle {
    let owned = ownership(label).bucket(bucket.id()).rule(ownership::rule().object_ownership("BucketOwnerEnforced"));
    let closed = block(label)
        .bucket(bucket.id())
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true);
    let (owned, closed) = match provider {
        Some(provider) => (owned.provider(provider), closed.provider(provider)),
        None => (owned, closed),
    };
    owned.add_to(stack);
    closed.add_to(stack)
}

/// Declares that S3 encrypts a bucket by its own key: with another one the key's policy, too, would have to let in whoever in AWS writes
/// or reads it.
#[track_caller]
pub(crate) fn encrypt(
    label: &str,
    bucket: &aws_s3_bucket::Handle,
    provider: Option<&ProviderHandle<Aws>>,
    stack: &Stack,
) {
    let encrypted =
        encryption(label).bucket(bucket.id()).rule(encryption::rule().apply_server_side_encryption_by_default(
            encryption::rule::apply_server_side_encryption_by_default().sse_algorithm("AES256"),
        ));
    match provider {
        Some(provider) => encrypted.provider(provider),
        None => encrypted,
    }
    .add_to(stack);
}

/// The statements that deny everybody everything but over TLS of today.
pub(crate) fn tls_alone(bucket: &aws_s3_bucket::Handle) -> [statement::Block; 2] {
    let denied = |sid: &str| {
        let everything = [text!("{}", bucket.arn()), text!("{}/*", bucket.arn())];
        deny(sid, ["s3:*"]).principals(principals(["*"])).resources(everything)
    };
    [
        denied("DenyPlainHttp").condition(condition("Bool", "aws:SecureTransport", ["false"])),
        denied("DenyOldTls").condition(condition("NumericLessThan", "s3:TlsVersion", ["1.2"])),
    ]
}
