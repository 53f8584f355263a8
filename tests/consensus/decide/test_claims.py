"""What long answers say: supported, disputed, said by one alone; and a text made of it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cotool
from cotool.cli.consensus.conditions import parse as parse_condition
from cotool.consensus.decide import claims

BRIDGE = {
    "ann": "The Harrow bridge opened in 1931. It is 420 metres long. Arup Steel built it.",
    "ben": "Opened in 1931, the Harrow bridge is 420 metres long. Many tourists visit it.",
    "cem": "It is 420 metres long. The Harrow bridge opened in 1937. Arup Steel built it.",
    "dua": "The Harrow bridge opened in 1931. Arup Steel built it in nine months. It is not safe.",
    "eva": "The Harrow bridge opened in 1931. It is safe. Fog closes it at times.",
}


def found(answers=BRIDGE, **options):
    """Return the consensus on a question about answers by expert."""
    responses = [{"expert_name": name, "content": text} for name, text in answers.items()]
    return cotool.find_consensus({"question": "Tell me.", "responses": responses}, **options)


def by_text(result, expert):
    """Map the statements of an expert by their text."""
    return {one.text: one for one in result.statements if one.experts[0] == expert}


def test_a_statement_knows_who_says_so_and_who_says_otherwise():
    """Supporters, who contradicts with which value, and where it stands in the response."""
    result = found()
    opened = by_text(result, "ann")["The Harrow bridge opened in 1931."]
    assert {"dua", "eva"} <= set(opened.supporters)
    assert opened.contradicting == ("cem",)
    assert [(one.value, one.other, one.experts) for one in opened.conflicts] == [
        ("1931", "1937", ("cem",))
    ]
    assert opened.experts[0] == "ann"
    for one in result.statements:
        expert = result.experts[one.response]
        assert BRIDGE[expert][one.start : one.end] == one.text
        assert one.experts == (expert, *one.supporters)
        assert expert not in one.supporters + one.contradicting


def test_what_is_denied_has_less_support():
    """The same words say the opposite: less than where the others are silent about it."""
    denied = by_text(found(), "dua")["It is not safe."]
    silent = {
        **BRIDGE,
        "eva": "The Harrow bridge opened in 1931. It is safe to visit and to climb.",
    }
    assert denied.contradicting == ("eva",)
    assert denied.support < by_text(found(silent), "dua")["It is not safe."].support


def test_one_sentence_for_two_is_the_same_statement():
    """A sentence that names its subject, and one whose neighbour does, have one group."""
    result = found(
        {
            "ann": "The Harrow bridge opened in 1931. It is 420 metres long. It is grey.",
            "ben": "The Harrow bridge is 420 metres long. It opened in 1931. It is loud.",
        }
    )
    first, second = by_text(result, "ann"), by_text(result, "ben")
    long = second["The Harrow bridge is 420 metres long."].group
    opened = first["The Harrow bridge opened in 1931."].group
    assert first["It is 420 metres long."].group == long != opened
    assert second["It opened in 1931."].group == opened


def test_values_in_one_place_are_a_dispute():
    """Each side has its value and the experts who say it; a negation is a dispute, too."""
    sides = [{side.value: set(side.experts) for side in one.sides} for one in found().disputes]
    years = next(side for side in sides if "1937" in side)
    assert years["1937"] == {"cem"}
    assert {"ann", "dua", "eva"} <= years["1931"]
    assert {"affirmed": {"eva"}, "denied": {"dua"}} in sides


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wait until Monday. Nothing is lost by that.", "Wait until Monday. That is good."),
        ("It opened in 1931. It closed in 1990.", "It closed in 1990. It opened in 1931."),
        ("It has a dome. Verse 1 rhymes.", "It has a dome. Verse 1 rhymes. Verse 2 rhymes."),
        ("Erwin Schrödinger had a cat. It slept.", "Erwin Schrodinger had a cat. It slept."),
        ("Soil is needed. Plants grow.", "Plants will not grow in soil that was never watered."),
        ("We paid 5 euros. Nobody came.", "We paid 5 euros. The 12 guests came late."),
    ],
)
def test_other_words_are_no_dispute(one, other):
    """What is said about something else contradicts nothing."""
    assert found({"a": one, "b": other, "c": one}, method="centre").disputes == ()


def test_insights_name_disputes_and_unsupported_claims():
    """Both come with their numbers."""
    kinds = {one.kind: one for one in found().insights}
    assert kinds["disputed-value"].evidence["values"]
    answers = {"a": BRIDGE["ann"] + " Zebras graze below. Lions sleep there.", "b": BRIDGE["ann"]}
    alone = next(
        one
        for one in found(answers, weights={"a": 2}, method="centre").insights
        if one.kind == "unsupported-claim"
    )
    assert (alone.evidence["unsupported"], alone.evidence["statements"]) == (2, 5)


def test_the_best_supported_text_stands():
    """Without weights, the text with most support for its statements; with them, the reliable."""
    answers = {
        "odd": "A river runs. Some boats pass. People fish there.",
        "one": "The bridge opened in 1931. Lovers hang their locks on the eastern rail of it.",
        "long": "The bridge opened in 1931. It is 420 metres long. Arup Steel built it.",
        "two": "Painters climb up every spring with buckets, ropes and songs. Arup Steel built it.",
        "six": "A ferry went before. In winter fog hides every pillar. It is 420 metres long.",
    }
    result = found(answers)
    assert (result.method, result.expert) == ("statements", "long")
    assert found(answers, weights={"odd": 3}).expert == "odd"


def test_the_supported_method_writes_whole_statements():
    """Those that half of the experts make, with counts; those of others that most make."""
    answers = {
        "a": "The bridge opened in 1931. Zebras graze below. Arup Steel built it.",
        "b": "The bridge opened in 1931. It is 420 metres long. Arup Steel built it.",
        "c": "The bridge opened in 1931. It is 420 metres long. Gulls nest there.",
        "d": "It is 420 metres long. Arup Steel built it. Fog is common.",
    }
    result = found(answers, method="supported", weights={"a": 2})
    assert result.expert == "a"
    assert result.answer.splitlines() == [
        "The bridge opened in 1931. [3 of 4]",
        "It is 420 metres long. [3 of 4]",
        "Arup Steel built it. [3 of 4]",
    ]
    assert any("1 are left out; 1 of others" in line for line in result.explanation)


def test_without_common_statements_the_whole_response_stands():
    """The method supported says so in a warning."""
    result = found({"a": "Zebras graze. Lions sleep.", "b": "Rain falls. Snow melts."},
                   method="supported")  # fmt: skip
    assert result.answer in {"Zebras graze. Lions sleep.", "Rain falls. Snow melts."}
    assert any("made by half of the experts" in line for line in result.warnings)


@pytest.mark.parametrize("answers", [["(A)", "(A)", "(B)"], ["42", "42", "41"], ["red", "blue"]])
def test_short_answers_have_no_statements(answers):
    """Votes and single statements are not compared; conditions on support are false."""
    result = cotool.find_consensus(answers)
    assert (result.statements, result.disputes, result.support) == ((), (), None)
    assert result.unsupported is None
    for text in ("support<0.5", "support>=0.5", "disputed>0", "unsupported>0"):
        assert not parse_condition(text).holds(result)


def test_conditions_read_support_and_disputes():
    """`support`, `unsupported` and `disputed` are quantities of --fail-on."""
    result = found()
    assert parse_condition("disputed>=2").holds(result)
    assert parse_condition(f"unsupported={result.unsupported}").holds(result)
    assert parse_condition("support>0 and support<1").holds(result)


def test_many_responses_are_compared_in_part(monkeypatch):
    """Evenly spread ones and the answer's take part, and the explanation says how many."""
    monkeypatch.setattr(claims, "MOST_COMPARED", 400)
    answers = {f"e{n}": f"Fact {n} holds here. Item {n} costs {n} euros." for n in range(40)}
    result = found(answers, method="centre")
    assert 2 <= len({one.response for one in result.statements}) < 40
    assert result.support is not None
    assert any("evenly spread" in line for line in result.explanation)


WORDS = st.sampled_from(
    "the bridge opened in 1931 1937 not safe Arup is . ! \n - | ``` 桥 是".split(" ")
)
TEXTS = st.lists(WORDS, max_size=25).map(" ".join)


@settings(deadline=None)
@given(st.lists(TEXTS | st.text(max_size=40), min_size=2, max_size=6))
def test_any_texts_have_consistent_statements(texts):
    """Support is 0 to 1, spans are within their texts, and sides of a dispute differ."""
    names = [f"e{n}" for n in range(len(texts))]
    result = claims.compare_statements(texts, names, 0, 1)
    assert result == claims.compare_statements(texts, names, 0, 2)
    for one in result.statements:
        assert texts[one.response][one.start : one.end] == one.text
        assert 0 <= one.support <= 1
        assert not math.isnan(one.support)
        assert not set(one.supporters) & set(one.contradicting)
    for dispute in result.disputes:
        assert len({side.value for side in dispute.sides}) == len(dispute.sides) > 1
        for side in dispute.sides:
            assert side.experts
            assert max(side.statements) < len(result.statements)


def test_statements_are_part_of_the_json():
    """With every key that the documentation names."""
    form = json.loads(json.dumps(found().to_dict()))
    assert set(form["statements"][0]) == {
        "text", "experts", "response", "start", "end", "support", "supporters", "contradicting",
        "conflicts", "values", "group",
    }  # fmt: skip
    assert set(form["disputes"][0]) == {"sides", "negation"}
    assert form["support"] == pytest.approx(found().support, abs=1e-6)


def test_too_many_statements_are_not_compared(monkeypatch):
    """Beyond a limit nothing is compared, and the explanation says so."""
    assert (count := len(found().statements)) > 5
    monkeypatch.setattr("cotool.consensus.decide.claims.MOST_STATEMENTS", 5)
    result = found()
    assert result.statements == ()
    assert any(f"{count} statements, too many" in text for text in result.explanation)
