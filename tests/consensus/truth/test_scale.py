"""Numbers on a scale: when answers are such, and what they say together."""

from __future__ import annotations

import json
import math
import random

import pytest

from cotool import InputError, Learning, Store, find_consensus, find_consensus_batch
from cotool.consensus.extract.stated import Stated
from cotool.consensus.read.gold import Gold
from cotool.consensus.read.questions import as_question
from cotool.consensus.read.readers import read_questions
from cotool.consensus.truth.inference import Votes
from cotool.consensus.truth.recognition import ScaleTest, number_of
from cotool.consensus.truth.scale import Scale

BIASES = {"ann": 0.0, "bob": 0.8, "cat": -0.5, "dan": 0.0, "eve": 0.3, "fay": -0.6}
SPREADS = {"ann": 0.3, "bob": 0.3, "cat": 0.6, "dan": 2.0, "eve": 0.5, "fay": 0.7}


def rated(shape, count=60, seed=0):
    """(right numbers, answers by expert) of made-up questions."""
    lot = random.Random(f"{shape.__name__} {seed}")
    rows = []
    for _ in range(count):
        right = lot.random()
        own = {e: shape(right, BIASES[e] + lot.gauss(0, SPREADS[e]), lot) for e in BIASES}
        rows.append((right, own))
    return rows


def slider(right, off, _):
    return round(min(max(100 * right + 10 * off, 0), 100))


def rounded_slider(right, off, _):
    return 5 * round(min(max(100 * right + 10 * off, 0), 100) / 5)


def ten_points(right, off, _):
    return round(min(max(10 * right + off, 0), 10))


def decimal(right, off, _):
    return round(20 * right + off, 2)


def estimate(right, off, _):
    return float(f"{10 ** (2 + 5 * right) * math.exp(off / 4):.2g}")


def word_problem(right, _, lot):
    number = int(math.exp(1 + 6 * right))
    wrong = [2 * number, number // 2 + 1, number + lot.randint(1, 9), 10 * number]
    return number if lot.random() < 0.6 else lot.choice(wrong)


def small_sum(right, _, lot):
    number = int(20 * right)
    return number if lot.random() < 0.6 else number + lot.choice([-1, 1, 1, 2, -2, 5])


def year(right, _, lot):
    number = int(1800 + 220 * right)
    return number if lot.random() < 0.5 else number + lot.choice([-1, 1, -2, 3, 10, -25, 40])


def digit(right, _, lot):
    return int(10 * right) if lot.random() < 0.5 else lot.randrange(10)


def label(right, off, _):
    return round(min(max(1 + 4 * right + off / 2, 1), 5))


def questions(rows):
    return [
        {
            "id": f"q{k}",
            "question": f"How much is {k}?",
            "responses": [
                {"expert_name": name, "content": f"{number:.12g}"} for name, number in own.items()
            ],
        }
        for k, (_, own) in enumerate(rows)
    ]


def is_scale(asked):
    seen = ScaleTest()
    for one in asked:
        if not seen.add(Stated.of(as_question(one, where="here"))):
            break
    return seen.is_scale()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [slider, rounded_slider, ten_points, decimal, estimate])
def test_numbers_on_a_scale_are_recognised(shape, seed):
    """Ratings and estimates, whole or not, with bounds or without."""
    assert is_scale(questions(rated(shape, seed=seed)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [word_problem, small_sum, year, digit, label])
def test_exact_numbers_stay_votes(shape, seed):
    """Results of sums, years and labels written as digits are right or wrong."""
    asked = questions(rated(shape, seed=seed))
    assert not is_scale(asked)
    assert {one.method for one in find_consensus_batch(asked)} == {"vote"}


@pytest.mark.parametrize("method", ["auto", "weighted", "median", "mean"])
@pytest.mark.parametrize(
    ("contents", "kept"),
    [
        (["Paris", "Rome", "Paris"], "vote"),
        (["I do not know", "I don't know"], "none"),
        (["12", "Paris", "Paris"], "vote"),
        ([], "none"),
    ],
)
def test_questions_without_numbers_keep_their_method(contents, kept, method):
    """The numbers of the others are combined, wherever the question is."""
    asked = questions(rated(slider, 20))
    for place in (0, 7):
        asked[place]["responses"] = [
            {"expert_name": name, "content": one}
            for name, one in zip(BIASES, contents)  # noqa: B905
        ]
    found = list(find_consensus_batch(asked, method=method))
    assert [one.method for one in found[:8]].count(kept) == 2
    assert {one.method for one in found} == {kept, "weighted" if method == "auto" else method}


def test_a_number_with_a_remark_in_brackets_is_combined():
    asked = questions(rated(slider))
    asked[7]["responses"][0]["content"] = "55 (rough guess)"
    found = list(find_consensus_batch(asked))[7]
    assert (found.method, found.answers[0], found.warnings) == ("weighted", "55", ())


@pytest.mark.parametrize("remark", ["between 20 and 30", "too blurry to say", "55 (or 60)"])
def test_a_remark_among_numbers_is_left_out(remark):
    """The other numbers of its question are combined, and the warning names the expert."""
    asked = questions(rated(slider))
    asked[7]["responses"][0]["content"] = remark
    found = list(find_consensus_batch(asked))
    assert {one.method for one in found} == {"weighted"}
    assert any("ann" in text for text in found[7].warnings)


@pytest.mark.parametrize(("count", "experts"), [(60, 3), (40, 2), (8, 4), (20, 3)])
def test_few_different_numbers_are_on_a_scale(count, experts):
    """Hardly any two are equal, so they are no votes."""
    lot = random.Random(f"{count} {experts}")
    rows = []
    for _ in range(count):
        right = lot.uniform(20, 95)
        rows.append((right, {f"e{n}": round(right + lot.gauss(0, 8)) for n in range(experts)}))
    assert is_scale(questions(rows))


def test_one_question_with_different_numbers():
    """Decimals are estimates; few whole numbers may be wrong results of a sum."""
    assert find_consensus(["17", "19", "18.5", "400"]).method == "weighted"
    assert find_consensus(["391", "381", "401", "371"]).method == "vote"
    assert find_consensus(["18.5", "18.5", "17", "19"]).method == "vote"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("right_share", [0.2, 0.5, 0.8])
def test_exact_results_of_few_experts_stay_votes(right_share, seed):
    """Identifiers, years and options of few questions and experts, also where most are wrong."""
    lot = random.Random(f"{right_share} {seed}")
    for least, most in ((100_000, 999_999), (1900, 2020), (1, 4), (0, 9)):
        rows = []
        for _ in range(lot.choice([8, 25, 60])):
            right = lot.randint(least, most)
            own = {
                f"e{n}": right if lot.random() < right_share else lot.randint(least, most)
                for n in range(lot.choice([3, 5]))
            }
            rows.append((right, own))
        assert not is_scale(questions(rows)), (least, most)


def distance(results, truth):
    square = [(float(one.answer) - right) ** 2 for one, right in zip(results, truth, strict=True)]
    return math.sqrt(sum(square) / len(square))


def test_weights_are_learned():
    """Bias and precision beat the median, the median beats the mean of a crowd with outliers."""
    rows = rated(decimal, 200)
    # Biases are known up to what all have in common.
    common = sum(BIASES.values()) / len(BIASES)
    truth = [20 * right + common for right, _ in rows]
    found = {
        method: distance(list(find_consensus_batch(questions(rows), method=method)), truth)
        for method in ("auto", "weighted", "median", "mean", "vote")
    }
    assert found["auto"] == found["weighted"] < 0.8 * found["median"]
    assert found["median"] < found["mean"] < found["vote"]


def test_the_interval_covers():
    """The right number is within the interval about nineteen times of twenty."""
    rows = rated(decimal, 300, seed=4)
    common = sum(BIASES.values()) / len(BIASES)
    results = find_consensus_batch(questions(rows), method="weighted")
    inside = [
        one.interval[0] <= 20 * right + common <= one.interval[1]
        for one, (right, _) in zip(results, rows, strict=True)
    ]
    assert 0.85 < sum(inside) / len(inside) <= 1


def test_estimates_are_compared_by_ratios():
    """An error of a tenth counts the same at every size; the interval is positive."""
    found = list(find_consensus_batch(questions(rated(estimate)), method="weighted"))
    assert "ratios of the numbers are compared" in found[0].explanation
    assert all(0 < one.interval[0] <= float(one.answer) <= one.interval[1] for one in found)


def test_dissent_is_distance():
    """Who is far away dissents; similarity falls with distance."""
    found = find_consensus(["70", "72", "71", "20", "69"], method="median")
    assert (found.answer, found.kind, found.method) == ("70", "number", "median")
    assert found.metric == "distance"
    assert [(one.answer, one.share) for one in found.dissent] == [("20", 0.2)]
    assert found.matrix.row(0)[1] > 0.99
    assert found.matrix.row(3)[1] < 0.1
    assert found.interval[0] < 70 < found.interval[1]
    assert found.agreement == pytest.approx(0.8)


def test_weights_of_experts_count():
    """For the mean and the median; with weights and no method the mean is taken."""
    given = [{"expert_name": n, "content": c} for n, c in (("a", "10"), ("b", "20"), ("c", "30"))]
    assert find_consensus(given, method="mean", weights={"a": 4}).answer == "15"
    assert find_consensus(given, method="median", weights={"a": 4}).answer == "10"
    rows = questions(rated(slider))
    assert {one.method for one in find_consensus_batch(rows, weights={"ann": 2})} == {"mean"}


def test_what_is_no_number_is_not_combined():
    """Labels are voted on, with a warning; percentages stay percentages."""
    found = find_consensus(["B", "B", "C"], method="mean")
    assert found.answer == "B"
    assert any("not numbers" in text for text in found.warnings)
    assert find_consensus(["70%", "80%", "90%"], method="mean").answer == "80%"
    assert find_consensus(["7"], method="mean").interval is None


def test_numbers_of_normal_forms():
    """Fractions and percentages are numbers; names and what is not finite are not."""
    assert [number_of(text) for text in ("18", "70%", "1/3", "4.5e3")] == [18, 0.7, 1 / 3, 4500]
    assert [number_of(text) for text in ("B", "1/0", "", "inf")] == [None] * 4


@pytest.mark.parametrize(
    "name", ["gsm8k/example_model_solutions.jsonl", "truth-inference/dog/answer.csv"]
)
def test_given_data_stays_votes(data, name):
    """Word problems and breeds of dogs written as digits."""
    found = find_consensus_batch(read_questions([data / name]))
    assert {one.method for one, _ in zip(found, range(20), strict=False)} == {"vote"}


def outliers(right, off, lot):
    """Return an estimate, of which one in sixteen is a thousand times as large."""
    return round((20 + 60 * right + 10 * off) * (1000 if lot.random() < 1 / 16 else 1), 2)


def sentinels(right, off, lot):
    """Return an estimate, or one in twenty times what stands for none."""
    return -999 if lot.random() < 0.05 else round(20 + 60 * right + 10 * off, 1)


@pytest.mark.parametrize("shape", [outliers, sentinels])
@pytest.mark.parametrize("seed", range(3))
def test_a_few_numbers_far_away_change_little(shape, seed):
    """They neither hide that answers are numbers nor move the result far."""
    rows = rated(shape, seed=seed)
    assert is_scale(questions(rows))
    found = find_consensus_batch(questions(rows), method="weighted")
    square = [(float(one.answer) - 20 - 60 * right) ** 2 for one, (right, _) in zip(found, rows)]  # noqa: B905
    assert math.sqrt(sum(square) / len(square)) < 10


def test_an_expert_on_another_scale_does_not_shift_the_result():
    """The others' numbers decide where the middle is."""
    rows = rated(decimal, seed=1)
    for _, own in rows:
        own["dan"] = round(own["ann"] / 10, 2)
    found = find_consensus_batch(questions(rows), method="weighted")
    off = [float(one.answer) - 20 * right for one, (right, _) in zip(found, rows, strict=True)]
    assert abs(sum(off) / len(off)) < 0.5


@pytest.mark.parametrize(
    ("contents", "answer", "interval"),
    [
        (["16 km", "17 km", "18.4 km"], "17 km", (13, 21)),
        (["$16.10", "$17.00", "$18.20"], "$17", (13, 21)),
        (["70%", "75%", "80%"], "75%", (60, 90)),
        (["1,600 m", "1,700 m", "1,800 m"], "1700 m", (1400, 2000)),
        (["16", "17", "18"], "17", (14, 20)),
        (["16 km", "17 km", "18000 m"], "17 km", (14, 20)),
    ],
)
def test_results_are_written_as_most_answers_are(contents, answer, interval):
    """The answer and its interval have the unit of the answers."""
    asked = [{"expert_name": f"e{n}", "content": one} for n, one in enumerate(contents)]
    question = {"id": "q", "question": "How much is it?", "responses": asked}
    [found] = find_consensus_batch([question], method="median")
    assert found.answer == answer
    assert interval[0] < found.interval[0] < found.interval[1] < interval[1]


@pytest.mark.parametrize(
    ("contents", "answer", "value"),
    [
        (["5 kg", "5.5 kg", "4.5 kg", "5.25 kg"], "5.12 kg", 5.125),
        (["0.00000012", "0.00000013", "0.00000016", "0.00000015"], "0.00000014", 1.4e-7),
        (["30%", "33%", "27%", "31.5%"], "30.8%", 30.75),
    ],
)
def test_the_value_is_not_rounded(contents, answer, value):
    """The answer is rounded for people; programs get the number itself."""
    found = find_consensus(contents, method="median")
    assert found.value == pytest.approx(value, rel=1e-12)
    assert json.loads(json.dumps(found.to_dict()))["value"] == found.value
    assert found.answer == answer
    assert find_consensus(["a", "b"]).value is None


def test_a_mean_is_arithmetic():
    """Numbers of many sizes are not averaged by ratios."""
    rows = [(0, {"a": 1, "b": 3}), (0, {"a": 1000, "b": 3000}), (0, {"a": 5, "b": 7})]
    found = find_consensus_batch(questions(rows), method="mean")
    assert [one.answer for one in found] == ["2", "2000", "6"]


def test_copies_count_as_one():
    """Experts who give the same numbers have one number together, and hide no scale."""
    rows = rated(decimal, seed=2)
    for _, own in rows:
        own |= {f"copy {n}": own["dan"] for n in range(5)}
    assert is_scale(questions(rows))
    results = list(find_consensus_batch(questions(rows)))
    common = sum(BIASES.values()) / len(BIASES)
    assert distance(results, [20 * right + common for right, _ in rows]) < 0.6
    assert "copies count as one: copy 0, copy 1, copy 2, copy 3, copy 4, dan" in (
        results[0].explanation
    )


def test_a_store_combines_numbers_on_a_scale(tmp_path):
    """The result is the one without a store, and nothing is learned; a given method decides."""
    asked = questions(rated(slider))
    learning = Learning(learn=True)
    with Store(str(tmp_path / "e.db")) as store:
        own = list(find_consensus_batch(asked, store=store, learning=learning))
        assert store.is_new()
        voted = list(find_consensus_batch(asked, store=store, method="vote"))
    plain = list(find_consensus_batch(asked))
    assert [(one.method, one.answer, one.interval) for one in own] == [
        ("weighted", one.answer, one.interval) for one in plain
    ]
    assert "numbers on a scale" in learning.report.findings[0]
    assert {one.method for one in voted} == {"vote"}


def test_a_store_learns_from_questions_beside_numbers(tmp_path):
    """The others are decided by what was learned; a right answer to a number is no stray one."""
    asked = questions(rated(slider, 20))
    for place in range(1, 20, 2):
        for one in asked[place]["responses"]:
            one["content"] = (
                "Oslo" if one["expert_name"] in {"ann", "bob", "cat", "dan"} else "Rome"
            )
    learning = Learning(learn=True, gold=Gold({"q1": "Oslo", "q2": "50"}))
    with Store(str(tmp_path / "e.db")) as store:
        found = list(find_consensus_batch(asked, store=store, learning=learning))
        again = list(find_consensus_batch(asked, store=store))
    for results in (found, again):
        assert [one.method for one in results] == ["weighted", "learned"] * 10
        assert {one.answer for one in results[1::2]} == {"Oslo"}
    assert (learning.report.truths, learning.report.unmatched) == (1, 0)
    assert "numbers on a scale" in learning.report.findings[-1]


def test_learned_weights_and_given_ones_exclude_each_other():
    """The method that learns the weights refuses others; without a method the mean has them."""
    asked = questions(rated(slider))
    with pytest.raises(InputError, match="learns the weights of experts"):
        list(find_consensus_batch(asked, method="weighted", weights={"ann": 2.0}))
    (first, *_) = find_consensus_batch(asked, weights={"ann": 2.0})
    assert first.method == "mean"


def test_results_are_written_as_the_answers_are():
    """Also out of so many; answers in another currency are left out by name."""
    found = find_consensus(["3.8 out of 10", "4.1 out of 10", "3.9 out of 10"], method="mean")
    assert found.answer.endswith(" out of 10")
    assert found.answer.startswith("3.9")
    given = [("ann", "€39.20"), ("bob", "$40.74"), ("cat", "€38.42"), ("dan", "none of it")]
    found = find_consensus([{"expert_name": n, "content": c} for n, c in given], method="mean")
    assert found.answer.startswith("€38.8")
    assert (
        "not combined, because they are not numbers in the same unit: bob ($40.74)"
        in found.warnings
    )


@pytest.mark.parametrize(
    ("count", "experts", "kind"),
    [(1, 3, "normal"), (10, 4, "normal"), (10, 4, "laplace"), (10, 4, "outliers")],
)
@pytest.mark.parametrize("method", ["mean", "median", "weighted"])
def test_intervals_cover(method, count, experts, kind):
    """The value is within about nineteen of twenty, also of a single question."""
    lot = random.Random(f"{method} {count} {kind}")

    def off():
        if kind == "laplace":
            return lot.expovariate(1) * lot.choice((-1, 1))
        return lot.gauss(0, 1) * (10 if kind == "outliers" and lot.random() < 0.1 else 1)

    inside = []
    for _ in range(60 // count + 5):
        rights = [lot.gauss(0, 3) for _ in range(count)]
        votes = [
            Votes("", "number", tuple((f"e{n}", repr(right + off())) for n in range(experts)))
            for right in rights
        ]
        scale = Scale(votes, {}, method)
        ends = [scale.combined[place][1:3] for place in range(count)]
        inside += [low <= right <= high for right, (low, high) in zip(rights, ends, strict=True)]
    assert sum(inside) / len(inside) > 0.87


def test_weighted_is_the_mean_among_equals_and_better_among_unequal_experts():
    """Precisions are learned as far as the numbers show that they differ."""
    for spreads, least, most in (((1, 1, 1, 1), 0.98, 1.01), ((0.5, 1, 2, 4), 0, 0.6)):
        lot = random.Random(str(spreads))
        rights = [lot.gauss(0, 3) for _ in range(60)]
        votes = [
            Votes(
                "",
                "number",
                tuple((f"e{n}", repr(one + lot.gauss(0, s))) for n, s in enumerate(spreads)),
            )
            for one in rights
        ]
        mean, weighted = (
            sum((own[0] - right) ** 2 for own, right in zip(found, rights, strict=True))
            for found in (Scale(votes, {}, method).combined for method in ("mean", "weighted"))
        )
        assert least <= math.sqrt(weighted / mean) <= most


@pytest.mark.parametrize(
    ("contents", "low", "high"),
    [
        (["17", "19", "18.5", "400"], 17, 20),
        (["100", "102", "98", "101", "5000"], 98, 103),
        (["10", "11", "12", "10.5", "9.5", "300"], 9.5, 12),
    ],
)
def test_a_number_far_away_changes_one_question_little(contents, low, high):
    """Also if no other question shows what is usual."""
    assert low < float(find_consensus(contents, method="weighted").answer) < high
