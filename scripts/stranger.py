#!/usr/bin/env python3
"""Runs tests in the clone of a stranger: other account, region, zones, repository, one environment, and a service more.

    stranger.py [--all]       without --all only suites that read settings, and of these none that brings environments up or down

The clone is what Git would take of this folder, under `target/stranger`. A test that reads what a user may edit fails there.
So does one that needs a terminal's signals: all is started as `nohup` and a shell's `&` do, with signals ignored.
Exit codes: 0 every test passes, 1 one does not, or the settings are refused.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE = "stacks/tests/fixtures/default.toml"
SETTINGS = "stacks/environments/default.toml"
GUIDE = "docs/day-2.md"
# What users add, of each of which the guide shows a table.
KINDS = ("internal", "workers", "jobs")
# As TOML; nothing here is an example value, since nobody's clone keeps one.
THEIRS = {
    "name": '"walrus"',
    "aws.account_id": '"935711131719"',
    "aws.region": '"us-east-1"',
    "aws.tags.Project": '"walrus"',
    "aws.tags.Owner": '"walrus-team"',
    "state.bucket": '"walrus-terraform"',
    "state.key_prefix": '"walrus"',
    "github.owner": '"walrus-shop"',
    "github.repository": '"platform"',
    "github.owner_id": "1739",
    "github.repository_id": "2357",
    "github.branch": '"trunk"',
    "github.environment": '"live"',
    "github.runner": '"walrus-vpc"',
    "repository.url": '"https://github.com/walrus-shop/platform.git"',
    "repository.revision": '"trunk"',
    "network.cidr": '"10.80.0.0/16"',
    "network.zones": '["us-east-1b", "us-east-1c", "us-east-1d"]',
    "network.subnets.public": '["10.80.192.0/22", "10.80.196.0/22", "10.80.200.0/22"]',
    "network.subnets.private": '["10.80.0.0/18", "10.80.64.0/18", "10.80.128.0/18"]',
    "network.subnets.intra": '["10.80.204.0/26", "10.80.204.64/26", "10.80.204.128/26"]',
    "cluster.public_access_cidrs": "[]",
    "cluster.private_access_cidrs": '["10.80.0.0/16"]',
    "cluster.admin_principal_arns": '["arn:aws:iam::935711131719:role/walrus-admin"]',
    "argocd.domain": '"argocd.walrus.test"',
    "observability.namespace": '"watch"',
    "services.namespace": '"shop"',
    "load_test.rate": "500",
}


def clone(folder: pathlib.Path) -> None:
    """Copies what Git knows or would take. What is the same stays untouched, so that Cargo builds no more than it must."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    wanted = {path for path in listed.stdout.decode().split("\0") if path and (ROOT / path).is_file()}
    # The schema beside the environments is made of code, not by whoever has them.
    edited = re.compile(r"out/|stacks/environments/.*\.toml$")
    wanted = {path for path in wanted if not edited.match(path)}
    for path in sorted(wanted - {"Cargo.toml", "Cargo.lock"}):
        write(folder / path, (ROOT / path).read_bytes(), (ROOT / path).stat().st_mode)
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        if str(file.relative_to(folder)) not in wanted:
            file.unlink()


def write(path: pathlib.Path, content: bytes, mode: int = 0o644) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    path.chmod(mode)


def theirs() -> str:
    """The base of all tests with the stranger's values, and the service of the guide."""
    table, lines, left = "", [], dict(THEIRS)
    for line in (ROOT / BASE).read_text().splitlines():
        if line.startswith("["):
            table = line.strip("[]") + "."
        elif found := re.match(r"(\w+) = ", line):
            line = found[0] + left.pop(table + found[1], line[found.end():])
        lines.append(line)
    if left:
        sys.exit(f"error: `{BASE}` has no setting `{'`, `'.join(left)}`")
    guide = (ROOT / GUIDE).read_text()
    shown = [re.search(rf"^```toml\n(\[services\.{kind}\..*?)^```", guide, re.MULTILINE | re.DOTALL) for kind in KINDS]
    tables = [table[1] for table in shown if table]
    if len(tables) < len(KINDS):
        sys.exit(f"error: `{GUIDE}` does not show one of {', '.join(KINDS)}")
    return "\n".join([*lines, "", *tables])


def mark(folder: pathlib.Path) -> None:
    """Gives the clone's crates another version: Cargo takes crates at one place in two folders for the same, and would test
    those of this folder."""
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    for name in ("Cargo.toml", "Cargo.lock"):
        text = (ROOT / name).read_text()
        # In the lock file a package without a source is one of the workspace's.
        ours = rf'(?m)^version = "{re.escape(version)}"$(?!\nsource)'
        write(folder / name, re.sub(ours, f'version = "{version}+stranger"', text).encode())


def ask_for_settings(folder: pathlib.Path) -> None:
    """The e2e run is Python, and long: it is asked for its settings alone."""
    asked = "import pathlib, sys; from settings import prepare; print([of.tree for of in prepare(*map(pathlib.Path, sys.argv[1:]))])"
    scratch = folder.parent / "e2e"
    shutil.rmtree(scratch, ignore_errors=True)
    said = subprocess.run([sys.executable, "-c", asked, folder, scratch], cwd=folder / "e2e", text=True, capture_output=True, check=False)
    if said.returncode != 0 or any(value.strip('"') in said.stdout for value in THEIRS.values() if "walrus" in value):
        sys.exit(f"error: the e2e run reads what a user may edit\n{said.stdout}{said.stderr}")


# Suites that read settings.
READERS = ("policies", "settings", "manifests", "synthesized", "cli")


def runs(cargo: list[str], synth: str, everything: bool) -> list[list[str]]:
    """What is run, with the command that the tests are built with."""
    test = [*cargo, "test", "--workspace", "--locked", "--no-fail-fast"]
    suites = [] if everything else [argument for suite in READERS for argument in ("--test", suite)]
    first = [[*test, *suites, "--no-run"], [synth, "all"], [synth, "check"]]
    if not everything:
        return [*first, [*test, *suites, "--", "--skip", "bringing_", "--skip", "tearing_"]]
    return [
        *first,
        # All of them, whatever fails: who reads what a user may edit is not alone, as a rule. But services read no settings, so
        # what loads them is loaded once, by the tests of this folder.
        [*test, "--", "--skip", "no_request_fails"],
        # What `make test` leaves to `make judge` and reads stacks.
        [*cargo, "test", "--workspace", "--locked", "--test", "synthesized", "--", "--ignored"],
    ]


def main(*arguments: str) -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    folder = ROOT / "target/stranger/clone"
    folder.mkdir(parents=True, exist_ok=True)
    clone(folder)
    mark(folder)
    write(folder / SETTINGS, theirs().encode())
    ask_for_settings(folder)
    # What is built of others' crates is shared; programs have one name each, so they lie apart.
    environment = {**os.environ, "CARGO_BUILD_BUILD_DIR": str(target), "CARGO_TARGET_DIR": str(target / "stranger/target")}
    cargo = os.environ.get("CARGO", "cargo").split()
    for asked in runs(cargo, str(target / "stranger/target/debug/synth"), "--all" in arguments):
        print(f"==> {' '.join(asked)}", flush=True)
        if run(asked, folder, environment) != 0:
            print(f"error: `{' '.join(asked)}` fails in `{folder}`", file=sys.stderr)
            return 1
    return 0


def run(command: list[str], folder: pathlib.Path, environment: dict[str, str]) -> int:
    """Runs a command as a job in the background, which is ended with this."""
    mine = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    for number, handler in mine.items():
        signal.signal(number, handler)
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
