"""Responses that a limit of tokens cut off: they count where they state their answer before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Any
from cotool.consensus.extract.preparation import prepare
from cotool.consensus.extract.stated_places import FIELDS, explicit_places, field_places
from cotool.consensus.extract.yes_no import read_boolean

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


# One word that only leads to an answer, a field of JSON that is complete, and a first line that is
# an answer alone.
_OPEN = lazy_pattern(r"[<{:：=]|[是为為はは]$")
_FIELD = lazy_pattern(rf"""["'](?:{"|".join(FIELDS)})["']\s*:\s*"[^"\n]+"\s*[,}}]""")
_BARE = lazy_pattern(r"(?:#{2,4}\s*)?[-$€£]?\d[\d.,]*%?\s*(?:\n|$)")


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

    One word is an answer for which a limit of one token was set. Of 44 made-up texts, 39 are
    understood; the others state their answer in passing ("There are 3."), and are left out.
    """
    text = text.strip()
    if len(text.split()) < 2:
        return "" if _OPEN.search(text) else text
    if _FIELD.search(text) or read_boolean(text):
        return text
    if any(one.rule in _CLOSED for one in _stated(text)):
        return text
    ends = max(text.rfind(end) for end in _ENDS) + 1
    whole = (text if text[-1] in _CLOSING else text[:ends]).strip()
    return whole if any(_stated(whole)) or _BARE.match(whole) else ""


def _stated(text: str) -> Iterator[StatedPlace]:
    prepared = prepare(text)
    yield from field_places(prepared, prepared.lower())
    yield from explicit_places(prepared)
