//! Access logs: each request, in a bucket that nobody else writes, for a while.

use synth_bindings::{
    Aws, aws_cloudfront_distribution, aws_cloudwatch_log_delivery,
    aws_cloudwatch_log_delivery_destination as destination, aws_cloudwatch_log_delivery_source, aws_s3_bucket,
    aws_s3_bucket_lifecycle_configuration as lifecycle_configuration, aws_s3_bucket_policy,
};
use synth_framework::{ProviderHandle, Stack, text};

use crate::{
    bootstrap::bucket::{close, encrypt, tls_alone},
    iam::{allow, condition, document, services},
    settings::{GLOBAL_REGION, Settings},
};

/// Declares the bucket in the region where `CloudFront`'s logs are delivered, and the delivery.
pub(super) fn access_log(
    settings: &Settings,
    distribution: &aws_cloudfront_distribution::Handle,
    global: &ProviderHandle<Aws>,
    stack: &Stack,
) {
    // An environment that goes takes its log along: what has to stay longer is copied.
    let bucket = aws_s3_bucket("access_log")
        .provider(global)
        .bucket(settings.edge_log_bucket())
        .force_destroy(true)
        .add_to(stack);
    close("access_log", &bucket, Some(global), stack);
    encrypt("access_log", &bucket, Some(global), stack);
    expiry(settings, &bucket, global, stack);
    let account = &settings.aws.account_id;
    let sources = format!("arn:aws:logs:{GLOBAL_REGION}:{account}:delivery-source:*");
    let [plain, old] = tls_alone(&bucket);
    let written = allow("DeliveryWrites", ["s3:PutObject"])
        .principals(services(["delivery.logs.amazonaws.com"]))
        .resources([text!("{}/*", bucket.arn())])
        .condition(condition("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"]))
        .condition(condition("StringEquals", "aws:SourceAccount", [account]))
        .condition(condition("ArnLike", "aws:SourceArn", [sources]));
    let policy = document(stack, "access_log_bucket", [plain, old, written]);
    let admitted =
        aws_s3_bucket_policy("access_log").provider(global).bucket(bucket.id()).policy(policy.json()).add_to(stack);

    let name = settings.named("edge");
    let source = aws_cloudwatch_log_delivery_source("edge")
        .provider(global)
        .name(&name)
        .log_type("ACCESS_LOGS")
        .resource_arn(distribution.arn())
        .add_to(stack);
    let to = destination("edge")
        .provider(global)
        .name(&name)
        .output_format("json")
        .delivery_destination_configuration(
            destination::delivery_destination_configuration().destination_resource_arn(bucket.arn()),
        )
        .depends_on(&admitted)
        .add_to(stack);
    aws_cloudwatch_log_delivery("edge")
        .provider(global)
        .delivery_source_name(source.name())
        .delivery_destination_arn(to.arn())
        .add_to(stack);
}

fn expiry(settings: &Settings, log: &aws_s3_bucket::Handle, global: &ProviderHandle<Aws>, stack: &Stack) {
    use lifecycle_configuration::rule;
    lifecycle_configuration("access_log")
        .provider(global)
        .bucket(log.id())
        .rule(
            lifecycle_configuration::rule()
                .id("old-logs")
                .status("Enabled")
                .filter(rule::filter().prefix(""))
                .expiration(rule::expiration().days(settings.edge.access_log_retention_days))
                .abort_incomplete_multipart_upload(rule::abort_incomplete_multipart_upload().days_after_initiation(7)),
        )
        .add_to(stack);
}
