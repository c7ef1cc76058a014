#!/usr/bin/env python3
"""Writes settings that are laid over others as one file, as Tideline reads the two: tables key by key, all else as a whole.

    laid-over.py BASE OVER > default.toml      tables, texts, numbers, and lists of these
"""

import json
import pathlib
import sys
import tomllib


def laid(base, over):
    both = {key: laid(base[key], value) if isinstance(value, dict) and key in base else value for key, value in over.items()}
    return base | both


def written(table, path=()):
    """The lines of a table, its own keys first."""
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    if path:
        yield f"\n[{'.'.join(path)}]"
    yield from (f"{key} = {json.dumps(value)}" for key, value in table.items() if key not in inner)
    for key, value in inner.items():
        yield from written(value, (*path, key))


base, over = (tomllib.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:])
print("\n".join(written(laid(base, over))))
