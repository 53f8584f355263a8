"""Negations that follow, dashes as signs, and units whose letters nearly agree."""

from __future__ import annotations

import pytest

from cotool import find_consensus


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("この薬は安全です。", "この薬は安全ではありません。"),
        ("この橋は丈夫だ。", "この橋は丈夫じゃない。"),
        ("그는 학생입니다.", "그는 학생이 아닙니다."),
        ("10 MB", "10 Mb"),
        ("10 GB", "10 GiB"),
        ("2 tbsp", "2 tsp"),
        ("5 mM", "5 mm"),
        ("–3", "3"),
        ("The answer is –3.", "The answer is 3."),
    ],
)
def test_different(one, other):
    """Answers that differ in a negation, a sign or a unit are in different clusters."""
    found = find_consensus([one, other, one], question="q?")
    assert [cluster.indices for cluster in found.clusters] == [(0, 2), (1,)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("–3", "-3"), ("1 GiB", "1024 MiB"), ("8 Mb", "1 MB"), ("1 tbsp", "3 tsp"),
     ("東京です。", "東京"), ("정답은 서울입니다.", "서울")],
)  # fmt: skip
def test_same(one, other):
    """Answers that say the same in another way are in one cluster."""
    assert len(find_consensus([one, other], question="q?").clusters) == 1
