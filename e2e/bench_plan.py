"""Plans the cluster stack by `synth plan` and by the real AWS provider in turns, and prints what each takes.

Both plan from nothing and initialize every time. The real provider asks the mock, whose own work is not counted.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from processes import Runner, unwind_when_told_to_end
from run import ROOT, terraform_problem
from settings import BESIDE, Settings, prepare

WORK = ROOT / "target/e2e/bench"
ROUNDS = 5
STACK = "cluster"


@dataclass
class Cost:
    """What a run takes, with all that it starts."""

    seconds: float
    processor: float
    mebibytes: float


def main() -> int:
    """Prints a table; the exit code is that of what could not be measured."""
    unwind_when_told_to_end()
    if missing := terraform_problem():
        sys.exit(f"cannot be measured: {missing}")
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    _, settings = prepare(ROOT, WORK / "environments")
    os.environ.update(MOTO_ACCOUNT_ID=settings.account, MOTO_IAM_LOAD_MANAGED_POLICIES="true", NO_PROXY="127.0.0.1")
    runner = Runner(ROOT, WORK)
    runner.build("--release")
    runner.configure()
    costs = measure(runner, settings)
    print(f"{'plan of ' + STACK:28}{'wall':>8}{'processor':>11}{'memory':>10}   median of {ROUNDS} rounds in turns")
    for name, runs in costs.items():
        middle = Cost(*(statistics.median(getattr(one, key) for one in runs) for key in Cost.__annotations__))
        print(f"{name:28}{middle.seconds:6.2f} s{middle.processor:9.2f} s{middle.mebibytes:6.0f} MiB")
    return 0


def measure(runner: Runner, settings: Settings) -> dict[str, list[Cost]]:
    """What each round of each took."""
    from gateway.server import Server
    from gateway.world import World

    where = ["--env", BESIDE, "--environments", str(WORK / "environments")]
    runner.synth("all", *where, "--out", str(WORK / "out"))
    folder = settings.folder(WORK / "out") / STACK
    (folder / "backend_override.tf.json").write_text('{"terraform": [{"backend": {"local": {}}}]}')
    world = World(settings.account, addon_versions=settings.addon_versions(),
                  kubernetes_versions=[settings["cluster"]["kubernetes_version"]])
    costs: dict[str, list[Cost]] = {"synth plan": [], "terraform, real provider": []}
    scratch = ROOT / "target/offline" / BESIDE / STACK
    with (WORK / "logs/gateway.log").open("w") as log, Server(world, log) as server:
        runner.connect(server.endpoint)
        with runner.providers(folder, "helm") as helm:
            environment = {**runner.environment, "TF_REATTACH_PROVIDERS": helm}
            for _ in range(ROUNDS):
                shutil.rmtree(scratch, ignore_errors=True)
                ours = cost([runner.programs["synth"], "plan", STACK, *where], ROOT, dict(os.environ))
                shutil.rmtree(folder / ".terraform", ignore_errors=True)
                (folder / ".terraform.lock.hcl").unlink(missing_ok=True)
                init = cost(["terraform", "init", "-input=false"], folder, environment)
                plan = cost(["terraform", "plan", "-input=false"], folder, environment)
                costs["synth plan"].append(ours)
                both = Cost(init.seconds + plan.seconds, init.processor + plan.processor,
                            max(init.mebibytes, plan.mebibytes))
                costs["terraform, real provider"].append(both)
    shutil.rmtree(scratch, ignore_errors=True)
    return costs


def cost(command: list[str], cwd: Path, environment: dict[str, str]) -> Cost:
    """Runs a program to its end; memory is the most that it and its children hold at once."""
    before, began = os.times(), time.monotonic()
    with subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, start_new_session=True) as process:
        most = 0.0
        while process.poll() is None:
            most = max(most, held(process.pid))
            time.sleep(0.01)
        seconds = time.monotonic() - began
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ends with {process.returncode}:\n{said}")
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(seconds, processor, most)


def held(session: int) -> float:
    """The resident memory of all processes of a session, in MiB."""
    pages = 0
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.getsid(int(folder.name)) == session:
                pages += int((folder / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    sys.exit(main())
