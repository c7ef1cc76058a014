"""Lists of the keys of charts that are not here."""

import datetime
import json
import textwrap

import yaml

from chart import Level


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
