//! The rules of every bucket: access by policies alone, nothing public, and TLS.

use synth_bindings::{
    aws_s3_bucket, aws_s3_bucket_ownership_controls as ownership, aws_s3_bucket_public_access_block as block,
    data::aws_iam_policy_document::statement,
};
use synth_framework::{Stack, text};

use crate::iam::{condition, deny, principals};

/// Declares that no access list counts, and that nothing opens a bucket to the public.
#[track_caller]
pub(crate) fn close(label: &str, bucket: &aws_s3_bucket::Handle, stack: &Stack) -> block::Handle {
    ownership(label).bucket(bucket.id()).rule(ownership::rule().object_ownership("BucketOwnerEnforced")).add_to(stack);
    block(label)
        .bucket(bucket.id())
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true)
        .add_to(stack)
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
