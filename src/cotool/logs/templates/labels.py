"""Forms labelled with their templates, so that the scanner can name the template of each record."""

from __future__ import annotations

from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.logs.templates.figures import align, squeezed
from cotool.logs.templates.tokens import text_of

if TYPE_CHECKING:
    from cotool._fast.logs.forms import Forms
    from cotool.logs.templates.found import Assignment


class Labels(NamedTuple):
    """The labels of records.

    - `forms`: the forms of all records, labelled.
    - `ids`: the id of the template that each label is the number of.
    - `parameters`: the name and the unit of each parameter of these templates.
    - `only`: the id of the template whose records are written, None for all records.
    """

    forms: Forms
    ids: tuple[str, ...]
    only: str | None = None
    parameters: tuple[tuple[tuple[str | None, str | None], ...], ...] = ()


def label_forms(forms: Forms, found: Assignment) -> None:
    """Label each form with the number of its template and the positions of its parameters."""
    numbers = {template.id: n for n, template in enumerate(found.templates)}
    for form, (identifier, shown, start, hidden) in zip(found.forms, found.labels, strict=True):
        whole = text_of(form.message)
        message = squeezed(whole[start:])
        origin = _origins(whole, start)
        pieces = [
            (origin[low], origin[high])
            for (low, high), hide in zip(
                align(squeezed(shown), message) or (), hidden, strict=False
            )
            if not hide
        ]
        forms.label(form.signature, form.message, numbers[identifier], pieces)


def _origins(whole: str, start: int) -> list[int]:
    """Return the byte offsets of the characters of squeezed(whole[start:]), and of its end."""
    at = len(whole[:start].encode("utf-8", "surrogateescape"))
    origin = []
    before = ""
    for character in whole[start:]:
        if not (character in " \t" and before in {" ", "\t"}):
            origin.append(at)
        at += len(character.encode("utf-8", "surrogateescape"))
        before = character
    origin.append(at)
    return origin
