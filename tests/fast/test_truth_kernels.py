"""Kernels of truth inference against their oracles."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.truth import dawid_skene, decoys, dependence, glad, mace, one_coin, subclasses
from cotool._fast.truth import labels as labels_kernel
from cotool._fast.truth.labels import Labels


@st.composite
def tables(draw, least_labels=1):
    """Rows of (item, expert, label), and how many there are of each."""
    items = draw(st.integers(1, 6))
    experts = draw(st.integers(1, 5))
    labels = draw(st.integers(least_labels, 4))
    row = st.tuples(
        st.integers(0, items - 1), st.integers(0, experts - 1), st.integers(0, labels - 1)
    )
    return draw(st.lists(row, min_size=1, max_size=24)), items, experts, labels


def kernel_table(rows, items, experts, labels):
    columns = zip(*rows, strict=True)
    return Labels(*(array("i", column) for column in columns), items, experts, labels)


def flat(rows):
    return [value for row in rows for value in row]


KERNELS = [
    (dawid_skene.dawid_skene, reference.dawid_skene),
    (one_coin.one_coin, reference.one_coin),
    (glad.glad, reference.glad),
    (decoys.decoys, reference.decoys),
    (subclasses.subclasses, reference.subclasses),
]


@pytest.mark.parametrize(("kernel", "oracle"), KERNELS, ids=lambda one: one.__name__)
@given(table=tables(least_labels=2), iterations=st.integers(1, 4))
def test_a_method_gives_the_posterior_of_its_oracle(kernel, oracle, table, iterations):
    """This many iterations of the kernel and of the oracle end in the same posterior."""
    found = kernel(kernel_table(*table), iterations=iterations, tolerance=-1.0)
    assert found.iterations == iterations
    assert list(found.items) == pytest.approx(flat(oracle(*table, iterations)), abs=1e-9)


@given(table=tables(least_labels=2), iterations=st.integers(1, 4))
def test_all_experts_may_have_the_same_skill(table, iterations):
    """Then their votes count the same."""
    rows = kernel_table(*table)
    found = one_coin.one_coin(rows, iterations=iterations, tolerance=-1.0, alike=True)
    wanted = flat(reference.one_coin(*table, iterations, alike=True))
    assert list(found.items) == pytest.approx(wanted, abs=1e-9)
    assert len(set(found.experts)) == 1


@pytest.mark.parametrize(
    ("kernel", "oracle"),
    [(decoys.decoys, reference.decoys), (subclasses.subclasses, reference.subclasses)],
)
@given(table=tables(least_labels=2), iterations=st.integers(1, 4))
def test_shares_of_right_labels_are_estimated_on_demand(kernel, oracle, table, iterations):
    """As the oracle does."""
    found = kernel(kernel_table(*table), balanced=False, iterations=iterations, tolerance=-1.0)
    expected = flat(oracle(*table, iterations, balanced=False))
    assert list(found.items) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("kernel", "oracle"),
    [(decoys.decoys, reference.decoys), (subclasses.subclasses, reference.subclasses)],
)
@given(table=tables(least_labels=2), share=st.floats(0, 1))
def test_equal_labels_of_relatives_count_less(kernel, oracle, table, share):
    """As the oracle weighs them, where the first two experts share errors."""
    experts = table[2]
    shared = [[share * ({i, j} == {0, 1}) for j in range(experts)] for i in range(experts)]
    labels = kernel_table(*table)
    labels.weigh(array("d", flat(shared)))
    found = kernel(labels, iterations=3, tolerance=-1.0)
    expected = flat(oracle(*table, 3, shared=shared))
    assert list(found.items) == pytest.approx(expected, abs=1e-9)


@given(table=tables(), seed=st.randoms(use_true_random=False))
@pytest.mark.parametrize("kernel", [one for one, _ in KERNELS] + [mace.mace])
def test_neither_threads_nor_the_order_of_rows_change_a_bit(kernel, table, seed):
    """1, 2 and 4 threads and shuffled rows give the same bits."""
    rows, *sizes = table
    first = kernel(kernel_table(rows, *sizes), num_threads=1)
    shuffled = seed.sample(rows, len(rows))
    for threads in (1, 2, 4):
        again = kernel(kernel_table(shuffled, *sizes), num_threads=threads)
        assert again.items == first.items
        assert again.iterations == first.iterations


@given(table=tables(least_labels=2))
def test_decoys_begin_with_one_expert(table):
    """The size of equal weights does not matter; all agree with an expert whose vote is alone."""
    rows = kernel_table(*table)
    equal = decoys.begin(rows, habits=True, weights=array("d", [2.5]) * rows.experts)
    assert list(equal.right) == pytest.approx(list(decoys.begin(rows, habits=True).right))
    weights = array("d", [1.0]) * rows.experts
    weights[0] = 1e12
    found = decoys.begin(rows, habits=True, weights=weights)
    own = {item: label for item, expert, label in zip(*rows.rows(), strict=True) if expert == 0}
    if len(own) == sum(expert == 0 for expert in rows.rows()[1]):
        assert found.right[0] == pytest.approx(0.95 * found.seen[0])


@given(table=tables())
@pytest.mark.parametrize("kernel", [one for one, _ in KERNELS] + [mace.mace])
def test_a_posterior_is_one_of_probabilities(kernel, table):
    """Rows sum to 1, except where decoys hold that nobody may be right."""
    found = kernel(kernel_table(*table))
    labels = table[3]
    for start in range(0, len(found.items), labels):
        row = found.items[start : start + labels]
        assert min(row) >= 0
        if kernel is decoys.decoys:
            assert sum(row) <= 1 + 1e-9
        else:
            assert sum(row) == pytest.approx(1)


def test_mace_finds_who_answers_by_habit():
    """Three who know outvote four who always say 0; their chance to know is told apart."""
    right = [i % 3 for i in range(60)]
    rows = [(i, e, right[i]) for i in range(60) for e in range(3)]
    rows += [(i, e, 0) for i in range(60) for e in range(3, 7)]
    found = mace.mace(kernel_table(rows, 60, 7, 3))
    best = [max(range(3), key=lambda k, i=i: found.items[3 * i + k]) for i in range(60)]
    assert best == right
    assert min(found.experts[:3]) > 0.9
    assert max(found.experts[3:]) < 0.5


def test_decoys_judge_new_items_by_what_was_counted():
    """Counts of a batch, with no iteration, give that batch's own posterior again."""
    rows = [(i, e, (i + (e > 2) * (i % 3)) % 4) for i in range(40) for e in range(5)]
    table = kernel_table(rows, 40, 5, 4)
    fitted = decoys.decoys(table, tolerance=0.0, iterations=300)
    again = decoys.decoys(table, known=fitted.experts, iterations=0)
    assert list(again.items) == pytest.approx(list(fitted.items), abs=1e-4)
    assert decoys.judge(table, decoys.model(fitted.experts, 5, 4)) == again.items
    with pytest.raises(ValueError, match="other experts"):
        decoys.judge(table, decoys.model(fitted.experts, 4, 4))


def test_ids_out_of_range_are_refused():
    """A kernel never reads beside its arrays."""
    for item, expert, label in ((2, 0, 0), (0, 3, 0), (0, 0, 4), (-1, 0, 0)):
        with pytest.raises(ValueError, match="out of range"):
            kernel_table([(item, expert, label)], 2, 3, 4)
    with pytest.raises(ValueError, match="differ in length"):
        Labels(array("i", [0]), array("i"), array("i", [0]), 1, 1, 1)


def test_more_labels_than_are_told_apart():
    """Of an item with hundreds of different labels only the 24 commonest can be right."""
    rows = [(0, e, e) for e in range(200)] + [(0, e, 150) for e in range(200, 220)]
    found = decoys.decoys(kernel_table(rows, 1, 220, 300), iterations=1)
    assert [k for k, value in enumerate(found.items) if value] == [*range(23), 150]


def square(cells, size):
    return [list(cells[i * size : (i + 1) * size]) for i in range(size)]


@given(table=tables(least_labels=2))
def test_the_second_factor_is_that_of_the_oracle(table):
    """The greatest eigenvalue of what one factor leaves of agreement, with an eigenvector."""
    rows = kernel_table(*table)
    size = rows.experts
    both, same = labels_kernel.coincidences(rows)
    loadings, value = dependence.second_factor(both, same, size)
    left, expected = reference.second_factor(square(both, size), square(same, size))
    assert value == pytest.approx(expected, abs=1e-5)
    turned = [sum(a * b for a, b in zip(row, loadings, strict=True)) for row in left]
    assert turned == pytest.approx([value * own for own in loadings], abs=1e-2)


@given(table=tables(least_labels=2), least=st.sampled_from([0.0, 0.1]))
def test_agreement_beyond_two_factors_is_that_of_the_oracle(table, least):
    """Fitted without each pair that exceeds one factor."""
    rows = kernel_table(*table)
    size = rows.experts
    both, same = labels_kernel.coincidences(rows)
    found = dependence.beyond_two_factors(both, same, size, least)
    factor = dependence.second_factor(both, same, size)
    expected = reference.beyond_two_factors(square(both, size), square(same, size), *factor, least)
    assert list(found) == pytest.approx(flat(expected), abs=1e-7)


@given(table=tables(least_labels=2))
def test_votes_count_by_independence_as_the_oracle_says(table):
    """From the same counts; the weights are 1 in the mean and above 0."""
    rows = kernel_table(*table)
    size = rows.experts
    both, same = labels_kernel.coincidences(rows)
    worth, left = dependence.weights(both, same, size)
    expected, expected_left = reference.independence(square(both, size), square(same, size))
    assert list(worth) == pytest.approx(expected, abs=1e-9)
    assert left == pytest.approx(expected_left, abs=1e-9)
    assert sum(worth) == pytest.approx(size)
    assert min(worth) > 0


@given(table=tables(), chosen=st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_few_labels_limit_a_probability(table, chosen):
    """Each supporter who gave n labels errs with the probability 1 / (n + 2), all independently."""
    rows, items, *_ = table
    expected = []
    for item, label in zip(range(items), chosen, strict=False):
        wrong = 1.0
        for i, expert, own in rows:
            if (i, own) == (item, label):
                wrong /= sum(other == expert for _, other, _ in rows) + 2
        expected.append(1 - wrong)
    found = labels_kernel.limits(kernel_table(*table), array("i", chosen[:items]))
    assert list(found) == pytest.approx(expected)


def test_counts_of_independence_are_squares():
    """Others are refused."""
    with pytest.raises(ValueError, match="squares"):
        dependence.weights(array("d", [1.0]), array("d", [1.0]), 2)
    with pytest.raises(ValueError, match="squares"):
        dependence.second_factor(array("d", [1.0]), array("d", [1.0]), 2)
    with pytest.raises(ValueError, match="square"):
        kernel_table([(0, 0, 0)], 1, 2, 1).weigh(array("d", [1.0]))
