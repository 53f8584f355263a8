"""Requests of an access log as text: by status class, the busiest and the slowest paths."""

from __future__ import annotations

from collections.abc import Sequence

from cotool._records import NamedTuple
from cotool._typing import TYPE_CHECKING
from cotool.cli.logs.measures_table import quantity_or_dash
from cotool.cli.shared.layout import Table, Text
from cotool.cli.shared.screen import Screen, fitted
from cotool.logs.measures.figures import Figures
from cotool.text import one_line, percent, plural

if TYPE_CHECKING:
    from cotool.logs.measures.results import Measures

_SHOWN = 5
# Slow paths have at least this many requests, and this share of all.
_FEWEST, _LEAST_SHARE = 5, 0.001
_COLUMNS = 50  # for the numbers of a path


class _Path(NamedTuple):
    """The requests of a path: how many, with a status of 5xx, and their times."""

    path: str
    records: int
    failed: int
    times: Figures


def render_requests(measures: Measures, screen: Screen) -> None:
    """Print the requests by class, the busiest paths and the slowest ones."""
    classes: dict[str, int] = {}
    paths: dict[str, _Path] = {}
    for group in measures.groups:
        path, class_ = group.values
        if not class_:
            continue
        classes[class_] = classes.get(class_, 0) + group.records
        before = paths.get(path, _Path(path, 0, 0, Figures()))
        paths[path] = _Path(
            path,
            before.records + group.records,
            before.failed + (group.records if class_ == "5xx" else 0),
            before.times.merge(group.measures[0]) if measures.names else before.times,
        )
    total = sum(classes.values())
    if not total:
        return
    shares = ", ".join(
        f"{one_line(name)} {percent(count / total)}" for name, count in sorted(classes.items())
    )
    screen.heading(f"{plural(total, 'request')}: {shares}")
    busiest = sorted(paths.values(), key=lambda one: (-one.records, one.path))[:_SHOWN]
    unit = measures.facts()[0].unit if measures.names else None
    screen.print(Text(), _table("busiest paths", busiest, total, unit, screen.width))
    enough = max(_FEWEST, _LEAST_SHARE * total)
    timed = [one for one in paths.values() if one.records >= enough and one.times.count]
    slowest = sorted(timed, key=lambda one: (-_p99(one), -(one.times.mean or 0), one.path))[:_SHOWN]
    if slowest and len(paths) > _SHOWN:
        title = "slowest paths, by p99"
        screen.print(Text(), _table(title, slowest, total, unit, screen.width))


def _p99(one: _Path) -> float:
    return one.times.quantile(0.99) or 0.0


def _table(title: str, shown: Sequence[_Path], total: int, unit: str | None, width: int) -> Table:
    """Return a table of paths; `unit`: of their times, None if they have none."""
    table = Table(padding=(0, 2, 0, 0))
    table.add_column(title, no_wrap=True)
    table.add_numbers("requests", "share", "5xx", *(("p50", "p99") if unit is not None else ()))
    room = max(12, width - _COLUMNS)
    for one in shown:
        times = [] if unit is None else [one.times.quantile(share) for share in (0.5, 0.99)]
        table.add_row(
            fitted(one_line(one.path), room).rstrip() or "–",
            f"{one.records:,}",
            percent(one.records / total),
            percent(one.failed / one.records) if one.failed else "",
            *(quantity_or_dash(number, unit or "") for number in times),
        )
    return table
