"""Selections of AWS Backup plans, which moto lacks."""

from __future__ import annotations

from typing import Any

from .call import Answer, Call, Refused
from .router import Router
from .world import World, new_id, now

SELECTIONS = "/backup/plans/{plan}/selections"


def declare(router: Router, world: World) -> None:
    """Declares the operations on selections."""

    def found(plan: str, identity: str) -> dict[str, Any]:
        selection = world.selections.get((plan, identity))
        if selection is None:
            # The service's own words, by which clients tell that a selection is gone.
            raise Refused(400, "InvalidParameterValueException", f"Cannot find Backup selection with ID {identity}")
        return selection

    @router.route("backup", "CreateBackupSelection", "PUT", SELECTIONS)
    def create(call: Call, plan: str) -> Answer:
        selection = call.json["BackupSelection"]
        world.check_principal(selection["IamRoleArn"])
        made = {"SelectionId": new_id(), "BackupPlanId": plan, "CreationDate": now(), "BackupSelection": selection}
        world.selections[plan, made["SelectionId"]] = made
        return Answer(made)

    @router.route("backup", "GetBackupSelection", "GET", SELECTIONS + "/{identity}")
    def get(call: Call, plan: str, identity: str) -> Answer:
        return Answer(found(plan, identity))

    @router.route("backup", "ListBackupSelections", "GET", SELECTIONS)
    def list_all(call: Call, plan: str) -> Answer:
        ours = [one for (owner, _), one in world.selections.items() if owner == plan]
        flat = [{**one, "SelectionName": one["BackupSelection"]["SelectionName"]} for one in ours]
        return Answer({"BackupSelectionsList": flat})

    @router.route("backup", "DeleteBackupSelection", "DELETE", SELECTIONS + "/{identity}")
    def delete(call: Call, plan: str, identity: str) -> Answer:
        found(plan, identity)
        del world.selections[plan, identity]
        return Answer({}, 204)
