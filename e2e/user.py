"""Who runs `make up`: an administrator by single sign-on, at a machine on the internet, in a shell of his own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from checks import Cloud
from processes import Runner
from settings import ADMINISTRATORS

STAND_INS = Path(__file__).resolve().parent / "stand_ins"
# Where the internet sees the machine.
OUTSIDE = "51.15.0.7"


def signed_in(runner: Runner, cloud: Cloud) -> dict[str, str]:
    """The environment of an administrator, signed in to a role with a path as single sign-on does it."""
    iam, (role, user) = cloud.client("iam"), ADMINISTRATORS
    path, _, name = role.partition(":role")[2].rpartition("/")
    iam.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument="{}")
    iam.create_user(UserName=user.rpartition("/")[2])
    session = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="somebody")["Credentials"]
    venv, work, github = Path(sys.executable).parent, runner.work, cloud.settings["github"]
    git = {f"url.{work / 'origin.git'}.insteadOf": cloud.settings["repository"]["url"],
           "user.name": "somebody", "user.email": "somebody@tideline.dev"}
    numbered = [(f"GIT_CONFIG_{kind}_{number}", text) for number, pair in enumerate(git.items())
                for kind, text in zip(("KEY", "VALUE"), pair)]
    return {
        **runner.environment, **dict(numbered), "GIT_CONFIG_COUNT": str(len(git)), "GIT_CONFIG_GLOBAL": os.devnull,
        "PATH": f"{STAND_INS}:{venv}:{os.environ['PATH']}", "SYNTH": runner.programs["synth"],
        "REAL_AWS": str(venv / "aws"), "REAL_TERRAFORM": shutil.which("terraform") or "terraform",
        "CALLS": str(work / "calls"), "SIGNED_IN": str(work / "signed-in"),
        "SUBJECT": f"repo:{github['owner']}@{github['owner_id']}/{github['repository']}@{github['repository_id']}",
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"], "AWS_DEFAULT_REGION": cloud.settings.region,
        "CALLER_ADDRESS": OUTSIDE, "POLL": "1", "IMAGES_LIMIT": "60", "PUBLISH_LIMIT": "60",
        "TF_CLI_ARGS_plan": "-no-color -parallelism=20", "TF_CLI_ARGS_apply": "-no-color -parallelism=20",
    }
