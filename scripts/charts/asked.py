"""What can be asked: to judge the values of environments, to list keys, to render, to fetch."""

import json
import pathlib
import sys

import helm_python

from chart import find
from installed import Release, releases, tables, version_of
from judged import idle, refused, unknown
from listed import Listed, before, listing


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
    judged = 0
    seen: set = set()
    by: dict = {}
    places: dict = {}
    for out in outs:
        for release in releases(out):
            # A chart that is there takes minutes; a list takes none.
            if folders:
                print(f"{out}: {release.chart} {release.version}", file=sys.stderr, flush=True)
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
    return 1 if places else 0


def run_keys(folders, known, outs):
    """Writes down each chart that is here, at the levels that the platform sets; those of before stay while the version does."""
    read: dict = {}
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
