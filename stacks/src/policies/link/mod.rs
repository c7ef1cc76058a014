//! LINK: names, tags and ports that one layer declares and another relies on.

mod aws;
mod clients;
mod delivery;
mod names;
mod partition;
mod permissions;
mod placement;
mod ports;
mod reach;
mod runner;
mod traffic;
mod zones;

use synth_review::{Policy, Severity};

use crate::Platform;

pub(super) const POLICIES: &[Policy<Platform>] = &[
    Policy {
        code: "LINK001",
        name: "discovery-tag-on-subnets",
        severity: Severity::Error,
        explanation: "Karpenter makes nodes only in subnets that carry the tag its node class selects: without one it makes \
                      none, and every pod stays pending.",
        check: aws::discovery_tag_on_subnets,
    },
    Policy {
        code: "LINK002",
        name: "discovery-tag-on-one-group",
        severity: Severity::Error,
        explanation: "Nodes without a security group cannot join, and on nodes with several that carry the cluster's tag \
                      load balancers cannot tell which to open.",
        check: aws::discovery_tag_on_one_group,
    },
    Policy {
        code: "LINK003",
        name: "node-role",
        severity: Severity::Error,
        explanation: "Nodes of a role that does not exist, or that has no access entry, start and never join the cluster.",
        check: aws::node_role,
    },
    Policy {
        code: "LINK004",
        name: "interruption-queue",
        severity: Severity::Error,
        explanation: "Without its queue Karpenter learns of a Spot interruption when the node is gone.",
        check: aws::interruption_queue,
    },
    Policy {
        code: "LINK005",
        name: "pod-identity",
        severity: Severity::Error,
        explanation: "Pod Identity gives a role to one service account of one namespace: under another name a controller has \
                      no permissions.",
        check: aws::pod_identity,
    },
    Policy {
        code: "LINK006",
        name: "cluster-name",
        severity: Severity::Error,
        explanation: "A controller that is told another cluster's name, network or region manages nothing, or the wrong one.",
        check: aws::cluster_name,
    },
    Policy {
        code: "LINK007",
        name: "zonal-shift",
        severity: Severity::Error,
        explanation: "AWS moves traffic away from an impaired zone for whom has opted in: a load balancer that has not sends \
                      clients there, Karpenter, not told of it, makes new nodes there, and told of it where there is none it \
                      panics at its start.",
        check: zones::zonal_shift,
    },
    Policy {
        code: "LINK008",
        name: "allowed-target",
        severity: Severity::Error,
        explanation: "The proxy refuses private addresses but for the targets it is told: with another name of the target's \
                      Service it refuses every request.",
        check: ports::allowed_target,
    },
    Policy {
        code: "LINK009",
        name: "health-check",
        severity: Severity::Error,
        explanation: "A load balancer that asks another port or path than readiness does sends clients to pods that are not \
                      ready, or to none.",
        check: ports::health_check,
    },
    Policy {
        code: "LINK010",
        name: "service-ports",
        severity: Severity::Error,
        explanation: "A Service that selects no pods, or leads to a port that no container has, refuses every connection.",
        check: ports::service_ports,
    },
    Policy {
        code: "LINK011",
        name: "monitored-ports",
        severity: Severity::Error,
        explanation: "A ServiceMonitor that finds no Service with its port scrapes nothing, and alerts see no data.",
        check: ports::monitored_ports,
    },
    Policy {
        code: "LINK012",
        name: "traffic-admitted",
        severity: Severity::Error,
        explanation: "Where network policies deny by default, traffic that no rule admits is dropped without a word: clients, \
                      health checks and calls between services time out.",
        check: traffic::traffic_admitted,
    },
    Policy {
        code: "LINK013",
        name: "namespaces-exist",
        severity: Severity::Error,
        explanation: "What is synced to a namespace that nobody makes fails at every sync.",
        check: names::namespaces_exist,
    },
    Policy {
        code: "LINK014",
        name: "names-exist",
        severity: Severity::Error,
        explanation: "A pod or volume that names a service account, priority class, storage class or node class that does not \
                      exist is refused or waits for ever.",
        check: names::names_exist,
    },
    Policy {
        code: "LINK015",
        name: "waves-in-order",
        severity: Severity::Error,
        explanation: "An object whose kind or namespace comes in a later wave cannot be synced, and the waves after it wait.",
        check: delivery::waves_in_order,
    },
    Policy {
        code: "LINK016",
        name: "project-allows",
        severity: Severity::Error,
        explanation: "Argo CD refuses an Application whose project does not list its source, its namespace and its kinds.",
        check: delivery::project_allows,
    },
    Policy {
        code: "LINK017",
        name: "every-folder-is-synced",
        severity: Severity::Error,
        explanation: "Manifests that no Application points at are never applied, and an Application without manifests prunes \
                      all it had.",
        check: delivery::every_folder_is_synced,
    },
    Policy {
        code: "LINK018",
        name: "system-pods-on-base-nodes",
        severity: Severity::Error,
        explanation: "A controller that does not tolerate the base nodes' taint stays pending; one that does not select them \
                      may run on nodes that Karpenter takes away.",
        check: placement::system_pods_on_base_nodes,
    },
    Policy {
        code: "LINK019",
        name: "runner-reaches-cluster",
        severity: Severity::Error,
        explanation: "Helm reads its releases from the Kubernetes API at every plan: from a runner that the endpoint does not \
                      admit, workflows can neither plan nor apply.",
        check: runner::runner_reaches_cluster,
    },
    Policy {
        code: "LINK020",
        name: "control-plane-reaches-webhooks",
        severity: Severity::Error,
        explanation: "The API server calls webhooks and metrics in pods through the nodes' security group: where it does not \
                      admit their ports, objects are refused after a timeout, and autoscalers see nothing.",
        check: reach::control_plane_reaches_webhooks,
    },
    Policy {
        code: "LINK021",
        name: "nodes-admit-pods",
        severity: Severity::Error,
        explanation: "Pods talk through the security group of their nodes: a port that it does not admit works between pods \
                      that share a node, and times out between all others.",
        check: reach::nodes_admit_pods,
    },
    Policy {
        code: "LINK022",
        name: "node-permissions",
        severity: Severity::Error,
        explanation: "A node whose role may not join, pull images or connect pods starts, costs money and runs nothing; \
                      Karpenter makes another, which does the same.",
        check: permissions::node_permissions,
    },
    Policy {
        code: "LINK023",
        name: "untranslated-ports",
        severity: Severity::Error,
        explanation: "Where the VPC CNI holds network policies, a way out to pods leads through their Service only if the \
                      Service has the pods' port: through another one, every call times out.",
        check: ports::untranslated_ports,
    },
    Policy {
        code: "LINK024",
        name: "one-partition",
        severity: Severity::Error,
        explanation: "A partition of AWS has ARNs, principals and endpoints of its own: a name of another one reads well in a \
                      plan and is refused by the apply.",
        check: partition::one_partition,
    },
    Policy {
        code: "LINK025",
        name: "zonal-shift-half-way",
        severity: Severity::Warning,
        explanation: "Between the two steps that turn zonal shift on or off, AWS moves traffic away from a zone in which \
                      Karpenter goes on making nodes: a state to pass through, not to stay in.",
        check: zones::half_way,
    },
    Policy {
        code: "LINK026",
        name: "clients-do-not-collide",
        severity: Severity::Error,
        explanation: "A load balancer that keeps its clients' addresses and balances across zones brings connections of one \
                      client, from one port to two of its own addresses, to one pod as one connection, which is reset.",
        check: clients::do_not_collide,
    },
    Policy {
        code: "LINK027",
        name: "clients-are-named",
        severity: Severity::Error,
        explanation: "A header that names the client, sent and not read, is a malformed request each time; read and not sent, \
                      no request is one; read from addresses of others, anybody is whoever he says.",
        check: clients::are_named,
    },
];
