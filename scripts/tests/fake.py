#!/usr/bin/env python3
"""Stands for aws, curl, gh, gpg, kubectl, terraform, docker and git: one world in a JSON file, and a log of every call.

Each call of kubectl lets a moment pass, in which the controllers of the world do their work. Where REAL_TERRAFORM or REAL_GIT
names a program, those calls are its own.
"""

import json
import os
import sys
import time

FOLDER = os.environ["FAKE_WORLD"]
TOOL = os.path.basename(sys.argv[0])
ARGUMENTS = sys.argv[1:]


def log(line):
    with open(f"{FOLDER}/log", "a") as file:
        file.write(line + "\n")


def option(name, default=""):
    return ARGUMENTS[ARGUMENTS.index(name) + 1] if name in ARGUMENTS else default


def show(value):
    print(json.dumps(value))


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def fail(message):
    print(message, file=sys.stderr)
    sys.exit(1)


def moment(world):
    """What controllers do between two calls."""
    apps = world["applications"]
    root = apps.get("root")
    if root and root["automated"]:
        for name, wave in world["children"].items():
            if name not in apps:
                apps[name] = {"wave": wave, "automated": True, "finalizer": True, "deleting": False}
                log(f"argocd recreates {name}")
    pools = apps.get("node-pools")
    if pools and pools["automated"] and not pools["deleting"] and not world["nodepools"]:
        world["nodepools"] = ["spot"]
        log("argocd recreates NodePool spot")
    for name, app in list(apps.items()):
        if not app["deleting"] or (app["finalizer"] and app.get("confirm") and not app.get("approved")):
            continue
        if app["finalizer"] and name == "cors-proxy-server":
            world["services"] = []
        if app["finalizer"] and name == "node-pools":
            log("argocd deletes NodePools and EC2NodeClass together")
        if name not in world["stuck"]:
            del apps[name]
            log(f"gone application {name}")
    if not world["services"] and world["balancers"] and "aws-load-balancer-controller" in apps:
        world["balancers"].pop()
        log("gone load balancer")
    if world["claims_deleted"] and world["nodeclaims"] and "karpenter" in apps:
        if world["blocked"] > 0:
            world["blocked"] -= 1
        else:
            world["nodeclaims"].pop()
            log("gone NodeClaim")
    if world["pools_deleted"] and not world["nodeclaims"]:
        world["nodepools"] = []
    if world["class_deleted"] and not world["nodeclaims"] and "karpenter" in apps:
        world["nodeclasses"] = []
    if world["volumes_deleted"]:
        world["volumes"] = []


def items(names, **fields):
    return {"items": [{"metadata": {"name": name, "namespace": "any"}, **fields} for name in names]}


def kubectl(world):
    if world["unreachable"]:
        fail("Unable to connect to the server")
    moment(world)
    verb, kind = ARGUMENTS[0], ARGUMENTS[1].split(".")[0]
    apps = world["applications"]
    if verb == "get":
        shown = {
            "nodepools": lambda: items(world["nodepools"]),
            "nodeclaims": lambda: items(world["nodeclaims"]),
            "ec2nodeclasses": lambda: items(world["nodeclasses"]),
            "persistentvolumes": lambda: items(world["volumes"], spec={"persistentVolumeReclaimPolicy": "Delete"}),
            "services,ingresses": lambda: items(world["services"], kind="Service", spec={"type": "LoadBalancer"}),
        }
        if kind == "customresourcedefinitions":
            for name in world["kinds"]:
                print(f"customresourcedefinition.apiextensions.k8s.io/{name}")
        elif kind == "applications":
            wave = "argocd.argoproj.io/sync-wave"
            show({"items": [
                {"metadata": {"name": name, "annotations": {wave: str(app["wave"])}}} for name, app in apps.items()
            ]})
        else:
            show(shown[kind]())
    elif verb == "patch":
        patch, app = json.loads(option("--patch")), apps[ARGUMENTS[2]]
        if "spec" in patch:
            app["automated"] = False
        if "metadata" in patch:
            app["finalizer"] = False
    elif verb == "annotate":
        approved = ARGUMENTS[-1].removeprefix("argocd.argoproj.io/deletion-approved=")
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        apps[ARGUMENTS[2]]["approved"] = approved >= now
    elif verb == "delete":
        if kind == "customresourcedefinitions":
            for name in ARGUMENTS[2:]:
                if name in world["kinds"]:
                    if name.endswith("karpenter.sh") and world["nodeclaims"]:
                        log(f"too early: {name}")
                    world["kinds"].remove(name)
                    log(f"gone definition {name}")
        elif kind == "applications" and ARGUMENTS[2] in apps:
            apps[ARGUMENTS[2]]["deleting"] = True
        elif kind == "nodepools":
            world["pools_deleted"] = world["claims_deleted"] = True
        elif kind == "nodeclaims":
            world["claims_deleted"] = True
        elif kind == "ec2nodeclasses":
            if world["nodeclaims"]:
                log("too early: EC2NodeClass")
            world["class_deleted"] = True
        elif kind == "persistentvolumeclaims":
            world["volumes_deleted"] = True


def refuse(code):
    fail(f"An error occurred ({code}) when calling the operation")


def key_of(address):
    """The key of an object, of its address."""
    return address.removeprefix("s3://").partition("/")[2]


def preflight(world):
    """What `make up` asks before it begins."""

    def principal():
        name = option("--role-name") or option("--user-name")
        print(world["principals"].get(name) or refuse("NoSuchEntity"))

    def quota():
        code = option("--quota-code")
        print(world["quotas"].get(code) or refuse("NoSuchResourceException"))

    def copy():
        source, target = ARGUMENTS[-2:]
        if target.startswith("s3://"):
            if world["bucket_refuses"]:
                fail("upload failed: An error occurred (ExpiredToken)")
            world["kept"][key_of(target)] = read(source)
        elif key_of(source) in world["kept"]:
            write(target, world["kept"][key_of(source)])
        else:
            state()

    def state():
        stack = ARGUMENTS[-2].rsplit("/", 1)[1].removesuffix(".tfstate")
        if f"tideline/{stack}.tfstate" not in world["objects"]:
            refuse("404")
        kinds = [address.split(".")[0] for address in world["state"]]
        show({"resources": [{"mode": "managed", "type": kind} for kind in kinds]})

    def parameter():
        version = ARGUMENTS[ARGUMENTS.index("--name") + 1].split("/")[5]
        print("ami-1") if version == world["image_version"] else refuse("ParameterNotFound")

    def cluster():
        public = world["public"]
        answers = {"endpoint": "https://api", "resourcesVpcConfig.endpointPublicAccess": str(public), "certificateAuthority.data": "YQ=="}
        print(answers[option("--query").removeprefix("cluster.")])

    def groups():
        group = world["log_group"]
        if option("--output") == "text":
            return print(group)
        if not group and world["writes_late"] > 0:
            world["writes_late"] -= 1
            group = world["log_group"] = f"/aws/eks/{world['name']}/cluster"
            log("eks writes its log group again")
        show([group] if group else [])

    return {
        "iam get-role": principal,
        "iam get-user": principal,
        "service-quotas get-service-quota": quota,
        "service-quotas get-aws-default-service-quota": lambda: print("5.0"),
        "s3 cp": copy,
        "ssm get-parameter": parameter,
        "ec2 describe-availability-zones": lambda: print("\n".join(f"{name}\t{zone}" for name, zone in world["zones"].items())),
        "ec2 describe-instance-types": lambda: print(4),
        "eks describe-addon-versions": lambda: show(world["builds"].get(option("--addon-name"), [])),
        "eks describe-cluster": cluster,
        "eks get-token": lambda: show({"status": {"token": "secret"}}),
        "logs describe-log-groups": groups,
        "logs delete-log-group": lambda: world.update(log_group=""),
        "ecr get-registry-scanning-configuration": lambda: show({"scanningConfiguration": world["scanning"]}),
    }


def curl(world):
    """The caller's address, and the Kubernetes API where it can be reached."""
    url = ARGUMENTS[-1]
    if url.startswith("https://checkip."):
        print(world["address"])
    elif not (world["inside"] or world["public"]):
        fail("curl: (28) Connection timed out")
    elif option("--request") == "DELETE":
        world["pending"].remove(url.rsplit("/", 1)[1])
    elif "/secrets" in url:
        name = next(part for part in ARGUMENTS if part.startswith("labelSelector=")).split("name=")[1].split(",")[0]
        show({"items": [{"metadata": {"name": secret}} for secret in world["pending"] if f".{name}." in secret]})


def reaches(folder):
    """Whether the plan in this folder gives the cluster a public side."""
    opening = folder / "opening_override.tf.json"
    file = opening if opening.exists() else folder / "control-plane.tf.json"
    cluster = json.loads(file.read_text())["resource"]["aws_eks_cluster"]["main"]
    return cluster["vpc_config"][0]["endpoint_public_access"]


def aws(world):
    command = " ".join(ARGUMENTS[:2])
    asked = preflight(world)
    if command in asked:
        asked[command]()
    elif command == "sts get-caller-identity":
        if world["account"] is None:
            fail("Unable to locate credentials")
        print(world["account"] if option("--query") == "Account" else world["caller"])
    elif command == "s3api list-buckets":
        print(world["bucket"])
    elif command == "s3api list-objects-v2":
        show([key for key in world["kept"] if key.startswith(option("--prefix"))] or None)
    elif command == "s3 rm":
        del world["kept"][key_of(ARGUMENTS[-1])]
    elif command == "s3api head-object":
        if option("--key") not in world["objects"]:
            fail("Not Found")
    elif command == "ecr describe-images":
        images = world["images"].get(option("--repository-name"), [])
        if world["pushes_after"] > 0:
            world["pushes_after"] -= 1
            images = []
        show({"imageDetails": images})
    elif command == "ecr batch-get-image":
        digest = option("--image-ids").removeprefix("imageDigest=")
        print(digest if any(image["imageDigest"] == digest for image in world["images"].get(option("--repository-name"), [])) else "")
    elif command == "ecr get-login-password":
        print("password")
    elif command == "iam list-open-id-connect-providers":
        print(world["oidc"])
    elif command == "iam list-roles":
        print(world["spot"])
    elif command == "eks list-clusters":
        print(world["cluster"])
    elif command == "elbv2 describe-load-balancers":
        print("\t".join(["other"] + world["balancers"]))
    elif command == "elbv2 describe-tags":
        arns = ARGUMENTS[ARGUMENTS.index("--resource-arns") + 1:]
        tags = {True: [{"Key": "elbv2.k8s.aws/cluster", "Value": "tideline"}], False: []}
        show({"TagDescriptions": [{"ResourceArn": arn, "Tags": tags[arn != "other"]} for arn in arns]})
    elif command == "ec2 describe-instances":
        show([f"i-{name}" for name in world["nodeclaims"]])
    elif command == "ec2 describe-volumes":
        show(world["leaked"])
    elif command == "ec2 describe-network-interfaces":
        show(world["interfaces"])
    elif command.startswith("ec2 describe-"):
        show([])


def terraform(world):
    if real := os.environ.get("REAL_TERRAFORM"):
        return os.spawnv(os.P_WAIT, real, [real, *ARGUMENTS])
    from pathlib import Path  # Half of what an interpreter takes to start, which no other tool needs.

    folder = Path(ARGUMENTS[0].removeprefix("-chdir="))
    stack, verb = folder.name, ARGUMENTS[1]
    local = (folder / "backend_override.tf.json").exists()
    state = folder / "terraform.tfstate"
    destroy = "-destroy" in ARGUMENTS
    if verb == "init" and "-migrate-state" in ARGUMENTS and state.exists():
        world["objects"].append(f"tideline/{stack}.tfstate")
        state.write_text("")
    elif verb == "providers":
        (folder / ".terraform.lock.hcl").write_text("# pinned")
    elif verb == "state" and ARGUMENTS[2] == "push":
        world["pushed"][stack] = (folder / ARGUMENTS[3]).read_text()
    elif verb == "state":
        print("\n".join(world["state"]))
    elif verb == "plan":
        plan = option("-out") or next(a.removeprefix("-out=") for a in ARGUMENTS if a.startswith("-out="))
        Path(plan).write_text("destroy" if destroy else "apply")
        moves = stack == "cluster" and not destroy and reaches(folder) != world["public"]
        return 2 if (stack in world["applied"]) == destroy or moves else 0
    elif verb == "apply":
        if stack == world["unsaved"]:
            (folder / "errored.tfstate").write_text(f"the state of {stack}")
            fail("Error: Failed to save state")
        if Path(ARGUMENTS[-1]).read_text() == "destroy":
            world["applied"].remove(stack)
            world["cluster"] = "" if stack == "cluster" else world["cluster"]
        else:
            if stack == "cluster":
                world["cluster"], world["public"] = world["name"], reaches(folder)
            if stack != "bootstrap" and "add-ons" not in world["applied"]:
                if not (world["inside"] or world["public"]):
                    fail("Error: Kubernetes cluster unreachable")
                if world["pending"]:
                    fail("Error: another operation (install/upgrade/rollback) is in progress")
            if stack not in world["applied"]:
                world["applied"].append(stack)
            if stack == "bootstrap":
                world["bucket"] = f"tideline-state-{world['account']}"
            if local:
                state.write_text("{}")
    return 0


def docker(world):
    if ARGUMENTS[:2] == ["buildx", "build"]:
        tag = option("--tag")
        repository = tag.split("/", 1)[1].rsplit(":", 1)[0]
        image = {"imageDigest": "sha256:" + "d" * 64, "imagePushedAt": "2026-01-01", "imageTags": [tag.rsplit(":", 1)[1]]}
        world["images"].setdefault(repository, []).append(image)


def gpg(world):
    """What is encrypted begins with a word that says so."""
    if "--decrypt" in ARGUMENTS:
        write(option("--output"), read(option("--decrypt")).removeprefix("encrypted "))
    else:
        write(option("--output"), "encrypted " + read(ARGUMENTS[-1]))


def gh(world):
    if ARGUMENTS[:2] == ["run", "download"]:
        artifacts = world["artifacts"].get(ARGUMENTS[2], {})
        for name, text in artifacts.items():
            if name.startswith(option("--pattern").removesuffix("*")):
                folder = f"{option('--dir')}/{name}"
                os.makedirs(folder)
                write(f"{folder}/{name.removeprefix('plan-')}.tfplan.gpg", text)
        return
    path = next(argument for argument in ARGUMENTS[1:] if not argument.startswith("--"))
    if path.endswith("/artifacts"):
        print("\n".join(world["artifacts"].get(path.split("/")[-2], {})))
        return
    answer = world["github"].get(path)
    if answer is None:
        fail("gh: Not Found (HTTP 404)")
    found = answer[option("--jq").removeprefix(".")] if "--jq" in ARGUMENTS else answer
    print(found) if isinstance(found, str) else show(found)


def git(world):
    if real := os.environ.get("REAL_GIT"):
        return os.spawnv(os.P_WAIT, real, [real, *ARGUMENTS])
    if ARGUMENTS[0] == "rev-parse":
        print("0123456789ab")
    elif ARGUMENTS[0] == "diff" and world["merged_after"] > 0:
        world["merged_after"] -= 1
        print("out/manifests/project.yaml")


def main():
    if TOOL == "docker" and ARGUMENTS[0] == "login":
        # It runs beside the command that gives the password, which has to end before the world is read.
        sys.stdin.read()
    file = f"{FOLDER}/world.json"
    with open(file) as text:
        world = json.load(text)
    log(" ".join([TOOL, *ARGUMENTS]))
    code = {"aws": aws, "curl": curl, "kubectl": kubectl, "terraform": terraform, "docker": docker, "gh": gh, "gpg": gpg, "git": git}[TOOL](world)
    with open(file, "w") as text:
        json.dump(world, text)
    sys.exit(code or 0)


main()
