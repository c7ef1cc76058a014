"""What the services show of themselves on the normal day."""

from runs import LOST, SCALE_DOWN, SCALE_UP

ROUTES = {"cors-proxy-server": "/{target}"}


def series(clock, platform):
    for pod in platform.pods:
        yield from requests(clock, platform, pod)
        yield pod.service, "up", at(pod), clock.gauge(1, pod.during)
    # The proxy's own counters: some targets are refused and some requests sent again every day; nothing is shed.
    for pod in platform.pods:
        if pod.service == "cors-proxy-server":
            yield pod.service, 'retries_total{reason="reset"}', at(pod), clock.counter(1, pod.during)
            yield pod.service, 'blocked_targets_total{rule="private"}', at(pod), clock.counter(1, pod.during)
            yield pod.service, "shed_requests_total", at(pod), clock.gauge(0, pod.during)
            yield pod.service, 'refused_connections_total{reason="missing"}', at(pod), clock.gauge(0, pod.during)


def at(pod):
    """Where a pod is scraped."""
    return {"pod": pod.name, "instance": f"{pod.name}:9090", "container": pod.service}


def requests(clock, platform, pod):
    of = f'http_request_method="GET",http_route="{ROUTES.get(pod.service, "/posts")}"'
    name = "http_server_request_duration_seconds"

    def rate(minute):
        # 6,000 requests in a step at rest and 40,000 at the height, shared by the pods that serve.
        load = 40_000 if SCALE_UP - 2 <= minute < SCALE_DOWN else 6_000
        return load // max(1, platform.serving(pod.service, minute))

    def failures(minute):
        # Requests that were under way to the node that is lost.
        return rate(minute) // 100 if LOST <= minute < LOST + 2 else 0

    ok = f'{of},http_response_status_code="200",error_type=""'
    failed = f'{of},http_response_status_code="502",error_type="refused"'
    for labels, of_these in ((ok, rate), (failed, failures)):
        yield pod.service, f"{name}_count{{{labels}}}", at(pod), clock.counter(of_these, pod.during)
    for bound, share in (("0.05", 90), ("0.25", 99), ("1", 100), ("+Inf", 100)):
        grown = lambda minute, share=share: rate(minute) * share // 100
        yield pod.service, f'{name}_bucket{{{ok},le="{bound}"}}', at(pod), clock.counter(grown, pod.during)
    yield pod.service, "http_server_active_requests", at(pod), clock.gauge(20, pod.during)
