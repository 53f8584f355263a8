"""Wrapped lines: how they are recognised and unwrapped.

Docker's JSON files, container runtimes (CRI), Loki, CloudWatch and options for timestamps put each
line of a program into a line of their own. The level and the log format of the inner line count. No
product is named here: an envelope is a JSON object without a level that holds a line with a level,
or a time (and words) followed by a line that is recognised better without it.
"""

from __future__ import annotations

from collections import Counter

from cotool._fast.logs import logscan
from cotool._fast.logs.envelopes import Unwrapper
from cotool._lazy import lazy_pattern, stand_ins
from cotool._records import NamedTuple, dataclass, replace
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.model import (
    JSON,
    LOGFMT,
    TEXT,
    UNKNOWN,
    forms_of,
    is_dated,
)
from cotool.logs.formats.names import is_level_name
from cotool.logs.formats.recognise import recognise
from cotool.logs.formats.text_levels import has_level
from cotool.logs.formats.text_times import read_stamp
from cotool.logs.formats.titles import ends_in_cell

_OTHERS = ("blocks", "documents", "fields", "journal", "keyed", "table_rows", "xml_records")
with stand_ins(*(f"cotool.logs.formats.{name}" for name in _OTHERS)):
    from cotool.logs.formats import (
        blocks,
        documents,
        fields,
        journal,
        keyed,
        table_rows,
        xml_records,
    )

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Sequence

    from cotool._typing import TypeVar
    from cotool.logs.formats.documents import DocumentLayout

    _Line = TypeVar("_Line")

JOURNAL, BLOCKS = "the journal's export format", "blocks of labelled lines"
ROWS = "rows of a table"
# What ends such blocks: most logs have neither and then load no module for them.
_ENDS = (b"\n\n", b"\n\r\n", b"\n---", b"\n===", b"\n***", b"\n___", b"\n###", b"\n~~~")
# How the line begins that names the columns of a table.
_IS_TABLE = lazy_pattern(rb'(?:\xef\xbb\xbf)?"?[A-Za-z_][^\n,;\t|]*[,;\t|][^\n0-9]*\n')
_START = 256
_BEFORE_MARKUP = b"\xef\xbb\xbf \t\r\n"
_TEXT_KEYS = logscan.text_keys()
# A time with its zone, as machines write it, and a blank.
_TIME = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)? "
_CRI = lazy_pattern(_TIME + rb"(?:stdout|stderr) [FP](?::[^ ]*)?(?: |$)")
_CRI_WORDS = 2
_PIECE = lazy_pattern(rb"[^ ]+ [^ ]+ P")
_NOT_INDENTED = bytes(byte for byte in range(256) if byte not in b" \t")
_STREAM = lazy_pattern(_TIME + rb"(?=[^ ]*[/\[\]$-])[^ ]+ ")
_TIMED = lazy_pattern(_TIME)
# The names of containers: docker compose, kubectl logs --prefix, stern.
_PREFIXES = (
    (lazy_pattern(rb"([A-Za-z][\w.-]*) *\|(?: |$)"), b"|", 0, "the name of a container"),
    (lazy_pattern(rb"\[(pod/[^\] ]+)\](?: |$)"), b"]", 0, "the name of a pod"),
    (
        lazy_pattern(rb"([a-z][a-z0-9.-]*-[a-z0-9]+ [a-z][a-z0-9-]*) "),
        b" ",
        2,
        "names of pod and container",
    ),
)
_COLOUR = lazy_pattern(rb"(?:\x1b|\\u001[bB])\[[\d;:?]*[A-Za-z]")
# How many lines decide how a file is wrapped. With a thousand, this takes as long as recognising
# the formats.
_ENOUGH = 100
# The share of the sample's lines that must be envelopes.
_MOST = 0.9
# The share for objects among other lines, which stay as they are.
_SOME = 0.25
# Objects with a numeric severity are envelopes if this share of their texts has a level.
_HALF = 0.5
# Seconds that a line may wait until it is wrapped, and the forms of the time around it.
_DELAY = 5
_OUTER = (b"Y-m-dTH:M:Sfz", b"Y-m-d H:M:Sfz", b"E")
# Under these keys each line of a text is an object; under others, an object is an event, whatever
# its text begins with.
_LINES = ("log", "line")
_WORDS = lazy_pattern(r"[^\W\d_]{2,}")
_FIRST = 6


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a file's lines are wrapped: a `name` for people, and the arguments of Unwrapper.

    `utc`: the times of the lines themselves, which agree with those around them, are in UTC.
    """

    name: str
    text_key: bytes | None = None
    time_key: bytes = b""
    words: int = 0
    tagged: bool = False
    ended: bool = False
    prefix: bytes = b""
    colours: bool = False
    begins: bytes = bytes(range(256))
    utc: bool = False

    def unwrapper(self) -> Unwrapper:
        """Return an object that unwraps the lines of one file from its start."""
        return Unwrapper(
            text_key=self.text_key,
            time_key=self.time_key,
            words=self.words,
            tagged=self.tagged,
            ended=self.ended,
            prefix=self.prefix,
            colours=self.colours,
            untimed=self.utc,
            begins=self.begins,
        )


class Wrapping(NamedTuple):
    """How a file's lines are obtained from its bytes, and the sample's lines so obtained.

    `document`: the records are in a JSON document. `parts`: what else the file consists of,
    JOURNAL, BLOCKS, ROWS with a `delimiter`, or elements of XML with the name `element`.
    `envelope`: each line is wrapped.
    """

    lines: list[bytes]
    document: DocumentLayout | None = None
    envelope: Envelope | None = None
    parts: str = ""
    element: bytes = b""
    delimiter: bytes = b""

    @property
    def name(self) -> str:
        """Return the words that follow the name of a format; empty for plain lines."""
        kind = self.parts or ("a JSON document" if self.document else "JSON lines")
        if self.envelope is not None:
            return f" {self.envelope.name}" + (f" of {kind}" if self.envelope.text_key else "")
        return f" in {kind}" if self.document or self.parts else ""

    def unwrap(self, pieces: Iterator[bytes], path: str) -> Iterator[bytes]:
        """Yield the lines in pieces of bytes. Raises InputError for broken input."""
        if self.document:
            pieces = documents.document_lines(pieces, path, self.document.lists)
        if self.parts == JOURNAL:
            pieces = journal.journal_lines(pieces, path)
        elif self.element:
            pieces = xml_records.xml_lines(pieces, path, self.element)
        elif self.delimiter:
            pieces = table_rows.row_lines(pieces, self.delimiter)
        elif self.parts:
            pieces = blocks.block_lines(pieces)
        if self.envelope is None:
            yield from pieces
            return
        unwrapper = self.envelope.unwrapper()
        for piece in pieces:
            yield unwrapper.feed(piece)
        yield unwrapper.feed(b"", final=True)


def find_wrapping(head: bytes, lines: list[bytes]) -> Wrapping:
    """Return how the lines of a file are wrapped, from its first bytes and a sample of lines."""
    # Most logs are neither, and then load neither module.
    document = documents.find_document(head) if head.lstrip().startswith((b"{", b"[")) else None
    entries = journal.find_journal(head) if b"__REALTIME_TIMESTAMP=" in head else []
    separated = not entries and not document and any(end in head for end in _ENDS)
    labelled = blocks.find_blocks(head) if separated else []
    is_markup = head[:_START].lstrip(_BEFORE_MARKUP).startswith(b"<")
    element, elements = xml_records.find_xml(head) if is_markup else (b"", [])
    lines = document.sample if document else entries or labelled or elements or lines
    parts = JOURNAL if entries else BLOCKS if labelled else "XML" if element else ""
    delimiter = b""
    if not (document or parts) and _IS_TABLE.match(head) and ends_in_cell(lines):
        delimiter, rows = table_rows.find_table(head)
        lines, parts = (rows, ROWS) if delimiter else (lines, "")
    coloured = any(map(_COLOUR.search, lines))
    envelope = find_envelope([_COLOUR.sub(b"", line) for line in lines] if coloured else lines)
    found = _unwrapped(envelope, lines)
    if coloured if envelope is None else any(map(_COLOUR.search, found)):
        plain = Envelope("without colours", prefix=b"x")
        envelope = replace(envelope or plain, colours=True)
        found = _unwrapped(envelope, lines)
    lines = found
    return Wrapping(lines, document, envelope, parts, element, delimiter)


def _unwrapped(envelope: Envelope | None, lines: list[bytes]) -> list[bytes]:
    if envelope is None:
        return lines
    return envelope.unwrapper().feed(b"\n".join(lines), final=True).split(b"\n")[:-1]


def examined(lines: Sequence[_Line]) -> Sequence[_Line]:
    """Return the lines of a sample that decide how a file is wrapped."""
    return lines[:: -(-len(lines) // _ENOUGH) or 1]


def find_envelope(lines: Sequence[bytes]) -> Envelope | None:
    """Return how a sample of lines is wrapped, or None for plain lines."""
    lines = examined([line for line in lines if line.strip()])
    if not lines:
        return None
    objects = [line for line in lines if line.lstrip()[:1] == b"{"]
    if len(objects) >= _SOME * len(lines):
        return _of_objects(objects)
    return _after_time(lines) or _after_prefix(lines) or _after_blanks(lines)


def _after_time(lines: Sequence[bytes]) -> Envelope | None:
    if not _may_match(_TIMED, lines):
        return None
    for form, words in ((_CRI, 2), (_STREAM, 1), (_TIMED, 0)):
        if not _may_match(form, lines):
            continue
        texts = [line[found.end() :] for line in lines if (found := form.match(line))]
        if len(texts) >= _MOST * len(lines):
            begins = _worth_it(texts, after_time=True)
            if begins is None and words == _CRI_WORDS and any(_PIECE.match(x) for x in lines):
                begins = _worth_it(texts, after_time=False) or _NOT_INDENTED
            if begins is not None:
                name = ("time", "time and stream", "time, stream and tag")[words]
                outer = [
                    (line.split(b" ", 1)[0], line[found.end() :])
                    for line in lines
                    if (found := form.match(line))
                ]
                return Envelope(
                    f"after {name}",
                    words=words,
                    tagged=words == _CRI_WORDS,
                    begins=begins,
                    utc=_agree(outer),
                )
    return None


def _may_match(form: re.Pattern[bytes], lines: Sequence[bytes]) -> bool:
    """Return whether any of a few lines matches; if so, all lines are worth examining."""
    return any(map(form.match, lines[:: len(lines) // 10 + 1]))


def _after_prefix(lines: Sequence[bytes]) -> Envelope | None:
    for form, prefix, words, name in _PREFIXES:
        if not (any(prefix in line for line in lines) and _may_match(form, lines)):
            continue
        found = [(line, match) for line in lines if (match := form.match(line))]
        if len(found) < _MOST * len(lines):
            continue
        heads = {match[1] for _, match in found}
        texts = [line[match.end() :] for line, match in found]
        # A few programs write many lines each, so a word that differs in every line is not a name.
        if len(heads) > max(2, len(lines) // 3) or any(
            _is_level(x.decode("latin-1")) for x in heads
        ):
            continue
        begins = _worth_it(texts, after_time=False)
        if begins is not None:
            return Envelope(f"after {name}", words=words, prefix=prefix, begins=begins)
    return None


def _after_blanks(lines: Sequence[bytes]) -> Envelope | None:
    """Return how lines are wrapped that nearly all are indented, as those of Nomad's agent."""
    widths = sorted(len(line) - len(line.lstrip(b" \t")) for line in lines)
    wide = widths[int((1 - _MOST) * len(widths))]
    if not wide:
        return None
    begins = _worth_it([line[wide:] for line in lines if not line[:wide].strip()], after_time=False)
    if begins is None:
        return None
    return Envelope("after an indentation", words=wide, prefix=b"\t", begins=begins)


def _of_objects(lines: Sequence[bytes]) -> Envelope | None:
    rows = keyed.json_objects(lines)
    if len(rows) < _MOST * len(lines):
        return None
    names = Counter(key for row in rows for key in row)
    common = [key for key, count in names.items() if count >= _MOST * len(rows)]
    if any(is_level_name(key) and any(_is_level(row.get(key)) for row in rows) for key in names):
        return None
    stated = bool(fields.find_fields(fields.rows_of(rows)).places)
    for text_key in sorted(
        (key for key in common if key.lower() in _TEXT_KEYS),
        key=lambda key: _TEXT_KEYS.index(key.lower()),
    ):
        texts = [row[text_key] for row in rows if isinstance(row.get(text_key), str)]
        if len(texts) < _MOST * len(rows):
            continue
        if stated and _levels_in(texts) < _HALF * len(texts):
            continue
        by_line = text_key.lower() in _LINES
        begins = _worth_it(
            [text.encode("utf-8", "replace") for text in texts], after_time=False, by_line=by_line
        )
        if begins is None:
            continue
        times = fields.find_fields(fields.rows_of(rows[:20])).times
        time_key = next((b"".join(key.path) for key in times if len(key.path) == 1), b"")
        outer = [
            (
                str(row.get(time_key.decode())).encode(),
                str(row[text_key]).encode("utf-8", "replace"),
            )
            for row in rows
            if time_key and text_key in row
        ]
        return Envelope(
            f"in {text_key}",
            text_key=text_key.encode(),
            time_key=time_key,
            utc=by_line and _agree([(time, text.rstrip(b"\n")) for time, text in outer]),
            # Docker cuts long lines, and only the last piece ends in a newline.
            ended=text_key == "log" and any(text.endswith("\n") for text in texts),
            begins=begins,
        )
    return None


def _agree(rows: Sequence[tuple[bytes, bytes]]) -> bool:
    """Return whether the times around lines are those at their starts, at most a moment later."""
    dated = [
        (found, forms_of(found))
        for found in recognise([line for _, line in rows])
        if found.kind == TEXT and is_dated(found)
    ]
    near = far = 0
    for around, line in rows if dated else ():
        stamps = (read_stamp(line, found, forms) for found, forms in dated)
        inner = next(filter(None, stamps), None)
        outer = next(filter(None, (logscan.read_time(form, around) for form in _OUTER)), None)
        if inner is not None and outer is not None:
            is_near = outer[3] and abs(inner[0] - outer[1]) <= _DELAY
            near, far = near + is_near, far + (not is_near)
    return near >= _SOME * len(rows) and near >= _MOST * (near + far)


def _levels_in(texts: Sequence[str]) -> float:
    """Return about how many texts have a level: under a key, or among their first words."""
    named = sum(any(map(_is_level, _WORDS.findall(text)[:_FIRST])) for text in texts)
    lines = [text.encode("utf-8", "replace") for text in texts if "=" in text or "{" in text]
    read = [
        found for found in recognise(lines) if found.kind in {JSON, LOGFMT} and has_level(found)
    ]
    return max(named, sum(found.share for found in read) * len(lines))


def _is_level(value: object) -> bool:
    """Return whether a member states a level in words; such an object is not an envelope."""
    return isinstance(value, str) and fields.level_of_value(value) != UNKNOWN


def _worth_it(texts: Sequence[bytes], *, after_time: bool, by_line: bool = True) -> bytes | None:
    """Return the bytes with which records begin, or None if the texts alone reveal nothing more.

    `after_time`: lines after a time are read unchanged, unless the text is JSON or logfmt, or has a
    time of its own, which separates lines that begin a record from lines that continue one.
    `by_line`: each line of a program's output is a text of its own.
    """
    lines = [_COLOUR.sub(b"", line) for text in texts for line in text.split(b"\n")[:1]]
    formats = [found for found in recognise(lines) if found.share >= 0.02]
    dated = [found for found in formats if found.has_time]
    levels = list(filter(has_level, formats))
    if after_time and not (dated or any(found.kind in {JSON, LOGFMT} for found in levels)):
        return None
    if not (dated or levels or _levels_after_a_time(lines)):
        return None
    begins = {byte for found in formats for byte in found.first}
    share = sum(found.share for found in formats)
    at_start = sum(found.share for found in dated if not found.time_token and not found.lead)
    if not dated or (share < _HALF and not (by_line and at_start >= _SOME)):
        # Few lines show how records begin, so any line that is not indented begins one.
        begins = set(range(256))
    return bytes(sorted(begins - set(b" \t")))


def _levels_after_a_time(lines: Sequence[bytes]) -> bool:
    """Return whether a level is found with the envelope's time before each line."""
    timed = [b"2000-01-01T00:00:00Z " + line for line in lines]
    return any(map(has_level, recognise(timed)))
