"""Run as a process: changes bytes of a segment at random, signs them as right, and merges it. A crash shows as a signal.

    python hostile_merge.py FOLDER SECTION SEED COUNT

The folder holds an index of one segment; COUNT mutations of SECTION are tried, each by a seed of its own, SEED + i, that
is printed before it is tried. Exit status 0: each ended in a segment, which can be merged again, or in CorruptIndexError that
names the damaged file and leaves nothing behind.
"""

from __future__ import annotations

import faulthandler
import random
import sys
from pathlib import Path

from hostile_search import heads_of, mutate
from naive_merge import bits_of
from small_archive import contents_of, manifest_of, sign

from searchlib import CorruptIndexError
from searchlib.definitions import Definition
from searchlib.storage.manifest import Manifest, SegmentEntry
from searchlib.storage.merger import merge
from searchlib.storage.segment import Segment

DAMAGED, SOUND, MERGED, AGAIN = (f"{number:08}.segment" for number in range(90, 94))


def merged(
    folder: Path, file: str, definition: Definition, entries: list[SegmentEntry], live: list[bytes | None]
) -> SegmentEntry:
    segments = [Segment(folder, entry) for entry in entries]
    result = merge(folder, file, definition, segments, live, durable=False)
    assert result is not None
    entry, numbers = result
    assert entry.documents == sum(number >= 0 for one in numbers for number in one)
    return entry


def try_merging(
    folder: Path, damaged: SegmentEntry, sound: SegmentEntry, definition: Definition, chance: random.Random
) -> bool:
    """Merges a segment alone or with a sound one. True when damage was found."""
    entries = chance.choice([[damaged], [damaged, sound], [sound, damaged]])
    share = chance.choice([0.0, 0.0, 0.1, 0.5, 0.99])
    live = [bits_of([not n or chance.random() >= share for n in range(entry.documents)]) for entry in entries]
    try:
        entry = merged(folder, MERGED, definition, entries, live)
    except CorruptIndexError as error:
        assert DAMAGED in str(error), error
        assert not (folder / MERGED).exists()
        return True
    merged(folder, AGAIN, definition, [entry], [None])
    return False


def main() -> None:
    faulthandler.enable()
    folder, name, seed, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    [values] = manifest_of(folder)["segments"]
    content = (folder / values["file"]).read_bytes()
    contents = contents_of(content)
    start, length = contents["sections"][name]
    definition = Manifest.read(folder).definition
    (folder / SOUND).write_bytes(content)
    sound = SegmentEntry(SOUND, contents["documents"], values["checksum"])
    heads = heads_of(name, content, contents)
    damaged = 0
    for number in range(seed, seed + count):
        print(number, flush=True)
        chance = random.Random(number)
        part = bytearray(content[start : start + length])
        mutate(part, chance, heads)
        signed, checksum = sign(content[:start] + bytes(part) + content[start + length :])
        (folder / DAMAGED).write_bytes(signed)
        entry = SegmentEntry(DAMAGED, contents["documents"], checksum)
        damaged += try_merging(folder, entry, sound, definition, chance)
    print(f"damaged {damaged}", flush=True)


if __name__ == "__main__":
    main()
