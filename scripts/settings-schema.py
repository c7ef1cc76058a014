#!/usr/bin/env python3
"""Holds files of settings against their JSON Schema, and the schema against values that it must refuse.

    settings-schema.py SCHEMA FILE...      needs jsonschema (PyPI) and Python 3.11
"""

import copy
import json
import pathlib
import sys
import tomllib

import jsonschema

# A key, and a value that stands there by mistake.
MISTAKES = [
    ("name", 1),
    ("nmae", "tideline"),
    ("aws.account_id", 111122223333),
    ("aws.tags.Project", True),
    ("github.oidc_provider", "keep"),
    ("github.guard", "nobody"),
    ("network.cidr", "10.0.0.0"),
    ("network.zones", ["eu-north-1a", "eu-north-1a", "eu-north-1b"]),
    ("network.flow_log_retention_days", 15),
    ("network.subnets.publik", []),
    ("cluster.kubernetes_version", "1.20"),
    ("cluster.log_types", ["audits"]),
    ("cluster.zonal_shift", "yes"),
    ("base_nodes.instance_types", []),
    ("base_nodes.ami_type", "AL2"),
    ("karpenter.replicas", 11),
    ("karpenter.node_pools.spot.weight", 0),
    ("karpenter.node_pools.spot.architectures", ["arm"]),
    ("services.cors_proxy_server.port", 80),
    ("services.cors_proxy_server.max_replica", 4),
    ("services.internal.orders", {"prot": 8080}),
    ("waivers", [{"kode": "HA001"}]),
]


def planted(settings, key, value):
    settings = copy.deepcopy(settings)
    table, (*path, name) = settings, key.split(".")
    for part in path:
        table = table.setdefault(part, {})
    table[name] = value
    return settings


def main(schema, files):
    schema = json.loads(pathlib.Path(schema).read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    judge, wrong, sound = jsonschema.Draft7Validator(schema), 0, None
    for file in files:
        settings = tomllib.loads(pathlib.Path(file).read_text())
        errors = list(judge.iter_errors(settings))
        wrong += len(errors)
        for error in errors:
            print(f"{file}: `{'.'.join(map(str, error.absolute_path))}`: {error.message}", file=sys.stderr)
        if not errors and (sound is None or len(settings) > len(sound)):
            sound = settings
    for key, value in MISTAKES:
        if judge.is_valid(planted(sound or {}, key, value)):
            wrong += 1
            print(f"the schema lets `{key}` be {value!r}", file=sys.stderr)
    print(f"settings: {len(files)} files and {len(MISTAKES)} mistakes judged by the schema, {wrong} wrongly")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
