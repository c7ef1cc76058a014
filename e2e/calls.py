"""Every call of AWS that stands in a script, made once by the real AWS CLI: what it does not take, fails here."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.kubernetes import VERSION
from processes import Failed

if TYPE_CHECKING:
    from first_run import FirstRun

# What no call of the CLI is written as, and what asks a browser.
BUILT, BY_HAND = {"iam get-role", "iam get-user"}, {"sso login"}
# Exit codes of the CLI for a call that it does not understand.
NOT_TAKEN = {"2", "252", "253"}

# What `make down` asks, after which Kubernetes is asked as it asks it; and what remedies say to type.
SCRIPT = """
set -euo pipefail
. scripts/progress.sh; . scripts/environment.sh; . scripts/kubernetes.sh; . scripts/leftovers.sh; . scripts/kept.sh
open_environment >&2
STATE_BUCKET=$(setting state_bucket)
echo '{}' | aws s3 cp --quiet - "s3://$STATE_BUCKET/$KEPT/$ENVIRONMENT/cluster-1-1.tfstate"
kept >&2
aws s3 rm --quiet "s3://$STATE_BUCKET/$KEPT/$ENVIRONMENT/cluster-1-1.tfstate"
unowned; everything; nodes_of_karpenter
LEFTOVERS_LIMIT=60
guardduty_endpoints; guardduty_groups
delete_what_guardduty_made >&2
[[ -z $(guardduty_endpoints)$(guardduty_groups) ]]
aws eks update-kubeconfig --name "$NAME" --kubeconfig "$PLANS/kubeconfig" >/dev/null
if command -v kubectl >/dev/null; then kubectl --kubeconfig "$PLANS/kubeconfig" version --output json >&2; fi
aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 2000 >&2
"""


def take_place(run: FirstRun) -> None:
    """Makes what a cluster may leave, asks for it as `make down` does, and compares what was called with what is written."""
    left = leave(run)
    _, said = run.runner.run("leftovers", ["bash", "-c", SCRIPT], run.clone, run.environment)
    missing = [one for one in left if one not in said]
    if missing:
        raise Failed(f"not found: {missing}\n{said}")
    if shutil.which("kubectl") and VERSION not in said:
        raise Failed(f"kubectl gets no answer:\n{said}")
    noted = [line.rsplit(" ", 1) for line in Path(run.environment["CALLS"]).read_text().splitlines()]
    refused = sorted({call for call, code in noted if code in NOT_TAKEN})
    succeeded = {call for call, code in noted if code == "0"}
    absent = sorted(written(run.clone / "scripts") - succeeded)
    if refused or absent:
        raise Failed(f"the CLI does not understand {refused}; no call succeeded of {absent}")


def written(folder: Path) -> set[str]:
    """Service and operation of each call in the scripts, remedies included."""
    found = set(BUILT)
    for script in folder.glob("*.sh"):
        lines = [line for line in script.read_text().splitlines() if not re.match(r"\s*#|.*\bneed ", line)]
        found |= {f"{service} {operation}" for line in lines
                  for service, operation in re.findall(r"\baws ([a-z0-9-]+) ([a-z][a-z0-9-]+)(?![\w-]*\.)", line)}
    if len(found) < 30:
        raise Failed(f"only {sorted(found)} stand in the scripts")
    return found - BY_HAND


def leave(run: FirstRun) -> list[str]:
    """A load balancer, a volume, an interface and a security group of the cluster; and what GuardDuty makes."""
    ec2, name = run.cloud.client("ec2"), run.settings.name
    [vpc] = {one["VpcId"] for one in run.cloud.all("ec2", "describe_subnets", "Subnets") if tagged(one, "kubernetes.io/role/elb")}
    subnets = [one["SubnetId"] for one in run.cloud.all("ec2", "describe_subnets", "Subnets") if one["VpcId"] == vpc]

    def tags(kind: str, key: str, value: str) -> list[dict]:
        return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value}]}]

    volume = ec2.create_volume(AvailabilityZone=run.settings.zones[0], Size=1, TagSpecifications=tags(
        "volume", f"kubernetes.io/cluster/{name}", "owned"))["VolumeId"]
    interface = ec2.create_network_interface(SubnetId=subnets[0], TagSpecifications=tags(
        "network-interface", "cluster.k8s.amazonaws.com/name", name))["NetworkInterface"]["NetworkInterfaceId"]
    group = ec2.create_security_group(GroupName="left", Description="left", VpcId=vpc, TagSpecifications=tags(
        "security-group", "elbv2.k8s.aws/cluster", name))["GroupId"]
    balancer = run.cloud.client("elbv2").create_load_balancer(
        Name="left", Type="network", Subnets=subnets[:1], Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": name}])
    guard = ec2.create_security_group(GroupName=f"GuardDutyManagedSecurityGroup-{vpc}", Description="left", VpcId=vpc)["GroupId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{run.settings.region}.guardduty-data",
        SubnetIds=subnets[:1], SecurityGroupIds=[guard], TagSpecifications=tags("vpc-endpoint", "GuardDutyManaged", "true"))
    return [volume, interface, group, balancer["LoadBalancers"][0]["LoadBalancerArn"], guard, endpoint["VpcEndpoint"]["VpcEndpointId"]]


def tagged(resource: dict, key: str) -> bool:
    return any(tag["Key"] == key for tag in resource.get("Tags", []))
