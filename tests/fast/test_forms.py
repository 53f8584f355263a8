"""Tables of forms against their oracle, in any order and any number of parts; the partition."""

from __future__ import annotations

import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.logs import forms, partition, repeats
from cotool.logs.histogram import WIDTHS

TEXTS = ("took {} ms", "user {} of {}", "blk_{} served", "nothing", "{} {} {}")
lines = st.builds(
    lambda text, a, b, c: text.format(a, b, c).encode(),
    st.sampled_from(TEXTS),
    st.integers(-9, 10**6),
    st.integers(0, 5),
    st.sampled_from(["1.5", "0x1f", "12", "9" * 30]),
)
times = st.one_of(st.none(), st.integers(-(10**6), 2 * 10**9))
records = st.lists(st.tuples(lines, st.integers(0, 7), times), max_size=120)


def table(found):
    """A table of forms of (line, level, seconds)."""
    made = forms.Forms(WIDTHS)
    for line, level, seconds in found:
        made.add(line, level, seconds)
    return made


@given(records)
def test_figures_are_the_oracles(found):
    """Counts, levels, times, values and ranges of every form."""
    wanted = reference.count_forms(found, forms.mask)
    rows = table(found).export()
    assert {row[:2] for row in rows} == set(wanted)
    for signature, message, _, count, levels, first, last, width, timeline, *rest in rows:
        parameters, numbers, least, greatest, registers, kept, sketches = rest
        figures = wanted[signature, message]
        assert (count, list(levels)) == (figures["count"], figures["levels"])
        seen = figures["times"]
        assert (first, last) == ((min(seen), max(seen)) if seen else (None, None))
        assert sum(timeline.values()) == sum(seen.values())
        for start, number in timeline.items():
            assert number == sum(n for t, n in seen.items() if start <= t < start + width)
        if registers is None and parameters:
            values = {tuple(forms.kept_parameters(line)): number for _, number, line in kept}
            assert values == {
                tuple(value[:96] for value in row): n for row, n in figures["values"].items()
            }
        for n in range(len(least)):
            column = [row[len(row) - len(least) + n] for row in figures["values"]]
            if numbers >> n & 1:
                assert least[n] == pytest.approx(min(map(float, column)))
                assert greatest[n] == pytest.approx(max(map(float, column)))
                exact = sorted(
                    float(row[len(row) - len(least) + n])
                    for row, times in figures["values"].items()
                    for _ in range(times)
                )
                middles = sorted(
                    forms.sketch_middle(bucket)
                    for bucket, times in sketches[n].items()
                    for _ in range(times)
                )
                assert middles == pytest.approx(
                    [min(max(number, -(2.0**64)), 2.0**64) for number in exact], rel=1 / 31
                )
            else:
                assert sketches[n] == {}


@given(records, st.integers(1, 5), st.randoms(use_true_random=False))
def test_parts_add_up_to_the_whole(found, parts, chance):
    """Whatever the order of records, parts and merges, the table is the same."""
    whole = table(found).export()
    shuffled = list(found)
    chance.shuffle(shuffled)
    tables = [table(shuffled[n::parts]) for n in range(parts)]
    total = forms.Forms(WIDTHS)
    for one in tables:
        total.merge(one)
    assert total.export() == whole
    again = forms.Forms(WIDTHS)
    for row in whole:
        again.insert(row)
    assert again.export() == whole


def test_samples_and_registers_do_not_depend_on_the_order():
    """With more different lines than are kept, the same ones are kept and estimated."""
    found = [(b"took %d ms for %d" % (n * 7919 % 5000, n % 90), 2, n) for n in range(5000)]
    whole = table(found).export()
    random.Random(1).shuffle(found)
    tables = [table(found[n::3]) for n in range(3)]
    tables[1].merge(tables[2])
    tables[1].merge(tables[0])
    assert tables[1].export() == whole
    registers, kept = whole[0][-3:-1]
    assert len(kept) == forms.MOST_SAMPLES
    assert forms.distinct(registers, 0) == pytest.approx(5000, rel=0.2)
    assert forms.distinct(registers, 1) == pytest.approx(90, rel=0.2)


@pytest.mark.parametrize("words", [2, 7])
def test_too_many_forms_are_folded_alike(words):
    """Past the limit the tail is folded; parts, folded or not, add up to the same table."""
    chance = random.Random(words)
    count = 2 * forms.MOST_FORMS

    def word():
        return bytes(chance.choices(b"ghijklmnopq", k=6))

    found = [
        (b" ".join([b"error in", *(word() for _ in range(words))]), 5, None) for _ in range(count)
    ]
    whole = table(found)
    assert whole.folding
    assert len(whole) <= 2 * forms.MOST_FORMS
    exported = whole.export()
    assert sum(row[3] for row in exported) == count
    assert any(forms.FOLDED in row[1] for row in exported)
    chance.shuffle(found)
    total = table(found[: count // 7])
    total.merge(table(found[count // 7 :]))
    assert total.export() == exported


def test_what_is_no_form_is_refused():
    """Rows of a file that was tampered with raise ValueError; the table is as it was."""
    good = table([(b"took 5 ms", 2, 7)]).export()[0]
    for place, value in (
        (1, b"x" * 5000),
        (3, 0),
        (4, (1, 2)),
        (5, None),
        (6, -5),
        (7, 3),
        (8, {10**9: 1}),
        (9, 99),
        (11, [1.0, 2.0]),
        (13, b"xy"),
        (14, [(1, 1, b"\x00")]),
    ):
        broken = list(good)
        broken[place] = value
        empty = forms.Forms(WIDTHS)
        with pytest.raises((ValueError, TypeError, OverflowError)):
            empty.insert(tuple(broken))
        assert len(empty) == 0


@given(st.data())
def test_partition_is_the_oracles(data):
    """Messages are parted as the rules say, whatever the words are."""
    places = data.draw(st.integers(1, 5))
    vocabulary = data.draw(st.integers(1, 14))
    flags = st.integers(0, 2047).map(lambda n: n & data.draw(st.integers(0, 2047)))
    facts = data.draw(st.lists(flags, min_size=vocabulary, max_size=vocabulary))
    row = st.tuples(*[st.integers(0, vocabulary - 1)] * places)
    rows = sorted(data.draw(st.sets(row, min_size=1, max_size=40)))
    context = data.draw(st.lists(st.integers(0, 31), min_size=places, max_size=places))
    before = [k - 1 if data.draw(st.booleans()) else -1 for k in range(places)]
    ids = memoryview(array("i", [x for r in rows for x in r])).cast("B")
    found = partition.partition(
        ids.cast("i", (len(rows), places)),
        array("H", facts),
        bytes(context),
        array("i", before),
    )
    assert found == reference.part(rows, facts, context, before)


@given(
    st.lists(st.integers(0, 3), max_size=40),
    st.lists(st.integers(0, 7), min_size=4, max_size=4),
    st.integers(1, 5),
)
def test_groups_are_the_oracles(ids, flags, longest):
    """Groups of tokens that follow themselves become one."""
    marks = bytes(flags[token] for token in ids)
    assert repeats.groups(array("i", ids), marks, longest) == reference.collapse(
        ids, marks, longest
    )
