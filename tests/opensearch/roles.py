"""Can each do what the README promises to its role, and not more? anna reads, boris writes, vera owns the index `archive`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from searchlib import Index, RemoteError
from searchlib.remote.index import RemoteIndex
from searchlib.remote.moving import pull

from .articles import article


def check(address: Callable[[str, str], str], folder: Path) -> None:
    """address: of the cluster, for a user and an index. Makes the index `archive`."""
    with pytest.raises(RemoteError, match="the user 'boris' may not do this"):
        RemoteIndex.create(address("boris", "archive"), replicas=0)
    with pytest.raises(RemoteError, match="the user 'vera' may not do this"):
        RemoteIndex.create(address("vera", "another"), replicas=0)
    with RemoteIndex.create(address("vera", "archive"), replicas=0) as index, index.writer() as writer:
        writer.add(article(0))
    assert RemoteIndex.exists(address("boris", "archive"))
    with RemoteIndex.open(address("boris", "archive")) as index, index.writer() as writer:
        for number in range(1, 50):
            writer.add(article(number))
        writer.commit()
        assert writer.delete("id-3")
        assert writer.delete_where('title:"Новость 4"') == 1
        writer.optimize()
        with pytest.raises(RemoteError, match="the user 'boris' may not do this"):
            index._cluster.index_request("DELETE")
    assert RemoteIndex.exists(address("anna", "archive"))
    with RemoteIndex.open(address("anna", "archive")) as index:
        assert len(index) == 48
        assert index.search("саммит").total
        assert index.search("тасмагамбетов").total == 0
        assert index.get("id-5")
        assert "id-3" not in index
        assert index.similar("id-5")
        with Index.create(folder / "back", index.definition) as back:
            pull(index, back)
            assert len(back) == 48
        with pytest.raises(RemoteError, match="the user 'anna' may not do this"), index.writer() as writer:
            writer.add(article(99))
        with pytest.raises(RemoteError, match="the user 'anna' may not do this"):
            RemoteIndex.open(address("anna", "another"))
    with RemoteIndex.open(address("vera", "archive")) as index:
        assert index.stats().documents == 48
        index._cluster.index_request("DELETE")
