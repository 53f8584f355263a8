"""What is known about a file's lines: layouts, places of levels, and why they were chosen.

A `Format` is data for the kernel; a `Recognition` is what recognition found in a sample, with the
reasons, for people and for explanations.
"""

from __future__ import annotations

from functools import cache

from cotool._fast.logs import logscan
from cotool._records import NamedTuple, dataclass
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.levels import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cotool.logs.measures.model import Locator

# As in logconfig.h.
WORD, LETTER, GLOG, SYMBOL, STATUS, PRI, KEY, FIND, CODE, SHORT = range(10)
TEXT, JSON, LOGFMT = range(3)
(SYSLOG, BUNYAN, PYTHON, OTEL, DOTNET, NEXTCLOUD, WINDOWS, HTTP, WORDS_ONLY,
 CMTRACE) = range(10)  # fmt: skip
NEXT_LINE, INDENTED_LINES = 1, 2
ALONE, DAY, NANOS = range(3)
MAX_TIMES = 8
MAX_VALUES = 24
MAX_KEY = 47
UPPER, LOWER, TITLE = 1, 2, 4
MAX_FORMATS = 16
MAX_PLACES = 8
ANY = 0xFFFFFFFF
INFO = LEVELS.index("info")
UNKNOWN = LEVELS.index("unknown")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a level is; the fields are those of cotool_place in logconfig.h."""

    kind: int
    before: int = 0
    below: int = 0
    token: int = 0
    word: int = 0
    styles: int = UPPER | LOWER | TITLE
    scale: int = SYSLOG
    lead: int = ANY
    trail: int = ANY
    key: bytes = b""
    path: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeKey:
    """A key of JSON or logfmt that holds the time; the fields are those of cotool_time_key.

    `path` leads to it through objects. `join` DAY: it holds the date, and `joined` the time of day;
    NANOS: it holds seconds, and `joined` nanoseconds. `zone` leads to the offset from UTC.
    `layouts`, `forms`, `other_form` and `ambiguous` are as in Format.
    """

    path: tuple[bytes, ...]
    layouts: int
    join: int = ALONE
    joined: tuple[bytes, ...] = ()
    zone: tuple[bytes, ...] = ()
    forms: tuple[bytes, ...] = ()
    other_form: bytes = b""
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field of a line was chosen or rejected.

    `field` is "time", "level", "record" or "message"; `place` says where it is, for people: "key
    ts", "word 1 after the time". `lines` is how many lines of the sample have it, and `example` is
    one value as it is written. `used` is False if the field was rejected.
    """

    field: str
    place: str
    why: str
    lines: int = 0
    example: str = ""
    used: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: getattr(self, name) for name in self.__slots__}


class NamedColumn(NamedTuple):
    """A column that the caller has named, as the format is written; -1: text around it shows it.

    `part` is 0 for the whole column, or the number of a word in its quotes or brackets. A time with
    blanks takes several columns: then those of the lines differ from these after it (`is_after`).
    """

    name: str
    column: int
    part: int
    is_after: bool


@dataclass(frozen=True, slots=True)
class Format:
    """One layout of lines; the fields are those of cotool_format in logconfig.h.

    `layouts` are bits of the forms of times that are known beforehand; `forms` are others, as
    programs in the language of loglayouts.h. `payload` is JSON or LOGFMT where an object or pairs
    follow the head of a text; their fields count more than those of the head. `times` are the keys
    of the time, the best first. `name` is for people, and empty if the sample has no line of it.
    `fallback` is the level (of LEVELS) of records without one. `share` is the share of the sample's
    lines that it explains, and `reasons` say why its fields were chosen. `names` are columns that
    the caller has named; `columns` is the delimiter of columns (empty: blanks), and `locators` are
    the places of the fields that are measured. `header` is the line "#Fields: …" that names the
    columns, empty without one, and without names if such a line may follow. `anchor` is the column
    of an access log's "request", from which its columns are counted, 0 without one. It is negative
    where no [time] comes before the request. `title` is the line that names the columns of a table
    and is no record, empty without one; `preamble`: nor are the lines before it. `is_every_line`:
    no line has a time or a level, so each other one is a record. `whole`: what is measured may be
    in any line of a record. `utc`: a time without a zone is in UTC. `entry`: how a line begins that
    heads each of several records below one time. `other_form` is the form of the same times with
    day and month swapped, if the sample suits it too; `ambiguous`: nothing in the sample prefers
    the one to the other.
    """

    name: str
    kind: int = TEXT
    pri: int = 0
    time_token: int = -1
    time_open: int = 0
    lead: bytes = b""
    reach: int = 0
    layouts: int = 0
    forms: tuple[bytes, ...] = ()
    payload: int = TEXT
    times: tuple[TimeKey, ...] = ()
    places: tuple[Place, ...] = ()
    fallback: int = UNKNOWN
    first: bytes = bytes(range(256))
    share: float = 0.0
    reasons: tuple[Reason, ...] = ()
    names: tuple[NamedColumn, ...] = ()
    columns: bytes = b""
    locators: tuple[Locator, ...] = ()
    header: bytes = b""
    anchor: int = 0
    title: bytes = b""
    preamble: bool = False
    is_every_line: bool = False
    whole: bool = False
    utc: bool = False
    entry: bytes = b""
    other_form: bytes = b""
    ambiguous: bool = False

    def to_kernel(self) -> Mapping[str, object]:
        """Return the mapping that logscan.Scanner takes."""
        apart = {"places", "times", "reasons", "names", "header", "title", "is_every_line",
                 "preamble", "other_form", "ambiguous"}  # fmt: skip
        fields = {name: getattr(self, name) for name in self.__slots__ if name not in apart}
        return fields | {"places": _rows(self.places), "times": _rows(self.times)}

    @property
    def has_time(self) -> bool:
        """Return whether records of the format have times."""
        return self.time_token >= 0 or bool(self.times)


EVERY_LINE = Format("", is_every_line=True)


def _rows(items: Sequence[Place] | Sequence[TimeKey]) -> list[dict[str, object]]:
    return [{name: getattr(item, name) for name in item.__slots__} for item in items]


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was recognised in a sample of lines.

    `formats` are in the order in which the scanner tries them. `wrapping` says what the lines were
    taken out of ("in log of JSON lines"), empty for plain lines. `lines` is how many lines were
    examined; `unexplained` is how many of them no format explains, `examples` are the first of
    those. `notes` say what was seen and not used, one sentence each. `fields`: the names of the
    fields that `measures`, `by` and `where` know.
    """

    formats: tuple[Format, ...]
    wrapping: str = ""
    lines: int = 0
    unexplained: int = 0
    examples: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "lines": self.lines,
            "wrapping": self.wrapping,
            "formats": [
                {
                    "name": found.name,
                    "share": round(found.share, 4),
                    "reasons": [reason.to_dict() for reason in found.reasons],
                }
                for found in self.formats
            ],
            "unexplained": self.unexplained,
            "examples": list(self.examples),
            "notes": list(self.notes),
            "fields": list(self.fields),
        }


@cache
def layout_forms() -> tuple[tuple[str, int], ...]:
    """Return the forms of timestamps with what repeats in each: 0 nothing, 1 years, 2 days."""
    return tuple(logscan.layouts())


def is_cyclic(found: Format) -> bool:
    """Return whether times of the format lack a year or a date."""
    return any(logscan.form_cycle(form) for form in forms_of(found))


def is_dated(found: Format) -> bool:
    """Return whether times of the format have a year and a date."""
    forms = forms_of(found)
    return bool(forms) and not is_cyclic(found)


def forms_of(found: Format) -> tuple[bytes, ...]:
    """Return the forms of the format's times, those known beforehand first."""
    layouts, forms = found.layouts, list(found.forms)
    for key in found.times:
        layouts |= key.layouts
        forms += key.forms
    return (*_known_forms(layouts), *forms)


@cache
def _known_forms(layouts: int) -> tuple[bytes, ...]:
    return tuple(form.encode() for n, (form, _) in enumerate(layout_forms()) if layouts >> n & 1)
