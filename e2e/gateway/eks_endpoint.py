"""Who may reach a cluster's endpoint, while the cluster stands."""

from __future__ import annotations

from .call import Answer, Call, not_found
from .router import Router
from .world import World, same_update


def declare(router: Router, world: World) -> None:
    """Declares the update of an endpoint."""

    @router.route("eks", "", "POST", "/clusters/{name}/update-config")
    def update(call: Call, name: str) -> Answer | None:
        asked = call.json.get("resourcesVpcConfig")
        if not asked:
            return None
        # moto puts what is asked for in the place of all that there is, subnets and security groups included.
        cluster = world.cluster(call.region, name)
        cluster.resources_vpc_config = {**cluster.resources_vpc_config, **asked}
        done = same_update("EndpointAccessUpdate")
        world.updates[done["id"]] = done
        return Answer({"update": done})

    @router.route("eks", "DescribeUpdate", "GET", "/clusters/{name}/updates/{identity}")
    def describe(_: Call, name: str, identity: str) -> Answer:
        if identity not in world.updates:
            raise not_found(f"No update found for ID: {identity}", clusterName=name)
        return Answer({"update": world.updates[identity]})
