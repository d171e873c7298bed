"""Does an archive on a cluster answer queries as the one on disk does: the same documents in the same order, with the same scores?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.corpora.archive import Archive
from searchlib.definitions import NEWS

from .parity_queries import KINDS, WRITTEN, drawn
from .server import Cluster
from .twins import Twins, twins

GENERATED = 1_500  # documents
EACH = 8  # queries of a kind


@pytest.fixture(scope="module")
def generated(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Documents without dates, tags or a language among others, some added again in another wording, and some of the same wording."""
    archive = Archive(7)
    records = [dict(archive.article(number)) for number in range(GENERATED)]
    for number, record in enumerate(records):
        if number % 11 == 0:
            del record["date"]
        if number % 13 == 0:
            del record["tags"]
        if number % 17 == 0:
            record["source"] = None
    again = [{**records[number], "text": records[number + 1]["text"]} for number in range(0, GENERATED, 40)]
    same = [{**records[number], "id": f"same-{number}"} for number in range(0, GENERATED, 50)]
    folder = tmp_path_factory.mktemp("generated") / "index"
    batches = [records[: GENERATED // 2], records[GENERATED // 2 :], again + same]
    with twins(cluster.urls[0], folder, NEWS, batches) as made:
        yield made


@pytest.mark.parametrize("kind", WRITTEN)
def test_sample_archive_answers_alike(sample_twins: Twins, kind: str) -> None:
    wrong = []
    for query, options in WRITTEN[kind]:
        wrong += [f"{query} {options or ''}: {what}" for what in sample_twins.differences(query, **options)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_generated_archive_answers_alike(generated: Twins, kind: str) -> None:
    wrong = []
    for query, options in drawn(Archive(7), GENERATED, kind, EACH):
        wrong += [f"{query} {options or ''}: {what}" for what in generated.differences(query, **options)]
    assert not wrong, "\n".join(wrong)
