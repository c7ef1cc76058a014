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
JMETER = pathlib.Path("target/jmeter/bin/ApacheJMeter.jar")
PAGE = pathlib.Path("target/load-test/index.html")
# Each tool: how it says its version, what that version follows, the oldest that will do, and where to get it.
TOOLS = {
    "cargo": (["cargo", "--version"], r"cargo (\d+)\.(\d+)", (1, 95), "Rust 1.95 or later: https://rustup.rs"),
    "terraform": (
        ["terraform", "version"],
        r"Terraform v(\d+)\.(\d+)",
        (1, 11),
        "Terraform 1.11 or later: https://developer.hashicorp.com/terraform/install",
    ),
    "java": (
        ["java", "-version"],
        r'version "(\d+)(?:\.(\d+))?',
        (17, 0),
        "Java 17 or later, which JMeter runs on: https://adoptium.net",
    ),
    "cc": (["cc", "--version"], None, (), "a C compiler, which Rust links with: `apt install gcc`, or Xcode's tools"),
}
PIP = "pip, which gets JMeter from the package index: `python3 -m ensurepip`, or `apt install python3-pip`"
# As many gigabytes as all that is built takes, with room to spare.
ROOM = 3
STEPS = 7
PROFILE = {"RATE": "1000", "RAMP": "10", "HOLD": "45", "RAMP_DOWN": "5", "OBJECTIVES": "--max-p99 1000", "BUILD": "release"}


class Failure(Exception):
    """What could not be done, and how to mend it."""


def step(number: int, title: str) -> None:
    print(f"\n==> {number}/{STEPS} {title}", flush=True)


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
        raise Failure(f"`{' '.join(map(str, command))}` ended with code {code}; the end of `{log}`:\n{end_of(log)}")


def end_of(log: pathlib.Path) -> str:
    return "".join(log.read_text().splitlines(keepends=True)[-30:])


def said(command: list[str]) -> str | None:
    """What a command says; nothing when it is not there or does not work, as a placeholder for a tool does not."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def lack(tool: str) -> str | None:
    """What is wrong with a tool, if anything is."""
    command, pattern, oldest, hint = TOOLS[tool]
    text = said(command)
    if text is None:
        return f"\n  {tool} is not there, or does not work: install {hint}"
    found = pattern and re.search(pattern, text)
    if found and tuple(int(part or 0) for part in found.groups()) < oldest:
        return f"\n  {tool} is too old ({text.splitlines()[0].strip()}): install {hint}"
    return None


def look_for_tools() -> None:
    """Says at once what would be missed after minutes."""
    lacks = [lack(tool) for tool in TOOLS]
    if not shutil.which("jmeter") and not JMETER.exists() and said([sys.executable, "-m", "pip", "--version"]) is None:
        lacks.append(f"\n  pip is not there: install {PIP}")
    free = shutil.disk_usage(".").free >> 30
    if free < ROOM and not STATE.exists():
        lacks.append(f"\n  {free} GiB are free here: the build needs {ROOM}")
    if any(lacks):
        raise Failure("this machine is not ready:" + "".join(filter(None, lacks)))
    print("  " + ", ".join(TOOLS) + ": found")


def cargo() -> list[str]:
    return os.environ.get("CARGO", "cargo").split()


@contextlib.contextmanager
def services_built_beside():
    """Builds both services beside all else, which leaves processors idle; yields what waits until they are there.

    In the profile of the command one build would only wait for the other, and `make load-test` builds them.
    """
    profile = os.environ.get("BUILD") or PROFILE["BUILD"]
    if profile == "dev":
        yield lambda: None
        return
    log = DEMO / "services.log"
    services = ["--package", "cors-proxy-server", "--package", "mock-target-server"]
    command = [*cargo(), "build", "--profile", profile, "--locked", *services, "--bins"]
    with log.open("w") as out, started(command, stdout=out, stderr=out) as process:

        def wait() -> None:
            if (code := process.wait()) != 0:
                raise Failure(f"`{' '.join(command)}` ended with code {code}; the end of `{log}`:\n{end_of(log)}")

        yield wait


def build() -> pathlib.Path:
    run(*cargo(), "build", "--locked", "--package", "synth")
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


def make(*arguments: str) -> None:
    run("make", "--no-print-directory", *arguments)


def load() -> None:
    """Tests both services of this machine, whatever other proxy the caller's variables name."""
    PAGE.unlink(missing_ok=True)
    profile = [f"{name}={os.environ.get(name) or value}" for name, value in PROFILE.items()]
    try:
        make("load-test", "HOST=", *profile)
    except Failure as failure:
        if PAGE.exists():
            hint = "another program may keep this machine busy: `make demo RATE=200` asks for less"
            raise Failure(f"the load test missed an objective, as it says above; {hint}\n  its page: {PAGE.absolute().as_uri()}")
        raise failure


def demonstrate() -> None:
    begun = time.monotonic()
    step(1, "look for what this needs")
    look_for_tools()
    DEMO.mkdir(parents=True, exist_ok=True)
    with services_built_beside() as wait_for_services:
        step(2, "get JMeter, if it is not there yet")
        make("jmeter")
        step(3, "build the command: some minutes, the first time")
        synth = build()
        step(4, "synthesize stacks/environments/default.toml: Terraform JSON and Kubernetes YAML")
        synthesize(synth)
        step(5, "check the policies, on Terraform and Kubernetes together")
        check(synth)
        step(6, "plan and apply with the real Terraform and providers in memory: no account, no credentials")
        apply(synth)
        step(7, "build and start both services, and load them with JMeter")
        wait_for_services()
    load()
    print(f"\n==> all of it works, in {time.monotonic() - begun:.0f} s")
    print(f"  the platform   {DEMO / 'out'}")
    print(f"  its plans      {DEMO / 'terraform.log'}")
    print(f"  the load test  {PAGE.absolute().as_uri()}")


def main() -> int:
    # What was started is stopped when this is told to end, or its terminal goes, too. A job in the background begins with an
    # ignored interrupt, which it and all that it starts would keep; who ignores the terminal's end has said so with `nohup`.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    # Terraform would ask its maker for news at each call.
    os.environ.setdefault("CHECKPOINT_DISABLE", "1")
    try:
        demonstrate()
    except (Failure, OSError) as failure:
        print(f"\nerror: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped, and everything that was started", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
