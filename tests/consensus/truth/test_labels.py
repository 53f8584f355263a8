"""Truth inference: the library's functions, and the method in a batch."""

from __future__ import annotations

import csv
import random

import pytest

import cotool
from cotool import InputError, find_consensus, find_consensus_batch
from cotool.consensus.options import INFERENCE
from cotool.consensus.truth.methods import infer
from cotool.consensus.truth.scores import auroc, brier, calibration_error
from cotool.consensus.truth.shared_errors import is_balanced

WEAK = tuple(f"weak-{k}" for k in range(1, 6))


def crowd(items=60, labels=4, seed=1):
    """Three who know and five who often fall for the same wrong label; the truth of each item."""
    lot = random.Random(seed)
    truth = {f"q{i}": str(lot.randrange(labels)) for i in range(items)}
    rows = []
    for item, right in truth.items():
        decoy = str((int(right) + lot.randrange(1, labels)) % labels)
        skills = {"strong": 0.9, "fair-1": 0.75, "fair-2": 0.75, **dict.fromkeys(WEAK, 0.35)}
        for name, skill in skills.items():
            falls = lot.random() < 0.7
            guess = decoy if falls else str(lot.randrange(labels))
            rows.append((item, name, right if lot.random() < skill else guess))
    return rows, truth


@pytest.mark.parametrize("method", INFERENCE)
def test_every_method_is_a_function(method):
    """It has the method's name, answers every item, and knows each expert's share."""
    rows, truth = crowd()
    found = getattr(cotool, method)(rows)
    assert found.method == method
    assert set(found.answers) == set(truth)
    assert set(found.skills) == {"strong", "fair-1", "fair-2", *WEAK}
    assert all(0 <= value <= 1 + 1e-9 for value in found.skills.values())
    assert sum(found.distribution("q0").values()) <= 1 + 1e-9
    assert found.probability["q0"] == max(found.distribution("q0").values())
    confusion = found.confusion("strong")
    assert all(sum(row.values()) == pytest.approx(1) for row in confusion.values())


def test_errors_that_experts_share_do_not_outvote_a_strong_one():
    """Weak experts who fall for the same are the majority; the correlated model sees through."""
    rows, truth = crowd(items=400, labels=6)

    def share(method):
        found = infer(rows, method)
        return sum(found.answers[item] == right for item, right in truth.items()) / len(truth)

    assert share("majority_vote") < 0.75
    assert share("one_coin_dawid_skene") < 0.87
    assert share("correlated") > 0.9


@pytest.mark.parametrize("method", INFERENCE)
def test_the_order_of_rows_does_not_matter(method):
    """Shuffled rows give the same numbers, bit by bit."""
    rows, _ = crowd()
    shuffled = random.Random(2).sample(rows, len(rows))
    first, again = infer(rows, method), infer(shuffled, method)
    assert first.answers == again.answers
    assert first.probability == again.probability
    assert first.skills == again.skills


def test_ties_are_decided_by_lot_and_not_by_order():
    """Of two labels with one vote each every item draws its own."""
    rows = [
        (f"q{i}", expert, label) for i in range(40) for expert, label in (("a", "x"), ("b", "y"))
    ]
    found = infer(rows, "majority_vote")
    assert set(found.answers.values()) == {"x", "y"}
    assert found.answers == infer(rows[::-1], "majority_vote").answers


def test_rare_labels_stay_rare():
    """Nine in ten items have the same right label: it is not shared out among all."""
    lot = random.Random(7)
    truth = {f"q{i}": "no" if lot.random() < 0.9 else "yes" for i in range(500)}
    skills = {f"w{k}": lot.uniform(0.6, 0.9) for k in range(30)}
    rows = []
    for item, right in truth.items():
        for name in lot.sample(sorted(skills), 5):
            other = "no" if right == "yes" else "yes"
            rows.append((item, name, right if lot.random() < skills[name] else other))
    found = infer(rows, "correlated")
    plain = infer(rows, "majority_vote")
    hits = [sum(one.answers[q] == t for q, t in truth.items()) for one in (found, plain)]
    assert hits[0] > hits[1]
    assert is_balanced([0.26, 0.25, 0.25, 0.24])
    assert not is_balanced([0.7, 0.2, 0.1])
    assert not is_balanced([0.5, 0.5])


@pytest.mark.parametrize("method", INFERENCE)
def test_no_label_is_more_probable_than_the_answer(method):
    """The lone vote of a new expert for a rare label is one half of two labels, not .09."""
    rows, _ = crowd(labels=2)
    rows = [(item, name, "rare" if label == "1" else label) for item, name, label in rows]
    rows = [row for row in rows if row[2] == "0" or row[0] == "q1"] + [("lone", "new", "rare")]
    found = infer(rows, method)
    for item in found.items:
        shares = found.distribution(item)
        assert found.probability[item] == shares[found.answers[item]] == max(shares.values())
        assert found.probability[item] >= (1 - 1e-9) / 2
    assert found.answers["lone"] == "rare"


def test_a_tie_is_with_each_of_its_labels_in_part():
    """One vote against one: with wawa, as with the vote, each has one half."""
    found = infer([("q", "ann", "A"), ("q", "bob", "B")], "wawa")
    assert found.distribution("q") == {"A": 0.5, "B": 0.5}
    result = find_consensus({"id": "q", "responses": ["A", "B"]}, method="wawa")
    assert "the confidence is the share of the weighted votes" in result.explanation[-1]


def test_labels_that_differ_from_item_to_item():
    """Numbers have no confusions; methods that need none work."""
    rows = [
        (f"q{i}", expert, str(7 * i + wrong * (1 + i % 3)))
        for i in range(60)
        for expert, wrong in (("a", 0), ("b", 0), ("c", i % 2), ("d", 2))
    ]
    for method in ("majority_vote", "wawa", "one_coin_dawid_skene", "glad", "correlated"):
        found = infer(rows, method)
        assert all(found.answers[f"q{i}"] == str(7 * i) for i in range(60)), method
        with pytest.raises(ValueError, match="no confusions"):
            found.confusion("a")
    for method in ("dawid_skene", "mace"):
        with pytest.raises(InputError, match="differ from item to item"):
            infer(rows, method)


def test_bad_rows_are_refused():
    """No rows, no text, no such method."""
    with pytest.raises(InputError, match="no labels"):
        infer([], "majority_vote")
    with pytest.raises(InputError, match="is not a text"):
        infer([("q", "e", 1)], "majority_vote")
    with pytest.raises(InputError, match="is not one of"):
        infer([("q", "e", "1")], "oracle")


def test_a_batch_is_decided_together():
    """Answers are extracted from texts; questions in free text keep their own method."""
    rows, truth = crowd(items=80, labels=6)
    letters = "ABCDEF"
    questions = [
        {
            "id": item,
            "question": item,
            "responses": [
                {"expert_name": expert, "content": f"The answer is ({letters[int(label)]})."}
                for own, expert, label in rows
                if own == item
            ],
        }
        for item in truth
    ]
    questions.append({"id": "free", "responses": ["Paris is large.", "It rains a lot in May."]})
    results = list(find_consensus_batch(questions, method="correlated"))
    assert [result.id for result in results] == [*truth, "free"]
    assert {result.method for result in results[:-1]} == {"correlated"}
    assert results[-1].method in {"centre", "medoid"}
    found = infer(rows, "correlated")
    for result in results[:-1]:
        assert result.answer == letters[int(found.answers[result.id])]
        assert result.confidence == pytest.approx(found.probability[result.id])
        assert any("posterior" in reason for reason in result.explanation)


def test_one_question_alone():
    """find_consensus takes the methods, too; a majority stands."""
    found = find_consensus(["A", "A", "B"], method="correlated")
    assert (found.answer, found.method) == ("A", "correlated")


def test_scores_of_probabilities():
    """By hand: one bin off by .2, a perfect order, squared distances."""
    stated, right = [0.95, 0.95, 0.15, 0.15], [True, False, False, False]
    assert calibration_error(stated, right) == pytest.approx((0.9 + 0.3) / 4)
    assert auroc(stated, right) == pytest.approx((1 * 0.5 + 2) / 3)
    assert auroc([0.5], [True]) is None
    assert brier([1.0, 0.5], [True, False]) == pytest.approx(0.125)


@pytest.mark.parametrize(
    ("folder", "labels", "least"),
    [
        ("truth-inference/duck", "answer.csv", 0.9),
        ("truth-inference/dog", "answer.csv", 0.845),
        ("mmlu-pro", "labels.csv", 0.55),
    ],
)
def test_real_crowds(data, folder, labels, least):
    """Experts who share errors: better than the majority and than Dawid and Skene."""
    with (data / folder / labels).open(encoding="utf-8") as lines:
        rows = [(row["question"], row["worker"], row["answer"]) for row in csv.DictReader(lines)]
    with (data / folder / "truth.csv").open(encoding="utf-8") as lines:
        truth = {row["question"]: row["truth"] for row in csv.DictReader(lines)}

    def share(method):
        found = infer(rows, method)
        return sum(found.answers[item] == right for item, right in truth.items()) / len(truth)

    assert share("correlated") >= max(least, share("majority_vote"), share("dawid_skene"))


@pytest.mark.parametrize("method", INFERENCE)
def test_few_answers_do_not_make_a_method_sure(method):
    """One answer by one expert allows no more than 2/3, by Laplace's rule of succession."""
    alone = {"id": "q1", "responses": [{"model": "a", "output": "The answer is A"}]}
    (found,) = find_consensus_batch([alone], method=method)
    assert found.answer == "A"
    assert found.confidence <= 2 / 3 + 1e-9


@pytest.mark.parametrize("method", ["mace", "correlated", "dawid_skene"])
def test_a_rare_label_does_not_win_by_habit(method):
    """One label is right in 5 % of the items; three experts each are right in 85 %."""
    lot = random.Random(3)
    truth = {f"q{i}": "Y" if lot.random() < 0.05 else "N" for i in range(700)}
    other = {"Y": "N", "N": "Y"}
    rows = [
        (item, f"e{place}", right if lot.random() < 0.85 else other[right])
        for item, right in truth.items()
        for place in lot.sample(range(20), 3)
    ]

    def share(name):
        answers = infer(rows, name).answers
        return sum(answers[item] == right for item, right in truth.items()) / len(truth)

    assert share(method) > share("majority_vote")
