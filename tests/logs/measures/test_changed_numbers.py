"""Numbers that differ from an earlier run: the test, what is left out, and the command line."""

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotool.cli.app import main
from cotool.logs.distributions import Distribution, chance_of, greatest_difference
from cotool.logs.number_changes import NumberPair, Numbers, changed_numbers, pairs_of
from reference import quantile_of

values = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=40)


def distribution(numbers):
    """The distribution of a list of numbers."""
    return Distribution.of((number, 1) for number in numbers)


def numbers(found, *, unit="ms", name="ms", distinct=0):
    """Numbers of a run."""
    one = distribution(found)
    return Numbers(name, unit, one, one.quantile(0.5), one.quantile(0.99), distinct)


def pair(before, after, *, template="1" * 12):
    """Two runs of the numbers of one template."""
    return NumberPair(template, "took <*> ms", 1, {}, before, after)


@given(values, values)
def test_the_greatest_difference_is_the_oracles(one, two):
    """The Kolmogorov-Smirnov statistic by comparing the shares at every number."""
    wanted = max(
        abs(sum(x <= at for x in one) / len(one) - sum(x <= at for x in two) / len(two))
        for at in one + two
    )
    assert greatest_difference(distribution(one), distribution(two)) == pytest.approx(wanted)


@given(values, st.floats(0, 1))
def test_quantiles_are_those_of_sorted_numbers(found, share):
    """The number at its place in ascending order."""
    assert distribution(found).quantile(share) == quantile_of(sorted(found), share)


def test_chance_is_that_of_the_known_distribution():
    """Critical values of Kolmogorov's distribution: 1.358 leaves 5 %, 1.628 leaves 1 %."""
    for x, p in ((1.358, 0.05), (1.628, 0.01)):
        many = 10**8
        assert chance_of(x / math.sqrt(many / 2), many, many) == pytest.approx(p, rel=0.01)
    assert chance_of(0.0, 10, 10) == 1
    assert chance_of(1.0, 10**6, 10**6) == 0


def test_a_median_that_triples_is_a_change():
    """Of many pairs whose numbers are drawn alike, only the one that differs is reported."""
    chance = random.Random(1)

    def drawn(scale=1.0):
        return numbers([chance.lognormvariate(3, 0.5) * scale for _ in range(500)])

    alike = [pair(drawn(), drawn(1.1)) for _ in range(200)]
    changed, compared = changed_numbers([*alike, pair(drawn(), drawn(3))])
    assert compared == 201
    (change,) = changed
    assert change.ratio == pytest.approx(3, rel=0.2)
    assert change.difference > 0.5


def test_the_same_numbers_in_other_units_are_no_change():
    """Milliseconds of one run and seconds of the other are converted; unknown units are not."""
    found = [float(n % 90 + 10) for n in range(1000)]
    seconds = numbers([number / 1000 for number in found], unit="s")
    assert changed_numbers([pair(numbers(found), seconds)]) == ((), 1)
    assert changed_numbers([pair(numbers(found), numbers(found, unit=None))]) == ((), 0)
    assert changed_numbers([pair(numbers(found), numbers(found, unit="KB"))]) == ((), 0)


def test_identifiers_are_not_compared():
    """A process id, and numbers that are all different, do not measure; a measure always does."""
    before, after = [float(n) for n in range(200)], [float(n) for n in range(5000, 5200)]
    for name, distinct in (("pid", 50), ("user_id", 50), (None, 200)):
        one, two = (
            numbers(found, unit=None, name=name, distinct=distinct) for found in (before, after)
        )
        assert changed_numbers([pair(one, two)]) == ((), 0)
        assert len(changed_numbers([pair(one, two, template=None)])[0]) == 1


def test_parameters_of_other_templates_correspond_by_name():
    """A word that became a parameter moves the others; their names still find them."""
    rows, ms = numbers([1.0], name="rows"), numbers([2.0])
    (found,) = pairs_of("0" * 12, "text", [(ms,)], (rows, ms))
    assert (found.place, found.before) == (2, ms)
    assert [one.place for one in pairs_of("0" * 12, "text", [(rows, ms)], (rows, ms))] == [1, 2]


@pytest.fixture
def logs(tmp_path):
    """Two access logs; in the second one the logins take three times as long."""
    chance = random.Random(7)
    for name, factor in (("before", 1), ("after", 3)):
        lines = []
        for n in range(3000):
            path = chance.choice(("/", "/login", f"/users/{chance.randint(1, 99)}"))
            time = chance.lognormvariate(-3, 0.5) * (factor if path == "/login" else 1)
            lines.append(
                f"10.0.0.{n % 9} - - [01/Jan/2026:00:{n // 60:02}:{n % 60:02} +0000] "
                f'"GET {path} HTTP/1.1" 200 {n % 7000} "-" "curl" rt={time:.3f}\n'
            )
        (tmp_path / f"{name}.log").write_text("".join(lines))
    return tmp_path


def test_measures_are_compared_by_group(logs, capsys):
    """`--baseline` with the JSON of an earlier run, `diff`, and ratios in `--fail-on`."""
    measure = ["-m", "rt:s", "--by", "path", "-q"]
    before, after = (str(logs / f"{name}.json") for name in ("before", "after"))
    for name in ("before", "after"):
        command = ["analyze-logs", str(logs / f"{name}.log"), *measure]
        assert main([*command, "--json", "-o", str(logs / f"{name}.json")]) == 0
    command = ["analyze-logs", str(logs / "after.log"), *measure, "--baseline", before]
    assert main([*command, "--fail-on", "changed_numbers>0", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["comparison"]
    assert [one["group"] for one in found["changed_numbers"]][:1] == [{"path": "/login"}]
    assert found["numbers_compared"] == 4
    assert main([*command, "--fail-on", "ratio(p50(rt,path))>2.5"]) == 1
    assert "ratio(p50(rt,path)) is 3.0" in capsys.readouterr().err
    assert main([*command, "--fail-on", "ratio(p50(rt,path))>4 or ratio(count(rt))!=1"]) == 0
    assert main(["analyze-logs", "diff", before, after, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changed_numbers"] == found["changed_numbers"]
    assert main(["analyze-logs", "diff", before, before, "--fail-on", "changed_numbers>0"]) == 0
    assert "0 of 4 numbers changed" in capsys.readouterr().out


def test_the_earlier_run_must_have_measured(logs, capsys):
    """Without an earlier run, or with one that measured something else, there is an error."""
    before, log = str(logs / "before.json"), str(logs / "before.log")
    assert main(["analyze-logs", log, "-m", "rt", "-q", "--json", "-o", before]) == 0
    for more, text in (
        (["-m", "rt", "--fail-on", "ratio(p99(rt))>2"], "but none is given"),
        (["-m", "bytes", "--baseline", before], "measured rt, not bytes"),
        (["--baseline", before], "holds measures but no templates"),
    ):
        assert main(["analyze-logs", log, *more]) == 2
        assert text in capsys.readouterr().err


def test_a_number_of_a_template_that_triples_is_reported(tmp_path, capsys):
    """Durations in a template's text are compared; its process ids are not."""
    chance = random.Random(3)
    for name, factor in (("one", 1), ("two", 3)):
        lines = [
            f"2026-01-01T00:{n // 60:02}:{n % 60:02}Z INFO query took "
            f"{chance.lognormvariate(3, 0.5) * factor:.1f} ms "
            f"pid={chance.randint(1, 99) * factor}\n"
            for n in range(2000)
        ]
        (tmp_path / name).write_text("".join(lines))
    one = str(tmp_path / "one.json")
    assert main(["analyze-logs", str(tmp_path / "one"), "--templates", "json", "-o", one]) == 0
    command = ["analyze-logs", str(tmp_path / "two"), "--baseline", one]
    assert main([*command, "--fail-on", "changed_numbers>0"]) == 1
    out = capsys.readouterr().out
    assert "1 of 1 number changed since the earlier run" in out
    assert "<ms> of query took <*> ms pid=<*>" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
    assert main([*command, "-f", "html", "-q", "-o", str(tmp_path / "page.html")]) == 0
    assert "1 of 1 number changed" in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("member", "text"),
    [
        ({"measures": 1}, "measures.measures: expected a list"),
        ({"groups": [1]}, "measures.groups[0]: expected an object"),
        ({"measures": [{"name": "rt", "unit": "x"}]}, "unit: expected s, B or null"),
        ({"measures": [{"name": "rt", "distribution": {"a": 1}}]}, "counts by number"),
        ({"measures": [{"name": "rt", "distribution": {"1": -1}}]}, "counts by number"),
    ],
)
def test_damaged_measures_are_an_error(tmp_path, capsys, member, text):
    """The file and the member are named."""
    document = {
        "schema": "cotool.logs/1",
        "records": 1,
        "measures": {"measures": [], "by": [], "groups": []} | member,
    }
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document))
    assert main(["analyze-logs", "diff", str(path), str(path)]) == 2
    assert text in capsys.readouterr().err
