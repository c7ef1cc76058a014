"""Charts that lie in a folder: what they take, and what Helm renders of it."""

import atexit
import functools
import pathlib
import re
import shutil
import tarfile
import tempfile
from typing import NamedTuple

import helm_python
import yaml

# Tables that take any key, whatever the chart's own defaults hold: parts of objects, or configuration that is handed through.
HANDED_THROUGH = re.compile(
    r"(^|\.)(nodeSelector|resources|labels|annotations|affinity|securityContext|containerSecurityContext|externalLabels"
    r"|params|cm|policy\.csv)$"
)


# What is between two objects of a file, as Helm has it: YAML wants an end of line after it, and templates may trim that away.
BETWEEN = re.compile(r"(?:^|\s*\n)---\s*")


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
        documents = [item for text in manifests for part in BETWEEN.split(text) for item in yaml.load_all(part, Loader) if item]
        return [item for document in documents for item in (document["items"] if document["kind"].endswith("List") else [document])]


def merge(one, other):
    if one is None or other is None:
        return one or other
    return Level(sorted({*one.keys, *other.keys}), one.free and other.free)


@functools.cache
def opened(folder):
    """The chart of a folder, read once for all environments."""
    return Chart(folder)


@functools.cache
def unpacked(archive, name):
    """The chart of an archive."""
    scratch = tempfile.mkdtemp(prefix="chart-")
    atexit.register(shutil.rmtree, scratch)
    with tarfile.open(archive) as packed:
        packed.extractall(scratch, filter="data")
    return Chart(pathlib.Path(scratch) / name)


def find(folders, name, version):
    """The chart in the folders, or nothing. Karpenter's tag names the release before it, so its own folder is taken as it is.

    Some charts have a `v` before their version, which Helm passes over.
    """
    for folder in map(pathlib.Path, folders):
        if (folder / name / "Chart.yaml").exists():
            chart = opened(folder / name)
            if name.startswith("karpenter") or chart.metadata["version"].removeprefix("v") == version:
                return chart
        for written in (version, f"v{version}"):
            if (archive := folder / f"{name}-{written}.tgz").exists():
                return unpacked(archive, name)
    return None
