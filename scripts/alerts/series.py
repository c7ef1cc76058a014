"""Series as Prometheus stores them: what an exporter shows, with the labels of where it was scraped."""

import csv
import pathlib
import re

# How the chart kube-prometheus-stack has its own exporters scraped (its ServiceMonitors, version 88.5.3).
CHART = {
    "kube-state-metrics": {
        "honor": True,
        "labels": {"job": "kube-state-metrics", "namespace": "monitoring", "endpoint": "http"},
    },
    "kubelet": {
        "honor": True,
        "labels": {"job": "kubelet", "namespace": "kube-system", "endpoint": "https-metrics", "service": "kps-kubelet"},
    },
    "node-exporter": {
        "honor": False,
        "labels": {"job": "node-exporter", "namespace": "monitoring", "endpoint": "http-metrics", "container": "node-exporter"},
    },
    "apiserver": {"honor": False, "labels": {"job": "apiserver", "namespace": "default", "endpoint": "https"}},
    "coredns": {"honor": False, "labels": {"job": "coredns", "namespace": "kube-system", "endpoint": "http-metrics"}},
    "kps-prometheus": {"honor": False, "labels": {"job": "kps-prometheus", "namespace": "monitoring", "endpoint": "http-web"}},
    "kps-alertmanager": {
        "honor": False,
        "labels": {"job": "kps-alertmanager", "namespace": "monitoring", "endpoint": "http-web", "container": "alertmanager"},
    },
    "kps-operator": {"honor": True, "labels": {"job": "kps-operator", "namespace": "monitoring", "endpoint": "https"}},
}

SERIES = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?$')
LABEL = re.compile(r'\s*([a-zA-Z_]+)="([^"]*)"\s*(?:,|$)')


class Unknown(Exception):
    """A series that nobody shows."""


def rows(path):
    lines = (line for line in pathlib.Path(path).read_text().splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))


class Scrapes:
    """Who shows which metrics, and what Prometheus makes of their labels."""

    def __init__(self, metrics, services, monitors):
        self.jobs = CHART | monitors
        self.known = {(row["exporter"], row["metric"]): row["labels"].split() for row in rows(metrics)}
        own = {row["metric"]: row["labels"].split() for row in rows(services)}
        self.services = sorted(name for name, monitor in monitors.items() if monitor["ours"])
        self.known |= {(job, metric): labels for job in self.services for metric, labels in own.items()}

    def stored(self, exporter, series, where=None):
        """The series of an exporter, as it is stored; `where` are labels of its target beside those of its job."""
        if exporter not in self.jobs:
            raise Unknown(f"nothing scrapes `{exporter}`")
        metric, labels = parsed(series)
        own = self.known.get((exporter, metric))
        if metric != "up" and own is None:
            raise Unknown(f"`{exporter}` does not show `{metric}`")
        others = set(labels) - set(own or [])
        if others:
            raise Unknown(f"`{metric}` of `{exporter}` has no label {', '.join(sorted(others))}")
        job = self.jobs[exporter]
        target = {"instance": f"{exporter}-0", "pod": f"{exporter}-0"} | job["labels"] | (where or {})
        if job["honor"]:
            merged = target | labels
        else:
            merged = target | {f"exported_{name}" if name in target else name: value for name, value in labels.items()}
        return written(metric, merged)


def parsed(series):
    match = SERIES.match(series)
    if not match:
        raise Unknown(f"`{series}` is not a series")
    return match[1], dict(LABEL.findall(match[2] or ""))


def written(metric, labels):
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"
