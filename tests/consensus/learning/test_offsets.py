"""Offsets: what a vote is worth more, or less, where its expert gives a certain label."""

from __future__ import annotations

import random
import re

import pytest

from cotool.consensus.learning.ballots import Ballot
from cotool.consensus.learning.evidence import Outlook
from cotool.consensus.learning.exchange import exported, imported
from cotool.consensus.learning.learned import Learned
from cotool.consensus.learning.remembered import Remembered
from cotool.consensus.learning.session import decision

LABELS = "ABCD"


def guessers(questions, seed=1, first=0):
    """Six experts; the first says A where it does not know, the others draw a label."""
    lot = random.Random(f"{seed} {first}")
    rows, truth = [], {}
    for place in range(first, first + questions):
        right = lot.choice(LABELS)
        votes = {
            f"e{i}": right if lot.random() < 0.6 else lot.choice("A" if i == 0 else LABELS)
            for i in range(6)
        }
        rows.append(Ballot(f"q{place}", votes))
        truth[f"q{place}"] = right
    return rows, truth


def taught(rows, truth, judged):
    learned = Learned()
    learned.learn_agreement(rows)
    learned.learn_truth([(row, truth[row.question]) for row in rows[:judged]])
    return learned


def worth(learned, expert):
    """What its votes are worth, by label."""
    return {label: learned.trust().worth(expert, label) for label in LABELS}


@pytest.mark.parametrize("judged", [0, 200])
def test_a_label_said_too_easily_is_worth_less(judged):
    """The guesser's A says little; those who guess evenly have nearly even votes."""
    learned = taught(*guessers(400), judged)
    guesser, other = worth(learned, "e0"), worth(learned, "e3")
    assert min(guesser[label] for label in "BCD") > guesser["A"] + 0.05
    assert max(other.values()) - min(other.values()) < guesser["B"] - guesser["A"]


def test_offsets_leave_out_what_the_weights_say():
    """Those of an expert, and those of a label, are zero in the mean."""
    learned = taught(*guessers(400), 0)
    offsets = learned.trust().offsets
    for name in ("e0", "e5"):
        assert sum(offsets[name, label] for label in LABELS) == pytest.approx(0, abs=1e-9)
    for label in LABELS:
        assert sum(offsets[f"e{i}", label] for i in range(6)) == pytest.approx(0, abs=1e-9)


def test_an_explanation_says_what_the_label_adds():
    """The guesser's A is worth less than those of others, and the explanation says so."""
    learned = taught(*guessers(400), 0)
    seen = Remembered("x", "x", "", {"e0": "A", "e1": "A", "e2": "B"}, "option")
    said = decision(learned, Outlook.of(learned), seen, {})
    (line,) = (one for one in said.explanation if one.startswith("of this, the label given adds"))
    assert re.search(r"e0 -0\.0\d", line)


def test_open_labels_have_no_offsets():
    """Where answers differ from question to question, there is nothing to learn of a label."""
    rows = [
        Ballot(f"q{k}", {f"e{i}": f"{k} {(i > 2) * k % 3}" for i in range(5)}) for k in range(100)
    ]
    learned = taught(rows, {row.question: row.votes["e0"] for row in rows}, 30)
    assert learned.is_open
    assert not learned.trust().offsets
    assert not learned.offsets.agreement.cells


def test_offsets_are_exported():
    """An import has the same; an export that was written without them is read."""
    learned = taught(*guessers(150), 60)
    form = exported(learned)
    assert worth(imported(form, "x")[0], "e0") == pytest.approx(worth(learned, "e0"))
    form["records"] = [row for row in form["records"] if row[0] != "offsets"]
    assert imported(form, "x")[0].trust().offsets


def test_merged_offsets_are_near_those_of_all():
    """Two halves merged; an expert that is dropped leaves none."""
    halves = [guessers(300), guessers(300, first=300)]
    rows, truth = halves[0][0] + halves[1][0], halves[0][1] | halves[1][1]
    whole = taught(rows, truth, 0)
    one, other = (taught(*half, 0) for half in halves)
    one.merge(other)
    assert worth(one, "e0") == pytest.approx(worth(whole, "e0"), abs=0.08)
    one.drop("e0")
    assert {expert for expert, _ in one.trust().offsets} == {f"e{i}" for i in range(1, 6)}


def test_older_right_answers_still_teach(monkeypatch):
    """Beyond the latest ones kept, a parabola is left of each offset; forgetting shrinks it."""
    rows, truth = guessers(400)
    whole = taught(rows, truth, 400)
    monkeypatch.setattr("cotool.consensus.learning.learned.MOST_JUDGED", 100)
    folded = taught(rows, truth, 400)
    assert len(folded.known) == 100
    for expert in ("e0", "e3"):
        assert worth(folded, expert) == pytest.approx(worth(whole, expert), abs=0.15)
    before = folded.offsets.older.cells["e0"]["A"][0]
    folded.forget(0.5)
    assert folded.offsets.older.cells["e0"]["A"][0] == pytest.approx(before / 2)
