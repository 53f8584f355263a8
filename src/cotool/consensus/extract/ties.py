"""Verdicts of judges who compare two answers, A and B: "tie" is an answer like these."""

from __future__ import annotations

import re

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.consensus.extract.conclusions import last_sentence
from cotool.consensus.extract.extracted import Extracted

if TYPE_CHECKING:
    from collections.abc import Sequence

    Found = Sequence[dict[str, Extracted | None]]

TIE = Extracted("tie", "choice", "tie", "a tie")
# Judges write [[C]] for a tie.
_BRACKETS = "[[…]]"
_COMPARED = (
    "answers|responses|models|assistants|outputs|candidates|systems|summaries|translations|essays"
)
_VERDICT = lazy_pattern(
    rf"""[\[("'“*_\s]*
    (?:(?:so|overall|therefore|thus|hence|in[ ]conclusion|in[ ]the[ ]end|finally),?\s+)?
    (?:(?:(?:my|the|overall|final)\s)*(?:verdict|result|outcome|winner|answer|preference|decision
    |judge?ment|conclusion)(?:\sis)?\s*[:,–-]?\s*)?
    (?:i(?:['’]d|\swould)?\s(?:say|call|declare|rate|judge|consider)\s)?
    (?:(?:it|this|that|they|both)(?:['’]s|['’]re|\sis|\sare|\swould\sbe|\sends\sin)?\s)?
    [\[("'“*_\s]*
    (?:
      (?:an?\s|the\s|clear\s|close\s)*(?:tie|tied|draw|dead\sheat)
      (?=[.:,;!)\]*"'”_–-]|\s*$|\s[–—-]|\s(?:between|since|because|as|overall|for|on)\b)
      |(?:a\s?=\s?b|equal(?:ly\s(?:good|bad|strong|weak))?|no\s(?:clear\s)?(?:winner|preference))
      (?=[.,;!)\]*"'”_]|\s*$)
      |(?:both|(?:the|these)\stwo|the|both\sof\sthe)\s(?:(?:{_COMPARED})\s)?(?:are|were)\s
      (?:about\s|roughly\s|just\sas\s)?(?:equal|equally|tied|of\sequal|comparable)\b
      |neither\s(?:\w+\s)?(?:is|was)\s(?:clearly\s|really\s)?better\b
      |neither\s(?:\w+\s)?wins\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_OPTION = lazy_pattern(r"\(?[A-J][).:]\s+(?:an?\s|the\s)?(?:neck)?tie\b", re.IGNORECASE)


def add_ties(texts: Sequence[str], found: Found, question: str) -> None:
    """Add the answer "tie" to texts that say so, where all other answers are A or B.

    In other questions a tie is a label, a piece of clothing for example.
    """
    stated = [answer for one in found if (answer := one.get("choice"))]
    if not stated or {answer.value for answer in stated if not _is_third(answer)} - {"A", "B"}:
        return
    ties = [
        one
        for one, text in zip(found, texts, strict=True)
        if text and "choice" not in one and _says_tie(text)
    ]
    if not ties or _OPTION.search(question):
        return
    for one in found:
        own = one.get("choice")
        if own is not None and _is_third(own):
            ties.append(one)
    for one in ties:
        one.clear()
        one["choice"] = TIE


def _is_third(answer: Extracted) -> bool:
    return answer.value == "C" and answer.rule == _BRACKETS


def _says_tie(text: str) -> bool:
    """Whether a text begins or ends with the verdict that there is a tie."""
    return bool(_VERDICT.match(text) or _VERDICT.match(last_sentence(text)))
