//! SCALE: whether what the autoscalers may ask for can be had.

mod alike;
mod batch;
mod entrances;
mod keda;
mod memory;
mod ownership;
mod placed;
mod planned;
mod queue;
mod room;
mod runs;
mod subnets;
mod traffic;
mod volumes;

use synth_review::Policy;

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    room::MAXIMUM_FITS_POOLS,
    room::MAXIMUM_FITS_WITHOUT_A_ZONE,
    room::MAXIMUM_FITS_WITHOUT_SPOT,
    room::QUOTA_ADMITS_MAXIMUM,
    ownership::NO_REPLICAS_BESIDE_AUTOSCALER,
    ownership::AUTOSCALER_OWNS_REPLICAS,
    ownership::REQUESTS_SET,
    ownership::MEMORY_LIMITED,
    subnets::SUBNETS_HOLD_NODES_AND_PODS,
    room::POOLS_ARE_LIMITED,
    ownership::AUTOSCALER_HAS_TARGET,
    ownership::AUTOSCALER_HAS_METRICS,
    volumes::VOLUMES_FIT_NODES,
    volumes::VOLUMES_WAIT_FOR_THEIR_DRIVER,
    batch::BATCH_FITS_SPOT,
    batch::PREFERENCES_BUY_NO_NODES,
    alike::COUNTED_ALIKE,
    memory::MEMORY_HOLDS_REQUESTS,
    keda::KEDA_MAKES_AUTOSCALERS,
    keda::ONE_AUTOSCALER,
    traffic::TRAFFIC_IS_MEASURED,
    traffic::BLIND_AUTOSCALER_KEEPS_PODS,
    traffic::PODS_COME_BEFORE_REFUSALS,
    placed::PODS_FIND_THEIR_NODES,
    placed::NOT_ON_SPOT_ALONE,
    queue::QUEUES_ARE_COUNTED,
    runs::RUNS_END_BEFORE_THE_NEXT,
    runs::RUNS_ARE_NOT_SKIPPED,
    entrances::BALANCERS_HOLD_ENTRANCES,
];
