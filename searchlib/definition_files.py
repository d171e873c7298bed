"""Which definition is in a TOML file, and where are the files that it names?"""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Final

from searchlib.definitions import Definition
from searchlib.errors import DefinitionError

__all__ = ["load_definition"]

MAX_FILE: Final = 1 << 20  # bytes: a larger file is somebody's documents given by mistake


def load_definition(path: str | PathLike[str]) -> Definition:
    """The Definition in a TOML file. Raises DefinitionError, which names the file and the key.

    Relative sources and dictionaries are taken from the file's folder, and globs are expanded in sorted order; a glob that
    matches nothing stays as it is, so that reading it says what is missing. The file of synonyms is read: an index needs it
    no more. The name is the file's when none is given.
    """
    import tomllib

    file = Path(path)
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise DefinitionError(
                "too large for a definition (over 1 MB); is this a file of documents?", path=file
            )
        values = tomllib.loads(content.decode("utf-8-sig"))
        if "synonyms" in values:
            values["synonyms"] = _read_synonyms(values["synonyms"], file.parent)
        definition = Definition.from_dict(values)
        sources = tuple(source for pattern in definition.sources for source in _expand(pattern, file.parent))
        dictionaries = definition.dictionaries
        if dictionaries is not None:
            dictionaries = tuple(_beside(one, file.parent) for one in dictionaries)
        return replace(
            definition, sources=sources, dictionaries=dictionaries, name=definition.name or file.stem
        )
    except OSError as error:
        raise DefinitionError(f"cannot be read: {error.strerror or error}", path=file) from error
    except UnicodeDecodeError as error:
        raise DefinitionError("not in UTF-8; save the file as UTF-8", path=file) from error
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"not valid TOML: {error}", path=file) from error
    except RecursionError as error:
        raise DefinitionError("not valid TOML: nested too deeply", path=file) from error
    except DefinitionError as error:
        if error.path is not None:  # it is about the file of synonyms
            raise
        raise DefinitionError(error.message, path=file, key=error.key) from error


def _beside(name: str, folder: Path) -> str:
    if not name or "\0" in name:
        raise DefinitionError(f"not a path: {name!r}", key="dictionaries")
    return str((folder / name).absolute())


def _read_synonyms(name: object, folder: Path) -> tuple[str, ...]:
    from searchlib.language.synonyms import read

    if not isinstance(name, str) or not name or "\0" in name:
        raise DefinitionError(f"the path of a file of synonyms, not {name!r}", key="synonyms")
    return read(folder / name)


def _expand(pattern: str, folder: Path) -> list[str]:
    if pattern == "-":
        raise DefinitionError("standard input cannot be a definition's source", key="sources")
    if not pattern or "\0" in pattern:
        raise DefinitionError(f"not a path: {pattern!r}", key="sources")
    if any(sign in pattern for sign in "*?[") and not (folder / pattern).exists():
        from glob import glob

        found = sorted(glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207  Path.glob takes no absolute pattern
        if found:
            return [str(folder / one) for one in found]
    return [str(folder / pattern)]
