"""Where do the tests get a real OpenSearch from?

From Maven, once: its jars stay in Maven's own repository, our class that starts nodes of them in the user's cache. Each
start after that costs some seconds and needs no network. All nodes of a cluster live in one process, which ends with
the one that started it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock

HERE = Path(__file__).parent
SOURCES = HERE / "pom.xml", HERE / "src" / "main" / "java" / "Nodes.java"
GIVEN = (
    "SEARCHLIB_OPENSEARCH_URL"  # of a server that runs already; its indexes that the tests do not make stay
)
RESOLVED_WITHIN = 600.0  # seconds, with all that Maven fetches the first time
STARTED_WITHIN = 180.0  # seconds for all nodes; an idle machine needs about 7


class NoServerError(Exception):
    """There is no OpenSearch here, or it did not do what it was told; the message says why."""


def version() -> str:
    found = re.search(r"<opensearch\.version>(.+?)<", SOURCES[0].read_text("utf-8"))
    assert found
    return found[1]


@functools.cache
def why_not() -> str | None:
    """Why no server can be had, or None where one can. The first call on a machine may take minutes."""
    if os.environ.get(GIVEN):
        return None
    return why_not_started()


@functools.cache
def why_not_started() -> str | None:
    """As why_not(), for those that need a cluster of their own whatever is given."""
    try:
        class_path()
    except NoServerError as reason:
        return str(reason)
    return None


def java() -> str:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if found is None:
        raise NoServerError(
            f"no OpenSearch: JAVA_HOME is {home}, where there is no bin/java"
            if home
            else "no OpenSearch: no java on the PATH"
        )
    return found


def class_path() -> str:
    """The jars of OpenSearch, fetched if they are not here yet, and our class; raises NoServerError."""
    java()
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "searchlib-tests"
    built = cache / f"opensearch-{version()}-{digest}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(
        cache / f"{built.name}.lock"
    ):  # two processes of a test run: the second finds what the first made
        listed = built / "classpath"
        if not listed.exists() or not all(
            Path(jar).exists() for jar in listed.read_text("utf-8").split(os.pathsep)
        ):
            _build(built)
        return os.pathsep.join([str(built / "classes"), listed.read_text("utf-8")])


def _build(built: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoServerError("no OpenSearch: no mvn on the PATH, which would fetch it")
    command = [maven, "--batch-mode", "--quiet", "--file", str(SOURCES[0]), f"-Dbuilt={built}", "compile"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=RESOLVED_WITHIN, check=False)
    except subprocess.TimeoutExpired:
        raise NoServerError(f"no OpenSearch: Maven did not fetch it within {RESOLVED_WITHIN:.0f} s") from None
    if done.returncode:
        errors = [line.strip() for line in done.stdout.splitlines() if "ERROR" in line]
        told = "\n".join(errors[:3]) or done.stdout[-1000:] + done.stderr[-1000:]  # more is general advice
        raise NoServerError(f"no OpenSearch: Maven does not fetch it or compile Nodes.java:\n{told}")


class Cluster:
    """Nodes of OpenSearch on loopback, or with no arguments the server that SEARCHLIB_OPENSEARCH_URL names, if it is set.

    settings are those of opensearch.yml, for every node. heap is that of all nodes together; more is right for a
    benchmark, as are jvm options other than the default, which is to start quickly. Raises NoServerError. Not for several
    threads, but for the addresses.
    """

    urls: list[str]  # one per node, in their order; a node that was stopped comes back at the same address

    def __init__(
        self,
        nodes: int = 1,
        *,
        settings: Mapping[str, str | int] | None = None,
        heap: str | None = None,
        jvm: tuple[str, ...] = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
    ) -> None:
        given = os.environ.get(GIVEN)
        self._process: subprocess.Popen[str] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if given and nodes == 1 and not settings:
            self.urls = [given.rstrip("/")]
            return
        jars = class_path()
        heap = heap or ("640m" if nodes == 1 else "1g")
        self._folder = tempfile.TemporaryDirectory(prefix="searchlib-opensearch-", ignore_cleanup_errors=True)
        self._log = Path(self._folder.name) / "log"
        command = [java(), f"-Xms{heap}", f"-Xmx{heap}", *jvm, "-Dlog4j2.level=INFO", "-Dfile.encoding=UTF-8"]
        command += ["-cp", jars, "Nodes", str(nodes), self._folder.name]
        command += [f"{name}={value}" for name, value in (settings or {}).items()]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()  # an empty line at the end
        threading.Thread(target=self._listen, args=[self._process], daemon=True).start()
        addresses: dict[int, str] = {}
        until = time.monotonic() + STARTED_WITHIN
        try:
            while len(addresses) < nodes:
                _, node, address = self._answer("ready", until)
                addresses[int(node)] = address
        except BaseException:
            self.close()
            raise
        self.urls = [f"http://{addresses[node]}" for node in range(nodes)]

    def stop(self, node: int) -> None:
        """An orderly end; the others notice at once. Its documents stay on disk."""
        self._order(f"stop {node}", "stopped")

    def start(self, node: int) -> None:
        """Returns when it has joined the others; its shards may not be back yet."""
        self._order(f"start {node}", "ready")

    def close(self) -> None:
        """Ends all nodes and removes what they kept. Nothing happens to a server that was given."""
        if self._process is not None:
            assert self._process.stdin and self._process.stdout
            self._process.kill()  # nothing of it is wanted any more
            self._process.wait()
            self._process.stdin.close()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def tail(self, lines: int = 30) -> str:
        """The end of what the nodes logged."""
        with self._log.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, lines))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _order(self, command: str, answer: str) -> None:
        if self._process is None or self._process.stdin is None:
            raise NoServerError(f"cannot {command}: the server was not started by this object, or is closed")
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        self._answer(answer, time.monotonic() + STARTED_WITHIN)

    def _answer(self, wanted: str, until: float) -> list[str]:
        try:
            words = self._answers.get(timeout=max(0.0, until - time.monotonic())).split()
        except queue.Empty:
            raise NoServerError(
                f"OpenSearch was not {wanted} within {STARTED_WITHIN:.0f} s. The end of its log:\n{self.tail()}"
            ) from None
        if not words:
            raise NoServerError(
                f"OpenSearch ended before it was {wanted}. The end of its log:\n{self.tail()}"
            )
        assert words[0] == wanted, words
        return words

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with process.stdout as answers:
            for line in answers:
                self._answers.put(line)
        self._answers.put("")
