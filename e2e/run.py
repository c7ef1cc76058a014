"""Applies the whole platform with the real Terraform and AWS provider to a mock of AWS, and looks at what came of it.

Everything is on loopback and below `target/e2e`; Helm's part is played by the offline provider. With `--regions` it brings up two
environments in two regions of one account instead, and looks at what they have in common alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import traceback
from pathlib import Path

from processes import Failed, Runner, unwind_when_told_to_end
from report import Report
from settings import Settings, prepare

ROOT = Path(__file__).resolve().parent.parent
# Whether there are two regions; the logs of each kind of run stay.
REGIONS = "--regions" in sys.argv[1:]
WORK = ROOT / "target/e2e" / ("regions" if REGIONS else "run")
SECONDS = 40 * 60
TERRAFORM = (1, 11)


def main() -> int:
    """Runs everything; the exit code is that of a test."""
    unwind_when_told_to_end()
    if missing := terraform_problem():
        return without(missing)
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)

    first, second = prepare(ROOT, WORK / "environments", region=1 if REGIONS else 0)
    # moto reads these when it is first imported.
    os.environ.update(MOTO_ACCOUNT_ID=first.account, MOTO_IAM_LOAD_MANAGED_POLICIES="true", NO_PROXY="127.0.0.1",
                      MOTO_ACM_VALIDATION_WAIT=str(24 * 60 * 60))
    return run(first, second, whole=not REGIONS)


def run(first: Settings, second: Settings, whole: bool) -> int:
    """Synthesizes, starts the mock, and lives through the lives of both platforms."""
    from checks import Cloud
    from gateway.server import Server
    from gateway.world import World
    from pair import live
    from steps import Platform

    report, runner = Report(), Runner(ROOT, WORK)
    world = World(first.account, addon_versions=first.addon_versions(),
                  kubernetes_versions=[first["cluster"]["kubernetes_version"]])
    try:
        out = WORK / "out"
        runner.build()
        report.say("built")
        runner.configure()
        if missing := provider_problem(runner):
            return without(missing)
        runner.allow(SECONDS)
        for settings in (first, second):
            runner.synth("all", "--env", settings.environment, "--environments", str(WORK / "environments"),
                         "--out", str(out))
        report.say("synthesized")
        with (WORK / "logs/gateway.log").open("w") as log, Server(world, log) as server:
            runner.connect(server.endpoint)
            clouds = [Cloud(settings, server.endpoint, server.gateway) for settings in (first, second)]
            live(*(Platform(runner, cloud, report, out, whole and cloud is clouds[0]) for cloud in clouds))
    except Failed as failed:
        if not report.failures():
            report.add("run", "the run comes to its end", str(failed), 0)
    except Exception:
        report.add("run", "the run comes to its end", traceback.format_exc(), 0)
    report.print()
    return 1 if report.failures() else 0


def without(missing: str) -> int:
    """The exit code of a run that cannot be."""
    required = os.environ.get("CI") == "true"
    print(f"{'failed' if required else 'skipped'}: {missing}")
    return 1 if required else 0


def terraform_problem() -> str:
    """Why Terraform cannot be used, or nothing."""
    try:
        said = subprocess.run(["terraform", "version"], capture_output=True, text=True, check=True,
                              env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}).stdout
    except (OSError, subprocess.CalledProcessError):
        return "`terraform` is not installed"
    version = re.search(r"v(\d+)\.(\d+)", said)
    if not version or tuple(map(int, version.groups())) < TERRAFORM:
        return f"`terraform` is older than {'.'.join(map(str, TERRAFORM))}"
    return ""


def provider_problem(runner: Runner) -> str:
    """Asks Terraform for the AWS provider, in a folder that names nothing else."""
    folder = runner.work / "provider"
    folder.mkdir()
    providers = {"aws": {"source": "hashicorp/aws", "version": ">= 5.100.0, < 7.0.0"}}
    (folder / "main.tf.json").write_text(json.dumps({"terraform": {"required_providers": providers}}))
    code, said = runner.terraform("provider-init", folder, "init", accept=(0, 1))
    return "" if code == 0 else f"the AWS provider cannot be installed: {said.strip()}"


if __name__ == "__main__":
    sys.exit(main())
