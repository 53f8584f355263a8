"""LogSummary adds up in any order; time, bursts, gaps, moments and formats that are told."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from functools import reduce
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool import analyze_logs
from cotool._fast.logs.logscan import Buckets, sum_buckets
from cotool.errors import InputError
from cotool.logs.api import analyze_sources
from cotool.logs.formats.given import parse_log_format
from cotool.logs.histogram import MAX_BUCKETS, WIDTHS, Histogram
from cotool.logs.levels import LEVELS
from cotool.logs.model import FileSummary, LogCounts, Sample, merged
from cotool.logs.options import LogOptions
from cotool.logs.report.activity import display_buckets, duration, find_bursts, find_gaps, rate
from cotool.logs.report.as_json import to_dict
from cotool.logs.scan.inferred import TimeFigures
from cotool.logs.scan.sources import find_sources
from cotool.logs.summary import LogSummary
from cotool.logs.times import parse_duration, parse_moment, parse_zone

ERROR = LEVELS.index("error")


def row(count, level=ERROR):
    return tuple(count if n == level else 0 for n in range(len(LEVELS)))


def histograms():
    return st.builds(
        lambda width, starts: Histogram(width, {n * width: row(1 + n % 3) for n in starts}),
        st.sampled_from(WIDTHS[:5]),
        st.sets(st.integers(-1000, 1000), max_size=20),
    )


def summaries():
    counts = st.builds(
        LogCounts,
        bytes=st.integers(0, 99),
        lines=st.integers(0, 99),
        records=st.integers(0, 99),
        patterns=st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)),
        histogram=histograms(),
        first_seen=st.one_of(st.none(), st.integers(0, 99)),
        last_seen=st.one_of(st.none(), st.integers(0, 99)),
        left_out=st.integers(0, 9),
    )
    return st.builds(
        lambda counts, names, samples: LogSummary(
            counts,
            tuple(FileSummary(name, counts) for name in sorted(names)),
            tuple(sorted(samples)),
        ),
        counts,
        st.sets(st.sampled_from("xyz")),
        st.lists(
            st.builds(
                Sample, st.sampled_from("xyz"), st.integers(1, 9), st.just("error"), st.just("t")
            )
        ),
    )


@given(summaries(), summaries(), summaries())
def test_merging_is_associative_and_commutative(a, b, c):
    """Parts may be added up in any order, and travel pickled."""

    def same(one, other):
        # Files of one path stay apart; which of them stands first does not matter.
        return to_dict(one) | {"files": sorted(map(str, to_dict(one)["files"]))} == to_dict(
            other
        ) | {"files": sorted(map(str, to_dict(other)["files"]))}

    assert same(a.merge(b).merge(c), a.merge(b.merge(c)))
    assert same(a.merge(b), b.merge(a))
    assert pickle.loads(pickle.dumps(a)) == a


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=300), st.randoms())
def test_histograms_merge_to_the_same_width_in_any_order(starts, chance):
    """The width is the narrowest that fits the whole, whatever is merged first."""
    many = [start * 7 for start in starts] + list(range(0, (MAX_BUCKETS - 50) * 3, 3))
    parts = [Histogram(1, {start: row(1)}) for start in many[: len(starts)]]
    parts.append(Histogram(1, {start: row(1) for start in many[len(starts) :]}))
    straight = reduce(Histogram.merge, parts, Histogram())
    chance.shuffle(parts)
    assert reduce(Histogram.merge, parts, Histogram()) == straight
    assert sum(sum(counts) for counts in straight.buckets.values()) == len(many)
    assert len(straight.buckets) <= MAX_BUCKETS


@given(
    st.lists(
        st.tuples(
            st.sampled_from(WIDTHS[:3]),
            st.dictionaries(
                st.integers(-50, 50),
                st.lists(st.integers(0, 1 << 40), min_size=len(LEVELS), max_size=len(LEVELS)),
                max_size=9,
            ),
        ),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.integers(1, 12), min_size=len(WIDTHS), max_size=len(WIDTHS)).map(
        lambda most: tuple(sorted(most))
    ),
)
def test_buckets_add_up_as_dicts_do(parts, most):
    """The kernel's mapping is equal to the dict it is made of, and its sums to those of dicts."""
    dicts = [
        (width, {width * n: tuple(counts) for n, counts in rows.items()}) for width, rows in parts
    ]
    packed = [(width, Buckets(buckets)) for width, buckets in dicts]
    for (_, held), (_, expected) in zip(packed, dicts, strict=True):
        assert held == expected == dict(held) == pickle.loads(pickle.dumps(held))
        assert (len(held), list(held), list(held.values())) == (
            len(expected), list(expected), list(expected.values()),
        )  # fmt: skip
        assert [held.get(n) for n in range(-9, 9)] == [expected.get(n) for n in range(-9, 9)]
        assert [n in held for n in range(-9, 9)] == [n in expected for n in range(-9, 9)]
    assert sum_buckets(packed, WIDTHS, most) == reference.sum_buckets(dicts, WIDTHS, most)


def test_buckets_of_other_lengths_are_refused():
    """A row must have a count for each level."""
    with pytest.raises(ValueError, match="counts"):
        Buckets({0: (1, 2)})


def test_buckets_fit_and_empty_ones_are_there():
    """A nice width is chosen; a narrower one than was kept is refused."""
    histogram = Histogram(1, {0: row(1), 3599: row(2)})
    shown = display_buckets(histogram)
    assert (shown.width, len(shown.buckets)) == (60, 60)
    assert display_buckets(histogram, 300).buckets[0] == row(1)
    assert len(display_buckets(histogram, 300).buckets) == 12
    with pytest.raises(InputError, match="kept in steps of 1 min"):
        display_buckets(Histogram(60, {0: row(1), 60: row(1)}), 90)
    assert display_buckets(Histogram()).buckets == {}


def test_a_burst_is_found_and_noise_is_none():
    """Ten times the usual in five minutes is a burst with its evidence; chance is not."""
    even = {60 * n: row(20 + n * 7 % 9) for n in range(200)}
    assert find_bursts(Histogram(60, even)) == []
    (burst, *_) = find_bursts(Histogram(60, even | {60 * n: row(250) for n in range(100, 105)}))
    assert (burst.start, burst.end) == (6000, 6300)
    assert burst.count == 1250
    assert 100 < burst.typical < 150
    assert find_bursts(Histogram(60, {0: row(1000)})) == []


def test_a_gap_is_found():
    """An hour of silence among minutes is a gap with what is usual."""
    starts = [60 * n for n in range(100)] + [60 * n for n in range(160, 260)]
    (gap,) = find_gaps(Histogram(60, {start: row(3) for start in starts}))
    assert (gap.start, gap.end, gap.seconds, gap.typical) == (6000, 9600, 3600, 60)
    assert find_gaps(Histogram(60, {start: row(3) for start in starts[:100]})) == []


def test_durations_and_rates():
    """As people write them."""
    assert [duration(s) for s in (1, 90, 3600, 86400 * 1.5)] == ["1 s", "1.5 min", "1 h", "1.5 d"]
    for text, seconds in (("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86400), ("1w", 604800)):
        assert parse_duration(text, "--x") == seconds
    assert rate(100, 0, 50 * 10**9) == 2
    assert rate(1, 5, 5) is None
    for text in ("", "5", "m", "0s", "-5m"):
        with pytest.raises(InputError, match="--x"):
            parse_duration(text, "--x")


def test_moments_are_read_in_their_zone():
    """With an offset as it says, else in the zone that is set, else as the logs write it."""
    noon = int(datetime(2024, 3, 1, 12, tzinfo=UTC).timestamp())
    berlin = ZoneInfo("Europe/Berlin")
    assert parse_moment("2024-03-01 12:00", "--since", None) == (noon, noon)
    assert parse_moment("2024-03-01T12:00Z", "--since", None) == (noon, noon)
    assert parse_moment("2024-03-01T13:00+01:00", "--since", None) == (noon + 3600, noon)
    assert parse_moment("2024-03-01T13:00", "--since", berlin) == (noon, noon)
    for text in ("nonsense", "2024-13-01", "25:00"):
        with pytest.raises(InputError, match="--since"):
            parse_moment(text, "--since", None)
    with pytest.raises(InputError, match="Mars"):
        parse_zone("Mars/Olympus")


def test_a_zone_applies_to_times_without_one(tmp_path):
    """Also over the change to summer time; --since is in the zone, too."""
    log = tmp_path / "app.log"
    log.write_text(
        "2024-03-30 12:00:00 INFO winter\n2024-04-01 12:00:00 INFO summer\n"
        "2024-04-02T12:00:00Z INFO named\n"
    )
    counts = analyze_logs(log, tz="Europe/Berlin").counts
    starts = [datetime.fromtimestamp(s, UTC).isoformat() for s in sorted(counts.histogram.buckets)]
    assert starts == [
        "2024-03-30T11:00:00+00:00",
        "2024-04-01T10:00:00+00:00",
        "2024-04-02T12:00:00+00:00",
    ]
    assert analyze_logs(log, tz="Europe/Berlin", since="2024-04-01 12:00").counts.records == 2
    assert analyze_logs(log, tz="Europe/Berlin", since="2024-04-01 12:01").counts.records == 1


def test_inferred_times_go_back_whole_years():
    """Dates keep their month and day, 29 February becomes 1 March."""
    leap = int(datetime(2024, 2, 29, 5, tzinfo=UTC).timestamp())
    times = TimeFigures(leap * 10**9, leap * 10**9, 3600, {leap: row(2)})
    assert times.years_after(leap - 1) == 1
    assert times.years_after(leap) == 0
    back = int(datetime(2023, 3, 1, 5, tzinfo=UTC).timestamp())
    assert times.earlier(1) == TimeFigures(back * 10**9, back * 10**9, 3600, {back: row(2)})


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("{time} {level}", "2024-03-01 12:00:00 ERROR x"),
        ("[{time}] [{}] {level}", "[2024-03-01 12:00:00] [a b] ERROR x"),
        ("{level} {} {time}", "ERROR main 2024-03-01T12:00:00Z x"),
        ("{time}|{level}|", "2024-03-01 12:00:00|ERROR|x"),
        ("{} {time} {}:{level}", "a 1709294400 core:error x"),
        ("json:time=when,level=how", '{"when":"2024-03-01T12:00:00Z","how":"error"}'),
        ("logfmt:level=how", 'time=1709294400 how=error msg="x y"'),
        ("{level}", "E something"),
    ],
)
def test_a_format_can_be_told(form, line, tmp_path):
    """--log-format says where time and level stand, where a sample does not tell."""
    log = tmp_path / "app.log"
    log.write_text(f"{line}\n" + "no\n" * 3)
    counts = analyze_logs(log, log_format=form).counts
    assert counts.levels["error"] == counts.records == 1
    assert (counts.first_seen is None) == (form == "{level}")


def test_plain_is_every_line_a_record(tmp_path):
    """No format means no level and no time."""
    log = tmp_path / "app.log"
    log.write_text("2024-03-01 12:00:00 ERROR x\n\tat y\n" * 5)
    counts = analyze_logs(log, log_format="plain").counts
    assert (counts.records, counts.levels["unknown"], counts.timeless) == (10, 10, 10)


@pytest.mark.parametrize(
    "form", ["nonsense", "{time} {time}", "{}{time}", "json:a=b", "json:level=", "{}"]
)
def test_formats_that_cannot_be_are_refused(form):
    """With what may be written instead."""
    with pytest.raises(InputError, match="log_format: ") as error:
        parse_log_format(form)
    assert "{time}" in error.value.hint


def test_arguments_are_checked(tmp_path):
    """Unknown levels and patterns, and two patterns of a name."""
    log = tmp_path / "app.log"
    log.write_text("x\n")
    with pytest.raises(InputError, match="'loud' is not a level"):
        analyze_logs(log, levels=["loud"])
    with pytest.raises(InputError, match="no pattern 'slow'"):
        analyze_logs(log, match=["slow"])
    assert analyze_logs(log, patterns={"x": "x"}, match=["x"]).counts.lines == 1


def test_levels_are_taken_as_people_call_them(tmp_path):
    """The library takes any case and the usual synonyms, as the command does."""
    path = tmp_path / "a.log"
    path.write_text("2024-03-01 12:00:00 WARN a\n2024-03-01 12:00:01 FATAL b\n" * 3)
    for levels in (["WARN", "Fatal"], "warning,critical", ["warnings", "crit"]):
        assert analyze_logs(path, levels=levels).counts.records == 6
    assert analyze_logs(path, levels=["warn"]).counts.records == 3


@given(st.lists(summaries(), max_size=9))
def test_counts_merge_by_halves_as_one_by_one(parts):
    """The figures of many files are the same in whatever order they are added."""
    counts = [part.counts for part in parts]
    assert merged(counts) == reduce(LogCounts.merge, counts, LogCounts())


def test_a_merge_keeps_no_comparison():
    """A comparison is of one set of templates: the merge of two has none, in either order."""
    compared = LogSummary(comparison="of an earlier run")
    assert compared.merge(LogSummary()) == LogSummary().merge(compared) == LogSummary()


@pytest.mark.parametrize(
    ("form", "inferred"),
    [
        ("2024-03-01 12:00:0{n} INFO a\n", 0),
        ("12:00:0{n} INFO a\n", 9),
        ("Mar  1 12:00:0{n} host prog[1]: a\n", 9),
    ],
)
@pytest.mark.parametrize("span_size", [None, 40])
def test_inferred_dates_are_counted(form, inferred, span_size, tmp_path):
    """A record counts whose year or date is not in the log, however the work is cut."""
    path = tmp_path / "a.log"
    path.write_text("".join(form.format(n=n) for n in range(9)) + "words\n")
    options = LogOptions(span_size=span_size, num_threads=2)
    counts = analyze_sources(find_sources([path]), options).counts
    assert (counts.records, counts.timeless) == (9, 0)
    assert counts.inferred_dates == inferred


@pytest.mark.parametrize("span_size", [None, 40])
@pytest.mark.parametrize(("zoned", "zoneless"), [(0, 0), (3, 6), (9, 0)])
def test_times_without_a_zone_among_others_are_counted(zoned, zoneless, span_size, tmp_path):
    """Only where some records name their zone, those that do not are counted."""
    lines = [f"2024-03-01T12:00:0{n}{'Z' * (n < zoned)} INFO a\n" for n in range(9)]
    path = tmp_path / "a.log"
    path.write_text("".join(lines) + "words\n")
    counts = analyze_sources(find_sources([path]), LogOptions(span_size=span_size)).counts
    assert counts.zoneless == zoneless
    words = "6 records without a time zone, unlike others in the file"
    assert (words in counts.oddities()) == (zoneless > 0)
