"""Names and dates that other answers to the same question give in full: Kennedy, planet, 1945.

A short name counts as the long one only if it fits no other answer: beside George Bush and George
W. Bush, Bush stays what it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from cotool._lazy import lazy_pattern

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
    r"(?i:\b(?:who|whom|whose|wer|wem|wen|wessen|qui|quién|quiénes|chi|quem|кто|кого|кем)\b)|谁|誰"
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
_IN_YEAR = lazy_pattern(r"^(?:in|im|en|nel|em|в) (?=\d{4}(?:-\d\d)?$)")
# "Carbon dioxide (CO2)" says that both are the same; "Paris (France)" does not.
_WITH_SHORT = lazy_pattern(r"(?P<name>[^()]+) \((?P<short>[A-Z][A-Za-z]*\d\w*|[A-Z]{2,6})\)")


def full_names(shown: Mapping[str, str], question: str) -> dict[str, str]:
    """Return what each answer that has another name is called; `shown` has them as they are shown.

    Names lose the word that says what they are if the name alone is an answer; what is short for
    one other answer is that answer.
    """
    found: dict[str, str] = {}
    for value in shown:
        if _IN_YEAR.match(value):
            found[value] = _IN_YEAR.sub("", value)
    values = {found.get(value, value) for value in shown}
    asks_for_person = bool(_WHO.search(question))
    kinds = dict(_of_kind(values))
    people = {
        one
        for one in values - kinds.keys()
        if shown.get(one, "")[:1].isupper() or one.partition(" ")[0] in _PARTICLES
    }
    for value in sorted(values):
        base = kinds.get(value, value)
        longer = _dated(value, values)
        if longer is None and asks_for_person and (value in people or value in kinds):
            longer = _person(base, people)
        if longer is None and base != value and base in values:
            longer = base
        if longer is not None:
            found[value] = longer
    for name, short in _stated(shown):
        if short in values and name in values and not found.keys() & {name, short}:
            found[short] = name
    return {value: _last(value, found) for value in shown if value in found}


def _last(value: str, found: Mapping[str, str]) -> str:
    for _ in found:
        value = found.get(value, value)
    return value


def _dated(value: str, values: Collection[str]) -> str | None:
    """The only date within a year or a month: 1945-09-02 for 1945."""
    if not _DATE.fullmatch(value):
        return None
    within = {one for one in values if one.startswith(f"{value}-") and _DATE.fullmatch(one)}
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


def _person(value: str, values: Collection[str]) -> str | None:
    """The only full name with this family name: "john f kennedy" for kennedy."""
    words = value.split()
    if not value.replace(" ", "").isalpha() or len(value) < _SHORTEST:
        return None
    if len(words) > 1 and words[0] not in _PARTICLES:
        same = [one for one in values if one != value and _abbreviates(words, one.split())]
        return same[0] if len(same) == 1 else None
    ending = {one for one in values if one.endswith(f" {value}")}
    before = [one.removesuffix(value).split() for one in ending]
    if not ending or any(
        own[0] in _OTHER_NAME or not _NOT_IN_PERSONS.isdisjoint(own) for own in before
    ):
        return None
    longest = max(ending, key=lambda one: (len(one), one))
    return longest if all(_is_short_for(one, longest) for one in ending) else None


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
    for display in shown.values():
        if match := _WITH_SHORT.fullmatch(display.strip()):
            yield match["name"].casefold(), match["short"].casefold()
