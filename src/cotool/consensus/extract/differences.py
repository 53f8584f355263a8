"""Texts that differ in one place only: the answer is what they have there.

"The capital of Australia is Canberra." and "The capital of Australia is Sydney." have the frame in
common and differ in one place. The texts are aligned word by word (the network of ROVER). The words
that all share are the frame; what is between them are places. The answer is in the places where the
texts have different content: numbers, names, operators or quoted values; or any words, if all else
is the same word for word. Function words, endings and additions of some texts are not differences.
A negation is one.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence

from cotool._fast.truth.rover import align
from cotool._lazy import lazy_pattern
from cotool._records import NamedTuple, dataclass
from cotool.consensus.extract.extracted import Extracted
from cotool.consensus.extract.normal_form import short_form
from cotool.consensus.extract.number_words import TENS, UNITS
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS, NEGATIONS, is_negation

# Longer texts are free texts, and aligning more different texts takes long.
MOST_WORDS = 120
MOST_CHARACTERS = 2_000
MOST_TEXTS = 64
# The frame is at least this share of a text, and has at least this many words.
FRAME = 0.5
FEWEST = 2
# More places than these are another wording, not answers.
MOST_PLACES = 3
# If all else is the same word for word and the frame is at least this share, any word counts.
EXACT_FRAME = 0.6

_WIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u309f\u30a0-\u30ff\u3400-\u9fff\uf900-\ufaff"
)
_TOKEN = lazy_pattern(
    rf"""\d{{1,2}}(?::\d\d)?\s?[apAP]\.?[mM]\b|[$€£¥₹]?\d+(?:[.,:/]\d+)*%?|[{_WIDE}]|[^\W\d_{_WIDE}]+(?:['’.-][^\W\d_{_WIDE}]+)*
    |[+*/=<>^%&|~−×÷-]+""",
    re.VERBOSE,
)
# What has at least one token.
_WORD = lazy_pattern(r"[^\W_]\S*")
# "3:30 p.m." is "3:30pm".
_CLOCK = lazy_pattern(r"(?<=\d)\s|(?<=[ap])\.(?=m)|(?<=\d)\s(?=[ap]\.?m)")
_FILLERS = frozenset(
    """
    really quite simply just actually basically generally usually often typically clearly currently
    approximately roughly about around nearly almost likely probably therefore thus hence indeed
    please kindly well
    的 了 吧 呢 啊 を が に は の も で と
    """.split()
)
# Words between two things that may be in either order. "Canberra is the capital" says the same as
# "The capital is Canberra".
_JOINTS = frozenset(
    "and or & with plus + * = ≠ und oder et ou y o e и или 和 与 と is are was were ist sind war "
    "est sont es son era é são è sono 是".split()
)
# Synonyms that change no answer.
_SYNONYMS = {
    word: group[0]
    for group in (
        ("film", "movie", "picture"), ("big", "large", "huge"), ("small", "little", "tiny"),
        ("start", "begin", "commence"), ("end", "finish", "conclude"), ("buy", "purchase"),
        ("show", "display"), ("help", "assist"), ("fast", "quick", "rapid"), ("car", "automobile"),
        ("happy", "glad"), ("important", "crucial", "essential", "vital"),
        ("use", "utilize", "utilise"),
        ("get", "obtain", "receive"), ("make", "create", "produce"),
        ("great", "excellent", "wonderful"),
        ("located", "situated", "found"), ("require", "need"), ("kid", "child"), ("road", "street"),
        ("reply", "respond", "answer"), ("choose", "select", "pick"), ("think", "believe"),
        ("say", "state", "tell"), ("called", "named", "known"), ("stay", "remain"), ("ill", "sick"),
        ("wealthy", "rich"), ("correct", "right"), ("wrong", "incorrect"), ("maybe", "perhaps"),
    )
    for word in group
}  # fmt: skip
_ENDINGS = ("'s", "’s", "ing", "ies", "es", "ed", "s", "d", "ly", "e")
_SHORTEST_STEM = 3


class Token(NamedTuple):
    """A word of a text: what is compared, where it is, and whether it is content by itself."""

    key: str
    start: int
    end: int
    strong: bool


@dataclass(slots=True)
class _Place:
    """A place that differs: the tokens of each text."""

    tokens: list[list[Token]]
    contents: list[tuple[str, ...]]

    @property
    def differs(self) -> bool:
        """Whether two texts differ in content here, or one of them negates."""
        given = {content for content in self.contents if content}
        if len(given) > 1:
            return True
        return len(set(self.contents)) > 1 and any(
            is_negation(word) for content in given for word in content
        )

    @property
    def strong(self) -> bool:
        """Whether what differs are numbers, names, operators, quoted values or negations."""
        return all(
            any(token.strong for token in own) or any(map(is_negation, content))
            for own, content in zip(self.tokens, self.contents, strict=True)
            if content
        )


def differing_values(texts: Sequence[str]) -> list[Extracted | None] | None:
    """Return what each text has where the texts differ; None without a frame in common."""
    if all(map(str.isascii, texts)) and not _may_share([text.split() for text in texts if text]):
        return None  # a quick test that rules out most free texts
    tokens = _all_strong(_tokens_in_common(texts))
    given = [i for i, own in enumerate(tokens) if own]
    distinct = {tuple(token.key for token in tokens[i]): i for i in given}
    if not 2 <= len(distinct) <= MOST_TEXTS or not _may_share(list(distinct)):
        return None
    rows = sorted(distinct.values())
    if len(rows) == 2:
        parts = _exchanged([texts[i] for i in rows], *(tokens[i] for i in rows))
        if parts is not None:
            return _of_two(parts, tokens, tokens[rows[0]]) if parts else None
    places, frame = _places([tokens[i] for i in rows])
    longest = max(len(tokens[i]) for i in rows)
    differing = [place for place in places if place.differs]
    if frame < max(FEWEST, FRAME * longest):
        return None
    if not any(len(set(filter(None, place.contents))) > 1 for place in differing):
        return None  # only a negation differs: the texts are compared whole, as opposites
    if len(differing) > MOST_PLACES:
        return None
    exact = len(places) == len(differing) == 1 and frame >= EXACT_FRAME * longest
    if not exact and not all(place.strong for place in differing):
        return None
    found = _in_places([texts[i] for i in rows], differing)
    if len({one.value for one in found if one}) < 2:
        return None
    values = {keys: found[rows.index(i)] for keys, i in distinct.items()}
    return [values.get(tuple(token.key for token in own)) for own in tokens]


def _differing(value: str, display: str) -> Extracted:
    return Extracted(value, "short", display, "the place where the texts differ")


def _tokens_in_common(texts: Sequence[str]) -> list[list[Token]]:
    """Return the tokens of each text; [] where one shares too few with those before it."""
    found = []
    first: set[str] = set()
    common: set[str] = set()
    for text in texts:
        own = _tokens(text)
        found.append(own)
        keys = {token.key for token in own}
        first = first or keys
        common = common & keys if common and keys else common or keys
        if first and not _enough(common, first):
            return []
    return found


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    if len(text) > MOST_CHARACTERS or len(_WORD.findall(text)) > MOST_WORDS:
        return found
    for match in _TOKEN.finditer(text):
        if len(found) > MOST_WORDS:
            return []
        word = match[0]
        start, end = match.span()
        before = text[max(0, start - 3) : start].rstrip()[-1:]
        begins = not before or before in ".!?:\n"
        quoted = text[start - 1 : start] in {'"', "'", "`", "“", "‘"} and start > 0
        strong = (
            not word[0].isalpha()
            or (word[0].isupper() and not begins)
            or quoted
            or word.lower() in UNITS
            or word.lower() in TENS
        )
        key = word.casefold()
        found.append(Token(_CLOCK.sub("", key) if key[-1] == "m" else key, start, end, strong))
    return found


def _all_strong(texts: list[list[Token]]) -> list[list[Token]]:
    """Count words that are names in one place as names at the beginning of sentences, too."""
    names = {token.key for own in texts for token in own if token.strong}
    return [[token._replace(strong=token.key in names) for token in own] for own in texts]


def _may_share(keys: Sequence[Sequence[str]]) -> bool:
    """Whether all texts have enough words in common to share a frame."""
    if not keys:
        return False
    common = set(keys[0])
    for own in keys[1:]:
        common.intersection_update(own)
    sizes = sorted(map(len, keys))
    return _enough(common, set(keys[0])) and sizes[0] >= FRAME * sizes[-1]


def _enough(common: set[str], first: set[str]) -> bool:
    return len(common) >= FEWEST and 2 * len(common) >= FRAME * len(first)


def _places(texts: list[list[Token]]) -> tuple[list[_Place], int]:
    """Return the places between the words that all texts share, and the number of these words."""
    numbers: dict[str, int] = {}
    words, starts = array("i"), array("q", [0])
    for own in texts:
        words.extend(numbers.setdefault(token.key, len(numbers)) for token in own)
        starts.append(len(words))
    count = len(texts)
    network = align(words, starts, array("d", [1.0] * count))
    at = [0] * count
    places: list[_Place] = []
    open_place: list[list[Token]] = [[] for _ in texts]
    frame = 0
    for start in range(0, len(network), count):
        column = network[start : start + count]
        if column[0] >= 0 and column.count(column[0]) == count:
            frame += 1
            _close(open_place, places)
            open_place = [[] for _ in texts]
            at = [place + 1 for place in at]
            continue
        for k, word in enumerate(column):
            if word >= 0:
                open_place[k].append(texts[k][at[k]])
                at[k] += 1
    _close(open_place, places)
    return places, frame


def _of_two(
    parts: list[Extracted], texts: list[list[Token]], first: list[Token]
) -> list[Extracted | None]:
    """Return the part of each text if there are only two different texts."""
    keys = [token.key for token in first]
    return [parts[[token.key for token in own] != keys] if own else None for own in texts]


def _exchanged(
    texts: Sequence[str], one: list[Token], other: list[Token]
) -> list[Extracted] | None:
    """Return the parts of two texts that differ in who is first: "Brazil beat Germany".

    The parts have the forms X R Y and Y R X; None if they do not. If R is a joint such as "and",
    the two say the same, and the result is empty.
    """
    start, end = 0, 0
    most = min(len(one), len(other))
    while start < most and one[start].key == other[start].key:
        start += 1
    while end < most - start and one[-1 - end].key == other[-1 - end].key:
        end += 1
    ours, theirs = one[start : len(one) - end], other[start : len(other) - end]
    left, right = [token.key for token in ours], [token.key for token in theirs]
    for first in range(1, len(left) - 1):
        if left[:first] != right[-first:]:
            continue
        for second in range(1, len(left) - first):
            between = left[first:-second]
            if left[-second:] + between == right[:-first]:
                if not _JOINTS.isdisjoint(between) and len(between) == 1:
                    return []
                shown = [
                    text[part[0].start : part[-1].end]
                    for text, part in zip(texts, (ours, theirs), strict=True)
                ]
                return [_differing(short_form(part), part) for part in shown]
    return None


def _close(tokens: list[list[Token]], places: list[_Place]) -> None:
    if any(tokens):
        places.append(_Place(tokens, [_content(own) for own in tokens]))


def _content(tokens: list[Token]) -> tuple[str, ...]:
    """Return the words of a place, without function words and endings."""
    found: list[str] = []
    for token in tokens:
        key = token.key
        if key in NEGATIONS or is_negation(key) or (token.strong and len(key) == 1):
            found.append(key)
        elif key in FUNCTION_WORDS and key not in UNITS and key not in _ORDINARY:
            continue
        elif key not in _FILLERS:
            found.append(_SYNONYMS.get(key) or _stem(key, strong=token.strong))
    return ("".join(found),) if len(found) > 1 else tuple(found)


# Function words that may be an answer.
_ORDINARY = {
    "after", "again", "against", "all", "always", "before", "below", "both", "down", "each",
    "every", "few", "first", "he", "her", "him", "his", "in", "more", "most", "off", "on", "once",
    "out", "over", "second", "she", "third", "under", "up", "with", "without",
}  # fmt: skip


def _stem(word: str, *, strong: bool) -> str:
    if not word.isalpha() and "'" not in word and "’" not in word:
        return word.replace(",", "")
    for ending in _ENDINGS[:2] if strong else _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            stem = word[: -len(ending)]
            return _SYNONYMS.get(stem, stem)
    return word


def _in_places(texts: Sequence[str], places: list[_Place]) -> list[Extracted | None]:
    """Return what each text has in these places; None if it has nothing in any of them."""
    values: list[list[str]] = [[] for _ in texts]
    shown: list[list[str]] = [[] for _ in texts]
    for place in places:
        normal: dict[tuple[str, ...], str] = {}
        for row, (own, content) in enumerate(zip(place.tokens, place.contents, strict=True)):
            written = texts[row][own[0].start : own[-1].end] if own else ""
            values[row].append(normal.setdefault(content, short_form(written) if written else ""))
            shown[row].append(written)
    return [
        _differing(" … ".join(form), " … ".join(filter(None, written)))
        if any(place.contents[row] for place in places)
        else None
        for row, (form, written) in enumerate(zip(values, shown, strict=True))
    ]
