"""A normal day: the load rises to nearly the maximum on nodes that are full, and falls; a release is rolled out; a node is lost."""

import collections
import json

import cluster
import traffic
from notation import STEP, Clock
from runs import HEIGHT, MINUTES, Platform


def sizes(objects, services):
    """The least pods of each service, and nearly its most: at the maximum somebody is told, and should be."""
    bounds = {"HorizontalPodAutoscaler": ("minReplicas", "maxReplicas"), "ScaledObject": ("minReplicaCount", "maxReplicaCount")}
    scalers = {}
    for item in objects:
        if item["kind"] in bounds:
            least, most = (item["spec"][key] for key in bounds[item["kind"]])
            scalers[item["metadata"]["name"]] = (least, most - 2)
    return {service: scalers[service] for service in services}


def runs(objects, scrapes):
    """What runs on the day."""
    return Platform(sizes(objects, scrapes.services))


def series(objects, scrapes):
    """Everything that is scraped on the day."""
    clock, platform = Clock(MINUTES), runs(objects, scrapes)
    shown = [*traffic.series(clock, platform), *cluster.series(clock, platform, objects, scrapes.jobs)]
    return [
        {"series": scrapes.stored(exporter, name, where), "values": values} for exporter, name, where, values in shown
    ]


# Those of severity none are always on, by design.
FIRED = f'count by (alertname, job, namespace) (max_over_time(ALERTS{{alertstate="firing",severity!="none"}}[{MINUTES}m]))'


def test(series, platform, questions=()):
    """No alert fires at any time; and each question of a dashboard has an answer at the height, or its panel stays empty for ever."""
    silent = {"expr": FIRED, "eval_time": f"{MINUTES - 1}m", "exp_samples": []}
    answered = [
        {"expr": something(expr), "eval_time": f"{HEIGHT}m", "exp_samples": [{"labels": "{}", "value": 1}]}
        for _, _, expr in questions
    ]
    return {"name": "a normal day", "interval": f"{STEP}s", "input_series": series, "promql_expr_test": [silent, *answered, *counted(platform, questions)]}


def counted(platform, questions):
    """What panels that count must say at the height."""
    of_zones = collections.Counter(node.zone for node in platform.nodes if node.pool and node.made <= HEIGHT < node.gone)
    pods = collections.Counter(pod.node.zone for pod in platform.pods if pod.during[0] <= HEIGHT < pod.during[1])
    expected = {"Nodes by zone": of_zones, "Pods by zone": pods}
    for _, panel, expr in questions:
        if panel in expected:
            samples = [{"labels": f'{{zone="{zone}"}}', "value": count} for zone, count in sorted(expected[panel].items())]
            yield {"expr": expr, "eval_time": f"{HEIGHT}m", "exp_samples": samples}


def something(expr):
    """1 where an expression has an answer."""
    return f"count(({expr})) > bool 0"


def panels(said, questions):
    """The panels that show nothing, by what promtool says of their questions."""
    empty = [(title, panel, expr) for title, panel, expr in questions if json.dumps(something(expr), ensure_ascii=False) in said]
    return [f"the panel `{panel}` of `{title}` shows nothing on a normal day: {' '.join(expr.split())}" for title, panel, expr in empty]
