"""Plays the first `make up` of a private environment through, on the mock of AWS, as its user runs it.

The scripts, the AWS CLI, Terraform, its AWS provider, curl and Git are the real ones. Helm is the offline provider, which asks
the cluster's API as the real one does; the container engine, `gh` and what asks Terraform's registry are in `stand_ins`.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback

from first_run import FirstRun
from processes import Failed, Runner, unwind_when_told_to_end
from report import Report
from run import ROOT, SECONDS, provider_problem, terraform_problem, without
from settings import ACCOUNT, private

WORK = ROOT / "target/e2e/up"
# What a clone has and the run needs; what it writes itself comes from `synth`.
LEFT_OUT = ("target", ".git", "out", "snapshots", "fuzz", "__pycache__")


def main() -> int:
    """Runs everything; the exit code is that of a test."""
    unwind_when_told_to_end()
    if missing := terraform_problem():
        return without(missing)
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(ROOT, WORK / "clone", ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    settings = private(ROOT, WORK / "clone/stacks/environments")
    # moto reads these when it is first imported.
    os.environ.update(MOTO_ACCOUNT_ID=ACCOUNT, MOTO_IAM_LOAD_MANAGED_POLICIES="true", NO_PROXY="127.0.0.1")
    from gateway.server import Server
    from gateway.world import World

    report, runner = Report(), Runner(ROOT, WORK)
    world = World(ACCOUNT, addon_versions=settings.addon_versions(), parameters=settings.parameters(),
                  kubernetes_versions=[settings["cluster"]["kubernetes_version"]])
    try:
        runner.build()
        runner.configure()
        if missing := provider_problem(runner):
            return without(missing)
        runner.allow(SECONDS)
        with (WORK / "logs/gateway.log").open("w") as log, Server(world, log) as server:
            runner.connect(server.endpoint)
            FirstRun(runner, report, server, settings, WORK / "clone").live()
    except Failed as failed:
        if not report.failures():
            report.add("run", "the run comes to its end", str(failed), 0)
    except Exception:
        report.add("run", "the run comes to its end", traceback.format_exc(), 0)
    report.print()
    return 1 if report.failures() else 0


if __name__ == "__main__":
    sys.exit(main())
