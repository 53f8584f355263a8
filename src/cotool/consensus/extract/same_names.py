"""Names and dates that other answers to the same question give in full: Kennedy, planet, 1945.

A short name counts as the long one only if it fits no other answer: beside George Bush and George
W. Bush, Bush stays what it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping

from cotool._lazy import lazy_pattern
from cotool.text import normalised

# Words that say what something is, before its name. "City" is left out after a name: Mexico City.
_KIND_BEFORE = lazy_pattern(
    r"(?:(?:planet|element|novel|book|film|movie|play|poem|song|river|lake|mount|mountain|island"
    r"|king|queen|emperor|empress|president|prime minister|chancellor|pope|saint|prince|princess"
    r"|general|captain|senator|governor|professor|doctor)"
    r"|(?:city|town|village|river|lake|island|isle|country|state|republic|kingdom|continent|planet"
    r"|element|gulf|province) of) (?=\S)"
)
_KIND_AFTER = lazy_pattern(r" (?:river|ocean|desert|mountains|islands)$")
_SHORTEST = 3

# Questions that are answered by a person's name.
_WHO = lazy_pattern(
    r"(?i:\b(?:which|what) (?:\w+ )?(?:president|king|queen|emperor|pope|author|writer|poet|painter"
    r"|artist|composer|singer|actor|actress|director|scientist|physicist|chemist|mathematician"
    r"|philosopher|explorer|inventor|general|player|person|politician|minister|athlete|architect)\b"
    r"|\b(?:who|whom|whose|wer|wem|wen|wessen|qui|quién|quiénes|chi|quem|кто|кого|кем)\b)|谁|誰"
)
# Beside a last word they make another name: South Korea, New Mexico, Air Canada, Bank of America.
_OTHER_NAME = frozenset(
    "north south east west northern southern eastern western central upper lower new old great "
    "big little american british french german soviet roman holy not air bank team radio club fc "
    "real royal united university college museum".split()
)
_NOT_IN_PERSONS = frozenset("of the and for & und et y e".split())
_PARTICLES = frozenset("da de del della di du van von der den le la al bin ibn".split())
_DATE = lazy_pattern(r"\d{4}(?:-\d\d){0,2}")
_YEAR, _MONTH = len("1945"), len("1945-09")
_IN_YEAR = lazy_pattern(r"^(?:in|im|en|nel|em|в) (?=\d{4}(?:-\d\d)?$)")
# "Carbon dioxide (CO2)" says that both are the same; "Paris (France)" does not.
_WITH_SHORT = lazy_pattern(
    r"(?P<name>[^()]+) \((?P<short>[A-Z][A-Za-z]*\d\w*|[A-Z]{2,6}|[A-Z][a-z]?"
    r"|(?:[A-Z][a-z]?){2,6}\d?)\)"
)
# "Na (sodium)": a symbol before its name.
_WITH_NAME = lazy_pattern(r"(?P<short>[A-Z][a-z]?) \((?P<name>[^()]{3,})\)")
_TITLE = lazy_pattern(
    r"(?:dr|prof|professor|mr|mrs|ms|miss|madame|mme|sir|dame|herr|frau|señora?|signora?)\.? (?=\S)"
)


def full_names(shown: Mapping[str, str], question: str) -> dict[str, str]:
    """Return what each answer that has another name is called; `shown` has them as they are shown.

    Names lose the word that says what they are if the name alone is an answer; what is short for
    one other answer is that answer.
    """
    found: dict[str, str] = {}
    for value in shown:
        if _IN_YEAR.match(value):
            found[value] = _IN_YEAR.sub("", value)
        elif (titled := _TITLE.match(value)) and value[titled.end() :] in shown:
            found[value] = value[titled.end() :]
    values = {found.get(value, value) for value in shown}
    asks_for_person = bool(_WHO.search(question))
    found |= _in_full(values) if asks_for_person else {}
    values = {found.get(value, value) for value in values}
    kinds = dict(_of_kind(values))
    people = {
        one
        for one in values - kinds.keys()
        if shown.get(one, "")[:1].isupper() or one.partition(" ")[0] in _PARTICLES
    }
    dates, names = _within(values), _by_last_word(people if asks_for_person else ())
    for value in sorted(values):
        base = kinds.get(value, value)
        longer = _dated(value, dates)
        if longer is None and asks_for_person and (value in people or value in kinds):
            longer = _person(base, names)
        if longer is None and base != value and base in values:
            longer = base
        if longer is not None:
            found[value] = longer
    for name, short in _stated(shown):
        if short in values and name in values and not found.keys() & {name, short}:
            found[short] = name
    return {value: _last(value, found) for value in shown if value in found}


_INITIALS = lazy_pattern(r"((?:[^\W\d_]\.? ?){1,3}) ([^\W\d_]{2,})")


def _in_full(values: Collection[str]) -> dict[str, str]:
    """Return the only name that one with initials is short for: J. S. Bach."""
    names: dict[tuple[str, str], set[str]] = {}
    for value in values:
        *first, last = value.split()
        if first and all(len(word.strip(".")) > 1 for word in first):
            names.setdefault(("".join(word[0] for word in first), last), set()).add(value)
    found: dict[str, str] = {}
    for value in values:
        if match := _INITIALS.fullmatch(value):
            initials = match[1].replace(".", "").replace(" ", "")
            full = names.get((initials, match[2]), set())
            if len(full) == 1:
                found[value] = next(iter(full))
    return found


def _last(value: str, found: Mapping[str, str]) -> str:
    for _ in found:
        value = found.get(value, value)
    return value


_ABOUT_SPELLING = lazy_pattern(r"(?i:spell|typo|letters?\b|written|\bword\b)")
_LONG_WORD = 8
_MOST_COMPARED = 200


def without_typos(counts: Mapping[str, int], question: str) -> dict[str, str]:
    """Return the right spelling of a long word that one answer has with a wrong double letter.

    Two letters within it may also be swapped. Several answers must have the right word, and all
    other words must be the same. An inflected word ("planing") may be another one.
    """
    rare = [value for value, count in counts.items() if count == 1 and len(value) >= _LONG_WORD - 1]
    common = [value for value, count in counts.items() if count > 1]
    found: dict[str, str] = {}
    for value in rare if len(counts) <= _MOST_COMPARED else ():
        same = [
            one
            for one in common
            if abs(len(one) - len(value)) < 2 and _is_typo(value.split(), one.split())
        ]
        if len(same) == 1:
            found[value] = same[0]
    return {} if found and _ABOUT_SPELLING.search(question) else found


def _is_typo(words: list[str], others: list[str]) -> bool:
    different = [(a, b) for a, b in zip(words, others, strict=False) if a != b]
    if len(words) != len(others) or len(different) != 1:
        return False
    own, other = different[0]
    if not (own.isalpha() and other.isalpha()) or max(len(own), len(other)) < _LONG_WORD:
        return False
    if len(words) == 1 and own.endswith(("ing", "ed", "er", "ers")):
        return False
    if len(own) == len(other):
        at = next(i for i, (a, b) in enumerate(zip(own, other, strict=True)) if a != b)
        swapped = own[at : at + 2] == other[at : at + 2][::-1] and own[at + 2 :] == other[at + 2 :]
        return swapped and at + 2 < len(own)  # discreet and discrete are two words
    longer, shorter = sorted((own, other), key=len, reverse=True)
    return any(
        longer[i] == longer[i - 1] and longer[:i] + longer[i + 1 :] == shorter
        for i in range(1, len(longer))
    )


def _within(values: Collection[str]) -> dict[str, set[str]]:
    """Return the dates within each year and each month."""
    found: dict[str, set[str]] = {}
    for value in filter(_DATE.fullmatch, values):
        for end in range(_YEAR, len(value), _MONTH - _YEAR):
            found.setdefault(value[:end], set()).add(value)
    return found


def _dated(value: str, dates: Mapping[str, set[str]]) -> str | None:
    """The only date within a year or a month: 1945-09-02 for 1945."""
    within = dates.get(value, ())
    finest = max(within, key=lambda one: (len(one), one), default="")
    return finest if within and all(finest.startswith(one) for one in within) else None


def _of_kind(values: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield answers that say what their name is, with the name, if all say the same of it."""
    kinds: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for value in values:
        match = _KIND_BEFORE.match(value) or _KIND_AFTER.search(value)
        if match:
            names[value] = name = value.replace(match[0], "", 1)
            kinds.setdefault(name, set()).add(match[0].strip().removesuffix(" of"))
    for value, name in names.items():
        if len(name) >= _SHORTEST and len(kinds[name]) == 1:
            yield value, name


def _by_last_word(values: Collection[str]) -> dict[str, dict[str, str]]:
    """Return names by their last word without accents, each by itself without accents."""
    found: dict[str, dict[str, str]] = {}
    for value in sorted(values):
        plain = unaccented(value)
        found.setdefault(_last_word(plain), {})[plain] = value
    return found


def _last_word(name: str) -> str:
    return (name.split() or [""])[-1]


def _person(value: str, by_last: Mapping[str, Mapping[str, str]]) -> str | None:
    """The only full name with this family name: "john f kennedy" for kennedy."""
    own = unaccented(value)
    words = own.split()
    if not value.replace(" ", "").isalpha() or len(value) < _SHORTEST:
        return None
    plain = by_last.get(_last_word(own), {})
    if len(words) > 1 and words[0] not in _PARTICLES:
        same = [one for one in plain if one != own and _abbreviates(words, one.split())]
        if same:
            return plain[same[0]] if len(same) == 1 else None
    ending = {one for one in plain if one.endswith(f" {own}")}
    before = [one.removesuffix(own).split() for one in ending]
    if not ending or any(
        own[0] in _OTHER_NAME or not _NOT_IN_PERSONS.isdisjoint(own) for own in before
    ):
        return None
    longest = max(ending, key=lambda one: (len(one), one))
    return plain[longest] if all(_is_short_for(one, longest) for one in ending) else None


def unaccented(text: str) -> str:
    """Return a text without the accents of its letters."""
    if text.isascii():
        return text
    return "".join(char for char in normalised("NFD", text) if not unicodedata.combining(char))


def _is_short_for(name: str, longest: str) -> bool:
    """Whether a name is the end of a longer one, or has initials for its words: w shakespeare."""
    return longest.endswith(name) or _abbreviates(name.split(), longest.split())


def _abbreviates(words: list[str], others: list[str]) -> bool:
    """Whether a name has an initial where another one has a word: "john f kennedy"."""
    return (
        len(words) == len(others)
        and words[-1] == others[-1]
        and len("".join(words)) < len("".join(others))
        and all(map(_fits, words, others))
    )


def _fits(own: str, word: str) -> bool:
    return own == word or (len(own) == 1 and word.startswith(own))


def _stated(shown: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield a name and the formula or abbreviation that an answer gives in brackets after it."""
    for value, display in shown.items():
        text = display.strip()
        if match := _WITH_SHORT.fullmatch(text) or _WITH_NAME.fullmatch(text):
            name = match["name"].casefold()
            yield name, match["short"].casefold()
            if value != name:
                yield name, value
