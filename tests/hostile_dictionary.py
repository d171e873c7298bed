"""Run as a process: damages a file of the dictionary of Russian words at random, loads it and asks. A crash is a signal.

    python hostile_dictionary.py FOLDER FILE SEED COUNT

The folder holds a copy of the dictionary; each of COUNT mutations has a seed of its own, SEED + i, that is printed before
it is tried. Exit status 0: each ended in answers or DictionaryError. The number of those that ended in DictionaryError is
the last line.
"""

from __future__ import annotations

import faulthandler
import random
import sys
from pathlib import Path

from searchlib import DictionaryError
from searchlib.language.dictionary import load

WORDS = """
    саммита нашли банки мир все ее еще елка елей перенесенное веселее шольца байткода бутявкать недоперепил порежь
    пополнее наилучший наиярчайшее антиправительственного псевдокошка кхмера город-герой премьер-министра тысячелетие
    саксенгаузена тасмагамбетовым пере переедет еееееееее неенеенееедее а ежа недонедонедонедонедошок ѣхалъ
    """.split()  # noqa: SIM905


def damage(data: bytes, draw: random.Random) -> bytes:
    """One of the ways in which a file goes bad, from a flipped bit to a page of noise."""
    changed = bytearray(data)
    kind = draw.randrange(6)
    if kind == 0:
        return bytes(changed[: draw.choice((0, 1, 3, 4, 5, draw.randrange(len(changed)), len(changed) - 1))])
    if kind == 1:  # what the file says of itself
        changed[:4] = draw.choice((0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, draw.randrange(2**32))).to_bytes(
            4, "little"
        )
    elif kind == 2:  # the first states, which every word passes
        for _ in range(draw.randint(1, 20)):
            changed[draw.randrange(min(4096, len(changed)))] = draw.randrange(256)
    elif kind == 3:
        for _ in range(max(1, len(changed) // draw.choice((20, 200, 2000)))):
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    elif kind == 4:
        start = draw.randrange(len(changed))
        size = min(draw.choice((16, 4096, 2**20)), len(changed) - start)
        changed[start : start + size] = draw.randbytes(size)
    else:  # a part of the file in place of another: states that point back
        size = draw.randrange(1, len(changed))
        start, other = draw.randrange(len(changed)), draw.randrange(len(changed))
        piece = changed[start : start + size]
        changed[other : other + len(piece)] = piece
    return bytes(changed)


def main() -> None:
    faulthandler.enable()
    folder, name, seed, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    sound = (folder / name).read_bytes()
    found_out = 0
    for at in range(seed, seed + count):
        print(at, flush=True)
        (folder / "damaged").write_bytes(damage(sound, random.Random(at)))
        (folder / "damaged").replace(folder / name)
        refused = False
        try:
            dictionary = load(folder, 0.05)
        except DictionaryError:
            found_out += 1
            continue
        for word in WORDS:
            try:
                answer = dictionary.lemmas(word)
                assert answer and all(isinstance(lemma, str) for lemma in answer), word
            except DictionaryError:
                refused = True
        found_out += refused
        del dictionary  # Windows replaces no file that is mapped
    print(f"damaged {found_out}", flush=True)


if __name__ == "__main__":
    main()
