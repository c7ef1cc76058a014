"""The alerts of the chart kube-prometheus-stack, rendered with the values of its Application from CHARTS_DIR."""

import json
import pathlib
import re
import subprocess
import sys

CHART = "kube-prometheus-stack"
CHARTS = pathlib.Path(__file__).parent.parent / "charts"


def rules(folder, objects):
    """Its groups of rules, or nothing where no folder is named."""
    if not folder:
        return None
    [source] = [
        item["spec"]["source"] for item in objects if item["kind"] == "Application" and item["metadata"]["name"] == CHART
    ]
    render = [sys.executable, "-B", str(CHARTS), "render", "--charts", folder, CHART, source["targetRevision"], CHART, "monitoring"]
    made = subprocess.run(render, input=json.dumps(source["helm"]["valuesObject"]), stdout=subprocess.PIPE, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"error: nothing of {CHART} is rendered: `make charts-pull CHARTS_DIR={folder}` fetches what is missing")
    made = json.loads(made.stdout)
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
