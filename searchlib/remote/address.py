"""Where is an archive on an OpenSearch cluster, and who asks for it?

    opensearch://reader:secret@search.example.org/news          HTTP on port 9200
    opensearch://search.example.org:9201/news?tls=true          the same over TLS
    opensearch://one,two:9201,[2001:db8::3]/news                several nodes of one cluster: another answers when one does not
    https://example.org/search/news                             TLS on port 443; what stands before the index is a path of a proxy

`opensearch://` is plain HTTP unless `tls=true` is said. `http://` and `https://` have the web's ports, 80 and 443, unless
another is given. Characters that mean something in a URL are percent-encoded in user, password and index.

What should not stand in a command line may stand in the environment: SEARCHLIB_OPENSEARCH_USER and _PASSWORD, or _API_KEY
instead of them, and _CA, a file of certificates in PEM that the server's is checked against instead of those of the
system. The URL goes before the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from urllib.parse import quote, unquote

from searchlib.errors import RemoteError

__all__ = ["Address"]

USER: Final = "SEARCHLIB_OPENSEARCH_USER"
PASSWORD: Final = "SEARCHLIB_OPENSEARCH_PASSWORD"
API_KEY: Final = "SEARCHLIB_OPENSEARCH_API_KEY"
CA: Final = "SEARCHLIB_OPENSEARCH_CA"

_PORTS: Final = {"opensearch": 9200, "http": 80, "https": 443}
_EXAMPLE: Final = "an address is opensearch://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]]/INDEX"
_FORBIDDEN: Final = re.compile(r'[\\/*?"<>| ,#:\x00-\x1f]')
_LONGEST_INDEX: Final = 255  # bytes of UTF-8


@dataclass(frozen=True, slots=True)
class Address:
    """One index of one cluster. str() and repr() show no password and no key. Immutable, so that threads may share it.

    hosts: (host, port) of each node that is known; prefix: the path of a proxy before the index, "" or "/search";
    ca: a file of certificates, or None for the system's; user and api_key: at most one of them is given.
    """

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    index: str
    prefix: str = ""
    tls: bool = False
    ca: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, environ: Mapping[str, str] | None = None) -> Address:
        """The address that a URL and the environment (default: os.environ) say.

        Raises RemoteError, which says what is wrong with it and shows no password.
        """
        return _parse(url, os.environ if environ is None else environ)

    def at(self, index: str) -> Address:
        """Another index of the same cluster. Raises RemoteError for what cannot be the name of one."""
        if fault := _fault_of_index(index):
            raise RemoteError(str(self), fault)
        return replace(self, index=index)

    def __str__(self) -> str:
        hosts = ",".join(_written(host, port) for host, port in self.hosts)
        tls = "?tls=true" if self.tls and self.scheme == "opensearch" else ""
        return f"{self.scheme}://{hosts}{self.prefix}/{self.index.replace('%', '%25')}{tls}"


class _Wrong(Protocol):
    """Makes the error for an address that cannot be used."""

    def __call__(self, message: str, hint: str = ...) -> RemoteError: ...


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _parse(url: str, environ: Mapping[str, str]) -> Address:
    shown = re.sub(r"//.*@", "//", url)  # whatever may be a password

    def wrong(message: str, hint: str = _EXAMPLE) -> RemoteError:
        return RemoteError(shown, message, hint=hint)

    scheme, separator, rest = url.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in _PORTS:
        raise wrong("this is no address of an OpenSearch cluster")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    credentials, _, listed = authority.rpartition("@")
    if "@" in path or "@" in query or "#" in url:
        raise wrong("a user or password has a character that ends it", "write / ? # @ as %2F %3F %23 %40")
    hosts = tuple(_host(one.strip(), _PORTS[scheme], wrong) for one in listed.split(","))
    prefix, _, name = path.rstrip("/").rpartition("/")
    index = unquote(name)
    if fault := _fault_of_index(index):
        raise wrong(fault)
    tls, ca = _options(query, scheme, wrong)
    user, password, api_key = _who(credentials, environ, wrong)
    return Address(
        scheme,
        hosts,
        index,
        "/" + prefix.strip("/") if prefix.strip("/") else "",
        tls,
        (ca or environ.get(CA) or None) if tls else None,
        user,
        password,
        api_key,
    )


def _host(text: str, port: int, wrong: _Wrong) -> tuple[str, int]:
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\[\]:\s]+))(?::(\d+))?", text)
    if found is None:
        if text.count(":") > 1 and "[" not in text:
            raise wrong(f"'{text}' is not a host", "an IPv6 address stands in brackets: [::1]:9200")
        raise wrong(f"'{text}' is not a host and a port" if text else "a host is missing")
    if found[3]:
        port = int(found[3])
    if not 0 < port < 65536:
        raise wrong(f"{port} is not a port: they go from 1 to 65535")
    return found[1] or found[2], port


def _options(query: str, scheme: str, wrong: _Wrong) -> tuple[bool, str | None]:
    """TLS or not, and the file of certificates that it is checked against."""
    tls, ca = scheme == "https", None
    for option in filter(None, query.split("&")):
        name, _, value = option.partition("=")
        value = unquote(value)
        if name == "ca" and value:
            ca = value
        elif name == "tls" and scheme == "opensearch" and value in ("true", "false"):
            tls = value == "true"
        else:
            raise wrong(
                f"'{option}' is not an option", "there are tls=true, of opensearch:// only, and ca=FILE"
            )
    return tls, ca


def _who(
    credentials: str, environ: Mapping[str, str], wrong: _Wrong
) -> tuple[str | None, str | None, str | None]:
    """User, password and API key, of which the last stands alone."""
    key = environ.get(API_KEY) or None
    if key is not None and not re.fullmatch(r"[!-~]+", key):
        raise wrong(f"{API_KEY} is no key", "it has Latin letters, digits and signs only, and no blanks")
    user, colon, written = credentials.partition(":")
    user, password = unquote(user), unquote(written) if colon else None
    if not user:
        if password is not None:
            raise wrong("there is a password without a user")
        user = environ.get(USER) or ""
        if user and key:
            raise wrong(f"the environment has both {USER} and {API_KEY}", "unset one of them")
        if not user:
            return None, None, key
    if ":" in user:
        raise wrong("a user's name cannot hold a colon")
    if password is None:
        password = environ.get(PASSWORD)
    if password is None:
        raise wrong(f"there is no password for the user '{user}'", f"set {PASSWORD}")
    return user, password, None


def _fault_of_index(name: str) -> str | None:
    """What OpenSearch has against an index of this name (its documentation: Create index, naming restrictions)."""
    if not name:
        return "the index is missing"
    shown = f"'{quote(name, safe=' /*?<>|,:')}'" if not name.isprintable() else f"'{name}'"
    if found := _FORBIDDEN.search(name):
        character = "a blank" if found[0] == " " else f"{found[0]!r}"
        return f"{shown} is not the name of an index: it may not hold {character}"
    if name != name.lower():
        return f"{shown} is not the name of an index: it may not hold capital letters"
    if name[0] in "_-+" or name in (".", ".."):
        return f"{shown} is not the name of an index: it may not start with '{name[0]}'"
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST_INDEX:
        return f"{shown} is not the name of an index: it may have at most {_LONGEST_INDEX} bytes"
    return None
