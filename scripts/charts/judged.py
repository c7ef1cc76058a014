"""What is wrong with values: keys that are none, keys that change nothing, objects that are refused."""

import copy
import difflib
import functools
import json

import helm_python
import kubernetes_validate

from installed import leaves, tables
from listed import Listed


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
            yield f"`{'.'.join((*path, key))}` is not a value of {release.chart} {version}{mend}"


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
