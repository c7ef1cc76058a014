//! The origin: the proxy's load balancer, which has no address on the internet.

use synth_bindings::{aws_cloudfront_vpc_origin, data};
use synth_framework::Stack;

use crate::settings::Settings;

/// Seconds that `CloudFront` waits for the proxy: for the first byte, and between two. The most without a raised quota, because the
/// proxy follows redirects, and has `--timeout` for each.
pub(super) const READ_SECONDS: u32 = 60;

/// Seconds for which `CloudFront` keeps a connection that nothing goes over: fewer than the proxy's `--idle-timeout`, or requests meet a
/// connection that is being closed.
pub(super) const KEEPALIVE_SECONDS: u32 = 50;

/// Declares the VPC origin of the balancer that the cluster stack has made.
pub(super) fn origin(settings: &Settings, stack: &Stack) -> (data::aws_lb::Handle, aws_cloudfront_vpc_origin::Handle) {
    let balancer = data::aws_lb("proxy").name(settings.balancer_name()).add_to(stack);
    let endpoint = aws_cloudfront_vpc_origin::vpc_origin_endpoint_config()
        .arn(balancer.arn())
        .name(settings.balancer_name())
        .http_port(80)
        .https_port(443)
        // Plain, as the balancer's way to the pods is: it stays inside of AWS's network and this VPC.
        .origin_protocol_policy("http-only")
        .origin_ssl_protocols(
            aws_cloudfront_vpc_origin::vpc_origin_endpoint_config::origin_ssl_protocols()
                .items(["TLSv1.2"])
                .quantity(1),
        );
    let origin = aws_cloudfront_vpc_origin("proxy")
        .vpc_origin_endpoint_config(endpoint)
        .tags([("Name", settings.balancer_name())])
        .add_to(stack);
    (balancer, origin)
}
