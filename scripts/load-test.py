#!/usr/bin/env python3
"""Runs the load test with JMeter, and leaves its results and JMeter's own report in a folder.

Without --host both services are started here, on free ports of the loopback address. Whatever was started is stopped again,
after a failure and an interrupt too. Exit codes: 0 the test ran, 2 it could not. What it showed, `synth load-report` says.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

LOOPBACK = "127.0.0.1"
# What one JMeter on one machine may be asked for, here where a typing mistake would hurt.
MOST_RATE, MOST_SECONDS = 20_000, 6 * 3600


class Failure(Exception):
    """What could not be done, and how to mend it."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plan", type=pathlib.Path, default="out/load-testing", help="folder of plan and properties")
    parser.add_argument("--results", type=pathlib.Path, default="target/load-test", help="folder to write")
    parser.add_argument("--jmeter", default="", help="JMeter 5's command; else --jmeter-home with `java`")
    parser.add_argument("--jmeter-home", type=pathlib.Path, default="target/jmeter")
    parser.add_argument("--binaries", type=pathlib.Path, default="target/service", help="folder of both services")
    parser.add_argument("--host", default="", help="address of the proxy")
    for name in ("port", "scheme", "target", "origin", "threads"):
        parser.add_argument(f"--{name}", default="", help=f"replaces `{name}` of the properties")
    parser.add_argument("--property", action="append", default=[], metavar="NAME=VALUE", help="any other, for JMeter's -J")
    for name, most in (("rate", MOST_RATE), ("ramp", MOST_SECONDS), ("hold", MOST_SECONDS), ("ramp-down", MOST_SECONDS)):
        parser.add_argument(f"--{name}", type=number(most), help=f"replaces `{name}` of the properties")
    return parser.parse_args()


def number(most: int):
    """Parses whole numbers up to a most."""

    def parse(text: str):
        if not text:
            return None
        if not text.isdecimal() or not 0 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"`{text}` is not a whole number up to {most}")
        return int(text)

    return parse


def jmeter(options: argparse.Namespace) -> list[str]:
    """JMeter's command, once it has said that it is version 5."""
    jar = options.jmeter_home / "bin/ApacheJMeter.jar"
    if options.jmeter:
        command = [options.jmeter]
    elif jar.exists() and shutil.which("java"):
        command = ["java", "-Xms256m", "-Xmx1g", "-Djava.awt.headless=true", "-jar", str(jar)]
    else:
        missing = "`java` is not on the PATH: install Java 17" if jar.exists() else f"no JMeter in `{options.jmeter_home}`"
        raise Failure(f"{missing}; `make load-test` lays JMeter out")
    said = subprocess.run([*command, "--version", "-j", os.devnull], capture_output=True, text=True, timeout=120)
    if not any(word.startswith("5.") for word in said.stdout.split()):
        raise Failure(f"`{command[0]}` is not JMeter 5: `make load-test JMETER=` lays out one that is\n{said.stderr.strip()}")
    return command


@contextlib.contextmanager
def running(command: list, log: pathlib.Path):
    """A process that ends with the block: asked first, then made to."""
    with log.open("w") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]


def wait_for(port: int, process: subprocess.Popen, log: pathlib.Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise Failure(f"`{process.args[0]}` ended at once:\n{log.read_text().strip()}")
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1):
            return
        time.sleep(0.1)
    raise Failure(f"`{process.args[0]}` does not listen on port {port} after 10 s: see `{log}`")


@contextlib.contextmanager
def services(options: argparse.Namespace):
    """Both services on loopback; yields the properties that lead to them."""
    proxy, proxy_admin, target, target_admin = free_ports(4)
    started = [
        ("mock-target-server", target, target_admin, []),
        ("cors-proxy-server", proxy, proxy_admin, ["--allow-target", f"{LOOPBACK}:{target}"]),
    ]
    with contextlib.ExitStack() as stack:
        for name, port, admin, more in started:
            binary, log = options.binaries / name, options.results / f"{name}.log"
            if not binary.exists():
                raise Failure(f"no `{binary}`: run `cargo build --profile service -p {name}`")
            listen = ["--listen", f"{LOOPBACK}:{port}", "--admin-listen", f"{LOOPBACK}:{admin}", "--log-level", "warn"]
            wait_for(port, stack.enter_context(running([binary, *listen, *more], log)), log)
        print(f"started both services: the proxy on {LOOPBACK}:{proxy}, the target on {LOOPBACK}:{target}", flush=True)
        yield {"host": LOOPBACK, "port": proxy, "scheme": "http", "target": f"{LOOPBACK}:{target}/posts/1"}


def properties(options: argparse.Namespace) -> dict:
    """What replaces the plan's properties."""
    names = ("host", "port", "scheme", "target", "origin", "threads", "rate", "ramp", "hold", "ramp_down")
    given = {name: getattr(options, name) for name in names}
    return {name: value for name, value in given.items() if value not in ("", None)}


def planned(options: argparse.Namespace, given: dict) -> int:
    """Seconds of the whole schedule."""
    lines = (options.plan / "user.properties").read_text().splitlines()
    written = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return sum(int(given.get(name, written[name])) for name in ("ramp", "hold", "ramp_down"))


def run(options: argparse.Namespace) -> None:
    if not (options.plan / "RPS-test-plan.jmx").exists():
        raise Failure(f"no plan in `{options.plan}`: run `synth load-test`")
    command = jmeter(options)
    options.results.mkdir(parents=True, exist_ok=True)
    results, report = options.results / "results.jtl", options.results / "report"
    results.unlink(missing_ok=True)
    shutil.rmtree(report, ignore_errors=True)
    with contextlib.ExitStack() as stack:
        given = properties(options)
        if not options.host:
            given |= stack.enter_context(services(options))
        command += ["-n", "-t", options.plan / "RPS-test-plan.jmx", "-q", options.plan / "user.properties"]
        command += ["-l", results, "-j", options.results / "jmeter.log", "-e", "-o", report]
        command += [f"-J{name}={value}" for name, value in given.items()] + [f"-J{given}" for given in options.property]
        seconds = planned(options, given)
        print(f"JMeter runs for {seconds} s, then writes its report", flush=True)
        process = subprocess.Popen([str(part) for part in command])
        try:
            # The plan ends itself 30 s after the schedule; the report of a million lines takes a minute.
            code = process.wait(seconds + 300)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if code != 0 or not results.exists():
        raise Failure(f"JMeter ended with code {code}: see `{options.results}/jmeter.log`")


def main() -> int:
    # What was started is stopped when this is told to end, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run(arguments())
    except (Failure, OSError, subprocess.TimeoutExpired) as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
