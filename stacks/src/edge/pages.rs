//! Static content: a private bucket that the distribution alone reads, with the proxy's own page in it.

use synth_bindings::{
    aws_cloudfront_distribution, aws_s3_bucket, aws_s3_bucket_policy, aws_s3_bucket_versioning as versioning,
    aws_s3_object,
};
use synth_framework::{Stack, run, text};

use crate::{
    bootstrap::bucket::{close, encrypt, tls_alone},
    iam::{allow, condition, document, services},
    settings::Settings,
};

/// The proxy's own page, as the proxy serves it at `/`.
const PAGE: &str = include_str!("../../../apps/cors-proxy-server/src/page.html");

/// What the keys of content begin with that is not the proxy's page.
pub(crate) const STATIC_PREFIX: &str = "static";

/// The object of the page, which is the distribution's root.
pub(super) const INDEX: &str = "index.html";

/// Declares the bucket and the page.
pub(super) fn bucket(settings: &Settings, stack: &Stack) -> aws_s3_bucket::Handle {
    // What lies in it was put there from elsewhere, and keeps no teardown waiting.
    let bucket = aws_s3_bucket("pages").bucket(settings.pages_bucket()).force_destroy(true).add_to(stack);
    let blocked = close("pages", &bucket, None, stack);
    run("static_content_is_closed")
        .assert(blocked.restrict_public_buckets(), "a policy of the bucket can open it")
        .add_to(stack);
    encrypt("pages", &bucket, None, stack);
    versioning("pages")
        .bucket(bucket.id())
        .versioning_configuration(versioning::versioning_configuration().status("Enabled"))
        .add_to(stack);
    aws_s3_object("index")
        .bucket(bucket.id())
        .key(INDEX)
        .content(PAGE)
        .content_type("text/html; charset=utf-8")
        .cache_control("public, max-age=300")
        .add_to(stack);
    bucket
}

/// Lets the distribution read the bucket, and nobody else.
pub(super) fn let_in(
    bucket: &aws_s3_bucket::Handle,
    distribution: &aws_cloudfront_distribution::Handle,
    stack: &Stack,
) {
    let [plain, old] = tls_alone(bucket);
    let read = allow("CloudFrontReads", ["s3:GetObject"])
        .principals(services(["cloudfront.amazonaws.com"]))
        .resources([text!("{}/*", bucket.arn())])
        .condition(condition("StringEquals", "AWS:SourceArn", [text!("{}", distribution.arn())]));
    let policy = document(stack, "pages_bucket", [plain, old, read]);
    aws_s3_bucket_policy("pages").bucket(bucket.id()).policy(policy.json()).add_to(stack);
}
