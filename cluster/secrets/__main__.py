"""The real External Secrets Operator on a real API server, with a mock of AWS: what is synthesized brings secrets to services.

    secrets PROGRAMS SOURCE OUT FOLDER

PROGRAMS holds kube-apiserver, etcd and external-secrets, SOURCE the sources of the operator of which the last was built, OUT is the folder of
an environment in which `orders` asks for secrets, FOLDER takes what the programs say. Needs moto, boto3 and helm-python-sdk (PyPI).
"""

import json
import pathlib
import sys

from plane import Plane, eventually
from world import World

NAMESPACE = "services"
PATH = f"/api/v1/namespaces/{NAMESPACE}/secrets"
LISTED = f"/apis/external-secrets.io/v1/namespaces/{NAMESPACE}/externalsecrets"
HAND = "the services' objects change in Git"


def secret(world):
    """The keys and the values of the Secret of `orders`."""
    return world.plane.secret(NAMESPACE, "orders")


def ready(world):
    """What the list of secrets says of itself: the condition's status and message."""
    listed = world.plane.get(f"{LISTED}/orders")
    conditions = {of["type"]: of for of in listed.get("status", {}).get("conditions", [])}
    return conditions.get("Ready", {}).get("status"), conditions.get("Ready", {}).get("message", "")


def secrets_arrive(world):
    """Every key that a pod reads is there, and has the value that AWS keeps."""
    wanted = {"DATABASE_PASSWORD": "first", "DATABASE_USER": "orders", "LICENCE": "a licence", "PAYMENT_TOKEN": "token"}
    eventually(90, lambda: secret(world) == wanted, lambda: f"{secret(world)} is not {wanted}: {ready(world)}")
    read = {
        of["valueFrom"]["secretKeyRef"]["key"]
        for container in world.pod("orders")["containers"]
        for of in container["env"]
        if "valueFrom" in of
    }
    assert read == set(wanted), f"pods read {read}"
    made = world.plane.get(f"{PATH}/orders")["metadata"]
    assert made["ownerReferences"][0]["kind"] == "ExternalSecret", made
    assert not any("argocd" in key for key in made.get("annotations", {})), f"Argo CD would take it for its own: {made}"


def rotation_arrives(world):
    """A value that changes in AWS is in the cluster after the refresh."""
    world.aws.change("orders/database", json.dumps({"user": "orders", "password": "second"}))
    eventually(150, lambda: secret(world).get("DATABASE_PASSWORD") == "second", lambda: f"still {secret(world)}")


def missing_is_named(world):
    """A secret that is not there any more is named, and what was brought stays."""
    before = secret(world)
    world.aws.delete("orders/licence")
    eventually(150, lambda: ready(world)[0] == "False", lambda: f"{ready(world)}")
    eventually(60, lambda: world.metric("externalsecret_status_condition", 'condition="Ready"', 'status="False"') == 1, lambda: "no metric says so")
    events = world.plane.get(f"/api/v1/namespaces/{NAMESPACE}/events")["items"]
    assert any("orders/licence" in of["message"] for of in events), [of["message"] for of in events]
    assert secret(world) == before, f"{secret(world)} is not {before}"


def nobody_else_writes(world):
    """Neither an administrator nor the operator under another name."""
    status, answer = world.plane.patch(f"{PATH}/orders", {"stringData": {"LICENCE": "mine"}}, world.plane.administrator)
    assert status == 422 and HAND in answer["message"], (status, answer)
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "another"}, "stringData": {"LICENCE": "mine"}}
    status, answer = world.plane.post(PATH, body, world.operator)
    assert status == 422 and HAND in answer["message"], (status, answer)
    status, answer = world.plane.post("/api/v1/namespaces/default/secrets", body, world.operator)
    assert status == 403, ("its rights end at the namespace", status, answer)


def main():
    programs, source, out, folder = map(pathlib.Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    with Plane(programs, folder) as plane, World(plane, programs, source, out, folder) as world:
        for claim in (secrets_arrive, nobody_else_writes, rotation_arrives, missing_is_named):
            claim(world)
            world.check()
            print(f"{claim.__name__.replace('_', ' ')}: {claim.__doc__}")


if __name__ == "__main__":
    main()
