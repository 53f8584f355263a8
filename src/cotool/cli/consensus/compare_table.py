"""`cotool consensus --compare-methods`: a table of methods, or the same as data."""

from __future__ import annotations

import csv
import io
import json

from cotool._records import asdict
from cotool._typing import TYPE_CHECKING
from cotool.cli.shared.layout import Table, Text
from cotool.text import plural

if TYPE_CHECKING:
    from cotool._typing import TextIO
    from cotool.consensus.truth.comparison import MethodScore

SCHEMA = "cotool.methods/1"
_FIGURES = ("accuracy", "low", "high", "calibration_error", "brier", "auroc", "seconds")
_HEADS = ("accuracy", "from", "to", "ECE", "Brier", "AUROC", "seconds")


def write_comparison(rows: list[MethodScore], style: str, sink: TextIO) -> None:
    """Write the scores of methods in a format."""
    plain = [
        {key: round(v, 6) if isinstance(v, float) else v for key, v in asdict(row).items()}
        for row in rows
    ]
    if style == "json":
        sink.write(json.dumps({"methods": plain, "schema": SCHEMA}, indent=2) + "\n")
    elif style == "jsonl":
        sink.writelines(json.dumps(row) + "\n" for row in plain)
    elif style == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(plain[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(plain)
        sink.write(text.getvalue())
    else:
        _table(rows, sink)


def _table(rows: list[MethodScore], sink: TextIO) -> None:
    from cotool.cli.shared.screen import Screen

    screen = Screen(sink)
    table = Table(boxed=screen.boxes, pad_edge=screen.boxes)
    table.add_column("method", no_wrap=True)
    table.add_numbers(*_HEADS)
    best = max((row.accuracy for row in rows if row.accuracy is not None), default=None)
    for row in rows:
        figures = [getattr(row, name) for name in _FIGURES]
        cells = ["–" if value is None else f"{value:.4f}" for value in figures]
        style = "bold" if best is not None and row.accuracy == best else ""
        table.add_row(row.method, *cells, style=style)
    screen.print(table)
    screen.print(
        Text(
            f"{plural(rows[0].questions, 'question')} with a known answer; from, to: the 95 % "
            "interval of the accuracy. ECE: mean distance of "
            "the stated probability and the share right, in ten bins; AUROC: the chance that a "
            "right answer has the greater probability."
        )
    )
    like = [row.method for row in rows if row.like_best]
    if len(like) > 1:
        told = f"These questions cannot tell apart (sign test, 5 %): {', '.join(like)}."
        screen.print(Text(told))
    for row in rows:
        if row.reason:
            screen.print(Text(row.reason, style="dim"))
