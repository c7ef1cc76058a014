"""The life of a platform, from an empty account to what is left: each step ends in its checks."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import checks
import checks.beside
import checks.bootstrap
import checks.cluster
import checks.edge
import checks.front
import checks.github
import checks.iam
import checks.network
import checks.nodes
import checks.order
import checks.plan_role
import checks.whole
import inventory
from checks import Cloud
from plans import Comparison
from processes import Failed, Runner
from report import Report


class Platform:
    """The synthesized stacks, and the account that they are applied to."""

    def __init__(self, runner: Runner, cloud: Cloud, report: Report, out: Path, whole: bool) -> None:
        self.runner, self.cloud, self.report = runner, cloud, report
        self.folder = cloud.settings.folder(out)
        self.plans = Comparison(runner)
        # Whether everything is looked at, and planned by the offline providers, too.
        self.whole = whole

    def rise(self) -> None:
        """Everything is made, and looked at."""
        self.bootstrap()
        self.check("bootstrap", "github")
        self.apply("cluster")
        self.check("network", "control plane", "nodes", "karpenter", "access", "policies")
        self.apply("add-ons")
        if "edge" in self.cloud.settings.stacks():
            self.apply("edge")
            self.look("names", "edge")
        else:
            self.look("names", "front")
        if self.whole:
            with self.step("plans", "every accepted difference of plans is there", go_on=True):
                if stale := self.plans.stale():
                    raise Failed(f"these do not differ any more: {stale}")
        self.check("state")
        self.look("plan role")

    def fall(self) -> None:
        """What can be destroyed is destroyed."""
        if "edge" in self.cloud.settings.stacks():
            self.destroy("edge")
            self.look("without edge")
        self.destroy("add-ons")
        self.destroy("cluster")
        if self.whole:
            self.keep_bootstrap()
            self.check("afterwards", "order", "mock")

    def account(self) -> None:
        """What the settings take for granted: the roles of administrators."""
        iam = self.cloud.client("iam")
        for arn in self.cloud.settings["cluster"]["admin_principal_arns"]:
            iam.create_role(RoleName=arn.rpartition("/")[2], AssumeRolePolicyDocument="{}")
        self.note("account")

    def bootstrap(self) -> None:
        """The first stack keeps its state in a file until its own bucket is there, and then moves it."""
        folder = self.folder / "bootstrap"
        override = folder / "backend_override.tf.json"
        override.write_text(json.dumps({"terraform": [{"backend": {"local": {}}}]}))
        with self.step("bootstrap", "terraform initializes bootstrap with local state"):
            self.terraform("init", "bootstrap", "init")
        self.compare("bootstrap")
        with self.step("bootstrap", "terraform applies bootstrap with local state"):
            self.terraform("apply", "bootstrap", "apply", "-auto-approve")
        override.unlink()
        with self.step("bootstrap", "the state moves into the bucket that the stack made"):
            self.terraform("migrate", "bootstrap", "init", "-migrate-state", "-force-copy")
        self.plan_again("bootstrap")
        self.note("bootstrap")

    def apply(self, stack: str) -> None:
        """Applies a stack with its state in the bucket, and plans again."""
        folder = self.folder / stack
        with self.runner.providers(folder, "helm") as helm:
            with self.step(stack, f"terraform initializes {stack} with its state in the bucket"), self.recorded():
                self.terraform("init", stack, "init", reattach=helm)
            self.compare(stack)
            with self.step(stack, f"terraform applies {stack}"):
                self.terraform("apply", stack, "apply", "-auto-approve", reattach=helm)
            self.plan_again(stack, helm)
        self.note(stack)

    def compare(self, stack: str, state: str = "") -> None:
        """Fails, but goes on, where the offline providers plan something else than the real one, over the same state."""
        if not self.whole:
            return
        name = f"the offline plan of {stack} {'over its state ' if state else ''}is the real one"
        with self.step("plans", name, go_on=True):
            with self.recorded():
                agreed = self.plans.compare(stack, self.folder / stack, state)
            self.report.say(f"both plans of {stack} agree on {agreed} values")

    def plan_again(self, stack: str, helm: str = "") -> None:
        """Fails, but goes on, if Terraform still finds something to do."""
        with self.step(stack, f"a second plan of {stack} finds nothing to do", go_on=True):
            self.plan(stack, helm)
        # What the edge finds by its name, the offline providers do not find: over its state they would replace it.
        if self.whole and stack != "edge":
            _, state = self.terraform("state", stack, "state", "pull", reattach=helm)
            self.compare(stack, state)

    def plan(self, stack: str, helm: str = "") -> None:
        """Fails if Terraform finds something to do."""
        with self.recorded():
            code, text = self.terraform("plan", stack, "plan", "-lock=false", "-detailed-exitcode", reattach=helm, accept=(0, 2))
        if code == 2:
            raise Failed("\n".join(re.findall(r"^  # .*$", text, re.MULTILINE)))

    def plan_untouched(self) -> None:
        """Fails, but goes on, if something of this platform is not as it was made."""
        for stack in self.cloud.settings.stacks():
            with self.step("beside", f"what another environment does changes nothing in {stack}", go_on=True), \
                    self.runner.providers(self.folder / stack, "helm") as helm:
                self.plan(stack, helm)

    def recorded(self) -> AbstractContextManager[None]:
        """Notes what is called, as a plan of this environment."""
        return self.cloud.gateway.recorded(self.cloud.planning)

    def terraform(self, log: str, stack: str, *arguments: str, **options: Any) -> tuple[int, str]:
        """One run of Terraform in a stack, with a log of its own."""
        name = f"{self.cloud.settings.environment}-{stack}-{log}"
        return self.runner.terraform(name, self.folder / stack, *arguments, **options)

    def destroy(self, stack: str) -> None:
        """Destroys a stack."""
        folder = self.folder / stack
        with self.runner.providers(folder, "helm") as helm, self.step(stack, f"terraform destroys {stack}"):
            self.terraform("destroy", stack, "destroy", "-auto-approve", reattach=helm)
        self.note(f"without {stack}")

    def keep_bootstrap(self) -> None:
        """Terraform must refuse to destroy what everything else stands on."""
        with self.step("afterwards", "terraform refuses to destroy bootstrap", go_on=True):
            _, text = self.terraform("destroy", "bootstrap", "destroy", "-auto-approve", accept=(1,))
            text = re.sub(r"\s+", " ", text)
            # Terraform does not get as far as the key, since what is encrypted with it is refused already.
            kept = ["aws_s3_bucket.state", "aws_backup_vault.state",
                    "aws_ecr_repository.cors_proxy_server", "aws_ecr_repository.mock_target_server"]
            missing = [address for address in kept if f"Resource {address} has lifecycle.prevent_destroy" not in text]
            if missing:
                raise Failed(f"nothing is said of {missing}")
        self.note("at the end")

    def note(self, name: str) -> None:
        self.cloud.inventories[name] = self.cloud.own(inventory.take(self.cloud))

    def check(self, *groups: str) -> None:
        """Looks at the account, where everything is looked at."""
        if self.whole:
            self.look(*groups)

    def look(self, *groups: str) -> None:
        """Looks at the account."""
        for group in groups:
            checks.run(group, self.cloud, self.report)
        self.report.say(f"checked {', '.join(groups)}")

    @contextmanager
    def step(self, group: str, name: str, go_on: bool = False) -> Iterator[None]:
        """A step of Terraform's, as a check; where it must not fail, the run ends with it."""
        began, problem = time.monotonic(), "it was interrupted"
        if self.cloud.settings.environment != "default":
            group, name = "beside", f"{name}, beside the first environment"
        try:
            yield
            problem = ""
        except Failed as failed:
            problem = str(failed)
            if not go_on:
                raise
        finally:
            seconds = time.monotonic() - began
            self.report.add(group, name, problem, seconds)
            if not problem:
                self.report.say(f"{name} ({seconds:.0f} s)")
