"""Where do the tests get a real OpenSearch from?

From Maven, once: its jars stay in Maven's own repository, our class that starts nodes of them in the user's cache. Each
start after that costs some seconds and needs no network. All nodes of a cluster live in one process, or where a test is to
kill them each in its own; either ends with the one that started it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import queue
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping, Sequence
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
    return refusal(class_path)


def refusal(get: Callable[[], object]) -> str | None:
    """Why something of a server cannot be had, in words, or None where it can."""
    try:
        get()
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


def cache() -> Path:
    """The folder for what is fetched or built once."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "searchlib-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def class_path() -> str:
    """The jars of OpenSearch, fetched if they are not here yet, and our class; raises NoServerError."""
    built = build(f"opensearch-{version()}")
    return os.pathsep.join([str(built / "classes"), (built / "classpath").read_text("utf-8")])


def build(name: str, *options: str) -> Path:
    """The folder of this name in the cache, as Maven makes it of the pom with these options; raises NoServerError."""
    java()
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()[:12]
    built = cache() / f"{name}-{digest}"
    with FileLock(
        cache() / f"{built.name}.lock"
    ):  # two processes of a test run: the second finds what the first made
        listed = built / "classpath"
        if not listed.exists() or not all(
            Path(jar).exists() for jar in listed.read_text("utf-8").split(os.pathsep)
        ):
            _build(built, options)
        return built


def _build(built: Path, options: Sequence[str]) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoServerError("no OpenSearch: no mvn on the PATH, which would fetch it")
    command = [maven, "--batch-mode", "--quiet", "--file", str(SOURCES[0]), f"-Dbuilt={built}"]
    command += [*options, "compile"]
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

    settings are those of opensearch.yml, for every node. apart: each node is a process of its own, so that it can be killed.
    heap is that of a process; more is right for a benchmark, as are jvm options other than the default, which is to start
    quickly. Raises NoServerError. Not for several threads, but for the addresses.
    """

    urls: list[str]  # one per node, in their order; a node that was stopped comes back at the same address

    def __init__(
        self,
        nodes: int = 1,
        *,
        apart: bool = False,
        settings: Mapping[str, str | int] | None = None,
        heap: str | None = None,
        jvm: tuple[str, ...] = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
    ) -> None:
        given = os.environ.get(GIVEN)
        self._processes: list[Process | None] = []  # of each node: that in which it is to run
        self._running: set[int] = set()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if given and nodes == 1 and not settings and not apart:
            self.urls = [given.rstrip("/")]
            return
        jars = class_path()
        heap = heap or ("512m" if apart else "640m" if nodes == 1 else "1g")
        ports = free_ports(2 * nodes)
        self.urls = [f"http://127.0.0.1:{port}" for port in ports[:nodes]]
        self._folder = tempfile.TemporaryDirectory(prefix="searchlib-opensearch-", ignore_cleanup_errors=True)
        self._command = [java(), f"-Xms{heap}", f"-Xmx{heap}", *jvm, "-Dlog4j2.level=INFO"]
        self._command += ["-Dfile.encoding=UTF-8", "-cp", jars, "Nodes", self._folder.name]
        self._command += [
            ",".join(f"{one}/{other}" for one, other in zip(ports, ports[nodes:], strict=False))
        ]
        self._settings = [f"{name}={value}" for name, value in (settings or {}).items()]
        self._processes = [None] * nodes
        try:
            for some in [[node] for node in range(nodes)] if apart else [list(range(nodes))]:
                self._launch(some)
            for node in range(nodes):
                self._joined(node)
            self._settle()
        except BaseException:
            self.close()
            raise

    def stop(self, node: int) -> None:
        """An orderly end; the others notice at once. Its documents stay on disk."""
        self._process(node, f"stop {node}").order(f"stop {node}", f"stopped {node}")
        self._running.discard(node)

    def kill(self, node: int) -> None:
        """The end that a crash is, of a node apart: nothing is closed, nothing more is written. The others are not told."""
        process = self._process(node, f"kill {node}")
        if self._processes.count(process) > 1:
            raise NoServerError(f"cannot kill {node}: it shares its process with others")
        process.kill()
        self._processes[node] = None
        self._running.discard(node)

    def start(self, *nodes: int) -> None:
        """Those that were stopped or killed. Returns when they have joined the others; their shards may not be back yet."""
        for node in nodes:
            process = self._processes[node] if self._processes else None
            if process is None:
                self._launch([node])
            else:
                process.tell(f"start {node}")
        for node in nodes:
            self._joined(node)
        self._settle()

    def close(self) -> None:
        """Ends all nodes and removes what they kept. Nothing happens to a server that was given."""
        processes, self._processes = self._processes, []
        for process in processes:
            if process is not None:
                process.kill()  # nothing of it is wanted any more
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _launch(self, nodes: list[int]) -> None:
        if self._folder is None:
            raise NoServerError("cannot start: the server was not started by this object, or is closed")
        listed = ",".join(map(str, nodes))
        command = [*self._command, listed, *self._settings]
        process = Process(command, Path(self._folder.name) / f"log-{listed}")
        for node in nodes:
            self._processes[node] = process

    def _joined(self, node: int) -> None:
        self._process(node, f"start {node}").answer(f"ready {node}")
        self._running.add(node)

    def _settle(self) -> None:
        """Waits until those that run, if they are a majority, have all joined and agreed on who votes: before that the end
        of one node may leave the others without a cluster manager."""
        if 2 * len(self._running) <= len(self.urls):
            return
        wanted = f"wait_for_nodes={len(self._running)}&wait_for_events=languid&timeout=60s"
        url = f"{self.urls[min(self._running)]}/_cluster/health?{wanted}"
        try:
            with urllib.request.urlopen(url, timeout=90) as answer:
                late = json.load(answer)["timed_out"]
        except OSError as error:
            raise NoServerError(f"the nodes did not find each other: {error}") from error
        if late:
            raise NoServerError("the nodes did not find each other within 60 s")

    def _process(self, node: int, purpose: str) -> Process:
        process = self._processes[node] if self._processes else None
        if process is None:
            raise NoServerError(f"cannot {purpose}: it is not running, or was not started by this object")
        return process


class Process:
    """One that runs Nodes. It ends with this one; log: a file for what it says, the end of which is in each NoServerError."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log
        with log.open("a") as file:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                encoding="utf-8",
            )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()  # an empty line at the end
        threading.Thread(target=self._listen, daemon=True).start()

    def order(self, command: str, answer: str) -> None:
        self.tell(command)
        self.answer(answer)

    def tell(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def answer(self, wanted: str) -> None:
        """Waits for an answer. Raises NoServerError when there is none."""
        try:
            line = self._answers.get(timeout=STARTED_WITHIN)
        except queue.Empty:
            raise NoServerError(
                f"no '{wanted}' from OpenSearch within {STARTED_WITHIN:.0f} s. The end of its log:\n{self._tail()}"
            ) from None
        if not line:
            raise NoServerError(f"OpenSearch ended before '{wanted}'. The end of its log:\n{self._tail()}")
        assert line.strip() == wanted, line

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdin
        self._process.stdin.close()

    def _tail(self, lines: int = 30) -> str:
        with self._log.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, lines))

    def _listen(self) -> None:
        assert self._process.stdout
        with self._process.stdout as answers:
            for line in answers:
                self._answers.put(line)
        self._answers.put("")


def free_ports(count: int) -> list[int]:
    """That were free a moment ago: a node that is started again has the one that its clients know."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]
