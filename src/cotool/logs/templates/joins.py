"""Templates of different shapes that are one because they differ in a single part.

The part is what one pair of brackets or quotes holds, a value of another shape, or the reason of a
failure. Each join takes the templates found so far, each with the number of its first tokens that
another one shares (fits.shared_starts), and returns those that become another one.
`new` are the templates that it did not see in the round before, None in the first round.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice, pairwise

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING
from cotool.logs.templates.fits import Frame, Part, TemplateFit, Tokens, replaced, shared
from cotool.logs.templates.labelled import join_labelled
from cotool.logs.templates.runs import join_runs
from cotool.logs.templates.tokens import PARAMETER, REQUEST, is_word, tokenise

if TYPE_CHECKING:
    Joined = dict[Tokens, TemplateFit]

PAIRS = {"[": "]", "(": ")", "{": "}", '"': '"', "'": "'"}
# The longest templates, and the places of a template, that are considered: bounds the time.
_LONGEST, _MOST_PLACES = 200, 16
# The fewest different contents of one pair of brackets that are values, if they differ in shape.
# Chosen: with 2, .022 of the lines of 17 Python packages are in mixed templates, with 3 .020. With
# 5, the grouping F1 of nine invented programs is .537, with 3 .550.
_MANY_CONTENTS = 3
# The fewest different reasons for one failure that are values.
# Chosen: with 3, .012 of the lines of the eight loghub sets are in mixed templates, with 5 .008.
# With 10, the grouping F1 of other programs is .881, with 5 .896.
_MANY_REASONS = 5
# In any language: the fewest reasons, shared with another failure, that are values; and the fewest
# words, besides a parameter, that say what failed.
# Chosen: eight invented programs: grouping F1 .681 without this rule, .712 with it, .704 with two
# reasons.
# Held out: other programs: .896, .901 and .914.
_SHARED_REASONS, _LEAST_HEAD = 3, 2
_FAILURE = lazy_pattern(
    "fail|error|exception|unable|can(?:not|'t)|could|unexpected|reject|refus|invalid|reason|abort|"
    "retry|not$|no$|lost$|den(?:y|ied)|because|skip|drop|kill|ended|problem|cause|"
    "corrupt|mismatch|unreach|time-?out|timed$|broke|crash|panic|fatal|exhaust|exceed|violat|"
    "disconnect|illegal|dead"
)


_Parts = Callable[[Tokens], Iterable[tuple[int, int]]]


class _Frames:
    """Parts of templates, if another template may have the same before and after them.

    Another template has to begin with what is before the part. After the first round, one of the
    two templates has to be new, since the others have been compared. Most parts are excluded by the
    lengths of what is before and after them, which no new template has.
    """

    def __init__(
        self, templates: Mapping[Tokens, int], new: Collection[Tokens] | None, *kinds: _Parts
    ) -> None:
        self._templates = templates
        self._lengths = None if new is None else {
            (start, len(template) - stop)
            for template in _short(new) for parts in kinds for start, stop in parts(template)
        }  # fmt: skip

    def of(self, parts: _Parts) -> Iterable[Part]:
        """Return the parts of all templates whose frame another one may have."""
        for template, latest in self._templates.items():
            if len(template) > _LONGEST:
                continue
            request = template.index(REQUEST) if REQUEST in template else -1
            for start, stop in islice(parts(template), _MOST_PLACES):
                if start > latest:
                    break
                if start <= request + 1 < stop:
                    continue
                if self._lengths is None or (start, len(template) - stop) in self._lengths:
                    yield template, start, stop


def _join_spans(templates: Mapping[Tokens, int], new: Collection[Tokens] | None) -> Joined:
    """Join templates of which one has a parameter where another has a longer chunk."""
    framed = _Frames(templates, new, _marks, _chunks)
    places: dict[Frame, set[Tokens]] = defaultdict(set)
    for template, start, stop in framed.of(_marks):
        places[template[:start], template[stop:]].add(template)
    lengths = {(len(before), len(after)) for before, after in places}
    frames: dict[Frame, list[Part]] = defaultdict(list)
    for template, start, stop in framed.of(_chunks):
        if (start, len(template) - stop) in lengths:
            frame = template[:start], template[stop:]
            if frame in places:
                frames[frame].append((template, start, stop))
    joined: dict[Tokens, TemplateFit] = {}
    for frame, found in sorted(frames.items(), key=lambda item: (-len(item[1]), item[0])):
        if _words(frame) and not places[frame] <= joined.keys():
            for template, start, stop in found:
                if template not in joined and template not in places[frame]:
                    joined[template] = replaced(template, start, stop)
    return joined


def _marks(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where each parameter of a template starts and stops."""
    return ((n, n + 1) for n, token in enumerate(template) if token == PARAMETER)


def _words(frame: Frame) -> int:
    return sum(is_word(t) and PARAMETER not in t for part in frame for t in part)


def _texts(frame: Frame) -> int:
    """Return the number of words; keys are not text of a message that begins with the part."""
    begins = sum(map(is_word, frame[0])) == 0
    keys = begins and sum(after == "=" and is_word(t) for t, after in pairwise(frame[1]))
    return _words(frame) - keys


def _chunks(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where each run without blanks begins and ends, without punctuation at its end."""
    at = 0
    while at < len(template):
        stop = at
        while stop < len(template) and template[stop] != " ":
            stop += 1
        end = stop
        while end > at and template[end - 1] in ",;:":
            end -= 1
        if end > at + 1:
            yield at, end
        at = stop + 1


def _short(templates: Iterable[Tokens]) -> Iterable[Tokens]:
    return (template for template in templates if len(template) <= _LONGEST)


def _join_contents(templates: Mapping[Tokens, int], new: Collection[Tokens] | None) -> Joined:
    """Join templates that differ in the contents of one pair of brackets or quotes."""
    joined: dict[Tokens, TemplateFit] = {}
    for frame, found in shared(_Frames(templates, new, _pairs).of(_pairs)):
        left = {template: span for template, span in found.items() if template not in joined}
        # With 4 instead of 2, .024 of the lines of invented programs are in mixed templates, not
        # .0004; of those held back .021, not 0.
        most = 2 * _texts(frame) + 1
        lengths = [stop - start for start, stop in left.values() if stop - start <= most]
        if len(lengths) >= _MANY_CONTENTS and len(set(lengths)) > 1:
            label = _label_length(
                [template[start:stop] for template, (start, stop) in left.items()]
            )
            joined.update((t, replaced(t, at + label, stop)) for t, (at, stop) in left.items())
    return joined


def _label_length(parts: Sequence[Tokens]) -> int:
    """Return how many tokens all parts begin with, up to a colon and a blank: "(rules: a, b)"."""
    length = 0
    for n, alike in enumerate(zip(*parts, strict=False)):
        if len(set(alike)) > 1:
            break
        if alike[0] == " " and n and parts[0][n - 1] == ":":
            length = n + 1
    return length if all(len(part) > length for part in parts) else 0


def _join_reasons(templates: Mapping[Tokens, int], new: Collection[Tokens] | None) -> Joined:
    """Join templates that say what failed in the same words, and why in different ones."""
    lengths = None if new is None else {stop for t in _short(new) for stop in _heads(t)}
    joined: dict[Tokens, TemplateFit] = {}
    heads: dict[Tokens, dict[Tokens, int]] = defaultdict(dict)
    for template in _short(templates):
        for stop in _heads(template):
            if lengths is None or stop in lengths:
                heads[template[:stop]][template] = stop
    if all(len(found) < _SHARED_REASONS for found in heads.values()):
        return joined
    uses = Counter(
        template[start:] for found in heads.values() for template, start in found.items()
    )
    for head, found in sorted(heads.items(), key=lambda item: (len(item[0]), item[0])):
        left = {template: start for template, start in found.items() if template not in joined}
        if (len(left) >= _MANY_REASONS and _says_failure(head)) or _are_shared(head, left, uses):
            joined.update((t, replaced(t, start, len(t))) for t, start in left.items())
    return joined


def _are_shared(head: Tokens, found: dict[Tokens, int], uses: Counter[Tokens]) -> bool:
    """Return whether other failures have the reasons that begin in these templates."""
    if PARAMETER not in head or _words((head, ())) < _LEAST_HEAD:
        return False
    reasons = [template[start:] for template, start in found.items()]
    return sum(uses[r] > 1 and _words((r, ())) > 0 for r in reasons) >= _SHARED_REASONS


def _heads(template: Tokens) -> Iterable[int]:
    """Return where the text after each colon and blank begins, except at the first word."""
    for n in range(2, len(template)):
        if template[n] == " " and template[n - 1] == ":":
            yield n + 1


def mentions_failure(text: str) -> bool:
    """Return whether a text has a word that says that something failed."""
    return any(_FAILURE.match(token.lower()) for token in tokenise(text) if is_word(token))


def _says_failure(head: Tokens) -> bool:
    """Return whether the words before a colon say what failed; "error" alone does not."""
    words = [token.lower() for token in head if is_word(token) and PARAMETER not in token]
    return len(words) > 1 and any(_FAILURE.match(word) for word in words)


JOINS = (join_labelled, _join_spans, _join_contents, _join_reasons, join_runs)


def _pairs(template: Tokens) -> Iterable[tuple[int, int]]:
    """Return where the contents of each pair of brackets or quotes start and stop."""
    for start, token in enumerate(template):
        if token not in PAIRS:
            continue
        close, depth = PAIRS[token], 1
        for stop in range(start + 1, len(template)):
            if template[stop] == close:
                depth -= 1
            elif template[stop] == token:
                depth += 1
            if depth == 0:
                yield start + 1, stop
                break
