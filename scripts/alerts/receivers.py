"""The configuration of Alertmanager, judged by its own tool: is it one, and who is told of what?"""

import subprocess

import yaml

# The receiver of each severity, as amtool finds it on the routes.
GOES_TO = {"critical": "critical", "warning": "warning", "info": "nobody", "none": "nobody"}


def configurations(objects):
    """That of each Application of the Prometheus stack."""
    for item in objects:
        if item["kind"] == "Application" and item["metadata"]["name"] == "kube-prometheus-stack":
            yield item["spec"]["source"]["helm"]["valuesObject"]["alertmanager"]["config"]


def judge(amtool, configuration, path):
    """What amtool finds wrong with one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(configuration, sort_keys=False))
    checked = subprocess.run([amtool, "check-config", path], capture_output=True, text=True, check=False)
    if checked.returncode:
        return [checked.stdout + checked.stderr]
    problems = []
    for severity, receiver in GOES_TO.items():
        asked = [amtool, "config", "routes", "test", f"--config.file={path}", f"severity={severity}", "alertname=Any"]
        found = subprocess.run(asked, capture_output=True, text=True, check=False)
        if found.stdout.strip() != receiver:
            said = (found.stdout + found.stderr).strip()
            problems.append(f"{path.name}: an alert of severity `{severity}` goes to `{said}` instead of `{receiver}`")
    return problems
