"""The charts that environments install, and the tables of their values."""

import json
import re
import sys
from typing import NamedTuple

import yaml


class Release(NamedTuple):
    """A chart as an environment installs it."""

    place: str
    repository: str
    chart: str
    version: str
    name: str
    namespace: str
    values: dict


def releases(out):
    """Every chart that the folder of an environment installs, Argo CD's own too."""
    for path in sorted((out / "manifests").glob("*.yaml")):
        manifest = yaml.safe_load(path.read_text())
        source = manifest.get("spec", {}).get("source", {})
        if manifest["kind"] != "Application" or "chart" not in source:
            continue
        helm = source.get("helm", {})
        namespace = manifest["spec"]["destination"]["namespace"]
        name = helm.get("releaseName", manifest["metadata"]["name"])
        yield Release(str(path), source["repoURL"], source["chart"].split("/")[-1], source["targetRevision"], name, namespace, helm.get("valuesObject", {}))
    path = out / "cluster/argocd.tf.json"
    for release in json.loads(path.read_text())["resource"]["helm_release"].values():
        values = json.loads((path.parent / "argocd-values.json").read_text())
        yield Release(str(path), release["repository"], release["chart"], release["version"], release["name"], release["namespace"], values)


def version_of(out):
    """The Kubernetes version of an environment, as its namespaces say it."""
    text = (out / "manifests/platform/namespace-services.yaml").read_text()
    found = re.search(r"pod-security\.kubernetes\.io/enforce-version: v([\d.]+)", text)
    return found[1] if found else sys.exit(f"error: `{out}` says no Kubernetes version")


def tables(values, path=()):
    """Every table of values, with its path."""
    yield path, values
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from tables(value, (*path, key))


def leaves(values, path=()):
    """Every value that is no table, with its path."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value
