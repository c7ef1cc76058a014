//! Everything that binds a platform, made to bind: it is named, with the setting to change, and the change helps.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use stacks::simulated;
use synth_twin::{
    engine::Shortage,
    load::{Load, Plan, Spike},
    network::{Bytes, Subnet},
    simulation::{Binder, Binding, Fault, Metric, Options, run, setup::Setup, trace::Trace},
    time::{Span, Time},
};

use crate::{SETUP, lost, plan, platform, slow};

/// What binds this platform up to this rate, which comes so slowly that pods keep up, with answers so small that no network binds.
#[track_caller]
fn bound(setup: &Setup, rate: f64, options: &Options) -> Binding {
    let slowly = Load::plan(Plan { rate, ramp: 1200.0, hold: 60.0, ramp_down: 10.0 }).expect("a plan");
    let trace =
        run(&Setup { bytes: Bytes::default(), ..setup.clone() }, &slowly, options).expect("a platform that fits");
    Binding::of(setup, &trace).unwrap_or_else(|| panic!("nothing is lost: {:#?}", trace.events))
}

#[track_caller]
fn names(binding: &Binding, binders: &[Binder], mend: &str) {
    let all = binders.iter().all(|binder| binding.binders.contains(binder));
    assert!(all && binding.mend.contains(mend), "{binding:#?}");
}

fn edited(edit: impl FnOnce(&mut Setup)) -> Setup {
    let mut setup = SETUP.clone();
    edit(&mut setup);
    setup
}

fn answered(trace: &Trace) -> f64 {
    trace.totals().answered
}

#[test]
fn the_autoscalers_maximum() {
    let setup = simulated::setup(&platform("[services.cors_proxy_server]\nmax_replicas = 4\n"));
    let binding = bound(&setup, 500_000.0, &Options::default());
    names(&binding, &[Binder::Processor, Binder::Maximum], "raise `services.cors_proxy_server.max_replicas`");
    let of = |setup: &Setup| {
        let wide = Setup { bytes: Bytes::default(), ..setup.clone() };
        answered(&run(&wide, &plan(500_000.0), &Options::default()).unwrap())
    };
    assert!(of(&SETUP) > 1.2 * of(&setup));
}

#[test]
fn the_bound_in_flight_that_processor_time_says_nothing_of() {
    let binding = bound(&SETUP, 20_000.0, &slow(0.25));
    names(&binding, &[Binder::InFlight, Binder::Metric], "raise `services.cors_proxy_server.memory_mib`");
    let larger = simulated::setup(&platform("[services.cors_proxy_server]\nmemory_mib = 512\n"));
    let lost_by = |setup: &Setup| lost(&run(setup, &plan(6_000.0), &slow(0.25)).unwrap());
    assert!(lost_by(&larger) < 0.1 * lost_by(&SETUP), "{} and {}", lost_by(&larger), lost_by(&SETUP));
}

#[test]
fn the_limits_of_the_pools() {
    let limits = "limit_cpu = 4\n";
    let few = format!("[karpenter.node_pools.spot]\n{limits}[karpenter.node_pools.on-demand]\n{limits}");
    let binding = bound(&simulated::setup(&platform(&few)), 900_000.0, &Options::default());
    names(&binding, &[Binder::Pool], "raise `karpenter.node_pools.on-demand.limit_cpu`");
    let limits = "limit_memory_gib = 10\n";
    let few = format!("[karpenter.node_pools.spot]\n{limits}[karpenter.node_pools.on-demand]\n{limits}");
    let binding = bound(&simulated::setup(&platform(&few)), 900_000.0, &Options::default());
    names(&binding, &[Binder::Pool], "`karpenter.node_pools.spot.limit_memory_gib`");
}

#[test]
fn the_quota_of_the_namespace() {
    let setup = edited(|setup| {
        let hard = setup.quota.as_mut().unwrap().spec.as_mut().unwrap().hard.as_mut().unwrap();
        hard.insert("pods".to_owned(), Quantity("7".to_owned()));
    });
    let binding = bound(&setup, 500_000.0, &Options::default());
    names(&binding, &[Binder::Quota], "raise `spec.hard` of ResourceQuota/services");
}

#[test]
fn the_quotas_of_the_account() {
    // The base nodes have twelve.
    let setup = edited(|setup| (setup.bounds.on_demand, setup.bounds.spot) = (Some(14), Some(6)));
    let binding = bound(&setup, 500_000.0, &Options::default());
    names(&binding, &[Binder::Account], "L-34B43A08");
    assert!(binding.mend.contains("L-1216C47A"), "{binding:#?}");
}

#[test]
fn addresses_of_instances_and_of_pods() {
    let few = |singles, ranges| {
        edited(|setup| {
            let subnet = |zone: &String| Subnet { zone: zone.clone(), singles, ranges, warm: 1 };
            setup.bounds.subnets = setup.zones.iter().map(subnet).collect();
        })
    };
    // One of each subnet is the base node's.
    for setup in [few(2, 1000), few(1000, 3)] {
        let binding = bound(&setup, 1_200_000.0, &Options::default());
        names(&binding, &[Binder::Addresses], "larger ranges in `network.subnets.private`");
    }
    let narrow = [0, 64, 128].map(|part| format!("\"10.0.0.{part}/26\"")).join(", ");
    let narrow = simulated::setup(&platform(&format!("[network.subnets]\nprivate = [{narrow}]\n")));
    names(&bound(&narrow, 1_200_000.0, &Options::default()), &[Binder::Addresses], "`network.subnets.private`");
}

#[test]
fn capacity_that_aws_does_not_have() {
    let options = Options { faults: vec![(Time::ZERO, Fault::Refuse(Shortage::default()))], ..Options::default() };
    let binding = bound(&SETUP, 500_000.0, &options);
    names(&binding, &[Binder::Capacity], "`instance_categories`");
}

#[test]
fn the_load_balancer_that_does_not_know_new_pods_yet() {
    let setup = edited(|setup| setup.balancer.registration.traffic = Span::whole_seconds(900));
    let binding = bound(&setup, 300_000.0, &Options::default());
    names(&binding, &[Binder::Balancer], "raise `services.cors_proxy_server.min_replicas`");
    assert!(binding.what.contains("get no requests yet"), "{binding:#?}");
}

#[test]
fn targets_that_take_too_long_and_the_mocks_own_pods() {
    let binding = bound(&SETUP, 100.0, &slow(31.0));
    names(&binding, &[Binder::Target], "targets");
    let few = simulated::setup(&platform("[services.mock_target_server]\nmin_replicas = 1\nmax_replicas = 1\n"));
    let binding = bound(&few, 300_000.0, &Options::default());
    names(&binding, &[Binder::Target, Binder::Maximum], "raise `services.mock_target_server.max_replicas`");
    assert!(binding.what.contains("cors-proxy-server waits for mock-target-server"), "{binding:#?}");
}

#[test]
fn the_network_of_nodes() {
    let setup = edited(|setup| setup.bytes.answer = 100_000.0);
    let trace = run(&setup, &plan(20_000.0), &Options::default()).unwrap();
    let binding = Binding::of(&setup, &trace).unwrap();
    names(&binding, &[Binder::Network], "raise `services.cors_proxy_server.cpu_request_millicores`");
    assert!(answered(&trace) < 0.9 * answered(&run(&SETUP, &plan(20_000.0), &Options::default()).unwrap()));
}

#[test]
fn time_that_pods_and_nodes_take() {
    let spike = Load::spike(Spike::to(180_000.0)).unwrap();
    let trace = run(&SETUP, &spike, &Options::default()).unwrap();
    let binding = Binding::of(&SETUP, &trace).unwrap();
    let first = binding.binders.first();
    assert!(matches!(first, Some(Binder::Processor | Binder::Network)), "{binding:#?}");
    names(&binding, &[Binder::Time], "let the load rise more slowly");
}

/// A run may add pods by something else than what is written: what its own metrics see is to change, and what is not written has to be.
#[test]
fn only_targets_of_the_metrics_by_which_the_run_added_pods() {
    let written = |text: &str| simulated::setup(&platform(&format!("[services.cors_proxy_server]\n{text}\n")));
    let traced = |setup: &Setup, metric| run(setup, &plan(6_000.0), &Options { metric, ..slow(0.25) }).unwrap();
    let mend = |setup: &Setup, trace: &Trace| Binding::of(setup, trace).expect("requests are lost").mend;
    let both = written("scale_on = [\"cpu\", \"in-flight\"]");
    let by_use = mend(&both, &traced(&both, Some(Metric::Cpu)));
    assert!(by_use.contains("or lower `services.cors_proxy_server.target_cpu_utilization`, or scale on"), "{by_use}");
    assert!(!by_use.contains("target_in_flight") && !by_use.contains("target_requests_per_second"), "{by_use}");
    let high = written("scale_on = [\"cpu\", \"in-flight\"]\ntarget_in_flight = 100000");
    let trace = traced(&high, None);
    let lower = "lower `services.cors_proxy_server.target_in_flight`";
    let raise = ", or raise `services.cors_proxy_server.min_replicas`";
    assert_eq!(mend(&high, &trace), format!("{lower}{raise}"));
    let with = " with `in-flight` in `services.cors_proxy_server.scale_on`";
    assert_eq!(mend(&written("scale_on = [\"cpu\"]"), &trace), format!("{lower}{with}{raise}"));
}
