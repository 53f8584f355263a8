r"""Marks that set an answer apart: `\boxed{}`, `####`, `[[A]]`, `A:`, a line of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.languages import REASONS
from cotool.consensus.extract.spans import NUMBER_OR_LETTER, SPAN, StatedPlace, has_second_option


def mark_places(text: str) -> Iterator[StatedPlace]:
    """Yield what the marks in a text set apart."""
    if "boxed" in text:
        yield from _boxed(text)
    if "####" in text:
        position = text.rfind("####")
        line = text[position + 4 : position + SPAN].split("\n", 1)[0]
        yield StatedPlace(position, line, "####", NUMBER_OR_LETTER, whole=True)
    if "]]" in text:
        yield from _verdict(text)
    position = 0 if text.startswith("A:") else text.rfind("\nA:")
    if position >= 0 and not has_second_option(text):
        yield StatedPlace(position, text[position : position + SPAN].lstrip()[2:], "A:", whole=True)
    if "`" in text[:_LONGEST_HEADING] and (used := _USES.match(text)):
        yield StatedPlace(0, used[1], "use …", ("short",), whole=True)
    yield from _lines(text)


def _verdict(text: str) -> Iterator[StatedPlace]:
    """Yield what a judge puts in double brackets: `[[A]]`, `[[A>B]]`, `[[7]]`, `[[Rating: 7]]`."""
    end = text.rfind("]]")
    start = text.rfind("[[", max(0, end - SPAN), end)
    if start >= 0:
        content = _RATING_LABEL.sub("", text[start + 2 : end].strip())
        yield StatedPlace(start, content, "[[…]]", whole=True)


_RATING_LABEL = lazy_pattern(r"(?:rating|score|verdict|final verdict)\s?:\s?", re.IGNORECASE)


_USES = lazy_pattern(
    r"(?:(?:you (?:can|should|could) |just |simply )?(?:use|run|type|try|execute|enter|call)"
    r"(?: the (?:command|function|method))?:? )`([^`\n]{1,80})`[.!]?$",
    re.IGNORECASE,
)


def _lines(text: str) -> Iterator[StatedPlace]:
    first, blank, rest = text[:SPAN].partition("\n\n")
    if blank and "\n" not in first and _REASON.match(rest.lstrip(_EMPHASIS)):
        yield StatedPlace(0, first, "before the explanation", whole=True)
    position = text.rfind("\n")
    if position > 0 and _HEADED.search(text, max(0, position - _LONGEST_HEADING), position):
        yield StatedPlace(position, text[position + 1 :], "final answer", whole=True)
    has_label = ":" in text[position + 1 : position + 1 + _LONGEST_LABEL]
    labelled = _LABELLED_LINE.match(text, position + 1) if has_label else None
    if labelled:
        rule = labelled.group().strip()
        yield StatedPlace(position, text[labelled.end() :][:SPAN], rule, whole=True)
    if position < 0:
        if ":" in text[:_LONGEST_LABEL] and (labelled := _LABELLED_LINE.match(text)):
            line, more, rest = _sentence_and_rest(text[labelled.end() :][:SPAN])
            if more and not ("total" in labelled.group().lower() and "=" in rest):
                yield StatedPlace(0, line, labelled.group().strip(), whole=True)
        return
    if ":" in first[:_LONGEST_LABEL] and (labelled := _LABELLED_LINE.match(text)):
        line = text[labelled.end() :].partition("\n")[0][:SPAN]
        yield StatedPlace(0, line, labelled.group().strip(), whole=True)
    if BARE_LINE.fullmatch(text, position + 1):
        yield StatedPlace(position, text[position:], "last line", NUMBER_OR_LETTER, whole=True)
    elif _OPTION_LINE.match(text, position + 1) and not has_second_option(text):
        yield StatedPlace(position, text[position:], "last line", ("choice",))


def _sentence_and_rest(text: str) -> tuple[str, str, str]:
    """Return the first sentence of a line, what ends it, and what follows."""
    end = _FIRST_END.search(text)
    return (text[: end.start()], end[0], text[end.end() :]) if end else (text, "", "")


_FIRST_END = lazy_pattern(r"[.;!]\s+(?=[A-Z(])")
_EMPHASIS = "*_# "
_REASON = lazy_pattern(rf"{REASONS}[*_]{{0,2}}\s?[:：]", re.IGNORECASE)
_HEADED = lazy_pattern(
    r"(?:^|\n)[#*_\s]{0,6}(?:the\s)?(?:final\s|my\s)?answer[*_:]{0,3}\s*$", re.IGNORECASE
)
_LONGEST_HEADING = 40
_LABELLED_LINE = lazy_pattern(
    r"[#*_\s]{0,6}(?:final\s|my\s|overall\s)?(?:verdict|decision|result|label|category|class"
    r"|classification|sentiment|prediction|solution|conclusion|output|choice|rating|score|total|winner|grade|judge?ment|evaluation|assessment"
    r"|(?:better|best|preferred|winning)\s(?:response|answer|assistant|model|option|output|one))"
    r"[*_]{0,2}\s?:[*_\s]{0,6}",
    re.IGNORECASE,
)
_LONGEST_LABEL = len("###### overall classification** :")
_OPTION_LINE = lazy_pattern(r"[*_]{0,2}\(?[A-J][.)]{1,2}[*_]{0,2}\s+(?=\S)")  # not "A: 18"
BARE_LINE = lazy_pattern(
    r"[\s*_(\[{$€£¥`]{0,6}(?:[A-J]|[-+]?[$€£¥]?\d[\d.,/]{0,30}\s?%?)[*_)\]}$`.]{0,6}"
)


def _boxed(text: str) -> Iterator[StatedPlace]:
    position = text.rfind("boxed")
    opening = text.find("{", position, position + 8)
    if opening < 0:
        yield StatedPlace(position, text[position + 5 : position + SPAN], "\\boxed")
        return
    depth = 0
    for index in range(opening, min(len(text), opening + 2 * SPAN)):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            yield StatedPlace(position, text[opening + 1 : index], "\\boxed{}", whole=True)
            return
