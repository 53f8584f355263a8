"""The kernel of statement support against its oracle."""

from __future__ import annotations

from array import array
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from cotool._fast.text.support import (
    IS_NAME,
    IS_NUMBER,
    anchors_of,
    count_anchors,
    weigh_statements,
)
from cotool._fast.text.tokens import intern, tokenize

ANCHORS = 12


def flat(rows):
    return (
        array("i", [one for row in rows for one in row]),
        array("q", accumulate(map(len, rows), initial=0)),
    )


def weighed(statements, texts, weights, kinds, threads=1):
    sentences = [sentence for text in texts for sentence in text]
    figures = array("d", bytes(24 * len(statements)))
    covers = array("f", bytes(4 * len(statements) * len(texts)))
    places = array("i", bytes(4 * len(statements) * len(texts)))
    alone, nearest = covers[:], places[:]
    agreed = weigh_statements(
        *flat(statements),
        *flat(sentences),
        array("q", accumulate(map(len, texts), initial=0)),
        array("f", weights),
        array("B", kinds),
        figures,
        covers,
        places,
        alone,
        nearest,
        threads,
    )
    return figures, (covers, places, alone, nearest), agreed


distinct = st.lists(st.integers(0, ANCHORS - 1), unique=True, max_size=6)


@given(
    st.lists(distinct, min_size=1, max_size=4),
    st.lists(st.lists(distinct, max_size=4), min_size=1, max_size=5),
    st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=ANCHORS, max_size=ANCHORS),
    st.lists(st.sampled_from([0, IS_NUMBER, IS_NAME]), min_size=ANCHORS, max_size=ANCHORS),
)
def test_figures_are_those_of_the_oracle(statements, texts, weights, kinds):
    """Joint, cover and names, the best sentences, and how far texts agree."""
    figures, best, agreed = weighed(statements, texts, weights, kinds)
    numbers = {n for n, kind in enumerate(kinds) if kind == IS_NUMBER}
    names = {n for n, kind in enumerate(kinds) if kind == IS_NAME}
    assert agreed == pytest.approx(reference.texts_agree(texts, numbers))
    starts = [0, *accumulate(map(len, texts))]
    for n, statement in enumerate(statements):
        expected, oracle = reference.weigh_statement(statement, texts, weights, numbers, names)
        assert figures[3 * n : 3 * n + 3].tolist() == pytest.approx(list(expected))
        for t, expected in enumerate(oracle):
            cover, place, alone, nearest = (row[n * len(texts) + t] for row in best)
            assert (cover, alone) == pytest.approx(expected[::2])
            places = [None if found < 0 else found - starts[t] for found in (place, nearest)]
            assert places == list(expected[1::2])


def test_only_the_heaviest_anchors_of_a_long_statement_count():
    """A block of code of 200 words is weighed by 64 of them; the kernel stays in its arrays."""
    statement = list(range(200))
    weights = [1.0 + (n % 7) for n in range(200)]
    texts = [[list(range(0, 200, 2))], [list(range(100))], [[]]]
    figures, *_ = weighed([statement], texts, weights, [0] * 200)
    expected, _ = reference.weigh_statement(statement, texts, weights, set(), set())
    assert figures.tolist() == pytest.approx(list(expected))


def test_results_do_not_depend_on_threads():
    """One, two and four threads give the same bits."""
    texts = [[[(t * s + k) % ANCHORS for k in range(5)] for s in range(30)] for t in range(40)]
    texts = [[list(dict.fromkeys(one)) for one in text] for text in texts]
    statements = [list(dict.fromkeys((n * k) % ANCHORS for k in range(4))) for n in range(900)]
    kinds = [IS_NUMBER if n % 3 == 0 else 0 for n in range(ANCHORS)]
    found = [weighed(statements, texts, [1.0] * ANCHORS, kinds, n) for n in (1, 2, 4)]
    assert found[0] == found[1] == found[2]


@given(st.lists(st.text("ab 9,ü北京'", max_size=20), max_size=5))
def test_words_are_interned_as_they_are_tokenized(texts):
    """Ids spelt again are the words of each text; distinct anchors keep their order."""
    ids, starts, words = intern(texts)
    assert len(words) == len(set(words))
    for n, text in enumerate(texts):
        assert [words[i] for i in ids[starts[n] : starts[n + 1]]] == tokenize(text)
    anchors = array("i", [n // 2 if n % 3 else -1 for n in range(len(words))])
    found, bounds = array("i", bytes(4 * len(ids))), array("q", bytes(8 * len(starts)))
    anchors_of(ids, starts, anchors, found, bounds)
    for n in range(len(texts)):
        said = [anchors[i] for i in ids[starts[n] : starts[n + 1]] if anchors[i] >= 0]
        assert found[bounds[n] : bounds[n + 1]].tolist() == list(dict.fromkeys(said))
    counts = count_anchors(ids, starts, anchors, len(words) + 1)
    behind = [anchors[i] for n in range(len(texts)) for i in ids[starts[n] + 1 : starts[n + 1]]]
    assert counts.tolist() == [behind.count(n) for n in range(len(words) + 1)]


def test_bad_arguments_are_refused():
    """Nothing is read or written beside the arrays."""
    with pytest.raises(ValueError, match="anchor is not one"):
        weighed([[ANCHORS]], [[[0]]], [1.0] * ANCHORS, [0] * ANCHORS)
    with pytest.raises(ValueError, match="differ in length"):
        weighed([[0]], [[[0]]], [1.0] * ANCHORS, [0])
    with pytest.raises(ValueError, match="room"):
        anchors_of(array("i", [0]), array("q", [0, 1]), array("i", [0]), array("i"), array("q"))
