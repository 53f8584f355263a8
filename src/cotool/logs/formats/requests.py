"""The columns of requests in logs: access logs, found by their requests, and morgan's lines."""

from __future__ import annotations

from collections import Counter

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.titles import ENOUGH, NEARLY_ALL
from cotool.logs.units import UNITS

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from cotool.logs.formats.titles import Columns

REQUEST = lazy_pattern(rb"[A-Z]{3,20} \S+(?:(?: .*)? HTTP/[\d.]+)?")
_STATUS = lazy_pattern(rb"\d{3}|-")
# What is no virtual host in front of a client: the tag of syslog, and a value that is not there.
_NO_HOST = lazy_pattern(rb"-|[^\s:]+:")
COLUMNS = lazy_pattern(rb'"([^"\\]*(?:\\.[^"\\]*)*)"|(?!\[[\da-fA-F:.]*\]:\d)\[([^\]]*)\]|(\S+)')
# The name of an access log's request as Format.anchor has it, which no field has.
ANCHOR = '"request"'
_IP = lazy_pattern(
    rb"(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|\[[\da-fA-F:.]+\]:\d+"
    rb"|[\da-fA-F:]*::[\da-fA-F:.]*|(?:[\da-fA-F]{1,4}:){7}[\da-fA-F]{1,4}"
)
# What morgan writes, dev, tiny and short, perhaps after a time: how a line ends, and the columns.
_METHOD = rb"(?:^|(?<=\s))[A-Z]{3,10} (?=/|\w+://|\*)\S+ "
_MORGAN: tuple[tuple[re.Pattern[bytes], tuple[str, ...]], ...] = (
    (lazy_pattern(_METHOD + rb"(?:\d{3}|-) (?:[\d.]+|-) ms - (?:\d+|-)\s*$"),
     ("method", "path", "status", "rt", "", "", "bytes")),
    (lazy_pattern(_METHOD + rb"(?:\d{3}|-) (?:\d+|-) - (?:[\d.]+|-) ms\s*$"),
     ("method", "path", "status", "bytes", "", "rt")),
    (lazy_pattern(_METHOD + rb"HTTP/[\d.]+ (?:\d{3}|-) (?:\d+|-) - (?:[\d.]+|-) ms\s*$"),
     ("method", "path", "protocol", "status", "bytes", "", "rt")),
)  # fmt: skip
# What nginx writes for $request_time and $upstream_response_time, and Traefik for a duration.
# Several upstreams give a list of such times.
_SECONDS = lazy_pattern(rb"(?:\d{1,6}\.\d{3}|-)(?:(?:, | : )(?:\d{1,6}\.\d{3}|-))*")
_ONE = lazy_pattern(rb"\d{1,6}\.\d{3}")
# How an item of a list of upstreams begins: a time, an address.
_ITEM = lazy_pattern(rb"[\du-]")
_NUMBER = lazy_pattern(rb"\d+(?:\.\d+)?")
_MILLISECONDS = lazy_pattern(rb"\d+(?:\.\d+)?ms")
# nginx rounds each time; a share of lines with other times in a column.
_ROUNDING, _FEW = 0.0015, 0.1
# The names of columns that are recognised by their values.
TIMES = ("rt", "upstream_response_time")
# Parts of a request line.
PARTS = {"method": 1, "path": 2, "protocol": 3}


def parts_of(request: int) -> Columns:
    """Return the method, path and protocol within the column of a request."""
    return {name: (request, part, None) for name, part in PARTS.items()}


def columns_in(line: bytes) -> list[re.Match[bytes]]:
    """Return the columns of a line: words, and what is in quotes or brackets."""
    return list(COLUMNS.finditer(line))


def access_columns(rows: Sequence[bytes]) -> Columns:
    """Return the columns of an access log, found by its requests: "GET /path HTTP/1.1"."""
    places: Counter[int] = Counter()
    common: Counter[int] = Counter()
    found = []  # the columns from each request on
    requests = hostless = 0
    for line in rows:
        columns = columns_in(line)
        for n, match in enumerate(columns):
            if match[1] is None:
                continue
            after = columns[n + 1][0] if n + 1 < len(columns) else b""
            # ... [time] "request" status; requests that could not be read may be anything.
            is_common = bool(n and columns[n - 1][2] and _STATUS.fullmatch(after))
            is_request = REQUEST.fullmatch(match[1])
            if is_common or is_request:
                more = _words_of_user(columns[:n]) - 1 if is_common else 0
                places[n] += 1
                common[n - more] += is_common
                hostless += is_common and _has_no_host(columns[: max(0, n - more - 4)])
                found.append(columns[n:])
                requests += bool(is_request)
                break
    if not requests or len(found) <= ENOUGH * len(rows):
        return {}
    if common.total() <= ENOUGH * len(found):
        request, count = places.most_common(1)[0]
        if count <= ENOUGH * len(rows):
            return {}
        return parts_of(request) | {ANCHOR: (-request, 0, None)} | _around(rows, request)
    request = common.most_common(1)[0][0]
    at = parts_of(request) | {ANCHOR: (request, 0, None)}
    host = request - 5 if hostless <= ENOUGH * len(found) else -1
    for name, column in (
        ("host", host), ("client", request - 4), ("user", request - 2),
        ("status", request + 1), ("bytes", request + 2), ("referer", request + 3),
        ("agent", request + 4),
    ):  # fmt: skip
        if column >= 0 and (request > 3 or column > request):
            at[name] = (column, 0, UNITS["B"] if name == "bytes" else None)
    return at | _times([_cells(columns)[5:] for columns in found], request + 5)


def _has_no_host(before: Sequence[re.Match[bytes]]) -> bool:
    """Return whether the last column before a client is no virtual host."""
    return bool(before) and _NO_HOST.fullmatch(before[-1][0]) is not None


def _cells(columns: Sequence[re.Match[bytes]]) -> list[bytes]:
    """Return the columns from a request on as text, as the kernel joins lists of upstreams."""
    cells: list[bytes] = []
    before = colon = b""
    for n, match in enumerate(columns):
        word = match[3] or b""
        after = columns[n + 1][3] if n + 1 < len(columns) else None
        if (colon or before[-1:] == b",") and _ITEM.match(before) and _ITEM.match(word):
            cells[-1] += b" " + word
            before, colon = word, b""
        elif word == b":" and _ITEM.match(before) and after and _ITEM.match(after):
            cells[-1] += b" :"
            colon = word
        else:
            cells.append(match[1] or match[3] or b"-")
            before, colon = word, b""
    return cells


def _words_of_user(before: Sequence[re.Match[bytes]]) -> int:
    """Return how many words a user's name has: those from the last dash to the time.

    A dash that follows another is a user, and no name has addresses, brackets or quotes.
    """
    for n in range(len(before) - 3, 0, -1) if len(before) > 4 else ():
        if before[n + 1][3] is None or _IP.fullmatch(before[n + 1][0]):
            break
        if before[n][0] == b"-" and b":" in before[-1][0]:
            return len(before) - 2 - n
    return 1


def morgan_columns(rows: Sequence[bytes]) -> Columns:
    """Return the columns of requests as morgan writes them, and of the client before them."""
    mark = sum(b" ms" in row for row in rows)
    for pattern, names in _MORGAN if mark > ENOUGH * len(rows) else ():
        places = Counter(
            len(columns_in(row[: found.start()])) for row in rows if (found := pattern.search(row))
        )
        before, count = max(places.items(), key=lambda item: item[1], default=(0, 0))
        if count > ENOUGH * len(rows):
            at: Columns = {name: (before + n, 0, None) for n, name in enumerate(names) if name}
            at["rt"] = (at["rt"][0], 0, UNITS["ms"])
            at["bytes"] = (at["bytes"][0], 0, UNITS["B"])
            if "protocol" in at and before >= 2:
                at |= {"client": (before - 2, 0, None), "user": (before - 1, 0, None)}
            return at
    return {}


def _around(rows: Sequence[bytes], request: int) -> Columns:
    """Return the columns of a status after requests, and of the client's address before them."""
    at: Columns = {}
    statuses, clients = 0, Counter[int]()
    for line in rows:
        columns = [match[1] or match[2] or match[3] or b"" for match in columns_in(line)]
        statuses += bool(_STATUS.fullmatch(b"".join(columns[request + 1 : request + 2])))
        clients.update(n for n, cell in enumerate(columns[:request]) if _IP.fullmatch(cell))
    if statuses > ENOUGH * len(rows):
        at["status"] = (request + 1, 0, None)
    often = [n for n, count in clients.items() if count > ENOUGH * len(rows)]
    if len(often) == 1:
        at["client"] = (often[0], 0, None)
    return at


def _times(rows: Sequence[Sequence[bytes]], first: int) -> Columns:
    """Return the columns from `first` on that can only be times, of nginx and of Traefik.

    `rows` are the cells of lines from there on; some lines may have none. nginx writes seconds with
    three decimals. If there are several such columns, the one that is never less than another is
    the time of the whole request; if none is, they may be anything.
    """
    rows = [row for row in rows if row]
    columns: dict[int, list[bytes]] = {}
    for row in rows:
        for n, value in enumerate(row, first):
            columns.setdefault(n, []).append(value)
    at: Columns = {}
    seconds: dict[int, list[float]] = {}
    for n, values in columns.items():
        known = [value for value in values if value != b"-"]
        if not known or len(values) <= NEARLY_ALL * len(rows):
            continue
        if sum(map(bool, map(_MILLISECONDS.fullmatch, known))) > NEARLY_ALL * len(known):
            at["rt"] = (n, 0, UNITS["ms"])
        elif are_seconds(known):
            seconds[n] = list(map(_seconds, values))
        elif all(map(_NUMBER.fullmatch, known)):
            at[f"${n + 1}"] = (n, 0, None)  # of Apache, a time in any unit
    ordered = sorted(seconds, key=lambda n: (-sum(seconds[n]), n))
    if not _is_whole(*(seconds[n] for n in ordered[:2])):
        return at | {f"${n + 1}": (n, 0, None) for n in ordered}
    for name, n in zip(TIMES, ordered, strict=False):
        at.setdefault(name, (n, 0, UNITS["s"]))
    return at


def _is_whole(times: Sequence[float] = (), others: Sequence[float] = ()) -> bool:
    """Return whether times are hardly ever less than others, as those of whole requests."""
    pairs = list(zip(times, others, strict=False))
    return sum(one + _ROUNDING < other for one, other in pairs) <= _FEW * len(pairs)


def are_seconds(values: Sequence[bytes]) -> bool:
    """Return whether values are written as nginx writes times: seconds with three decimals."""
    known = [value for value in values if value not in {b"-", b""}]
    return sum(map(bool, map(_SECONDS.fullmatch, known))) > NEARLY_ALL * len(known)


def _seconds(value: bytes) -> float:
    return sum(map(float, _ONE.findall(value))) if _SECONDS.fullmatch(value) else 0.0
