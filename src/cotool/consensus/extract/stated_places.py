r"""Find where a text states its answer: spans to be read, the strongest evidence first.

Order: fields and tags made for machines; then stated answers ("the answer is", `\boxed{}`, `####`,
a last line with nothing else), the last in the text first; then weaker signs (a text that opens
with an option or with yes or no; a conclusion). Every search is bounded or one pass from an end,
so the time is linear in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.conclusions import weak_places
from cotool.consensus.extract.corrections import corrected
from cotool.consensus.extract.leads import lead_places
from cotool.consensus.extract.marks import mark_places
from cotool.consensus.extract.readings import CLOSED_KINDS
from cotool.consensus.extract.spans import SPAN, WHOLE, StatedPlace
from cotool.consensus.extract.vocabulary import has_any

FIELDS = ("final_answer", "answer", "label", "choice", "prediction", "result")
_FIELD_VALUE = lazy_pattern(
    r"""["']\s{0,9}:\s{0,9}\[?\s{0,9}(?:"((?:[^"\\\n]|\\.){0,200})"|'([^'\n]{0,200})'|([^\s,}\]{\["']{1,60}))"""
)
_ANSWER_TAG = lazy_pattern(
    r"<((?:final|my|the)?[_-]?(?:answer|final|result|output|solution|label|verdict|choice|score|rating"
    r"|grade|prediction|class|category|sentiment|decision|conclusion|option|response))>([^<]{1,200})</\1>"
)


# An object with one field, whatever its name.
_ONLY_FIELD = lazy_pattern(
    r"""\{\s*["'][\w ]{1,40}["']\s*:\s*
    (?:"([^"\\\n]{1,60})"|'([^'\n]{1,60})'|([\w.+-]{1,30}))\s*\}""",
    re.VERBOSE,
)


def field_places(text: str, low: str) -> Iterator[StatedPlace]:
    """Yield what tags and JSON fields hold."""
    if "</" in low and "</answer" not in low:
        tag = _ANSWER_TAG.search(low, max(0, len(low) - 3 * SPAN))
        if tag:
            yield StatedPlace(tag.start(), text[slice(*tag.span(2))].strip(), tag[1], whole=True)
    if "</answer" in low:
        end = low.rfind("</answer")
        start = low.rfind("<answer>", 0, end)
        if start >= 0:
            content = text[start + 8 : end].strip()
            yield StatedPlace(start, content, "<answer>", whole=True)
            yield from explicit_places(content)
    if "{" in low and has_any(low, ('":', "':", '" :')):
        yield from _fields(text, low)


def _fields(text: str, low: str) -> Iterator[StatedPlace]:
    """Yield what the fields of JSON hold."""
    if low[:1] == "{" and (only := _ONLY_FIELD.fullmatch(text)):
        yield StatedPlace(0, next(filter(None, only.groups())), "the only field", whole=True)
    for field in FIELDS:
        position = max(low.rfind(f'"{field}"'), low.rfind(f"'{field}'"))
        if position < 0:
            continue
        match = _FIELD_VALUE.match(text, position + 1 + len(field))
        if match is None:
            continue
        quoted, single, bare = match.groups()
        if quoted is not None:
            value = _unescape(quoted)
            yield StatedPlace(position, value, f'"{field}":', whole=True)
            yield from explicit_places(value)
        else:
            yield StatedPlace(position, single if bare is None else bare, f'"{field}":', whole=True)


def _unescape(quoted: str) -> str:
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        return quoted


def explicit_places(text: str) -> list[StatedPlace]:
    """Return what phrases and marks state, the last in the text first."""
    low = text.lower()
    found = [*lead_places(text, low), *mark_places(text)]
    if has_any(low, ("wrong", "incorrect", "mistake", "error", "not right", "not correct")):
        found = [one for one in found if not _RETRACTED.match(text, max(0, one.position))]
    found.sort(key=lambda statement: -statement.position)
    return found


# "The answer is 92. Hmm, actually that is wrong."
_RETRACTED = lazy_pattern(
    r"""\n?(?:[^.!?\n]|\.(?=\d)){0,150}(?:[.!?…]+|\n)\s*
    (?:(?:hmm+|wait|no|oops|actually|but|oh|sorry|hold[ ]on)\b[\s,.!…]*){1,4}
    (?:(?:that|this|it)(?:['’]s|[ ]is|[ ]was)[ ]
    (?:not[ ](?:right|correct)|wrong|incorrect|an?[ ](?:mistake|error))
    |i[ ](?:made|was|see))""",
    re.VERBOSE | re.IGNORECASE,
)


def find_stated_places(text: str) -> Iterator[StatedPlace]:
    """Yield the places that state an answer in a prepared text, the strongest evidence first."""
    if len(text) <= SPAN:
        yield from corrected(text)
        yield StatedPlace(0, text, WHOLE, CLOSED_KINDS, whole=True)
        if text.isascii() and text.isalpha():  # one word: a label
            yield StatedPlace(0, text, WHOLE, ("short",), whole=True)
            return
    low = text.lower()
    yield from field_places(text, low)
    yield from explicit_places(text)
    yield from weak_places(text, low)
    if len(text) <= SPAN:
        yield StatedPlace(0, text, WHOLE, ("short",), whole=True)
