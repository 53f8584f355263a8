"""Where a table begins: its delimiter and the names of its columns, below titles and comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.read.layout import CONTENT_NAMES, plain_name
from cotool.consensus.read.names import (
    ANSWER,
    BESIDE,
    GOLD,
    MOST_COLUMNS,
    UNKNOWN,
    hint_of,
    is_date,
)
from cotool.consensus.read.text_lines import (
    bare,
    drawn,
    is_drawn,
    is_rule,
    quoted_fields,
    row_width,
    shown,
    tabbed,
)
from cotool.errors import InputError

if TYPE_CHECKING:
    from cotool.consensus.read.text_lines import Lines
_DELIMITERS = ("\t", ",", ";", "|")
# How many lines are examined to find the delimiter.
_PEEKED = 20
_NUMBER = lazy_pattern(r"[-+]?[\d.,]+")
# Excel's first line, which names the delimiter.
_NAMED_DELIMITER = lazy_pattern(r"(?i)\ufeff?\"?sep=(.)\"?")
# The line under a header in Markdown and in psql's output.
_RULE = lazy_pattern(r"[\s|:+]*-{2,}[\s|:+-]*")


_DIGITS = lazy_pattern(r"\d+")
_TIME = lazy_pattern(r"\d{1,2}[:h.]\d\d\b|\d{1,2} ?[ap]m\b")
_XML = lazy_pattern(r"<(?:\?xml|!DOCTYPE|[A-Za-z][\w.:-]*(?:\s[^<>]*)?>)")
_YAML_KEY = lazy_pattern(r"""---$|\s*(?:- )*(?:[\w-][\w .-]*|"[^"]*"|'[^']*'):(?: .*)?$""")
# Formats of spans and tokens, by how all their first lines look.
_SPANS = (
    ("WebAnno", lazy_pattern(r"#(?:FORMAT=WebAnno|T_\w+=|Text=).*")),
    (
        "brat",
        lazy_pattern(
            r"[TREAMN*#]\d*\t(?:\S+ \d+ \d+.*\t.*|\S+ (?:Arg\d:)?[TE]\d+.*|\w+ [TER]\d+.*)"
        ),
    ),
    ("CoNLL", lazy_pattern(r"\S+(?:[ \t]\S+)*[ \t](?:O|[BIES]-\S+)|-DOCSTART-.*")),
)


def open_table(lines: Lines, line: tuple[int, str], name: str) -> tuple[str, list[str]]:
    """Return the delimiter and the columns; skip the lines around the header that are not rows."""
    delimiters: Sequence[str] = _DELIMITERS
    if (named := _NAMED_DELIMITER.fullmatch(bare(line[1]))) and (header := lines.take()):
        delimiters, line = (named[1],), header
    _check_format(line, lines.peek(_PEEKED), name)
    _check_spans(line, lines.peek(_PEEKED), f"{name}, line {line[0]}")
    if _are_spaced(line[1], lines.peek(_PEEKED)):
        lines.reshaped = tabbed
        line = line[0], tabbed(line[1])
    elif is_drawn(line[1]):
        lines.reshaped = drawn
        line = lines.take() or line
    for _ in range(_titles(line[1], lines.peek(_PEEKED), delimiters)):
        line = lines.take() or line
    if line[1].startswith("||"):  # as Jira marks headings
        line = line[0], line[1].replace("||", "|")
        lines.reshaped = drawn
    if "|" in line[1] and (lines.reshaped is drawn or any(map(is_rule, lines.peek(1)))):
        lines.reshaped = drawn
        line = line[0], drawn(line[1]) or line[1]
    found = _header(lines, line, f"{name}, line {line[0]}", delimiters)
    following = lines.take()
    if following is not None and not _RULE.fullmatch(bare(following[1])):
        lines.give_back([following])
    return found


def _are_spaced(first: str, following: Sequence[str]) -> bool:
    """Whether runs of blanks separate the cells, as R and statistics programs print tables.

    All lines have as many cells as the header, which has known names, or one more: a row's name.
    """
    if any(delimiter in first for delimiter in _DELIMITERS) or first.lstrip()[:1] in {"#", "{"}:
        return False
    columns = [cell.strip('"') for cell in tabbed(first).split("\t")]
    widths = {tabbed(text).count("\t") + 1 for text in following if text.strip()}
    known = sum(hint_of(column).part not in {UNKNOWN, BESIDE} for column in columns)
    if len(columns) < 2 or len(set(columns)) < len(columns) or not known:
        return False
    if any(column.endswith((".", ",", ":", ";", "!", "?")) for column in columns):
        return False
    rows = [tabbed(text).split("\t") for text in following if text.strip()]
    if not all(map({*columns}.isdisjoint, rows)):
        return False  # sentences that are alike
    return len(rows) > 1 and len(widths) == 1 and widths <= {len(columns), len(columns) + 1}


def _titles(first: str, following: list[str], delimiters: Sequence[str]) -> int:
    """Return how many lines before the header are titles or comments.

    Most lines below have as many cells as the header; a title fills one of them at most, and a
    comment begins with # and has another number.
    """
    texts = [first, *following]
    width, delimiter, best = 1, "", (0, False)
    for one in delimiters:
        widths = Counter(row_width(text, one) for text in following if text.strip())
        common, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        # A comma may also be before decimals; the delimiter is in the header as well.
        fits = row_width(first, one) == common
        if common > 1 and (times, fits) > best:
            width, delimiter, best = common, one, (times, fits)
    count = best[0]
    if width < 2 or 2 * count <= sum(1 for text in following if text.strip()):
        return 0
    skipped = 0
    for text in texts[:-1]:
        filled = sum(1 for cell in bare(text).split(delimiter) if cell.strip(' "'))
        comment = text.startswith("#") and row_width(text, delimiter) != width
        if not (comment or filled <= 1):
            break
        skipped += 1
    return skipped


def _header(
    lines: Lines, line: tuple[int, str], where: str, delimiters: Sequence[str]
) -> tuple[str, list[str]]:
    """Return the delimiter and the columns.

    The delimiter is the one under which the following lines have as many fields as the header, and
    the header has the most names that are known.
    """
    following = [text for text in lines.peek(_PEEKED) if text.strip()]
    if not following and "\r" in bare(line[1]):
        raise InputError(
            f"{where}: lines end in CR alone, as on old Macs",
            hint="convert them with tr '\\r' '\\n'",
        )
    best: tuple[tuple[float, int], str, list[str]] | None = None
    # The header itself may have quoted fields that span lines.
    for delimiter in delimiters:
        taken: list[tuple[int, str]] = []
        columns = quoted_fields(lines, line[1], delimiter, taken)
        lines.give_back(taken)
        if columns is None:
            continue
        columns = [column.strip() for column in columns]
        _check_width(columns, where)
        known = sum(1 for column in columns if hint_of(column).part not in {UNKNOWN, BESIDE})
        rows = following[len(taken) :]
        same = sum(1 for row in rows if row_width(row, delimiter) == len(columns))
        steady = 2.0 * same / len(rows) if rows and len(columns) > 1 else 0.0
        score = (known + steady, len(columns))
        if best is None or score > best[0]:
            best = score, delimiter, columns
    if best is None or not _is_header(best[2]):
        raise InputError(
            f"{where}: is neither JSON nor the header of a table: {shown(line[1])}",
            hint=_hint_for(best[2] if best else [], where),
        )
    _, delimiter, columns = best
    _check_header(columns, following, delimiter, where)
    quoted_fields(lines, line[1], delimiter, [])
    rows = [row for row in following if row_width(row, delimiter) == len(columns) + 1]
    if len(rows) > 1 and len(rows) == len(following) and len(columns) > 1:
        # R writes row names, but no name for their column.
        columns = ["", *columns]
    following = lines.peek(1)[:1]
    second = [cell.strip(' "') for row in following for cell in bare(row).split(delimiter)]
    joined = with_second_row(columns, second) if second else None
    if joined is not None:
        lines.take()
    return delimiter, distinct_names(joined or columns)


def with_second_row(columns: list[str], cells: Sequence[str]) -> list[str] | None:
    """Return the columns, joined with a second header row that repeats below several groups.

    A sheet may have an expert's name above two columns, "Score" and "Comment". Where the first
    columns are named in the second row only, nothing but names is left blank in the first one.
    None means that the cells are no header.
    """
    if len(cells) != len(columns) or (cells[0] and columns[0]):
        return None
    if len(columns) > 2 and all(map(is_date, columns[1:])) and all(map(_TIME.match, cells[1:])):
        return [f"{day} {time}".strip() for day, time in zip(columns, cells, strict=True)]
    groups: dict[str, list[str]] = {}
    above = [""] * len(columns)
    for place, cell in enumerate(cells):
        above[place] = columns[place] or (above[place - 1] if place else "")
        if cell and above[place]:
            groups.setdefault(above[place], []).append(cell)
    below = {tuple(group) for group in groups.values()}
    repeated = len(groups) > 1 and len(below) == 1 and len(set(*below)) == len(min(below)) > 1
    is_value = _NUMBER.fullmatch if columns[0] == "" else _DIGITS.search
    if not repeated or any(map(is_value, filter(None, cells))):
        return None
    return [f"{name} {cell}".strip() for name, cell in zip(above, cells, strict=True)]


def _check_header(columns: list[str], following: list[str], delimiter: str, where: str) -> None:
    """Raise InputError if the first line is a row like the others."""
    rows = [bare(row).split(delimiter) for row in following if row_width(row, delimiter) > 1]
    rows = [row for row in rows if len(row) == len(columns)]
    if len(columns) < 2 or not rows or any(map(_is_known, columns)):
        return
    recurring = numbered = 0
    for name, *cells in zip(columns, *rows, strict=True):
        recurring += name in cells
        numbered += any(map(str.isdigit, name)) and all(_nines(c) == _nines(name) for c in cells)
    if recurring + numbered == 0 or (recurring == 0 and numbered < len(columns) - 1):
        return
    named = "question,worker,answer" if len(columns) > 2 else "question,answer"
    raise InputError(
        f"{where}: the table has no header; its first row is {shown(delimiter.join(columns))}",
        hint=f"write the names of the columns above it, such as {named}",
    )


def _is_known(name: str) -> bool:
    """Whether a name is that of a column; "item7" may also be an item."""
    return not any(map(str.isdigit, name)) and hint_of(name).part != UNKNOWN


def _hint_for(columns: list[str], where: str) -> str:
    expected = (
        "expected JSON, JSON lines, or a header such as question,worker,answer "
        "(other names: `question`, `expert`, `content`)"
    )
    if len(columns) != 1:
        return expected
    file = where.partition(", line")[0]
    return (
        f"{expected}; a file of one answer per line is read with a number before each: "
        f"(printf 'id\\tanswer\\n'; nl -ba -w1 {file})"
    )


def _nines(cell: str) -> str:
    """Return a cell with its digits as 9, so that numbered names look alike."""
    return _DIGITS.sub("9", cell)


def _check_spans(line: tuple[int, str], following: list[str], where: str) -> None:
    """Raise InputError for the formats of annotated spans and tokens."""
    texts = [bare(line[1]), *map(bare, following)]
    for tool, pattern in _SPANS:
        if all(pattern.fullmatch(text) for text in texts[:4] if text.strip()):
            raise InputError(
                f"{where}: holds spans or tokens of a text ({tool}), which are not compared",
                hint="export one label per text, with the annotator, as CSV or JSON lines",
            )


def _check_format(line: tuple[int, str], following: list[str], name: str) -> None:
    """Raise InputError for documents in XML and YAML."""
    first = bare(line[1]).lstrip("\ufeff ")
    if _XML.match(first):
        raise InputError(
            f"{name}, line {line[0]}: is XML, which is not read",
            hint="export the answers as CSV or JSON: one row per answer, with the question and who "
            "gave it",
        )
    texts = [text for text in map(bare, (line[1], *following)) if text.strip()]
    nested = any(text[:1] in {" ", "-"} for text in texts)
    keyed = sum(map(bool, map(_YAML_KEY.match, texts)))
    if nested and keyed > 1 and (keyed == len(texts) or name.endswith((".yaml", ".yml"))):
        from shlex import quote

        raise InputError(
            f"{name}, line {line[0]}: is YAML, which is not read",
            hint=f"convert it to JSON: yq -o=json {quote(name)} | cotool consensus -",
        )


def _check_width(columns: list[str], where: str) -> None:
    if len(columns) > MOST_COLUMNS:
        raise InputError(
            f"{where}: the table has {len(columns):,} columns; at most {MOST_COLUMNS:,} are read",
            hint="keep the columns of the question, the experts and their answers",
        )


def _is_header(columns: list[str]) -> bool:
    """Whether a line can be a header: not all numbers; a single name must be a known one."""
    if len(columns) == 1:
        parts = {hint_of(word).part for word in columns[0].split()}
        if len(parts - {UNKNOWN, BESIDE}) > 2:
            return False  # "question worker answer", in columns of spaces
        return hint_of(columns[0]).part in {ANSWER, GOLD} or plain_name(columns[0]) in CONTENT_NAMES
    return not all(_NUMBER.fullmatch(column) for column in columns if column)


def distinct_names(columns: Sequence[str]) -> list[str]:
    """Return the names of columns, each of which occurs once; columns without one get one."""
    named: dict[str, None] = {}
    numbers: dict[str, int] = {}
    for place, column in enumerate(columns, 1):
        name = column or f"unnamed column {place}"
        while name in named:
            numbers[column] = numbers.get(column, 1) + 1
            name = f"{column}.{numbers[column]}"
        named[name] = None
    return list(named)
