#!/usr/bin/env python3
"""Evaluates the admission policies' CEL on what is written here, which passes, and on spoilt copies, which do not.

    admission-policies.py FOLDER...      needs cel-expr-python and PyYAML (PyPI)

Checker and evaluator are CEL's own C++ runtime: the API server takes a rule only if its type is bool, and not one that is known
when it runs. Only its matching by namespace and kind is left out. Policies in FOLDER/admission are those of the services'
namespace, those in FOLDER/../add-ons/root-values.json of Argo CD's.
"""

import copy
import json
import pathlib
import sys

import yaml
from cel_expr_python import cel
from cel_expr_python.ext.ext_optional import ExtOptional

GIVEN = ["object", "variables", "request", "namespaceObject"]
ENV = cel.NewEnv(variables=dict.fromkeys(GIVEN, cel.Type.DYN), extensions=[ExtOptional()])

# Who writes in the services' namespace, and whether they may; the label lets everybody.
WRITERS = {
    "system:serviceaccount:{argocd}:argocd-application-controller": True,
    "system:serviceaccount:kube-system:deployment-controller": True,
    "system:kube-controller-manager": True,
    "eks:addon-manager": True,
    "system:serviceaccount:{argocd}:argocd-server": False,
    "system:serviceaccount:{services}:argocd-application-controller": False,
    "arn:aws:sts::111122223333:assumed-role/admin/someone": False,
    "kubernetes-admin": False,
}
BY_HAND = "tideline/by-hand"

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


def evaluate(expression, given):
    return ENV.compile(expression).eval(data=dict.fromkeys(GIVEN, {}) | given).plain_value()


def refusals(policy, item, **given):
    """The messages of the rules that the object breaks."""
    given = {"object": item, "variables": {}, **given}
    if not all(evaluate(condition["expression"], given) is True for condition in policy["spec"]["matchConditions"]):
        return []
    for variable in policy["spec"].get("variables", []):
        given["variables"][variable["name"]] = evaluate(variable["expression"], given)
    rules = policy["spec"]["validations"]
    return [rule["message"] for rule in rules if evaluate(rule["expression"], given) is not True]


def is_bool(expression):
    """Does the checker know before it runs that this is true or false?"""
    return ENV.compile(expression).return_type() == cel.Type.BOOL


def untyped(policy):
    """What the API server refuses of a policy."""
    rules = policy["spec"]["validations"] + policy["spec"]["matchConditions"]
    return [f"`{rule['expression']}` must be bool" for rule in rules if not is_bool(rule["expression"])]


def forms(deployment):
    """The Deployment, and a pod and a job of its template."""
    template = deployment["spec"]["template"]
    return [
        deployment,
        {"apiVersion": "v1", "kind": "Pod", **copy.deepcopy(template)},
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": {}, "spec": {"template": copy.deepcopy(template)}},
    ]


def by_hand(folder, policy):
    """Who may write in the services' namespace."""
    project = yaml.safe_load((folder / "project-services.yaml").read_text())
    names = {"argocd": project["metadata"]["namespace"], "services": project["spec"]["destinations"][0]["namespace"]}
    item = {"kind": "NetworkPolicy", "metadata": {"name": "default-deny"}, "spec": {"ingress": [{}]}}
    leaving = {**item, "metadata": {"name": "default-deny", "deletionTimestamp": "2026-01-01T00:00:00Z"}}
    problems = []
    for name, may in WRITERS.items():
        name = name.format(**names)
        for labels, expected in [({}, may), ({BY_HAND: "no"}, may), ({BY_HAND: "allowed"}, True)]:
            given = {"request": {"userInfo": {"username": name}}, "namespaceObject": {"metadata": {"labels": labels}}}
            if bool(refusals(policy, item, **given)) == expected:
                problems.append(f"{folder}: by-hand: {name} with {labels} is judged wrongly")
            if refusals(policy, leaving, **given):
                problems.append(f"{folder}: by-hand: {name} cannot take a finalizer away")
    return problems, len(WRITERS) * 6


def argocd(folder):
    """Which Applications and projects the API server takes in Argo CD's namespace: those written here, and no others."""
    values = json.loads((folder.parent / "add-ons/root-values.json").read_text())["objects"]
    [policy] = [item for item in values if item["kind"] == "ValidatingAdmissionPolicy"]
    items = [*values, *load(folder.glob("*.yaml")).values()]
    problems = [f"{folder}: argocd-projects: {problem}" for problem in untyped(policy)]
    ours = [item for item in items if item["kind"] in ("Application", "AppProject")]
    spoilt = []
    for item in ours:
        what = f"{folder}: argocd-projects: {item['kind']}/{item['metadata']['name']}"
        problems += [f"{what} is refused: {message}" for message in refusals(policy, item)]
        changes = [{"project": "default"}, {"project": "root"}, {"project": "evil"}]
        if item["metadata"]["name"] == "root":
            changes = [{"project": "platform"}, {"project": "default"}]
        if item["kind"] == "AppProject":
            everywhere = {"server": "https://kubernetes.default.svc", "namespace": "*"}
            changes = [{"sourceRepos": ["*"]}, {"destinations": [everywhere]}, {"destinations": [{"server": "*"}]}]
            spoilt.append((f"{what} under another name", {**item, "metadata": {**item["metadata"], "name": "evil"}}))
        spoilt += [(f"{what} with {change}", {**item, "spec": {**item["spec"], **change}}) for change in changes]
    problems += [f"{what} is let through" for what, item in spoilt if not refusals(policy, item)]
    return problems, len(ours) + len(spoilt)


def check(folder):
    """What is wrong with the policies of one folder of manifests, and how often they were asked."""
    problems, asked = argocd(folder)
    files = load((folder / "admission").glob("policy-*.yaml")).items()
    names = {
        path.stem.removeprefix("policy-"): policy
        for path, policy in files
        if policy["kind"] == "ValidatingAdmissionPolicy"
    }
    for name, policy in names.items():
        problems += [f"{folder}: {name}: {problem}" for problem in untyped(policy)]
    found, times = by_hand(folder, names.pop("by-hand"))
    problems, asked = problems + found, asked + times
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
    # What the API server refused once: a check that cannot fail would take it.
    if is_bool("variables.pod.?securityContext.?runAsNonRoot.orValue(false)"):
        problems.append("the checker takes what may be of any type for bool")
    for folder in map(pathlib.Path, folders):
        if folder.is_dir():
            found, times = check(folder)
            problems, asked = problems + found, asked + times
    print(*problems, sep="\n", file=sys.stderr, end="\n" if problems else "")
    print(f"admission policies: {asked} judgements, {len(problems)} wrong")
    return 1 if problems or not asked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
