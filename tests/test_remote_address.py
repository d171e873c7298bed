"""Is the address of a cluster understood as it is meant, and is a password never shown?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib import RemoteError
from searchlib.remote.address import Address

NOBODY: Mapping[str, str] = {}


def parse(url: str, **environ: str) -> Address:
    return Address.parse(url, {f"SEARCHLIB_OPENSEARCH_{name}": value for name, value in environ.items()})


def test_a_plain_address() -> None:
    address = parse("opensearch://search.example.org/news")
    assert address.hosts == (("search.example.org", 9200),)
    assert (address.index, address.tls, address.user, address.password) == ("news", False, None, None)
    assert str(address) == "opensearch://search.example.org:9200/news"


def test_everything_at_once() -> None:
    address = parse(
        "opensearch://anna:p%40ss%2Fw%C3%B6rd@one,two:9201,[2001:db8::3]:9202/новости-2024?tls=true&ca=/etc/ca.pem"
    )
    assert address.hosts == (("one", 9200), ("two", 9201), ("2001:db8::3", 9202))
    assert (address.user, address.password) == ("anna", "p@ss/wörd")
    assert (address.index, address.tls, address.ca) == ("новости-2024", True, "/etc/ca.pem")
    assert str(address) == "opensearch://one:9200,two:9201,[2001:db8::3]:9202/новости-2024?tls=true"
    assert "p@ss" not in repr(address) and "p%40ss" not in repr(address)


@pytest.mark.parametrize(
    ("url", "host", "prefix", "tls"),
    [
        ("http://example.org/news", ("example.org", 80), "", False),
        ("https://example.org/news/", ("example.org", 443), "", True),
        ("https://example.org:9200/search/eu/news", ("example.org", 9200), "/search/eu", True),
        ("HTTPS://[::1]/news", ("::1", 443), "", True),
        ("opensearch://127.0.0.1/news?tls=false", ("127.0.0.1", 9200), "", False),
    ],
)
def test_schemes(url: str, host: tuple[str, int], prefix: str, tls: bool) -> None:
    address = parse(url)
    assert (address.hosts, address.prefix, address.tls, address.index) == ((host,), prefix, tls, "news")


def test_the_environment_says_who_asks() -> None:
    named = parse("opensearch://host/news", USER="anna", PASSWORD="secret")
    assert (named.user, named.password, named.api_key) == ("anna", "secret", None)
    keyed = parse("opensearch://host/news", API_KEY="a2V5")
    assert (keyed.user, keyed.password, keyed.api_key) == (None, None, "a2V5")
    half = parse("opensearch://boris@host/news", PASSWORD="secret", USER="anna", API_KEY="a2V5")
    assert (half.user, half.password, half.api_key) == ("boris", "secret", None)
    whole = parse("opensearch://boris:own@host/news", PASSWORD="secret")
    assert whole.password == "own"
    assert parse("opensearch://boris:@host/news", PASSWORD="secret").password == ""


def test_the_environment_says_whom_to_trust() -> None:
    assert parse("https://host/news", CA="/etc/ca.pem").ca == "/etc/ca.pem"
    assert parse("https://host/news?ca=/own.pem", CA="/etc/ca.pem").ca == "/own.pem"
    assert parse("opensearch://host/news", CA="/etc/ca.pem").ca is None  # nothing is checked without TLS


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHLIB_OPENSEARCH_USER", "anna")
    monkeypatch.setenv("SEARCHLIB_OPENSEARCH_PASSWORD", "secret")
    monkeypatch.delenv("SEARCHLIB_OPENSEARCH_API_KEY", raising=False)
    assert Address.parse("opensearch://host/news").password == "secret"


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("news", "no address of an OpenSearch cluster"),
        ("ftp://host/news", "no address of an OpenSearch cluster"),
        ("opensearch:///news", "a host is missing"),
        ("opensearch://one,,two/news", "a host is missing"),
        ("opensearch://host", "the index is missing"),
        ("opensearch://host/", "the index is missing"),
        ("opensearch://host:port/news", "'host:port' is not a host and a port"),
        ("opensearch://host:0/news", "0 is not a port"),
        ("opensearch://host:65536/news", "65536 is not a port"),
        ("opensearch://2001:db8::3/news", r"an IPv6 address stands in brackets"),
        ("opensearch://host/News", "capital letters"),
        ("opensearch://host/Новости", "capital letters"),
        ("opensearch://host/_news", "may not start with '_'"),
        ("opensearch://host/-news", "may not start with '-'"),
        ("opensearch://host/..", "may not start with '.'"),
        ("opensearch://host/a,b", "may not hold ','"),
        ("opensearch://host/news*", r"may not hold '\*'"),
        ("opensearch://host/a%20b", "may not hold a blank"),
        ("opensearch://host/a%2Fb", "may not hold '/'"),
        ("opensearch://host/" + "я" * 128, "at most 255 bytes"),
        ("opensearch://host/news?verify=false", "'verify=false' is not an option"),
        ("https://host/news?tls=true", "'tls=true' is not an option"),
        ("opensearch://host/news?ca=", "'ca=' is not an option"),
        ("opensearch://anna@host/news", "no password for the user 'anna'; set SEARCHLIB_OPENSEARCH_PASSWORD"),
        ("opensearch://:geheim@host/news", "a password without a user"),
        ("opensearch://a%3Ab:geheim@host/news", "cannot hold a colon"),
        ("opensearch://anna:geheim/1@host/news", "write / . # @ as"),
        ("opensearch://anna:geheim#1@host/news", "write / . # @ as"),
        ("opensearch://anna:geheim?1@host/news", "write / . # @ as"),
        ("opensearch://anna:ge@x:geheim/1@host/news", "write / . # @ as"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str, what: str) -> None:
    with pytest.raises(RemoteError, match=what) as caught:
        parse(url)
    assert "geheim" not in str(caught.value)
    assert caught.value.status is None


def test_user_and_key_in_the_environment_are_too_much() -> None:
    with pytest.raises(
        RemoteError, match="both SEARCHLIB_OPENSEARCH_USER and SEARCHLIB_OPENSEARCH_API_KEY; unset"
    ):
        parse("opensearch://host/news", USER="anna", PASSWORD="x", API_KEY="y")


def test_another_index_of_the_cluster() -> None:
    address = parse("https://anna:geheim@host/search/news")
    other = address.at("news-2")
    assert (other.index, other.password, other.prefix) == ("news-2", "geheim", "/search")
    with pytest.raises(RemoteError, match="may not hold"):
        address.at("a/b")


@given(st.text(min_size=1).filter(lambda user: ":" not in user), st.text())
def test_any_user_and_password_come_through(user: str, password: str) -> None:
    address = parse(f"opensearch://{quote(user, safe='')}:{quote(password, safe='')}@host/news")
    assert (address.user, address.password) == (user, password)
    assert address == Address.parse(
        f"opensearch://{quote(user, safe='')}:{quote(password, safe='')}@host/news", NOBODY
    )


@given(st.text())
def test_any_text_is_an_address_or_a_clear_error(text: str) -> None:
    for url in (text, f"opensearch://{text}", f"opensearch://host/{text}", f"https://host/news?{text}"):
        try:
            address = parse(url)
        except RemoteError:
            continue
        again = parse(str(address))
        assert (again.hosts, again.index, again.tls) == (address.hosts, address.index, address.tls)
