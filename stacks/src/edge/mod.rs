//! The edge stack: `CloudFront` and WAF before the proxy, static content from a bucket, and the logs and alarms of both.
//!
//! It comes after the cluster, whose load balancer it finds by name, and goes before it: a VPC origin holds that balancer.

mod alarms;
mod caching;
mod distribution;
mod firewall;
mod logs;
mod names;
mod origin;
mod pages;

use synth_framework::{Stack, output, text};

pub(crate) use caching::{CACHE_KEY, VARIES_BY};
pub(crate) use pages::STATIC_PREFIX;

use crate::{settings::Settings, terraform};

/// Declares the edge stack.
pub fn define(settings: &Settings, stack: &Stack) {
    let global = terraform::aws_and_global(settings, &stack.file("terraform"));
    terraform::mock_aws(stack);
    let (balancer, origin) = origin::origin(settings, &stack.file("origin"));
    let pages = settings.edge.static_content.then(|| pages::bucket(settings, &stack.file("pages")));
    let firewall = firewall::firewall(settings, &global, &stack.file("firewall"));
    let caching = caching::policies(settings, &stack.file("caching"));
    let names = names::names(settings, &global, &stack.file("names"));
    let distribution = distribution::distribution(
        settings,
        (&balancer, &origin, pages.as_ref()),
        names.as_ref(),
        &caching,
        &firewall,
        &stack.file("distribution"),
    );
    if let Some(names) = &names {
        names::lead(names, &distribution, &stack.file("names"));
    }
    if let Some(pages) = &pages {
        pages::let_in(pages, &distribution, &stack.file("pages"));
    }
    logs::access_log(settings, &distribution, &global, &stack.file("logs"));
    alarms::alarms(settings, &distribution, &firewall, &global, &stack.file("alarms"));
    let outputs = &stack.file("outputs");
    output("distribution_id", distribution.id()).description("Id of the distribution.").add_to(outputs);
    output("domain_name", distribution.domain_name())
        .description("Name that CloudFront gives: what a host name of your own is an alias of.")
        .add_to(outputs);
    let own = names.as_ref().map(|names| text!("https://{}", &names.host));
    let url = own.unwrap_or_else(|| text!("https://{}", distribution.domain_name()));
    output("url", url).description("Where viewers reach the proxy.").add_to(outputs);
    if let Some(pages) = &pages {
        output("pages_bucket", pages.bucket()).description("Bucket of static content.").add_to(outputs);
    }
}
