"""Does the OpenSearch that the tests start do what indexes of searchlib rest on, and does the front fail as told?"""

from __future__ import annotations

import json
import re
import ssl
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import front as fronts
from .front import Front
from .server import HERE, Cluster, NoServerError, version

ANALYSIS = {
    "analyzer": {"terms": {"type": "custom", "tokenizer": "whitespace", "filter": ["alternatives", "holes"]}},
    "filter": {
        "alternatives": {"type": "pattern_capture", "preserve_original": False, "patterns": ["([^|]+)"]},
        "holes": {"type": "stop", "stopwords": ["_"]},
    },
}


def ask(url: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        url + path, data, {"Content-Type": "application/json", **headers}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def index(url: str, name: str, texts: list[str], shards: int = 1, replicas: int = 0) -> None:
    settings = {"number_of_shards": shards, "number_of_replicas": replicas, "analysis": ANALYSIS}
    mapping = {"properties": {"text": {"type": "text", "analyzer": "terms"}}}
    ask(url, "PUT", f"/{name}", {"settings": settings, "mappings": mapping})
    lines = [line for n, text in enumerate(texts) for line in ({"index": {"_id": str(n)}}, {"text": text})]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    assert not ask(url, "POST", f"/{name}/_bulk?refresh=true", body)["errors"]


def phrase(url: str, name: str, text: str) -> list[str]:
    body = {"query": {"match_phrase": {"text": text}}, "sort": ["_doc"]}
    return [hit["_id"] for hit in ask(url, "POST", f"/{name}/_search", body)["hits"]["hits"]]


@pytest.fixture
def name(cluster: Cluster) -> Iterator[str]:
    made = f"test-{uuid.uuid4().hex}"
    yield made
    ask(cluster.urls[0], "DELETE", f"/{made}?ignore_unavailable=true")


def test_alternatives_share_a_position_and_stop_words_leave_a_hole(cluster: Cluster, name: str) -> None:
    url = cluster.urls[0]
    index(url, name, ["саммит одкб|csto стать|сталь", "саммит _ одкб", "одкб"])
    assert phrase(url, name, "csto сталь") == ["0"]
    assert phrase(url, name, "саммит одкб") == ["0"]
    assert phrase(url, name, "саммит _ одкб") == ["1"]


def test_documents_outlive_a_restart(cluster: Cluster, name: str) -> None:
    url = cluster.urls[0]
    index(url, name, ["саммит"])
    try:
        cluster.stop(0)
    except NoServerError as reason:
        pytest.skip(str(reason))
    with pytest.raises(urllib.error.URLError, match="refused"):
        ask(url, "GET", "/")
    cluster.start(0)
    ask(url, "GET", f"/_cluster/health/{name}?wait_for_status=green&timeout=30s")
    assert phrase(url, name, "саммит") == ["0"]


def test_scripts_and_deletion_by_a_query(cluster: Cluster, name: str) -> None:
    url = cluster.urls[0]
    index(url, name, ["саммит саммит", "саммит одкб"])
    query = {"match": {"text": "саммит"}}
    for source, language in ("2 * termFreq('text', 'саммит')", "painless"), ("_score * 0 + 7", "expression"):
        script = {"source": source, "lang": language}
        found = ask(
            url, "POST", f"/{name}/_search", {"query": {"script_score": {"query": query, "script": script}}}
        )
        scores = {hit["_id"]: hit["_score"] for hit in found["hits"]["hits"]}
        assert scores == ({"0": 4.0, "1": 2.0} if language == "painless" else {"0": 7.0, "1": 7.0})
    answer = ask(
        url, "POST", f"/{name}/_delete_by_query?refresh=true", {"query": {"match": {"text": "одкб"}}}
    )
    assert answer["deleted"] == 1
    assert phrase(url, name, "саммит") == ["0"]


def test_two_of_three_nodes_go_on(three_nodes: Cluster) -> None:
    first, second, _ = three_nodes.urls
    index(first, "kept", ["саммит"] * 30, shards=3, replicas=2)
    assert ask(second, "GET", "/_cluster/health?wait_for_status=green&timeout=60s")["number_of_nodes"] == 3
    three_nodes.stop(0)
    with pytest.raises(urllib.error.URLError):
        ask(first, "GET", "/")
    assert ask(second, "GET", "/_cluster/health?wait_for_nodes=2&timeout=60s")["number_of_nodes"] == 2
    assert ask(second, "POST", "/kept/_count", {"query": {"match": {"text": "саммит"}}})["count"] == 30
    three_nodes.start(0)
    assert ask(first, "GET", "/_cluster/health?wait_for_status=green&timeout=60s")["number_of_nodes"] == 3


def test_a_server_that_does_not_start_says_why(cluster: Cluster) -> None:
    with pytest.raises(NoServerError, match=r"(?s)ended before .ready.*unknown setting \[no.such.setting\]"):
        Cluster(settings={"no.such.setting": 1})


def test_users_get_the_version_that_is_tested() -> None:
    compose = (HERE.parents[1] / "searchlib" / "remote" / "compose.yaml").read_text("utf-8")
    assert re.findall(r"opensearch:(\S+)", compose) == [version()]


@pytest.fixture
def front(cluster: Cluster) -> Iterator[Front]:
    if reason := fronts.why_not():
        pytest.skip(reason)
    with Front(cluster.urls[0], user=("reader", "sesame"), api_key="a2V5") as made:
        yield made


def through(
    front: Front, path: str = "/", authority: Path | None = None, authorization: str = "ApiKey a2V5"
) -> Any:
    request = urllib.request.Request(front.url + path, headers={"Authorization": authorization})
    context = ssl.create_default_context(cafile=authority or front.authority)
    with urllib.request.urlopen(request, timeout=5, context=context) as answer:
        return json.loads(answer.read())


def test_the_front_asks_for_a_password_or_a_key_and_has_a_certificate(front: Front, tmp_path: Path) -> None:
    assert through(front)["version"]["number"]
    assert through(front, authorization="Basic cmVhZGVyOnNlc2FtZQ==")["version"]["number"]
    for wrong in "", "ApiKey a2V6", "Basic cmVhZGVyOg==":
        with pytest.raises(urllib.error.HTTPError, match="401"):
            through(front, authorization=wrong)
    other = fronts.certificate(tmp_path, "DNS:localhost")
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        through(front, authority=other)
    with (
        Front(front.node, names=("DNS:elsewhere.example",)) as misnamed,
        pytest.raises(urllib.error.URLError, match="Hostname mismatch"),
    ):
        through(misnamed)


def test_the_front_fails_as_often_as_told(front: Front) -> None:
    front.refuse(429, times=2, path="/_count", retry_after=3)
    assert through(front)
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError, match="429") as refused:
            through(front, "/_count")
        assert refused.value.headers["Retry-After"] == "3"
    assert through(front, "/_count")["count"] >= 0
    front.hang_up()
    with pytest.raises(ConnectionError):
        through(front)
    front.cut()
    with pytest.raises(Exception, match="IncompleteRead"):
        through(front)
    front.spoil()
    with pytest.raises(ValueError, match="Expecting value"):
        through(front)
    front.hang(60)
    with pytest.raises(TimeoutError):
        through(front)
    assert [path for _, path in front.requests].count("/_count") == 3
    assert through(front)["version"]["number"]
