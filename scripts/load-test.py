#!/usr/bin/env python3
"""Runs the load test with JMeter, and leaves its results and JMeter's own report in a folder.

Without --host both services are started here, on free ports of the loopback address. Whatever was started is stopped again,
after a failure and an interrupt too. Exit codes: 0 the test ran, 2 it could not. What it showed, `synth load-report` says.
"""

import argparse
import contextlib
import http.client
import json
import os
import pathlib
import platform
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
    parser.add_argument("--asked", default="", help="the command that asks for this test again, for the page")
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


# JMeter's own defaults, but for the compiler: the second one is busy for the first 10,000 requests, beside the services.
# Without it, 16,100 requests at 700/s took 11 s of processor time instead of 20, and 44,100 took 24 instead of 29.
JAVA = ["java", "-Xms512m", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true", "-jar"]


def jmeter(options: argparse.Namespace) -> tuple[list[str], str]:
    """JMeter's command, and the version 5 that it has said to be."""
    jar = options.jmeter_home / "bin/ApacheJMeter.jar"
    if options.jmeter:
        command = [options.jmeter]
    elif jar.exists() and shutil.which("java"):
        command = [*JAVA, str(jar)]
    else:
        missing = "`java` is not on the PATH: install Java 17" if jar.exists() else f"no JMeter in `{options.jmeter_home}`"
        raise Failure(f"{missing}; `make load-test` lays JMeter out")
    said = subprocess.run([*command, "--version", "-j", os.devnull], capture_output=True, text=True, timeout=120)
    version = next((word for word in said.stdout.split() if word.startswith("5.")), None)
    if version is None:
        raise Failure(f"`{command[0]}` is not JMeter 5: `make load-test JMETER=` lays out one that is\n{said.stderr.strip()}")
    return command, version


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


def written(options: argparse.Namespace) -> dict:
    """The plan's own properties."""
    lines = (options.plan / "user.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def properties(options: argparse.Namespace) -> dict:
    """What replaces the plan's properties."""
    names = ("host", "port", "scheme", "target", "origin", "threads", "rate", "ramp", "hold", "ramp_down")
    given = {name: getattr(options, name) for name in names}
    return {name: value for name, value in given.items() if value not in ("", None)}


def ask_once(of: dict) -> None:
    """Sends one request as the plan does: a wrong address shows here, and not as minutes of failures."""
    kind = http.client.HTTPSConnection if of["scheme"] == "https" else http.client.HTTPConnection
    url = f"{of['scheme']}://{of['host']}:{of['port']}/{of['target']}"
    connection = kind(of["host"], int(of["port"]), timeout=15)
    try:
        connection.request("GET", f"/{of['target']}", headers={"Origin": of["origin"], "Accept": "application/json"})
        answer = connection.getresponse()
        body = answer.read(200).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Failure(f"GET {url} has no answer: {error}") from error
    finally:
        connection.close()
    if answer.status != 200:
        raise Failure(f"GET {url} answers {answer.status} {answer.reason}, so every request would fail: {body}")


def describe(options: argparse.Namespace, of: dict, version: str, begun: str) -> list[tuple[str, str]]:
    """How the test was made, for whoever reads its page: what was asked for, of what, by what, and where."""

    def first_line(*command: str) -> str:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
            return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout else ""
        return ""

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    here = f"both services on this machine, beside JMeter, built in Cargo's profile {options.binaries.name}"
    described = [
        ("Command", options.asked),
        ("Tested", here if not options.host else f"{of['host']}:{of['port']}, {of['scheme']}"),
        ("Request", f"GET /{of['target']} with Origin {of['origin']}"),
        ("Client", f"JMeter {version}, {of['threads']} threads, {first_line('java', '-version') or 'Java unknown'}"),
        ("Machine", f"{os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()} {platform.release()} {platform.machine()}"),
        ("Load average", f"{begun} at the start, {load} at the end (1, 5 and 15 minutes)"),
        ("Revision", first_line("git", "describe", "--always", "--dirty", "--abbrev=12")),
    ]
    return [(name, value) for name, value in described if value]


def run(options: argparse.Namespace) -> None:
    if not (options.plan / "RPS-test-plan.jmx").exists():
        raise Failure(f"no plan in `{options.plan}`: run `synth load-test`")
    command, version = jmeter(options)
    options.results.mkdir(parents=True, exist_ok=True)
    results, report = options.results / "results.jtl", options.results / "report"
    for old in (results, options.results / "run.json", options.results / "index.html"):
        old.unlink(missing_ok=True)
    shutil.rmtree(report, ignore_errors=True)
    with contextlib.ExitStack() as stack:
        given = properties(options)
        if not options.host:
            given |= stack.enter_context(services(options))
        of = written(options) | given
        ask_once(of)
        command += ["-n", "-t", options.plan / "RPS-test-plan.jmx", "-q", options.plan / "user.properties"]
        command += ["-l", results, "-j", options.results / "jmeter.log", "-e", "-o", report]
        command += [f"-J{name}={value}" for name, value in given.items()] + [f"-J{given}" for given in options.property]
        seconds = sum(int(of[name]) for name in ("ramp", "hold", "ramp_down"))
        print(f"JMeter runs for {seconds} s, then writes its report", flush=True)
        begun = " ".join(f"{load:.1f}" for load in os.getloadavg())
        # In a session of its own, since `jmeter` is a script whose Java would outlive it.
        process = subprocess.Popen([str(part) for part in command], start_new_session=True)
        try:
            # The plan ends itself 30 s after the schedule; the report of a million lines takes a minute.
            code = process.wait(seconds + 300)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        (options.results / "run.json").write_text(json.dumps(describe(options, of, version, begun), indent=2) + "\n")
    if code != 0 or not results.exists():
        raise Failure(f"JMeter ended with code {code}: see `{options.results}/jmeter.log`")


def main() -> int:
    # What was started is stopped when this is told to end, or its terminal goes, too. A job in the background begins with an
    # ignored interrupt, which it and all that it starts would keep; who ignores the terminal's end has said so with `nohup`.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: sys.exit(128 + number))
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
