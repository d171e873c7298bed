"""Servers and archives that several test files ask. Each process that runs such tests starts its own; see README.md beside this file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .server import Cluster, why_not, why_not_started
from .twins import Twins, sample_archive, twins


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One node, which all tests share: each makes indexes of its own."""
    if reason := why_not():
        pytest.skip(reason)
    with Cluster() as started:
        yield started


@pytest.fixture(scope="module")
def three_nodes() -> Iterator[Cluster]:
    """For tests that stop nodes: each starts again what it stopped."""
    if reason := why_not_started():
        pytest.skip(reason)
    with Cluster(3) as started:
        yield started


@pytest.fixture(scope="session")
def sample_twins(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The sample archive, for those that only ask it."""
    definition, records = sample_archive()
    folder = tmp_path_factory.mktemp("sample") / "index"
    with twins(cluster.urls[0], folder, definition, [records]) as made:
        yield made
