"""The Kubernetes API of every cluster, as far as whether it lets a caller in from where he is, and Helm's notes of its attempts.

It speaks TLS on a port of its own, with the authority that the cluster names. Whom it does not let in gets no answer at all.
What a caller outside may do, the cluster says as it is: its public side and the ranges of that; what one inside may do, its
private side and the rules of its security groups.
"""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from typing import Any, Self
from urllib.parse import urlsplit

from .authority import Authority
from .call import Refused
from .world import World

# The addresses that networks have inside: of any other a caller is on the internet.
PRIVATE = [ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]

# The version that it says it has.
VERSION = "v1.36.0-mock"


class Kubernetes:
    """The server, from `with` to its end; clusters lie below the names of their regions."""

    def __init__(self, world: World) -> None:
        authority = Authority("127.0.0.1")
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler(world))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(authority.server)
            file.flush()
            context.load_cert_chain(file.name)
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        world.kubernetes, world.authority = f"https://127.0.0.1:{self.http.server_port}", authority.certificate
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.thread.join(timeout=10)
        self.http.server_close()


def handler(world: World) -> type[BaseHTTPRequestHandler]:
    """What answers a request."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            # `kubectl get --raw` leaves out where the cluster lies.
            region, name, *rest = [*(part for part in urlsplit(self.path).path.split("/") if part), "", ""]
            rest = [part for part in rest if part]
            asked = f"{self.command} /{'/'.join(rest)} from {world.caller}"
            with world.lock:
                admitted = admits(world, region, name)
                (world.answered if admitted else world.refused).append(asked)
                body = reply(world, self.command, rest, self.headers) if admitted else None
            if body is None:
                # A private endpoint is silent to strangers.
                self.close_connection = True
                return
            status, value = body
            text = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            """What is worth keeping is in the lists of the world."""

    return Handler


def reply(world: World, method: str, path: list[str], headers: Any) -> tuple[int, Any]:
    """What a caller who got in is told: anybody that the API lives, and the rest to who shows EKS's token."""
    if path == ["livez"]:
        return 200, "ok"
    if not headers.get("Authorization", "").startswith("Bearer k8s-aws-v1."):
        return 401, {"message": "Unauthorized"}
    if path == ["version"]:
        return 200, {"major": "1", "minor": "36", "gitVersion": VERSION}
    if "secrets" not in path:
        return 404, {"message": "not found"}
    name = path[-1]
    if method == "DELETE":
        if name not in world.pending:
            return 404, {"message": "not found"}
        world.pending.remove(name)
        return 200, {}
    return 200, {"items": [{"metadata": {"name": one}} for one in world.pending]}


def admits(world: World, region: str, name: str) -> bool:
    """Does the endpoint of a cluster let the caller of this moment in?"""
    try:
        config = world.cluster(region, name).resources_vpc_config
    except Refused:
        return False
    caller = ip_address(world.caller)
    if any(caller in network for network in PRIVATE):
        groups = config.get("securityGroupIds", [])
        return config.get("endpointPrivateAccess", False) and any(
            caller in ip_network(one) for one in ranges(world, region, groups))
    public = config.get("publicAccessCidrs") or ["0.0.0.0/0"]
    return config.get("endpointPublicAccess", True) and any(caller in ip_network(one) for one in public)


def ranges(world: World, region: str, groups: list[str]) -> Iterator[str]:
    """The ranges that security groups let in over HTTPS."""
    from moto.ec2.models import ec2_backends

    known = ec2_backends[world.account][region].groups.values()
    for rule in (rule for vpc in known for group in vpc.values() if group.id in groups for rule in group.ingress_rules):
        if int(rule.from_port or 0) <= 443 <= int(rule.to_port or 65535) and "CidrIp" in (rule.ip_range or {}):
            yield rule.ip_range["CidrIp"]
