#!/usr/bin/env python3
"""Parses every expression of the alerts and the dashboards as Prometheus would.

    prometheus-expressions.py FOLDER...      needs promql-parser and PyYAML (PyPI)
"""

import json
import pathlib
import sys

import promql_parser
import yaml


def expressions(manifest):
    """Each expression of a PrometheusRule or of the dashboards in a ConfigMap."""
    if manifest["kind"] == "PrometheusRule":
        for group in manifest["spec"]["groups"]:
            yield from (rule["expr"] for rule in group["rules"])
    if manifest["kind"] == "ConfigMap":
        for dashboard in manifest["data"].values():
            for panel in json.loads(dashboard)["panels"]:
                yield from (target["expr"] for target in panel["targets"])


def main(folders):
    parsed, wrong = 0, 0
    for path in (path for folder in folders for path in sorted(pathlib.Path(folder).glob("observability/*.yaml"))):
        for expression in expressions(yaml.safe_load(path.read_text())):
            parsed += 1
            try:
                promql_parser.parse(expression)
            except ValueError as error:
                wrong += 1
                print(f"{path}: {error}: {expression}", file=sys.stderr)
    print(f"Prometheus expressions: {parsed} parsed, {wrong} wrong")
    return 1 if wrong or not parsed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
