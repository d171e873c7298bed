"""Which JDK is on this machine, and what does Maven build with it? For engines that are libraries of Java.

A project is built once, into the user's cache folder under a name that says what it was built from; nothing is written
beside its sources.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.corpora.archive import cache_folder

OLDEST = 21
VECTORS = "jdk.incubator.vector"  # what Lucene decodes postings with; not in every JDK
_NEEDED = {"java.base", "jdk.compiler", VECTORS}
USUAL_HOMES = (("/usr/lib/jvm", "*"), ("/Library/Java/JavaVirtualMachines", "*/Contents/Home"))
_PATIENCE = 300  # seconds in which Maven must have fetched and compiled


class AbsentError(Exception):
    """Why a project of Java cannot be built or run here, in one sentence."""


@dataclass(frozen=True, slots=True)
class Project:
    """A built project: a JDK to run it with and the folder that holds its classes and its jars."""

    java: Path
    release: str
    folder: Path

    def version(self, artifact: str) -> str:
        """The version of one of its jars."""
        (jar,) = (self.folder / "dependency").glob(f"{artifact}-[0-9]*.jar")
        return jar.stem.removeprefix(f"{artifact}-")

    def command(self, heap: str, main: str, *arguments: object) -> list[str]:
        """What runs a class of it in a heap of a fixed size."""
        path = os.pathsep.join(str(self.folder / part) for part in ("classes", "dependency/*"))
        options = [
            f"-Xms{heap}",
            f"-Xmx{heap}",
            "--add-modules",
            VECTORS,
            "--enable-native-access=ALL-UNNAMED",
        ]
        return [str(self.java), *options, "-classpath", path, main, *map(str, arguments)]


def project(sources: Path) -> Project:
    """The project of a folder with a pom.xml, built now unless it was before. Raises AbsentError."""
    java, release = _jdk()
    digest = sha256()
    for source in sorted((sources / "pom.xml", *sources.glob("*.java"))):
        digest.update(source.name.encode() + source.read_bytes())
    folder = cache_folder() / f"{sources.name}-{digest.hexdigest()[:16]}"
    if not folder.exists():
        _build(sources, java.parent.parent, folder)
    return Project(java, release, folder)


def _build(sources: Path, home: Path, folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise AbsentError("Maven is not installed (no mvn on the path)")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as partial:
        target = Path(partial) / "target"
        goals = ("compiler:compile", "dependency:copy-dependencies")
        options = ("--batch-mode", "--quiet", "--file", str(sources / "pom.xml"), f"-Dtarget={target}")
        try:
            run = subprocess.run(
                [maven, *options, *goals],
                env={**os.environ, "JAVA_HOME": str(home)},
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise AbsentError(f"Maven has not built {sources.name} within {_PATIENCE} s") from None
        if run.returncode:
            errors = (line for line in run.stdout.splitlines() if line.startswith("[ERROR]"))
            reason = next(errors, run.stderr.strip() or "no reason given").removeprefix("[ERROR]").strip()
            raise AbsentError(f"Maven cannot build {sources.name}: {reason}")
        try:
            target.rename(folder)
        except OSError:
            if not folder.exists():  # or another process was quicker
                raise


def _jdk() -> tuple[Path, str]:
    """The java of the first JDK that fits, and its release."""
    asked = (Path(os.environ["JAVA_HOME"], "bin", "java"),) if os.environ.get("JAVA_HOME") else ()
    on_path = shutil.which("java")
    for java in (*asked, *((Path(on_path),) if on_path else ())):
        if release := _release(java.resolve()):
            return java.resolve(), release
    homes = {home.resolve() for root, pattern in USUAL_HOMES for home in Path(root).glob(pattern)}
    found = [(release, java) for home in homes if (release := _release(java := home / "bin" / "java"))]
    if not found:
        raise AbsentError(f"no JDK {OLDEST} or newer with {VECTORS} is installed")
    release, java = max(found, key=lambda pair: [int(part) for part in pair[0].split(".")])
    return java, release


@cache
def _release(java: Path) -> str | None:
    """The release of a JDK that is new enough and has all modules; None for any other program."""
    try:
        run = subprocess.run(
            [java, "--list-modules"], capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except OSError:
        return None
    modules = dict(line.partition("@")[::2] for line in run.stdout.splitlines())
    release = modules.get("java.base", "")
    fits = modules.keys() >= _NEEDED and int(release.partition(".")[0]) >= OLDEST
    return release if fits else None
