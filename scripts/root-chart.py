#!/usr/bin/env python3
"""Renders the add-ons stack's chart with Helm itself, in every environment and for every way to sign in.

    root-chart.py ENVIRONMENTS SCHEMAS SYNTH...      needs helm-python-sdk, kubernetes-validate (PyPI) and Terraform

ENVIRONMENTS is the folder of settings, SCHEMAS that of custom resource definitions, SYNTH the command. The values are those
that Terraform passes: it evaluates the stack's own write-only values, of secrets that Helm's syntax would mangle.
"""

import copy
import functools
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import helm_python
import jsonschema
import kubernetes_validate
import yaml

# The ways to sign in, with an address that fits and the keys that Argo CD reads from the Secret.
WAYS = {
    "none": ("https://git.example.com/org/platform.git", []),
    "token": ("https://git.example.com/org/platform.git", ["username", "password"]),
    "ssh": ("ssh://git@git.example.com/org/platform.git", ["sshPrivateKey"]),
    "github-app": (
        "https://github.com/example-org/platform.git",
        ["githubAppID", "githubAppInstallationID", "githubAppPrivateKey"],
    ),
}

# What the chart makes beside the credentials.
KINDS = [
    *["Application", "AppProject", "AppProject", "Job", "Role", "RoleBinding", "ServiceAccount"],
    *["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"] * 2,
]

SECRETS = [
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza+/==\nc2Vjb25k\n-----END OPENSSH PRIVATE KEY-----\n",
    "1234567890123",
    "0123",
    "true",
    "null",
    "{a,b}",
    "a,b=c\\,d\\",
    "'\"` #: ${x} %{y} {{ .Values }} [0] ü漢",
]


def run(command, folder="."):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{result.stdout}{result.stderr}")
    return result.stdout


def settings(source, target, way):
    """Copies every environment, with another way to sign in."""
    url, _ = WAYS[way]
    for path in sorted(source.glob("*.toml")):
        text = re.sub(r'(?m)^credentials = ".*"$', f'credentials = "{way}"', path.read_text())
        (target / path.name).write_text(re.sub(r'(?m)^url = ".*"$', f'url = "{url}"', text))


@functools.cache
def evaluated(set_wo, variables, secret):
    """The write-only values, as Terraform sends them when every variable holds the secret."""
    plain = {name: {"type": "string"} for name in json.loads(variables)}
    output = {"set": {"value": json.loads(set_wo)}}
    with tempfile.TemporaryDirectory() as folder:
        configuration = {key: value for key, value in {"variable": plain, "output": output}.items() if value}
        pathlib.Path(folder, "main.tf.json").write_text(json.dumps(configuration))
        pathlib.Path(folder, "terraform.tfvars.json").write_text(json.dumps(dict.fromkeys(plain, secret)))
        run(["terraform", "init", "-input=false", "-no-color"], folder)
        run(["terraform", "apply", "-auto-approve", "-input=false", "-no-color"], folder)
        return json.loads(run(["terraform", "output", "-json"], folder))["set"]["value"]


def merged(values, more):
    for key, value in more.items():
        values[key] = merged(values.get(key, {}), value) if isinstance(value, dict) else value
    return values


def renderings(stack, secret):
    """The stack's chart when it is installed, when something else changes later, and after another way to sign in."""
    files = {path.name: json.loads(path.read_text()) for path in stack.glob("*.tf.json")}
    release = files["root.tf.json"]["resource"]["helm_release"]["root"]
    variables = files.get("credentials.tf.json", {}).get("variable", {})
    values = json.loads((stack / "root-values.json").read_text())
    secrets: dict = {}
    for item in evaluated(json.dumps(release.get("set_wo", [])), json.dumps(sorted(variables)), secret):
        parse = helm_python.parse_set_string_values if item.get("type") == "string" else helm_python.parse_set_string
        secrets = merged(secrets, parse(f"{item['name']}={item['value']}"))
    # The provider sends write-only values only when their revision rises; Helm keeps former values only when it is told to.
    keeps = release.get("reuse_values", False)
    former = {"credentials": {"another-way": {"username": "former"}}} if keeps else {}
    installed = merged(copy.deepcopy(values), copy.deepcopy(secrets))
    changed = merged(copy.deepcopy(installed) if keeps else {}, values)
    switched = merged(merged(former, copy.deepcopy(values)), secrets)
    for state in (installed, changed, switched):
        yield rendered(stack, release, state)


def rendered(stack, release, values):
    """What Helm makes of the chart with these values: the objects, their release, and what its linter says."""
    folder = stack / release["chart"].removeprefix("${path.module}/")
    report = helm_python.lint(folder, values, strict=True, namespace=release["namespace"])
    with helm_python.Chart.load(folder) as chart:
        files = chart.render(values, name=release["name"], namespace=release["namespace"])
    objects = [item for text in files.values() for item in yaml.safe_load_all(text) if item]
    return objects, release, report["errors"]


def strict(schema):
    """The schema, refusing fields that it does not name, as the API server prunes them."""
    if isinstance(schema, dict):
        free = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
        closed = {} if free or "properties" not in schema else {"additionalProperties": False}
        return {key: strict(value) for key, value in schema.items()} | closed
    return schema


def judge(item, schemas):
    """What the API server would not take of an object."""
    group, _, _ = item["apiVersion"].rpartition("/")
    definition = schemas / f"{group}-{item['kind'].lower()}.json"
    if definition.exists():
        schema = json.loads(definition.read_text())
        schema["properties"]["metadata"] = {"required": ["name", "namespace"]}
        found = jsonschema.Draft7Validator(strict(schema)).iter_errors(item)
        return [f"{error.json_path}: {error.message}" for error in found]
    try:
        kubernetes_validate.validate(item, kubernetes_validate.latest_version(), strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        return [str(error)]
    return []


def check(rendering, way, secret, schemas):
    """Everything that is wrong with one rendering."""
    url, keys = WAYS[way]
    objects, release, problems = rendering
    for item in objects:
        problems += [f"{item['kind']}: {problem}" for problem in judge(item, schemas)]
        of_cluster = item["kind"].startswith("ValidatingAdmissionPolicy")
        if item["metadata"].get("namespace") != (None if of_cluster else release["namespace"]):
            problems.append(f"{item['kind']}: is in another namespace than Argo CD")
    kinds = sorted(item["kind"] for item in objects)
    if kinds != sorted(KINDS + ["Secret"] * bool(keys)):
        problems.append(f"renders {kinds}")
    expected = {"type": "git", "url": url} | dict.fromkeys(keys, secret)
    for item in objects:
        if item["kind"] == "Secret" and item["stringData"] != expected:
            problems.append(f"the Secret holds {item['stringData']} instead of {expected}")
    return problems


def main(environments, schemas, *synth):
    environments, schemas = pathlib.Path(environments), pathlib.Path(schemas)
    names = sorted(path.stem for path in environments.glob("*.toml"))
    judged, wrong = 0, 0
    for way in WAYS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            settings(environments, folder, way)
            for name in names:
                run([*synth, "add-ons", "--env", name, "--environments", folder, "--out", folder / "out"])
                stack = folder / "out" / ("" if name == "default" else name) / "add-ons"
                for secret in SECRETS if WAYS[way][1] else [""]:
                    for rendering in renderings(stack, secret):
                        problems = check(rendering, way, secret, schemas)
                        judged, wrong = judged + 1, wrong + len(problems)
                        for problem in problems:
                            print(f"{name}, signing in by `{way}`: {problem}", file=sys.stderr)
    helm = helm_python.helm_sdk_version()
    print(f"root chart: {judged} renderings of {len(names)} environments by Helm {helm}, {wrong} problems")
    return 1 if wrong or not judged else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
