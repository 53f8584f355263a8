"""Where lines of text name their level: places that hold such a word in many lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice

from cotool._fast.logs import logscan
from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool.logs.formats import level_marks, model
from cotool.logs.formats.level_codes import coded_places, is_redis, lettered_places
from cotool.logs.formats.level_evidence import LevelEvidence, gather_evidence, mark_columns
from cotool.logs.formats.level_keys import key_places
from cotool.logs.formats.level_marks import class_of, level_of, thinned
from cotool.logs.formats.model import Format, Place
from cotool.logs.formats.text_times import LETTER_OPENS, TIME_TOKENS, TOKEN

# A letter for the level and a counter, or in brackets, as devices write them.
_DEVICE = lazy_pattern(rb"[VDIWEF](?:/| \(\d+\) )|\[[VDIWEF]\]")

# The name of a program, as before its messages in syslog, and how many tokens are searched for it.
_TAG = lazy_pattern(rb"(?:\[[^\]]*\])*\w[\w./@-]*(?:\([\w./-]*\))?(?:\[\d+\])?:")
_TAG_TOKENS = 6
# The same name, and a label or brackets behind it.
_LABELLED = lazy_pattern(rb"\w(?:\[\d+\])?: (?:\[[^\]]*\]|[A-Za-z][\w-]*:) (?=[A-Za-z])")
_LOUD = lazy_pattern(rb"\b[A-Z]{3,13}\b")

# "java.sql.SQLException: ERROR: duplicate key": the word belongs to the text of an exception.
_OF_EXCEPTION = lazy_pattern(rb"[\w.$:/@-]+:[ \t]")
_LETTERS = lazy_pattern(rb"[A-Za-z]")
_ALIGNED = lazy_pattern(rb" *\d+(?:\.\d+)? ")
# src/a.c:7:5: error: ...; a.cs(7,5): warning CS0168: ...
_DIAGNOSTIC = lazy_pattern(
    rb"(?:[A-Za-z]:)?[^\s\[:()][^:()]*\.\w+(?::\d+(?::\d+)?|\(\d+(?:,\d+)*\))(?:: ?| : )"
    rb"(?:fatal )?(?:error|warning|note|info)(?:(?P<code> [A-Z]+\d+)?:)"
)
_LEAST_DIAGNOSTICS = 0.02
_BEGIN = bytes(byte for byte in range(256) if byte not in b" \t")
_FIRST_WORD = lazy_pattern(rb"\W{0,2}[A-Za-z]+")

_DEEP = 5
# How many bytes after the time COTOOL_PLACE_FIND searches.
_FIND_REACH = 160


def level_places(lines: Sequence[tuple[bytes, int]], found: Format) -> tuple[Place, ...]:
    """Return the places of the level in lines of one format, the most common first.

    The message's own field comes before the <PRI> of syslog, which is only the sender's view.
    """
    if found.time_open == LETTER_OPENS:
        return (Place(model.GLOG),)
    left = set(range(len(lines)))
    places = [*key_places(lines, left), *coded_places(lines, left)]
    evidence = dict(gather_evidence(lines, before=False))
    if found.time_token > 0 or found.lead:
        evidence |= gather_evidence(lines, before=True)
        mark_columns(lines, found.time_token, evidence)
    if is_redis(lines):
        return (Place(model.SYMBOL),)
    # Many words into a token, a place is rarely the same in all lines.
    deep = {key: evidence.pop(key) for key in list(evidence) if key[3] > _DEEP}
    places += _word_places(evidence, left, lines, found)
    if len(left) > 0.1 * len(lines):
        some = thinned([lines[n] for n in sorted(left)])
        if any(_LOUD.search(line, end, end + _FIND_REACH) for line, end in some):
            places += _varying_places(lines, left)
            places += _word_places(deep, left, lines, found)
    if not places:
        places += lettered_places(evidence, lines, found)
    places += [Place(model.PRI)] if found.pri else tagged_places(lines)
    if not places:
        places = [tagged_place(_first_word(thinned(lines)))]
    return tuple(places[: model.MAX_PLACES])


def _word_places(
    evidence: dict[tuple[int, int, int, int], LevelEvidence],
    left: set[int],
    lines: Sequence[tuple[bytes, int]],
    found: Format,
) -> list[Place]:
    """Return the places of words that name levels; remove their lines from `left`."""
    places: list[Place] = []
    while left and len(places) < model.MAX_PLACES - 5:
        best = max(
            (key for key in evidence if key[0] == model.WORD),
            key=lambda key: (sum(n in left for n in evidence[key].lines), -key[2], -key[3]),
            default=None,
        )
        if best is None or not _is_level(best, evidence[best], left, len(lines)):
            break
        if found.pri and not (evidence[best].is_loud and evidence[best].is_strong):
            break  # the <PRI> is more reliable than a word of the message
        if (worse := _next_in_list(best, evidence)) is not None:
            places.append(_word_place(worse, evidence[worse]))
        places.append(_word_place(best, evidence[best]))
        left -= set(evidence.pop(best).lines)
    return places


def _next_in_list(
    key: tuple[int, int, int, int], evidence: dict[tuple[int, int, int, int], LevelEvidence]
) -> tuple[int, int, int, int] | None:
    """Return the place after a comma behind a level, if it names one: system,error,critical."""
    after = (*key[:3], key[3] + 1)
    found = evidence.get(after)
    if found is None or found.leads != {level_marks.COMMA}:
        return None
    return after if found.lines.keys() <= evidence[key].lines.keys() else None


def _is_level(
    key: tuple[int, int, int, int], found: LevelEvidence, left: set[int], total: int
) -> bool:
    """Return whether a place holds levels: in nearly all lines, or not only alarms.

    A program that says "error:" now and then at the start of a message has no level field. One
    that says it in capitals or in brackets, right after the time, has one.
    """
    count = sum(n in left for n in found.lines)
    levels = found.levels(left)
    if found.leads == {level_marks.EQUALS} and len(levels) == 1 and count < 0.9 * total:
        return False  # Partition=debug
    if count >= 0.9 * len(left) and count >= 0.02 * total:
        return True
    if found.is_column:
        return count >= 0.02 * total
    near = key[2] == 0 or found.leads == {level_marks.BRACKET} or found.is_near
    loud = found.is_loud and count >= (0.02 if near else 0.5) * total
    calm = bool(levels & level_marks.INFO_OR_LESS)
    return loud or (
        calm
        and (
            (count >= 0.5 * len(left) and count >= 0.02 * total)
            or (count >= 0.05 * total and len(levels) > 1)
        )
    )


def _word_place(key: tuple[int, int, int, int], found: LevelEvidence) -> Place:
    kind, before, token, word = key
    leads = sum(1 << lead for lead in found.leads)
    trails = sum(1 << trail for trail in found.trails | {0})
    return Place(kind, before, 0, token, word, found.styles, model.SYSLOG, leads, trails)


def _varying_places(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return how to find the first word that names a level where its place varies.

    Words in capitals between brackets, colons or bars are not part of a sentence.
    """
    seen: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for n in sorted(left):
        line, end = lines[n]
        for word in _LOUD.finditer(line, end, end + _FIND_REACH):
            level = level_of(word[0])
            if level is None:
                continue
            lead, trail = class_of(line, word.start() - 1), class_of(line, word.end())
            if lead not in level_marks.LOUD_LEADS or trail not in level_marks.TRAILS:
                continue
            if trail in level_marks.ENDS or (lead == trail == level_marks.SPACE):
                seen[lead, trail].setdefault(n, level)
                break
    places: list[Place] = []
    for (lead, trail), levels in sorted(seen.items(), key=lambda item: -len(item[1])):
        marked = trail in level_marks.ENDS
        several = len(set(levels.values())) > 1 and bool(
            set(levels.values()) & level_marks.INFO_OR_LESS
        )
        least = 0.1 if marked and several else 0.5 if marked or several else 0.9
        if len(levels) >= least * len(lines) and len(places) < 2:
            places.append(Place(model.FIND, styles=model.UPPER, lead=1 << lead, trail=1 << trail))
            left -= set(levels)
    return places


def tagged_places(lines: Sequence[tuple[bytes, int]]) -> list[Place]:
    """Return where a level may follow the name of the program: "smtpd[7]: fatal: ...".

    Such words are rare, so the place is used even if none of these few lines has one.
    """
    tokens: Counter[int] = Counter()
    others = 0
    everyone, lines = lines, thinned(lines)
    for line, end in lines:
        # Looking for the end of a tag is quicker than looking for its token.
        ends = b": " in line or b":\t" in line or line.endswith(b":")
        found = islice(TOKEN.finditer(line, end), _TAG_TOKENS) if ends else ()
        for number, token in enumerate(found):
            if token[0][-1:] == b":" and _TAG.fullmatch(token[0]) and level_of(token[0]) is None:
                tokens[number] += 1
                break
        else:
            others += 1
            if others > len(lines) - level_marks.HALF * len(lines):
                return []
    number, count = max(tokens.items(), key=lambda item: item[1], default=(0, 0))
    if not count or count < level_marks.HALF * len(lines):
        return []
    if not number and count < len(lines):
        # error: cannot start; sched: error: cannot start
        return [tagged_place(0), tagged_place(1)]
    first = tagged_place(number + 1)
    if any(_LABELLED.search(line, end) for line, end in everyone):
        # vpnd[7]: worker: warning: ...; kernel: [1.5] warning: ...
        return [first, replace(first, token=number + 2, lead=1 << level_marks.LABEL)]
    return [first]


def tagged_place(token: int) -> Place:
    """Return where a word before a colon is the level: "Error: bad socket"."""
    lead, trail = 1 << level_marks.SPACE, 1 << level_marks.COLON
    return Place(model.WORD, token=token, lead=lead, trail=trail)


def _first_word(lines: Sequence[tuple[bytes, int]]) -> int:
    """Return at which token behind the time most messages begin; marks may come before."""
    starts = Counter(
        next(
            (n for n, token in enumerate(TOKEN.finditer(line, end)) if _LETTERS.search(token[0])), 0
        )
        for line, end in lines
    )
    return starts.most_common(1)[0][0] if starts else 0


def is_tagged(place: Place) -> bool:
    """Return whether a place is that of tagged_place()."""
    return place.kind == model.WORD and not place.below and place.trail == 1 << level_marks.COLON


def has_level(found: Format) -> bool:
    """Return whether a format has a place of the level that its lines show."""
    return not all(map(is_tagged, found.places))


def is_of_alarm(line: bytes, before: bytes) -> bool:
    """Return whether the alarm that begins a line without a time is that of the line before it."""
    word = _FIRST_WORD.match(line)
    level = level_of(word[0].lstrip(b"[(<*")) if word else None
    if level is None or level in level_marks.INFO_OR_LESS:
        return False
    found = logscan.probe_levels(before, 0)
    return any(kind == model.WORD and alarm == level and styles == model.UPPER
               for kind, _, _, _, _, styles, alarm, _, _ in found)  # fmt: skip


def timeless(lines: list[bytes], total: int, *, alone: bool) -> list[Format]:
    """Return the format of lines without a time that begin with a level.

    In a file that also has lines with a time, "Stack trace:" is not a level, nor is a word after
    the name of an exception, unless lower levels also occur at that place. If no line has a time,
    the level may be a word in capitals further on, after a date that cannot be read.
    """
    # 0.123 Info Main.cpp:1: numbers aligned to the right
    aligned = alone and all(map(_ALIGNED.match, thinned(lines)))
    pairs = [(line, 0) for line in lines if line[:1] not in b" \t" or aligned]
    if not pairs:
        return []
    left = set(range(len(pairs)))
    if alone and (diagnosed := _diagnostics(pairs)):
        first = Format("text (no time, level)", places=diagnosed, first=_BEGIN, share=1.0)
        return [first, Format("", first=_BEGIN)]
    coded = tuple(coded_places(pairs, left)) if alone else ()
    if coded:
        others = Format("", first=bytes({line[0] for line, _ in pairs}), share=len(left) / total)
        share = len(pairs) / total - others.share
        return [Format("text (no time, level)", places=coded, share=share), others]
    evidence = gather_evidence(pairs, before=False, tokens=2)
    found: list[Place] = []
    # 12 verbose title: npm's lines begin with their number
    numbered = alone and sum(line.lstrip()[:1].isdigit() for line, _ in pairs) >= 0.9 * len(pairs)
    for key, seen in sorted(evidence.items(), key=lambda item: -len(item[1].lines)):
        kind, _, _, _ = key
        count = sum(n in left for n in seen.lines)
        marked = (
            seen.styles == model.UPPER
            or not seen.trails & {0}
            or seen.leads == {level_marks.BRACKET}
        )
        several = seen.styles == model.UPPER or len(seen.levels(left)) > 1
        marked |= numbered and key[2] == 1 and len(seen.levels(left)) > 2 - aligned
        sure = alone or (count > 1 and several and not _is_quoted(key, seen, pairs))
        if kind == model.WORD and marked and sure and count >= 0.5 * len(left):
            found.append(_word_place(key, seen))
            left -= set(seen.lines)
        elif (
            kind == model.LETTER
            and count >= 0.8 * len(pairs)
            and all(_DEVICE.match(line) for line, _ in pairs)
        ):
            found.append(Place(model.LETTER))
            left -= set(seen.lines)
    if not found and alone:
        found = _further_on(pairs, left)
    covered = len(pairs) - len(left)
    if not found or covered < 0.05 * total:
        return []
    first = Format("level first", places=tuple(found[: model.MAX_PLACES]), share=covered / total)
    if not numbered:
        return [first]
    digits = b"0123456789" + b" " * aligned
    others = Format("", first=digits, share=len(left) / total)
    return [replace(first, first=others.first), others]


def _diagnostics(lines: Sequence[tuple[bytes, int]]) -> tuple[Place, ...]:
    """Return where compilers name the level: behind the place in a file, or first in the line."""
    found = [match for line, _ in lines if (match := _DIAGNOSTIC.match(line))]
    if len(found) < max(2, _LEAST_DIAGNOSTICS * len(lines)):
        return ()
    trail = 1 << level_marks.COLON | any(match["code"] for match in found) << level_marks.SPACE
    behind = Place(model.FIND, styles=model.LOWER, lead=1 << level_marks.LABEL, trail=trail)
    return behind, tagged_place(0)


def _further_on(lines: Sequence[tuple[bytes, int]], left: set[int]) -> list[Place]:
    """Return the place of words in capitals behind other words; remove their lines from `left`."""
    for key, seen in sorted(gather_evidence(lines, before=False, tokens=TIME_TOKENS).items()):
        several = len(seen.lines) >= 0.9 * len(lines) and len(seen.levels(left)) > 1
        if key[0] == model.WORD and several and seen.styles == model.UPPER:
            left -= set(seen.lines)
            return [_word_place(key, seen)]
    return []


def _is_quoted(
    key: tuple[int, int, int, int], seen: LevelEvidence, pairs: Sequence[tuple[bytes, int]]
) -> bool:
    """Return whether the words at a place are in the texts of exceptions."""
    if key[2] == 0 or set(seen.lines.values()) & level_marks.INFO_OR_LESS:
        return False
    quoted = sum(bool(_OF_EXCEPTION.match(pairs[n][0])) for n in seen.lines)
    return quoted >= level_marks.HALF * len(seen.lines)
