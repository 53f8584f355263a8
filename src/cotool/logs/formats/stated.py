"""Fields of text: values after their names, and the host and the program of syslog."""

from __future__ import annotations

import re
from collections import Counter

from cotool._fast.logs.forms import is_level
from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.columns import blanks_of_time, columns_of
from cotool.logs.formats.field_names import scale_of
from cotool.logs.formats.level_marks import HALF
from cotool.logs.formats.model import TEXT, Format, forms_of, is_dated
from cotool.logs.formats.requests import COLUMNS
from cotool.logs.measures import model
from cotool.logs.measures.model import Locator, ValueSource
from cotool.logs.patterns.patterns import compile_group
from cotool.logs.units import NO_SCALE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.logs.formats.titles import Columns

# As in logreading.h: the name of a program without its id and the colon.
_PROGRAM_PART = 11
# What separates a name from its value, and what ends a text.
_SEPARATORS = {": ": "", " = ": "", " : ": "", "[": "]"}
# What may come before a name, as in logsources.c.
_OPENS = rb"(?:^|[\s(\[{|,;\"])"
# Values without a name: the client of BIND and of Apache's errors, accounts of MySQL, a status
# before its reason, and the time after both.
_STATUS = (
    rb"(?:^|[ \"])%b (?:OK|Created|Accepted|No Content|Partial Content|Moved Permanently|Found|"
    rb"See Other|Not Modified|Temporary Redirect|Bad Request|Unauthorized|Forbidden|Not Found|"
    rb"Method Not Allowed|Not Acceptable|Conflict|Gone|Unprocessable (?:Entity|Content)|"
    rb"Too Many Requests|Internal Server Error|Not Implemented|Bad Gateway|Service Unavailable|"
    rb"Gateway Timeout)"
)
_ACCOUNT = rb"\bUser@Host: "  # MySQL's slow log: app[app] @ web [10.0.0.1]
# A member of an object within text, perhaps escaped.
_MEMBER = rb'"%b\\?": ?\\?"?([^"\\,}\]\s]+)'
_SAID = {
    "client": (
        rb"\bclient (?:@0x[0-9a-f]+ )?([0-9A-Fa-f.:]+)#\d",
        rb"\[client ((?:\d+\.){3}\d+|[0-9A-Fa-f:]+)(?::\d+)?\]",  # Apache's errors
        _ACCOUNT + rb"[^@\[]*\[[^\]]*\] @ [^\[]*\[([0-9A-Fa-f.:]+)\]",
    ),
    "user": (_ACCOUNT + rb"([^\s\[]+)\[",),
    "host": (_ACCOUNT + rb"[^@\[]*\[[^\]]*\] @ ([\w.-]+) ",),
    "status": (_STATUS % rb"([1-5]\d\d)",),
    "rt": (_STATUS % rb"[1-5]\d\d" + rb" in ([\d.]+ ?[a-z]*s)\b",),
}
_HOST = lazy_pattern(rb"[\w][\w.:-]*(?<!:)")
_PROGRAM = lazy_pattern(rb"([\w./@(){}+ -]{1,64})(?:\[[\w.-]+\])?:")
_APP = lazy_pattern(rb"(-|[!-~]{1,48})")
# The name of a logger, how far behind the time it may be, and what follows it.
_COMPONENT = lazy_pattern(rb"([A-Za-z_$][\w.$/@-]*)(?:\[[\w.-]+\])?:?")
_OTHER = lazy_pattern(rb"[^A-Za-z_$]")
_REACH = 6
_BEHIND = ([b"-"], [b":"], [b"|"])
_SAMPLE = 100
_NEARLY_ALL = 0.9


def stated(
    source: ValueSource,
    lines: Sequence[bytes],
    *,
    is_access: bool,
    numbers: bool | None = None,
    key: bytes = b"",
) -> list[Locator]:
    """Return the places of values after "name: " or "name = " in text, each in its own way.

    Text counts unless clients choose it. `numbers`: whether other places, key=value, hold numbers,
    as these must too.
    """
    readers = [] if numbers is False else [_number]
    readers += [] if numbers or is_access else [_text]
    for read in readers:
        places: list[Locator] = []
        way = key + b"=" if key else b""
        for separator, after in _SEPARATORS.items():
            before = f" {source.name}{separator}".encode()
            some = [line for line in lines if before[1:] in line]
            if not some or (after and _is_other(before, some, way, is_only=not places)):
                continue
            found = read(source, before, some)
            if found is not None:
                found = found._replace(after=after.encode()) if read is _text and after else found
                places.append(found._replace(is_way=bool(places)))
                way = way or before
        if places:
            return places
    if is_access:
        return []
    name = re.escape(source.name).encode()
    member = _MEMBER % name if any(source.name.encode() in line for line in lines) else b""
    known = (*filter(None, [member]), *_SAID.get(source.name, ()))
    regex = next((regex for regex in known if any(map(re.compile(regex).search, lines))), None)
    if regex is None:
        return _beside(source, lines)
    program, needed, _ = compile_group(source.name, regex.decode())
    scale = source.scale or (scale_of(source.name) if regex == member else NO_SCALE)
    return [Locator(model.GROUP, text=regex, scale=scale, program=program, needed=needed)]


def _is_other(before: bytes, lines: Sequence[bytes], known: bytes, *, is_only: bool) -> bool:
    """Return whether brackets hold another thing than a field that is written in other ways, too.

    That is an id before a colon, or what lines have beside the field.
    """
    if is_only and not known:
        return False
    tag = re.compile(_OPENS + re.escape(before[1:]) + rb"[^\]\s]*\]:")
    return any(known in line or tag.search(line) for line in lines)


def _beside(source: ValueSource, lines: Sequence[bytes]) -> list[Locator]:
    """Return the place of numbers behind their name alone: duration 0:02:11 bytes 5016."""
    name = source.name.encode()
    word = re.compile(rb"(?<![\w.-])" + re.escape(name) + rb"(?: ([-+]?\d)|(?![\w.-]))")
    found = [match[1] for line in lines if name in line for match in word.finditer(line)]
    if not name or sum(map(bool, found)) <= HALF * len(found):
        return []
    scale = source.scale or scale_of(source.name)
    return [Locator(model.TEXT, text=b" %b " % name, scale=scale)]


def _number(source: ValueSource, before: bytes, lines: Sequence[bytes]) -> Locator | None:
    number = re.compile(_OPENS + re.escape(before[1:]) + rb" *[-+]?\.?\d")
    if not any(map(number.search, lines)):
        return None
    return Locator(model.TEXT, text=before, scale=source.scale or scale_of(source.name))


def _text(source: ValueSource, before: bytes, lines: Sequence[bytes]) -> Locator | None:
    value = re.compile(_OPENS + re.escape(before[1:]) + rb" *(\"?)[^\s\"',;]")
    quotes = Counter(found[1] for line in lines if (found := value.search(line)))
    if not quotes:
        return None
    quote = quotes.most_common(1)[0][0]
    scale = source.scale or NO_SCALE
    return Locator(model.TEXT, text=before + quote, after=quote, scale=scale)


def columns_with_heads(found: Format, lines: Sequence[bytes]) -> tuple[bytes, Columns]:
    """Return the delimiter and the columns of lines, which syslog may have sent.

    A host within such a message is the one that a client asked for.
    """
    delimiter, columns = columns_of(found, lines)
    head = _of_syslog(found, lines) if columns and not delimiter and not found.names else {}
    inner = {"vhost": columns["host"]} if head and "host" in columns else {}
    return delimiter, columns | inner | head


def columns_of_heads(found: Format, lines: Sequence[bytes]) -> Columns:
    """Return the columns behind the time: host and program of syslog, or else the component."""
    return _of_syslog(found, lines) or _of_component(found, lines)


def _of_syslog(found: Format, lines: Sequence[bytes]) -> Columns:
    """Return the columns of the host and the program behind the time of syslog lines."""
    # Of a message with [time], perhaps behind a collector's time, which is not in the sample.
    is_inner = found.time_open == ord("[") and found.time_token > 1
    if (
        found.kind != TEXT
        or found.lead
        or (not is_inner and (found.time_open or found.time_token not in {0, 1}))
    ):
        return {}
    rows = [line for line in lines if line.strip()][:_SAMPLE]
    is_new = bool(found.pri) and found.time_token == 1
    places: Counter[int] = Counter()
    for line in rows:
        blanks = -found.time_token - 1 if is_inner else blanks_of_time(found, line)
        # A date and a time of day as two words are those of an application.
        if blanks is None or (blanks > 0 and is_dated(found)):
            continue
        first = found.time_token + blanks + 1
        words = [word[0] for word in COLUMNS.finditer(line)][first : first + 2]
        if len(words) < 2:
            continue
        host, program = words
        name = (_APP if is_new else _PROGRAM).fullmatch(program)
        if name and _HOST.fullmatch(host) and not is_level(host) and not is_level(name[1]):
            places[first] += 1
    if not places:
        return {}
    first, count = places.most_common(1)[0]
    if count <= _NEARLY_ALL * len(rows):
        return {}
    return {"host": (first, 0, None), "program": (first + 1, _PROGRAM_PART, None)}


def _of_component(found: Format, lines: Sequence[bytes]) -> Columns:
    """Return the column of the logger or component: a name before ":" or " - " near the time."""
    if found.kind != TEXT or found.lead or not forms_of(found) or found.pri:
        return {}
    rows = [line for line in lines if line.strip()][:_SAMPLE]
    places: Counter[int] = Counter()
    for line in rows:
        blanks = blanks_of_time(found, line)
        first = found.time_token + (blanks or 0) + 1
        words = [] if blanks is None else [word[0] for word in COLUMNS.finditer(line)]
        for at in range(first, min(first + _REACH, len(words))):
            if is_level(words[at].strip(b"[]:")) or _OTHER.match(words[at]):
                continue
            ends = words[at].endswith(b":") or words[at + 1 : at + 2] in _BEHIND
            places[at] += ends and _COMPONENT.fullmatch(words[at]) is not None
            break
    column, count = places.most_common(1)[0] if places else (0, 0)
    return {"component": (column, _PROGRAM_PART, None)} if count > _NEARLY_ALL * len(rows) else {}
