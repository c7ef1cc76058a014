"""Compares what checkov finds with what is accepted, and says of each difference how to mend it.

The environments of the tests' fixtures show exactly the accepted findings: one that is not found any more fails, too. What the
repository's own settings make, in out/, may show fewer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

FRAMEWORKS = ["terraform_json", "kubernetes", "dockerfile", "github_actions"]

# The fixtures that are the environments of one account.
ENVIRONMENTS = ["default", "staging", "production"]

# It holds versions, backends and providers, whose form checkov does not read, and nothing that it judges.
UNREAD = "terraform.tf.json"

# A check, and where it fails: the last two parts of the path, which are the same in every environment, and the resource.
Finding = tuple[str, str, str]


def main(checkov: str, root: Path, synth: list[str]) -> int:
    """Scans; 1 for a difference, 2 where checkov itself fails."""
    entries = tomllib.loads((root / "scripts/scan-accepted.toml").read_text())["accepted"]
    with tempfile.TemporaryDirectory() as folder:
        # The other fixtures stand for themselves: an account holds these three together, and no more.
        environments, out = Path(folder) / "environments", Path(folder) / "out"
        environments.mkdir()
        for environment in ENVIRONMENTS:
            shutil.copy(root / f"stacks/tests/fixtures/{environment}.toml", environments)
        for environment in ENVIRONMENTS:
            subprocess.run([*synth, "all", "--env", environment, "--environments", environments, "--out", out],
                           cwd=root, check=True, stdout=subprocess.DEVNULL)
        fixtures = scan(checkov, Path("."), out)
    build = scan(checkov, Path("Dockerfile"), root) | scan(checkov, Path(".github/workflows"), root)
    own = scan(checkov, Path("out"), root)
    wrong = differences(entries, fixtures | build, own)
    print("\n".join(wrong) or f"checkov finds what is accepted, {len(entries)} findings, and nothing else")
    return 1 if wrong else 0


def differences(entries: list[dict], shown: set[Finding], own: set[Finding]) -> list[str]:
    """What is found and not accepted, what is accepted and not shown where all of it must be, and what has no reason."""
    accepted = {(entry["check"], entry["file"], entry["resource"]) for entry in entries}
    wrong = [f"{entry['check']} is accepted without a reason" for entry in entries if not entry.get("reason", "").strip()]
    for check, file, resource in sorted((shown | own) - accepted):
        wrong.append(f"{check} is found in {resource} of {file}: mend it, or accept it with a reason in scripts/scan-accepted.toml")
    for check, file, resource in sorted(accepted - shown):
        wrong.append(f"{check} is accepted in {resource} of {file}, where it is not found: remove it from scripts/scan-accepted.toml")
    return wrong


def scan(checkov: str, target: Path, root: Path) -> set[Finding]:
    """What checkov finds in a folder or a file below the root."""
    where = ["--directory" if (root / target).is_dir() else "--file", str(target)]
    command = [checkov, *where, "--framework", *FRAMEWORKS, "--skip-path", UNREAD.replace(".", r"\."), "--quiet", "--compact",
               "--soft-fail", "--skip-download", "--output", "json"]
    # It asks for updates of its own lists otherwise.
    offline = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    run = subprocess.run(command, capture_output=True, text=True, cwd=root, env=offline, check=False)
    if run.returncode:
        sys.exit(f"error: checkov fails on {target}:\n{run.stderr[-2000:]}")
    reports = json.loads(run.stdout)
    return set(findings(reports if isinstance(reports, list) else [reports], target))


def findings(reports: list[dict], target: Path) -> Iterable[Finding]:
    """The findings of every framework; a file that it could not read is an error."""
    read = 0
    for report in reports:
        if "results" not in report:
            continue
        if errors := report["summary"]["parsing_errors"]:
            sys.exit(f"error: checkov cannot read {errors} files of {target}")
        read += report["summary"]["passed"] + report["summary"]["failed"]
        for one in report["results"]["failed_checks"]:
            path = one["file_path"].lstrip("/")
            # A resource of a Dockerfile is named by where the file lies on this machine.
            yield one["check_id"], "/".join(Path(path).parts[-2:]), one["resource"].rpartition("/")[2]
    if not read:
        sys.exit(f"error: checkov has judged nothing in {target}")


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]).absolute()), Path(__file__).resolve().parent.parent, sys.argv[2:]))
