//! The distribution: static content by its paths, and everything else to the proxy, whose paths are URLs.

use synth_bindings::{
    aws_cloudfront_distribution as cdn, aws_cloudfront_origin_access_control, aws_cloudfront_vpc_origin, aws_s3_bucket,
    aws_wafv2_web_acl, data,
};
use synth_framework::{IntoBlocks, Stack, run};

use super::{
    caching::Policies,
    names::Names,
    origin::{KEEPALIVE_SECONDS, READ_SECONDS},
    pages::INDEX,
};
use crate::settings::{GeoRestriction, Settings};

/// The origin of the proxy.
const PROXY: &str = "proxy";

/// The origin of static content.
const PAGES: &str = "pages";

/// Paths of static content. None is a target of the proxy: a host has a dot or a port, and `index.html` none that resolves.
const STATIC: [&str; 3] = ["/", "/index.html", CONTENT];

/// Paths of what is not the proxy's page.
const CONTENT: &str = "/static/*";

/// Errors that `CloudFront` would keep for ten seconds although nobody says so. A target's 404 may be another a moment later.
const ERRORS: [u32; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/// Declares the distribution.
pub(super) fn distribution(
    settings: &Settings,
    (balancer, origin, pages): (
        &data::aws_lb::Handle,
        &aws_cloudfront_vpc_origin::Handle,
        Option<&aws_s3_bucket::Handle>,
    ),
    names: Option<&Names>,
    policies: &Policies,
    firewall: &aws_wafv2_web_acl::Handle,
    stack: &Stack,
) -> cdn::Handle {
    let edge = &settings.edge;
    let control = pages.map(|_| {
        aws_cloudfront_origin_access_control(PAGES)
            .name(settings.named(PAGES))
            .description("CloudFront signs what it asks the bucket for")
            .origin_access_control_origin_type("s3")
            .signing_behavior("always")
            .signing_protocol("sigv4")
            .add_to(stack)
    });
    let proxy = cdn::origin().origin_id(PROXY).domain_name(balancer.dns_name()).vpc_origin_config(
        cdn::origin::vpc_origin_config()
            .vpc_origin_id(origin.id())
            .origin_read_timeout(READ_SECONDS)
            .origin_keepalive_timeout(KEEPALIVE_SECONDS),
    );
    let bucket = pages.zip(control.as_ref()).map(|(pages, control)| {
        cdn::origin()
            .origin_id(PAGES)
            .domain_name(pages.bucket_regional_domain_name())
            .origin_access_control_id(control.id())
    });
    let paths = policies.pages.as_ref().map(|pages| {
        STATIC.map(|path| {
            let headers = if path == CONTENT { &pages.content } else { &pages.page };
            cdn::ordered_cache_behavior()
                .path_pattern(path)
                .target_origin_id(PAGES)
                .viewer_protocol_policy("redirect-to-https")
                .allowed_methods(["GET", "HEAD"])
                .cached_methods(["GET", "HEAD"])
                .compress(true)
                .cache_policy_id(pages.cache.id())
                .response_headers_policy_id(headers.id())
        })
    });
    let behavior = cdn::default_cache_behavior()
        .target_origin_id(PROXY)
        .viewer_protocol_policy("redirect-to-https")
        .allowed_methods(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"])
        // A preflight is kept only by all that it asks, and only for as long as the proxy says: it says nothing.
        .cached_methods(["GET", "HEAD", "OPTIONS"])
        .compress(true)
        .cache_policy_id(policies.proxy.id())
        .origin_request_policy_id(policies.request.id());
    let errors = ERRORS.map(|code| cdn::custom_error_response().error_code(code).error_caching_min_ttl(0));
    let mut made = cdn("main")
        .enabled(true)
        .comment(format!("The edge of {}", settings.name))
        .http_version("http2and3")
        .is_ipv6_enabled(true)
        .price_class(edge.price_class.as_str())
        .web_acl_id(firewall.arn())
        .origin(proxy)
        .origin(bucket)
        .default_cache_behavior(behavior)
        .custom_error_response(errors)
        .restrictions(cdn::restrictions().geo_restriction(countries(settings)));
    if let Some(paths) = paths {
        made = made.default_root_object(INDEX).ordered_cache_behavior(paths);
    }
    let certificate = cdn::viewer_certificate();
    let made = match names {
        Some(names) => made.aliases([&names.host]).viewer_certificate(
            certificate
                .acm_certificate_arn(&names.certificate)
                .ssl_support_method("sni-only")
                // The newest that the provider 5.100.0 knows.
                .minimum_protocol_version("TLSv1.2_2021"),
        ),
        None => made.viewer_certificate(certificate.cloudfront_default_certificate(true)),
    }
    .tags([("Name", settings.named("edge"))])
    .add_to(stack);
    run("everything_passes_the_firewall")
        .assert(made.web_acl_id().equals(firewall.arn()), "requests reach the proxy without a look at them")
        .assert(
            made.default_cache_behavior().viewer_protocol_policy().equals("redirect-to-https"),
            "credentials travel in the open",
        )
        .add_to(stack);
    made
}

fn countries(settings: &Settings) -> impl IntoBlocks<cdn::restrictions::geo_restriction::Shape> {
    let edge = &settings.edge;
    let kind = match edge.geo_restriction {
        GeoRestriction::Off => "none",
        GeoRestriction::Allow => "whitelist",
        GeoRestriction::Deny => "blacklist",
    };
    cdn::restrictions::geo_restriction().restriction_type(kind).locations(edge.countries.clone())
}
