"""What went wrong on the way to a cluster, or there, in plain words, and what is to be done about it?

Whatever opensearch-py raises, and whatever error an answer holds, becomes a SearchError here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from searchlib.errors import IndexExistsError, IndexNotFoundError, RemoteError, SearchError
from searchlib.remote.address import API_KEY, CA, PASSWORD, USER, Address

if TYPE_CHECKING:
    from opensearchpy.exceptions import TransportError

__all__ = ["PASSING", "failure_of_answer", "failure_of_request", "is_unsent", "reason_of"]

PASSING: Final = frozenset(
    {408, 429, 500, 502, 503, 504}
)  # HTTP statuses after which the same may succeed later
_LONGEST: Final = 300  # characters of what a cluster says that are shown


def failure_of_request(address: Address, error: TransportError, seconds: float) -> SearchError:
    """The error for a request that opensearch-py gave up. seconds: how long it waited for an answer."""
    from opensearchpy.exceptions import ConnectionError as Lost
    from opensearchpy.exceptions import ConnectionTimeout, SSLError

    if isinstance(error, ConnectionTimeout):
        return RemoteError(
            str(address),
            f"there was no answer within {seconds:g} s",
            hint="the cluster is busy, or the time is too short for what it was asked",
            passing=True,
        )
    if isinstance(error, SSLError):
        return _failure_of_tls(address, str(error.error))
    if isinstance(error, Lost):
        return _failure_of_connection(address, error)
    status = error.status_code
    if not isinstance(status, int):
        return RemoteError(str(address), _short(str(error.error)))
    answer = error.info.get("error") if isinstance(error.info, dict) else None
    return failure_of_answer(address, status, error.error if answer is None else answer)


def is_unsent(error: TransportError) -> bool:
    """Did the request certainly not reach the cluster?"""
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    return len(error.args) > 2 and isinstance(error.info, (NewConnectionError, ConnectTimeoutError))


def failure_of_answer(address: Address, status: int, error: Any) -> SearchError:
    """The error for an answer of this HTTP status. error: what stands under "error" in it, or its whole text."""
    kind = error.get("type") if isinstance(error, dict) else None
    reason = reason_of(error)
    if kind == "index_not_found_exception":
        return IndexNotFoundError(
            str(address), f"{address}: there is no index '{address.index}' in this cluster"
        )
    if kind == "resource_already_exists_exception":
        return IndexExistsError(str(address), f"{address}: an index is already here")
    message, hint = f"the cluster answers {status}: {reason}", None
    if status == 401:
        message, hint = _failure_of_password(address)
    elif status == 403 and kind != "cluster_block_exception":
        who = f"the user '{address.user}'" if address.user else "whoever asks"
        message = f"{who} may not do this: {reason}"
        hint = "give the user a role in the cluster that allows it"
    elif kind == "cluster_block_exception":
        message = f"the cluster does not let anybody write, or not yet: {reason}"
        hint = "a disk that is nearly full has this effect, and so has a cluster that is starting"
    elif status == 413:
        message, hint = "the request is too large for the cluster", "raise its http.max_content_length"
    elif status == 429:
        message, hint = f"the cluster is too busy: {reason}", "try again later, or with fewer at a time"
    elif 300 <= status < 400:
        message = f"the server answers {status}, that it has moved"
        hint = "give the address that it has now; https:// where http:// is not served"
    passing = status in PASSING or "search_context_missing_exception" in str(error)  # a shard moved meanwhile
    return RemoteError(str(address), message, status=status, hint=hint, passing=passing)


def reason_of(error: Any) -> str:
    """The sentence in which an error of an answer says why: that of the first shard that failed, where they all did."""
    if not isinstance(error, dict):
        return _short(str(error)) or "no reason is given"  # as with every HEAD
    told = error
    if error.get("type") == "search_phase_execution_exception":
        told = next(iter(error.get("root_cause") or ()), error)
    reason = str(told.get("reason") or told.get("type") or "no reason is given")
    deepest = told
    while isinstance(cause := deepest.get("caused_by"), dict):
        deepest = cause
    if deepest is not told and (why := deepest.get("reason")) and str(why) not in reason:
        reason = f"{reason}: {why}"
    return _short(reason)


def _failure_of_password(address: Address) -> tuple[str, str]:
    if address.api_key is not None:
        return "the cluster does not accept the API key", f"see {API_KEY}"
    if address.user is None:
        return "the cluster wants to know who asks", f"set {USER} and {PASSWORD}, or {API_KEY}"
    return (
        f"the cluster does not accept the user '{address.user}' with this password",
        f"see {PASSWORD}, or the address",
    )


def _failure_of_tls(address: Address, said: str) -> RemoteError:
    if "WRONG_VERSION_NUMBER" in said or "record layer failure" in said.lower():
        return RemoteError(
            str(address), "the server does not speak TLS", hint="use http://, or leave tls=true out"
        )
    if "hostname mismatch" in said.lower() or "ip address mismatch" in said.lower():
        return RemoteError(
            str(address),
            f"the certificate of the server is for another name: {_short(said)}",
            hint="use the name that the certificate has",
        )
    trusted = f"the certificates of {address.ca}" if address.ca else "the system's certificates"
    return RemoteError(
        str(address),
        f"the certificate of the server cannot be trusted by {trusted}: {_short(said)}",
        hint=f"name a file with the certificate of its authority: {CA}",
    )


def _failure_of_connection(address: Address, error: TransportError) -> RemoteError:
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProtocolError

    info = error.info
    hint = "is it running, and is this its address?"
    if type(info).__name__ == "NameResolutionError":  # which urllib3 has from its version 2 on
        message = "no host of this name is known"
        hint = "see whether it is written right, and whether the network is there"
    elif isinstance(info, NewConnectionError):
        refused = "refused" in str(info).lower()
        message = "the connection is refused" if refused else f"there is no connection: {_cause(info)}"
    elif isinstance(info, ConnectTimeoutError):
        message = "the server cannot be reached: nothing answers there"
    elif isinstance(info, ProtocolError):
        message = f"the connection was lost: {_cause(info)}"
        if not address.tls:
            hint = "the node may have stopped; a server that speaks TLS only does the same: say tls=true or https://"
    else:
        message = f"there is no connection: {_short(str(error.error))}"
    return RemoteError(str(address), message, hint=hint, passing=True)


def _cause(error: BaseException) -> str:
    """What an exception of urllib3 says, or the one within it, without the object that it puts before it."""
    if len(error.args) > 1 and isinstance(error.args[1], BaseException):
        error = error.args[1]
    return _short(re.sub(r"^\w*\(.*?\): ", "", str(error))).rstrip(".")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
