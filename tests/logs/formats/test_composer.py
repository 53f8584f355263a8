"""Times composed from a sample: any date, separator and position, against a plain oracle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cotool._fast.logs import logscan
from cotool.logs.formats.composer import moments
from cotool.logs.formats.date_order import decide
from cotool.logs.formats.model import forms_of
from cotool.logs.formats.text import recognise_text
from cotool.logs.formats.text_times import read_stamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How a writer spells a date; every one but the last two names the year in four digits.
_DATES = {
    "iso": lambda t: f"{t:%Y-%m-%d}",
    "slashes": lambda t: f"{t:%Y/%m/%d}",
    "colons": lambda t: f"{t:%Y:%m:%d}",
    "short": lambda t: f"{t.year}-{t.month}-{t.day}",
    "german": lambda t: f"{t:%d.%m.%Y}",
    "us": lambda t: f"{t.month}/{t.day}/{t.year}",
    "named": lambda t: f"{t.day} {t:%b %Y}",
    "hyphens": lambda t: f"{t:%d-%b-%Y}",
    "month first": lambda t: f"{t:%b} {t.day}, {t.year}",
    "weekday": lambda t: f"{t:%a %b} {t.day} {t.year}",
    "year first": lambda t: f"{t:%Y %b %d}",
    "compact": lambda t: f"{t:%Y%m%d}",
    "two digits": lambda t: f"{t:%y/%m/%d}",
    "name, two digits": lambda t: f"{t:%b-%d-%y}",
    "name with dots": lambda t: f"{t:%b.%d.%Y}",
}
_CLOCKS = {
    "plain": lambda t: f"{t:%H:%M:%S}",
    "point": lambda t: f"{t:%H:%M:%S}.{t.microsecond // 1000:03d}",
    "comma": lambda t: f"{t:%H:%M:%S},{t.microsecond // 1000:03d}",
    "colon": lambda t: f"{t:%H:%M:%S}:{t.microsecond // 1000:03d}",
    "hyphens": lambda t: f"{t:%H-%M-%S}",
    "half": lambda t: f"{t:%I:%M:%S %p}",
    "short half": lambda t: f"{(t.hour + 11) % 12 + 1}:{t:%M:%S} {'am' if t.hour < 12 else 'pm'}",
}
_BETWEEN = (" ", "T", "\t", ", ", "_", "  ", " - ", '" "', "] [", " time=")
_HEADS = ("", "[", "(", "<", "app: [", "####<", "date=", "1,", "main::", "INFO ", 'x=1 time="')
_ZONES = {
    "": None,
    "Z": 0,
    " UTC": 0,
    "+0200": 7200,
    " -05:00": -18000,
    " EST": -18000,
    " CEST": 7200,
}


@st.composite
def _samples(draw):
    date, clock = draw(st.sampled_from(list(_DATES))), draw(st.sampled_from(list(_CLOCKS)))
    between, head = draw(st.sampled_from(_BETWEEN)), draw(st.sampled_from(_HEADS))
    zone = draw(st.sampled_from(list(_ZONES)))
    assume(between != "T" or date in {"iso", "slashes", "compact", "short"})
    # "2026_10:.." and "2026 - 1:00" are what people write; a comma after "Mar 3, 2024" is one.
    assume(between != "_" or date in {"iso", "german", "compact"})
    assume(zone != "Z" or "half" not in clock)
    assume(
        clock != "hyphens" or (date in {"iso", "slashes", "compact"} and between in {"T", "_", " "})
    )
    # A day above the twelfth, so that the order of the numbers is known.
    times = [
        datetime(2024, 1, 13, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 10**6)))
        for _ in range(draw(st.integers(2, 5)))
    ]
    lines = [
        f"{head}{_DATES[date](t)}{between}{_CLOCKS[clock](t)}{zone} something else".encode()
        for t in times
    ]
    offset = _ZONES[zone] or 0
    return lines, [int((t - _EPOCH).total_seconds()) - offset for t in times]


@given(_samples())
def test_a_time_is_read_wherever_it_is(sample):
    """Whatever the date, the separator, the zone and what stands before, the time is right."""
    lines, expected = sample
    formats = recognise_text(lines, len(lines))
    readers = [(found, forms_of(found)) for found in formats]
    read = [next(filter(None, (read_stamp(line, *reader) for reader in readers)), None)
            for line in lines]  # fmt: skip
    assert [found and found[0] for found in read] == expected, (lines, formats)
    assert all(cycle == 0 for _, cycle in read)


@pytest.mark.parametrize(
    ("numbers", "form", "expected", "ambiguous"),
    [
        ([(b"3", b"4"), (b"3", b"25")], b"\1/\2/Y", b"o/e/Y", False),
        ([(b"3", b"4"), (b"25", b"4")], b"\1/\2/Y", b"e/o/Y", False),
        ([(b"3", b"4")], b"\1/\2/Y", b"o/e/Y", True),
        ([(b"3", b"4")], b"\1.\2.Y", b"e.o.Y", True),
        ([(b"3", b"4"), (b"4", b"4")], b"\1/\2/Y", b"e/o/Y", False),
        ([(b"3", b"4"), (b"3", b"6")], b"\1.\2.Y", b"o.e.Y", False),
        ([(b"3", b"4"), (b"7", b"9")], b"\1.\2.Y", b"e.o.Y", True),
    ],
)
def test_the_sample_decides_day_or_month_first(numbers, form, expected, ambiguous):
    """Numbers above twelve decide, then days that follow each other, then the separator."""
    form = form.replace(b"Y", b"\4")
    reading = decide(form, [(*pair, b"2024") for pair in numbers])
    assert (reading.form, reading.ambiguous) == (expected, ambiguous)
    if ambiguous:
        swapped = expected.translate(bytes.maketrans(b"oe", b"eo"))
        assert reading.other == swapped


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([b"24", b"03", b"17"], b"y/o/e"),
        ([b"17", b"06", b"20"], b"y/o/e"),
        ([b"17", b"03", b"24"], b"e/o/y"),
        ([b"3", b"17", b"24"], b"o/e/y"),
    ],
)
def test_years_of_two_digits_are_the_latest_that_suits(numbers, expected):
    """Of the orders that suit, the one with the latest year that is not to come is taken."""
    assert decide(b"\1/\2/\3", [tuple(numbers)]).form == expected


@pytest.mark.parametrize(
    "line",
    [
        "12:00:01 2024-13-45 x", "date=2024/99/99 time=10:00:00 x", "at 10:00 we met",
        "took 1:02.5", "10.0.0.1:8080 up", "2024-03-01: no time of day", "00:1A:2B:3C:4D:5E x",
        "2024-03-03 is the day, 10:00:00 more or less", "2024-061 08:00:00 INFO x",
        "2024-W10-1 08:00:00 x", "٢٠٢٤-٠٣-٠٢ 08:00:00 x", "2024년 3월 2일 오후 8:00:00 x",
        "0302 08:00:00 x", "13Apr07 07:08:36 x", "1402. 12. 45. 08:00:00 x",
        'time="08:00:00.1+300" date="03-02-2024"',
    ],
)  # fmt: skip
def test_no_date_is_invented(line):
    """A time of day beside a date that cannot be read, or no time of day, is no time."""
    assert not [found for found in moments(line.encode()) if not found.yeared]


@pytest.mark.parametrize(
    ("text", "hour"),
    [("8:00:00 p. m.", 20), ("8:00:00 p.\xa0m.", 20), ("12:00:00 a. m.", 0), ("8:00:00 p.m.", 20),
     ("8:00:00 PM", 20), ("8:00:00 p. 5 m.", None)],
)  # fmt: skip
def test_halves_of_the_day(text, hour):
    """AM and PM are read with points and blanks, and nothing else is."""
    read = logscan.read_time(b"h:M:S~p", text.encode())
    assert (read and read[1] % 86400 // 3600) == hour


@pytest.mark.parametrize(
    ("zone", "seconds"),
    [("+060", 3600), ("-300", -18000), ("+0530", 19800), ("+05:30", 19800), ("+999", None)],
)
def test_zones_of_three_digits_are_minutes(zone, seconds):
    """Three digits after the sign are minutes, two or four are hours and minutes."""
    read = logscan.read_time(b"Y-m-d-H.M.Sz", b"2024-03-02-08.00.00" + zone.encode())
    plain = logscan.read_time(b"Y-m-d-H.M.S", b"2024-03-02-08.00.00")
    assert plain
    assert (plain[1] - read[1] if read and read[3] else None) == seconds


@pytest.mark.parametrize(
    ("name", "month"),
    [("März", 3), ("mars", 3), ("août", 8), ("févr.", 2), ("Okt", 10), ("dez", 12), ("ene", 1),
     ("abril", 4), ("maggio", 5), ("SEPT", 9), ("июнь", 6), ("июня", 6), ("Янв.", 1),
     ("вересня", 9), ("Mayıs", 5), ("Ağustos", 8), ("agustus", 8), ("října", 10),
     ("octombrie", 10), ("أكتوبر", 10),     ("ИЮНЬ", None), ("marble", None)],
)  # fmt: skip
def test_months_in_many_languages(name, month):
    """The names of months are known in full and abbreviated; other words are none."""
    read = logscan.read_time(b"e~B~Y~h:M:S", f"3 {name} 2024 10:00:00".encode())
    assert (read and (_EPOCH + timedelta(seconds=read[1])).month) == month
