"""Lines with a time that belong to the record before, and records without a time of their own.

PostgreSQL writes DETAIL, HINT and STATEMENT of an error below it, with the same time. In slow logs
of MySQL, one line with a time may head several queries of the same second.
"""

from __future__ import annotations

from collections import Counter

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.formats.level_marks import HALF
from cotool.logs.formats.text_times import LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cotool.logs.formats.text_times import PlacedTimes

# Words that name a part of a message, in the languages of PostgreSQL, and those for the message.
_PARTS = tuple(
    word.encode()
    for word in (
        "DETAIL HINT QUERY CONTEXT LOCATION STATEMENT BACKTRACE "  # English
        "TIPP ANFRAGE ZUSAMMENHANG ORT ANWEISUNG "  # German
        "DÉTAIL ASTUCE REQUÊTE CONTEXTE EMPLACEMENT INSTRUCTION "  # French
        "DETALLE SUGERENCIA CONSULTA CONTEXTO UBICACIÓN SENTENCIA "  # Spanish
        "DETTAGLI SUGGERIMENTO CONTESTO POSIZIONE ISTRUZIONE "  # Italian
        "DETALHE DICA LOCALIZAÇÃO COMANDO "  # Portuguese
        "SZCZEGÓŁY PODPOWIEDŹ ZAPYTANIE KONTEKST POZYCJA WYRAŻENIE "  # Polish
        "DETALJ TIPS FRÅGA SAMMANHANG PLATS SATS "  # Swedish
        "ПОДРОБНОСТИ ПОДСКАЗКА ЗАПРОС КОНТЕКСТ ПОЛОЖЕНИЕ ОПЕРАТОР "  # Russian
        "詳細 ヒント 問い合わせ 文脈 場所 ステートメント "  # Japanese
        "详细信息 提示 查询 上下文 位置 语句"  # Chinese
    ).split()
)
_MESSAGES = frozenset(word.encode() for word in ("LOG", "СООБЩЕНИЕ", "DZIENNIK", "日志"))
_BLANKS = b":  "  # what PostgreSQL writes after these words
_WORD = lazy_pattern(rb"([A-Z\x80-\xff]{2,}):  ")
_REACH = 300
_ENOUGH = 0.8

_NEARLY_ALL = 0.9


def parts_of(lines: Sequence[bytes], times: PlacedTimes) -> tuple[bytes, ...]:
    """Return the words after a time that say that a line belongs to the record before it.

    Such lines have the time of that record. Without any in the sample, PostgreSQL is known by LOG.
    """
    if not any(_BLANKS in lines[n] for n, _, _ in times.members):
        return ()
    before = b""
    parts = same = messages = 0
    for n, start, end in times.members:
        line, time = lines[n], lines[n][start:end]
        found = _WORD.search(line, end, end + _REACH)
        word = found[1] if found is not None else b""
        if word in _PARTS:
            parts += 1
            same += time == before
        else:
            messages += word in _MESSAGES
            before = time
    return _PARTS if (same > _ENOUGH * parts if parts else messages) else ()


def is_part(line: bytes, parts: Sequence[bytes]) -> bool:
    """Return whether a line holds one of these words as PostgreSQL writes them."""
    found = _WORD.search(line) if parts else None
    return found is not None and found[1] in parts


def entry_of(lines: Sequence[bytes], times: PlacedTimes) -> bytes:
    """Return how a line begins that heads each of several records below one time, b"" without one.

    The lines with the time say nothing else, and the line below each of them begins alike. Where
    such a line comes again, the lines below it are labelled as those below the first one.
    """
    heads = [n for n, _, end in times.members if not lines[n][end:].strip()]
    if len(heads) < _NEARLY_ALL * len(times.members):
        return b""
    ends = [*heads[1:], len(lines)]
    blocks = [lines[n + 1 : end] for n, end in zip(heads, ends, strict=True) if end > n + 1]
    labels = Counter(_label(block[0]) for block in blocks)
    label, count = labels.most_common(1)[0] if labels else (b"", 0)
    if not label or count < _NEARLY_ALL * len(blocks):
        return b""
    again = [
        _follows(block, n) == _follows(block, 0)
        for block in blocks
        for n in range(1, len(block))
        if block[n].startswith(label)
    ]
    if again:
        return label if sum(again) >= HALF * len(again) else b""
    # Without one in the sample: headings of the same kind as that of the time.
    mark = lines[heads[0]][:1]
    return label if not mark.isalnum() and label.startswith(mark) else b""


def _label(line: bytes) -> bytes:
    found = LABEL.match(line)
    return found[0] if found is not None else b""


def _follows(block: Sequence[bytes], n: int) -> bytes:
    """Return the label, or the first word, of the line after one, b"" if it is the last one."""
    line = block[n + 1] if n + 1 < len(block) else b""
    return _label(line) or line.split(b" ", 1)[0]
