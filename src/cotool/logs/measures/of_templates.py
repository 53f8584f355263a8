"""Templates and their parameters as sources of values: `8b7f#2`, `8b7f#ms`, `by="template"`."""

from __future__ import annotations

from cotool._lazy import lazy_pattern
from cotool._records import replace
from cotool._typing import TYPE_CHECKING
from cotool.errors import InputError
from cotool.logs.measures.model import Reading, ValueSource
from cotool.logs.units import NO_SCALE, UNITS, Scale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # The names and the units of the parameters of each template, by its id.
    Known = Mapping[str, Sequence[tuple[str | None, str | None]]]

TEMPLATE, PARAMETER = "template", "parameter"
_PARAMETER = lazy_pattern(r"([0-9a-f]{4,12})#(\w+)|([0-9a-f]{12})\.(\w+)")


def parameter_source(text: str, scale: Scale | None) -> ValueSource | None:
    """Return the source that names a parameter of a template; None if the text names none."""
    found = _PARAMETER.fullmatch(text)
    if found is None:
        return None
    return ValueSource(PARAMETER, text, found[1] or found[3], found[2] or found[4], scale=scale)


def needs_templates(reading: Reading | None) -> bool:
    """Return whether values come from templates, so that these must be found first."""
    return reading is not None and any(
        source.kind in {TEMPLATE, PARAMETER} for source in reading.sources
    )


def resolved(reading: Reading, known: Known) -> Reading:
    """Return a reading with the ids of templates and the places of parameters that are known.

    Raises InputError for an unknown one.
    """
    sources = tuple(
        _parameter(source, known) if source.kind == PARAMETER else source
        for source in reading.sources
    )
    tests = tuple(
        test._replace(text=_template(test.text.decode(), known, "where").encode(), number=None)
        if test.text and sources[test.source].kind == TEMPLATE
        else test
        for test in reading.tests
    )
    return replace(reading, sources=sources, tests=tests)


def _template(prefix: str, known: Known, parameter: str) -> str:
    found = [one for one in known if one.startswith(prefix.lower())]
    if len(found) == 1:
        return found[0]
    raise InputError(
        f"{prefix!r} is {'the beginning of several ids' if found else 'not the id of a template'}",
        parameter=parameter,
        hint=", ".join((found or list(known))[:5]) or "no template was found",
    )


def _parameter(source: ValueSource, known: Known) -> ValueSource:
    """Return the source with the template's id and the parameter's place, from 0 on, as texts."""
    identifier = _template(source.before, known, "measures")
    parameters = known[identifier]
    names = [name for name, _ in parameters]
    if source.after.isdecimal() and 0 < int(source.after) <= len(parameters):
        place = int(source.after) - 1
    elif source.after in names:
        place = names.index(source.after)
    else:
        listed = ", ".join(f"#{n}" + (f" or #{name}" if name else "")
                           for n, name in enumerate(names, 1))  # fmt: skip
        raise InputError(
            f"template {identifier} has no parameter {source.after!r}",
            parameter="measures",
            hint=f"its parameters: {listed}" if parameters else "it has no parameters",
        )
    unit = parameters[place][1]
    scale = source.scale or UNITS.get(unit or "", NO_SCALE)
    return replace(source, before=identifier, after=str(place), scale=scale)
