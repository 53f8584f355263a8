r"""Where a text states its final answer: "the answer is (C)", \boxed{42}, #### 42, a JSON field.

All patterns are bounded, so time is linear in the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Answers stand at the end: only so many of the last characters are searched.
WINDOW = 20_000

_RUN_ON = re.compile(
    r"\n[ \t]{0,8}(?:\#{2,4}[ ]?)?(?:Question|Q|Human|User|Instruction|Problem|Input|Exercise)"
    r"(?:[ ]\d{1,4})?[ ]{0,2}(?::|\n)"
    r"|<\|(?:im_end|endoftext|eot_id|end_of_text)\|>"
    r"|\n[ ]{0,4}\[INST\]",
    re.IGNORECASE,
)

_ANSWER = (
    r"(?:answer|answers|option|choice|solution|result|conclusion|prediction|verdict"
    r"|antwort|lösung|ergebnis|respuesta|opción|solución|réponse|solution|risposta|soluzione"
    r"|resposta|opção|antwoord|svar|odpowiedź|cevap|ответ|вариант|答案|答え|回答|选项|정답)"
)
_IS = (
    r"(?:is|are|was|be|equals|equal to|becomes|gives|ist|lautet|es|est|è|é|is:|является"
    r"|是|为|は|은|는)"
)
# As in: the correct answer to this question is …; Final Answer: …; answer = …
_STATEMENT = re.compile(
    rf"(?<![^\W_]){_ANSWER}(?![^\W_\d]|s\b)"
    rf"(?P<between>[^\n.:=!?;]{{0,48}}?)"
    rf"(?:\s{{0,3}}(?<![^\W_]){_IS}(?![^\W_])\s{{0,2}}:?|\*{{0,2}}\s{{0,2}}[:=：]|\s?(?:是|为|は))"
    # Looked at, not consumed: "Final answer: the answer is 5" is two statements.
    rf"(?=(?P<payload>[^\n]{{0,200}}"
    rf"(?:\n{{1,2}}(?=[ *(\\$]{{0,6}}[A-Za-z0-9]{{1,12}}[)*. ]{{0,4}}(?:\n|$))[^\n]{{0,40}})?))",
    re.IGNORECASE,
)
_BARE_CJK = re.compile(
    r"(?:答案|答え|回答|정답)[^\n。]{0,12}?(?P<payload>[A-Za-z0-9(（][^\n。]{0,60})"
)
_SELECTED = re.compile(
    r"(?:\bI(?:'d| would| will|'ll)? (?:choose|select|pick|go with|answer)|\boption|\bchoice)"
    r"\s{1,3}"
    r"(?P<payload>[(*\[]{0,3}[A-Z](?![A-Za-z'])[^\n]{0,60})"
)
_IS_CORRECT = re.compile(
    r"(?<![A-Za-z'])(?P<payload>\(?[A-Z][).]?)[*]{0,2} (?:is|would be|must be) (?:the )?"
    r"(?:correct|right|best|only (?:correct|right))"
)
_HASHES = re.compile(r"####[ \t]{0,4}(?P<payload>[^\n]{1,80})")
_A_LINE = re.compile(r"(?m)^[ \t]{0,8}A:[ \t]{0,4}(?P<payload>[^\n]{1,200})$")
_B_LINE = re.compile(r"(?m)^[ \t]{0,8}B:")
_TAG = re.compile(
    r"<(?:final_)?answer>\s{0,20}(?P<payload>[^<]{1,200}?)\s{0,20}</(?:final_)?answer>"
)
_FIELD = re.compile(
    r"""["'](?:final[_ ]?answer|answer|label|choice|prediction|result|output)["']\s{0,8}:\s{0,8}"""
    r"""(?:"(?P<text>(?:[^"\\\n]|\\.){0,200})"|'(?P<single>[^'\n]{0,200})'"""
    r"""|(?P<bare>-?[0-9][0-9.,eE+-]{0,60}|true|false))""",
    re.IGNORECASE,
)
_FORMAL = (("####", _HASHES, "####"), ("</", _TAG, "<answer>"), ("A:", _A_LINE, "A: …"))
_INFORMAL = ((_BARE_CJK, "答案"), (_SELECTED, "option …"), (_IS_CORRECT, "… is correct"))
_NOT = re.compile(
    r"\s{0,3}(?:not|never|neither|nicht|no|ne|non|не)\b(?!\s*[,.;:!]|\s*$)", re.IGNORECASE
)

_DENIED = re.compile(r"\bnot\b|n't\b", re.IGNORECASE)
_FINAL = re.compile(r"final\s{1,2}$", re.IGNORECASE)
# No further sentence follows on the line.
ENDS_PARAGRAPH = re.compile(r"[^\n.!?]{0,200}(?:[.!?][^\w\n]{0,12})?(?:\n|$)")
CORRECTION = re.compile(
    r"\b(?:wait|actually|however|correction|mistake|re-?check|double[- ]check|re-?consider"
    r"|re-?evaluat|on second thought|instead|revis|let me|let's re|final|therefore|thus|so the"
    r"|hence)",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """The text up to where the model runs on into another question; its end, if it is long."""
    start = len(text) - len(text.lstrip())
    mark = _RUN_ON.search(text, start + 1)
    if mark:
        text = text[: mark.start()]
    return text[-WINDOW:]


def _boxed(text: str) -> Iterator[tuple[int, str]]:
    r"""Contents of \boxed{…} with balanced braces, the last few."""
    end = len(text)
    for _ in range(8):
        start = text.rfind("\\boxed{", 0, end)
        if start < 0:
            return
        depth, place = 1, start + 7
        while place < len(text) and depth and place < start + 400:
            depth += {"{": 1, "}": -1}.get(text[place], 0)
            place += 1
        if depth == 0:
            yield start, text[start + 7 : place - 1]
        end = start


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: where it stands, what it says, and whether its form is meant for machines."""

    start: int
    end: int
    payload: str
    rule: str
    formal: bool = True


def find_statements(text: str) -> list[Statement]:
    """Every explicit statement, the last first."""
    found: list[Statement] = []
    if "\\boxed" in text:
        found += [
            Statement(start, start + len(payload), payload, "\\boxed{}")
            for start, payload in _boxed(text)
        ]
    for mark, pattern, rule in _FORMAL:
        if mark in text and not (pattern is _A_LINE and _B_LINE.search(text)):
            found += _matches(pattern, rule, text)
    found += _fields(text)
    found += _sentences(text)
    return sorted(found, key=lambda one: -one.start)


def _matches(
    pattern: re.Pattern[str], rule: str, text: str, *, formal: bool = True
) -> Iterator[Statement]:
    for match in pattern.finditer(text):
        yield Statement(match.start(), match.end(), match["payload"], rule, formal)


def _fields(text: str) -> Iterator[Statement]:
    if '":' in text or "':" in text or '" :' in text:
        for match in _FIELD.finditer(text):
            payload = match["text"] or match["single"] or match["bare"] or ""
            yield Statement(match.start(), match.end(), payload, "a JSON field")


def _sentences(text: str) -> Iterator[Statement]:
    for match in _STATEMENT.finditer(text):
        if _NOT.match(match["payload"]) or _DENIED.search(match["between"]):
            continue
        formal = _FINAL.search(text[max(match.start() - 8, 0) : match.start()]) is not None
        yield Statement(match.start(), match.end(), match["payload"], "the answer is …", formal)
    for pattern, rule in _INFORMAL:
        yield from _matches(pattern, rule, text, formal=False)
