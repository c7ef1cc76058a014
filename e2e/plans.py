"""Plans of the real provider and of the offline one, compared value by value."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from processes import Failed, Runner

# Where the two may differ, and why: the end of a path, and the reason. One that is of no use any more fails.
ACCEPTED = {
    "aws_eks_addon.eks_node_monitoring_agent.addon_version": "which build is the most recent, AWS says, and the mock",
    "aws_vpc_security_group_ingress_rule.balancer_from_cloudfront_80.prefix_list_id": "AWS gives its list of servers an id, and the mock",
    "aws_cloudfront_distribution.main.origin[0].domain_name": "the load balancer is there, and AWS gave it its name, and the mock",
    "aws_route53_record.host_proof.zone_id": "the zone is there, and AWS gave it its id, and the mock",
    "aws_route53_record.viewers.zone_id": "the same zone",
    "aws_route53_record.viewers_ipv6.zone_id": "the same zone",
    # The real provider plans a map as unknown of which it does not know one value.
    "dimensions": "a distribution's id is not known",
    "dimensions.DistributionId": "the same, value by value",
    "dimensions.Region": "the same, value by value",
    "aws_cloudfront_vpc_origin.proxy.vpc_origin_endpoint_config[0].arn": "the load balancer is there, and AWS gave it its address, and the mock",
    # Over a state:
    "aws_vpc_security_group_ingress_rule.balancer_from_cloudfront_80 is": "the list's id, as above",
    "aws_route53_record.proof is": "a dot at the end of a name is none to the real provider, and a change to the offline one",
    "aws_acm_certificate_validation.main is": "it waits for that record",
    "aws_lb.proxy is": "logs that nobody keeps are in the state, and the offline provider plans them away",
    "restrictions[0].geo_restriction[0].locations": "what is neither given nor known, the offline provider plans as none",
}

Values = dict[str, str]


class Comparison:
    """Plans every stack a second time, by the offline providers, in a copy of its folder. Its lock file says which schema they serve."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.used: set[str] = set()

    def compare(self, stack: str, folder: Path, state: str = "") -> int:
        """How many values both plans agree on; fails with each that differs. `state` is what is there already."""
        log = f"{stack}-again" if state else stack
        copy = self.runner.work / "offline" / log
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*", "plan"))
        (copy / "backend_override.tf.json").write_text(json.dumps({"terraform": [{"backend": {"local": {}}}]}))
        if state:
            (copy / "terraform.tfstate").write_text(state)
        with self.runner.providers(folder, "helm") as helm:
            real = self.plan(f"{log}-real", folder, helm, {})
        with self.runner.providers(copy, "aws", "helm") as both:
            offline = self.plan(f"{log}-offline", copy, both, self.runner.offline())
        if not state:
            return self.judge(values(real), values(offline))
        # What a state holds, the real provider reads anew: over one, only what is done can be compared.
        return self.judge(actions(real), actions(offline))

    def plan(self, log: str, folder: Path, reattach: str, environment: dict[str, str]) -> Any:
        """The plan of a stack, as JSON."""
        terraform = self.runner.terraform
        if environment:
            terraform(f"{log}-init", folder, "init", reattach=reattach, more=environment)
        terraform(f"{log}-plan", folder, "plan", "-lock=false", "-out=plan", reattach=reattach, more=environment)
        _, text = terraform(f"{log}-show", folder, "show", "-json", "plan", reattach=reattach, more=environment)
        return json.loads(text)

    def judge(self, real: Values, offline: Values) -> int:
        """Fails with everything that differs and is not accepted."""
        differing = []
        for path in sorted(real.keys() | offline.keys()):
            if real.get(path) == offline.get(path):
                continue
            accepted = next((end for end in ACCEPTED if path.endswith(end)), None)
            if accepted:
                self.used.add(accepted)
            else:
                differing.append(f"{path}: real {real.get(path)}, offline {offline.get(path)}")
        if differing:
            raise Failed("\n".join(differing))
        return sum(real.get(path) == value for path, value in offline.items())

    def stale(self) -> list[str]:
        """Accepted differences that nothing has shown."""
        return sorted(ACCEPTED.keys() - self.used)


def values(plan: dict[str, Any]) -> Values:
    """What a plan does and makes, by path; what is null is left out."""
    found: Values = {}
    for change in plan.get("resource_changes", []):
        address, what = change["address"], change["change"]
        if change["mode"] == "managed":
            found[f"{address} is"] = f"{what['actions']} because of {what.get('replace_paths', [])}"
            flatten(what.get("after"), what.get("after_unknown"), address, found)
    for name, what in plan.get("output_changes", {}).items():
        flatten(what.get("after"), what.get("after_unknown"), f"output.{name}", found)
    return found


def actions(plan: dict[str, Any]) -> Values:
    """What a plan does, by address."""
    return {path: value for path, value in values(plan).items() if path.endswith(" is")}


def flatten(value: Any, unknown: Any, path: str, found: Values) -> None:
    """Every leaf below a value, as JSON or as unknown."""
    if unknown is True:
        found[path] = "unknown"
    elif isinstance(value, dict) or isinstance(unknown, dict):
        value, unknown = value or {}, unknown or {}
        for name in value.keys() | unknown.keys():
            flatten(value.get(name), unknown.get(name), f"{path}.{name}", found)
    elif isinstance(value, list):
        marks = unknown if isinstance(unknown, list) else []
        for index, element in enumerate(value):
            flatten(element, marks[index] if index < len(marks) else False, f"{path}[{index}]", found)
    elif value is not None:
        found[path] = json.dumps(value)
