"""The templates of forms: clusters with their figures, and the template of a further line."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from cotool._fast.logs import forms as kernel
from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool.logs.levels import LEVELS
from cotool.logs.templates import figures
from cotool.logs.templates.clusters import Clusters
from cotool.logs.templates.columns import HeadLayouts, by_signature, find_layouts
from cotool.logs.templates.keys import key_of
from cotool.logs.templates.model import Known, Match, Parameter, Template
from cotool.logs.templates.names import names_of, units_of
from cotool.logs.templates.requests import fits, form_of
from cotool.logs.templates.tokens import PARAMETER, SHOWN, text_of

_ID_BYTES = 6
_MARKS = (kernel.PARAMETER, kernel.TIME, kernel.EPOCH)
_BLANKS = b" \t"
# A name whose number may be part of the name: ssh2, jk2_init
_NUMBERED = lazy_pattern(r"[A-Za-z_]+[0-9]{1,2}[A-Za-z_]*")


class Assignment:
    """The templates of forms: the template of each form, and the template of a further line."""

    def __init__(
        self, forms: list[figures.Form], known: tuple[Known, ...], heads: HeadLayouts | None
    ) -> None:
        self.forms = forms
        self._known = known
        pairs = [(_decoded(form.signature), _decoded(form.message)) for form in forms]
        groups = by_signature(dict.fromkeys(pairs))
        self.heads = find_layouts(sorted(groups.items())).preferring(heads)
        starts = [self.heads.message_start(*pair) for pair in pairs]
        messages = [
            text_of(form.message)[start:] for form, start in zip(forms, starts, strict=True)
        ]
        seeds = {item.form.replace(SHOWN, PARAMETER): item for item in known}
        self._clusters = Clusters(set(messages), seeds)
        members: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for n, message in enumerate(messages):
            members[self._clusters.template_of(message) or ()].append(n)
        earlier: dict[tuple[str, ...], list[Known]] = defaultdict(list)
        for form, item in seeds.items():
            earlier[self._clusters.template_of_form(form)].append(item)
        # For each form: its template's id and text, its message's start, the hidden parameters.
        self.labels: list[tuple[str, str, int, tuple[bool, ...]]] = [("", "", 0, ())] * len(forms)
        self.holds: dict[str, tuple[Known, ...]] = {}
        self._shown: dict[tuple[str, ...], tuple[Template, str, tuple[bool, ...]]] = {}
        texts = {
            key: self._clusters.shown([messages[n] for n in numbers])
            for key, numbers in members.items()
        }
        parts_of = {
            key: [figures.part_of(texts[key], forms[n], starts[n]) for n in numbers]
            for key, numbers in members.items()
        }
        _match_by_text(earlier, parts_of)
        for key, numbers in members.items():
            shown, parts = texts[key], parts_of[key]
            items = sorted(earlier.get(key, ()), key=lambda item: (-item.count, item.id))
            template, hidden = _template(key, shown, parts, items[0].id if items else None)
            self.holds[template.id] = tuple(items)
            self._shown[key] = template, shown, hidden
            for n in numbers:
                self.labels[n] = template.id, shown, starts[n], hidden
        self.templates = tuple(
            sorted((found[0] for found in self._shown.values()), key=lambda t: (-t.count, t.form))
        )

    def match(self, line: bytes) -> Match | None:
        """Return the template and the parameters of a line; None if no template fits."""
        signature, message, start, stop, spans = kernel.mask(line)
        form = _decoded(message)
        head = self.heads.message_start(_decoded(signature), form)
        masked = text_of(message)[head:]
        key = self._clusters.template_of(masked) or self._similar(masked)
        if key not in self._shown:
            return None
        template, shown, hidden = self._shown[key]
        begin = _origin(line, start, form[:head].encode("utf-8", "surrogateescape"), spans)
        raw = figures.squeezed(line[begin:stop].decode("utf-8", "replace").strip(" \t"))
        values = [raw[low:high] for low, high in figures.align(figures.squeezed(shown), raw) or ()]
        return Match(
            template, tuple(v for v, hide in zip(values, hidden, strict=False) if not hide)
        )

    def _similar(self, masked: str) -> tuple[str, ...] | None:
        """Return the template of a message that no line had before."""
        key = key_of(masked).tokens
        if key in self._by_size.get(len(key), ()):
            return key
        found = [other for other in self._by_size.get(len(key), ()) if all(map(fits, other, key))]
        if not found:
            joined = form_of(key)
            found = [other for other in self._shown if PARAMETER in other
                     and figures.align(form_of(other), joined) is not None
                     and _has_text(other)]  # fmt: skip
        # The most specific one.
        return min(found, key=lambda other: (other.count(PARAMETER), other), default=None)

    @cached_property
    def _by_size(self) -> dict[int, set[tuple[str, ...]]]:
        sizes: dict[int, set[tuple[str, ...]]] = defaultdict(set)
        for key in self._shown:
            sizes[len(key)].add(key)
        return sizes


def _match_by_text(
    earlier: dict[tuple[str, ...], list[Known]], parts_of: dict[tuple[str, ...], list[figures.Part]]
) -> None:
    """Give each earlier template that no form has to one whose lines its text fits.

    So they are found where other rules made the texts of the earlier run.
    """
    left = [item for key in sorted(earlier.keys() - parts_of.keys()) for item in earlier[key]]
    if not left:
        return
    lines = sorted(
        (text, key) for key, parts in parts_of.items() for text in figures.examples_of(parts)
    )
    for item in left:
        text = figures.squeezed(item.form.replace(SHOWN, PARAMETER))
        head = text.split(PARAMETER, 1)[0]
        if not any(c.isalpha() for c in head):
            continue
        for n in range(bisect_left(lines, (head, ())), len(lines)):
            line, key = lines[n]
            if not line.startswith(head):
                break
            if figures.align(text, figures.squeezed(line)) is not None:
                earlier[key].append(item)
                break


def _has_text(key: tuple[str, ...]) -> bool:
    return any(any(c.isalpha() for c in token) for token in key)


def _origin(line: bytes, start: int, head: bytes, spans: Sequence[tuple[int, int]]) -> int:
    """Return where the message begins in a line whose form begins with `head`."""
    at, marks = start, iter(spans)
    for byte in head:
        if bytes([byte]) in _MARKS:
            at = next(marks, (at, at + 1))[1]
        elif byte in _BLANKS:
            at += len(line[at:]) - len(line[at:].lstrip(b" \t"))
        else:
            at += 1
    return at


def _template(
    key: tuple[str, ...], shown: str, parts: list[figures.Part], identifier: str | None
) -> tuple[Template, tuple[bool, ...]]:
    form = form_of(key)
    parameters = figures.parameters_of(parts, shown.count(PARAMETER))
    text, hidden = _with_constants(shown, parameters)
    forms = [part.form for part in parts]
    firsts = [found.first for found in forms if found.first is not None]
    lasts = [found.last for found in forms if found.last is not None]
    levels: Sequence[int] = forms[0].levels
    if len(forms) > 1:
        levels = [sum(counts) for counts in zip(*[found.levels for found in forms], strict=True)]
    template = Template(
        id=identifier or hashlib.blake2b(form.encode("utf-8", "surrogateescape"),
                                         digest_size=_ID_BYTES).hexdigest(),
        text=_shown(text),
        form=_shown(form),
        count=sum([found.records for found in forms]),
        levels=dict(zip(LEVELS, levels, strict=True)),
        first_seen=min(firsts, default=None),
        last_seen=max(lasts, default=None),
        timeline=figures.timeline_of(parts),
        parameters=_named(parameters, hidden, text) if parameters else (),
        examples=figures.examples_of(parts),
        folded=any(found.is_folded for found in forms),
    )  # fmt: skip
    return template, hidden


def _named(
    parameters: Sequence[Parameter], hidden: Sequence[bool], text: str
) -> tuple[Parameter, ...]:
    """Return the parameters that a template's text shows, with their names and units."""
    shown = [p for p, hide in zip(parameters, hidden, strict=True) if not hide]
    names = names_of(text)
    return tuple(
        replace(p, name=name, unit=p.unit or (unit if p.least is not None else None))
        for p, name, unit in zip(shown, names, units_of(text, names), strict=True)
    )


def _with_constants(shown: str, parameters: Sequence[Parameter]) -> tuple[str, tuple[bool, ...]]:
    """Return a template's text with the numbers of words that never changed, as in "ssh2"."""
    head, *texts = shown.split(PARAMETER)
    hidden = []
    out = head
    for text, parameter in zip(texts, parameters, strict=True):
        constant = (
            len(parameter.top) == 1
            and parameter.distinct == 1
            and _NUMBERED.fullmatch(parameter.top[0][0]) is not None
        )
        out += (parameter.top[0][0] if constant else PARAMETER) + text
        hidden.append(constant)
    return out, tuple(hidden)


def _shown(text: str) -> str:
    return figures.readable(text.replace(PARAMETER, SHOWN))


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
