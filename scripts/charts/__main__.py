"""Judges the values that the platform gives to charts, by the charts themselves or by what was read of them.

    charts judge [--charts FOLDER]... --known FOLDER OUT...
    charts keys --charts FOLDER... --known FOLDER OUT...
    charts render --charts FOLDER... CHART VERSION NAME NAMESPACE < VALUES
    charts pull --charts FOLDER OUT...

OUT is the folder of an environment. A folder of charts holds `CHART` or `CHART-VERSION.tgz`, with their sub-charts in them. `judge`
holds keys against a chart that is there, and renders it: a key that changes nothing is a finding, and an object that Kubernetes'
schemas refuse. Of other charts it knows the lists in the folder --known, which `keys` writes. `render` prints a chart's objects,
`pull` fetches every chart of the environments, at its version, from where they take it.
Needs helm-python-sdk and kubernetes-validate (PyPI). Exit codes: 0 nothing found, 1 findings, 2 it cannot be judged.
"""

import argparse
import pathlib
import sys

from asked import run_judge, run_keys, run_pull, run_render


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
    if not outs:
        print(f"error: no environment in `{'`, `'.join(given.rest)}`: `make synth` writes them", file=sys.stderr)
        return 2
    if given.what == "pull":
        return run_pull(given.charts, outs)
    return {"judge": run_judge, "keys": run_keys}[given.what](given.charts, given.known, outs)


if __name__ == "__main__":
    sys.exit(main())
