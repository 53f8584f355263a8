"""What is learned, and what it is worth."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing

import pytest
from crowds import SKILLS, crowd

from cotool import Gold, InputError, Learning, Store, find_consensus_batch
from cotool.consensus.learning.ballots import Ballot
from cotool.consensus.learning.calibration import Calibration, features
from cotool.consensus.learning.evidence import (
    Outlook,
    constant,
    describe,
    drift,
    findings,
    groups,
    insights_of,
    panel,
    reliability,
    worth_asking,
)
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.lessons import parse_half_life
from cotool.consensus.learning.records import Expert, Judgements
from cotool.consensus.learning.report import panel_of
from cotool.consensus.read.gold import read_gold
from cotool.consensus.truth.copies import find_copies, groups_of, thinned
from cotool.consensus.truth.scores import sign_test, wilson


def ballots(asked):
    return [
        Ballot(one["id"], {r["expert_name"]: r["content"] for r in one["responses"]})
        for one in asked
    ]


def accuracy(learned, rows, truth):
    said = learned.predict(rows)
    return sum(one.best == truth[row.question] for one, row in zip(said, rows, strict=True)) / len(
        rows
    )


def test_feedback_makes_a_weak_majority_yield():
    """Three of four share their errors; agreement trusts them, right answers correct that."""
    lot = random.Random(3)
    rows, truth = [], {}
    for k in range(600):
        right, decoy = lot.sample("ABCDEF", 2)
        truth[f"q{k}"] = right
        fooled = lot.random() < 0.6
        votes = {name: decoy if fooled and lot.random() < 0.8 else right for name in "abc"}
        votes["good"] = right if lot.random() < 0.85 else lot.choice("ABCDEF")
        rows.append(Ballot(f"q{k}", votes))
    learned = Learned()
    learned.learn_agreement(rows)
    before = accuracy(learned, rows[300:], truth)
    learned.learn_truth([(row, truth[row.question]) for row in rows[:300]])
    after = accuracy(learned, rows[300:], truth)
    assert after > before + 0.1
    assert reliability(learned.experts["good"].total).share > 0.75


def test_learning_does_not_depend_on_the_order():
    """A batch in another order gives the same record, to rounding."""
    asked, truth = crowd(questions=200)
    rows = ballots(asked)
    shuffled = random.Random(5).sample(rows, len(rows))
    known = {row.question for row in rows[:100]}
    one, other = Learned(), Learned()
    for learned, own in ((one, rows), (other, shuffled)):
        learned.learn_agreement(own)
        learned.learn_truth([(row, truth[row.question]) for row in own if row.question in known])
    for name in SKILLS:
        assert one.trust().weight(name) == pytest.approx(other.trust().weight(name), abs=1e-6)
        assert one.experts[name].right == pytest.approx(other.experts[name].right, abs=1e-6)
    fits = [learned.trust().calibration.fits[0] for learned in (one, other)]
    assert fits[0].weights == pytest.approx(fits[1].weights, abs=1e-6)


def test_one_by_one_is_the_batch():
    """Feedback given question by question ends where the batch does."""
    asked, truth = crowd(questions=150)
    rows = ballots(asked)
    batch, single = Learned(), Learned()
    for learned in (batch, single):
        learned.learn_agreement(rows)
    batch.learn_truth([(row, truth[row.question]) for row in rows])
    for row in rows:
        single.learn_truth([(row, truth[row.question])])
    for name in SKILLS:
        assert single.trust().weight(name) == pytest.approx(batch.trust().weight(name), abs=1e-6)
        assert single.experts[name].total.correct == batch.experts[name].total.correct


def test_new_experts_start_at_the_prior():
    """Someone never seen before has a vote, and no record."""
    asked, _ = crowd()
    learned = Learned()
    learned.learn_agreement(ballots(asked))
    (said,) = learned.predict([Ballot("new", {"zoe": "A", "ann": "B"})])
    assert set(said.scores) == {"A", "B"}
    assert 0.02 < said.scores["A"] < said.scores["B"]
    assert "zoe" not in learned.experts
    assert said.confidence is None


def test_probabilities_are_calibrated_on_feedback():
    """Stated and met shares are near each other on questions that were not learned from."""
    asked, truth = crowd(questions=1200)
    rows = ballots(asked)
    learned = Learned()
    learned.learn_agreement(rows[:400])
    learned.learn_truth([(row, truth[row.question]) for row in rows[:400]])
    said = learned.predict(rows[400:])
    stated = sum(one.confidence for one in said) / len(said)
    assert stated == pytest.approx(accuracy(learned, rows[400:], truth), abs=0.04)


def test_answers_that_are_not_of_a_closed_set():
    """Numbers that differ from question to question are learned without habits."""
    lot = random.Random(2)
    rows, truth = [], {}
    for k in range(200):
        right = str(1000 + 7 * k)
        truth[f"q{k}"] = right
        rows.append(
            Ballot(
                f"q{k}",
                {
                    name: right if lot.random() < skill else str(lot.randrange(10**6))
                    for name, skill in SKILLS.items()
                },
            )
        )
    learned = Learned()
    learned.learn_agreement(rows)
    assert learned.is_open
    assert learned.labels == {}
    assert accuracy(learned, rows, truth) > 0.9


def test_half_lives():
    """Days and judgements are told apart; what is forgotten weighs less."""
    assert parse_half_life("90d") == (90.0, "days")
    assert parse_half_life("500") == (500.0, "judgements")
    for bad in ("", "d", "0", "-3d", "soon", "infd", "nan"):
        with pytest.raises(InputError, match="half_life"):
            parse_half_life(bad)
    asked, truth = crowd()
    learned = Learned()
    rows = ballots(asked)
    learned.learn_agreement(rows)
    learned.learn_truth([(row, truth[row.question]) for row in rows])
    wide = reliability(learned.experts["ann"].total)
    sure = learned.weight_errors()
    learned.forget(0.25)
    assert all(learned.weight_errors()[name] > sure[name] > 0 for name in SKILLS)
    narrow = reliability(learned.experts["ann"].total)
    assert narrow.high - narrow.low > wide.high - wide.low
    assert learned.judged == 30
    for _ in range(2):
        learned.forget(1e-200)
    assert not learned.known
    assert learned.weight_errors().keys() == SKILLS.keys()


def test_an_expert_that_changes_is_seen_and_forgotten(tmp_path):
    """With a half-life the record, and whom to ask, follow it; without one it warns of drift."""
    before, truth = crowd(questions=150, skills={**SKILLS, "ann": 0.95})
    after, more = crowd(questions=60, skills={**SKILLS, "ann": 0.2}, seed=9, first=1000)
    shares = {}
    for half_life in (None, "40"):
        with Store(str(tmp_path / f"{half_life}.db")) as store:
            for asked, right in ((before, truth), (after, more)):
                how = Learning(learn=True, gold=Gold(right), half_life=half_life)
                list(find_consensus_batch(asked, store=store, learning=how))
            learned = store.read()
            shares[half_life] = reliability(learned.experts["ann"].total).share
            chosen = panel_of(learned, store.questions())
            assert (chosen.experts[0] == "ann") is (half_life is None)
            if half_life is None:
                assert drift(learned.experts["ann"]) is not None
                assert any("ann has changed" in text for text in how.report.findings)
                assert not any("bob has changed" in text for text in findings(learned))
    assert shares["40"] < shares[None] - 0.1


def test_topics_weigh():
    """An expert who is right on law and wrong on art outvotes others on law alone."""
    lot = random.Random(4)
    rows, truth = [], {}
    for k in range(400):
        topic = "law" if k % 2 else "art"
        right = lot.choice("ABCD")
        skills = {"ann": 0.95 if topic == "law" else 0.3, "bob": 0.6, "cat": 0.6}
        truth[f"q{k}"] = right
        rows.append(
            Ballot(
                f"q{k}",
                {n: right if lot.random() < s else lot.choice("ABCD") for n, s in skills.items()},
                topic,
            )
        )
    learned = Learned()
    learned.learn_agreement(rows)
    learned.learn_truth([(row, truth[row.question]) for row in rows])
    votes = {"ann": "A", "bob": "B", "cat": "B"}
    law, art = learned.predict([Ballot("x", votes, "law"), Ballot("y", votes, "art")])
    assert law.scores["A"] > art.scores["A"] + 0.15
    topics = describe(learned, "ann", learned.weight_errors())["topics"]
    assert topics["law"]["low"] > topics["art"]["high"]


def test_topics_count_as_far_as_they_predict():
    """Each of six experts knows one of three topics; the confidence is of answers with topics."""
    lot, rows, truth = random.Random(4), [], {}
    for k in range(500):
        right, topic = lot.choice("ABCD"), k % 3
        votes = {
            f"e{i}": right
            if lot.random() < (0.9 if i % 3 == topic else 0.35)
            else lot.choice("ABCD")
            for i in range(6)
        }
        rows.append(Ballot(f"q{k}", votes, f"topic {topic}"))
        truth[f"q{k}"] = right
    learned = Learned()
    learned.learn_agreement(rows)
    learned.learn_truth([(row, truth[row.question]) for row in rows[:300]])
    said = learned.predict(rows[300:])
    right = [one.best == truth[row.question] for one, row in zip(said, rows[300:], strict=True)]
    assert sum(right) / len(right) > 0.87
    assert sum(one.confidence for one in said) / len(said) == pytest.approx(
        sum(right) / len(right), abs=0.06
    )


def test_a_new_expert_is_trusted_as_far_as_agreement_shows():
    """Four alike are judged; then one who is nearly always right answers with them."""
    lot, rows, truth = random.Random(2), [], {}
    for k in range(450):
        right = lot.choice("ABCD")
        skills = {"a": 0.6, "b": 0.55, "c": 0.5, "d": 0.5} | ({"new": 0.95} if k >= 150 else {})
        votes = {
            name: right if lot.random() < skill else lot.choice("ABCD")
            for name, skill in skills.items()
        }
        rows.append(Ballot(f"q{k}", votes))
        truth[f"q{k}"] = right
    learned = Learned()
    learned.learn_agreement(rows[:150])
    learned.learn_truth([(row, truth[row.question]) for row in rows[:150]])
    learned.learn_agreement(rows[150:])
    weight = learned.trust().weight
    # Inference itself is believed here, beside which votes count for little.
    assert weight("new") > max(map(weight, "abcd")) - 0.02
    assert accuracy(learned, rows[150:], truth) > 0.95


def test_reliability_has_intervals():
    """Twice seen is not two hundred times seen; without judgements agreement stands in."""
    few, many = (
        reliability(Judgements(judged=2, correct=2)),
        reliability(Judgements(judged=200, correct=200)),
    )
    assert few.low < 0.5
    assert many.low > 0.95
    weak = reliability(Judgements(compared=100, agreed=80))
    assert weak.by_agreement
    assert weak.low < 0.6
    assert not few.by_agreement
    unknown = reliability(Judgements())
    assert (round(unknown.share, 2), unknown.judgements) == (0.5, 0)


def copied(questions=150, seed=6):
    """Rows with a leader, two who copy him, and one who always says C."""
    asked, truth = crowd(questions=questions, seed=seed)
    lot = random.Random(seed)
    rows = []
    for row in ballots(asked):
        votes = dict(row.votes)
        for name in ("copy-1", "copy-2"):
            votes[name] = votes["dan"] if lot.random() < 0.97 else lot.choice("ABCD")
        votes["lazy"] = "C"
        rows.append(row._replace(votes=votes))
    return rows, truth


def test_copies_are_found_and_count_as_one():
    """Without any right answer; experts who are merely good are not copies."""
    rows, truth = copied()
    learned = Learned()
    learned.learn_agreement(rows)
    assert groups(learned) == [["copy-1", "copy-2", "dan"]]
    assert accuracy(learned, rows, truth) > 0.75
    said = learned.predict(rows)
    kinds = [
        insight.kind
        for row, one in zip(rows, said, strict=True)
        for insight in insights_of(learned, Outlook.of(learned), row, one, row.votes)
    ]
    assert kinds.count("correlated-majority") > 5
    assert kinds.count("reliable-minority") > 5
    assert sum("copy each other" in text for text in findings(learned)) == 3
    honest, _ = crowd(questions=400, skills=dict.fromkeys("abcdef", 0.9))
    trusted = Learned()
    trusted.learn_agreement(ballots(honest))
    assert groups(trusted) == []


def test_copies_by_hand():
    """Five independent pairs and a sixth that always agrees; too few questions tell nothing."""
    names = "abcdef"
    pairs = [
        (a, b, 100.0, 98.0 if (a, b) == ("e", "f") else 55.0, 0.25)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
    ]
    (found,) = find_copies(pairs)
    assert (found.a, found.b, found.share) == ("e", "f", 0.98)
    assert found.expected == pytest.approx(0.55, abs=0.02)
    assert find_copies([(*row[:2], 10.0, row[3] / 10, row[4]) for row in pairs]) == []
    assert groups_of([found]) == [["e", "f"]]
    assert thinned({"f": "A", "e": "B", "a": "C"}, [["e", "f"]]) == {"e": "B", "a": "C"}
    most = {"d": "B", "e": "A", "f": "A", "a": "C"}
    assert thinned(most, [["d", "e", "f"]]) == {"d": "A", "a": "C"}


def test_who_always_says_the_same_is_told():
    """One who answers C to everything, where the others do not."""
    rows, _ = copied()
    learned = Learned()
    learned.learn_agreement(rows)
    assert constant(learned, "lazy") == ("C", 1.0)
    assert constant(learned, "ann") is None
    assert any(text.startswith("lazy says 'C' to 100%") for text in findings(learned))


def test_one_more_answer_is_worth_asking_for():
    """Where votes are split, of the expert who would help most; not where all agree."""
    asked, truth = crowd(questions=200)
    rows = ballots(asked)
    learned = Learned()
    learned.learn_agreement(rows)
    learned.learn_truth([(row, truth[row.question]) for row in rows])
    split = Ballot("x", {"bob": "A", "cat": "B"})
    (said,) = learned.predict([split])
    name, gain = worth_asking(Outlook.of(learned), split.votes, said)
    assert name == "ann"
    assert gain > 0.1
    # Where everybody was asked, nobody is named.
    assert worth_asking(Outlook.of(learned), learned.experts, said) is None
    agreed = Ballot("y", {"bob": "A", "cat": "A", "dan": "A", "eve": "A"})
    (said,) = learned.predict([agreed])
    assert worth_asking(Outlook.of(learned), agreed.votes, said) is None


def test_the_fewest_experts_that_do():
    """The best one first, and no more than are needed."""
    asked, truth = crowd(questions=200)
    rows = ballots(asked)
    learned = Learned()
    learned.learn_agreement(rows)
    learned.learn_truth([(row, truth[row.question]) for row in rows])
    chosen = panel(learned, [(row, truth[row.question]) for row in rows], [1.0] * len(rows))
    assert chosen[0][0] == "ann"
    assert len(chosen) < len(SKILLS)
    assert chosen[-1][1] >= 0.95 * accuracy(learned, rows, truth)


def test_a_right_answer_can_be_taken_back():
    """The state is as if it had never been given."""
    asked, truth = crowd(questions=60)
    rows = ballots(asked)
    learned, never = Learned(), Learned()
    for own in (learned, never):
        own.learn_agreement(rows)
        own.learn_truth([(row, truth[row.question]) for row in rows[1:30]])
    learned.learn_truth([(rows[0], truth["q0"])])
    learned.learn_truth([(rows[0], truth["q0"])], -1.0)
    for name in SKILLS:
        assert learned.trust().weight(name) == pytest.approx(never.trust().weight(name), abs=1e-9)
    assert learned.trust().calibration.judged == 29


def test_old_right_answers_count_as_a_quadratic():
    """Beyond the latest 1,000 the weights stay near those of all; one can be taken back."""
    asked, truth = crowd(questions=1500)
    rows = ballots(asked)
    folded, first = Learned(), Learned()
    for own in (folded, first):
        own.learn_agreement(rows)
    first.learn_truth([(row, truth[row.question]) for row in rows[:1000]])
    folded.learn_truth([(row, truth[row.question]) for row in rows])
    assert len(folded.known) == 1000
    assert folded.older.questions == 500
    assert folded.trust().calibration.judged == 1500
    for name in SKILLS:
        assert folded.trust().weight(name) == pytest.approx(first.trust().weight(name), abs=0.2)
        assert folded.weight_errors()[name] < first.weight_errors()[name]
    folded.learn_truth([(rows[0], truth["q0"])], -1.0)
    assert folded.trust().calibration.judged == 1499


def test_calibration_learns():
    """A hundred judgements move the line, those half forgotten less."""
    figures = features(0.9, 0.8, 3, 1.0)
    points = [(figures, k % 2 == 0, 1.0) for k in range(100)]
    own, half = Calibration(), Calibration()
    start, low, high = own.probability(figures)
    own.learn(points)
    half.learn([(x, right, 0.05) for x, right, _ in points])
    found, above, below = own.probability(figures)
    assert found == pytest.approx(0.5, abs=0.1)
    assert found < half.probability(figures)[0] < start
    assert below - above < high - low
    assert above < found < below


def test_few_judgements_leave_a_wide_interval():
    """Independent experts are right more often than those who share errors: ten answers say so."""
    figures = features(0.8, 0.6, 4, 1.0)
    few, some = Calibration(), Calibration()
    few.learn([(figures, True, 1.0)] * 3)
    some.learn([(figures, True, 1.0)] * 12)
    shares = [one.fits[1].share for one in (Calibration(), few, some)]
    assert shares == sorted(shares)
    assert shares[2] > 0.5
    _, low, high = few.probability(figures)
    assert low < 0.6
    assert high > 0.85


# ---- right answers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "question,truth\nq1,A\nq2,B\n"),
        ("b.tsv", "id\tgold\nq1\tA\nq2\tB\n"),
        ("c.jsonl", '{"question": "q1", "truth": "A"}\n{"id": "q2", "answer": "B"}\n'),
        ("d.json", '{"q1": "A", "q2": "B"}'),
    ],
)
def test_right_answers_in_usual_shapes(tmp_path, name, text):
    """Tables, JSON lines, a plain object."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_gold(path).answers == {"q1": "A", "q2": "B"}


def test_right_answers_in_a_database(tmp_path):
    """A binary table is read as for questions."""
    path = tmp_path / "g.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE gold AS SELECT 'q1' AS question, 'A' AS truth")
        database.commit()
    assert read_gold(path).answers == {"q1": "A"}


def test_rows_without_a_right_answer_are_counted(tmp_path):
    """N/A, refusals, empty cells are no right answers; pass is one, None where options show it."""
    path = tmp_path / "g.csv"
    rows = "q1,A\nq2,N/A\nq3,I don't know\nq4,pass\nq5,None\nq6, \n"
    path.write_text(f"question,truth\n{rows}", encoding="utf-8")
    gold = read_gold(path)
    assert gold.answers == {"q1": "A", "q4": "pass"}
    assert re.search(r"^4 rows of .*g\.csv without a .*g\.csv, line 3: 'N/A'$", gold.unknown)
    path.write_text(f"question,truth\n{rows}q7,mild\n", encoding="utf-8")
    assert read_gold(path).answers["q5"] == "None"
    path.write_text("question,truth\nq1,null\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: 'null': holds no right answers"):
        read_gold(path)


def test_clear_changes_are_reported_and_stable_experts_are_not():
    """From 90 to 40 % half-way through 240 judgements, and experts right equally often."""
    lot = random.Random(5)

    def changed(*shares):
        one = Expert()
        learned = Learned(experts={"ann": one})
        for share in shares:
            for _ in range(120):
                tally = Judgements(judged=1.0, correct=float(lot.random() < share))
                learned._tally("ann", "", tally)
        return drift(one) is not None

    assert sum(changed(0.9, 0.4) for _ in range(40)) > 30
    assert sum(changed(share, share) for share in (0.5, 0.8, 0.97) for _ in range(40)) <= 2


def test_scores_are_read(tmp_path):
    """A row for each expert of a question."""
    path = tmp_path / "s.csv"
    path.write_text("question,expert,score\nq1,ann,0.5\nq1,bob,1\n", encoding="utf-8")
    assert read_gold(path).score("q1", "") == {"ann": 0.5, "bob": 1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("question,truth\nq1,A\nq1,B\n", "line 3.*'B' here and 'A' before"),
        ("question,expert,score\nq1,ann,2\n", "line 2.*score from 0 to 1"),
        ("question,colour\nq1,red\n", "line 2.*no right answer"),
        ("question,truth\nq1,\n", "1 row .*line 2: '': holds no right answers"),
        ("truth\nA\n", "names no question"),
        ("", "holds no right answers"),
        ("question,truth\n", "holds no right answers"),
        ("[1]", "expected an object"),
    ],
)
def test_bad_right_answers_are_told(tmp_path, text, message):
    """With file and line."""
    path = tmp_path / "g.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_gold(path)


@pytest.mark.parametrize("questions", [1.0, 2.5, 7.0, 400.0])
def test_an_interval_contains_its_share(questions):
    """Also if all or none were right, as in the reliability diagram."""
    for share in (0.0, 0.3, 1.0):
        low, high = wilson(share, questions)
        assert 0 <= low <= share <= high <= 1
        assert low < high


def test_the_sign_test_is_exact():
    """Six of six coins fall alike in 1 of 32 cases."""
    assert sign_test(6, 0) == sign_test(0, 6) == 1 / 32
    assert sign_test(0, 0) == sign_test(3, 3) == 1.0
