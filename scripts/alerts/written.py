"""What is synthesized for Prometheus and Grafana: rules, questions of dashboards, and what is scraped how."""

import json
import pathlib

import yaml


def manifests(folder):
    """Every object below a folder of manifests, with its file."""
    for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
        yield from ((path, item) for item in yaml.safe_load_all(path.read_text()) if item)


def rules(objects):
    """The groups of all PrometheusRules, as one rule file holds them."""
    groups = []
    for item in objects:
        if item["kind"] == "PrometheusRule":
            name = item["metadata"]["name"]
            groups += [group | {"name": f"{name}/{group['name']}"} for group in item["spec"]["groups"]]
    return {"groups": groups}


def alerts(rules):
    """The alerts of a rule file."""
    return [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]


def questions(objects):
    """The dashboard, the panel and the expression of every question."""
    for item in objects:
        if item["kind"] == "ConfigMap" and "grafana_dashboard" in item["metadata"].get("labels", {}):
            for text in item["data"].values():
                dashboard = json.loads(text)
                for panel in dashboard["panels"]:
                    for target in panel["targets"]:
                        yield dashboard["title"], panel["title"], target["expr"]


def monitors(objects):
    """Whose own labels win, by the job that each ServiceMonitor makes."""
    found = {}
    for item in objects:
        if item["kind"] == "ServiceMonitor":
            spec = item["spec"]
            job = spec["selector"]["matchLabels"][spec["jobLabel"]]
            [namespace] = spec["namespaceSelector"]["matchNames"]
            [endpoint] = spec["endpoints"]
            found[item["metadata"]["name"]] = {
                "ours": item["metadata"]["namespace"] == namespace,
                "honor": endpoint.get("honorLabels", False),
                "labels": {
                    "job": job,
                    "namespace": namespace,
                    "service": item["metadata"]["name"],
                    "endpoint": str(endpoint.get("port", endpoint.get("targetPort"))),
                },
            }
    return found
