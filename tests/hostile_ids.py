"""Run as a process: changes the ids of a segment at random, signs them as right, and asks which it shares with a sound one.

    python hostile_ids.py FOLDER SECTION SEED COUNT

The folder holds an index of one segment; COUNT mutations of SECTION are tried, each by a seed of its own, SEED + i, that
is printed before it is tried. Exit status 0: each ended in documents of the segment, or in CorruptIndexError that names it.
"""

from __future__ import annotations

import faulthandler
import random
import sys
from pathlib import Path

from hostile_search import mutate
from small_archive import contents_of, manifest_of, sign

from searchlib import CorruptIndexError
from searchlib.storage.manifest import SegmentEntry
from searchlib.storage.segment import Segment

DAMAGED, SOUND = "00000090.segment", "00000091.segment"


def try_sharing(damaged: Segment, sound: Segment) -> bool:
    """Each way round, and with itself. True when damage was found."""
    found = False
    for one, other in ((damaged, sound), (sound, damaged), (damaged, damaged)):
        try:
            documents = one.file.ids_in(other.file)
        except CorruptIndexError as error:
            assert DAMAGED in str(error), error
            found = True
        else:
            assert len(documents) <= one.file.documents
            assert all(doc < one.file.documents for doc in documents)
    return found


def main() -> None:
    faulthandler.enable()
    folder, name, seed, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    [values] = manifest_of(folder)["segments"]
    content = (folder / values["file"]).read_bytes()
    contents = contents_of(content)
    start, length = contents["sections"][name]
    (folder / SOUND).write_bytes(content)
    sound = Segment(folder, SegmentEntry(SOUND, contents["documents"], values["checksum"]))
    damaged = 0
    for number in range(seed, seed + count):
        print(number, flush=True)
        part = bytearray(content[start : start + length])
        mutate(part, random.Random(number), [])
        signed, checksum = sign(content[:start] + bytes(part) + content[start + length :])
        (folder / DAMAGED).write_bytes(signed)
        segment = Segment(folder, SegmentEntry(DAMAGED, contents["documents"], checksum))
        damaged += try_sharing(segment, sound)
    print(f"damaged {damaged}", flush=True)


if __name__ == "__main__":
    main()
