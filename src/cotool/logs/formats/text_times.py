"""Where lines of text hold their time: its form and its place."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple, dataclass, replace
from cotool.logs.formats.composer import REACH, Stamp, is_cell, is_zone, moments
from cotool.logs.formats.date_order import decide
from cotool.logs.formats.model import Format, layout_forms

LETTER_OPENS = ord("A")

# How many tokens at the start of a line are searched for a time.
TIME_TOKENS = 8
_OPENS = b"[(<{\"'"
_CLOSES = frozenset((b"]", b")", b">", b'"', b"'"))
_GLOG_LETTERS = b"VDIWEFA"
_LETTERS = bytes(byte for byte in range(256) if chr(byte).isalpha() or byte >= 128)

# A known layout covers the whole time, unless one of these follows.
_MORE = lazy_pattern(
    rb"[.,]?\d|:\d| ?(?:[AaPp]\.?[Mm]\b|[+-]\d\d|(?:[A-Z]{2,5} )?(?:19|20)\d\d\b(?![-:./]\d))"
    rb"| (?P<zone>[A-Z]{2,5})(?![\w:|\]])"
)
TOKEN = lazy_pattern(rb'\[[^\]]{0,511}\][^ \t]*|"[^"]{0,511}"[^ \t]*|[^ \t]+')

# A time in the message, after the head of syslog, which has no year.
_OWN = lazy_pattern(
    rb"[ ,;](?P<lead>(?:time|timestamp|date|datetime|eventtime|ts)=[\"'(\[]?)(?P<time>\d)"
)

# What may come right before a time: separators, or a key.
_LEAD = lazy_pattern(rb"(?:[A-Za-z_.@]{1,20}[=(][\"'(\[<]?|[^\w]{1,6})\Z")
_DIGIT = lazy_pattern(rb"\d")

# The label of a line.
LABEL = lazy_pattern(rb"\W{0,4}[^\W\d][^:=\d]{0,40}:")
_MOST_LABELLED = 0.8

# What comes before a time that is rare, as the head of a record of many lines.
_MARKED = lazy_pattern(rb"[^\w \t]")

# The heading of an entry of a slow log, and a statement in one.
_HEADING, _SET = b"# Time: ", b"timestamp="

# Lines that continue a record.
_CONTINUES = lazy_pattern(rb"[ \t)}\]]|at [\w$.]+|Caused by|\.\.\. \d")


class Where(NamedTuple):
    """Where a time begins: at a token after one byte, or after `lead`; see cotool_format."""

    token: int = 0
    open: int = 0
    lead: bytes = b""
    reach: int = 0

    @property
    def is_start(self) -> bool:
        """Whether the time is the first thing of the line."""
        return self.token == 0 and not self.lead


@dataclass(frozen=True, slots=True)
class PlacedTimes:
    """The times at one place: layouts, or a form, and (line, start, end) of each.

    `other` and `ambiguous` are as in DecidedForm.
    """

    where: Where
    members: list[tuple[int, int, int]]
    layouts: int = 0
    forms: tuple[bytes, ...] = ()
    other: bytes = b""
    ambiguous: bool = False


def find_times(lines: Sequence[bytes]) -> list[PlacedTimes]:
    """Return the places and forms of times that explain the lines, with the lines of each."""
    seen = _candidates(lines)
    if any(key[0].lead.startswith(_HEADING) for key in seen):
        # A statement that sets a time belongs to the entry with a time in its heading.
        seen = {key: moments for key, moments in seen.items() if not key[0].lead.endswith(_SET)}
    left = set(range(len(lines)))
    begins = {n for n, line in enumerate(lines) if not _CONTINUES.match(line)}
    chosen: list[PlacedTimes] = []
    while seen and left:
        counts = {key: sum(n in left for n in members) for key, members in seen.items()}
        # The line's start comes first; an epoch, which implies its zone, before other forms.
        key = max(
            counts,
            key=lambda k: (
                b"=" in k[0].lead and k[0].reach > 0 and counts[k] >= 0.8 * len(left & begins),
                counts[k] > 0.01 * len(left) and k[0].is_start,
                counts[k],
                not k[0].reach,
                not k[0].lead,
                -k[0].token,
                -k[1],
                k[2],
            ),
        )
        where, layout, form = key
        members = seen.pop(key)
        if not counts[key]:
            break
        if counts[key] < _enough(where, members, lines, len(begins & left)):
            continue
        mine = {n: moment for n, moment in members.items() if n in left}
        chosen.append(_times(where, layout, form, mine, lines))
        left -= set(members)
    return chosen


# A place, and either a known layout or -1 and a form.
_Candidate = tuple[Where, int, bytes]
# A place, a known layout, and where the time begins and ends.
_Known = tuple[Where, int, int, int]


def _candidates(lines: Sequence[bytes]) -> dict[_Candidate, dict[int, Stamp]]:
    """Return every way to read a time in the lines, with the moments of the lines that fit."""
    seen: dict[_Candidate, dict[int, Stamp]] = defaultdict(dict)
    shapes: deque[_Shape] = deque(maxlen=_MOST_SHAPES)
    shape: _Shape | None = None
    for n, line in enumerate(lines):
        if shape is None or line[: shape.size].translate(_ZEROS) != shape.text:
            shape = next((x for x in shapes if line[: x.size].translate(_ZEROS) == x.text), None)
        found = _times_of(line) if shape is None else shape.found
        for candidate, moment in found:
            numbers = tuple(line[start:stop] for start, stop in moment.spots)
            here = moment if numbers == moment.numbers else replace(moment, numbers=numbers)
            seen[candidate].setdefault(n, here)
        if shape is None and (kept := _shape(line, found)):
            shapes.append(kept)
    return seen


class _Shape(NamedTuple):
    """The first bytes of a line with all digits as zeros, and the times that such lines have."""

    size: int
    text: bytes
    found: list[tuple[_Candidate, Stamp]]


_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_MOST_SHAPES = 6
# How many bytes after a time show where it ends.
_AFTER = 12
# The most bytes in the shape of a line.
_LONGEST_SHAPE = 96


def _shape(line: bytes, found: list[tuple[_Candidate, Stamp]]) -> _Shape | None:
    """Return the shape of a line, if its times are complete and near its start."""
    size = max((moment.end for _, moment in found), default=_LONGEST_SHAPE) + _AFTER
    if (
        size > _LONGEST_SHAPE
        or size > len(line)
        or not all(
            moment.dated and not where.lead.endswith(b"=") for (where, _, _), moment in found
        )
    ):
        return None
    return _Shape(size, line[:size].translate(_ZEROS), found)


class FirstTime(NamedTuple):
    """The known time at a line's start, and how many bytes of the line show where it ends."""

    where: Where
    layout: int
    end: int
    size: int

    def placed(self, line: bytes) -> PlacedTimes:
        """Return what find_times() returns for lines like this one."""
        return _times(self.where, self.layout, b"", {0: Stamp(0, self.end, b"")}, [line])


def first_time(line: bytes) -> FirstTime | None:
    """Return the time that find_times() finds in lines which all begin like this one.

    None unless the line begins with a time of a known layout, with its date: what another layout
    means depends on the numbers of all lines.
    """
    known = _known_times(line)
    starts = [time for time in known if time[0].is_start]
    if not starts or any(True for _ in _own_times(line, known)):
        return None
    size = max(end for _, _, _, end in known) + _AFTER
    if size > min(len(line), _LONGEST_SHAPE):
        return None
    where, layout, _, end = min(starts, key=lambda time: time[1])
    return FirstTime(where, layout, end, size)


def _times_of(line: bytes) -> list[tuple[_Candidate, Stamp]]:
    """Return every way to read a time in a line."""
    found: list[tuple[_Candidate, Stamp]] = []
    known = _known_times(line)
    for lead, moment in _own_times(line, known):
        found.append(((Where(1, lead=lead, reach=512), -1, moment.form), moment))
    found += [((where, layout, b""), Stamp(at, end, b"")) for where, layout, at, end in known]
    if not known:
        for moment in moments(line):
            found += [((where, -1, moment.form), moment) for where in _wheres(line, moment)]
    return found


def _own_times(line: bytes, known: Sequence[_Known]) -> Iterator[tuple[bytes, Stamp]]:
    """Yield the times under a key of the message, with the text of the key before them.

    They matter after a time at a token that lacks the year.
    """
    if not known or b"=" not in line or not layout_forms()[known[0][1]][1]:
        return
    for own in _OWN.finditer(line, 0, REACH):
        start = own.start("time")
        for moment in moments(line[start:])[:1]:
            if moment.at == 0 and moment.yeared:
                yield own["lead"], replace(moment, at=start, end=start + moment.end)


def _enough(where: Where, members: dict[int, Stamp], lines: Sequence[bytes], begins: int) -> float:
    """Return how many lines must have a time at a place, of those that may begin a record."""
    if where.is_start:
        return 0.01 * len(lines)
    moment = next(iter(members.values()))
    marked = where.lead and not where.reach and _MARKED.match(where.lead)
    if marked and moment.dated and (len(members) > 1 or 0 in members):
        return 0.01 * len(lines)
    if where.lead and not where.reach and moment.dated and _are_labelled(lines, len(members)):
        return 0.01 * len(lines)
    return (0.25 if moment.dated and moment.yeared else 0.4) * begins


def _are_labelled(lines: Sequence[bytes], times: int) -> bool:
    """Return whether most lines begin with one of a few labels, and as many with that of a time."""
    labels = Counter(label[0] for line in lines if (label := LABEL.match(line)))
    repeated = [count for count in labels.values() if count > 1]
    return sum(repeated) > _MOST_LABELLED * len(lines) and times >= _MOST_LABELLED / 2 * max(
        repeated
    )


def _known_times(line: bytes) -> list[_Known]:
    """Return the times at tokens that have a known layout without ambiguity."""
    found: list[_Known] = []
    layouts, settled = layout_forms(), settled_layouts()
    for token, opened, layout, at, length, _, _ in logscan.probe_times(line) or logscan.probe_times(
        line, TIME_TOKENS
    ):
        end = at + length
        if (token and layouts[layout][1]) or not (settled[layout] or opened == LETTER_OPENS):
            continue
        more = _MORE.match(line, end)
        if more is not None and (not more["zone"] or is_zone(more["zone"])):
            continue
        comma = line.find(b",", at, end)
        if comma > 0 and is_cell(line, comma, end):
            continue
        found.append((Where(token, opened), layout, at, end))
        if token and (lead := _whole_lead(line[:at])):
            found.append((Where(lead=lead), layout, at, end))
    return found


@cache
def settled_layouts() -> tuple[bool, ...]:
    """Return for each layout whether it has a date whose numbers are unambiguous."""
    return tuple(
        cycle != 2
        and (form[0] in "YabE" or form[:3] in {"d b", "d/b", "d-b"} or form.startswith("ymd"))
        for form, cycle in layout_forms()
    )


def _wheres(line: bytes, moment: Stamp) -> list[Where]:
    """Return the places that describe where a moment begins, the simplest first."""
    found = []
    indented = len(line) - len(line.lstrip(b" \t"))
    # A record begins at the line's start, or with a number that is aligned to the right.
    if indented and not line[indented : indented + 1].isdigit():
        return []
    for number, token in enumerate(TOKEN.finditer(line) if not indented else ()):
        start = token.start()
        if start > moment.at:
            break
        if number == 0 and moment.at == 1 and line[0] in _GLOG_LETTERS:
            found.append(Where(0, LETTER_OPENS))
        if start == moment.at and number < TIME_TOKENS:
            found.append(Where(number))
        elif start + 1 == moment.at and line[start] in _OPENS and number < TIME_TOKENS:
            found.append(Where(number, line[start]))
    if not moment.dated and moment.at > 4:
        return found
    prefix = line[: moment.at]
    if whole := _whole_lead(prefix):
        found.append(Where(lead=whole))
    lead = _LEAD.search(prefix)
    if lead is not None and len(lead[0]) < len(prefix):
        found.append(Where(lead=lead[0], reach=512, token=1))
    return found


def _whole_lead(prefix: bytes) -> bytes:
    """Return the text before a time if other lines can have the same text, else nothing."""
    fits = len(prefix) < 64 and prefix.strip() and not _DIGIT.search(prefix)
    return prefix if fits else b""


def _times(
    where: Where, layout: int, form: bytes, members: dict[int, Stamp], lines: Sequence[bytes]
) -> PlacedTimes:
    places = []
    for n, moment in members.items():
        end = moment.end
        closed = where.lead or (where.open and where.open != LETTER_OPENS)
        if closed and lines[n][end : end + 1] in _CLOSES:
            end += 1
        places.append((n, moment.at, end))
    if not form:
        return PlacedTimes(where, places, layouts=_layout_mask(layout))
    reading = decide(form, [moment.numbers for moment in members.values()])
    # A known layout that reads the same is quicker.
    for n, (known, _) in enumerate(layout_forms()):
        if known != "E" and all(
            _same(known.encode(), reading.form, lines[at[0]], at[1]) for at in places
        ):
            return PlacedTimes(where, places, 1 << n, (), reading.other, reading.ambiguous)
    return PlacedTimes(where, places, 0, (reading.form,), reading.other, reading.ambiguous)


def _same(one: bytes, other: bytes, line: bytes, at: int) -> bool:
    read = logscan.read_time(one, line, at)
    return read is not None and read == logscan.read_time(other, line, at)


@cache
def _layout_mask(layout: int) -> int:
    """Return the bit of a layout, and of those that the same writer uses on other days."""
    forms = [form for form, _ in layout_forms()]
    groups = (
        {"b D H:M:Sf", "b e H:M:Sf"},
        {"a b D H:M:S Y", "a b D H:M:S.6 Y"},
        {"b e, Y h:M:S p", "b e, Y H:M:Sf"},
    )
    group = next((group for group in groups if forms[layout] in group), {forms[layout]})
    return sum(1 << forms.index(form) for form in group)


def first_bytes(found: Format, lines: Sequence[bytes], times: PlacedTimes) -> bytes:
    """Return the bytes that a record may begin with."""
    if found.pri:
        return b"<"
    if found.lead and not found.reach:
        return found.lead[:1]
    if found.time_token > 0 or found.lead:
        blank = b"" if any(lines[n][:1] == b" " for n, _, _ in times.members) else b" "
        return bytes(byte for byte in range(256) if byte not in b"\t" + blank)
    if found.time_open == LETTER_OPENS:
        return _GLOG_LETTERS
    if found.time_open:
        return bytes([found.time_open])
    seen = {lines[n][0] for n, _, _ in times.members}
    digits = set(b"0123456789")
    return (_LETTERS if seen - digits else b"") + (bytes(digits) if seen & digits else b"")


def read_stamp(line: bytes, found: Format, forms: Sequence[bytes]) -> tuple[int, int] | None:
    """Return a line's time by the forms of a format, and what repeats, or None.

    The time is in seconds since 1970, in the year 1972 if the year is missing.
    """
    if found.pri:
        line = re.sub(rb"\A<\d{1,3}> *", b"", line)
    for at in _starts(line, found):
        for form in forms:
            read = logscan.read_time(form, line, at)
            if read is not None:
                return read[1], read[4]
    return None


def _starts(line: bytes, found: Format) -> Iterable[int]:
    """Yield where a line's time may begin by a format."""
    if found.lead:
        if not found.reach:
            if line.startswith(found.lead):
                yield len(found.lead)
            return
        at = line.find(found.lead)
        while 0 <= at < found.reach:
            yield at + len(found.lead)
            at = line.find(found.lead, at + 1)
        return
    start = len(line) - len(line.lstrip(b" \t"))
    if found.time_token > 0:
        tokens = islice(TOKEN.finditer(line), found.time_token, None)
        start = next((token.start() for token in tokens), len(line))
    if start == len(line):
        return
    if not found.time_open:
        yield start
    elif found.time_open == LETTER_OPENS or line[start] == found.time_open:
        yield start + 1
