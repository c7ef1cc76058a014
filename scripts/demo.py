#!/usr/bin/env python3
"""Shows the whole platform without an account: synthesis, policies, plan and apply offline, a load test and its verdict.

Nothing outside `target/` is written, and what is started is stopped again. Exit codes: 0 all of it works, 1 something does
not, and what that is has been said.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

DEMO = pathlib.Path("target/demo")
# The state of earlier offline runs: with it there would be nothing to apply.
STATE = pathlib.Path("target/offline/default")
TOOLS = {
    "cargo": "Rust 1.95 or later: https://rustup.rs",
    "terraform": "Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install",
    "java": "Java 17 or later, which JMeter runs on: https://adoptium.net",
}
PROFILE = {"RATE": "1000", "RAMP": "10", "HOLD": "45", "RAMP_DOWN": "5", "OBJECTIVES": "--max-p99 1000"}


class Failure(Exception):
    """What could not be done, and how to mend it."""


def step(title: str) -> None:
    print(f"\n==> {title}", flush=True)


@contextlib.contextmanager
def started(command: list, **options):
    """A process that ends with the block, whatever ends it, and so does all that it has started."""
    process = subprocess.Popen([str(part) for part in command], start_new_session=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def run(*command) -> None:
    """Runs a command that says itself what it does."""
    with started(list(command)) as process:
        code = process.wait()
    if code != 0:
        raise Failure(f"`{' '.join(map(str, command))}` ended with code {code}: why, it says above")


def lines(log: pathlib.Path, *command):
    """The lines of a command's output as they come; the log keeps all of them."""
    with log.open("w") as copy, started(list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout:
            copy.write(line)
            yield re.sub(r"\x1b\[[0-9;]*m", "", line.rstrip())
        code = process.wait()
    if code != 0:
        end = "".join(log.read_text().splitlines(keepends=True)[-30:])
        raise Failure(f"`{' '.join(map(str, command))}` ended with code {code}; the end of `{log}`:\n{end}")


def look_for_tools() -> None:
    missing = [f"\n  {tool}: install {hint}" for tool, hint in TOOLS.items() if not shutil.which(tool)]
    if missing:
        raise Failure("not on the PATH:" + "".join(missing))


def build() -> pathlib.Path:
    run(*os.environ.get("CARGO", "cargo").split(), "build", "--locked", "--package", "synth")
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"), "debug/synth")


def synthesize(synth: pathlib.Path) -> None:
    out = DEMO / "out"
    shutil.rmtree(out, ignore_errors=True)
    for line in lines(DEMO / "synthesis.log", synth, "all", "--out", out):
        if not line.startswith(" "):
            print(f"  {line}")


def check(synth: pathlib.Path) -> None:
    for line in lines(DEMO / "policies.log", synth, "check", "--out", DEMO / "out"):
        if line.startswith("policies"):
            print(f"  {line}")


def apply(synth: pathlib.Path) -> None:
    """Shows of each stack what Terraform would do, has done, and finds left to do."""
    shutil.rmtree(STATE, ignore_errors=True)
    log, stack, made = DEMO / "terraform.log", "", 0
    for line in lines(log, synth, "apply", "--all"):
        if heading := re.fullmatch(r"(?:apply|plan again) [\w-]+", line):
            stack = heading[0]
        elif re.match(r"Plan: |Apply complete!|No changes\.", line):
            print(f"  {stack}: {line}", flush=True)
        made += ": Creation complete" in line
    print(f"  {made} resources are in `{STATE}`, and nowhere else; every word of Terraform's is in `{log}`")


def load() -> None:
    """Tests both services of this machine, whatever other proxy the caller's variables name."""
    profile = [f"{name}={os.environ.get(name) or value}" for name, value in PROFILE.items()]
    run("make", "--no-print-directory", "load-test", "HOST=", "BUILD=release", *profile)


def demonstrate() -> None:
    begun = time.monotonic()
    look_for_tools()
    DEMO.mkdir(parents=True, exist_ok=True)
    step("build the command: some minutes, the first time")
    synth = build()
    step("synthesize stacks/environments/default.toml: Terraform JSON and Kubernetes YAML")
    synthesize(synth)
    step("check the policies, on Terraform and Kubernetes together")
    check(synth)
    step("plan and apply with the real Terraform and providers in memory: no account, no credentials")
    apply(synth)
    step("build and start both services, and load them with JMeter")
    load()
    step(f"all of it works, in {time.monotonic() - begun:.0f} s")
    print(f"  the platform   {DEMO / 'out'}")
    print(f"  its plans      {DEMO / 'terraform.log'}")
    print("  the load test  target/load-test/index.html")


def main() -> int:
    # What was started is stopped when this is told to end, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        demonstrate()
    except (Failure, OSError) as failure:
        print(f"\nerror: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
