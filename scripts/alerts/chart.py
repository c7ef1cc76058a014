"""The alerts of the chart kube-prometheus-stack, rendered with the values of its Application from an archive of CHARTS_DIR."""

import pathlib
import re

import yaml

CHART = "kube-prometheus-stack"


def rules(folder, objects):
    """Its groups of rules, or nothing where there is no archive of the version."""
    if not folder:
        return None
    [source] = [
        item["spec"]["source"] for item in objects if item["kind"] == "Application" and item["metadata"]["name"] == CHART
    ]
    archive = pathlib.Path(folder, f"{CHART}-{source['targetRevision']}.tgz")
    if not archive.exists():
        raise SystemExit(f"error: CHARTS_DIR has no {archive.name}: `make charts-pull CHARTS_DIR={folder}` fetches it")
    import helm_python

    with helm_python.Chart.load(archive) as chart:
        files = chart.render(source["helm"]["valuesObject"], name=CHART, namespace="monitoring")
    made = [item for name, text in files.items() if name.endswith(".yaml") for item in yaml.safe_load_all(text) if item]
    groups = [group for item in made if item["kind"] == "PrometheusRule" for group in item["spec"]["groups"]]
    return {"groups": groups}


def seen(rules, series):
    """How many of its alerts ask for anything that there is on the day: the others are silent for want of series."""
    shown = {one["series"].split("{")[0] for one in series}
    recorded = {rule["record"]: rule["expr"] for group in rules["groups"] for rule in group["rules"] if "record" in rule}
    for _ in recorded:
        shown |= {name for name, expr in recorded.items() if shown & words(expr)}
    alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]
    blind = sorted({rule["alert"] for rule in alerts if not shown & words(rule["expr"])})
    return f"the chart's alerts: {len(alerts)}, without series on the normal day: {len(blind)} ({', '.join(blind)})"


def words(expr):
    return set(re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", expr))
