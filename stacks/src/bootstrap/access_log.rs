//! Who reads and writes the state: S3 writes every request of its bucket into a second one, which nobody else writes.

use synth_bindings::{
    aws_s3_bucket, aws_s3_bucket_lifecycle_configuration as lifecycle_configuration, aws_s3_bucket_logging,
    aws_s3_bucket_policy,
};
use synth_framework::{Stack, run, text};

use super::bucket::{close, encrypt, tls_alone};
use crate::{
    iam::{allow, condition, denies_plain_http, document, services},
    settings::Settings,
};

/// Who writes the logs of S3.
const WRITER: &str = "logging.s3.amazonaws.com";

/// Declares the bucket of the log, and that the state's requests are written there.
pub(super) fn access_log(settings: &Settings, state: &aws_s3_bucket::Handle, stack: &Stack) -> aws_s3_bucket::Handle {
    let log = aws_s3_bucket("state_log").bucket(settings.state_log_bucket()).force_destroy(false).add_to(stack);
    let blocked = close("state_log", &log, None, stack);
    encrypt("state_log", &log, None, stack);
    expiry(settings, &log, stack);
    let [plain, old] = tls_alone(&log);
    let written = allow("S3WritesTheLog", ["s3:PutObject"])
        .principals(services([WRITER]))
        .resources([text!("{}/*", log.arn())])
        .condition(condition("ArnEquals", "aws:SourceArn", [text!("{}", state.arn())]))
        .condition(condition("StringEquals", "aws:SourceAccount", [&settings.aws.account_id]));
    let policy = document(stack, "state_log_bucket", [plain, old, written]);
    let attached =
        aws_s3_bucket_policy("state_log").bucket(log.id()).policy(policy.json()).depends_on(&blocked).add_to(stack);
    // S3 refuses to log into a bucket that does not let it.
    let logged = aws_s3_bucket_logging("state")
        .bucket(state.id())
        .target_bucket(log.id())
        .target_prefix("state/")
        .depends_on(&attached)
        .add_to(stack);
    run("who_reads_the_state_is_written_down")
        .assert(logged.bucket().equals(state.id()), "the requests of another bucket are logged")
        .assert(logged.target_bucket().equals(log.id()), "the log goes elsewhere")
        .assert(denies_plain_http(&policy, "s3:*"), "the log is read over plain HTTP")
        .assert(blocked.restrict_public_buckets(), "a policy of the log's bucket can open it")
        .add_to(stack);
    log
}

/// The log is kept for as long as the versions that it tells about.
fn expiry(settings: &Settings, log: &aws_s3_bucket::Handle, stack: &Stack) {
    use lifecycle_configuration::rule;
    lifecycle_configuration("state_log")
        .bucket(log.id())
        .rule(
            lifecycle_configuration::rule()
                .id("old-logs")
                .status("Enabled")
                .filter(rule::filter().prefix(""))
                .expiration(rule::expiration().days(settings.state.noncurrent_version_days))
                .abort_incomplete_multipart_upload(rule::abort_incomplete_multipart_upload().days_after_initiation(7)),
        )
        .add_to(stack);
}
