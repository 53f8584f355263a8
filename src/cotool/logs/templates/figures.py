"""The figures of a template, from those of its forms: parameters, examples, time line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cotool._fast.logs import forms as kernel
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple, replace
from cotool.logs.distributions import Distribution
from cotool.logs.histogram import MAX_BUCKETS, WIDTHS, Histogram
from cotool.logs.levels import LEVELS
from cotool.logs.templates.model import Parameter
from cotool.logs.templates.tokens import PARAMETER, SHOWN, text_of
from cotool.logs.units import in_base

_TOP = 5
_EXAMPLES = 3
_SEVERAL = 5  # different lines of a sample: enough for a count within about 50 %
_NUMBER = lazy_pattern(rf"{PARAMETER}[ \t]?([A-Za-zµ%]*)")
_UNREADABLE = lazy_pattern(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BLANKS = lazy_pattern(r"[ \t]+")
_UNKNOWN = LEVELS.index("unknown")


class Form(NamedTuple):
    """A form as the kernel exports it; see forms.Forms.export()."""

    signature: bytes
    message: bytes
    inferred: bool
    records: int
    levels: tuple[int, ...]
    first: int | None
    last: int | None
    width: int
    timeline: dict[int, int]
    parameters: int
    numbers: int
    least: list[float]
    greatest: list[float]
    registers: bytes | None
    kept: list[tuple[int, int, bytes]]
    sketches: list[dict[int, int]]

    @property
    def is_folded(self) -> bool:
        """Whether some of its words were folded."""
        return kernel.FOLDED in self.message or kernel.FOLDED in self.signature


class Piece(NamedTuple):
    """The part of a form that one parameter of its template covers.

    `places`: the numbers of the form's parameters whose marks are in `text`.
    """

    text: str
    places: tuple[int, ...]


class Part(NamedTuple):
    """A form of a template: the number of parameters in its head, and the piece of each `<*>`."""

    form: Form
    message: str
    skipped: int
    pieces: tuple[Piece, ...]


def align(template: str, message: str) -> list[tuple[int, int]] | None:
    """Return the positions of a template's parameters in a message; both have squeezed blanks.

    Each parameter ends at the first occurrence of the text that follows it in the template. None if
    the message does not fit the template.
    """
    head, *texts = template.split(PARAMETER)
    if not texts:
        return [] if message == template else None
    if not message.startswith(head):
        return None
    at = len(head)
    spans = []
    for text in texts[:-1]:
        found = message.find(text, at) if text else at
        if found < 0:
            return None
        spans.append((at, found))
        at = found + len(text)
    end = len(message) - len(texts[-1])
    if end < at or not message.endswith(texts[-1]):
        return None
    return [*spans, (at, end)]


def bytes_of(line: str | bytes) -> bytes:
    """Return a line as bytes. Raises TypeError if it is neither text nor bytes."""
    if isinstance(line, bytes):
        return line
    if not isinstance(line, str):
        raise TypeError(f"a line is str or bytes, not {type(line).__name__}")
    try:
        return line.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return line.encode("utf-8", "replace")


def readable(text: str) -> str:
    """Return a text with U+FFFD for control characters and for bytes that are not UTF-8."""
    return text if text.isprintable() else _UNREADABLE.sub("\ufffd", text)


def squeezed(text: str) -> str:
    """Return a text in which every run of blanks is one blank."""
    return _BLANKS.sub(" ", text) if "  " in text or "\t" in text else text


def part_of(template: str, form: Form, start: int) -> Part:
    """Return how a form fits its template; `start` is where its message begins."""
    whole = text_of(form.message)
    message = squeezed(whole[start:])
    skipped = whole[:start].count(PARAMETER)
    spans = align(squeezed(template), message)
    pieces = []
    for low, high in spans or ():
        first = skipped + message[:low].count(PARAMETER)
        text = message[low:high]
        pieces.append(Piece(text, tuple(range(first, first + text.count(PARAMETER)))))
    return Part(form, message, skipped, tuple(pieces))


def expand(text: str, values: Sequence[str], first: int) -> str:
    """Return a text whose marks are replaced by values, from value `first` on."""
    head, *rest = text.split(PARAMETER)
    return head + "".join(
        (values[first + n] if first + n < len(values) else SHOWN) + part
        for n, part in enumerate(rest)
    )


def values_of(kept: bytes) -> list[str]:
    """Return the parameters of a kept line."""
    return [value.decode("utf-8", "replace") for value in kernel.kept_parameters(kept)]


def parameters_of(parts: Sequence[Part], count: int) -> tuple[Parameter, ...]:
    """Return the figures of a template's parameters."""
    samples = [[(number, values_of(kept)) for _, number, kept in part.form.kept] for part in parts]
    return tuple(_parameter(parts, samples, n) for n in range(count))


def _parameter(
    parts: Sequence[Part], samples: Sequence[Sequence[tuple[int, list[str]]]], n: int
) -> Parameter:
    seen: dict[str, int] = defaultdict(int)
    lines: dict[str, int] = defaultdict(int)
    exact = True
    registers: list[tuple[bytes, int]] = []
    numbers = _NumbersByUnit()
    is_number = True
    for part, kept in zip(parts, samples, strict=True):
        if n >= len(part.pieces):
            exact = is_number = False
            continue
        piece, form = part.pieces[n], part.form
        # Its number among the last parameters, whose ranges are known; negative: not among them.
        place = piece.places[0] - form.parameters + len(form.least) if piece.places else -1
        written = _NUMBER.fullmatch(piece.text)
        single = written is not None and 0 <= place < len(form.least)
        if not piece.places:
            seen[piece.text] += form.records
            lines[piece.text] += _SEVERAL
        else:
            total = sum(number for number, _ in kept)
            scale = form.records / total if total else 0
            exact &= form.registers is None
            for number, values in kept:
                value = expand(piece.text, values, piece.places[0])
                lines[value] += 1
                seen[value] += round(number * scale)
            if single and form.registers:
                registers.append((form.registers, place))
        if written is not None and single and form.numbers >> place & 1:
            numbers.add(written[1], form, place)
        else:
            is_number = False
    distinct = len(seen)
    if registers:
        union = kernel.union_of_registers(registers)
        distinct = max(distinct, round(kernel.distinct(union, 0)))
    distinct = min(distinct, sum(part.form.records for part in parts))
    # A value of few lines of a sample says nothing about its frequency.
    known = seen.items() if exact else ((v, seen[v]) for v in seen if lines[v] >= _SEVERAL)
    top = sorted(known, key=lambda item: (-item[1], item[0]))[:_TOP]
    found = Parameter(distinct=distinct, exact=exact, top=tuple(top))
    return numbers.put_into(found) if is_number else found


class _NumbersByUnit:
    """The numbers of one parameter by their units, from the forms of a template."""

    def __init__(self) -> None:
        self._ranges: dict[str, tuple[float, float]] = {}
        self._counts: dict[str, dict[float, int]] = {}
        self._is_counted = True

    def add(self, unit: str, form: Form, place: int) -> None:
        """Add the numbers of a form's parameter, which is at `place` among the last ones."""
        low, high = self._ranges.get(unit, (float("inf"), float("-inf")))
        self._ranges[unit] = min(low, form.least[place]), max(high, form.greatest[place])
        sketch = form.sketches[place]
        self._is_counted &= sum(sketch.values()) == form.records
        counts = self._counts.setdefault(unit, defaultdict(int))
        for bucket, count in sketch.items():
            counts[kernel.sketch_middle(bucket)] += count

    def put_into(self, parameter: Parameter) -> Parameter:
        """Return a parameter with the range, the distribution and the unit of the numbers."""
        base, scale = self._scale()
        if not scale:
            return parameter
        ends = [scale[unit] * end for unit, ends in self._ranges.items() for end in ends]
        counts = [
            (scale[unit] * number, count)
            for unit, counts in self._counts.items()
            for number, count in counts.items()
        ]
        return replace(
            parameter,
            least=min(ends),
            greatest=max(ends),
            unit=base or None,
            distribution=Distribution.of(counts if self._is_counted else ()),
        )

    def _scale(self) -> tuple[str, dict[str, float]]:
        """Return the unit of all numbers, and the factor of each unit; none if they differ."""
        if len(self._ranges) == 1:
            return next(iter(self._ranges)), dict.fromkeys(self._ranges, 1.0)
        found = {unit: in_base(unit) or ("", 0.0) for unit in self._ranges}
        bases = {base for base, _ in found.values()}
        if len(bases) != 1 or "" in bases:
            return "", {}
        return bases.pop(), {unit: factor for unit, (_, factor) in found.items()}


def examples_of(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return messages as they are in the logs; the order of the lines does not matter."""
    found: dict[str, int] = {}
    for part in parts:
        if not part.form.kept:
            found.setdefault(expand(part.message, (), 0), -1)
        for hash_, _, kept in part.form.kept[:_EXAMPLES]:
            found.setdefault(expand(part.message, values_of(kept), part.skipped), hash_)
    ordered = sorted(found, key=lambda text: (found[text], text))
    return tuple(readable(text) for text in ordered[:_EXAMPLES])


def timeline_of(parts: Sequence[Part]) -> Histogram:
    """Return the records of all forms by time."""
    width = max((part.form.width for part in parts), default=WIDTHS[0])
    counts: dict[int, int] = defaultdict(int)
    if len(parts) == 1:
        counts = parts[0].form.timeline  # its starts are multiples of its width
    else:
        for part in parts:
            for start, count in part.form.timeline.items():
                counts[start - start % width] += count
    rest = (0,) * _UNKNOWN
    timeline = Histogram(width, {start: (*rest, count) for start, count in counts.items()})
    return timeline.merge(Histogram()) if len(counts) > MAX_BUCKETS else timeline
