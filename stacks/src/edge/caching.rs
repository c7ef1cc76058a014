//! What responses are kept by, and what the proxy is told of a request.

use synth_bindings::{
    aws_cloudfront_cache_policy as cache_policy, aws_cloudfront_origin_request_policy as request_policy,
    aws_cloudfront_response_headers_policy as headers_policy,
};
use synth_framework::Stack;

use crate::settings::Settings;

/// What the proxy's own answers vary by: its grant (`Origin`, and `Sec-Fetch-Site` where there is none), its preflights, and
/// whatever it passes on of a target that knows the client, or the host, of which the proxy tells it.
pub(crate) const VARIES_BY: [&str; 6] = [
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "Host",
    "Origin",
    "Sec-Fetch-Site",
];

/// The headers that responses are kept by: those, and what servers of the web vary by most. `CloudFront` takes ten at most, and reads no
/// `Vary`; the proxy keeps from it what varies by anything else, and what is not expressly for everybody (`--cache-key`).
/// `Accept-Encoding` is a key of its own.
pub(crate) const CACHE_KEY: [&str; 8] = [
    "Accept",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "Host",
    "Origin",
    "Sec-Fetch-Site",
];

/// The most seconds for which a response is kept, whatever its target says.
const A_DAY: u32 = 86_400;

/// The policies.
pub(super) struct Policies {
    pub(super) proxy: cache_policy::Handle,
    pub(super) request: request_policy::Handle,
    pub(super) pages: Option<Pages>,
}

/// How static content is kept, and what browsers may do with the proxy's page and with the rest.
pub(super) struct Pages {
    pub(super) cache: cache_policy::Handle,
    pub(super) page: headers_policy::Handle,
    pub(super) content: headers_policy::Handle,
}

/// Declares the policies.
pub(super) fn policies(settings: &Settings, stack: &Stack) -> Policies {
    use cache_policy::parameters_in_cache_key_and_forwarded_to_origin as key;
    let proxy = cache_policy("proxy")
        .name(settings.named("proxy"))
        .comment("Keeps what targets let a shared cache keep, by all that the proxy varies by")
        .min_ttl(0)
        // What says nothing of caches is not kept.
        .default_ttl(0)
        .max_ttl(A_DAY)
        .parameters_in_cache_key_and_forwarded_to_origin(
            cache_policy::parameters_in_cache_key_and_forwarded_to_origin()
                // The proxy passes no cookies on.
                .cookies_config(key::cookies_config().cookie_behavior("none"))
                .enable_accept_encoding_brotli(true)
                .enable_accept_encoding_gzip(true)
                .headers_config(
                    key::headers_config()
                        .header_behavior("whitelist")
                        .headers(key::headers_config::headers().items(CACHE_KEY)),
                )
                .query_strings_config(key::query_strings_config().query_string_behavior("all")),
        )
        .add_to(stack);
    let request = request_policy("proxy")
        .name(settings.named("proxy"))
        .comment("Tells the proxy everything, with the host that the viewer asked for")
        .cookies_config(request_policy::cookies_config().cookie_behavior("none"))
        // The proxy's way is plain HTTP, so nothing has to fit the host; with `--behind-edge` targets are told of it.
        .headers_config(request_policy::headers_config().header_behavior("allViewer"))
        .query_strings_config(request_policy::query_strings_config().query_string_behavior("all"))
        .add_to(stack);
    let pages = settings.edge.static_content.then(|| Pages {
        cache: pages_caching(settings, stack),
        page: headers("pages", "What browsers may do with the proxy's page", Some(PAGE_POLICY), settings, stack),
        content: headers("content", "What browsers are told of content of your own", None, settings, stack),
    });
    Policies { proxy, request, pages }
}

/// Static content is kept by its path alone.
fn pages_caching(settings: &Settings, stack: &Stack) -> cache_policy::Handle {
    use cache_policy::parameters_in_cache_key_and_forwarded_to_origin as key;
    cache_policy("pages")
        .name(settings.named("pages"))
        .comment("Keeps static content by its path")
        .min_ttl(0)
        .default_ttl(300)
        .max_ttl(A_DAY)
        .parameters_in_cache_key_and_forwarded_to_origin(
            cache_policy::parameters_in_cache_key_and_forwarded_to_origin()
                .cookies_config(key::cookies_config().cookie_behavior("none"))
                .enable_accept_encoding_brotli(true)
                .enable_accept_encoding_gzip(true)
                .headers_config(key::headers_config().header_behavior("none"))
                .query_strings_config(key::query_strings_config().query_string_behavior("none")),
        )
        .add_to(stack)
}

/// The headers that browsers get with what lies in the bucket, with what the content may do if somebody knows.
fn headers(
    name: &str,
    comment: &str,
    policy: Option<&str>,
    settings: &Settings,
    stack: &Stack,
) -> headers_policy::Handle {
    use headers_policy::security_headers_config as security;
    let security = headers_policy::security_headers_config()
        .content_type_options(security::content_type_options().override_(true))
        .frame_options(security::frame_options().frame_option("DENY").override_(true))
        .referrer_policy(security::referrer_policy().referrer_policy("no-referrer").override_(true))
        .strict_transport_security(
            security::strict_transport_security().access_control_max_age_sec(31_536_000).override_(true),
        );
    let security = match policy {
        Some(policy) => security.content_security_policy(
            headers_policy::security_headers_config::content_security_policy()
                .content_security_policy(policy)
                .override_(true),
        ),
        None => security,
    };
    headers_policy(name).name(settings.named(name)).comment(comment).security_headers_config(security).add_to(stack)
}

/// The page may run its own inline script and style, and fetch from its own origin: as `page.rs` of the proxy has it.
const PAGE_POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                           img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
