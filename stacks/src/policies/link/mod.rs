//! LINK: names, tags and ports that one layer declares and another relies on.

mod aws;
mod bound;
mod certificates;
mod clients;
mod delivery;
mod entrances;
mod named;
mod names;
mod partition;
mod permissions;
mod placement;
mod ports;
mod reach;
mod roles;
mod runner;
mod secrets;
mod traffic;
mod zones;

use synth_review::Policy;

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    aws::DISCOVERY_TAG_ON_SUBNETS,
    aws::DISCOVERY_TAG_ON_ONE_GROUP,
    aws::NODE_ROLE,
    aws::INTERRUPTION_QUEUE,
    aws::POD_IDENTITY,
    aws::CLUSTER_NAME,
    zones::ZONAL_SHIFT,
    ports::ALLOWED_TARGET,
    ports::HEALTH_CHECK,
    ports::SERVICE_PORTS,
    ports::MONITORED_PORTS,
    traffic::TRAFFIC_ADMITTED,
    names::NAMESPACES_EXIST,
    names::NAMES_EXIST,
    delivery::WAVES_IN_ORDER,
    delivery::PROJECT_ALLOWS,
    delivery::EVERY_FOLDER_IS_SYNCED,
    placement::SYSTEM_PODS_ON_BASE_NODES,
    runner::RUNNER_REACHES_CLUSTER,
    reach::CONTROL_PLANE_REACHES_WEBHOOKS,
    reach::NODES_ADMIT_PODS,
    permissions::NODE_PERMISSIONS,
    ports::UNTRANSLATED_PORTS,
    partition::ONE_PARTITION,
    zones::HALF_WAY,
    clients::DO_NOT_COLLIDE,
    clients::ARE_NAMED,
    secrets::SECRETS_ARRIVE,
    secrets::SECRETS_READABLE,
    roles::ROLES_REACH_PODS,
    entrances::LEAD_TO_PODS,
    entrances::SAY_THE_SAME,
    bound::BOUND,
    bound::BALANCER_REACHES_PODS,
    named::CERTIFIED,
    named::RECORDED,
    certificates::CERTIFICATES_ARE_MADE,
    certificates::AUTHORITIES_HAVE_KEYS,
    certificates::CERTIFICATES_ARE_BELIEVED,
];
