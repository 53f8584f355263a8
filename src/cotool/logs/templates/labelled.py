"""Joins of templates that differ in the values after labels, as in events of Windows.

    Account Name: SYSTEM Account Domain: NT AUTHORITY Logon ID: 0x3e7
    Account Name: jdoe Account Domain: CORP Logon ID: 0x1f2

Where a value of several words ends and the next label begins shows only in several messages: the
labels are what they have in common before each colon.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from cotool._typing import TYPE_CHECKING
from cotool.logs.templates.fits import TemplateFit, Tokens
from cotool.logs.templates.tokens import PARAMETER, is_word

if TYPE_CHECKING:
    Pair = tuple[int, int]

# With fewer labels, a colon may as well be before a message, as in "net: link: down". Chosen on
# nine invented programs: grouping F1 .588 with 3, .580 with 4. On the eight loghub sets it is .971
# with 2, .978 with 3 and 4; on HiBench .818 with 2 and 3, .804 with 4.
_LEAST_LABELS = 3
# The longest templates and values that are considered.
_LONGEST, _LONGEST_VALUE = 400, 16


def join_labelled(
    templates: Mapping[Tokens, int], new: Collection[Tokens] | None
) -> dict[Tokens, TemplateFit]:
    """Join templates that begin alike, and have the same labels with different values."""
    alike: dict[tuple[Tokens, int], list[tuple[Tokens, list[int]]]] = defaultdict(list)
    fresh = None if new is None else {_beginning(t) for t in new}
    for template, latest in templates.items():
        if template.count(":") < _LEAST_LABELS or len(template) > _LONGEST:
            continue
        colons = _colons(template)
        if len(colons) < _LEAST_LABELS or colons[0] > latest:
            continue
        if fresh is None or _beginning(template) in fresh:
            alike[template[: colons[0]], len(colons)].append((template, colons))
    joined: dict[Tokens, TemplateFit] = {}
    for found in alike.values():
        values = _values(found) if len(found) > 1 else None
        for (template, _), spans in zip(found, values or (), strict=bool(values)):
            joined[template] = _replaced(template, spans)
    return joined


def _colons(template: Tokens) -> list[int]:
    """Return where each colon is that a blank follows."""
    return [n for n in range(1, len(template) - 1) if template[n : n + 2] == (":", " ")]


def _beginning(template: Tokens) -> Tokens:
    colons = _colons(template)
    return template[: colons[0]] if colons else ()


def _values(found: Sequence[tuple[Tokens, list[int]]]) -> list[list[Pair]] | None:
    """Return where the values that differ are in each template; None if some have no label."""
    values: list[list[Pair]] = [[] for _ in found]
    labels = 1
    for n in range(len(found[0][1])):
        spans = [
            (colons[n] + 2, colons[n + 1] if n + 1 < len(colons) else len(template))
            for template, colons in found
        ]
        parts = [
            template[start:stop] for (template, _), (start, stop) in zip(found, spans, strict=True)
        ]
        is_last = n + 1 == len(found[0][1])
        if len(set(parts)) == 1:
            # A value and a label, or the latter alone.
            labels += not is_last and sum(map(is_word, parts[0])) > 1
            continue
        label = 0 if is_last else _label_length(parts)
        if (not is_last and not label) or max(map(len, parts)) - label > _LONGEST_VALUE:
            return None
        labels += not is_last
        for own, (start, stop) in zip(values, spans, strict=True):
            own.append((start, stop - label))
    return values if labels >= _LEAST_LABELS else None


def _label_length(parts: Sequence[Tokens]) -> int:
    """Return how many tokens at the end all have, with the blank before them; 0 for no label."""
    length = 0
    shortest = min(map(len, parts))
    while length < shortest and len({part[-length - 1] for part in parts}) == 1:
        length += 1
    while length and parts[0][-length] != " ":
        length -= 1
    label = parts[0][len(parts[0]) - length :]
    return length if length < shortest and any(t[0].isalpha() for t in label) else 0


def _replaced(template: Tokens, values: Sequence[Pair]) -> TemplateFit:
    tokens: list[str] = []
    spans: list[Pair] = []
    at = 0
    for start, stop in values:
        tokens += [*template[at:start], PARAMETER]
        spans += [*((n, n + 1) for n in range(at, start)), (start, stop)]
        at = stop
    spans += [(n, n + 1) for n in range(at, len(template))]
    return TemplateFit((*tokens, *template[at:]), tuple(spans))
