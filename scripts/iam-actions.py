"""Judges the permissions of services by AWS's own list of actions: each exists, takes the resource, and knows the condition.

    iam-actions.py FOLDER...     folders of cluster stacks, such as out/cluster

The list is that of policy_sentry, which reads it from AWS's service authorization reference.
"""

import json
import pathlib
import re
import sys

from policy_sentry.querying.actions import get_action_data

# Keys that every action knows are in no list of one action.
GLOBAL = ("aws:",)


def fits(arn: str, form: str) -> bool:
    """Is an ARN, itself maybe a pattern, of the form that AWS writes with `${Name}` for each part?"""
    pattern = "".join(
        ".+" if part.startswith("${") else re.escape(part) for part in re.split(r"(\$\{[^}]*\})", form)
    )
    return form != "*" and re.fullmatch(pattern, arn) is not None


def known(name: str, keys: list) -> bool:
    """Is a condition's key one of those that an action knows?"""
    return name.startswith(GLOBAL) or name in keys


def judge(sid: str, statement: dict) -> list[str]:
    """What is wrong with a statement."""
    wrong = []
    for action in statement["actions"]:
        service, name = action.split(":")
        data = get_action_data(service, name)
        if not data:
            wrong.append(f"{sid}: AWS has no action `{action}`")
            continue
        rows = data[service]
        forms = [row["resource_arn_format"] for row in rows]
        for arn in statement["resources"]:
            rows_of = [row for row in rows if fits(arn, row["resource_arn_format"])]
            if not rows_of:
                wrong.append(f"{sid}: `{action}` takes no `{arn}`, but {forms}")
            keys = [key for row in rows_of for key in row["condition_keys"]]
            for condition in statement.get("condition", []):
                if not known(condition["variable"], keys):
                    wrong.append(f"{sid}: `{action}` knows no condition `{condition['variable']}`")
    return wrong


def main(folders: list[str]) -> int:
    """Judges every statement that is granted to a service."""
    wrong, statements = [], 0
    for folder in folders:
        for file in ("services", "external-secrets"):
            path = pathlib.Path(folder) / f"{file}.tf.json"
            if not path.exists():
                continue
            documents = json.loads(path.read_text())["data"]["aws_iam_policy_document"]
            for name, document in documents.items():
                if name.endswith("_trust"):
                    continue
                for statement in document["statement"]:
                    statements += 1
                    wrong += judge(f"{path}: {name}.{statement['sid']}", statement)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{statements} statements, {len(wrong)} faults")
    return 1 if wrong or not statements else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
