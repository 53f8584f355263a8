"""The keys of JSON and logfmt lines, and those under which the fields of a reading are found."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from cotool._lazy import lazy_pattern
from cotool._typing import TYPE_CHECKING, Any
from cotool.logs.formats.field_names import ALIASES, SHARED, names_of, scale_among, scale_of
from cotool.logs.formats.model import JSON, LOGFMT, MAX_KEY, TEXT, Format
from cotool.logs.formats.requests import PARTS, REQUEST
from cotool.logs.formats.stated import stated
from cotool.logs.measures import model
from cotool.logs.measures.model import Locator, ValueSource

if TYPE_CHECKING:
    import json
    from collections.abc import Callable, Collection, Iterator, Sequence

    from cotool._typing import TypeAlias
    from cotool.logs.units import Scale

    # The paths of keys, and their values as text.
    Leaves: TypeAlias = list[tuple[tuple[str, ...], str]]
    Read: TypeAlias = Callable[[bytes, int], Leaves]

# key=value in a string of JSON.
_INSIDE = lazy_pattern(rb"(?<=[\s,;|(\[{\"])([A-Za-z_][\w.-]*)=(?=[^\s\"])")
# Keys of records of requests, which have text that a client chooses.
_OF_CLIENTS = {alias for name in ("path", "agent", "referer") for alias in ALIASES[name]}
# The values of a field under a name other than its first one, if most names may mean other things.
_MEANT = {
    "status": lazy_pattern(r"[1-5]\d\d"),
    "path": lazy_pattern(r"(?:/|\w+://).*", re.DOTALL),
    "client": lazy_pattern(r"[^\s/]*[.:][^\s/]*"),
    "bytes": lazy_pattern(r"\d[\d.,]*\s?[KMGTkB]?i?B?"),
    "rt": lazy_pattern(r"[-+]?\.?\d[\d.,]*(?:e[-+]?\d+)?\s?[a-zµ]*(?:\d.*)?"),
}
# $10: a column by its number.
COLUMN = lazy_pattern(r"\$([1-9]\d{0,2})")
_KEY = lazy_pattern(rb'(?<!\\)"([^"\\]*(?:\\.[^"\\]*)*)"\s*:')
# Keys that hardly any producer writes with escapes.
_NEVER_ESCAPED = lazy_pattern(r"[A-Za-z0-9_.@:$ -]*")
_LOGFMT = lazy_pattern(
    r"""(?<!\S)([^\s="]+)=(?:"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"|'(?P<single>.*?)'(?!\S)|(?P<bare>\S*))"""
)
_ENOUGH = 0.5


class SampledKeys:
    """The keys in a sample of a format, with the paths that lead to them."""

    def __init__(self, found: Format, lines: Sequence[bytes], read: Read) -> None:
        self.kind = found.payload if found.kind == TEXT else found.kind
        self._lines = lines
        self._paths: dict[tuple[str, ...], None] = {}
        self._records: set[frozenset[tuple[str, ...]]] = set()  # the paths that occur together
        self._requests: set[tuple[str, ...]] = set()
        self._spelled: dict[str, Counter[bytes]] | None = None
        self._format, self._read = found, read
        known = set()
        for members in self._members():
            paths = tuple([path for path, _ in members])
            if paths not in known:
                known.add(paths)
                self._records.add(frozenset(paths))
                self._paths |= dict.fromkeys(paths)
            for path, value in members:
                if " " in value and REQUEST.fullmatch(value.encode(errors="replace")):
                    self._requests.add(path)

    def _members(self) -> Iterator[Leaves]:
        for line in self._lines if self.kind != TEXT else ():
            yield members_of(line, self._format, self.kind, self._read)

    def names(self) -> list[str]:
        """Return the names of the keys, with dots between those that lead to one."""
        return [".".join(path) for path in self._paths]

    @property
    def are_of_requests(self) -> bool:
        """Whether the records have text that a client chooses."""
        keys = {".".join(path).lower() for path in self._paths}
        return bool(self._requests) or not keys.isdisjoint(_OF_CLIENTS)

    def locate(self, source: ValueSource) -> list[Locator]:
        """Return the places of a field: under its own name and those that mean the same.

        Records of several kinds may have it under several names. Names that occur in one record
        mean different things: then the first counts.
        """
        by_name: dict[str, tuple[str, ...]] = {}
        for path in self._paths:
            by_name.setdefault(".".join(path).lower(), path)
        places: dict[tuple[str, ...], int] = {}
        for name in names_of(source.name):
            other = by_name.get(name.lower())
            exact = next((p for p in self._paths if ".".join(p) == name), other)
            doubtful = bool(places) or name in SHARED
            if exact is not None and (
                not doubtful or self._may_replace(exact, places, source.name)
            ):
                for path in (exact, *self._same(exact)):  # {"a.b": 1} and {"a": {"b": 1}}
                    if path == exact or not self._are_together(path, places):
                        places[path] = PARTS.get(source.name, 0) if path in self._requests else 0
        if source.name in PARTS and self._requests:
            request = min(self._requests)
            if not self._are_together(request, places):
                places[request] = PARTS[source.name]
        # Nested in one object that all records share: {"fields": {"status": 200}}.
        for name in names_of(source.name) if not places else ():
            ending = "." + name.lower()
            inner = {
                ".".join(path): path
                for path in sorted(self._paths, key=len)
                if ".".join(path).lower().endswith(ending)
            }
            depths = [len(path) for path in inner.values()]
            # Deeper objects may be anything, such as the query that a record is about.
            if depths and depths.count(depths[0]) == 1 and not places:
                places[next(iter(inner.values()))] = 0
        return [
            locator
            for path, part in places.items()
            for locator in self._locators(path, source.scale, part)
        ]

    def _same(self, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return the other paths with the same name."""
        name = ".".join(path)
        return [other for other in self._paths if other != path and ".".join(other) == name]

    def beside(self, source: ValueSource, places: Sequence[Locator]) -> list[Locator]:
        """Return the places of a field in the strings of those JSON lines that lack its keys."""
        name = source.name.encode()
        keys = [b'"%b"' % place.path[-1] for place in places if place.path]
        rest = [
            line for line in self._lines if name in line and not any(key in line for key in keys)
        ]
        if not rest or self.are_of_requests:
            return []
        pairs = [pair_of(one, source.scale) for one in _pairs_inside([source.name], rest)]
        said = stated(source, rest, is_access=False, numbers=self._are_numbers(places))
        if pairs:
            said = [place._replace(is_way=place.kind == model.TEXT) for place in said]
        return [*(pair._replace(token=model.IN_JSON) for pair in pairs), *said]

    def _are_numbers(self, places: Sequence[Locator]) -> bool:
        """Return whether most of the values of keys are numbers."""
        paths = {place.path for place in places}
        values = [
            value
            for members in self._members()
            for path, value in members
            if not paths.isdisjoint(self._written(path))
        ]
        return sum(value[:1].isdigit() for value in values) > _ENOUGH * len(values)

    def absent(self, source: ValueSource) -> list[Locator]:
        """Return the places of a field that the sample lacks: its names, and key=value in text.

        A client chooses what an access log quotes, so no text counts there.
        """
        first, *more = names_of(source.name)
        names = [first, *(name for name in more if name not in SHARED)]
        own = tuple(source.name.split(".")) if self.kind == JSON else (source.name,)
        paths = [(name,) for name in names[1:] if self.kind == LOGFMT or "." not in name]
        places = [
            locator for path in (own, *paths) for locator in self._locators(path, source.scale, 0)
        ]
        if self.kind == JSON and not self.are_of_requests:
            inside = _pairs_inside(names, self._lines) or [source.name]
            pairs = [pair_of(name, source.scale) for name in inside]
            places[1:1] = [pair._replace(token=model.IN_JSON) for pair in pairs]
        return places

    def _may_replace(
        self, path: tuple[str, ...], others: Collection[tuple[str, ...]], field: str
    ) -> bool:
        """Return whether a key is a field in records without the others: by records and values."""
        if self._are_together(path, others):
            return False
        values = [value for members in self._members() for p, value in members if p == path]
        return are_meant(field, values)

    def _are_together(self, path: tuple[str, ...], others: Collection[tuple[str, ...]]) -> bool:
        return any(path in record and not record.isdisjoint(others) for record in self._records)

    def _locators(self, path: tuple[str, ...], scale: Scale | None, part: int) -> list[Locator]:
        """Return the places of a path, one for each way in which lines may write it."""
        ways = self._written(path)
        fit = [keys for keys in ways if all(0 < len(key) <= MAX_KEY for key in keys)]
        scale = scale or self._scale(path)
        places = [Locator(model.KEY, path=keys, part=part, scale=scale) for keys in fit]
        return places or [Locator(model.NOWHERE)]

    def _written(self, path: tuple[str, ...]) -> list[tuple[bytes, ...]]:
        """Return the ways in which lines may write a path, the most frequent first.

        A producer writes all keys of a path with escapes, or all without.
        """
        ways = list(map(self._ways, path))
        most = max(map(len, ways))
        return [tuple([way[min(n, len(way) - 1)] for way in ways]) for n in range(most)]

    def _ways(self, key: str) -> list[bytes]:
        """Return the ways in which lines may write a key, the most frequent first."""
        plain = key.encode("utf-8", "replace")
        is_as_ever = _NEVER_ESCAPED.fullmatch(key) and any(
            b'"%b"' % plain in line for line in self._lines
        )
        if self.kind != JSON or is_as_ever:
            return [plain]
        counts = dict.fromkeys((plain, _escaped(key)), 0) | self._spellings().get(key, {})
        return sorted(counts, key=lambda way: -counts[way])

    def _spellings(self) -> dict[str, Counter[bytes]]:
        """Return how often the sample writes each key in each way."""
        if self._spelled is None:
            self._spelled = {}
            written = Counter(key for line in self._lines for key in _KEY.findall(line))
            for raw, count in written.items():
                key = _unescaped(raw)
                if key is not None:
                    self._spelled.setdefault(key, Counter())[raw] += count
        return self._spelled

    def _scale(self, path: tuple[str, ...]) -> Scale:
        known = scale_among(".".join(path), [".".join(other) for other in self._paths])
        return known or scale_of(path[-1])


def _escaped(key: str) -> bytes:
    """Return a key as producers that write ASCII only write it, but for the case of digits."""
    import json

    return json.dumps(key)[1:-1].encode()


def _unescaped(key: bytes) -> str | None:
    """Return the text of a key in JSON, None if it is none."""
    import json

    try:
        return str(json.loads(b'"%b"' % key))
    except ValueError:
        return None


def _pairs_inside(names: Sequence[str], lines: Sequence[bytes]) -> list[str]:
    """Return those names of keys that have values in the strings of JSON lines."""
    return [
        name
        for name in names
        if any(
            match[1] == name.encode()
            for line in lines
            if name.encode() in line
            for match in _INSIDE.finditer(line)
        )
    ]


def members_of(line: bytes, found: Format, kind: int, read: Read) -> Leaves:
    """Return the paths and texts of the values in a line of a format, of JSON or of pairs."""
    if kind == LOGFMT:
        pairs = _LOGFMT.finditer(line.decode("utf-8", "replace"))
        return [((pair[1],), next(x for x in pair.groups()[1:] if x is not None)) for pair in pairs]
    start = line.find(b'{"' if found.kind == TEXT else b"{")
    return read(line, start) if start >= 0 else []


def leaves_of(line: bytes, start: int) -> Leaves:
    """Return the same for the object that begins at an offset, [] if there is none."""
    leaves: Leaves = []
    try:
        document, _ = _decoder().raw_decode(line[start:].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return leaves
    _add_leaves(document, (), leaves)
    return leaves


@lru_cache(maxsize=1)
def _decoder() -> json.JSONDecoder:
    import json

    return json.JSONDecoder()


def _add_leaves(value: Any, path: tuple[str, ...], leaves: Leaves) -> None:
    for key, inner in value.items():
        if isinstance(inner, dict):
            _add_leaves(inner, (*path, key), leaves)
        elif inner is not None and not isinstance(inner, list):
            leaves.append(((*path, key), str(inner)))


def pair_of(name: str, scale: Scale | None) -> Locator:
    """Return the place of a name as key=value in text."""
    key = name.encode()
    if not 0 < len(key) <= MAX_KEY or COLUMN.fullmatch(name):
        return Locator(model.NOWHERE)
    return Locator(model.PAIR, text=key, scale=scale or scale_of(name))


def are_meant(field: str, values: Sequence[str]) -> bool:
    """Return whether most of the values under another name are such as the field has."""
    meant = _MEANT.get(field)
    return meant is None or sum(map(bool, map(meant.fullmatch, values))) > _ENOUGH * len(values)
