//! SEC: what may be reached, read and done, and by whom.

mod egress;
mod entrances;
mod identity;
mod names;
mod nodes;
mod pods;
mod pull_request;
mod services;

use synth_review::Policy;

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    nodes::INSTANCE_METADATA,
    nodes::ENCRYPTED_VOLUMES,
    nodes::CLOSED_ENDPOINT,
    nodes::ENCRYPTED_SECRETS,
    pods::RESTRICTED_PODS,
    pods::NO_TOKEN,
    pods::DEFAULT_DENY,
    pods::POLICIES_ENFORCED,
    egress::OPEN_PROXY,
    identity::DOCUMENT_SIZE,
    identity::POLICIES_PER_ROLE,
    identity::WILDCARD_ACTIONS,
    identity::WORKFLOW_TRUST,
    nodes::PRIVATE_BUCKETS,
    identity::POD_ROLE_TRUST,
    pull_request::READS_NO_DATA,
    pods::STRICT_MODE,
    services::NAMED_RESOURCES,
    entrances::SPEAK_TLS,
    names::PUBLIC_MEANS_SIGNED_IN,
    names::ONE_ZONE,
    services::PLATFORM_IS_APART,
];
