"""Labels among sentences: "Paris" beside "It is Paris, on the Seine"."""

from __future__ import annotations

from collections.abc import Iterable

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.dates import read_date
from cotool.consensus.extract.languages import CLOSINGS
from cotool.consensus.extract.normal_form import list_items, ranges_in, running_form
from cotool.consensus.extract.telephones import telephones_in
from cotool.consensus.extract.vocabulary import has_any

# Longer texts may mention a label in passing.
LONGEST = 240
_NEGATED = lazy_pattern(
    r"(?:\b(?:not|no|never|neither|nor|without|unlike|than|instead of|except|kein|keine|nicht|pas"
    r"|jamais|nunca|non|não|не|нет|ليس)|n['’]t|不是|不|没)\s?(?:an?\s|the\s|in\s|on\s|at\s)?$"
)
# In Japanese and Korean, a negation follows its word: 安全ではありません, 학생이 아닙니다.
_NEGATED_AFTER = lazy_pattern(
    r"(?:では|じゃ|で|く|し|が|は|に)?(?:ない|なか|ありません|ません|あらず)"
    r"|(?:이|가|은|는|하지|지)?\s?(?:아니|아닙|아닌|않)|\s?नहीं|\s(?:değil|nicht\b)"
)
_LEADING_COPULA = lazy_pattern(
    r"[^.!?\n:]{1,100}?\b(?:is|was|are|were|ist|war|sind|heißt|heisst|lautet|beträgt|est|était"
    r"|s['’]appelle|es|era|son|se llama|é|chama-se|se chama|è|sono|si chiama|это|называется|зовут"
    r"|costs?|equals|totals|weighs|lasts|measures|kostet|takes)\s+"
    r"(?:called\s|named\s|in\s|on\s|at\s)?(?=\S)"
)
_LEADING_CJK = lazy_pattern(r"[^。！？\n]{1,60}?(?:是|为|為|は|は、)(?=\S)")


def named_label(text: str, labels: Iterable[str], *, anywhere: bool) -> str | None:
    """Return the only label that a sentence names and does not negate; else None.

    Of labels that contain each other ("York", "New York") the longest counts. Unless `anywhere`,
    the label must end the sentence, or follow "is".
    """
    if len(text) > LONGEST:
        return None
    running = running_form(text) + _dates_in(text)
    found: list[str] = []
    for label in sorted(labels, key=len, reverse=True):
        place = _place(running, label)
        if place < 0:
            if ", " in label and _enumerates(running, label.split(", ")):
                return label
            continue
        end = place + len(label)
        if _is_item(running, place, end) or _is_negated(running, place, end):
            continue
        if not anywhere and not _is_answer(running, place, end):
            continue
        if not any(_place(other, label) >= 0 for other in found):
            found.append(label)
    if len(found) > 1 and (first := [one for one in found if _opens(running, one)]):
        found = first
    elif len(found) > 1:
        # "The tone is clearly positive despite a negative remark."
        found = [one for one in found if _SAYS.search(running, 0, _place(running, one))]
    return found[0] if len(found) == 1 else None


def _opens(text: str, label: str) -> bool:
    """Whether a text begins with a label and a mark: "Formal, with a few informal words"."""
    return text.startswith(label) and text[len(label) : len(label) + 1] in {",", ".", ";", ":", "!"}


_SAYS = lazy_pattern(
    r"\b(?:is|was|as|label(?:led|ed)?|rated?|classified|considered|ist|est|es|é|è)\s"
    r"(?:(?:clearly|mostly|overall|definitely|generally|predominantly|strongly|very|still|mainly"
    r"|rather|an?|as)\s){0,2}$"
)
_BEFORE_ITEM = lazy_pattern(r"[^\W_],? (?:and|or|&|und|et|y) (?:the )?$")
_AFTER_ITEM = lazy_pattern(
    r" (?:and|or|&|und|et|y) (?!(?:it|he|she|they|we|you|i|this|that|is|are|was|not|has|had)\b)\w"
)


def _is_item(text: str, start: int, end: int) -> bool:
    """Whether what is between `start` and `end` is one of several: "Argentina and Brazil"."""
    return bool(
        _BEFORE_ITEM.search(text, max(0, start - 12), start) or _AFTER_ITEM.match(text, end)
    )


def _enumerates(text: str, items: list[str]) -> bool:
    """Whether a sentence names these items together, and no others beside them."""
    places = [_place(text, item) for item in items]
    if min(places) < 0:
        return False
    start = min(places)
    end = max(place + len(item) for place, item in zip(places, items, strict=True))
    alone = not (_is_item(text, start, end) or text[start - 2 : start] == ", ")
    return alone and list_items(text[start:end]) == items


_DATED = lazy_pattern(
    r"\d{1,2}[:.]\d{2}[ ]Uhr"
    r"|\d{1,2}[:.]\d{2}(?:[ ]?(?i:[ap])\.?(?i:m)\b\.?)?|\d{1,2}[ ]?(?i:[ap])\.?(?i:m)\b\.?"
    r"|\d{1,2}(?:st|nd|rd|th)?[ ](?:of[ ])?[A-Z][a-z]{2,9},?[ ]\d{4}"
    r"|[A-Z][a-z]{2,9}[ ]\d{1,2}(?:st|nd|rd|th)?,?[ ]\d{4}"
    r"|\d{1,2}\.?[ ](?:de[ ])?[^\W\d_]{3,10}\.?[ ](?:de[ ])?\d{4}"
)


def _dates_in(text: str) -> str:
    """Return a sentence's dates, ranges and such in normal form, as if they ended it."""
    if not any(map(str.isdigit, text)):
        return ""
    found = (read_date(match[0].rstrip(".")) for match in _DATED.finditer(text))
    ranges = ranges_in(text) if has_any(text, (" to ", " and ")) else ""
    return "".join(f" {date}" for date in found if date) + ranges + telephones_in(text)


def named_in_sentence(text: str, labels: Iterable[str]) -> str | None:
    """Return the only label that a short sentence states: after a link, or before its verb.

    For scripts in which a sentence is as short as a label.
    """
    running = running_form(text)
    found: list[str] = []
    for label in labels:
        place = _place(running, label)
        if place < 0 or _is_negated(running, place, place + len(label)):
            continue
        rest = running[place + len(label) :].strip(_AT_THE_END)
        linked = (
            _LINK_AFTER.match(running, place + len(label))
            if not place
            else (not rest and _LINK.search(running, max(0, place - 16), place))
        )
        if linked or (place and _CLOSED.fullmatch(rest)):
            found.append(label)
    return found[0] if len(found) == 1 else None


def denies(text: str, labels: Iterable[str]) -> bool:
    """Whether a short sentence names a label and then negates it, as in Japanese or Korean."""
    running = running_form(text)
    return len(text) <= LONGEST and any(
        (place := _place(running, label)) >= 0 and _NEGATED_AFTER.match(running, place + len(label))
        for label in labels
    )


def _is_negated(text: str, start: int, end: int) -> bool:
    """Whether a text negates its part from `start` to `end`: "not Paris", 安全ではない."""
    before = _NEGATED.search(text, max(0, start - 24), start)
    return bool(before or _NEGATED_AFTER.match(text, end))


_CLOSED = lazy_pattern(rf"(?:{'|'.join(CLOSINGS)})")


def _is_answer(text: str, start: int, end: int) -> bool:
    """Whether a label is in an answer's place: at the end of the text, or after "is"."""
    rest = text[end:].strip(_AT_THE_END)
    linked = _LINK.search(text, max(0, start - 16), start)
    if not start and _LINK_AFTER.match(text, end):
        return True
    return not rest or bool(_CLOSED.fullmatch(rest) or linked)


_LINK_AFTER = lazy_pattern(
    r"\s(?:is|was|are|ist|war|est|es|é|è|это)\s(?!not\b|an?\b)|\s—\s|是|は|が|(?:은|는|이|가)\s"
)
_AT_THE_END = " \t\n.!?,;:\"'`*_)]}。！？।؟،」』”’"
_LINK = lazy_pattern(
    r"(?:\b(?:is|was|are|were|be|ist|war|sind|heißt|heisst|lautet|est|s['’]appelle|es|son"
    r"|se llama|é|chama-se|è|sono|si chiama|jest|это|называется|зовут)"
    r"|[:=—–-]|是|为|為|は|은|는|هي|هو)\s?"
    r"(?:[\"'`*“«「(]|the\s|an?\s|in\s|der\s|die\s|das\s|la\s|le\s|el\s|il\s|o\s|a\s)*$"
)


def _place(text: str, label: str) -> int:
    """Return where a label occurs in a text as whole words; -1 if it does not."""
    place = text.find(label)
    while place >= 0:
        before, after = text[place - 1 : place], text[place + len(label) :][:1]
        if not (_joins(before, label[0]) or _joins(after, label[-1])):
            return place
        place = text.find(label, place + 1)
    return -1


def _joins(neighbour: str, own: str) -> bool:
    """Whether two neighbouring characters belong to one word; never in scripts without spaces."""
    if not (neighbour.isalnum() and own.isalnum()):
        return False
    return neighbour < "\u2e80" or own < "\u2e80"


def complement(text: str) -> str:
    """Return Y of a sentence of the form "X is Y"; empty for another text."""
    if len(text) > LONGEST or "\n" in text:
        return ""
    match = _LEADING_COPULA.match(text) or (None if text.isascii() else _LEADING_CJK.match(text))
    return text[match.end() :] if match else ""
