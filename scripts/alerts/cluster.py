"""What the cluster and its controllers show on the normal day."""

import itertools

from runs import LOST, MINUTES, ROLLOUT, SCALE_UP

GIB = 1 << 30
# A node of 4 vCPUs: what it has, what pods may ask for, what runs on each asks for, and what the controllers on a base node do.
CAPACITY, ALLOCATABLE, DAEMONS, CONTROLLERS = 4, 3.92, 0.2, 3.6
STATE = "kube-state-metrics"


def series(clock, platform, objects, jobs):
    parts = [states_of_pods, autoscalers, deployments, daemons, quotas, nodes, karpenter, controllers, argocd, watching]
    yield from itertools.chain.from_iterable(part(clock, platform, objects) for part in parts)
    # Everybody answers, save what is on the lost node; services and nodes say so elsewhere.
    for job in sorted(set(jobs) - set(platform.sizes) - {"kubelet", "node-exporter"}):
        yield job, "up", {}, clock.gauge(1)


def of_kind(objects, kind):
    return [item for item in objects if item["kind"] == kind]


def requested(objects):
    """The vCPUs that a pod of each service asks for."""
    def vcpus(text):
        return int(text[:-1]) / 1000 if text.endswith("m") else float(text)

    containers = {item["metadata"]["name"]: item["spec"]["template"]["spec"]["containers"] for item in of_kind(objects, "Deployment")}
    return {name: sum(vcpus(c["resources"]["requests"]["cpu"]) for c in of) for name, of in containers.items()}


def states_of_pods(clock, platform, objects):
    asked = requested(objects)
    for pod in platform.pods:
        of = f'namespace="services",pod="{pod.name}",uid="{pod.name}"'
        there = (pod.made, pod.gone)
        for phase in ("Pending", "Running"):
            is_so = lambda minute, pod=pod, phase=phase: int((minute < pod.running) == (phase == "Pending"))
            yield STATE, f'kube_pod_status_phase{{{of},phase="{phase}"}}', {}, clock.gauge(is_so, there)
        container = f'{of},container="{pod.service}",node="{pod.node.name}"'
        request = f'kube_pod_container_resource_requests{{{container},resource="cpu",unit="core"}}'
        yield STATE, request, {}, clock.gauge(asked[pod.service], there)
        yield STATE, f'kube_pod_owner{{{of},owner_kind="ReplicaSet",owner_name="{pod.service}"}}', {}, clock.gauge(1, there)
        used = f'container_cpu_usage_seconds_total{{namespace="services",pod="{pod.name}",container="{pod.service}",id="/{pod.name}"}}'
        yield "kubelet", used, kubelet(pod.node, "/metrics/cadvisor"), clock.counter(6, pod.during)


def autoscalers(clock, platform, _):
    for service, (least, most) in platform.sizes.items():
        of = f'namespace="services",horizontalpodautoscaler="{service}"'
        figure = lambda name, of=of: f"kube_horizontalpodautoscaler_{name}{{{of}}}"
        yield STATE, figure("spec_min_replicas"), {}, clock.gauge(least)
        yield STATE, figure("spec_max_replicas"), {}, clock.gauge(most + 2)
        yield STATE, figure("status_desired_replicas"), {}, clock.gauge(lambda m, s=service: platform.wanted(s, m))
        yield STATE, figure("status_current_replicas"), {}, clock.gauge(lambda m, s=service: platform.count(s, m))
        target = f'{of},metric_name="cpu",metric_target_type="utilization"'
        yield STATE, f"kube_horizontalpodautoscaler_spec_target_metric{{{target}}}", {}, clock.gauge(60)
        for status, value in (("true", 1), ("false", 0)):
            condition = f'{of},condition="ScalingActive",status="{status}"'
            yield STATE, f"kube_horizontalpodautoscaler_status_condition{{{condition}}}", {}, clock.gauge(value)


def deployments(clock, platform, _):
    for service, (least, _) in platform.sizes.items():
        of = f'namespace="services",deployment="{service}"'
        generation = lambda minute: 2 if minute >= ROLLOUT else 1
        yield STATE, f"kube_deployment_metadata_generation{{{of}}}", {}, clock.gauge(generation)
        yield STATE, f"kube_deployment_status_observed_generation{{{of}}}", {}, clock.gauge(generation)
        yield STATE, f"kube_deployment_spec_replicas{{{of}}}", {}, clock.gauge(lambda m, s=service: platform.wanted(s, m))
        available = lambda minute, service=service: platform.serving(service, minute)
        yield STATE, f"kube_deployment_status_replicas_available{{{of}}}", {}, clock.gauge(available)
        yield STATE, f"kube_deployment_status_replicas_updated{{{of}}}", {}, clock.gauge(available)
        budget = f'namespace="services",poddisruptionbudget="{service}"'
        yield STATE, f"kube_poddisruptionbudget_status_current_healthy{{{budget}}}", {}, clock.gauge(available)
        yield STATE, f"kube_poddisruptionbudget_status_desired_healthy{{{budget}}}", {}, clock.gauge(least - 1)


def daemons(clock, platform, _):
    """The exporter of nodes: one for each, and not available on the lost one."""
    there = lambda minute: [node for node in platform.nodes if node.made <= minute < node.gone]
    figures = {
        "desired_number_scheduled": lambda minute: len(there(minute)),
        "current_number_scheduled": lambda minute: len(there(minute)),
        "updated_number_scheduled": lambda minute: len(there(minute)),
        "number_available": lambda minute: sum(node.ready(minute) for node in there(minute)),
        "number_misscheduled": lambda _: 0,
    }
    for figure, value in figures.items():
        of = 'namespace="monitoring",daemonset="node-exporter"'
        yield STATE, f"kube_daemonset_status_{figure}{{{of}}}", {}, clock.gauge(value)


def quotas(clock, platform, objects):
    for quota in of_kind(objects, "ResourceQuota"):
        name, namespace = quota["metadata"]["name"], quota["metadata"]["namespace"]
        # One is used where one is allowed: that is full, and meant to be.
        for resource, hard in quota["spec"]["hard"].items():
            if not str(hard).isdigit():
                continue
            of = f'resourcequota="{name}",namespace="{namespace}",resource="{resource}"'
            used = lambda minute, hard=int(hard): min(hard, sum(platform.count(s, minute) for s in platform.sizes))
            yield STATE, f'kube_resourcequota{{{of},type="hard"}}', {}, clock.gauge(int(hard))
            yield STATE, f'kube_resourcequota{{{of},type="used"}}', {}, clock.gauge(used)


def kubelet(node, path):
    return {"node": node.name, "instance": f"{node.name}:10250", "metrics_path": path, "pod": "", "service": "kps-kubelet"}


def nodes(clock, platform, _):
    for node in platform.nodes:
        during, of = node.during, f'node="{node.name}"'
        yield STATE, f"kube_node_info{{{of}}}", {}, clock.gauge(1, during)
        yield STATE, f"kube_node_spec_unschedulable{{{of}}}", {}, clock.gauge(0, during)
        ready = f'kube_node_status_condition{{{of},condition="Ready",status="true"}}'
        yield STATE, ready, {}, clock.gauge(node.ready, during)
        if node.lost < MINUTES:
            taint = f'kube_node_spec_taint{{{of},key="node.kubernetes.io/unreachable",value="",effect="NoSchedule"}}'
            yield STATE, taint, {}, clock.gauge(1, (node.lost, node.gone))
        for figure, value in (("capacity", CAPACITY), ("allocatable", ALLOCATABLE)):
            yield STATE, f'kube_node_status_{figure}{{{of},resource="cpu",unit="core"}}', {}, clock.gauge(value, during)
        asked = DAEMONS if node.pool else CONTROLLERS
        daemons = f'namespace="kube-system",pod="daemons-{node.name}",uid="d-{node.name}",container="all",{of}'
        yield STATE, f'kube_pod_container_resource_requests{{{daemons},resource="cpu",unit="core"}}', {}, clock.gauge(asked, during)
        phase = f'namespace="kube-system",pod="daemons-{node.name}",uid="d-{node.name}",phase="Running"'
        yield STATE, f"kube_pod_status_phase{{{phase}}}", {}, clock.gauge(1, during)
        yield from exporters(clock, node, during)


def exporters(clock, node, during):
    for path in ("/metrics", "/metrics/cadvisor", "/metrics/probes"):
        yield "kubelet", "up", kubelet(node, path), clock.gauge(node.ready, during)
    heard = (node.made, min(node.gone, node.lost))
    yield "kubelet", f'kubelet_node_name{{node="{node.name}"}}', kubelet(node, "/metrics"), clock.gauge(1, heard)
    at = {"instance": f"{node.name}:9100", "pod": f"exporter-{node.name}"}
    yield "node-exporter", "up", at, clock.gauge(node.ready, during)
    yield "node-exporter", "node_load1", at, clock.gauge(3, heard)
    yield "node-exporter", "node_memory_MemTotal_bytes", at, clock.gauge(8 * GIB, heard)
    yield "node-exporter", "node_memory_MemAvailable_bytes", at, clock.gauge(2 * GIB, heard)
    for cpu in range(CAPACITY):
        for mode, seconds in (("idle", 10), ("user", 20)):
            yield "node-exporter", f'node_cpu_seconds_total{{cpu="{cpu}",mode="{mode}"}}', at, clock.counter(seconds, heard)


def karpenter(clock, platform, _):
    # It counts every node of the cluster, and says which are its own.
    for node in platform.nodes:
        of = f'node_name="{node.name}",nodepool="{node.pool}",zone="{node.zone}",capacity_type="{node.pool}",arch="arm64"'
        own = f'{of},managed="{str(bool(node.pool)).lower()}",resource_type="cpu"'
        yield "karpenter", f"karpenter_nodes_allocatable{{{own}}}", {}, clock.gauge(ALLOCATABLE, node.during)
    of_pool = [node for node in platform.nodes if node.pool]
    used = lambda minute: CAPACITY * sum(node.made <= minute < node.gone for node in of_pool)
    yield "karpenter", 'karpenter_nodepools_usage{nodepool="spot",resource_type="cpu"}', {}, clock.gauge(used)
    yield "karpenter", 'karpenter_nodepools_limit{nodepool="spot",resource_type="cpu"}', {}, clock.gauge(64)
    for pod in platform.pods:
        of = f'name="{pod.name}",namespace="services",zone="{pod.node.zone}",node="{pod.node.name}",phase="Running"'
        yield "karpenter", f"karpenter_pods_state{{{of}}}", {}, clock.gauge(1, pod.during)


def controllers(clock, platform, _):
    # A call that fails now and then is tried again, more often while many nodes are made.
    busy = lambda minute: int(minute % 5 == 0 or SCALE_UP <= minute < SCALE_UP + 3)
    yield "karpenter", 'controller_runtime_reconcile_errors_total{controller="nodeclaim.lifecycle"}', {}, clock.counter(busy)
    balancer = 'controller_runtime_reconcile_errors_total{controller="targetGroupBinding"}'
    yield "aws-load-balancer-controller", balancer, {}, clock.counter(busy)
    there = lambda minute, ready: sum(n.made <= minute < n.gone and n.ready(minute) == ready for n in platform.nodes)
    for success, ready in (("true", 1), ("false", 0)):
        asked = lambda minute, ready=ready: 2 * there(minute, ready)
        yield "metrics-server", f'metrics_server_kubelet_request_total{{success="{success}"}}', {}, clock.counter(asked)


def argocd(clock, platform, _):
    def info(name, during, sync, health, operation=""):
        of = f'name="{name}",namespace="argocd",sync_status="{sync}",health_status="{health}",operation="{operation}"'
        return "argocd-application-controller", f"argocd_app_info{{{of}}}", {}, clock.gauge(1, during)

    yield info("root", (0, MINUTES), "Synced", "Healthy")
    for service in platform.sizes:
        # The release: a difference, a sync, a rollout; and the lost node, which is healed without a sync.
        yield info(service, (0, ROLLOUT - 1), "Synced", "Healthy")
        yield info(service, (ROLLOUT - 1, ROLLOUT + 2), "OutOfSync", "Progressing", "sync")
        yield info(service, (ROLLOUT + 2, ROLLOUT + 6), "Synced", "Progressing")
        yield info(service, (ROLLOUT + 6, LOST), "Synced", "Healthy")
        yield info(service, (LOST, LOST + 4), "Synced", "Progressing")
        yield info(service, (LOST + 4, MINUTES), "Synced", "Healthy")


def watching(clock, platform, _):
    """Prometheus itself, with room in its memory."""
    for index in range(2):
        of = f'namespace="monitoring",pod="prometheus-kps-prometheus-{index}",container="prometheus"'
        base = platform.nodes[0]
        used = f'container_memory_working_set_bytes{{{of},id="/{index}"}}'
        yield "kubelet", used, kubelet(base, "/metrics/cadvisor"), clock.gauge(5 * GIB // 4)
        limit = f'kube_pod_container_resource_limits{{{of},resource="memory",unit="byte"}}'
        yield STATE, limit, {}, clock.gauge(2 * GIB)
