"""Other spellings of a label: "No. 1" and 1, "St. Louis" and Saint Louis, "colour" and color."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool.consensus.extract.counted import counted, number_said
from cotool.consensus.extract.languages import OPTIONS
from cotool.consensus.extract.number_words import read_words
from cotool.consensus.extract.telephones import without_separators

# "merkel, angela", "van gogh, vincent"; the items of a list are sorted.
_FAMILY = r"(?:(?:van|von|der|den|de|da|di|del|du|la|le|al|bin) ){0,2}[^\W\d_]+(?:-[^\W\d_]+)?"
_INVERTED = rf"^({_FAMILY}), ({_FAMILY})$"

_ROMAN = {
    numeral: str(number)
    for number, numeral in enumerate(
        "ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(), 2
    )
}
_CUT = {
    name[:3]: name
    for name in (
        "monday tuesday wednesday thursday friday saturday sunday january february march april "
        "june july august september october november december"
    ).split()
}
_MONEY = {
    "eur": "euro", "€": "euro", "usd": "us dollar", "gbp": "pound sterling", "jpy": "yen",
    "japanese yen": "yen", "chf": "swiss franc", "inr": "indian rupee", "cny": "yuan",
    "british pound": "pound sterling", "rmb": "yuan", "renminbi": "yuan",
}  # fmt: skip


def _numeral(signs: str) -> str:
    return str(10 * (len(signs) > 1) + "一二三四五六七八九十".index(signs[-1]) + 1)


# Spellings with a text that each match holds: searching for it is quicker than compiling a regex.
_SPELLINGS = (
    # "#1", "No. 1"
    ("#", lazy_pattern(r"^#(?=\w+$)"), ""),
    ("@", lazy_pattern(r"^@(?=\w+$)"), ""),
    ("n", lazy_pattern(r"^(?:no\.? |nr\.? |number |answer |option |response )(?=\d+$)"), ""),
    ("v", lazy_pattern(r"^(?:version |v)(?=\d)"), ""),
    # articles of other languages: "die Donau"
    (" ", lazy_pattern(r"^(?:der|die|das|den|le|la|les|el|los|las|il|lo|gli) (?=\w)"), ""),
    ("l", lazy_pattern(r"^l['’](?=\w)"), ""),
    ("/", lazy_pattern(r"^https?://(?:www\.)?|/$"), ""),
    ("www.", lazy_pattern(r"^www\.|/$"), ""),
    ("mailto:", lazy_pattern(r"^mailto:"), ""),
    # "Mt. Everest", "St. Louis", "Dr. Jane Goodall"
    ("mt ", lazy_pattern(r"\bmt (?=[^\W\d_]{3})"), "mount "),
    ("st ", lazy_pattern(r"\bst (?=[^\W\d_]{3})"), "saint "),
    ("ft ", lazy_pattern(r"\bft (?=[^\W\d_]{3})"), "fort "),
    (" ", lazy_pattern(r"^(?:dr|prof|professor|mr|mrs|ms|sir|dame) (?=[^\W\d_]{2})"), ""),
    # "AB positive"
    (" positive", lazy_pattern(r"^(ab|[abo]) positive$"), r"\1+"),
    (" negative", lazy_pattern(r"^(ab|[abo]) negative$"), r"\1-"),
    ("o neg", lazy_pattern(r"^(ab|[abo]) neg$"), r"\1-"),
    (" pos", lazy_pattern(r"^(ab|[abo]) pos$"), r"\1+"),
    (" plus", lazy_pattern(r"^([a-f]) plus$"), r"\1+"),
    (" minus", lazy_pattern(r"^([a-f]) minus$"), r"\1-"),
    ("extra ", lazy_pattern(r"^extra (large|small)$"), lambda match: f"x{match[1][0]}"),
    # "3 to 1", which is read as a range, and "3:1"; "120 over 80"
    ("–", lazy_pattern(r"^(\d+)–(\d+)$"), r"\1:\2"),
    (" over ", lazy_pattern(r"^(\d+) over (\d+)$"), r"\1/\2"),
    (" c", lazy_pattern(r"(?<=\d(?:st|nd|rd|th)) c$"), " century"),
    ("ph ", lazy_pattern(r"^ph (?:of )?(?=\d)"), ""),
    ("pi", lazy_pattern(r"^pi$"), "π"),
    # "the first one"
    (" o", lazy_pattern(r"^(\d+(?:st|nd|rd|th)) (?:one|option)$"), r"\1"),
    # n log n, n*log(n)
    ("log", lazy_pattern(r"[ *]|(?<=log)\((?=\w\))|(?<=log\(\w)\)"), ""),
    # "O(n log n)" beside "n log n"
    ("o(", lazy_pattern(r"^o\((.+)\)$"), r"\1"),
    # "not toxic", "non toxic"
    ("no", lazy_pattern(r"^(?:not|non)[ -]?(?=[^\W\d_]{4})"), "non-"),
    # "Merkel, Angela"
    (", ", lazy_pattern(_INVERTED), r"\2 \1"),
    (", ", lazy_pattern(_INVERTED), r"\1 \2"),
    ("th", lazy_pattern(r"^(\d+)th$"), r"\1"),
    ("st", lazy_pattern(r"^(\d*1)st$"), r"\1"),
    ("d", lazy_pattern(r"^(\d+)[nr]d$"), r"\1"),
    ("<", lazy_pattern(r"^<(\w+:/?/?[^<>\s]+)>$"), r"\1"),
    (".0", lazy_pattern(r"^(v?\d+\.\d+)\.0$"), r"\1"),
    ("](", lazy_pattern(r"^\[[^\[\]]+\]\((\S+)\)$"), r"\1"),
    ("our", lazy_pattern(r"(?<=\w{3})our\b"), "or"),
    ("is", lazy_pattern(r"(?<=\w{3})is(?=(?:e[drs]?|ing|ation)\b)"), "iz"),
    ("tre", lazy_pattern(r"(?<=\w{2})tre\b"), "ter"),
    ("grey", lazy_pattern(r"grey"), "gray"),
    ("sulph", lazy_pattern(r"sulph"), "sulf"),
    ("ium", lazy_pattern(r"\baluminium\b"), "aluminum"),
    ("yse", lazy_pattern(r"(?<=\w{2})yse(?=[ds]?\b)"), "yze"),
    # "Tue", "Sept"
    ("", lazy_pattern(rf"^(?:{'|'.join(_CUT)}|tues|thurs?|sept)$"), lambda m: _CUT[m[0][:3]]),
    # currencies
    ("", lazy_pattern(rf"^(?:{'|'.join(map(re.escape, _MONEY))})$"), lambda m: _MONEY[m[0]]),
    ("-to-", lazy_pattern(r"^(\d+)-to-(\d+)$"), r"\1:\2"),
    ("@", lazy_pattern(r"^<(\S+@\S+)>$"), r"\1"),
    ("月", lazy_pattern(r"^十?[一二三四五六七八九十](?=月)"), lambda m: _numeral(m[0])),
    ("s", lazy_pattern(r"\b(dollar|euro|pound|rupee|franc|peso)s$"), r"\1"),
    ("^", lazy_pattern(r"\^(?=[+-]$)"), ""),
    # the charge of an ion: "SO4 2-"
    (" ", lazy_pattern(r"(?<=[a-z0-9)\]]) (?=\d?[+-]$)"), "^"),
)
_NUMERAL = lazy_pattern(r"\b[ivx]+\b")
_RATE = lazy_pattern(r"\b([^\W\d_])[^\W\d_]+ per ([^\W\d_])[^\W\d_]+")
_SAID_TWICE = lazy_pattern(r"([^()]+) \(([^()]+)\)")
_ORDINAL_END = lazy_pattern(r"(?<=\d)(?:st|nd|rd|th)\b")
_SUBSCRIPT = lazy_pattern(r"(?<=[A-Za-z])_\{?(\d+)\}?")
_UNDERSCORE = lazy_pattern(r"(?<=[^\W_])_(?=[^\W\d_]{2})")
_SLASH = lazy_pattern(r"(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})")
_HYPHEN = lazy_pattern(r"(?<=[^\W_])-(?=[^\W\d_])|(?<=[^\W\d_])-(?=\d)")
_UMLAUTS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}
_COUNTER = lazy_pattern(r"^(\d+)[개個个つ명권名번番]$")
_SMILEY = lazy_pattern("[\u2600-\u27bf\U0001f000-\U0001faff]")
_VARIABLE = lazy_pattern(r"^(\d+) ([a-z])$")
_OPTION = lazy_pattern(rf"^(?:{OPTIONS}) (?=\w$)")
_WORD = lazy_pattern(r"[^\W\d_]{3}")


# Letters with digits after them have one spelling, but for "v2" and "nontoxic2".
_CODE = lazy_pattern(r"(?!v\d|no[nt])[a-z]+[0-9]+")


@lru_cache(maxsize=1024)
def spellings(value: str) -> tuple[str, ...]:
    """Return other spellings of a label; labels that share one are the same."""
    if _CODE.fullmatch(value):
        return ()
    near = {*_other_spellings(value)} - {value}
    further = {other for one in near for other in _other_spellings(one)}
    return tuple(sorted(near | further - {value}))


def _other_spellings(value: str) -> Iterator[str]:
    for held, pattern, written in _SPELLINGS:
        other = pattern.sub(written, value) if held in value else value
        if other != value:
            yield other
    if "v" in value or "x" in value or "ii" in value:
        yield _NUMERAL.sub(lambda match: _ROMAN.get(match[0], match[0]), value)
    if number := number_said(value):
        yield number
    if value != (folded := value.casefold()):  # formulas keep their case
        yield folded
    if not value.isascii():
        yield value.translate(_UMLAUTS)
    if not value.isalpha():
        yield from _by_signs(value)


def as_rate(value: str) -> str:
    """Write a rate by its initials: bpm."""
    return _RATE.sub(r"\1p\2", value)


def _is_same(text: str, bracketed: str) -> bool:
    """Whether brackets repeat what is before them: "3 (three)", "60 beats per minute (bpm)"."""
    number = read_words(bracketed, 0)
    if number and number[1] == len(bracketed):
        return str(number[0]) == text
    return text.endswith(f" {bracketed}") or as_rate(text).endswith(f" {bracketed}")


def _by_signs(value: str) -> Iterator[str]:
    """Yield spellings of a label that is no single word."""
    if "_" in value:
        yield _SUBSCRIPT.sub(r"\1", value).casefold()
        yield _UNDERSCORE.sub(" ", value)
    if "/" in value:
        yield _SLASH.sub("-", value)
    if "-" in value and _WORD.search(value):
        yield _HYPHEN.sub("", value)
        yield _HYPHEN.sub(" ", value)
    if number := without_separators(value):
        yield number
    if value[-2:-1] == " ":  # "2 x", "вариант Б"
        yield _VARIABLE.sub(r"\1\2", value)
        yield _OPTION.sub("", value)
    if " per " in value:  # "beats per minute" and bpm
        yield as_rate(value)
    if value[-1:] == ")" and (match := _SAID_TWICE.fullmatch(value)) and _is_same(*match.groups()):
        yield match[1]
    yield from _without_emoji(value)
    yield from _with_number(value)


def _without_emoji(value: str) -> Iterator[str]:
    if value[-1:] > "\u25ff" and _SMILEY.match(value[-1:]):  # "positive 😊"
        yield value.rstrip(value[-1]).rstrip() or value
    if value[:1] > "\u25ff" and _SMILEY.match(value) and value[0] not in "❌✗✘❎🚫⛔":
        yield value.lstrip(value[0]).lstrip("\ufe0f ") or value


def _with_number(value: str) -> Iterator[str]:
    """Yield spellings of a label that begins with a number."""
    word, _, rest = value.partition(" ")
    if rest and (number := counted().get(word)):
        yield f"{number} {rest}"
    if value[-1:] > "\u3000":
        yield _COUNTER.sub(r"\1", value)
    if any(map(str.isdigit, value)) and " " in value:
        yield _ORDINAL_END.sub("", value)
