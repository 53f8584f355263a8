"""TemplateSet: the templates of a set of records; its figures add up in any order."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from cotool._fast.logs import forms as kernel
from cotool._typing import TYPE_CHECKING, Any
from cotool.errors import InputError
from cotool.io.json_documents import read_document
from cotool.io.target import write_whole
from cotool.logs.histogram import WIDTHS
from cotool.logs.templates.columns import HeadLayouts
from cotool.logs.templates.figures import Form, bytes_of
from cotool.logs.templates.found import Assignment
from cotool.logs.templates.garbage_collection import no_collection
from cotool.logs.templates.labels import Labels, label_forms
from cotool.logs.templates.model import Known, Match, Template

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd
    import polars as pl


SCHEMA = "cotool.logs.template-set/1"
_HINT = "expected a file written by TemplateSet.save"


class TemplateSet:
    """The templates of records, found once all records are counted.

    The sets of parts of the records add up to the set of all: merge() them in any order. `known`
    are the templates of an earlier run; one that is found again keeps its id.
    """

    def __init__(
        self,
        forms: kernel.Forms | None = None,
        *,
        known: Sequence[Known] = (),
        heads: HeadLayouts | None = None,
    ) -> None:
        self._forms = kernel.Forms(WIDTHS) if forms is None else forms
        self._known = tuple(known)
        self._heads = heads

    # ---- what is in it

    @property
    def templates(self) -> tuple[Template, ...]:
        """The templates, the most frequent first."""
        return self._found.templates

    @cached_property
    def records(self) -> int:
        """The records; the counts of the templates add up to them."""
        return sum(form.records for form in self._found.forms)

    @cached_property
    def folded(self) -> int:
        """Records whose messages are no longer kept word by word, because there were too many."""
        return sum(form.records for form in self._found.forms if form.is_folded)

    @property
    def known(self) -> tuple[Known, ...]:
        """The templates of the earlier run."""
        return self._known

    @property
    def heads(self) -> HeadLayouts:
        """The heads of the lines, which are not part of the messages."""
        return self._found.heads

    def __repr__(self) -> str:
        return f"<TemplateSet of {len(self)} templates, {self.records} records>"

    def __len__(self) -> int:
        return len(self.templates)

    def __iter__(self) -> Iterator[Template]:
        return iter(self.templates)

    def find(self, identifier: str) -> Template:
        """Return the template of an id, or of the beginning of one. Raises InputError."""
        found = [t for t in self.templates if t.id.startswith(identifier.lower())]
        exact = [t for t in found if t.id == identifier.lower()]
        if len(exact or found) == 1:
            return (exact or found)[0]
        raise InputError(
            f"{identifier!r} is {'the beginning of several ids' if found else 'no template id'}",
            hint=f"ids are {', '.join(t.id for t in (found or self.templates)[:5])}"
            if self.templates
            else "no template was found",
        )

    def holds_known(self, template: Template) -> tuple[Known, ...]:
        """Return the templates of the earlier run that are part of this template."""
        return self._found.holds.get(template.id, ())

    def match(self, line: str | bytes) -> Match | None:
        """Return the template and the parameters of a line; None if no template fits."""
        return self._found.match(bytes_of(line).rstrip(b"\r\n"))

    def labels(self, only: str | None = None) -> Labels:
        """Return the labels of records for LogOptions; `only`: write records of one template."""
        label_forms(self._forms, self._found)
        return Labels(
            self._forms,
            tuple(template.id for template in self.templates),
            only,
            tuple(tuple((p.name, p.unit) for p in t.parameters) for t in self.templates),
        )

    # ---- adding up

    def merge(self, other: TemplateSet) -> TemplateSet:
        """Return the set of the records of both. Associative and commutative."""
        forms = kernel.Forms(WIDTHS)
        forms.merge(self._forms)
        forms.merge(other._forms)
        known = {item.id: item for item in (*self._known, *other._known)}
        return TemplateSet(
            forms, known=[known[key] for key in sorted(known)], heads=self._heads or other._heads
        )

    def with_known(self, known: Sequence[Known], heads: HeadLayouts | None) -> TemplateSet:
        """Return the same records with the templates of an earlier run."""
        return TemplateSet(self._forms, known=known, heads=heads)

    # ---- in notebooks

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per template, the most frequent first. Raises MissingExtraError."""
        from cotool.logs.templates.dataframes import template_table

        return template_table(self.templates, self.records).to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """Return the same as a polars data frame. Raises MissingExtraError."""
        from cotool.logs.templates.dataframes import template_table

        return template_table(self.templates, self.records).to_polars()

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        from cotool.logs.templates.dataframes import templates_html

        return templates_html(self.templates, self.records)

    # ---- keeping

    def save(self, path: str | PathLike[str]) -> None:
        """Write the set to a file, completely or not at all; with gzip if the name ends in .gz.

        Raises InputError if it cannot be written.
        """
        text = json.dumps(self._to_document(), separators=(",", ":")) + "\n"
        data = text.encode()
        if Path(path).suffix == ".gz":
            data = gzip.compress(data, mtime=0)
        write_whole(path, data, private=False)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> TemplateSet:
        """Return the set in a file. Raises InputError if the file holds none."""
        return cls.from_document(read_document(path, hint=_HINT), path)

    @classmethod
    def from_document(cls, document: Any, path: str | PathLike[str]) -> TemplateSet:
        """Return the set in the parsed content of the file `path`. Raises InputError."""
        schema = document.get("schema") if isinstance(document, dict) else None
        if schema != SCHEMA:
            raise InputError(f"{path}: its schema is {schema!r:.60}, not {SCHEMA!r}", hint=_HINT)
        try:
            return cls._from_document(document)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise InputError(f"{path}: is not a set of templates: {error!r}") from None

    def _to_document(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "known": [
                [item.id, item.form, item.text, item.count, dict(item.levels)]
                for item in self._known
            ],
            "heads": self._heads.to_list() if self._heads else None,
            "forms": [_packed(Form(*form)) for form in self._forms.export()],
        }

    @classmethod
    def _from_document(cls, document: dict[str, Any]) -> TemplateSet:
        forms = kernel.Forms(WIDTHS)
        for item in document["forms"]:
            forms.insert(_unpacked(item))
        known = [
            Known(
                str(key), str(form), str(text), int(count), {n: int(c) for n, c in levels.items()}
            )
            for key, form, text, count, levels in document["known"]
        ]
        heads = document["heads"]
        return cls(forms, known=known, heads=HeadLayouts.from_list(heads) if heads else None)

    def __reduce__(self) -> tuple[Any, ...]:
        return (TemplateSet._from_document, (self._to_document(),))

    @cached_property
    def _found(self) -> Assignment:
        with no_collection():
            forms = [Form(*form) for form in self._forms.export()]
            return Assignment(forms, self._known, self._heads)


def _packed(form: Form) -> list[Any]:
    """Return a form as values of JSON."""
    finite = [[None if math.isinf(x) else x for x in row] for row in (form.least, form.greatest)]
    return [
        form.signature.decode("latin-1"), form.message.decode("latin-1"), form.inferred,
        form.records, form.levels, form.first, form.last, form.width,
        sorted(form.timeline.items()), form.parameters, form.numbers, *finite,
        None if form.registers is None else form.registers.hex(),
        [[hash_, count, kept.decode("latin-1")] for hash_, count, kept in form.kept],
        [sorted(sketch.items()) for sketch in form.sketches],
    ]  # fmt: skip


def _unpacked(item: Sequence[Any]) -> Any:
    """Return the form that _packed() gave. Raises ValueError or TypeError for anything else."""
    (signature, message, inferred, count, levels, first, last, width, timeline, parameters,
     numbers, least, greatest, registers, kept, *sketches) = item  # fmt: skip
    return (
        signature.encode("latin-1"), message.encode("latin-1"), bool(inferred), count,
        tuple(levels), first, last, width, {int(start): n for start, n in timeline}, parameters,
        numbers, [math.inf if x is None else x for x in least],
        [-math.inf if x is None else x for x in greatest],
        None if registers is None else bytes.fromhex(registers),
        [(hash_, number, data.encode("latin-1")) for hash_, number, data in kept],
        [{int(bucket): n for bucket, n in sketch} for sketch in sketches[0]]
        if sketches else [{} for _ in least],
    )  # fmt: skip
