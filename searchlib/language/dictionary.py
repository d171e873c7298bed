"""Where does the knowledge of Russian words come from? The files of pymorphy3's dictionary, read without pymorphy3.

The package pymorphy3-dicts-ru holds OpenCorpora's dictionary in pymorphy3's format 2.4 (its documentation, "Dictionaries"):
paradigms, their suffixes and tags, automata of words, of endings and of P(tag | word). The automata, 14 MB, are
mapped, so processes share them; the rest takes less than 3 MB.
"""

from __future__ import annotations

import mmap
import re
from array import array
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from searchlib.errors import DictionaryError
from searchlib.language._russian import Lemmatizer

__all__ = ["KNOWN_PREFIXES", "load"]

_KNOWN_PREFIXES = (
    "авиа авто аква анти антропо архи арт астро аудио аэро без бес био вело взаимо вне внутри видео вперед впереди "
    "гекто гелио гео гетеро гига гигро гипер гипо гомо дву двух де дез дека деци дис до евро за зоо интер инфра квази "
    "кило кино контр космо крипто лже макро макси мало меж медиа мега мета метео метро микро милли мини моно мото много "
    "мульти нано нарко не небез недо нейро нео низко обще одно около орто палео пан пара пента пере пиро поли полу после "
    "пост порно пра пред противо прото псевдо радио разно ре ретро само санти сверх спец суб супер супра теле тетра транс "
    "ультра экзо эко эндо экс экстра электро энерго этно"
)
KNOWN_PREFIXES = tuple(_KNOWN_PREFIXES.split())
"""pymorphy3's prefixes that leave the reading of a word as it is, without those that end in a hyphen: a hyphenated
word is never predicted as a whole."""

_CLOSED = re.compile(r"\b(?:NUMR|NPRO|PRED|PREP|CONJ|PRCL|INTJ|Apro)\b")
_NAME = re.compile(r"\b(?:Name|Surn|Patr|Geox|Orgn|Trad)\b")
_FORMAT = "2."

T = TypeVar("T")


def load(path: str | Path, threshold: float) -> Lemmatizer:
    """The dictionary in a folder; threshold: see russian.py. Raises DictionaryError when it cannot be used."""
    folder = Path(path)
    try:
        meta = dict(_json(folder / "meta.json", list[tuple[str, Any]]))
        if not str(meta["format_version"]).startswith(_FORMAT):
            raise DictionaryError(folder, f"its format is {meta['format_version']}, and {_FORMAT}x is read")
        options = meta["compile_options"]
        prefixes = msgspec.convert(options["paradigm_prefixes"], list[str])
        longest_ending = msgspec.convert(options["max_suffix_length"], int)
        tags = _json(folder / meta["gramtab_formats"]["opencorpora-int"], list[str])
        suffixes = _json(folder / "suffixes.json", list[str])
        first: dict[str, int] = {}
        # pymorphy3 compares tags by their grammemes, whatever separates those of the lexeme and those of the form
        same = array("H", [first.setdefault(tag.replace(" ", ",", 1), n) for n, tag in enumerate(tags)])
        return Lemmatizer(
            str(folder),
            _map(folder / "words.dawg"),
            _map(folder / "p_t_given_w.intdawg"),
            [_map(folder / f"prediction-suffixes-{n}.dawg") for n in range(len(prefixes))],
            (folder / "paradigms.array").read_bytes(),
            _strings(prefixes),
            _strings(suffixes),
            _strings(tags),
            _strings(sorted(KNOWN_PREFIXES, key=lambda prefix: (prefix[0], -len(prefix)))),
            same.tobytes(),
            bytes([_CLOSED.search(tag) is not None for tag in tags]),
            bytes([_NAME.search(tag) is not None for tag in tags]),
            longest_ending,
            threshold,
        )
    except OSError as error:
        raise DictionaryError(folder, f"{error.filename or 'a file'}: {error.strerror}") from error
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise DictionaryError(folder, f"its tables are damaged ({error})") from error


def _json(path: Path, kind: type[T]) -> T:
    return msgspec.json.decode(path.read_bytes(), type=kind)


def _map(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _strings(strings: list[str]) -> bytes:
    """As the native code reads them: ё as е, a zero byte behind each."""
    return "".join(string + "\0" for string in strings).replace("ё", "е").encode()
