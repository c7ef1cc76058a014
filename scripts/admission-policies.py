#!/usr/bin/env python3
"""Evaluates the admission policies' CEL on the services' own workloads, which pass, and on spoilt copies, which do not.

    admission-policies.py FOLDER...      needs cel-expr-python and PyYAML (PyPI)

The evaluator is CEL's own C++ runtime; only the API server's matching by namespace and kind is left out.
"""

import copy
import pathlib
import sys

import yaml
from cel_expr_python import cel
from cel_expr_python.ext.ext_optional import ExtOptional

ENV = cel.NewEnv(variables={"object": cel.Type.DYN, "variables": cel.Type.DYN}, extensions=[ExtOptional()])

# What spoils a workload, by the policy that must refuse it: the container, the pod.
SPOILT = {
    "requests": [
        lambda container, pod: container.pop("resources"),
        lambda container, pod: container["resources"]["requests"].pop("cpu"),
        lambda container, pod: container["resources"]["requests"].pop("memory"),
        lambda container, pod: container["resources"].pop("limits"),
    ],
    "probes": [
        lambda container, pod: container.pop("readinessProbe"),
        lambda container, pod: container.pop("livenessProbe"),
    ],
    "pinned-images": [
        lambda container, pod: container.update(image=repository(container["image"]) + ":latest"),
        lambda container, pod: container.update(image=repository(container["image"])),
    ],
    "registry": [
        lambda container, pod: container.update(image="docker.io/library/nginx:1.29.0"),
        lambda container, pod: container.update(image="evil." + container["image"]),
        lambda container, pod: pod.update(initContainers=[{**container, "image": "docker.io/library/nginx:1.29.0"}]),
    ],
    "security-context": [
        lambda container, pod: container.pop("securityContext"),
        lambda container, pod: container["securityContext"].update(allowPrivilegeEscalation=True),
        lambda container, pod: container["securityContext"].pop("readOnlyRootFilesystem"),
        lambda container, pod: container["securityContext"]["capabilities"].update(drop=["NET_RAW"]),
        lambda container, pod: pod["securityContext"].pop("runAsNonRoot"),
        lambda container, pod: pod.pop("automountServiceAccountToken"),
    ],
}


def repository(image):
    """The image without its tag or digest."""
    registry, _, name = image.rpartition("/")
    return f"{registry}/{name.split('@')[0].split(':')[0]}"


def load(paths):
    """The objects of these files, by the files' names."""
    return {path: yaml.safe_load(path.read_text()) for path in sorted(paths)}


def evaluate(expression, workload, variables):
    return ENV.compile(expression).eval(data={"object": workload, "variables": variables}).plain_value()


def refusals(policy, workload):
    """The messages of the rules that the workload breaks."""
    variables = {}
    for variable in policy["spec"]["variables"]:
        variables[variable["name"]] = evaluate(variable["expression"], workload, variables)
    rules = policy["spec"]["validations"]
    return [rule["message"] for rule in rules if evaluate(rule["expression"], workload, variables) is not True]


def forms(deployment):
    """The Deployment, and a pod and a job of its template."""
    template = deployment["spec"]["template"]
    return [
        deployment,
        {"apiVersion": "v1", "kind": "Pod", **copy.deepcopy(template)},
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": {}, "spec": {"template": copy.deepcopy(template)}},
    ]


def check(folder):
    """What is wrong with the policies of one folder of manifests, and how often they were asked."""
    problems, asked = [], 0
    files = load((folder / "admission").glob("policy-*.yaml")).items()
    names = {
        path.stem.removeprefix("policy-"): policy
        for path, policy in files
        if policy["kind"] == "ValidatingAdmissionPolicy"
    }
    if names.keys() != SPOILT.keys():
        problems.append(f"{folder}: the policies are {sorted(names)}, those checked here {sorted(SPOILT)}")
    for deployment in load(folder.glob("*/deployment.yaml")).values():
        for workload in forms(deployment):
            for name, policy in names.items():
                what = f"{folder}: {name}: {workload['kind']} of {deployment['metadata']['name']}"
                asked += 1
                problems += [f"{what} is refused: {message}" for message in refusals(policy, workload)]
                for number, spoil in enumerate(SPOILT.get(name, [])):
                    spoilt = copy.deepcopy(workload)
                    pod = spoilt["spec"] if spoilt["kind"] == "Pod" else spoilt["spec"]["template"]["spec"]
                    spoil(pod["containers"][0], pod)
                    asked += 1
                    if bool(refusals(policy, spoilt)) == (name == "probes" and spoilt["kind"] == "Job"):
                        problems.append(f"{what}, spoilt in way {number}, is judged wrongly")
    return problems, asked


def main(folders):
    problems, asked = [], 0
    for folder in map(pathlib.Path, folders):
        if folder.is_dir():
            found, times = check(folder)
            problems, asked = problems + found, asked + times
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    print(f"admission policies: {asked} judgements, {len(problems)} wrong")
    return 1 if problems or not asked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
