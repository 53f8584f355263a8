"""The similarity kernels against their oracles, on every thread count and CPU level."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import reference
from cotool._fast.text import levenshtein, pairwise

BAGS = {
    name: (lambda texts, threads=None, name=name: pairwise.bags(texts, name, threads), oracle)
    for name, oracle in {
        "cosine": reference.cosine,
        "tfidf": reference.tfidf,
        "jaccard": reference.jaccard,
        "containment": reference.containment,
    }.items()
}
EDITS = {
    "levenshtein": (levenshtein.characters, reference.levenshtein),
    "word-levenshtein": (levenshtein.words, reference.word_levenshtein),
}
ALL = {**BAGS, **EDITS}
ROUNDED = 2**-25 + 1e-12  # half a unit in the last place of float32 below 1

words = st.sampled_from(
    [
        "the",
        "a",
        "cat",
        "dog",
        "sat",
        "on",
        "mat",
        "it's",
        "3.5",
        "ärger",
        "naïve",
        "日本",
        "x_1",
        "THE",
    ]
)
sentences = st.lists(words, max_size=12).map(" ".join)
text_lists = st.lists(st.one_of(sentences, st.text(max_size=8)), max_size=14)


def random_texts(count, longest, seed=0, alphabet="abcd efé日"):
    """Texts of mixed lengths, some equal, some empty."""
    chance = random.Random(seed)
    texts = [
        "".join(
            chance.choices(alphabet, k=chance.choice([0, 1, longest, chance.randint(0, longest)]))
        )
        for _ in range(count)
    ]
    return texts + texts[: count // 8]


@given(
    st.lists(st.sampled_from([0, 1, 5, 60, 70, 130, 300, 500]), min_size=2, max_size=11),
    st.integers(0, 99),
    st.sampled_from([1, 2]),
)
@settings(deadline=None, max_examples=8)
def test_long_texts_among_short_ones(lengths, seed, threads):
    """Patterns of like lengths are compared together, and the longest text with all others."""
    chance = random.Random(seed)
    texts = ["".join(chance.choices("abc", k=length)) for length in lengths]
    found = levenshtein.characters(texts, threads)
    expected = reference.levenshtein(texts)
    for i, k in itertools.product(range(len(texts)), repeat=2):
        assert found[i, k] == pytest.approx(expected[i][k], abs=1e-6)


@pytest.mark.parametrize("metric", ALL)
@given(texts=text_lists)
@example(texts=[])
@example(texts=["one"])
@example(texts=["", "", "!?", "a"])
def test_equals_the_oracle(metric, texts):
    """A kernel computes what its oracle computes, rounded to float32."""
    kernel, oracle = ALL[metric]
    np.testing.assert_allclose(
        np.asarray(kernel(texts)).reshape(len(texts), len(texts)),
        np.array(oracle(texts)).reshape(len(texts), len(texts)),
        rtol=0,
        atol=ROUNDED,
    )


@pytest.mark.parametrize("metric", EDITS)
@pytest.mark.parametrize("longest", [63, 64, 65, 128, 129, 192, 193, 384, 385])
def test_distance_at_the_edges_of_words_and_block_groups(metric, longest):
    """Distances are exact where patterns end at, before and after a 64-row block."""
    kernel, oracle = EDITS[metric]
    texts = random_texts(11, longest, seed=longest)
    assert np.array_equal(np.asarray(kernel(texts)), np.float32(oracle(texts)))


@pytest.mark.parametrize("metric", EDITS)
@given(
    st.text("ab é", max_size=5),
    st.lists(st.text("ab é", max_size=4), max_size=12),
    st.text("ab é", max_size=5),
)
def test_what_all_texts_share_changes_nothing(metric, before, middles, after):
    """Beginnings and ends that all have, also where they overlap; texts that are equal."""
    kernel, oracle = EDITS[metric]
    texts = [before + middle + after for middle in middles]
    expected = np.float32(oracle(texts)).reshape(len(texts), len(texts))
    assert np.array_equal(np.asarray(kernel(texts)), expected)


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize(("count", "longest"), [(40, 30), (600, 40), (90, 700)])
def test_the_same_for_every_number_of_threads(metric, count, longest):
    """1, 2 and 4 threads give the same bits."""
    kernel, _ = ALL[metric]
    texts = random_texts(count, longest, seed=count)
    one = np.asarray(kernel(texts, 1))
    for threads in (2, 4):
        assert np.array_equal(one, np.asarray(kernel(texts, threads)))


@pytest.mark.parametrize("metric", ALL)
def test_symmetric_and_one_for_equal_texts(metric):
    """The matrix is symmetric, within 0 and 1, and exactly 1 for equal texts."""
    kernel, _ = ALL[metric]
    texts = random_texts(530, 60, seed=7)
    matrix = np.asarray(kernel(texts))
    assert np.array_equal(matrix, matrix.T)
    assert matrix.min() >= 0
    assert matrix.max() <= 1
    assert all(matrix[i, j] == 1 for i, j in zip(range(66), range(530, 596), strict=True))


@pytest.mark.parametrize("metric", BAGS)
@given(texts=text_lists)
def test_few_texts_are_compared_as_many_are(metric, texts):
    """Each pair is as the oracle says beside 60 empty texts too: few texts take another way."""
    kernel, oracle = BAGS[metric]
    texts = [*texts, *[""] * 60]
    np.testing.assert_allclose(np.asarray(kernel(texts)), oracle(texts), rtol=0, atol=ROUNDED)


@pytest.mark.parametrize("metric", BAGS)
@pytest.mark.parametrize("times", [65_535, 65_536, 70_000])
def test_a_word_that_a_text_holds_very_often(metric, times):
    """A count of more than 16 bits is not cut off."""
    kernel, oracle = BAGS[metric]
    texts = ["字" * times, "字 b", "字" * 3 + "c b"]
    np.testing.assert_allclose(np.asarray(kernel(texts)), oracle(texts), rtol=0, atol=ROUNDED)


def test_word_order_does_not_change_a_bag():
    """Equal bags reach exactly 1 whatever the order of their words."""
    texts = [f"alpha beta gamma delta {i}" for i in range(30)] + ["0 delta gamma beta alpha"]
    for kernel, _ in BAGS.values():
        assert kernel(texts)[0, 30] == 1.0


@given(sentences, sentences)
def test_containment_is_one_for_what_a_text_holds(short, more):
    """A text is contained in itself with more words; the Jaccard similarity is never greater."""
    longer = f"{more} {short}"
    one = pairwise.bags([short, longer], "containment")[0, 1]
    assert one == float(bool(short) or not more)
    pair = [short, more]
    assert pairwise.bags(pair, "containment")[0, 1] >= pairwise.bags(pair, "jaccard")[0, 1]


numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(
    st.integers(1, 70).flatmap(
        lambda length: st.lists(st.lists(numbers, min_size=length, max_size=length), max_size=6)
    )
)
def test_vectors_equal_the_oracle(vectors):
    """Cosines of dense vectors are those of the oracle."""
    count = len(vectors)
    np.testing.assert_allclose(
        np.asarray(pairwise.vector_cosine(vectors)).reshape(count, count),
        np.array(reference.vector_cosine(vectors)).reshape(count, count),
        rtol=0,
        atol=ROUNDED + 1e-9,
    )


def test_vectors_of_any_magnitude():
    """Squares of huge and tiny components neither overflow nor vanish."""
    matrix = pairwise.vector_cosine([[1e300, 1e300], [1e-300, 1e-300], [1e300, 0.0], [0.0, 0.0]])
    assert matrix[0, 1] == pytest.approx(1)
    assert matrix[0, 2] == pytest.approx(0.5**0.5)
    assert matrix.row(3) == [0, 0, 0, 1]


@pytest.mark.parametrize("bad", [[[1.0], [1.0, 2.0]], [[float("nan")]], [[float("inf")]]])
def test_bad_vectors(bad):
    """Ragged vectors and numbers that are not finite are refused."""
    with pytest.raises(ValueError, match="vector"):
        pairwise.vector_cosine(bad)


@pytest.mark.parametrize("metric", ALL)
def test_a_text_must_be_a_str(metric):
    """The index of the first text of another type is named."""
    with pytest.raises(TypeError, match="text 1 is not a str but bytes"):
        ALL[metric][0](["a", b"b"])


SESSION = """
import hashlib, json, sys
sys.path.insert(0, sys.argv[1])
from test_similarity_kernels import ALL, random_texts
from cotool._fast.text import pairwise
import numpy as np
digests = {}
for name, (kernel, _) in ALL.items():
    for count, longest in ((30, 20), (200, 150), (30, 600)):
        data = np.asarray(kernel(random_texts(count, longest))).tobytes()
        digests[f"{name} {count} {longest}"] = hashlib.sha256(data).hexdigest()
vectors = np.random.default_rng(1).normal(size=(20, 77)).tolist()
data = np.asarray(pairwise.vector_cosine(vectors)).tobytes()
digests["vectors"] = hashlib.sha256(data).hexdigest()
print(json.dumps(digests))
"""


def test_the_same_on_every_cpu_level(request):
    """AVX-512, AVX2 and the baseline give the same bits (as far as this CPU has them)."""
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", SESSION, request.path.parent],
                env={
                    **os.environ,
                    "COTOOL_CPU": level,
                    "PYTHONPATH": os.pathsep.join([str(request.path.parent.parent), *sys.path]),
                },
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for level in ("", "avx2", "plain")
    ]
    assert found[0] == found[1] == found[2]


@given(st.lists(st.integers(-1, 4), max_size=12))
def test_equal_labels(labels):
    """Two equal labels are 1 alike, others 0; a negative one is like itself alone."""
    rows = range(len(labels))
    wanted = [[float(i == j or labels[i] == labels[j] >= 0) for j in rows] for i in rows]
    assert pairwise.equal(labels).tolist() == wanted
