"""Runs programs to their end, or to the run's own: Terraform, `synth`, and the offline providers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What would reach a real cloud, or change what Terraform does.
KEPT_OUT = ("AWS_", "TF_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
# A port where nobody listens: nothing but loopback is reached.
NOWHERE = "http://127.0.0.1:9"
BUILD_SECONDS = 30 * 60
SECRET = "a-token-that-no-state-may-hold"


class Failed(Exception):
    """A step that did not end as it must; without it there is nothing to go on with."""


class Runner:
    """Where the run works, and until when."""

    def __init__(self, root: Path, work: Path) -> None:
        self.root, self.work = root, work
        self.allow(BUILD_SECONDS)
        self.logs = work / "logs"
        self.logs.mkdir(parents=True)
        self.programs: dict[str, str] = {}
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.upper().startswith(KEPT_OUT)}
        self.environment |= {
            "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "TF_VAR_repository_username": "e2e", "TF_VAR_repository_token": SECRET,
        }

    def allow(self, seconds: float) -> None:
        """Sets the time that everything from here on may take."""
        self.deadline = time.monotonic() + seconds

    def connect(self, endpoint: str) -> None:
        """Points every AWS API at the mock."""
        self.environment |= {"AWS_ENDPOINT_URL": endpoint}

    def run(self, log: str, command: list[str], cwd: Path, environment: dict[str, str] | None = None,
            accept: tuple[int, ...] = (0,)) -> tuple[int, str]:
        """The exit code and the output, which is kept in a log too."""
        path = self.logs / f"{log}.log"
        with path.open("w") as output:
            process = subprocess.Popen(command, cwd=cwd, env=environment or self.environment, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                code = process.wait(timeout=max(1.0, self.deadline - time.monotonic()))
            except BaseException as error:
                stop(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise Failed(f"{log}: out of time, see {path}") from None
                raise
        text = path.read_text(errors="replace")
        if code not in accept:
            raise Failed(f"{log}: exit code {code}, see {path}\n{tail(text)}")
        return code, text

    def build(self, *options: str) -> None:
        """Builds `synth`, the offline providers and who finds the real one, as the tests do: else features differ, and all is built again."""
        command = ["cargo", "build", *options, "--workspace", "--locked",
                   "--bin", "synth", "--example", "providers", "--example", "mirror",
                   "--message-format", "json-render-diagnostics"]
        _, text = self.run("build", command, self.root, dict(os.environ))
        messages = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        self.programs = {one["target"]["name"]: one["executable"] for one in messages if one.get("executable")}

    def configure(self) -> None:
        """Tells Terraform where the real provider is."""
        _, found = self.run("mirror", [self.programs["mirror"]], self.root, dict(os.environ))
        configuration = self.work / "terraform.rc"
        configuration.write_text(found)
        self.environment["TF_CLI_CONFIG_FILE"] = str(configuration)

    def offline(self) -> dict[str, str]:
        """The environment in which Terraform finds neither the real provider nor the mock."""
        configuration = self.work / "offline.rc"
        configuration.write_text('provider_installation { filesystem_mirror { path = "no-providers" } }\n')
        return {"TF_CLI_CONFIG_FILE": str(configuration), "AWS_ENDPOINT_URL": NOWHERE}

    def synth(self, *arguments: str) -> None:
        """Runs `synth` at the project's root."""
        self.run("synth", [self.programs["synth"], *arguments], self.root, dict(os.environ))

    def terraform(self, log: str, folder: Path, *arguments: str, reattach: str = "",
                  accept: tuple[int, ...] = (0,), more: dict[str, str] | None = None) -> tuple[int, str]:
        """One run of Terraform in a stack's folder."""
        command, *rest = arguments
        environment = {**self.environment, **(more or {})}
        if command != "init":
            environment |= {"HTTPS_PROXY": NOWHERE, "HTTP_PROXY": NOWHERE, "NO_PROXY": "127.0.0.1"}
        if reattach:
            environment["TF_REATTACH_PROVIDERS"] = reattach
        if command in ("apply", "plan", "destroy"):
            rest += ["-parallelism=20"]
        input_ = [] if command in ("show", "state") else ["-input=false"]
        line = ["terraform", command, *input_, *([] if command == "state" else ["-no-color"]), *rest]
        return self.run(log, line, folder, environment, accept)

    @contextmanager
    def providers(self, folder: Path, *names: str) -> Iterator[str]:
        """Offline providers, for as long as they are needed; yields how Terraform finds them."""
        command = [self.programs["providers"], str(folder), *names]
        with (self.logs / "providers.log").open("a") as errors, subprocess.Popen(
            command, cwd=self.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            start_new_session=True,
        ) as process:
            try:
                reattach = process.stdout.readline().strip() if process.stdout else ""
                if not reattach:
                    raise Failed(f"the offline providers do not start, see {self.logs / 'providers.log'}")
                yield reattach
            finally:
                if process.stdin:
                    process.stdin.close()
                try:
                    process.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    stop(process)


def unwind_when_told_to_end() -> None:
    """Whoever ends a run ends what it started. Both signals are set: a job in the background begins with an ignored interrupt,
    and so would everything that it starts."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: sys.exit("interrupted"))


def stop(process: subprocess.Popen) -> None:
    """Ends a process of this run with its children: first with an interrupt, by which Terraform keeps its state."""
    for sign, seconds in ((signal.SIGINT, 20), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=seconds)
            return
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def tail(text: str) -> str:
    """The first error that Terraform reports, or else the end."""
    start = text.find("\nError:")
    return text[start:start + 2000] if start >= 0 else text[-1500:]
