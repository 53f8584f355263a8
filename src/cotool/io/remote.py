"""Find, describe and read objects of remote storage through fsspec, in large blocks.

Credentials come from where each kind of storage looks for them (environment, its configuration,
the machine's role). Secret parts of a URL never appear in a message or a result: see shown().
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool._records import dataclass, field
from cotool._typing import Any, NoReturn
from cotool.errors import InputError, MissingExtraError

BLOCK = 32 << 20  # bytes of a read: fewer requests than this saves cost more than they share
_TRIES = 5
_PAUSE = 0.5  # seconds before the second try; doubled each time
_URL = lazy_pattern(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://")
_ANY_URL = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]+://[^\s'\"<>]+")
_PROBE = 16
_TOO_MANY, _TIMEOUT, _REFUSED = 429, 408, (401, 403)


def is_url(path: str) -> bool:
    """Return whether a path names a remote object, as s3://bucket/key does."""
    return _URL.match(path) is not None


def shown(url: str) -> str:
    """Return a URL without user, password, query and fragment, any of which may be secret."""
    scheme, _, rest = url.partition("://")
    rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    host, slash, path = rest.partition("/")
    # abfs://container@account/path: what comes before the @ is not a user.
    if not scheme.startswith(("abfs", "az", "wasb")):
        host = host.rpartition("@")[2]
    return f"{scheme}://{host}{slash}{path}"


@dataclass(frozen=True, slots=True)
class Remote:
    """An object: `size` in bytes and `mtime` in seconds where they are known.

    `ranged`: any part of it can be read; otherwise only the whole, from start to end.
    """

    url: str = field(repr=False)
    size: int | None
    mtime: float | None
    ranged: bool

    def read(self, begin: int, end: int) -> bytes:
        """Return bytes [begin, end) of it. Raises InputError if they cannot be read."""
        system, key = _system(self.url)

        def fetch() -> bytes:
            data: bytes = system.cat_file(key, start=begin, end=end)
            if len(data) != end - begin:
                raise OSError(f"{end - begin} bytes were requested, {len(data)} received")
            return data

        return b"" if end <= begin else _tried(self.url, fetch)

    def blocks(self) -> Iterator[bytes]:
        """Yield its bytes from start to end."""
        if self.ranged and self.size is not None:
            for begin in range(0, self.size, BLOCK):
                yield self.read(begin, min(begin + BLOCK, self.size))
            return
        system, key = _system(self.url)
        try:
            with system.open(key, "rb", block_size=0) as stream:
                while data := stream.read(1 << 20):
                    yield data
        except Exception as error:  # noqa: BLE001 - each kind of storage has its own
            _give_up(self.url, error)


def describe(url: str) -> Remote:
    """Return the properties of an object. Raises InputError if it cannot be read."""
    system, key = _system(url)
    info: dict[str, Any] = _tried(url, lambda: system.info(key))
    if info.get("type") == "directory":
        raise InputError(f"{shown(url)}: is a folder", hint="`recursive` reads the objects in it")
    size = info.get("size")
    size = size if isinstance(size, int) and size >= 0 else None
    ranged = size is not None and (size <= _PROBE or _gives_ranges(system, key, info))
    return Remote(url, size, _modified(system, key, info), ranged)


def find_objects(url: str, *, recursive: bool) -> list[tuple[str, int]]:
    """Return the objects that a URL names, by URL and size (0: unknown), in the order of names.

    It may be a glob; with `recursive` a folder means all files in it. Raises InputError.
    """
    system, key = _system(url)
    if _is_web(url) or not re.search(r"[*?\[]", key):
        if recursive and _tried(url, lambda: system.isdir(key)):
            found = _tried(url, lambda: system.find(key, detail=True))
        else:
            return [(url, describe(url).size or 0)]
    else:
        found = _tried(url, lambda: system.glob(key, detail=True))
    files = sorted(
        (name, int(info.get("size") or 0))
        for name, info in found.items()
        if info.get("type") != "directory" and not name.endswith("/")
    )
    if not files:
        raise InputError(f"{shown(url)}: not found", hint="check the name")
    return [(system.unstrip_protocol(name), size) for name, size in files]


@lru_cache(maxsize=256)
def _system(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the name of the object in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingExtraError(
            f"{shown(url)}: reading it needs fsspec", hint="pip install 'cotool[remote]'"
        ) from None
    options: dict[str, Any] = {}
    if _is_web(url):
        # The bytes as they are stored: what they are is decided by their content.
        options = {
            "headers": {"Accept-Encoding": "identity"},
            "client_kwargs": {"auto_decompress": False},
        }
    try:
        system, key = url_to_fs(url, **options)
    except ImportError as error:
        raise MissingExtraError(
            f"{shown(url)}: {_told(url, error)}", hint="pip install 'cotool[remote]'"
        ) from None
    except ValueError as error:
        raise InputError(f"{shown(url)}: {_told(url, error)}", hint="s3, gs, abfs, https") from None
    except Exception as error:  # noqa: BLE001 - each kind of storage has its own
        _give_up(url, error)
    return system, key


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _gives_ranges(system: Any, key: str, info: dict[str, Any]) -> bool:
    if not _is_web(key):
        return True
    if info.get("partial") is False:
        return False
    try:
        with system.open(key, "rb", cache_type="none", size=info["size"]) as file:
            file.seek(1)
            return bool(len(file.read(_PROBE)) == min(_PROBE, info["size"] - 1))
    except Exception:  # noqa: BLE001 - reading it as a whole will say why
        return False


def _modified(system: Any, key: str, info: dict[str, Any]) -> float | None:
    from datetime import datetime

    for name in ("LastModified", "last_modified", "mtime", "updated", "Last-Modified"):
        value = info.get(name)
        with suppress(ValueError, TypeError):
            if isinstance(value, datetime):
                return value.timestamp()
            if isinstance(value, (int, float)):
                return float(value)
            if isinstance(value, str) and "," in value:
                from email.utils import parsedate_to_datetime

                return parsedate_to_datetime(value).timestamp()
            if isinstance(value, str):
                return datetime.fromisoformat(value).timestamp()
    with suppress(Exception):
        return float(system.modified(key).timestamp())
    return None


def _tried(url: str, work: Callable[[], Any]) -> Any:
    """Return the result of `work`, and try again if the network may be the cause."""
    for n in range(_TRIES):
        try:
            return work()
        except Exception as raised:  # noqa: BLE001 - each kind of storage has its own
            error = _cause(raised)
            if n == _TRIES - 1 or not _is_passing(error):
                _give_up(url, error)
        time.sleep(_PAUSE * 2**n)
    raise AssertionError


def _cause(error: Exception) -> Exception:
    """Return the cause of "not found", which fsspec reports for whatever a web server refuses."""
    cause = error.__cause__
    return cause if isinstance(error, FileNotFoundError) and isinstance(cause, Exception) else error


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status", None)
    if status is None:
        response = getattr(error, "response", None)
        if isinstance(response, dict):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status if isinstance(status, int) else None


def _is_refusal(error: BaseException) -> bool:
    return (
        isinstance(error, PermissionError)
        or _status(error) in _REFUSED
        or "Credential" in type(error).__name__
        or "Token" in type(error).__name__
    )


def _is_passing(error: Exception) -> bool:
    if isinstance(error, (FileNotFoundError, IsADirectoryError, ImportError)) or _is_refusal(error):
        return False
    status = _status(error)
    if "SSL" in type(error).__name__ or "Certificate" in type(error).__name__:
        return False
    return status is None or status >= 500 or status in {_TOO_MANY, _TIMEOUT}


def _give_up(url: str, error: Exception) -> NoReturn:
    if isinstance(error, (InputError, MissingExtraError)):
        raise error
    name = shown(url)
    if isinstance(error, ImportError):
        raise MissingExtraError(
            f"{name}: {_told(url, error)}", hint="pip install 'cotool[remote]'"
        ) from None
    if isinstance(error, FileNotFoundError) or _status(error) == 404:
        raise InputError(f"{name}: cannot be read: not found", hint="check the name") from None
    if _is_refusal(error):
        raise InputError(
            f"{name}: cannot be read: access was refused ({type(error).__name__})",
            hint="credentials come from the environment or the configuration of the storage's own "
            "tools, as AWS_PROFILE or GOOGLE_APPLICATION_CREDENTIALS",
        ) from None
    if _is_unreachable(error):
        raise InputError(
            f"{name}: cannot be read: the server cannot be reached",
            hint="check the host name, and whether this machine can connect to it",
        ) from None
    raise InputError(
        f"{name}: cannot be read: {_told(url, error)}", hint="try again, or copy it here first"
    ) from None


def _is_unreachable(error: BaseException) -> bool:
    import socket

    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, (ConnectionError, socket.gaierror)) or bool(
        names & {"ClientConnectorError", "EndpointConnectionError", "ConnectTimeoutError"}
    )


def _told(url: str, error: BaseException) -> str:
    """Return the text of an error, on one line and without what may be secret."""
    text = str(error).strip().splitlines()
    words = (
        _ANY_URL.sub(lambda match: shown(match[0]), text[0].replace(url, shown(url)))
        if text
        else ""
    )
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
