"""The kernel of statement support against its oracle."""

from __future__ import annotations

import math
from array import array
from itertools import accumulate
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import reference
from cotool._fast.text.anchors import (
    IS_MONTH,
    IS_NAME,
    IS_NUMBER,
    IS_YEAR,
    anchors_of,
    count_anchors,
)
from cotool._fast.text.support import judge_sentences
from cotool._fast.text.tokens import intern, tokenize

# Some words share an anchor; two negate, alone and in concord.
WORDS = 16
KINDS = [0, 0, 0, IS_NUMBER, IS_NUMBER, IS_NUMBER, IS_NAME, IS_NAME, IS_NAME, IS_MONTH, IS_YEAR]
ANCHOR_OF = [*range(11), -1, -1, 0, 3, 6]
NEGATIONS = [0] * 11 + [1, 2, 0, 0, 0]
NOT_A_NUMBER = (math.nan, 0, 0)
VALUES = [NOT_A_NUMBER] * 3 + [(12.0, 0, 2), (12.3, 1, 3), (7.0, 0, 1)] + [NOT_A_NUMBER] * 4
VALUES.append((1999.0, 0, 4))
CONTRARIES = [(0, 1), (1, 0), (2, 13), (13, 2)]


def flat(rows):
    return (
        array("i", [one for row in rows for one in row]),
        array("q", accumulate(map(len, rows), initial=0)),
    )


def judged(passages, weights, capitals=(), *, judged=None, threads=1, **other):
    """Judge passages of sentences of words; `capitals` are words that have one everywhere."""
    sentences = [sentence for passage in passages for sentence in passage]
    anchor_of = other.get("anchor_of", ANCHOR_OF)
    anchors = [
        list(dict.fromkeys(anchor_of[word] for word in sentence if anchor_of[word] >= 0))
        for sentence in sentences
    ]
    values = other.get("values", VALUES)
    return judge_sentences(
        array("q", accumulate(map(len, passages), initial=0)),
        len(passages) if judged is None else judged,
        *flat(anchors),
        array("f", weights),
        array("B", other.get("kinds", KINDS)),
        array("d", [value for value, *_ in values]),
        bytes([decimals for _, decimals, _ in values]),
        bytes([digits for *_, digits in values]),
        *flat(sentences),
        array("i", anchor_of),
        array("B", other.get("negations", NEGATIONS)),
        array("i", [word for pair in other.get("contraries", CONTRARIES) for word in pair]),
        *flat([[word if word in capitals else -1 for word in one] for one in sentences]),
        threads,
    )


sentence = st.lists(st.integers(0, WORDS - 1), max_size=7)
# Sentences that say nearly the same, so that they support or contradict each other.
alike = st.builds(
    lambda said, places, others: [
        other if place % 3 == 0 else word
        for word, place, other in zip(said, places, others, strict=False)
    ],
    st.just([0, 3, 6, 2, 7, 10]),
    st.lists(st.integers(0, 8), min_size=6, max_size=6),
    st.lists(st.integers(0, WORDS - 1), min_size=6, max_size=6),
)
PASSAGES = st.lists(st.lists(sentence | alike, max_size=4), min_size=2, max_size=5)
WEIGHTS = st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=len(KINDS), max_size=len(KINDS))


@given(PASSAGES, WEIGHTS, st.sets(st.integers(0, WORDS - 1)))
@example([[[0, 6, 2, 1]], [[0, 7, 2, 1]]], [1.0] * 11, {6, 7})
@example([[[0, 3, 4, 2, 1]], [[0, 5, 2, 1]]], [1.0] * 11, set())
@example([[[0, 2, 8, 6, 11]], [[0, 2, 8, 6]]], [1.0] * 11, set())
def test_judgements_are_those_of_the_oracle(passages, weights, capitals):
    """The figures of each sentence, how far passages agree, and what each passage says."""
    p = SimpleNamespace(
        anchor_of=ANCHOR_OF, negations=NEGATIONS, weights=weights, kinds=KINDS, values=VALUES,
        contraries=set(CONTRARIES),
    )  # fmt: skip
    figures, agreed, records = judged(passages, weights, capitals)
    found = {}
    for k in range(0, len(records), 6):
        n, passage, nearest, what, *pair = records[k : k + 6]
        found.setdefault((n, passage), (nearest, what, set()))[2].add(tuple(pair))
    numbers = {n for n, kind in enumerate(KINDS) if kind & IS_NUMBER}
    names = {n for n, kind in enumerate(KINDS) if kind == IS_NAME}
    anchors = [
        [list(dict.fromkeys(ANCHOR_OF[w] for w in one if ANCHOR_OF[w] >= 0)) for one in passage]
        for passage in passages
    ]
    starts = [0, *accumulate(map(len, passages))]
    n = 0
    for own, passage in enumerate(passages):
        others = [k for k in range(len(passages)) if k != own]
        expected = reference.texts_agree([anchors[k] for k in others], numbers)
        assert agreed[2 * own : 2 * own + 2].tolist() == pytest.approx(list(expected))
        for place, said in enumerate(passage):
            statement = anchors[own][place]
            if not statement:
                assert figures[3 * n : 3 * n + 3].tolist() == [0, 0, 0]
                n += 1
                continue
            (joint, _, name), best = reference.weigh_statement(
                statement, [anchors[k] for k in others], weights, numbers, names
            )
            cover = 0.0
            for other, (covered, window, alone, nearest) in zip(others, best, strict=True):
                if nearest is None:
                    assert (n, other) not in found
                    continue
                there = passages[other]
                oracle = reference.Verdict(
                    p, said, there[nearest],
                    [w for one in there[window : window + 2] for w in one], passage,
                    set(there[nearest]) & capitals,
                )  # fmt: skip
                expected = oracle.verdict(covered)
                contradicts = expected is not None and expected[0] > 1
                cover = max(cover, alone * (0.8 if contradicts else 1))
                if expected is None:
                    assert (n, other) not in found
                else:
                    assert found[n, other] == (starts[other] + nearest, *expected)
            assert figures[3 * n : 3 * n + 3].tolist() == pytest.approx([joint, cover, name])
            n += 1


def test_only_the_heaviest_anchors_of_a_long_statement_count():
    """A block of code of 200 words is weighed by 64 of them; the kernel stays in its arrays."""
    statement = list(range(200))
    weights = [1.0 + (n % 7) for n in range(200)]
    texts = [[list(range(0, 200, 2))], [list(range(100))], [[]]]
    figures, *_ = judged(
        [[statement], *texts], weights, judged=1, kinds=[0] * 200, anchor_of=statement,
        values=[NOT_A_NUMBER] * 200, negations=[0] * 200, contraries=(),
    )  # fmt: skip
    expected, _ = reference.weigh_statement(statement, texts, weights, set(), set())
    assert figures.tolist() == pytest.approx(list(expected))


def test_results_do_not_depend_on_threads():
    """One, two and four threads give the same bits."""
    passages = [[[(t * s + k) % WORDS for k in range(5)] for s in range(30)] for t in range(30)]
    found = [judged(passages, [1.0] * len(KINDS), {6, 7}, threads=n) for n in (1, 2, 4)]
    assert found[0] == found[1] == found[2]
    assert found[0][2]


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
    two = [[[0]], [[0]]]
    with pytest.raises(ValueError, match="not one of those"):
        judged([[[WORDS]], [[0]]], [1.0] * 11, anchor_of=[*ANCHOR_OF, 11])
    with pytest.raises(ValueError, match="differ in length"):
        judged(two, [1.0] * 11, kinds=[0])
    with pytest.raises(ValueError, match="two passages"):
        judged(two[:1], [1.0] * 11)
    with pytest.raises(ValueError, match="ascending"):
        judged(two, [1.0] * 11, contraries=[(1, 0), (0, 1)])
    with pytest.raises(ValueError, match="room"):
        anchors_of(array("i", [0]), array("q", [0, 1]), array("i", [0]), array("i"), array("q"))
