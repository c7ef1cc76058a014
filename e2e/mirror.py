"""Finds providers that this machine has, by the same rules as `synth-codegen`; otherwise the registry serves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

AWS = "registry.terraform.io/hashicorp/aws"


def find(address: str = AWS) -> Path | None:
    """The directory to use as a filesystem mirror for a provider, if one has it."""
    if named := os.environ.get("TIDELINE_PROVIDER_MIRROR"):
        return Path(named)
    return next((directory for directory in candidates() if (directory / address).is_dir()), None)


def cli_configuration() -> str:
    """The text of a Terraform CLI configuration that takes providers from a mirror, or else from the registry."""
    directory = find()
    installation = f"filesystem_mirror {{ path = {json.dumps(str(directory))} }}" if directory else "direct {}"
    return f"provider_installation {{ {installation} }}\n"


def candidates() -> Iterator[Path]:
    """Terraform's implied directories, then whatever looks like a mirror in the usual places."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    yield from (home / ".terraform.d/plugins", data / "terraform/plugins")
    yield from (Path("/usr/local/share/terraform/plugins"), Path("/usr/share/terraform/plugins"))
    for place in ("/opt", "/usr/local/share", "/usr/share", "/usr/lib", home / ".terraform.d"):
        outer = folders(Path(place))
        inner = [folder for one in outer for folder in folders(one)]
        yield from (folder for folder in [*outer, *inner] if (folder / "registry.terraform.io").is_dir())


def folders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir())
    except OSError:
        return []
