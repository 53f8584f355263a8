"""Responses that a limit of tokens cut off: they count where they state their answer before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cotool.consensus.extract.preparation import prepare
from cotool.consensus.extract.stated_places import explicit_places, field_places

if TYPE_CHECKING:
    from cotool.consensus.extract.spans import StatedPlace

# What APIs call the reason for which a text ends, without capitals and underscores.
_REASONS = frozenset({"finishreason", "stopreason", "donereason", "completionreason"})
_LIMITS = frozenset({"length", "maxtokens", "maxoutputtokens", "maxlength", "modellength"})
_DEEPEST = 6
_ENDS = (". ", "! ", "? ", "\n", "。", "！", "？")
_CLOSING = ".!?。！？"
# Marks that close what they hold.
_CLOSED = frozenset({"\\boxed{}", "[[…]]", "<answer>"})


def _plain(value: object) -> str:
    return str(value).replace("_", "").replace("-", "").casefold()


def reasons_in(value: Any, depth: int = _DEEPEST) -> Iterator[object]:
    """Yield the reasons for which the texts of a record end, also those of nested objects."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if isinstance(part, str):
                if _plain(key) in _REASONS:
                    yield part
            elif depth:
                yield from reasons_in(part, depth - 1)
    elif isinstance(value, (list, tuple)) and depth:
        for part in value:
            yield from reasons_in(part, depth - 1)


def is_cut(metadata: Mapping[str, Any]) -> bool:
    """Whether a response ends at a limit: all reasons in its metadata say so."""
    if not metadata:
        return False
    reasons = [*map(_plain, reasons_in(metadata))]
    return bool(reasons) and all(reason in _LIMITS for reason in reasons)


def before_the_cut(text: str) -> str:
    """Return the whole sentences of a text that was cut off, if they state an answer, else "".

    One word is an answer for which a limit of one token was set.
    """
    text = text.strip()
    if len(text.split()) < 2:
        return text
    if any(one.rule in _CLOSED for one in _stated(text)):
        return text
    ends = max(text.rfind(end) for end in _ENDS) + 1
    whole = text if text[-1] in _CLOSING else text[:ends]
    return whole if any(_stated(whole)) else ""


def _stated(text: str) -> Iterator[StatedPlace]:
    prepared = prepare(text)
    yield from field_places(prepared, prepared.lower())
    yield from explicit_places(prepared)
