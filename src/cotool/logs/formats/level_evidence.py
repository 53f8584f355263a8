"""What the sample lines of a format show about each place that may hold a level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool.logs.formats import level_marks
from cotool.logs.formats.model import LETTER, STATUS, UPPER, WORD

# A kind of place beside those of model.py: a letter that fills a cell.
CELL = 100
_NEARLY_ALL = 0.9
# How many different words a column has that says what a line is, and what they are.
_FEW = 8
_NAME = lazy_pattern(rb"[A-Za-z]+")
_OPENED = frozenset((b"[", b"(", b"<", b"{", b'"', b"'"))

# The statuses that servers give; other numbers of three digits are durations and sizes.
STATUSES = frozenset(
    str(status).encode()
    for status in (
        *(100, 101, 200, 201, 202, 204, 206, 207, 301, 302, 303, 304, 307, 308),
        *(*range(400, 419), 421, 422, 425, 426, 429, 431, 444, 451, 460, 463, 464, 494, 495, 496),
        *(497, 499, *range(500, 512), 520, 521, 522, 523, 524, 525, 526, 530, 561),
    )
)

# What may come between a time and its level: brackets, numbers, separators.
_BESIDE = lazy_pattern(rb"(?:\[[^\]]*\]|\([^)]*\)|[\W\d_])*")
_FACILITY = lazy_pattern(
    rb"(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|ntp|local[0-7])\.\Z"
)


class LevelEvidence:
    """What was seen at one place of the lines of a format."""

    def __init__(self) -> None:
        self.lines: dict[int, int] = {}  # line -> level
        # The same of common words: level, bytes around it, style.
        self.weak: dict[int, tuple[int, int, int, int]] = {}
        self.marks: set[tuple[int, int]] = set()
        self.styles = 0
        self.letters: dict[int, int] = {}  # line -> offset
        self.statuses = 0  # of HTTP that are in use
        self.is_strong = False  # some of its words are not common words
        self.is_column = False  # in all lines, one of a few words before the time
        self.is_near = True  # only brackets and numbers come between it and the time

    def add_code(self, n: int, line: bytes, at: int, level: int, kind: int) -> None:
        """Take a letter, a symbol or a status of line `n`."""
        self.lines.setdefault(n, level)
        if kind == STATUS:
            self.statuses += line[at : at + 3] in STATUSES
        else:
            self.letters.setdefault(n, at + (line[at : at + 1] in _OPENED))

    def add_word(self, n: int, mark: tuple[int, int, int, int], *, is_weak: bool) -> bool:
        """Take a word of line `n`; return False for a common word that needs support.

        A common word (`is_weak`) counts by itself in capitals or in brackets.
        """
        level, lead, trail, styles = mark
        if is_weak and (trail == level_marks.BRACKET or (lead == trail == level_marks.CLOSED)):
            return False  # <![LOG[...]LOG]!>
        if (
            is_weak
            and styles != UPPER
            and lead != level_marks.BRACKET
            and trail != level_marks.SLASH
        ):
            self.weak.setdefault(n, mark)
            return False
        self.lines.setdefault(n, level)
        self.marks.add((lead, trail))
        self.styles |= styles
        self.is_strong |= not is_weak
        return True

    def take_weak(self, total: int) -> None:
        """Count common words as levels where other words name levels between the same marks.

        A blank may follow them where nearly all lines have such a word at this place.
        """
        marks = self.marks
        alike = sum((lead, trail) in marks for _, lead, trail, _ in self.weak.values())
        is_column = len(self.lines) + alike >= _NEARLY_ALL * total
        for n, (level, lead, trail, styles) in self.weak.items():
            if (lead, trail) in marks and (is_column or trail in level_marks.CELLS):
                self.lines.setdefault(n, level)
                self.styles |= styles

    @property
    def leads(self) -> set[int]:
        """The classes of the bytes before the word."""
        return {lead for lead, _ in self.marks}

    @property
    def trails(self) -> set[int]:
        """The classes of the bytes after the word."""
        return {trail for _, trail in self.marks}

    def levels(self, left: set[int]) -> set[int]:
        """Return the levels of the lines in `left`."""
        return {level for n, level in self.lines.items() if n in left}

    @property
    def is_varied(self) -> bool:
        """Return whether several different levels were seen."""
        return len(set(self.lines.values())) > 1

    @property
    def is_loud(self) -> bool:
        """Return whether the words are in capitals or in brackets, so not part of a sentence."""
        return self.styles == UPPER or self.leads == {level_marks.BRACKET}


def gather_evidence(
    lines: Sequence[tuple[bytes, int]], *, before: bool, tokens: int = 14
) -> dict[tuple[int, int, int, int], LevelEvidence]:
    """Return the evidence by place: (kind, before the time or after it, token, word of the token).

    `lines` are (line, end of the time). Only the first `tokens` tokens of each side are searched.
    """
    evidence: dict[tuple[int, int, int, int], LevelEvidence] = defaultdict(LevelEvidence)
    side = int(before)
    for n, (line, end) in enumerate(lines):
        for kind, token, word, lead, trail, styles, level, at, common in logscan.probe_levels(
            line, 0 if before else end
        ):
            if token >= tokens or (before and at >= end):
                break
            if kind != WORD:
                code = CELL if kind == LETTER and styles else kind
                evidence[code, side, token, word].add_code(n, line, at, level, kind)
            elif _may_be_level(line, at, lead, trail, styles):
                found = evidence[kind, side, token, word]
                mark = (level, lead, trail, styles)
                if found.add_word(n, mark, is_weak=common) and found.is_near:
                    found.is_near = before or bool(_BESIDE.fullmatch(line, end, at))
    for found in evidence.values():
        found.take_weak(len(lines))
    return evidence


def mark_columns(
    lines: Sequence[tuple[bytes, int]],
    time_token: int,
    evidence: dict[tuple[int, int, int, int], LevelEvidence],
) -> None:
    """Mark the places before the time that hold one of a few words in all lines: build, error."""
    for token in range(max(0, time_token)):
        found = evidence.get((WORD, 1, token, 0))
        if found is None:
            continue
        cells = [line.split(None, token + 1)[token : token + 1] for line, _ in lines]
        words = {cell[0] for cell in cells if cell}
        found.is_column = len(words) <= _FEW and all(map(_NAME.fullmatch, words)) and all(cells)


def _may_be_level(line: bytes, at: int, lead: int, trail: int, styles: int) -> bool:
    if trail == level_marks.EQUALS and styles != UPPER:
        return False  # err=5
    if trail not in level_marks.TRAILS and not (trail == level_marks.BRACKET and styles == UPPER):
        return False
    if lead not in level_marks.LEADS:
        glued = (
            lead in level_marks.LOUD_LEADS
            and styles == UPPER
            and (trail in level_marks.ENDS or trail == level_marks.SPACE)
        )
        facility = lead == level_marks.DOT and _FACILITY.search(line, max(0, at - 10), at)
        if (
            not (glued and (trail in level_marks.ENDS or lead != level_marks.SLASH))
            and not facility
        ):
            return False
    return True
