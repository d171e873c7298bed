"""Run as a process: changes the files of an index at random and asks it everything. A crash shows as a signal.

    python hostile_index.py FOLDER plain|signed SEED COUNT

COUNT mutations are tried, each by a seed of its own, SEED + i, that is printed before it is tried: bytes changed, blocks copied,
zeroed, put in, taken out, or come from another file. Exit status 0: plain, each was told or did no harm; signed, with all hashes and
checksums made right again and numbers of the tables changed, each ended in answers of whatever kind or was told.
"""

from __future__ import annotations

import faulthandler
import json
import random
import sys
from pathlib import Path
from typing import Any

from everything_said import DAMAGE, DAMAGED, QUESTIONS, everything, rewritten
from small_archive import contents_of, seal
from watched_disk import no_syncs

import searchlib
from searchlib.storage._segment import hash64

Files = dict[str, bytes]
VALUES: tuple[Any, ...] = (
    0,
    1,
    -1,
    2,
    255,
    1 << 16,
    1 << 31,
    1 << 32,
    1 << 63,
    1.5,
    None,
    "",
    "text",
    [],
    {},
)


def mutate(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """One random change, of a few bytes or of a block."""
    changed = bytearray(content)
    at = chance.randrange(len(content) + 1)
    size = chance.choice((1, 4, 8, 32, 200))
    what = chance.randrange(7)
    if what == 0:
        for _ in range(chance.choice((1, 2, 5, 20))):
            changed[chance.randrange(len(content))] = chance.randrange(256)
    elif what == 1:
        changed[at : at + size] = bytes(len(changed[at : at + size]))
    elif what == 2:
        start = chance.randrange(len(content))
        block = content[start : start + size]
        changed[at : at + len(block)] = block
    elif what == 3:
        changed[at:at] = chance.randbytes(size)
    elif what == 4:
        del changed[at : at + size]
    elif what == 5:
        other = chance.choice(others)
        start = chance.randrange(len(other))
        block = other[start : start + size]
        changed[at : at + len(block)] = block
    else:
        other = chance.choice(others)
        changed[at:] = other[chance.randrange(len(other)) :]
    return bytes(changed)


def tweak(values: Any, chance: random.Random) -> None:
    """Changes one value somewhere in a JSON object."""
    keys = list(values) if isinstance(values, dict) else range(len(values))
    key = chance.choice(keys)
    if isinstance(values[key], dict | list) and values[key] and chance.random() < 0.9:
        tweak(values[key], chance)
    elif isinstance(values, dict) and chance.random() < 0.1:
        del values[key]
    elif type(values[key]) is int and chance.random() < 0.5:
        values[key] += chance.choice((-8, -4, -1, 1, 4, 8))
    else:
        values[key] = chance.choice(VALUES)


def plain(files: Files, chance: random.Random) -> Files:
    """One file or two changed."""
    changed = dict(files)
    for name in chance.sample(sorted(files), chance.choice((1, 1, 1, 2))):
        changed[name] = mutate(files[name], [*files.values()], chance)
    return changed


def signed(files: Files, chance: random.Random) -> Files:
    """Segments, deletions or the manifest changed, and all signed so that it looks as it was written."""
    changed = dict(files)
    manifest = json.loads(files["manifest"].split(b"\n")[0])
    segments = [files[entry["file"]] for entry in manifest["segments"]]
    what = chance.random()
    entry = chance.choice(manifest["segments"])
    if what < 0.75:
        contents = contents_of(files[entry["file"]])
        sections = files[entry["file"]][: contents["covered"]]
        for _ in range(chance.choice((1, 1, 2))):
            if chance.random() < 0.25:
                tweak(contents, chance)
            else:
                sections = mutate(sections, segments, chance)
        if chance.random() < 0.9:
            contents |= {"covered": len(sections), "hashes": len(sections)}
        changed[entry["file"]], entry["checksum"] = seal(sections, contents)
    elif what < 0.85:
        [entry] = [entry for entry in manifest["segments"] if entry["deletions"]]
        body = mutate(files[entry["deletions"]][:-8], segments, chance)
        entry["deletions_checksum"] = hash64(body)
        changed[entry["deletions"]] = body + hash64(body).to_bytes(8, "little")
        alive = int.from_bytes(body[16:], "little").bit_count()
        entry["deleted"] = entry["documents"] - alive
    else:
        following = manifest["next"]
        tweak(manifest, chance)
        manifest["next"] = following  # test_hostile_indexes.py has a test of its own for it
    text = json.dumps(manifest, ensure_ascii=False).encode()
    if what > 0.95:
        text = mutate(text, segments, chance)
    changed["manifest"] = text + b"\n%016x\n" % hash64(text)
    return changed


def put(folder: Path, files: Files) -> None:
    """Makes these the files of the index. Each is a new file, so that nobody has the old one mapped."""
    for path in folder.iterdir():
        if not path.name.startswith("lock"):
            path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def try_plain(folder: Path, truth: tuple[dict[str, object], object]) -> bool:
    said, after = everything(folder), rewritten(folder)
    for name, value in said.items():
        assert value in (DAMAGED, truth[0][name]), name
    assert after in (DAMAGED, truth[1])
    return DAMAGED in (*said.values(), after)


def try_signed(folder: Path) -> bool:
    told = False
    index: searchlib.Index | None = None
    for question in QUESTIONS.values():
        try:
            index = index or searchlib.Index.open(folder)
            question(index)
        except DAMAGE:
            told = True
        except searchlib.QueryError:
            pass  # a field has another name
        except LookupError as error:
            assert "there is no document with the id" in str(error)
    index = None
    return rewritten(folder) == DAMAGED or told


def main() -> None:
    faulthandler.enable()
    folder, kind, seed, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    files = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith("lock")}
    damaged = 0
    with no_syncs():
        truth = everything(folder), rewritten(folder)
        for number in range(seed, seed + count):
            print(number, flush=True)
            chance = random.Random(number)
            put(folder, plain(files, chance) if kind == "plain" else signed(files, chance))
            damaged += try_plain(folder, truth) if kind == "plain" else try_signed(folder)
    print(f"damaged {damaged}", flush=True)


if __name__ == "__main__":
    main()
