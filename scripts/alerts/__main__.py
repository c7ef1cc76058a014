"""Lets promtool and amtool judge alerts, dashboards and receivers.

    alerts PROGRAMS FIXTURES OUT WORK      needs PyYAML (PyPI)

Every rule of OUT, which is what users have, passes its linter. Of the environment that the settings in FIXTURES make, written below
WORK: each alert fires in its case and says what it is to say, none fires on a normal day, and every question of the dashboards has an
answer then. Every configuration of Alertmanager is one, and leads alerts of each severity where it should. Where CHARTS_DIR holds the
chart of the Prometheus stack, its own alerts have that day, too.
"""

import os
import pathlib
import subprocess
import sys
import time

import yaml

import cases
import chart
import day
import receivers
import written
from series import Scrapes, Unknown

HERE = pathlib.Path(__file__).parent
SERVICES = HERE.parent.parent / "apps" / "metrics.csv"


def promtool(program, *arguments):
    """What it says, and whether it is content."""
    result = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stdout + result.stderr


def save(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, width=1000))
    return path


def lint(program, out, work):
    """The rules of every environment, judged as Prometheus loads them."""
    files = []
    for path in sorted(out.rglob("manifests/observability/prometheus-rule-*.yaml")):
        name = "-".join(path.relative_to(out).with_suffix("").parts)
        files.append(save(work / "lint" / f"{name}.yaml", yaml.safe_load(path.read_text())["spec"]))
    content, said = promtool(program, "check", "rules", "--lint=all", "--lint-fatal", *files)
    return len(files), [] if content and files else [said or "there are no rules"]


def tried(program, path, rules, groups):
    """What fails of tests on a file of rules."""
    order = [group["name"] for group in rules["groups"]]
    head = {"rule_files": [save(path.parent / f"{path.stem}-rules.yaml", rules).name], "evaluation_interval": "1m"}
    save(path, head | {"group_eval_order": order, "tests": groups})
    content, said = promtool(program, "test", "rules", path)
    return [] if content else [said]


def main(programs, fixtures, out, work):
    programs, fixtures, out, work = (pathlib.Path(path).resolve() for path in (programs, fixtures, out, work))
    program = programs / "promtool"
    objects = [item for _, item in written.manifests(fixtures)]
    rules = written.rules(objects)
    alerts, questions = written.alerts(rules), list(written.questions(objects))
    scrapes = Scrapes(HERE / "metrics.csv", SERVICES, written.monitors(objects))
    began = time.monotonic()
    linted, problems = lint(program, out, work)

    stacks = sorted(out.rglob("manifests/kube-prometheus-stack.yaml"))
    told = [config for path in stacks for config in receivers.configurations([yaml.safe_load(path.read_text())])]
    told += receivers.configurations(objects)
    for index, configuration in enumerate(told):
        problems += receivers.judge(programs / "amtool", configuration, work / f"alertmanager-{index}.yaml")

    listed = yaml.safe_load((HERE / "cases.yaml").read_text())
    groups, wrong = cases.tests(listed, alerts, scrapes)
    problems += wrong + tried(program, work / "cases.yaml", rules, groups)

    charted = 0
    try:
        normal = day.series(objects, scrapes)
        failed = tried(program, work / "day.yaml", rules, [day.test(normal, day.runs(objects, scrapes), questions)])
        problems += failed + day.panels("".join(failed), questions)
        of_chart = chart.rules(os.environ.get("CHARTS_DIR"), objects)
        if of_chart:
            charted = len(written.alerts(of_chart))
            all_rules = {"groups": of_chart["groups"] + rules["groups"]}
            problems += tried(program, work / "chart.yaml", all_rules, [day.test(normal, day.runs(objects, scrapes))])
            print(chart.seen(of_chart, normal))
    except Unknown as error:
        problems.append(f"the normal day: {error}")

    for problem in problems:
        print(problem, file=sys.stderr)
    print(
        f"alerts: {linted} files of rules linted, {len(groups)} cases, {len(alerts)} alerts and {charted} of the chart on a normal day, "
        f"{len(questions)} questions of dashboards, {len(told)} configurations of Alertmanager, {len(problems)} problems in {time.monotonic() - began:.0f} s"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
