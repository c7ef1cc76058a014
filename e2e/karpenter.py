"""Serves the AWS that Karpenter needs, on loopback, until its standard input ends.

The first line of the input says what the account holds; the first line of the output is where it listens. Then each line of the
input is a thing to do, and each line of the output what has been launched until then:
`{"exhausted": [{"capacity": "spot", "zone": "…"}]}` names what has no capacity, `{"interrupt": "i-…"}` takes a Spot instance back.
"""

from __future__ import annotations

import itertools
import json
import logging
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from gateway import controller, fleet_ec2
from gateway.fleet import Fleet, Prices
from gateway.server import Gateway, StartResponse
from gateway.world import World

ACCOUNT = "123456789012"


class Account:
    """One account with a network, and what was launched in it."""

    def __init__(self, asked: dict[str, Any]) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self.region = asked["zones"][0][:-1]
        self.fleet = Fleet(Prices(Path(asked["prices"]), asked["zones"]))
        self.numbers = itertools.count(1)
        subnets = network(self.region, asked)
        images, parameters = nodes_images(asked)
        cluster = {
            "name": asked["cluster"], "arn": f"arn:aws:eks:{self.region}:{ACCOUNT}:cluster/{asked['cluster']}", "status": "ACTIVE",
            "version": asked["kubernetes"], "endpoint": asked["endpoint"],
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
            "zonalShiftConfig": {"enabled": True},
        }
        self.gateway = Gateway(
            DomainDispatcherApplication(create_backend_app), World(account=ACCOUNT), sys.stderr,
            lambda router, _: fleet_ec2.declare(router, self.fleet, subnets, images),
            lambda router, _: controller.declare(router, self.fleet, cluster, parameters, asked["queue"]),
        )

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_X_AMZ_TARGET", "").endswith(".ReceiveMessage") and not self.fleet.messages:
            # Outside of the gateway, which does one thing at a time.
            time.sleep(controller.POLL)
        return self.gateway(environ, start_response)

    def do(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a test wants done, and what it sees then."""
        if "exhausted" in told:
            self.fleet.exhausted = {(one["capacity"], one.get("zone", "")) for one in told["exhausted"]}
        if "interrupt" in told:
            self.fleet.messages.append(controller.interruption(told["interrupt"], next(self.numbers), ACCOUNT, self.region))
        return {**self.fleet.seen(), "faults": self.gateway.faults}


def network(region: str, asked: dict[str, Any]) -> dict[str, str]:
    """A subnet in each zone, a security group and a role; the zone of each subnet."""
    from moto.ec2.models import ec2_backends
    from moto.iam.models import iam_backends

    ec2 = ec2_backends[ACCOUNT][region]
    vpc = ec2.create_vpc("10.0.0.0/16")
    zones = {}
    for number, zone in enumerate(asked["zones"]):
        subnet = ec2.create_subnet(vpc.id, f"10.0.{number * 16}.0/20", availability_zone=zone)
        subnet.add_tags(asked["discovery"])
        zones[subnet.id] = zone
    ec2.create_security_group("nodes", "nodes", vpc_id=vpc.id).add_tags(asked["discovery"])
    iam_backends[ACCOUNT]["aws"].create_role(asked["role"], "{}", "/", None, "", [], None)
    return zones


def nodes_images(asked: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """The architecture of each image, and the parameters that name them, for each date."""
    images, parameters = {}, {}
    version = asked["kubernetes"]
    for number, date in enumerate(asked["images"]):
        for architecture in ("x86_64", "arm64"):
            image = f"ami-{number + 1:08x}{architecture[:3].encode().hex()}"
            images[image] = architecture
            name = f"amazon-eks-node-al2023-{architecture}-standard-{version}-{date}"
            parameters[f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{architecture}/standard/{name}/image_id"] = image
    return images, parameters


def main() -> None:
    """Serves until the input ends, which is when whoever started it does."""
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    account = Account(json.loads(sys.stdin.readline()))
    server = make_server("127.0.0.1", 0, account, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    for line in sys.stdin:
        print(json.dumps(account.do(json.loads(line))), flush=True)
    server.shutdown()


if __name__ == "__main__":
    main()
