"""What the two or three numbers of a date mean: a sample of lines decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cotool._records import NamedTuple

# By how many years another order must be later than the usual one to be preferred.
_USUAL = 5
# How many times shorter a span of dates must be to decide. Two days one after another have a span
# of 1 in the right order, and of 31 in the other.
_CLOSER = 10


class DecidedForm(NamedTuple):
    """A form with decided numbers.

    `other` is the same form with day and month swapped, empty if that does not suit all numbers.
    `ambiguous`: nothing in the sample prefers the one to the other.
    """

    form: bytes
    other: bytes = b""
    ambiguous: bool = False


def decide(form: bytes, numbers: Sequence[tuple[bytes, ...]]) -> DecidedForm:
    """Return the form with the order of its numbers, decided from all lines that have it.

    An order must suit all lines, or nearly all. If several do, an order that puts the dates much
    closer together wins, since a log is written day after day. If the year has two digits, the
    order whose years change least and are latest is next; the usual order (day first with dots,
    year first with two digits each) is favoured by five years. Otherwise the day comes first with
    dots, and the month first with slashes and hyphens (Configuration Manager writes 03-02-2024),
    unless the file's last change decides (see scan.day_orders).
    """
    if not numbers or not numbers[0]:
        return DecidedForm(form)
    rows = [tuple(map(int, row)) for row in numbers]
    orders: tuple[str, ...] = ("oe", "eo") if len(rows[0]) == 2 else ("oeY", "eoY")
    if b"\3" in form:
        orders = ("yoe", "eoy", "oey")
    suits = {order: sum(_suits(order, row) for row in rows) for order in orders}
    most = max(suits.values())
    suit = left = [order for order in orders if suits[order] >= most]
    dotted = b"\1." in form
    padded = all(len(number) == 2 for row in numbers for number in row)
    usual = "eoy" if dotted else "yoe" if padded else ""
    this_year = datetime.now(UTC).year
    spans = {order: _span(order, rows) for order in left}
    close = _CLOSER * min(spans.values())
    left = [order for order in left if spans[order] <= close] or left

    def rank(order: str) -> tuple[int, int, bool, int]:
        at = order.find("y")
        years = {2000 + row[at] - 100 * (row[at] > 69) for row in rows} if at >= 0 else {0}
        latest = max(years) + (_USUAL if order == usual else 0)
        return (
            len(years),
            -latest if max(years) <= this_year + 1 else latest,
            (order[0] == "e") != dotted,
            orders.index(order),
        )

    best = min(left, key=rank)
    swapped = best.translate(str.maketrans("oe", "eo"))
    if swapped not in suit:
        return DecidedForm(_ordered(form, best))
    ambiguous = swapped in left and rank(swapped)[:2] == rank(best)[:2]
    return DecidedForm(_ordered(form, best), _ordered(form, swapped), ambiguous)


def _ordered(form: bytes, order: str) -> bytes:
    """Return a form whose numbers are year, month and day in an order."""
    for number, letter in zip(b"\1\2\4" if "Y" in order else b"\1\2\3", order, strict=False):
        form = form.replace(bytes([number]), letter.encode())
    return form


def _span(order: str, rows: Iterable[tuple[int, ...]]) -> int:
    """Return how many days the dates span, about; at least 1."""
    year, month, day = (order.find(letter) for letter in ("y" if "y" in order else "Y", "o", "e"))
    days = [372 * (row[year] if year >= 0 else 0) + 31 * row[month] + row[day] for row in rows]
    return max(1, max(days) - min(days))


def _suits(order: str, row: tuple[int, ...]) -> bool:
    return all(
        letter in "yY" or 1 <= value <= (12 if letter == "o" else 31)
        for letter, value in zip(order, row, strict=True)
    )
