"""The reliability diagram of reports with a store."""

from __future__ import annotations

import pytest

from cotool.cli.html.experts import reliability_diagram
from cotool.consensus.learning.calibration import Bin, Calibration, features


def test_the_diagram_shows_each_bin():
    """A dot and its interval for each, with the numbers for those who cannot see it."""
    drawn = str(reliability_diagram([Bin(0.55, 0.5, 20.0), Bin(0.9, 0.95, 60.0)]))
    assert drawn.count("<circle") == 2
    assert drawn.count('class="range"') == 2
    assert "stated 55 %, right 50 % of 20 questions" in drawn
    assert "<td>90 %</td>" in drawn


def test_without_judgements_there_is_none():
    """Nothing is drawn where nothing was judged."""
    assert reliability_diagram(Calibration().bins) is None


def test_bins_hold_what_was_stated_and_what_came_true():
    """All judged questions are in them, with their shares after forgetting."""
    points = [(features(p / 20, 0.6, 3, 1.0), p % 3 > 0, 0.5) for p in range(1, 20)]
    own = Calibration()
    own.learn(points)
    assert sum(one.questions for one in own.bins) == pytest.approx(9.5)
    right = sum(one.right * one.questions for one in own.bins)
    assert right == pytest.approx(sum(0.5 * (p % 3 > 0) for p in range(1, 20)))
    assert [one.stated for one in own.bins] == sorted(one.stated for one in own.bins)
