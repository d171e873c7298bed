"""Does an archive on Elasticsearch answer as the one on disk does, and is moved and written to as on OpenSearch?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.corpora.archive import Archive
from searchlib import Index
from searchlib.definitions import NEWS
from searchlib.remote.index import RemoteIndex
from searchlib.remote.moving import pull, push

from . import elasticsearch, roles
from .articles import article, once, present
from .elasticsearch import Elasticsearch
from .parity_queries import KINDS, WRITTEN, drawn
from .twins import Twins, remove, sample_archive, twins

GENERATED = 400  # documents
EACH = 3  # queries of a kind

ROLES = """
reader:
  indices:
    - names: ["archive", "archive.words"]
      privileges: ["read", "view_index_metadata"]
writer:
  indices:
    - names: ["archive", "archive.words"]
      privileges: ["read", "view_index_metadata", "write", "maintenance"]
owner:
  indices:
    - names: ["archive", "archive.words"]
      privileges: ["read", "view_index_metadata", "write", "maintenance", "monitor", "create_index", "delete_index"]
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if reason := elasticsearch.why_not():
        pytest.skip(reason)
    with closing(Elasticsearch()) as started:
        yield started.url


@pytest.fixture(scope="module")
def sample(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    definition, records = sample_archive()
    folder = tmp_path_factory.mktemp("sample") / "index"
    with twins(url, folder, definition, [records], [3]) as made:
        yield made


@pytest.fixture(scope="module")
def generated(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    archive = Archive(7)
    records = [dict(archive.article(number)) for number in range(GENERATED)]
    again = [{**records[number], "text": records[number + 1]["text"]} for number in range(0, GENERATED, 40)]
    folder = tmp_path_factory.mktemp("generated") / "index"
    with twins(url, folder, NEWS, [records, again], [3]) as made:
        yield made


def test_sample_archive_answers_alike(sample: Twins) -> None:
    wrong = []
    for kind, asked in WRITTEN.items():
        for query, options in asked:
            wrong += [f"{kind}: {query} {options}: {what}" for what in sample.differences(query, **options)]
    assert not wrong, "\n".join(wrong)


def test_generated_archive_answers_alike(generated: Twins) -> None:
    wrong = []
    for kind in KINDS:
        for query, options in drawn(Archive(7), GENERATED, kind, EACH):
            wrong += [
                f"{kind}: {query} {options}: {what}" for what in generated.differences(query, **options)
            ]
    assert not wrong, "\n".join(wrong)


def test_it_is_written_to_and_moved(url: str, tmp_path: Path) -> None:
    address = f"{url}/moved-{uuid.uuid4().hex}"
    with RemoteIndex.create(address, replicas=0) as index:
        with index.writer(batch_mb=0.02) as writer:
            for number in range(300):
                writer.add(article(number % 200))
            assert writer.delete("id-7")
            assert not writer.delete("nobody")
            assert writer.delete_where('title:"Новость 8"') == 1
            writer.optimize()
        assert present(index) == once(200) - once(9) + once(7)
        assert index.stats().documents == 198
    remove(address)


def test_a_pull_sees_one_moment(url: str, tmp_path: Path) -> None:
    address = f"{url}/moment-{uuid.uuid4().hex}"
    with RemoteIndex.create(address, NEWS, replicas=0) as remote:
        here = Index.create(tmp_path / "here", NEWS)
        with here.writer() as writer:
            for number in range(150):
                writer.add({"id": f"id-{number}", "text": "саммит"})
        push(here, remote)
        changed = False

        def change(done: int, total: int) -> None:
            nonlocal changed
            if not changed:
                changed = True
                with remote.writer() as sending:
                    sending.delete("id-149")
                    sending.add({"id": "late", "text": "саммит"})

        back = Index.create(tmp_path / "back", NEWS)
        pull(remote, back, on_progress=change)
        assert changed and "id-149" in back and "late" not in back and len(back) == 150
        here.close()
        back.close()
    remove(address)


def test_roles_that_are_enough(tmp_path: Path) -> None:
    if reason := elasticsearch.why_not():
        pytest.skip(reason)
    users = {"anna": ("reads", "reader"), "boris": ("writes", "writer"), "vera": ("owns", "owner")}
    with closing(Elasticsearch(roles=ROLES, users=users)) as secured:

        def address(user: str, index: str) -> str:
            return secured.url.replace("//", f"//{user}:{users[user][0]}@") + f"/{index}"

        roles.check(address, tmp_path)
