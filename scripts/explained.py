#!/usr/bin/env python3
"""Says which settings of a file have no comment above them.

It is for `default.toml`, which is what people read who look for a setting. Names that people choose (tags, pools, services of
their own) explain nothing new: of the pools one is explained, the keys of a service are those of the target.
"""

import pathlib
import re
import sys

CHOSEN = re.compile(r"^(karpenter\.node_pools\.|services\.internal\.)[^.]+")
FREE = ("aws.tags", "services.internal.")


def unexplained(text: str) -> list[tuple[int, str]]:
    """Lines and keys of the settings that have no comment, nor has their like in another table."""
    table: str | None = ""
    explained, bare = set(), []
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("[["):
            table = None
        elif line.startswith("["):
            table = line.strip("[] ")
        elif (found := re.match(r"([\w\"-]+) *=", line)) and table is not None and not table.startswith(FREE):
            key = f"{table}.{found[1]}".lstrip(".")
            like = CHOSEN.sub(r"\1*", key)
            if number > 1 and lines[number - 2].startswith("# "):
                explained.add(like)
            else:
                bare.append((number, key, like))
    return [(number, key) for number, key, like in bare if like not in explained]


def main(*paths: str) -> int:
    wrong = 0
    for path in paths:
        for number, key in unexplained(pathlib.Path(path).read_text()):
            print(f"{path}:{number}: `{key}` has no comment: say above it what it is and which values it takes")
            wrong += 1
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
