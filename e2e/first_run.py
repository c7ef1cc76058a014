"""A private environment's first `make up`: from outside, once more from outside, and from inside."""

from __future__ import annotations

import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import calls
from checks import Cloud
from gateway.server import Server
from processes import Failed, Runner
from report import Report
from settings import STACKS, Settings
from user import OUTSIDE, signed_in

GROUP = "make up"
# The neighbour of the user's machine on the internet; one in the range that the endpoint admits, and one of another network.
NEIGHBOUR, INSIDE, ELSEWHERE = "51.15.0.8", "10.8.0.4", "192.168.3.4"
NOTE = "sh.helm.release.v1.argocd.v1"


class FirstRun:
    """A clone of the repository, its user, and the account."""

    def __init__(self, runner: Runner, report: Report, server: Server, settings: Settings, clone: Path) -> None:
        self.runner, self.report, self.settings, self.clone = runner, report, settings, clone
        self.gateway, self.world = server.gateway, server.gateway.world
        self.cloud = Cloud(settings, server.endpoint, server.gateway)
        self.environment: dict[str, str] = {}

    def live(self) -> None:
        """Everything in order."""
        self.environment = signed_in(self.runner, self.cloud)
        self.publish()
        with self.runner.providers(self.clone / "out/add-ons", "helm-asking") as helm:
            self.environment["TF_REATTACH_PROVIDERS"] = helm
            self.world.caller = OUTSIDE
            with self.claim("from outside it comes up in one go, with images that are built here", go_on=False):
                self.comes_up()
            with self.claim("until Argo CD ran, its endpoint was open to the machine that made it, and to nobody else"):
                self.was_open_to_one()
            with self.claim("the endpoint that is left is private"):
                self.is_private()
            with self.claim("Git has all that the run wrote, and images are pinned to what the registry holds"):
                self.is_published()
            with self.claim("the mock's endpoint admits and refuses as the cluster says"):
                self.admits_and_refuses()
            with self.claim("from outside Helm reaches no private endpoint"):
                self.helm_is_refused()
            with self.claim("from outside the next run stops with one line and its remedy, and changes nothing"):
                self.stops_outside()
            self.world.caller = INSIDE
            with self.claim("from inside the next run takes up a killed Helm, and finds nothing to change"):
                self.goes_on_inside()
            with self.claim("every call of AWS in the scripts is one that the AWS CLI takes"):
                calls.take_place(self)
            with self.claim("the mock had an answer to everything"):
                expect(not self.gateway.faults, f"faults: {self.gateway.faults}")

    def up(self, log: str, *arguments: str, accept: int = 0) -> str:
        """`make up`, with a yes to every question."""
        _, text = self.runner.run(log, ["make", "--no-print-directory", "up", "YES=1", *arguments], self.clone,
                                  self.environment, accept=(accept,))
        return text

    def publish(self) -> None:
        """The clone has its own settings, and so has the repository that Argo CD follows."""
        self.runner.run("synth", [self.runner.programs["synth"], "all"], self.clone, self.environment)
        origin = self.runner.work / "origin.git"
        self.git("init", "--quiet", "--initial-branch=main", ".")
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(origin))
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "Settings of our own")
        self.git("push", "--quiet", str(origin), "main")
        self.report.say("a clone with settings of its own is published")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.clone, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"git {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def comes_up(self) -> None:
        text = self.up("outside", "BUILD=1")
        says_in_order(text, [
            "checks found nothing to mend",
            "cors-proxy-server has no image yet",
            "commit these, and push them",
            f"the endpoint of {self.settings.name} is private: open it to {OUTSIDE} alone until Argo CD runs, and close",
            "apply these changes to cluster?",
            "apply these changes to add-ons?",
            "close the public endpoint? yes",
            f"the endpoint of {self.settings.name} is private again",
        ])

    def was_open_to_one(self) -> None:
        changes = self.gateway.changes
        [made] = [place for place, call in enumerate(changes) if call.service == "eks" and call.name == "POST /clusters"]
        asked = changes[made].json["resourcesVpcConfig"]
        same("who reached it", (asked["endpointPublicAccess"], asked["publicAccessCidrs"]), (True, [f"{OUTSIDE}/32"]))
        closed = [place for place, call in enumerate(changes) if call.name.endswith("/update-config")]
        same("how often it was changed", len(closed), 1)
        same("its public side then", changes[closed[0]].json["resourcesVpcConfig"]["endpointPublicAccess"], False)
        states = [place for place, call in enumerate(changes) if call.method == "PUT"
                  and "/".join(call.segments[1:]) == self.settings.state_key("add-ons")]
        expect(states and made < min(states) < closed[0], f"add-ons at {states}, made at {made}, closed at {closed}")
        # Helm asks at the apply of Argo CD, and at plan and apply of the root Application.
        same("who asked Kubernetes", {one.rpartition(" from ")[2] for one in self.world.answered}, {OUTSIDE})
        expect(self.world.answered.count(f"GET /livez from {OUTSIDE}") >= 3, f"Kubernetes was asked {self.world.answered}")
        same("who was refused", self.world.refused, [])

    def is_private(self) -> None:
        config = self.cloud.client("eks").describe_cluster(name=self.settings.name)["cluster"]["resourcesVpcConfig"]
        same("sides", (config["endpointPublicAccess"], config["endpointPrivateAccess"]), (False, True))
        same("files that open it", [str(one) for one in self.clone.rglob("opening_override*")], [])

    def is_published(self) -> None:
        same("what Git does not have", self.git("status", "--porcelain"), "")
        origin = self.git("ls-remote", str(self.runner.work / "origin.git"), "refs/heads/main").split()[0]
        same("what is published", origin, self.git("rev-parse", "HEAD"))
        files = set(self.git("ls-files").splitlines())
        locks = {f"out/{stack}/.terraform.lock.hcl" for stack in STACKS}
        expect(locks <= files, f"not in Git: {locks - files}")
        settings = (self.clone / "stacks/environments/default.toml").read_text()
        for repository in self.settings.repositories():
            [image] = self.cloud.all("ecr", "describe_images", "imageDetails", repositoryName=repository)
            expect(image["imageDigest"] in settings, f"{repository}: {image['imageDigest']} is not pinned")
            # What is built carries the commit before the one that pins it.
            built = image["imageTags"][0].rpartition("-")[2]
            expect(self.git("rev-parse", "HEAD~1").startswith(built), f"{image['imageTags']} names another commit")

    def admits_and_refuses(self) -> None:
        cluster = self.world.cluster(self.settings.region, self.settings.name)
        private = cluster.resources_vpc_config
        opened = {**private, "endpointPublicAccess": True, "publicAccessCidrs": [f"{OUTSIDE}/32"]}
        closed = {**private, "endpointPrivateAccess": False}
        wanted = [(private, {INSIDE}), (opened, {INSIDE, OUTSIDE}), (closed, set())]
        try:
            for cluster.resources_vpc_config, admitted in wanted:
                found = {caller for caller in (OUTSIDE, NEIGHBOUR, INSIDE, ELSEWHERE) if self.answers(caller)}
                same(f"who is let in by {cluster.resources_vpc_config}", found, admitted)
        finally:
            cluster.resources_vpc_config, self.world.caller = private, OUTSIDE

    def answers(self, caller: str) -> bool:
        """Does the API of the cluster answer somebody from there?"""
        self.world.caller = caller
        context = ssl.create_default_context(cadata=self.world.authority.decode())
        address = f"{self.world.kubernetes}/{self.settings.region}/{self.settings.name}/livez"
        try:
            with urllib.request.urlopen(address, context=context, timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def helm_is_refused(self) -> None:
        command = ["terraform", "plan", "-input=false", "-no-color", "-lock=false"]
        _, text = self.runner.run("helm-outside", command, self.clone / "out/add-ons", self.environment, accept=(1,))
        expect("Kubernetes cluster unreachable" in text, f"Terraform says something else:\n{text}")

    def stops_outside(self) -> None:
        changes = len(self.gateway.changes)
        text = self.up("outside-again", accept=2)
        [error] = [place for place, line in enumerate(text.splitlines()) if line.startswith("error: ")]
        wanted = ["error: 1 to mend before anything is made; run this again afterwards:",
                  (f"  the Kubernetes API of {self.settings.name} does not answer here: run this inside the VPC, "
                   "cluster.private_access_cidrs or cluster.public_access_cidrs")]
        same("what it says", text.splitlines()[error:error + 2], wanted)
        same("what it changed", [str(call) for call in self.gateway.changes[changes:]], [])

    def goes_on_inside(self) -> None:
        self.world.pending = [NOTE]
        text = self.up("inside")
        says_in_order(text, ["checks found nothing to mend", "bootstrap: nothing to change",
                             f"forget that attempt ({NOTE}), and go on with what it made? yes",
                             "cluster: nothing to change", "add-ons: nothing to change"])
        same("attempts that are left", self.world.pending, [])

    @contextmanager
    def claim(self, name: str, go_on: bool = True) -> Iterator[None]:
        """A step, as a check; where the next ones need it, the run ends with it."""
        began, problem = time.monotonic(), "it was interrupted"
        try:
            yield
            problem = ""
        except Exception as error:
            problem = str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}"
            if not go_on:
                raise
        finally:
            seconds = time.monotonic() - began
            self.report.add(GROUP, name, problem, seconds)
            if not problem:
                self.report.say(f"{name} ({seconds:.0f} s)")


def expect(condition: Any, problem: str) -> None:
    if not condition:
        raise Failed(problem)


def same(what: str, actual: object, wanted: object) -> None:
    expect(actual == wanted, f"{what}: it is\n  {actual!r}\nand should be\n  {wanted!r}")


def says_in_order(text: str, parts: list[str]) -> None:
    """Fails unless a text has all of these, one after the other."""
    place = 0
    for part in parts:
        found = text.find(part, place)
        expect(found >= 0, f"it does not say, after what came before: {part}\n{text[-3000:]}")
        place = found + len(part)
