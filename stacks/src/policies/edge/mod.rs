//! EDGE: what stands before the proxy: nobody gets around it, and nobody is given another's answer.

mod cache;
mod doors;
mod names;
mod origin;

use synth_bindings::aws_cloudfront_distribution;
use synth_review::Policy;

use crate::{
    Platform,
    names::CORS_PROXY_SERVER,
    view::{Declared, Workload},
};

pub(super) const POLICIES: &[Policy<Platform>] = &[
    origin::ORIGIN_IS_THERE,
    origin::NOBODY_GETS_AROUND,
    origin::TIMES_FIT,
    cache::KEY_TELLS_APART,
    doors::ADDRESSES_ARE_LIMITED,
    doors::BUCKETS_ARE_CLOSED,
    doors::EDGE_ALONE_IS_BELIEVED,
    names::HOST_LEADS_HERE,
];

type Distribution<'a> = Declared<'a, aws_cloudfront_distribution::Handle>;

/// The distributions.
fn distributions(platform: &Platform) -> impl Iterator<Item = Distribution<'_>> {
    platform.resources()
}

/// The proxy's pods.
fn proxy(platform: &Platform) -> Option<Workload<'_>> {
    platform.autoscaled().into_iter().find(|workload| workload.name() == CORS_PROXY_SERVER)
}

/// The key of the proxy's arguments, where they are what gives it a flag.
fn given(platform: &Platform, proxy: &Workload<'_>, flag: &str) -> Option<String> {
    let arguments = &platform.settings.services.cors_proxy_server.arguments;
    let gives = |argument: &String| argument.split('=').next() == Some(flag);
    arguments.iter().any(gives).then(|| proxy.setting("arguments"))
}
