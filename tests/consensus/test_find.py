"""find_consensus and find_consensus_batch, end to end."""

from __future__ import annotations

import csv
import json
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cotool.consensus import (
    Question,
    Response,
    find_consensus,
    find_consensus_batch,
    neighbours,
)
from cotool.consensus.decide import texts as few_texts
from cotool.consensus.options import CLUSTERINGS, METRICS, RELATIVE
from cotool.consensus.read.values import is_missing
from cotool.errors import InputError

TRANSCRIPTS = [
    "the old lighthouse keeper climbed the stairs every evening before dark",
    "the old light house keeper climbed the stairs every evening before dark",
    "the old lighthouse keeper climbed the stairs every evening before dawn",
    "an old lighthouse keeper climbed stairs every evening before dark",
]


@pytest.fixture(scope="module")
def deployment(examples):
    """The consensus on the deployment example."""
    text = (examples / "deployment.json").read_text(encoding="utf-8")
    return find_consensus(json.loads(text))


def test_the_deployment_example(deployment):
    """Three experts say Monday; the twin that negates stands apart and is reported."""
    assert deployment.kind == "text"
    assert set(deployment.clusters[0].members) == {"atlas", "birch", "ember"}
    assert "Monday" in deployment.answer
    assert {len(one.members) for one in deployment.clusters[1:]} == {1}
    found = {one.kind: one for one in deployment.insights}
    assert set(found["opposites"].experts) == {"cedar", "delta"}
    assert found["confident-dissent"].experts == ("cedar",)
    assert "near-identical" not in found
    assert any("not truth" in line for line in deployment.explanation)


def test_the_result_is_consistent(deployment):
    """Clusters part the experts, the consensus first; shares sum to 1; dissent is the rest."""
    assert sorted(i for one in deployment.clusters for i in one.indices) == list(range(6))
    assert [one.id for one in deployment.clusters] == list(range(len(deployment.clusters)))
    assert sum(one.share for one in deployment.clusters) == pytest.approx(1)
    assert deployment.expert in deployment.clusters[0].members
    assert len(deployment.dissent) == len(deployment.clusters) - 1
    assert deployment.matrix.shape == (6, 6)
    assert 0 < deployment.agreement <= deployment.clusters[0].share
    assert 0 < deployment.confidence < 1


def test_a_vote_over_reasoning():
    """Extracted answers are voted on; who states none abstains and is named."""
    result = find_consensus(
        [
            {"expert": "ann", "answer": "2 and 2 make 4. The answer is (C)."},
            {"expert": "bob", "answer": "I counted twice, so the answer is (C)."},
            {"expert": "cid", "answer": "The answer is (A)."},
            {"expert": "dan", "answer": "I would rather talk about the weather in spring."},
        ],
        question="What is 2 + 2?",
    )
    assert (result.answer, result.kind, result.method) == ("C", "choice", "vote")
    assert result.agreement == pytest.approx(2 / 3)
    assert result.answers == ("C", "C", "A", None)
    assert any("dan" in warning for warning in result.warnings)
    assert result.dissent[0].experts == ("cid",)
    assert result.matrix.tolist()[0] == [1, 1, 0, 0]
    assert result.matrix[3, 3] == 1
    assert result.question == "What is 2 + 2?"


def test_a_tie_is_told():
    """A tie has a warning and an explanation with its rule."""
    result = find_consensus(["7", "9"])
    assert result.answer in {"7", "9"}
    assert result.answer == find_consensus(["9", "7"]).answer
    assert "tie of 2 answers: 7, 9" in result.warnings[0]
    assert any("fixed random order" in line for line in result.explanation)


def test_transcripts_get_the_medoid_by_words():
    """Near-paraphrases in the same order are compared word by word."""
    result = find_consensus(TRANSCRIPTS)
    assert (result.kind, result.method, result.metric) == (
        "paraphrase",
        "medoid",
        "word-levenshtein",
    )
    assert result.answer == TRANSCRIPTS[0]


def test_known_reliability_beats_similarity():
    """For free text the most reliable expert stands."""
    responses = {
        "question": "Why do we sleep?",
        "responses": [
            {"expert_name": "ann", "content": "Memories settle while we rest, and cells repair."},
            {"expert_name": "bob", "content": "Memories settle while we rest, and cells grow new."},
            {"expert_name": "cid", "content": "Nobody knows; several theories compete, and the "
             "oldest is that it saves energy during the hours in which food is hard to find."},
        ],
    }  # fmt: skip
    result = find_consensus(responses, weights={"cid": 2.0})
    assert result.expert == "cid"
    assert "most reliable expert was chosen: cid" in " ".join(result.explanation)
    assert find_consensus(responses).expert != "cid"


def test_samples_of_one_expert_share_its_weight():
    """An expert who answers three times counts once."""
    result = find_consensus(
        [
            *({"expert_name": "ann", "content": "7"} for _ in range(3)),
            {"expert_name": "bob", "content": "9"},
            {"expert_name": "cid", "content": "9"},
        ]
    )
    assert result.answer == "9"
    assert result.agreement == pytest.approx(2 / 3)


def test_no_response_at_all():
    """Without a usable response there is no answer, and the experts left out are named."""
    result = find_consensus([{"expert": "ann", "content": "  "}, {"expert": "bob", "content": ""}])
    assert (result.answer, result.kind, result.confidence) == (None, "none", None)
    assert "ann, bob" in result.warnings[0]
    assert result.to_dict()["clusters"] == []


@pytest.mark.parametrize("content", ["Paris", "42", "Sleep settles what we learnt in a long day."])
def test_one_expert_is_no_consensus(content):
    """One response is its own answer, and the explanation says what that is worth."""
    result = find_consensus([content])
    assert result.answer.startswith(content[:5])
    assert result.agreement == 1
    assert result.confidence == 0.75
    assert "a single expert is not a consensus" in result.explanation


def test_empty_answers_are_left_out():
    """An empty content does not vote, and a warning names its expert."""
    result = find_consensus([{"expert": "ann", "content": " "}, {"expert": "bob", "content": "7"}])
    assert result.experts == ("bob",)
    assert "ann" in result.warnings[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "guess"}, "method: 'guess' is not one of"),
        ({"metric": "bm25"}, "metric: 'bm25' is not one of"),
        ({"clustering": "kmeans"}, "clustering: 'kmeans' is not"),
        ({"threshold": 1.5}, "threshold: expected a similarity from 0 to 1, got 1.5"),
        ({"threshold": float("nan")}, "threshold: expected a similarity"),
        ({"weights": {"expert 1": -1.0}}, "weights: expert 1: a weight"),
        ({"weights": {"expert 1": 0.0, "expert 2": 0.0}}, "all experts have weight 0"),
        ({"metric": "embedding"}, "no embedding is given"),
        (
            {"metric": "embedding", "embedder": lambda texts: [[1.0]] * (len(texts) - 1)},
            "1 vectors for 2 texts",
        ),
        ({"num_threads": 0}, "num_threads|threads"),
        ({"method": "vote"}, "no answers to vote on"),
    ],
)
def test_bad_options(options, message):
    """Each bad option is an InputError that names it."""
    texts = ["We sleep since memories settle at night.", "Rest saves energy for hunting by day."]
    with pytest.raises(InputError, match=message):
        find_consensus(texts, **options)


@pytest.mark.parametrize("metric", [name for name in METRICS[1:] if name not in RELATIVE])
@pytest.mark.parametrize("clustering", CLUSTERINGS)
def test_every_metric_with_every_clustering(metric, clustering):
    """Twins of one opinion are the larger cluster under each metric and clustering."""
    vectors = {TRANSCRIPTS[0]: [1.0, 0.1], TRANSCRIPTS[1]: [1.0, 0.0], TRANSCRIPTS[2]: [0.9, 0.1]}
    result = find_consensus(
        [*TRANSCRIPTS[:3], "Bread wants rye flour and much patience."],
        metric=metric,
        clustering=clustering,
        embedder=lambda texts: [vectors.get(text, [0.0, 1.0]) for text in texts],
    )
    assert result.clusters[0].indices == (0, 1, 2)
    assert result.metric == metric


def test_an_embedder_is_used_without_asking():
    """Texts are clustered by the embedder's vectors where no metric is named."""
    texts = ["Wine is red and heavy on the tongue.", "Bread wants rye flour, and patience with it."]
    result = find_consensus(texts, embedder=lambda texts: [[1.0, 0.0] for _ in texts])
    assert result.metric == "embedding"
    assert len(result.clusters) == 1


def test_given_embeddings():
    """Embeddings of the responses are compared; negative cosines count as 0."""
    responses = [
        Response("We sleep to rest the mind.", "ann", embedding=(1.0, 0.0)),
        Response("Energy is saved at night, says science.", "bob", embedding=(-1.0, 0.0)),
    ]
    result = find_consensus(Question("q", "Why?", tuple(responses)), metric="embedding")
    assert result.matrix.tolist() == [[1, 0], [0, 1]]


def test_a_batch_keeps_the_order():
    """Results come in input order, the same with any number of threads."""
    questions = [{"id": str(n), "responses": [str(n), str(n), str(n + 1)]} for n in range(40)]
    serial = [one.to_dict() for one in find_consensus_batch(questions, num_threads=1)]
    assert [one["answer"] for one in serial] == [str(n) for n in range(40)]
    assert [one.to_dict() for one in find_consensus_batch(questions, num_threads=4)] == serial


def test_a_batch_is_lazy():
    """A result comes before the input ends."""

    def endless():
        while True:
            yield {"question": "q", "responses": ["7", "7"]}

    results = find_consensus_batch(endless(), num_threads=2)
    assert next(results).answer == "7"
    results.close()


def test_one_bad_question_does_not_stop_the_rest():
    """With on_error a bad question is handed over and left out; without it is raised."""
    questions = [
        {"id": "good", "responses": ["7", "7"]},
        {"id": "bad", "responses": ["We like to rest at night.", "It is good for the mind."]},
        {"id": "worse", "responses": 3},
        {"id": "last", "responses": ["8"]},
    ]
    failed = []
    found = find_consensus_batch(
        questions, method="vote", on_error=lambda asked, error: failed.append((asked.id, error))
    )
    assert [one.id for one in found] == ["good", "last"]
    assert [name for name, _ in failed] == ["bad", "question 3"]
    assert all(isinstance(error, InputError) for _, error in failed)
    with pytest.raises(InputError):
        list(find_consensus_batch(questions, method="vote"))


@settings(max_examples=40)
@given(
    contents=st.lists(st.text(max_size=30), max_size=7),
    confidences=st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=7, max_size=7),
    method=st.sampled_from(["auto", "medoid", "centre"]),
)
def test_any_text_has_a_result(contents, confidences, method):
    """Whatever the texts, a result is consistent and its JSON form can be written."""
    responses = [
        {"content": content, "confidence": confidence}
        for content, confidence in zip(contents, confidences, strict=False)
    ]
    result = find_consensus(responses, method=method)
    json.dumps(result.to_dict(), allow_nan=False)
    usable = sum(not is_missing(content) for content in contents)
    assert len(result.experts) == usable
    assert (result.answer is None) == (usable == 0)
    if usable:
        assert -1e-9 <= result.agreement <= 1 + 1e-9
        assert 0 <= result.confidence < 1


def test_transcripts_of_real_recordings(data):
    """The pick of seven real transcripts has a word error rate of at most 12.65 %."""
    folder = data / "crowdspeech"
    with (folder / "crowdspeech-dev-other-gt.txt").open(encoding="utf-8") as lines:
        truth = dict(line.rstrip("\n").split("\t") for line in lines)
    heard = defaultdict(list)
    name = folder / "crowdspeech-dev-other-crowd.tsv"
    with name.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            heard[row["INPUT:audio"]].append(row["OUTPUT:transcription"])
    chosen = sorted(heard)[::10]
    errors = words = 0
    for result in find_consensus_batch({"id": one, "responses": heard[one]} for one in chosen):
        expected = normal(truth[result.id])
        errors += distance(normal(result.content), expected)
        words += len(expected)
    assert errors / words <= 0.1265


def normal(text):
    """Words without case and punctuation, as word error rates are counted."""
    return "".join(c if c.isalpha() or c == "'" else " " for c in text.lower()).split()


def distance(one, other):
    """Words to insert, delete or replace."""
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def test_many_votes_are_counted_without_comparing_pairs():
    """Beyond 2,000 votes nothing of the size of a matrix is made; the count is the same."""
    few = find_consensus(["A"] * 1200 + ["B"] * 800)
    many = find_consensus(["A"] * 12_000 + ["B"] * 8_000)
    assert (many.answer, many.agreement) == (few.answer, few.agreement) == ("A", 0.6)
    assert few.matrix is not None
    assert many.matrix is None
    assert [one.answer for one in many.dissent] == ["B"]
    assert many.dissent[0].similarity is None


@pytest.fixture
def few_compared(monkeypatch):
    """Take more than ten texts for many."""
    monkeypatch.setattr(few_texts, "MOST_TEXTS", 10)


MANY = [
    f"{subject} {verb} the {thing} because of the {why}"
    for subject in ("We should keep", "Nobody would miss", "Please remove")
    for verb in ("all of", "parts of")
    for thing, why in (("old cache", "latency"), ("new cache", "memory"), ("queue", "cost"))
]


def test_many_texts_are_clustered_without_their_matrix(few_compared):
    """Stars as from the matrix, with the same shares and cohesion."""
    options = {"method": "centre", "metric": "cosine", "clustering": "star", "threshold": 0.7}
    many = find_consensus(MANY, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(few_texts, "MOST_TEXTS", 100)
        few = find_consensus(MANY, **options)
    assert many.matrix is None
    assert (many.answer, many.kind) == (few.answer, few.kind)
    assert many.agreement == pytest.approx(few.agreement)
    assert [one.indices for one in many.clusters] == [one.indices for one in few.clusters]
    assert [one.cohesion for one in many.clusters] == pytest.approx(
        [one.cohesion for one in few.clusters]
    )
    assert any("only neighbours were compared" in line for line in many.explanation)


@pytest.mark.parametrize("method", ["centre", "medoid"])
@pytest.mark.parametrize("metric", ["auto", "cosine", "tfidf", "jaccard"])
@pytest.mark.parametrize("clustering", ["auto", "star", "components", "density"])
def test_many_texts_have_an_answer(few_compared, method, metric, clustering):
    """Whatever is asked for, shares add up."""
    found = find_consensus(MANY, method=method, metric=metric, clustering=clustering)
    assert found.answer in MANY
    assert sum(one.share for one in found.clusters) == pytest.approx(1)
    assert 0 <= found.confidence <= found.agreement <= 1 or found.agreement < 0.5


def test_many_texts_follow_the_reliable_expert(few_compared):
    """Weights count as with few texts."""
    found = find_consensus(
        [{"expert_name": f"e{i}", "content": text} for i, text in enumerate(MANY)],
        method="centre",
        weights={"e4": 3.0},
    )
    assert found.expert == "e4"


def test_many_texts_that_contradict_each_other_stand_apart(few_compared):
    """A negation and other numbers keep near-identical texts apart."""
    texts = ["The drug is safe for most adult patients in the study of the year"] * 6
    texts += ["The drug is not safe for most adult patients in the study of the year"] * 5
    found = find_consensus(texts, method="centre", metric="cosine", threshold=0.5)
    assert [one.indices for one in found.clusters] == [tuple(range(6)), tuple(range(6, 11))]
    assert found.dissent[0].negation


def test_what_needs_all_pairs_is_told(few_compared):
    """And what to ask for instead."""
    with pytest.raises(InputError, match="levenshtein needs all pairs"):
        find_consensus(MANY, method="centre", metric="levenshtein")
    with pytest.raises(InputError, match="average needs all pairs of 18 texts"):
        find_consensus(MANY, method="centre", clustering="average", metric="tfidf")


def test_neighbours_are_lists():
    """The nearest first; indexing from the end, slices of arrays, errors."""
    third = float(np.float32(1 / 3))
    found = neighbours(["a b", "a c", "a b", ""], "jaccard", threshold=1 / 3, top=2)
    assert list(found) == [
        [(2, 1.0), (1, third)],
        [(0, third), (2, third)],
        [(0, 1.0), (1, third)],
        [],
    ]
    assert found[-2] == found[2]
    assert len(found) == 4
    with pytest.raises(IndexError):
        found[4]
    for bad in ({"threshold": 0.0}, {"threshold": 1.1}, {"threshold": 0.5, "top": 0}):
        with pytest.raises(InputError):
            neighbours(["a"], **bad)
    with pytest.raises(InputError, match="embedding needs all pairs"):
        neighbours(["a"], "embedding", threshold=0.5)
    assert neighbours(["abcd", "abce"], "levenshtein", threshold=0.75)[0] == [(1, 0.75)]
    assert neighbours(["a b c d", "a b c e"], "word-levenshtein", threshold=0.75)[1] == [(0, 0.75)]
