"""Answers with words beside them that another answer leaves out: "the CFTR gene", "Python 3.10".

Words are left out only beside another answer that is what remains, so nothing is lost.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import dropwhile, islice, takewhile

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.normal_form import short_form
from cotool.consensus.extract.vocabulary import FUNCTION_WORDS, NEGATIONS

_ASKING = frozenset("which what what's what’s name".split())
_BEFORE_NOUN = frozenset("is was are the a an name of in".split())
_AFTER_NOUN = frozenset(
    "is are was were does do did has have had can could will would should of in for to from with "
    "by on at best most that which describes fits".split()
)
_MOST_NOUNS = 4
_LABELLED = lazy_pattern(r"([^\W\d_][^:;,\d]{0,30}?(?:-\d+)?):\s+(?=\S)")
_NUMBERED = lazy_pattern(r"([^\W\d_]+(?: [^\W\d_]+){0,2}) (?=[^\s,;]*\d[^\s,;]*$)")
_NUMBER_WORDS = frozenset("no nr number code id version name value answer is the a".split())
_REJECTS = NEGATIONS | frozenset("wrong incorrect false except rejected eliminated".split())
_NAMED = lazy_pattern(r"([^\W\d_]{2,}) (?=[^\s,;]*\d|[^\W\d_]+ \d)(?=[^,;]+$)")
_NO_NAME = FUNCTION_WORDS | frozenset(
    "around approximately roughly nearly almost least exactly since minus plus negative positive "
    "early late mid spring summer autumn fall winter january february march april may june july "
    "august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "mini max pro plus new next last previous half double total maximum minimum average".split()
)
_ASKS_FOR_PLACE = lazy_pattern(
    r"\b(?:city|town|village|capital|birthplace|headquarter(?:s|ed)|municipality|suburb)\b"
    r"|\b(?:haupt)?(?:stadt|ort)\b|\bvilles?\b|\bcapitale?\b|\bciudad\b|\bcidade\b|\bcittà|город|столиц|城市|首都|都市"
    r"|^where (?:is|are) [^?]*\?$"
    r"|\bwhere (?:was|is|did|does)\b.*\b(?:born|died?|lives?|located|buried|held|situated|founded"
    r"|based|take place)\b",
    re.IGNORECASE,
)
_ASKS_WHERE = lazy_pattern(
    r"\W*(?:where|(?:in|at|on) (?:which|what)|wo|où|dónde|onde|dove)\b", re.IGNORECASE
)
_IN = lazy_pattern(r"(?:in|at|on|im|à|en|em|a) (?=\S)")
_IN_PLACE = lazy_pattern(r"([^\W\d_a-z][^,;\n]*), ([^\W\d_a-z][^;\n]*)")


def bare_names(shown: Mapping[str, str], question: str) -> dict[str, str]:
    """Return what remains of answers that have a word beside another answer."""
    spaced = [value for value in shown if " " in value]
    counted = [value for value in spaced if any(map(str.isdecimal, value))]
    asked = question.casefold()
    words = {*asked.replace("?", " ").replace("'s", " ").split(), *_NUMBER_WORDS}
    found = dict(_named(counted, shown))
    if any(", " in display for display in shown.values()) and _ASKS_FOR_PLACE.search(question):
        found |= _places(shown)
    if _ASKS_WHERE.match(question):
        places = ((value, _IN.sub("", value)) for value in spaced if _IN.match(value))
        found |= {value: rest for value, rest in places if shown.get(rest, "")[:1].isupper()}
    found |= dict(_numbered(counted, words))
    found |= _with_one(_FIRM, shown) | _with_one(_DATED, shown)
    found |= dict(_labelled(spaced, words))
    beside = [
        (value, word, rest) for value in spaced for word, rest in _parts(value) if rest in shown
    ]
    if beside:
        nouns = _nouns(asked)
        names = sorted(shown), sorted(one[::-1] for one in shown)
        found |= {
            value: rest
            for value, word, rest in beside
            if word in nouns and not _fits_another(rest, value, *names)
        }
    return {value: rest for value, rest in found.items() if rest in shown}


def _fits_another(name: str, longer: str, names: Sequence[str], backwards: Sequence[str]) -> bool:
    """Whether a name is part of yet another answer: Boston beside Boston College.

    `names` are all answers in order, `backwards` the same from their ends, in order.
    """
    after = _beginning(f"{name} ", names)
    if any(one != longer and one[len(name) + 1 : len(name) + 2] != "(" for one in after):
        return True
    return any(one != longer[::-1] for one in _beginning(f" {name}"[::-1], backwards))


def _beginning(start: str, names: Sequence[str]) -> Iterator[str]:
    following = (names[place] for place in range(bisect_left(names, start), len(names)))
    return takewhile(lambda one: one.startswith(start), following)


def _named(values: Collection[str], shown: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield names with a number and another name before them: "Apple iPhone 15", "Windows 11".

    Not "over 9000" and "before 1990", and not the same number with two names.
    """
    named: dict[str, list[str]] = {}
    for value in values:
        match = _NAMED.match(value) if any(map(str.isupper, shown[value][:2])) else None
        if match and match[1] not in _NO_NAME:
            named.setdefault(value[match.end() :], []).append(value)
    for rest, same in named.items():
        if len(same) == 1:
            yield same[0], rest


def _numbered(values: Collection[str], words: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield codes after words of the question, such as "invoice no INV-12"."""
    for value in values:
        match = _NUMBERED.match(value)
        if match and all(
            word in _NUMBER_WORDS or (word in words and word not in _NO_NAME)
            for word in match[1].split()
        ):
            yield value, value[match.end() :]


def _labelled(values: Collection[str], words: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield answers after what they are: "Invoice number: 12", "ICD-10: E11.9".

    The same answer after two words stays as it is, unless these are words of the question.
    """
    labelled: dict[str, list[tuple[str, set[str]]]] = {}
    for value in values:
        if ": " in value and (match := _LABELLED.match(value)):
            own = (value, set(match[1].split()))
            labelled.setdefault(value[match.end() :], []).append(own)
    for rest, same in labelled.items():
        for value, key in same:
            if key.issubset(words) or (len(same) == 1 and _REJECTS.isdisjoint(key)):
                yield value, rest


def _places(shown: Mapping[str, str]) -> dict[str, str]:
    """Return "Madrid" for "Madrid, Spain", unless answers name another place of this name."""
    found: dict[str, tuple[str, str]] = {}
    for value, display in shown.items():
        if match := _IN_PLACE.fullmatch(display):
            found[value] = short_form(match[1]), match[2].partition(",")[0]
    places: dict[str, set[str]] = {}
    for name, within in found.values():
        places.setdefault(name, set()).add(within)
    return {value: name for value, (name, _) in found.items() if len(places[name]) == 1}


# Forms of companies, and the year of a title, as in: The Godfather (1972).
_FIRM = lazy_pattern(
    r"(.{2,}?),? ((?:incorporated|inc|limited|ltd|llc|llp|corporation|corp|company|co|plc|gmbh|ag"
    r"|kg|se|s\.?a|s\.?p\.?a|s\.?r\.?l|n\.?v|b\.?v|oyj?|ab|asa?|pty ltd)\.?)"
)
_DATED = lazy_pattern(r"(.{2,}?)[\"”]? (\(\d{4}\))")


def _with_one(pattern: re.Pattern[str], shown: Mapping[str, str]) -> dict[str, str]:
    """Return the names beside what follows them, unless a name is followed by several."""
    found = {value: match for value in shown if (match := pattern.fullmatch(value))}
    after: dict[str, set[str]] = {}
    for match in found.values():
        after.setdefault(match[1], set()).add(match[2].strip("."))
    return {value: match[1] for value, match in found.items() if len(after[match[1]]) == 1}


def _nouns(asked: str) -> frozenset[str]:
    """Return the nouns that a question asks for: "which gene", "the name of the river"."""
    words = asked.replace("?", " ? ").split()
    nouns: set[str] = set()
    for place in (place for place, word in enumerate(words) if word in _ASKING):
        following = dropwhile(_BEFORE_NOUN.__contains__, words[place + 1 :])
        phrase = takewhile(lambda word: word.isalpha() and word not in _AFTER_NOUN, following)
        nouns.update(islice(phrase, _MOST_NOUNS))
    if len(words) == 2:
        nouns.add(words[0])  # "Sentiment?"
    return frozenset(nouns - FUNCTION_WORDS - {"city"})  # Mexico City is no Mexico


def _parts(value: str) -> Iterator[tuple[str, str]]:
    """Yield the first word and the last word of an answer, each with the rest."""
    value = value.removeprefix("the ")
    first, _, rest = value.partition(" ")
    head, _, last = value.rpartition(" ")
    for word, bare in ((first, rest), (last, head.strip("`*\"'"))):
        yield word, bare
        if bare.endswith("()"):
            yield word, bare.removesuffix("()")
