#!/usr/bin/env python3
"""Judges the values that the platform gives to charts, by the charts themselves or by what was read of them.

    charts.py judge [--charts FOLDER]... --known FOLDER OUT...
    charts.py keys --charts FOLDER... --known FOLDER OUT...
    charts.py render --charts FOLDER... CHART VERSION NAME NAMESPACE < VALUES
    charts.py pull --charts FOLDER OUT...

OUT is the folder of an environment. A folder of charts holds `CHART` or `CHART-VERSION.tgz`, with their sub-charts in them. `judge`
holds keys against a chart that is there, and renders it: a key that changes nothing is a finding, and an object that Kubernetes'
schemas refuse. Of other charts it knows the lists in the folder --known, which `keys` writes. `render` prints a chart's objects,
`pull` fetches every chart of the environments, at its version, from where they take it.
Needs helm-python-sdk and kubernetes-validate (PyPI). Exit codes: 0 nothing found, 1 findings, 2 it cannot be judged.
"""

import argparse
import atexit
import copy
import datetime
import difflib
import functools
import json
import pathlib
import re
import shutil
import sys
import tarfile
import tempfile
import textwrap
from typing import NamedTuple

import helm_python
import kubernetes_validate
import yaml

# Tables that take any key, whatever the chart's own defaults hold: parts of objects, or configuration that is handed through.
HANDED_THROUGH = re.compile(
    r"(^|\.)(nodeSelector|resources|labels|annotations|affinity|securityContext|containerSecurityContext|externalLabels"
    r"|params|cm|policy\.csv)$"
)


class Release(NamedTuple):
    """A chart as an environment installs it."""

    place: str
    repository: str
    chart: str
    version: str
    name: str
    namespace: str
    values: dict


class Level(NamedTuple):
    """What a chart takes in one table of its values: these keys, or any."""

    keys: list
    free: bool


class Loader(yaml.SafeLoader):
    """Reads YAML as Kubernetes does: a day is text, and so is `=`."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag.rsplit(":", 1)[-1] not in ("timestamp", "value")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Chart:
    """A chart that is there."""

    def __init__(self, folder):
        self.folder = folder
        self.metadata = yaml.safe_load((folder / "Chart.yaml").read_text())
        self.defaults = yaml.safe_load((folder / "values.yaml").read_text()) or {}
        text = "".join(path.read_text() for path in sorted((folder / "templates").rglob("*")) if path.suffix in (".tpl", ".yaml", ".txt"))
        mentioned = re.findall(r"\.Values\.([\w.-]+)|\$?\.?Values \"([\w.-]+)\"", text)
        self.mentioned = {tuple(name.strip(".").split(".")) for names in mentioned for name in names if name}
        named = {item["name"]: item.get("alias", item["name"]) for item in self.metadata.get("dependencies", [])}
        charts = sorted((folder / "charts").glob("*/Chart.yaml"))
        self.charts = {named.get(path.parent.name, path.parent.name): Chart(path.parent) for path in charts}

    def level(self, path):
        """What it takes in the table at a path; None where it has no such table."""
        found = self.own(path)
        if path and path[0] in self.charts:
            inner = self.charts[path[0]].level(path[1:])
            found = merge(found, inner)
        if not path:
            found = Level(sorted({*found.keys, *self.charts, "global"}), False)
        return found

    def own(self, path):
        table = self.defaults
        for key in path:
            table = table.get(key) if isinstance(table, dict) else None
        keys = set(table) if isinstance(table, dict) else set()
        deeper = {name[len(path)] for name in self.mentioned if name[: len(path)] == path and len(name) > len(path)}
        known = path in self.mentioned or keys or deeper or self.holds(path)
        if not known:
            return None
        # A template hands a table through where it mentions it and nothing in it.
        whole = path in self.mentioned and not deeper
        free = bool(path) and (whole or not keys and not deeper or bool(HANDED_THROUGH.search(".".join(path))))
        return Level(sorted(keys | deeper), free)

    def holds(self, path):
        """Is there a table at the path, or one that is handed through above it?"""
        for length in range(len(path) - 1, 0, -1):
            above = self.own(path[:length])
            if above is not None:
                return above.free
        return False

    def render(self, release, values):
        """Its objects with these values."""
        with helm_python.Chart.load(self.folder) as chart:
            definitions = [definition["data"] for definition in chart.crds]
            files = chart.render(values, name=release.name, namespace=release.namespace)
        manifests = definitions + [text for name, text in sorted(files.items()) if name.endswith((".yaml", ".yml"))]
        documents = [item for text in manifests for item in yaml.load_all(text, Loader) if item]
        return [item for document in documents for item in (document["items"] if document["kind"].endswith("List") else [document])]


def merge(one, other):
    if one is None or other is None:
        return one or other
    return Level(sorted({*one.keys, *other.keys}), one.free and other.free)


class Listed:
    """What was read of a chart that is not here."""

    def __init__(self, path):
        self.path = path
        self.read = yaml.safe_load(path.read_text())
        self.version = self.read["version"]

    def level(self, path):
        for length in range(1, len(path) + 1):
            if ".".join(path[:length]) in self.read["free"]:
                return Level([], True)
        keys = self.read["keys"].get(".".join(path))
        return None if keys is None else Level(keys, False)

    def ends_above(self, path):
        """Does the list hold the table around this one, with its key, and not this one?"""
        above = self.level(path[:-1])
        return above is not None and path[-1] in above.keys


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


def unknown(release, chart, version):
    """Keys that the chart does not know."""
    for path, table in tables(release.values):
        level = chart.level(path)
        if level is None and isinstance(chart, Listed) and chart.ends_above(path):
            yield f"`{'.'.join(path)}` is a table that `{chart.path}` does not hold: `make charts-keys CHARTS_DIR=FOLDER` adds it"
        if level is None or level.free:
            continue
        for key in sorted(set(table) - set(level.keys)):
            near = difflib.get_close_matches(key, level.keys, 3)
            mend = f"; it has `{'`, `'.join(near)}`" if near else ""
            yield f"`{'.'.join((*path, key))}` is no value of {release.chart} {version}{mend}"


def others(values, path):
    """The values without what stands at a path, and with something else there."""
    for other in (None, *altered(functools.reduce(dict.__getitem__, path, values))):
        left = copy.deepcopy(values)
        table = functools.reduce(dict.__getitem__, path[:-1], left)
        del table[path[-1]]
        if other is not None:
            table[path[-1]] = other
        yield left


def altered(value):
    """Another value of the same type; none where a chart may rely on what it holds."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
        case str():
            yield f"{value}x"
        case list():
            yield []


def flat(objects):
    """Every scalar of objects with the path to it."""
    found = {}

    def walk(value, path):
        if isinstance(value, dict | list) and value:
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                walk(inner, (*path, key))
        else:
            found[path] = json.dumps(value, default=str)

    for item in objects:
        metadata = item["metadata"]
        walk(item, (item["kind"], metadata.get("namespace"), metadata["name"], item["apiVersion"]))
    return found


def idle(release, chart, seen):
    """Keys that change nothing of what is rendered, whether they are left out or other; each is asked once for all environments."""
    first, second = (flat(chart.render(release, release.values)) for _ in range(2))
    changing = {path for path in first if first[path] != second.get(path)}

    def settled(objects):
        return {path: value for path, value in flat(objects).items() if path not in changing}

    whole = settled(chart.render(release, release.values))
    def differs(values):
        try:
            return settled(chart.render(release, values)) != whole
        except helm_python.HelmError:
            return True

    for path in [path for path, _ in leaves(release.values) if (release.chart, path) not in seen]:
        seen.add((release.chart, path))
        if not any(differs(values) for values in others(release.values, path)):
            yield f"`{'.'.join(path)}` changes nothing of what {release.chart} {release.version} renders"


def refused(release, chart, kubernetes):
    """Objects that Kubernetes' schemas do not take."""
    for item in chart.render(release, release.values):
        try:
            kubernetes_validate.validate(item, kubernetes, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            continue
        except kubernetes_validate.ValidationError as error:
            yield f"{item['kind']} `{item['metadata']['name']}` of {release.chart} {release.version}: {error}"


def version_of(out):
    """The Kubernetes version of an environment, as its namespaces say it."""
    text = (out / "manifests/platform/namespace-services.yaml").read_text()
    found = re.search(r"pod-security\.kubernetes\.io/enforce-version: v([\d.]+)", text)
    return found[1] if found else sys.exit(f"error: `{out}` says no Kubernetes version")


@functools.cache
def unpacked(archive, name):
    """The chart of an archive."""
    scratch = tempfile.mkdtemp(prefix="chart-")
    atexit.register(shutil.rmtree, scratch)
    with tarfile.open(archive) as packed:
        packed.extractall(scratch, filter="data")
    return Chart(pathlib.Path(scratch) / name)


def find(folders, name, version):
    """The chart in the folders, or nothing. Karpenter's tag names the release before it, so its own folder is taken as it is."""
    for folder in map(pathlib.Path, folders):
        if (folder / name / "Chart.yaml").exists():
            chart = Chart(folder / name)
            if name.startswith("karpenter") or chart.metadata["version"] == version:
                return chart
        if (archive := folder / f"{name}-{version}.tgz").exists():
            return unpacked(archive, name)
    return None


def judge(release, folders, known, kubernetes, seen):
    """Everything that is wrong with one release, and what judged it."""
    chart = find(folders, release.chart, release.version)
    if chart is None:
        path = known / f"{release.chart}.yaml"
        if not path.exists():
            return "nothing", [f"nothing is known of the chart {release.chart}: `make charts-keys CHARTS_DIR=FOLDER` reads it"]
        listed = Listed(path)
        if listed.version != release.version:
            mend = f"`make charts-keys CHARTS_DIR=FOLDER` with {release.chart} {release.version} in FOLDER reads it anew"
            return "its list", [f"`{path}` is of {listed.version}, and {release.version} is installed: {mend}"]
        return "its list", list(unknown(release, listed, release.version))
    found = list(unknown(release, chart, release.version))
    found += refused(release, chart, kubernetes)
    found += idle(release, chart, seen)
    return "the chart", found


def run_judge(folders, known, outs):
    judged, seen, by, places = 0, set(), {}, {}
    for out in outs:
        for release in releases(out):
            print(f"{out}: {release.chart} {release.version}", file=sys.stderr, flush=True) if folders else None
            how, found = judge(release, folders, known, version_of(out), seen)
            judged += 1
            by.setdefault(how, set()).add(f"{release.chart} {release.version}")
            for problem in found:
                places.setdefault(problem, []).append(release.place)
    for problem, where in places.items():
        print(f"{', '.join(where)}: {problem}", file=sys.stderr)
    for how, charts in sorted(by.items()):
        print(f"values judged by {how}: {', '.join(sorted(charts))}")
    print(f"charts: {judged} releases of {len(outs)} environments, {len(places)} problems")
    if not judged:
        print(f"error: no environment in `{'`, `'.join(map(str, outs))}`: `make synth` writes them", file=sys.stderr)
        return 2
    return 1 if places else 0


def run_keys(folders, known, outs):
    """Writes down each chart that is here, at the levels that the platform sets; those of before stay while the version does."""
    read = {}
    for out in outs:
        for release in releases(out):
            chart = find(folders, release.chart, release.version)
            if chart is None:
                print(f"{release.chart} {release.version} is not there: its list stays", file=sys.stderr)
                continue
            _, levels = read.setdefault(release.chart, (release.version, before(known, release)))
            for path, _ in tables(release.values):
                level = chart.level(path)
                around = (levels.get(path[:length]) for length in range(1, len(path)))
                if level is not None and not any(outer and outer.free for outer in around):
                    levels[path] = level
    for name, (version, levels) in sorted(read.items()):
        (known / f"{name}.yaml").write_text(listing(name, version, levels))
        print(f"{name} {version}: {len(levels)} tables")
    return 0 if read else 2


def before(known, release):
    """The levels of a list of the same version."""
    path = known / f"{release.chart}.yaml"
    if not path.exists() or (listed := Listed(path)).version != release.version:
        return {}
    keys = {tuple(filter(None, table.split("."))): Level(keys, False) for table, keys in listed.read["keys"].items()}
    return keys | {tuple(table.split(".")): Level([], True) for table in listed.read["free"]}


def listing(name, version, levels):
    """The text of a list."""

    def flow(head, keys):
        words = ", ".join(json.dumps(key) for key in keys)
        return textwrap.fill(f"{head}: [{words}]", 130, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)

    free = sorted(".".join(path) for path, level in levels.items() if level.free)
    tables = sorted((path, level.keys) for path, level in levels.items() if not level.free)
    lines = [
        f"# Value keys of the chart {name}, in the tables that the platform sets; `free` ones take any. Written by `make charts-keys`.",
        f"version: {version}",
        f"read: {datetime.date.today()}",
        flow("free", free),
        "keys:",
        *(flow(f"  {json.dumps('.'.join(path))}", keys) for path, keys in tables),
    ]
    return "\n".join(lines) + "\n"


def run_render(folders, name, version, release, namespace):
    chart = find(folders, name, version)
    if chart is None:
        print(f"error: no chart {name} {version} in `{'`, `'.join(folders)}`", file=sys.stderr)
        return 2
    values = json.load(sys.stdin)
    print(json.dumps(chart.render(Release("", "", name, version, release, namespace, values), values), default=str))
    return 0


def run_pull(folders, outs):
    """Fetches what is not there yet. An address without a scheme is that of a registry of containers, as Argo CD takes it."""
    missing = {(of.repository, of.chart, of.version) for out in outs for of in releases(out) if not find(folders, of.chart, of.version)}
    pathlib.Path(folders[0]).mkdir(parents=True, exist_ok=True)
    failed = 0
    for repository, chart, version in sorted(missing):
        registry = "://" not in repository
        where = {"chart_ref": f"oci://{repository}/{chart}"} if registry else {"chart_ref": chart, "repo_url": repository}
        try:
            helm_python.pull(**where, version=version, destination=folders[0])
            print(f"{chart} {version} from {repository}")
        except helm_python.HelmError as error:
            failed += 1
            print(f"{chart} {version} from {repository}: {error}", file=sys.stderr)
    return 2 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["judge", "keys", "render", "pull"])
    parser.add_argument("--charts", action="append", default=[])
    parser.add_argument("--known", type=pathlib.Path)
    parser.add_argument("rest", nargs="+")
    given = parser.parse_args()
    if given.what == "render":
        return run_render(given.charts, *given.rest)
    outs = [out for out in map(pathlib.Path, given.rest) if (out / "manifests").is_dir()]
    if given.what == "pull":
        return run_pull(given.charts, outs)
    return {"judge": run_judge, "keys": run_keys}[given.what](given.charts, given.known, outs)


if __name__ == "__main__":
    sys.exit(main())
